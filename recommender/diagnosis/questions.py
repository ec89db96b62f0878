"""Which items a respondent is asked, in which order, and which come next."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from models.assessment import Answer
from models.instrument import Item
from models.vocab import Domain, Form, ImportanceKey, Length
from recommender.config import ScoringConfig
from recommender.diagnosis import irt
from recommender.instruments import LoadedInstrument

__all__ = ["Asked", "Questions", "is_adaptive", "questions_for"]

_WANTED = (ImportanceKey.TOP_THREE, ImportanceKey.IMPORTANT)


class Asked(NamedTuple):
    """What one administration of an instrument asks."""

    form: Form
    length: Length
    focus_domains: tuple[Domain, ...]
    set_aside: tuple[Domain, ...]


class Questions(NamedTuple):
    """A respondent's way through the questions."""

    by_domain: Mapping[Domain, tuple[str, ...]]
    """Items that the respondent is asked, as far as is known by now, in the order of asking."""
    next: tuple[str, ...]
    """Items without an answer, in the order of asking; with an adaptive form never more than is certain."""


def is_adaptive(
    length: Length, scoring: ScoringConfig, item_parameters: Mapping[str, irt.GradedItem] | None = None
) -> bool:
    """Whether items are chosen respondent by respondent: short form, calibrated items, scores that stay comparable."""
    return length is Length.SHORT and scoring.method == "eap" and bool(item_parameters)


def questions_for(
    asked: Asked,
    instrument: LoadedInstrument,
    *,
    seed: str,
    answers: Mapping[str, Answer],
    importance: Mapping[Domain, ImportanceKey],
    scoring: ScoringConfig,
    item_parameters: Mapping[str, irt.GradedItem] | None = None,
) -> Questions:
    """A respondent's questions.

    Everybody is asked the same items: all of them, or on the short form the core items everywhere and every item of
    the focus domains. Only the order of the domains differs, rotated by `seed`, so that tiredness does not always hit
    the same one; items inside a domain keep their order. On a short form that `is_adaptive` everybody gets the core
    items, then one item at a time by `irt.next_item` until its stopping rules say so.

    Args:
        asked: what the administration asks.
        instrument: the questionnaire.
        seed: the respondent's id.
        answers: given so far, by item; an answer without a level is an answer.
        importance: given so far, by domain.
        scoring: its method decides, with `item_parameters`, whether the form adapts.
        item_parameters: calibrated parameters by item id; None or empty for an instrument without any.
    """
    adaptive = is_adaptive(asked.length, scoring, item_parameters)
    focus = () if adaptive else asked.focus_domains
    on_form = instrument.asked(asked.form, length=asked.length, focus_domains=focus)
    order = _rotated([domain for domain in on_form if domain not in asked.set_aside], seed)
    first = {domain: tuple(item.id for item in on_form[domain]) for domain in order}
    open_items = tuple(item for items in first.values() for item in items if item not in answers)
    if open_items or not adaptive:
        return Questions(first, open_items)
    pools = {domain: [i for i in instrument.domains[domain].items if asked.form in i.forms] for domain in order}
    chosen = _adaptive_item(pools, instrument, answers, importance, item_parameters or {})
    by_domain = {
        domain: tuple(item.id for item in pool if item.id in answers or item.id == chosen)
        for domain, pool in pools.items()
    }
    return Questions(by_domain, (chosen,) if chosen else ())


def _adaptive_item(
    pools: Mapping[Domain, list[Item]],
    instrument: LoadedInstrument,
    answers: Mapping[str, Answer],
    importance: Mapping[Domain, ImportanceKey],
    parameters: Mapping[str, irt.GradedItem],
) -> str | None:
    states = [
        irt.DomainState(
            items=[parameters.get(item.id, irt.PLACEHOLDER) for item in pool],
            answers=[level if isinstance(level := answers.get(item.id), int) else None for item in pool],
            asked=[item.id in answers for item in pool],
            wanted=importance.get(domain) in _WANTED,
        )
        for domain, pool in pools.items()
    ]
    rule = instrument.instrument.short_form.after_calibration
    place = irt.next_item(states, stop_sd=rule.stop_posterior_sd, max_items=rule.max_items)
    return None if place is None else list(pools.values())[place[0]][place[1]].id


def _rotated(domains: list[Domain], seed: str) -> list[Domain]:
    start = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % max(len(domains), 1)
    return domains[start:] + domains[:start]

"""What a team should know of a support before it opens it: facts of the record, in words."""

from collections.abc import Mapping, Sequence

from api.engine.engine import Engine
from api.errors import NotReady
from api.web.kit.support_words import plain
from models.rules import Duration
from models.support import Resource, Support
from models.vocab import Cost, ProviderKind, ResourceType
from recommender.errors import TrellisError, UnknownSupport
from recommender.instruments import LoadedInstrument

__all__ = ["duration_table", "find_support", "support_facts"]

_COSTS = {Cost.FREE: "Free", Cost.PAID: "Costs money", Cost.MIXED: "Part of it is free"}
_DURATIONS = {Duration.SHORT: "One meeting or less", Duration.MEDIUM: "A few meetings", Duration.LONG: "About a term"}
_TYPES: Mapping[str, str] = {ProviderKind.FOR_PROFIT: "Company"}
"""Types whose word in the catalog is not what a team would say."""


def find_support(engine: Engine, support_id: str) -> Support | None:
    """The record in the catalog in use; None when it is no longer there."""
    try:
        return engine.catalog.get(support_id)
    except UnknownSupport:
        return None


def duration_table(engine: Engine) -> Mapping[ResourceType, Duration]:
    """How long each type of resource takes, by the rules in use; empty while these are being loaded."""
    try:
        return engine.recommender.ruleset.durations
    except (NotReady, TrellisError):
        return {}


def support_facts(
    support: Support, instrument: LoadedInstrument, durations: Mapping[ResourceType, Duration]
) -> tuple[str, ...]:
    """Kind, effort, cost, how it is given and in which languages, as far as they are known.

    Args:
        support: the record.
        instrument: for the labels of its context questions.
        durations: from `duration_table`.
    """
    effort = durations.get(support.resource_type) if isinstance(support, Resource) else None
    facts = [
        _TYPES.get(support.support_type) or plain(support.support_type),
        _DURATIONS[effort] if effort else "",
        _COSTS[support.cost] if support.cost else "",
    ]
    facts += _labels(instrument, "modality", support.modality)
    facts.append(", ".join(_labels(instrument, "languages", support.language)))
    return tuple(fact for fact in facts if fact)


def _labels(instrument: LoadedInstrument, question: str, keys: Sequence[str]) -> list[str]:
    labels = {option.key: option.label for option in instrument.context[question].options}
    return [labels.get(key, labels.get(key.partition("-")[0], key)) for key in keys]

"""Sentences on why a list changed. Every clause is backed by a part of a move or by a piece of evidence."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from models.base import SupportId
from models.change_story import ChangeEvidence, ChangeFactor, Decision, KindChanges, RecordChange

__all__ = ["headline", "sentence"]

_MOSTLY = Fraction(2, 3)
_TELLING = 1
"""Places from which a pull the other way is worth a word."""
_NEED_STEP = 0.01
"""Needs are shown to two decimals."""

_CAUSES: Mapping[ChangeFactor, str] = {
    ChangeFactor.ANSWERS: "your answers changed",
    ChangeFactor.CONTEXT: "your team's situation changed",
    ChangeFactor.DATE: "time has passed",
    ChangeFactor.CATALOG: "the catalog changed",
    ChangeFactor.RULES: "the rules changed",
    ChangeFactor.MODEL: "the way of ranking changed",
    ChangeFactor.DECISIONS: "decisions were made on supports",
}
_RECORDS: Mapping[RecordChange, str] = {
    "new": "it is new in the catalog",
    "gone": "it is no longer in the catalog",
    "changed": "its record in the catalog changed",
}
_DECISIONS: Mapping[Decision, str] = {
    "used": "it was used already",
    "declined": "it was declined",
    "removed": "it was removed in review",
    "pinned": "it was pinned in review",
    "added": "it was added in review",
    "reordered": "it was given another place in review",
}


def sentence(
    support_id: SupportId,
    before: int | None,
    after: int | None,
    *,
    parts: Mapping[ChangeFactor, Fraction],
    evidence: ChangeEvidence,
) -> str:
    """What happened to one support and its main causes.

    Args:
        support_id: for the evidence.
        before: place from 1, None when not listed; not both None, not equal to `after`.
        after: likewise.
        parts: places gained because of each factor; their sum, the move, is not 0.
        evidence: what may be said beside the factors.
    """
    up = sum(parts.values()) > 0
    pulls = {factor: part if up else -part for factor, part in parts.items()}
    causes = _main(pulls)
    against = [
        factor for factor in _largest({factor: -pull for factor, pull in pulls.items()}) if pulls[factor] <= -_TELLING
    ]
    backed = [words for factor in causes if (words := _EVIDENCE[factor](support_id, up, evidence))]
    told = f"{_event(before, after)}: {_because(causes, pulls)}"
    if backed:
        told += f" ({'; '.join(backed)})"
    if against:
        told += f"; {_and([_CAUSES[factor] for factor in against])}, which pulled the other way"
    return f"{told}."


def headline(
    kinds: Sequence[KindChanges], weights: Mapping[ChangeFactor, Fraction], *, residual: ChangeFactor | None
) -> str:
    """How many supports entered, left and moved, and the main causes over all lists.

    Args:
        kinds: the changes of each list.
        weights: places moved because of each changed factor, at least one.
        residual: the factor that could not be switched on its own, which is then said.
    """
    counts = [
        f"{n} {verb}"
        for n, verb in (
            (sum(len(one.entries) for one in kinds), "entered"),
            (sum(len(one.exits) for one in kinds), "left"),
            (sum(len(one.moves) for one in kinds), "moved"),
        )
        if n
    ]
    if not counts:
        return f"Nothing moved in the lists, although {_and([_CAUSES[factor] for factor in weights])}."
    told = f"Of the supports listed, {_and(counts)}, {_because(_main(weights), weights)}"
    if residual is not None:
        told += f"; how much {_CAUSES[residual]} did could not be worked out alone, so it is what the rest leaves over"
    return f"{told}."


def _largest(pulls: Mapping[ChangeFactor, Fraction]) -> list[ChangeFactor]:
    """Factors with a pull above 0, the largest first; equal ones in the order given."""
    return sorted((factor for factor, pull in pulls.items() if pull > 0), key=lambda factor: -pulls[factor])


def _main(pulls: Mapping[ChangeFactor, Fraction]) -> list[ChangeFactor]:
    """The fewest factors, largest first, that make up two thirds of this pull, with the equals of the last one."""
    total = sum(pull for pull in pulls.values() if pull > 0)
    main: list[ChangeFactor] = []
    for factor in _largest(pulls):
        enough = sum(pulls[one] for one in main) >= _MOSTLY * total
        if main and enough and pulls[factor] < pulls[main[-1]]:
            break
        main.append(factor)
    return main


def _because(causes: Sequence[ChangeFactor], pulls: Mapping[ChangeFactor, Fraction]) -> str:
    alone = sum(pull > 0 for pull in pulls.values()) == len(causes)
    return f"{'' if alone else 'mostly '}because {_and([_CAUSES[factor] for factor in causes])}"


def _event(before: int | None, after: int | None) -> str:
    if before is None:
        return f"Entered at place {after}"
    if after is None:
        return f"Left the list, from place {before}"
    return f"Moved {'up' if after < before else 'down'} from place {before} to {after}"


def _need(support_id: SupportId, up: bool, evidence: ChangeEvidence) -> str | None:
    """The need, of those the support works on, that changed most in the direction of the move."""
    served = evidence.served.get(support_id, ())
    changes = [
        (round(need.after - need.before if up else need.before - need.after, 9), need)
        for domain in served
        for need in evidence.needs
        if need.domain is domain
    ]
    if not changes:
        return None
    size, need = max(changes, key=lambda change: change[0])  # the first, with the larger share, of equals
    return f"your need for {need.name.lower()} {'grew' if up else 'shrank'}" if size >= _NEED_STEP else None


def _record(support_id: SupportId, up: bool, evidence: ChangeEvidence) -> str | None:
    change = evidence.records.get(support_id)
    return _RECORDS[change] if change else None


def _rules(support_id: SupportId, up: bool, evidence: ChangeEvidence) -> str | None:
    ids = evidence.rules.get(support_id, ())
    if not ids:
        return None
    return f"the rule{'s' if len(ids) > 1 else ''} {_and(ids)} now say{'' if len(ids) > 1 else 's'} something else"


def _decision(support_id: SupportId, up: bool, evidence: ChangeEvidence) -> str | None:
    decision = evidence.decisions.get(support_id)
    return _DECISIONS[decision] if decision else None


def _nothing(support_id: SupportId, up: bool, evidence: ChangeEvidence) -> None:
    return None


_EVIDENCE: Mapping[ChangeFactor, Callable[[SupportId, bool, ChangeEvidence], str | None]] = {
    ChangeFactor.ANSWERS: _need,
    ChangeFactor.CONTEXT: _nothing,
    ChangeFactor.DATE: _nothing,
    ChangeFactor.CATALOG: _record,
    ChangeFactor.RULES: _rules,
    ChangeFactor.MODEL: _nothing,
    ChangeFactor.DECISIONS: _decision,
}


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)

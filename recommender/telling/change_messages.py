"""What is told of a changed list, as messages. Every clause is backed by a part of a move or by a piece of evidence."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from models.base import SupportId
from models.change_story import ChangeEvidence, ChangeFactor, KindChanges
from models.message import Message, MessageValue

__all__ = ["headline", "sentence"]

_MOSTLY = Fraction(2, 3)
_TELLING = 1
"""Places from which a pull the other way is worth a word."""
_NEED_STEP = 0.01
"""Needs are shown to two decimals."""


def sentence(
    support_id: SupportId,
    before: int | None,
    after: int | None,
    *,
    parts: Mapping[ChangeFactor, Fraction],
    evidence: ChangeEvidence,
) -> Message:
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
    backed = tuple(words for factor in causes if (words := _EVIDENCE[factor](support_id, up, evidence)))
    values: dict[str, MessageValue] = {"event": _event(before, after), "because": _because(causes, pulls)}
    key = "change.told"
    if backed:
        key += "_backed"
        values["evidence"] = backed
    if against:
        key += "_against"
        values["against"] = _causes(against)
    return Message(key=key, values=values)


def headline(
    kinds: Sequence[KindChanges], weights: Mapping[ChangeFactor, Fraction], *, residual: ChangeFactor | None
) -> Message:
    """How many supports entered, left and moved, and the main causes over all lists.

    Args:
        kinds: the changes of each list.
        weights: places moved because of each changed factor, at least one.
        residual: the factor that could not be switched on its own, which is then said.
    """
    counts = tuple(
        Message(key=f"change.n_{verb}", values={"n": n})
        for n, verb in (
            (sum(len(one.entries) for one in kinds), "entered"),
            (sum(len(one.exits) for one in kinds), "left"),
            (sum(len(one.moves) for one in kinds), "moved"),
        )
        if n
    )
    if not counts:
        return Message(key="change.nothing_moved", values={"causes": _causes(weights)})
    values: dict[str, MessageValue] = {"counts": counts, "because": _because(_main(weights), weights)}
    if residual is not None:
        return Message(key="change.headline_residual", values={**values, "residual": _cause(residual)})
    return Message(key="change.headline", values=values)


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


def _cause(factor: ChangeFactor) -> Message:
    return Message(key=f"change.cause.{factor}")


def _causes(factors: Sequence[ChangeFactor] | Mapping[ChangeFactor, Fraction]) -> tuple[Message, ...]:
    return tuple(_cause(factor) for factor in factors)


def _because(causes: Sequence[ChangeFactor], pulls: Mapping[ChangeFactor, Fraction]) -> Message:
    alone = sum(pull > 0 for pull in pulls.values()) == len(causes)
    return Message(key="change.because" if alone else "change.mostly_because", values={"causes": _causes(causes)})


def _event(before: int | None, after: int | None) -> Message:
    if after is not None and before is None:
        return Message(key="change.entered", values={"after": after})
    if before is not None and after is None:
        return Message(key="change.left", values={"before": before})
    if before is None or after is None:
        raise ValueError("a support that was never listed did not move")
    way = "up" if after < before else "down"
    return Message(key=f"change.moved_{way}", values={"before": before, "after": after})


def _need(support_id: SupportId, up: bool, evidence: ChangeEvidence) -> Message | None:
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
    if size < _NEED_STEP:
        return None
    way = "grew" if up else "shrank"
    return Message(key=f"change.need_{way}", values={"need": Message(key=f"domain.{need.domain}")})


def _record(support_id: SupportId, up: bool, evidence: ChangeEvidence) -> Message | None:
    change = evidence.records.get(support_id)
    return Message(key=f"change.record.{change}") if change else None


def _rules(support_id: SupportId, up: bool, evidence: ChangeEvidence) -> Message | None:
    ids = evidence.rules.get(support_id, ())
    return Message(key="change.rules", values={"n": len(ids), "rules": tuple(ids)}) if ids else None


def _decision(support_id: SupportId, up: bool, evidence: ChangeEvidence) -> Message | None:
    decision = evidence.decisions.get(support_id)
    return Message(key=f"change.decision.{decision}") if decision else None


def _nothing(support_id: SupportId, up: bool, evidence: ChangeEvidence) -> None:
    return None


_EVIDENCE: Mapping[ChangeFactor, Callable[[SupportId, bool, ChangeEvidence], Message | None]] = {
    ChangeFactor.ANSWERS: _need,
    ChangeFactor.CONTEXT: _nothing,
    ChangeFactor.DATE: _nothing,
    ChangeFactor.CATALOG: _record,
    ChangeFactor.RULES: _rules,
    ChangeFactor.MODEL: _nothing,
    ChangeFactor.DECISIONS: _decision,
}

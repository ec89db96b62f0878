"""The log of review decisions, and what another ranking would have shown; both JSON lines.

A log line says what could have been shown, with the features of that moment, what was shown, how probable that was
under the ranking that showed it, and what the reviewer made of it. A deterministic ranking has probability 1 for what
it shows and 0 for all else, and then no other ranking can be evaluated: log a ranking that leaves a little to chance.
"""

import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from models.base import Fault, Value
from models.decision_log import SUM_TOLERANCE, Decision
from recommender.errors import InputError
from recommender.reading.trec import TrecRun
from recommender.reading.values import read_lines

__all__ = ["TargetDecision", "read_log", "read_target", "target_of_run"]

Word = Annotated[str, StringConstraints(pattern=r"^\S+$")]
Share = Annotated[float, Field(ge=0, le=1)]


class TargetDecision(Value):
    """What the ranking to evaluate would have shown in place of one logged list."""

    decision_id: Word
    positions: tuple[dict[str, Share], ...] = Field(min_length=1)
    """For each place, first to last, the probability of each support there; what is left out has 0."""
    slate_probability: Share
    """Probability that it shows exactly the logged list."""

    @model_validator(mode="after")
    def _sums_to_one(self) -> "TargetDecision":
        for place, probabilities in enumerate(self.positions, start=1):
            total = math.fsum(probabilities.values())
            if abs(total - 1) > SUM_TOLERANCE:
                raise ValueError(f"the probabilities of place {place} sum to {total:.6g}, expected 1")
        return self


def read_log(path: Path) -> tuple[Decision, ...]:
    """The logged decisions, in file order.

    Raises:
        InputError: Every fault with its line; among them repeated decision ids, and features that change their names.
    """
    decisions = read_lines([path], Decision)[path]
    faults = _repeated([item.decision_id for item in decisions], str(path))
    names = [frozenset(item.candidates[0].features) for item in decisions]
    faults += [
        Fault(pointer="", detail=f"Decision {item.decision_id} has other features than the first.", file=str(path))
        for item, own in zip(decisions, names, strict=True)
        if own != names[0]
    ]
    if not decisions:
        faults.append(Fault(pointer="", detail="The log is empty.", file=str(path)))
    if faults:
        raise InputError(faults)
    return decisions


def read_target(path: Path, decisions: Sequence[Decision]) -> tuple[TargetDecision, ...]:
    """What the target would have shown, in the order of the log; lines of other decisions are left out.

    Raises:
        InputError: Every fault with its line; among them decisions of the log without a line, and shorter lists than
            were logged.
    """
    targets = read_lines([path], TargetDecision)[path]
    faults = _repeated([item.decision_id for item in targets], str(path))
    by_id = {item.decision_id: item for item in targets}
    faults += _missing(by_id, decisions, str(path))
    faults += [
        Fault(
            pointer="",
            detail=f"Decision {item.decision_id}: {len(by_id[item.decision_id].positions)} places,"
            f" but {len(item.displayed)} were displayed.",
            file=str(path),
        )
        for item in decisions
        if item.decision_id in by_id and len(by_id[item.decision_id].positions) < len(item.displayed)
    ]
    if faults:
        raise InputError(faults)
    return tuple(by_id[item.decision_id] for item in decisions)


def target_of_run(
    run: TrecRun, decisions: Sequence[Decision], *, file: str | None = None
) -> tuple[TargetDecision, ...]:
    """The target that shows a TREC run's lists without chance; the run's query ids are decision ids.

    Raises:
        InputError: Decisions of the log without a list, or with a shorter one than was displayed.
    """
    faults = _missing(run, decisions, file)
    faults += [
        Fault(pointer="", detail=f"Decision {item.decision_id} has a shorter list than was displayed.", file=file)
        for item in decisions
        if item.decision_id in run and len(run[item.decision_id]) < len(item.displayed)
    ]
    if faults:
        raise InputError(faults)
    targets = []
    for item in decisions:
        listed = [scored.doc_id for scored in run[item.decision_id]][: len(item.displayed)]
        same = listed == [shown.support_id for shown in item.displayed]
        targets.append(
            TargetDecision(
                decision_id=item.decision_id,
                positions=tuple({support_id: 1.0} for support_id in listed),
                slate_probability=float(same),
            )
        )
    return tuple(targets)


def _repeated(ids: Sequence[str], file: str) -> list[Fault]:
    seen: set[str] = set()
    faults = []
    for one in ids:
        if one in seen:
            faults.append(Fault(pointer="", detail=f"Decision {one} is given twice.", file=file))
        seen.add(one)
    return faults


def _missing(known: Collection[str], decisions: Sequence[Decision], file: str | None) -> list[Fault]:
    return [
        Fault(pointer="", detail=f"Decision {item.decision_id} is logged, but this lacks it.", file=file)
        for item in decisions
        if item.decision_id not in known
    ]

"""From a result and its gate to what a service shows people."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from eval.inputs.files import InvalidFile, read_file
from eval.measuring.stats import compare
from eval.metrics import NDCG, GateViolations, Judged, NeedCoverage
from eval.results.findings import IntervalRecord, SliceRecord
from eval.results.records import LEARNED_HERE, ListResult, ResultRecord, SystemRecord
from eval.tuning.study import Study
from models.base import Fault
from models.evaluation import (
    Band,
    BehaviorCheck,
    GateReport,
    GroupAttention,
    HeadToHead,
    PublishedEvaluation,
    PublishedList,
    PublishedSystem,
    Stability,
    TeamSlice,
)
from models.vocab import SupportKind
from recommender.reading.values import Syntax

__all__ = ["publish", "read_gate", "read_studies"]

MEASURE = NDCG(k=10)
NEED_COVERAGE, JUDGED, FORBIDDEN = NeedCoverage(), Judged(), GateViolations()
_MADE_OF = ("catalog", "instrument", "ruleset", "config", "judgments")
"""What a result and a gate must have in common to be about the same ranking."""


def publish(result: ResultRecord, gate: GateReport, studies: Sequence[Study] = ()) -> PublishedEvaluation:
    """What people are shown: our ranking beside plain ones, for whom, how fair, how stable, and the gate.

    Rankings with one part of ours switched off are left out.

    Args:
        result: Of `trellis eval run`.
        gate: Of the same ranking.
        studies: Of `trellis eval tune` on the same teams: what weights learned on other teams reach.

    Raises:
        InvalidFile: the result is not about our ranking, or the gate or a study is about another one or other teams;
            each difference is a fault.
    """
    nested = {study.kind: study for study in studies}
    faults = [
        Fault(
            pointer=f"/versions/{name}",
            detail=f"The result has {result.versions.get(name, 'none')}, the gate {gate.versions.get(name, 'none')}.",
        )
        for name in _MADE_OF
        if result.versions.get(name) != gate.versions.get(name)
    ]
    faults += [
        Fault(pointer=f"/lists/{place}/ours", detail="None of these systems is our ranking; make it with `run`.")
        for place, one in enumerate(result.lists)
        if one.ours is None
    ]
    faults += [
        Fault(pointer=f"/lists/{place}", detail="The study of this list is about other teams.")
        for place, one in enumerate(result.lists)
        if one.name in nested and set(nested[one.name].team_ids) != set(one.query_ids)
    ]
    if faults:
        raise InvalidFile(faults)
    ours = [system for one in result.lists for system in one.systems if system.name == one.ours]
    return PublishedEvaluation(
        made_on=result.made_on,
        judged_by=result.judged_by,
        flattered=any(system.description == LEARNED_HERE for system in ours),
        measure=MEASURE.name,
        k=MEASURE.k or 0,
        versions=result.versions,
        lists=tuple(
            _list(one, one.ours, nested.get(one.name), result.seed) for one in result.lists if one.ours is not None
        ),
        behavior=tuple(
            BehaviorCheck(
                says=one.says,
                kind=SupportKind(one.kind),
                n_cases=one.n_cases,
                n_broken=one.n_broken,
                holds=one.holds,
            )
            for one in result.behavior
        ),
        gate=gate,
    )


def read_gate(path: Path) -> GateReport:
    """What `trellis eval gate --out` wrote.

    Raises:
        InputError: it cannot be read, or is something else; every fault with its place.
    """
    return read_file(path, GateReport, syntax=Syntax.JSON)


def read_studies(path: Path) -> list[Study]:
    """What `trellis eval tune --json` printed.

    Raises:
        InputError: as `read_gate`.
    """
    return read_file(path, TypeAdapter(list[Study]), syntax=Syntax.JSON)


def _list(one: ListResult, ours: str, study: Study | None, seed: int) -> PublishedList:
    values = {system.name: _values(system) for system in one.systems}
    shown = [system for system in one.systems if not system.name.startswith(f"{ours}-")]
    shown.sort(key=lambda system: (-(system.metrics[str(MEASURE)].value or 0.0), system.name))
    return PublishedList(
        kind=SupportKind(one.name),
        n_supports=one.n_documents,
        n_teams=len(one.query_ids),
        ours=ours,
        baseline=one.baseline,
        on_unseen_teams=study.nested if study else None,
        systems=tuple(_system(system, ours, values, seed) for system in shown),
        slices=tuple(_slice(record) for record in one.slices if record.system == ours),
        attention=tuple(
            GroupAttention(
                grouping=group.grouping,
                group=group.group,
                n_supports=group.n_documents,
                exposure=group.exposure,
                merit=group.merit,
                ratio=group.ratio,
            )
            for group in one.groups
            if group.system == ours
        ),
        stability=tuple(
            Stability(
                perturbation=record.perturbation,
                n_teams=record.n_teams,
                overlap=record.rbo,
                top_kept=record.top_retention,
            )
            for record in one.stability
        ),
    )


def _system(system: SystemRecord, ours: str, values: Mapping[str, NDArray[np.float64]], seed: int) -> PublishedSystem:
    measured = system.metrics[str(MEASURE)]
    return PublishedSystem(
        name=system.name,
        description=system.description,
        value=measured.value or 0.0,
        band=_band(measured.interval),
        judged=system.metrics[str(JUDGED)].value,
        need_coverage=system.metrics[str(NEED_COVERAGE)].value,
        forbidden=round(system.metrics[str(FORBIDDEN)].value or 0),
        ours_against=None if system.name == ours else _head_to_head(values[ours], values[system.name], seed),
    )


def _head_to_head(ours: NDArray[np.float64], theirs: NDArray[np.float64], seed: int) -> HeadToHead:
    found = compare(ours, theirs, seed=seed)
    interval = found.interval
    return HeadToHead(
        difference=found.difference,
        band=Band(low=interval.low, high=interval.high, confidence=interval.confidence),
        wins=found.record.wins,
        ties=found.record.ties,
        losses=found.record.losses,
    )


def _slice(record: SliceRecord) -> TeamSlice:
    return TeamSlice(
        slice=record.slice,
        group=record.group,
        n_teams=record.n,
        too_small=record.too_small,
        value=record.value,
        band=_band(record.interval) if record.interval else None,
        difference=record.difference,
        difference_band=_band(record.difference_interval) if record.difference_interval else None,
    )


def _values(system: SystemRecord) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in system.metrics[str(MEASURE)].per_query])


def _band(interval: IntervalRecord) -> Band:
    return Band(low=interval.low, high=interval.high, confidence=interval.confidence)

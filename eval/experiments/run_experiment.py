"""Running an experiment file: every system, slices, stability, groups, behavior and hard rules in one result."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from eval.experiments.behavior import BehaviorFile
from eval.experiments.experiment import METRICS, OURS, Evaluation, evaluate_teams
from eval.experiments.experiment_file import RULES_ONLY, ExperimentFile, ablation_name
from eval.experiments.hard_rules import check_hard_rules
from eval.experiments.slices import record_slices, slice_teams
from eval.experiments.stability import DEPTH, Lists, rank_stability
from eval.experiments.wiring import Bench, behavior_of, open_recommender, rank_of, reasons_of, variant
from eval.inputs.groups import GROUPINGS
from eval.inputs.judged import team_topics
from eval.measuring.stats import compare, holm
from eval.metrics import NDCG, group_exposure
from eval.results.findings import GroupRecord, HardRules, SliceRecord
from eval.results.records import ComparisonRecord, ListResult, comparison_record
from models.assessment import Assessment
from models.vocab import SupportKind
from recommender.config import RankingConfig
from recommender.ports import OnProgress
from recommender.reading.trec import TrecRun

__all__ = ["GATE_METRIC", "gate_values", "hard_rules_of", "run_experiment"]

GATE_METRIC = NDCG(k=10)
LIST_DEPTH = 100
"""Longest list of our own systems: deep enough for ten judged supports in each."""


def run_experiment(
    file: ExperimentFile,
    bench: Bench,
    *,
    runs: Mapping[str, TrecRun],
    checks: BehaviorFile | None,
    made_on: date,
    progress: OnProgress | None = None,
) -> Evaluation:
    """The result of an experiment, with the lists of every system.

    Args:
        file: Names the systems and what else to find out.
        bench: The teams, the catalog and all that ranks.
        runs: What the files that the experiment names hold.
        checks: Behavioral checks; None leaves them out.
        made_on: Recorded, and the date for teams that name none if the file names none.
        progress: Called as work is done.
    """
    as_of = file.as_of or made_on
    configs = _configs(file, bench.config)
    variants = {
        name: variant(bench, config=config, k=LIST_DEPTH, as_of=as_of, progress=progress)
        for name, (config, _) in configs.items()
    }
    evaluation = evaluate_teams(
        bench.teams,
        bench.catalog,
        instrument=bench.instrument.instrument,
        needs=bench.needs,
        embedder=bench.embedder,
        rankers={kind: {name: by_kind[kind] for name, by_kind in variants.items()} for kind in file.kinds},
        about_rankers={name: about for name, (_, about) in configs.items()} | {OURS: bench.about_ours},
        runs=runs,
        kinds=file.kinds,
        baselines=file.baselines,
        baseline=file.baseline,
        judged_by=bench.judged_by,
        versions=bench.versions | {"as_of": as_of.isoformat()},
        seed=file.seed,
        made_on=made_on,
        reasons=reasons_of(bench, as_of=made_on),
        progress=progress,
    )
    rank = _ids_of(bench, as_of)
    stability = rank_stability(
        bench.teams.assessments,
        rank,
        n_draws=file.stability_draws,
        seed=file.seed,
        progress=progress,
    )
    lists = {assessment.assessment_id: rank(assessment) for assessment in bench.teams.assessments}
    groups = slice_teams(bench.teams.assessments, bench.profiles, slices=file.slices)
    result = evaluation.result.model_copy(
        update={
            "experiment": file.content_hash,
            "lists": tuple(
                one.model_copy(
                    update={
                        "ablations": _ablations(one, file),
                        "slices": _slices(one, groups, file),
                        "stability": tuple(record for record in stability if record.kind == one.name),
                        "groups": _groups(bench, SupportKind(one.name), lists),
                    }
                )
                for one in evaluation.result.lists
            ),
            "behavior": () if checks is None else behavior_of(bench, checks, as_of=as_of, progress=progress),
            "hard_rules": hard_rules_of(bench, as_of=as_of, progress=progress),
        }
    )
    return evaluation._replace(result=result)


def hard_rules_of(bench: Bench, *, as_of: date, progress: OnProgress | None = None) -> HardRules:
    """What our ranking of a bench breaks."""
    return check_hard_rules(
        bench.teams.assessments,
        lambda catalog: open_recommender(replace(bench, catalog=catalog)),
        catalog=bench.catalog,
        as_of=as_of,
        progress=progress,
    )


def _configs(file: ExperimentFile, config: RankingConfig) -> dict[str, tuple[RankingConfig, str]]:
    """Our systems with what to say of each: as it is, with one part switched off, and by rules alone."""
    configs = {OURS: (config, "")}
    for part in file.ablations:
        parts = config.parts.model_copy(update={part: False})
        about = f"ours with {part.replace('_', ' ')} switched off, its weights as they are"
        configs[ablation_name(part)] = (config.model_copy(update={"parts": parts}), about)
    if RULES_ONLY in file.baselines:
        kinds = {
            kind: settings.model_copy(update={"features": {}, "diversity": 0.0})
            for kind, settings in config.kinds.items()
        }
        about = "gates and preferring or discouraging rules alone"
        configs[RULES_ONLY] = (config.model_copy(update={"kinds": kinds}), about)
    return configs


def _ids_of(bench: Bench, as_of: date) -> Lists:
    rank = rank_of(open_recommender(bench), as_of=as_of)

    def ids(assessment: Assessment) -> Mapping[str, Sequence[str]]:
        return {kind.value: [match.support_id for match in found] for kind, found in rank(assessment, DEPTH).items()}

    return ids


def _ablations(one: ListResult, file: ExperimentFile) -> dict[str, ComparisonRecord]:
    metric = str(METRICS[0])
    names = [ablation_name(part) for part in file.ablations]
    values = _values(one, metric, (OURS, *names))
    compared = {name: compare(values[name], values[OURS], seed=file.seed) for name in names}
    adjusted = holm([comparison.test.p for comparison in compared.values()])
    return {
        name: comparison_record(metric, comparison, p)
        for (name, comparison), p in zip(compared.items(), adjusted, strict=True)
    }


def _values(one: ListResult, metric: str, systems: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    return {
        system.name: np.array([np.nan if value is None else value for value in system.metrics[metric].per_query])
        for system in one.systems
        if system.name in systems
    }


def _slices(
    one: ListResult, groups: Mapping[str, Mapping[str, Sequence[str]]], file: ExperimentFile
) -> tuple[SliceRecord, ...]:
    metric = str(METRICS[0])
    values = _values(one, metric, (OURS, file.baseline))
    return record_slices(groups, one.query_ids, values, metric=metric, baseline=file.baseline, seed=file.seed)


def _groups(
    bench: Bench, kind: SupportKind, lists: Mapping[str, Mapping[str, Sequence[str]]]
) -> tuple[GroupRecord, ...]:
    supports = [support for support in bench.catalog.supports if support.kind is kind]
    topics = team_topics(bench.teams, supports, needs=bench.needs)
    rankings = {team: by_kind[kind.value] for team, by_kind in lists.items()}
    return tuple(
        GroupRecord(
            grouping=grouping,
            group=group,
            system=OURS,
            n_documents=found.n_documents,
            exposure=found.exposure,
            merit=found.merit,
            ratio=found.ratio if found.merit else None,
        )
        for grouping, group_of in GROUPINGS[kind].items()
        for group, found in group_exposure(rankings, topics, group_of(supports)).items()
    )


def gate_values(bench: Bench, *, as_of: date, progress: OnProgress | None = None) -> dict[str, dict[str, float]]:
    """`GATE_METRIC` of our ranking, by list and assessment id."""
    rank = rank_of(open_recommender(bench, progress=progress), as_of=as_of)
    lists = {
        assessment.assessment_id: rank(assessment, GATE_METRIC.k or LIST_DEPTH)
        for assessment in bench.teams.assessments
    }
    values = {}
    for kind in SupportKind:
        supports = [support for support in bench.catalog.supports if support.kind is kind]
        topics = team_topics(bench.teams, supports, needs=bench.needs)
        values[kind.value] = {
            team: GATE_METRIC([match.support_id for match in lists[team][kind]], topic)
            for team, topic in topics.items()
        }
    return values

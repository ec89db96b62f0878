"""Ranking metrics, one a module. `METRICS` names them; `parse_metric` reads a name back, as `ndcg@10(gain=linear)`."""

import re
from dataclasses import fields
from typing import Any, get_args

from eval.metrics.alpha_ndcg import AlphaNDCG
from eval.metrics.average_precision import AveragePrecision
from eval.metrics.base import Metric, Ranking, Topic
from eval.metrics.bpref import BPref
from eval.metrics.err import ERR
from eval.metrics.gate_violations import GateViolations
from eval.metrics.group_exposure import GroupExposure, group_exposure
from eval.metrics.hit import Hit
from eval.metrics.intra_list_diversity import IntraListDiversity
from eval.metrics.judged_at_k import Judged
from eval.metrics.ndcg import NDCG
from eval.metrics.need_coverage import NeedCoverage
from eval.metrics.precision import Precision
from eval.metrics.rbp import RBP, RBPResidual
from eval.metrics.recall import Recall
from eval.metrics.reciprocal_rank import ReciprocalRank
from recommender.telling.rank_overlap import rank_biased_overlap

__all__ = [
    "ERR",
    "METRICS",
    "NDCG",
    "RBP",
    "AlphaNDCG",
    "AveragePrecision",
    "BPref",
    "GateViolations",
    "GroupExposure",
    "Hit",
    "IntraListDiversity",
    "Judged",
    "Metric",
    "NeedCoverage",
    "Precision",
    "RBPResidual",
    "Ranking",
    "Recall",
    "ReciprocalRank",
    "Topic",
    "group_exposure",
    "parse_metric",
    "rank_biased_overlap",
]

METRICS: dict[str, type[Metric]] = {
    metric.name: metric
    for metric in (
        NDCG,
        Precision,
        NeedCoverage,
        Judged,
        GateViolations,
        AveragePrecision,
        ReciprocalRank,
        Recall,
        Hit,
        RBP,
        RBPResidual,
        ERR,
        BPref,
        AlphaNDCG,
        IntraListDiversity,
    )
}
"""Every per-query metric by its name."""

_NAME = re.compile(r"(?P<name>[a-z_]+)(@(?P<k>\d+))?(\((?P<parameters>[^()]*)\))?")


def parse_metric(text: str) -> Metric:
    """The metric that prints as `text`; parameters left out take their defaults.

    Raises:
        ValueError: An unknown metric or parameter, or a value of the wrong type; says what exists.
    """
    match = _NAME.fullmatch(text.strip())
    if match is None or match["name"] not in METRICS:
        raise ValueError(f"'{text}' is not a metric; expected name@k(parameter=value) with one of {', '.join(METRICS)}")
    metric = METRICS[match["name"]]
    types = {item.name: item.type for item in fields(metric)}
    given = [part.partition("=") for part in (match["parameters"] or "").split(",") if part]
    named = {name.strip(): value.strip() for name, _, value in given}
    if match["k"] is not None:
        named["k"] = match["k"]
    unknown = [name for name in named if name not in types]
    if unknown:
        raise ValueError(f"'{text}': no parameter {', '.join(unknown)}; {metric.name} has {', '.join(types) or 'none'}")
    return metric(**{name: _parse_value(text, name, value, types[name]) for name, value in named.items()})


def _parse_value(text: str, name: str, value: str, declared: Any) -> object:
    if words := [word for word in get_args(declared) if isinstance(word, str)]:
        if value not in words:
            raise ValueError(f"'{text}': {name} is '{value}', expected {' or '.join(words)}")
        return value
    try:
        return float(value) if declared is float else int(value)
    except ValueError:
        raise ValueError(f"'{text}': {name} is '{value}', expected a number") from None

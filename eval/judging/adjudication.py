"""From several judges' grades to one grade a pair."""

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from eval.judging.agreement import grades_by_judge
from eval.judging.judgments import JudgedPair, Judgment, present_judgments

__all__ = ["AgreedGrades", "settle", "write_qrels"]


class AgreedGrades(NamedTuple):
    """What is agreed, and what somebody has to decide."""

    grades: dict[JudgedPair, int]
    """Sorted by team, then support."""
    open: tuple[JudgedPair, ...]
    """Pairs whose grades lie too far apart and that nobody has decided; widest first, then by team and support."""


def settle(judgments: Sequence[Judgment], decisions: Sequence[Judgment], *, tolerance: int = 0) -> AgreedGrades:
    """One grade a pair.

    A decision stands above all grades. Without one, grades at most `tolerance` apart settle on their median, halves
    rounded down (the guidelines ask not to be generous); others stay open.

    Args:
        judgments: Of all judges; the last word of each counts.
        decisions: By whoever settles disagreements. When several did, the last one in time counts.
        tolerance: Grades, at least 0.
    """
    decided = {
        item.pair: item.grade
        for item in sorted(present_judgments(decisions), key=lambda item: (item.judged_at, item.judge))
        if item.grade is not None
    }
    _, pairs, grid = grades_by_judge(judgments)
    settled: dict[JudgedPair, int] = dict(decided)
    open_pairs: list[tuple[float, JudgedPair]] = []
    for column, pair in enumerate(pairs):
        if pair in decided:
            continue
        grades = [grade for grade in grid[:, column].tolist() if not math.isnan(grade)]
        spread = max(grades) - min(grades)
        if spread <= tolerance:
            settled[pair] = math.floor(median(grades))
        else:
            open_pairs.append((-spread, pair))
    return AgreedGrades(dict(sorted(settled.items())), tuple(pair for _, pair in sorted(open_pairs)))


def write_qrels(grades: Mapping[JudgedPair, int]) -> Iterator[str]:
    """The lines of a TREC qrels file, each with its newline, in the given order."""
    for pair, grade in grades.items():
        yield f"{pair.assessment_id} 0 {pair.support_id} {grade}\n"

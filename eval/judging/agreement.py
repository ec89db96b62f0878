"""How far judges agree: quadratic weighted kappa of two, Krippendorff's alpha of all, and where they part."""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.judging.judgments import GRADES, JudgedPair, Judgment, judge_names, present_judgments
from eval.results.findings import IntervalRecord
from models.base import Value

__all__ = [
    "AgreementReport",
    "Disagreement",
    "JudgedGrid",
    "KappaRecord",
    "grades_by_judge",
    "krippendorff_alpha",
    "measure_agreement",
    "quadratic_kappa",
]

Grades = NDArray[np.float64]
"""Grades of the same pairs, NaN where a judge gave none."""


class JudgedGrid(NamedTuple):
    """Present grades side by side."""

    judges: tuple[str, ...]
    """Sorted."""
    pairs: tuple[JudgedPair, ...]
    """Sorted."""
    grades: Grades
    """Shape (n_judges, n_pairs)."""


class KappaRecord(Value):
    """Two judges on the pairs that both graded."""

    judges: tuple[str, str]
    n: int
    kappa: float | None
    """Quadratic weighted; None when it is undefined: no pair, or both give one and the same grade throughout."""
    interval: IntervalRecord
    """Percentile bootstrap over teams, because grades of one team go together."""
    same: float | None
    """Share of pairs with the same grade."""
    within_one: float | None
    """Share of pairs at most one grade apart."""
    shift: float | None
    """Mean grade of the first minus the second: who is the more generous."""


class Disagreement(Value):
    """A pair on which grades differ."""

    assessment_id: str
    support_id: str
    grades: dict[str, int]
    """By judge, sorted by name."""
    spread: int
    """Highest minus lowest."""


class AgreementReport(Value):
    """Agreement of several judges."""

    judges: tuple[str, ...]
    n_judgments: dict[str, int]
    """By judge."""
    grade_counts: dict[str, tuple[int, ...]]
    """By judge, how many 0, 1, 2, 3."""
    n_pairs: int
    """Pairs that anyone graded."""
    n_shared: int
    """Pairs that two or more judges graded."""
    kappas: tuple[KappaRecord, ...]
    alpha_ordinal: float | None
    """None when undefined: fewer than two grades to compare, or no grade differs."""
    alpha_ordinal_interval: IntervalRecord
    alpha_interval: float | None
    disagreements: tuple[Disagreement, ...]
    """Widest first."""


def quadratic_kappa(first: Grades, second: Grades) -> float:
    """Cohen's kappa with quadratic weights of two judges' grades, shape (n,) each; 1 is perfect, 0 is chance.

    NaN for no grades, and where both give one and the same grade throughout, so that chance explains all.

    Source: Cohen, Psychological Bulletin 1968, doi:10.1037/h0026256.
    """
    if len(first) == 0:
        return math.nan
    observed = float(np.mean((first - second) ** 2))
    # What every grade of the first against every grade of the second would give: the table expected by chance.
    expected = float(np.var(first) + np.var(second) + (np.mean(first) - np.mean(second)) ** 2)
    return math.nan if expected == 0 else 1 - observed / expected


def krippendorff_alpha(grades: Grades, *, level: Literal["ordinal", "interval"]) -> float:
    """Krippendorff's alpha: 1 is perfect agreement, 0 is chance; NaN when nothing can be compared, or no grade differs.

    Args:
        grades: Shape (n_judges, n_pairs), NaN where a judge gave none. Pairs with one grade say nothing.
        level: How distant two grades are: by the grades ranked between them, or by their difference.

    Source: Krippendorff, Content Analysis, 3rd edition 2013, chapter 12 (coincidence matrix).
    """
    values = np.array(GRADES, dtype=np.float64)
    counts = np.array([(grades == value).sum(axis=0) for value in values], dtype=np.float64).T
    counts = counts[counts.sum(axis=1) >= 2]
    if len(counts) == 0:
        return math.nan
    n_of = counts.sum(axis=1)
    # Each pair adds as much as it has grades: ordered pairs of grades within it, over its grades minus one.
    coincidences = np.einsum("ui,uj->ij", counts / (n_of - 1)[:, None], counts) - np.diag(
        (counts / (n_of - 1)[:, None]).sum(axis=0)
    )
    margin = coincidences.sum(axis=1)
    total = margin.sum()
    distance = _ordinal_distance(margin) if level == "ordinal" else (values[:, None] - values[None, :]) ** 2
    expected = float((np.outer(margin, margin) * distance).sum() / (total - 1))
    return math.nan if expected == 0 else 1 - float((coincidences * distance).sum()) / expected


def _ordinal_distance(margin: Grades) -> Grades:
    below = np.cumsum(margin)
    between = below[None, :] - below[:, None] + margin[:, None] - (margin[:, None] + margin[None, :]) / 2
    upper = np.triu(between, k=1)
    distance: Grades = (upper + upper.T) ** 2
    return distance


def grades_by_judge(judgments: Sequence[Judgment]) -> JudgedGrid:
    """Everyone's present grades of every pair that anyone graded."""
    present = present_judgments(judgments)
    judges = judge_names(present)
    pairs = tuple(sorted({item.pair for item in present}))
    column = {pair: place for place, pair in enumerate(pairs)}
    grades = np.full((len(judges), len(pairs)), math.nan)
    for item in present:
        if item.grade is not None:
            grades[judges.index(item.judge), column[item.pair]] = item.grade
    return JudgedGrid(judges, pairs, grades)


def measure_agreement(judgments: Sequence[Judgment], *, n_resamples: int = 2_000, seed: int) -> AgreementReport:
    """Agreement of everyone who judged, on their present grades.

    Args:
        judgments: Of any number of judges.
        n_resamples: Bootstrap samples of teams for each interval.
        seed: Of the bootstrap.
    """
    judges, pairs, grades = grades_by_judge(judgments)
    teams = [pair.assessment_id for pair in pairs]
    given = ~np.isnan(grades)
    kappas = []
    for i, j in itertools.combinations(range(len(judges)), 2):
        both = given[i] & given[j]
        first, second = grades[i, both], grades[j, both]
        shared_teams = [team for team, is_shared in zip(teams, both, strict=True) if is_shared]
        distance = abs(first - second)
        kappas.append(
            KappaRecord(
                judges=(judges[i], judges[j]),
                n=len(first),
                kappa=_number(quadratic_kappa(first, second)),
                interval=_over_teams(
                    lambda rows: quadratic_kappa(rows[0], rows[1]),
                    np.vstack([first, second]),
                    shared_teams,
                    n_resamples=n_resamples,
                    seed=seed,
                ),
                same=_number(_mean(distance == 0)),
                within_one=_number(_mean(distance <= 1)),
                shift=_number(_mean(first - second)),
            )
        )
    return AgreementReport(
        judges=judges,
        n_judgments={judge: int(given[row].sum()) for row, judge in enumerate(judges)},
        grade_counts={
            judge: tuple(int((grades[row] == grade).sum()) for grade in GRADES) for row, judge in enumerate(judges)
        },
        n_pairs=len(pairs),
        n_shared=int((given.sum(axis=0) >= 2).sum()) if judges else 0,
        kappas=tuple(kappas),
        alpha_ordinal=_number(krippendorff_alpha(grades, level="ordinal")) if judges else None,
        alpha_ordinal_interval=_over_teams(
            lambda rows: krippendorff_alpha(rows, level="ordinal"), grades, teams, n_resamples=n_resamples, seed=seed
        ),
        alpha_interval=_number(krippendorff_alpha(grades, level="interval")) if judges else None,
        disagreements=_disagreements(judges, pairs, grades),
    )


def _disagreements(judges: Sequence[str], pairs: Sequence[JudgedPair], grades: Grades) -> tuple[Disagreement, ...]:
    found = []
    for column, pair in enumerate(pairs):
        given = {judge: int(grade) for judge, grade in zip(judges, grades[:, column], strict=True) if grade >= 0}
        spread = max(given.values()) - min(given.values())
        if spread:
            found.append(Disagreement(**pair._asdict(), grades=given, spread=spread))
    return tuple(sorted(found, key=lambda item: (-item.spread, item.assessment_id, item.support_id)))


def _over_teams(
    statistic: Callable[[Grades], float], grades: Grades, teams: Sequence[str], *, n_resamples: int, seed: int
) -> IntervalRecord:
    """Percentile bootstrap of a statistic of columns, drawing whole teams."""
    columns_of = [[c for c, team in enumerate(teams) if team == name] for name in dict.fromkeys(teams)]
    reason = None
    drawn: list[float] = []
    if len(columns_of) < 5:
        reason = f"only {len(columns_of)} teams"
    else:
        rng = np.random.default_rng(seed)
        for _ in range(n_resamples):
            picked = rng.integers(0, len(columns_of), size=len(columns_of))
            drawn.append(statistic(grades[:, [c for team in picked for c in columns_of[team]]]))
        if any(map(math.isnan, drawn)):
            reason = "undefined in some resamples"
        elif max(drawn) - min(drawn) < 1e-12:
            reason = "all resamples are equal"
    if reason:
        return IntervalRecord(low=None, high=None, confidence=0.95, not_estimable=reason)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return IntervalRecord(low=float(low), high=float(high), confidence=0.95)


def _mean(values: NDArray[np.bool_] | Grades) -> float:
    return float(np.mean(values)) if len(values) else math.nan


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value

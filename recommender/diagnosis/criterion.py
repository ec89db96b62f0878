"""The student criterion of a funder's networks: do Black, Latino or low-income students make up a majority?

It may open supports that a funder reserves. It never changes a capacity score or a rank.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from models.assessment import ContextValue
from models.vocab import Form

__all__ = [
    "MIN_PRIORITY_SCHOOLS",
    "Bounds",
    "criterion_from_percents",
    "meets_network_definition",
    "meets_priority_criterion",
    "union_bounds",
]

MIN_PRIORITY_SCHOOLS = 10
"""Secondary schools that meet the criterion in a network by the seed's definition."""


class Bounds(NamedTuple):
    """Least and most percent of students in at least one of the two groups."""

    lower: int
    upper: int


def union_bounds(black_or_latino: int | None, low_income: int | None) -> Bounds:
    """Bounds on the percent of students in either group, because one student can be in both.

    Args:
        black_or_latino: percent, 0 to 100; None when unknown, which could be anything.
        low_income: the same for the other group.
    """
    return Bounds(
        lower=max(black_or_latino or 0, low_income or 0),
        upper=100 if black_or_latino is None or low_income is None else min(100, black_or_latino + low_income),
    )


def criterion_from_percents(
    black_or_latino: int | None, low_income: int | None, *, threshold: int = 50
) -> Literal["yes", "no", "ask"]:
    """What the two percents alone decide: `yes` strictly above the threshold for certain, `no`, or `ask`."""
    bounds = union_bounds(black_or_latino, low_income)
    if bounds.lower > threshold:
        return "yes"
    return "no" if bounds.upper <= threshold else "ask"


def meets_priority_criterion(context: Mapping[str, ContextValue], *, threshold: int = 50) -> bool | None:
    """Whether more than `threshold` percent of students are Black, Latino or low-income; None when unknown.

    The percents decide where they can; otherwise the team's own answer to `majority_priority` does.
    """
    decided = criterion_from_percents(
        _number(context, "pct_black_or_latino"), _number(context, "pct_low_income"), threshold=threshold
    )
    answer = context.get("majority_priority") if decided == "ask" else decided
    return {"yes": True, "no": False}.get(answer) if isinstance(answer, str) else None


def meets_network_definition(context: Mapping[str, ContextValue], form: Form) -> bool | None:
    """Whether a hub has at least ten secondary schools that meet the criterion.

    None for teams, when unknown, and where the numbers cannot be: more of these schools than secondary schools, or more
    of those than schools.
    """
    parts = [_number(context, key) for key in ("network_priority_schools", "network_secondary", "network_size")]
    schools, known = parts[0], [part for part in parts if part is not None]
    if form is not Form.HUB or schools is None or known != sorted(known):
        return None
    return schools >= MIN_PRIORITY_SCHOOLS


def _number(context: Mapping[str, ContextValue], key: str) -> int | None:
    value = context.get(key)
    return value if isinstance(value, int) else None

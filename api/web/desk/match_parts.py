"""The score of a match as parts that add up: in a few families for a bar, and one by one."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from api.text.language import _, rule_words, speaker
from models.recommendation import RuleTrace
from recommender.ranking.features import FEATURES, Family
from recommender.ranking.scoring import DIVERSITY, EXPLORATION, RULE_PREFIX, START

__all__ = ["Bar", "Piece", "Segment", "bar_of", "family_names", "pieces_of", "shares_of"]

MERGED_FIT = "fit"
"""The part of a run up to schema 2 that stands for all parts which would have told a hidden level."""
_RULES, _REST = 4, 5
_NUMBERS = {Family.NEEDS: 1, Family.FOCUS: 2, Family.PEOPLE_AND_FORM: 3}
_FAMILY_OF = {
    **{name: _NUMBERS[feature.family] for name, feature in FEATURES.items()},
    MERGED_FIT: _NUMBERS[Family.NEEDS],
    START: _REST,
    DIVERSITY: _REST,
    EXPLORATION: _REST,
}


class Segment(NamedTuple):
    """A family in the bar, in hundredths of the bar's width."""

    family: int
    """From 1, as the colors."""
    name: str
    points: int
    x: float
    width: float
    taken: bool
    """Whether it takes away."""


class Bar(NamedTuple):
    """The score as a sum of families."""

    points: int
    """The score of 100; the segments' points sum to it."""
    segments: tuple[Segment, ...]


class Piece(NamedTuple):
    """One named part of the score."""

    family: int
    words: str
    points: str
    """Of 100, one decimal, with its sign; all pieces sum to the score's."""


def bar_of(components: Mapping[str, float], *, widest: float) -> Bar:
    """The bar of one match.

    Args:
        components: its parts, which sum to its score.
        widest: the largest sum of parts that a bar beside it shows; it fills the width.
    """
    sums = [math.fsum(value for name, value in components.items() if family_of(name) == n) for n in _numbers()]
    points = shares_of(sums, unit=0.01)
    scale = 100 / widest if widest > 0 else 0.0
    segments, x = [], 0.0
    for number, value in zip(_numbers(), sums, strict=True):
        if value > 0:
            segments.append(_segment(number, points, x * scale, value * scale, taken=False))
            x += value
    for number, value in zip(_numbers(), sums, strict=True):
        if value < 0:
            x += value
            segments.append(_segment(number, points, x * scale, -value * scale, taken=True))
    return Bar(sum(points), tuple(segments))


def pieces_of(components: Mapping[str, float], rules: Iterable[RuleTrace]) -> tuple[Piece, ...]:
    """Every part that counts, largest first within its family."""
    said, says = {f"{RULE_PREFIX}{trace.id}": rule_words(trace) for trace in rules}, speaker()
    names = sorted(components, key=lambda name: (family_of(name), -components[name], name))
    points = shares_of([components[name] for name in names], unit=0.001)
    return tuple(
        Piece(
            family_of(name),
            # A part that an earlier Trellis measured has but its name.
            said.get(name) or says.find(f"feature.{name}") or name,
            f"{point / 10:+.1f}",
        )
        for name, point in zip(names, points, strict=True)
        if point
    )


def family_names() -> tuple[str, ...]:
    """Names of the families, in the order and with the colors of the bar."""
    return _("Needs"), _("Focus"), _("People and form"), _("Rules"), _("Start and mix")


def family_of(name: str) -> int:
    """Number of a part's family, from 1; what an earlier Trellis measured and this one does not know is the rest."""
    return _RULES if name.startswith(RULE_PREFIX) else _FAMILY_OF.get(name, _REST)


def shares_of(values: Sequence[float], *, unit: float) -> list[int]:
    """Values as whole units that sum to their rounded sum: the largest remainders are rounded up, first ones first."""
    exact = [value / unit for value in values]
    whole = [math.floor(value) for value in exact]
    missing = round(math.fsum(exact)) - sum(whole)
    by_remainder = sorted(range(len(exact)), key=lambda place: (whole[place] - exact[place], place))
    for place in by_remainder[:missing]:
        whole[place] += 1
    return whole


def _numbers() -> range:
    return range(1, _REST + 1)


def _segment(number: int, points: Sequence[int], x: float, width: float, *, taken: bool) -> Segment:
    return Segment(number, family_names()[number - 1], points[number - 1], round(x, 1), round(width, 1), taken)

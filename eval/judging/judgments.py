"""What judges said: one JSON line a grade, only ever added to, so that nothing a judge did is lost.

A later line of the same judge on the same team and support replaces the earlier one; a line without a grade takes it
back.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field, StringConstraints

from models.base import Moment, Value
from models.support import Support
from recommender.canonical import content_hash
from recommender.catalog.load import Catalog
from recommender.errors import InvalidQrels
from recommender.reading.values import read_lines

__all__ = [
    "GRADES",
    "JudgedPair",
    "Judgment",
    "PooledPair",
    "StaleJudgment",
    "judge_names",
    "present_judgments",
    "read_judgments",
    "stale_judgments",
    "support_hash",
]

GRADES = (0, 1, 2, 3)
Grade = Annotated[int, Field(strict=True, ge=GRADES[0], le=GRADES[-1])]
Word = Annotated[str, StringConstraints(pattern=r"^\S+$")]


class JudgedPair(NamedTuple):
    """A team and a support to be graded for it."""

    assessment_id: str
    support_id: str


class PooledPair(Value):
    """One line of a pool file. Nothing says which ranking proposed it, or where it stood."""

    assessment_id: Word
    support_id: Word

    @property
    def pair(self) -> JudgedPair:
        """What is to be graded."""
        return JudgedPair(self.assessment_id, self.support_id)


class Judgment(Value):
    """One judge's grade of one support for one team, at one time."""

    assessment_id: Word
    support_id: Word
    judge: Word
    grade: Grade | None
    """None takes the judge's earlier grade back."""
    judged_at: Moment
    note: str = ""
    support_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """Of what the judge read; see `support_hash`."""

    @property
    def pair(self) -> JudgedPair:
        """What was graded."""
        return JudgedPair(self.assessment_id, self.support_id)


class StaleJudgment(NamedTuple):
    """A grade of a record that is no longer in the catalog as it was read."""

    judgment: Judgment
    reason: str


def support_hash(support: Support) -> str:
    """SHA-256 of what a judge reads of a support, 64 hexadecimal digits.

    The day it was last checked does not count: checking a page again without finding a change makes no grade stale.
    """
    return content_hash(support.model_dump(mode="json", by_alias=True, exclude={"checked_on"}))


def read_judgments(paths: Sequence[Path]) -> list[Judgment]:
    """Every line of the files, in their order.

    Raises:
        InvalidQrels: Every line that is not a judgment, with file and number; files that cannot be read.
    """
    return [item for items in read_lines(paths, Judgment, error=InvalidQrels).values() for item in items]


def present_judgments(judgments: Iterable[Judgment]) -> list[Judgment]:
    """The last word of each judge on each pair, without those taken back; in the order of judge, team, support."""
    last = {(item.judge, *item.pair): item for item in judgments}
    return [item for _, item in sorted(last.items(), key=lambda entry: entry[0]) if item.grade is not None]


def judge_names(judgments: Iterable[Judgment]) -> tuple[str, ...]:
    """Everyone who judged, sorted."""
    return tuple(sorted({item.judge for item in judgments}))


def stale_judgments(judgments: Iterable[Judgment], catalog: Catalog) -> Iterator[StaleJudgment]:
    """The present judgments whose support has changed since, or has left the catalog."""
    hashes: dict[str, str] = {support.id: support_hash(support) for support in catalog.supports}
    for judgment in present_judgments(judgments):
        now = hashes.get(judgment.support_id)
        if now is None:
            yield StaleJudgment(judgment, "the catalog no longer has it")
        elif now != judgment.support_hash:
            yield StaleJudgment(judgment, "its record has changed")

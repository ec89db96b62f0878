"""Needs: where a team stands short of leading practice, weighted by what it says matters."""

from models.base import Value
from models.vocab import Domain, NeedWord, ReadinessAdvice

__all__ = ["Need", "RubricText"]


class RubricText(Value):
    """The instrument's own words for one item: what is seen now, and what the next level looks like."""

    item_id: str
    question: str
    present_level: int
    present: str
    next: str | None
    """None at the top level."""


class Need(Value):
    """One domain's need. N = G x I with G = (4 - M) / 3."""

    domain: Domain
    name: str
    priority: float | None
    """N in 0 to 1; None when the domain has too few answers (matched from importance and text)."""
    priority_se: float | None
    gap: float | None
    """G in 0 to 1."""
    importance: float | None
    """Importance weight, 0 to 1; that of a missing answer where nobody answered."""
    p_top_three: float | None
    word: NeedWord
    rank: int | None
    """Place by N, from 1; tied needs share a place; None without a score."""
    share: float | None
    """This need's share of the list, in proportion to N; the shares of all needs sum to 1 (or are all 0, when every
    N is 0). 0 without a score."""
    is_priority: bool
    """Among the first three places by N, with N above 0. Needs tied for the last of these places are all priorities,
    so there can be more than three."""
    readiness: ReadinessAdvice | None = None
    rubric: tuple[RubricText, ...] = ()
    """Items that explain the need, largest gap first; empty where no item of it may be told."""

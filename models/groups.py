"""How groups within a team see a domain, as far as nobody can be singled out."""

from models.base import Value
from models.vocab import Domain

__all__ = ["DomainGroups", "GroupMean"]


class GroupMean(Value):
    """One group's mean in one domain."""

    group: str
    """A role; `not given` for people who named none."""
    n: int
    """People of the group with a score in the domain."""
    mean: float
    """1 to 4, one decimal."""


class DomainGroups(Value):
    """The groups of one domain that may be shown."""

    domain: Domain
    groups: tuple[GroupMean, ...]
    """By name; empty when none may be shown."""

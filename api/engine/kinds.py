"""Which lists a caller asks for."""

from collections.abc import Iterable
from enum import StrEnum

from models.vocab import SupportKind

__all__ = ["ALL_KINDS", "Kind", "kinds_of"]

ALL_KINDS: tuple[SupportKind, ...] = tuple(SupportKind)


class Kind(StrEnum):
    """A kind of support, or all of them."""

    RESOURCE = "resource"
    PROVIDER = "provider"
    ALL = "all"


def kinds_of(choices: Iterable[Kind]) -> tuple[SupportKind, ...]:
    """The kinds of support that choices stand for, in the order of `SupportKind`; no choice stands for all."""
    chosen = set(choices) or {Kind.ALL}
    return tuple(kind for kind in ALL_KINDS if Kind.ALL in chosen or Kind(kind.value) in chosen)

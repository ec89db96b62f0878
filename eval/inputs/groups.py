"""Groups of supports whose exposure is compared with what their grades earn."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from models.support import Provider, Resource, Support
from models.vocab import SupportKind

__all__ = ["GROUPINGS"]

Groups = dict[str, str]
"""Support id -> group."""


def _type(supports: Sequence[Support]) -> Groups:
    return {one.id: one.resource_type.value for one in supports if isinstance(one, Resource)}


def _publisher(supports: Sequence[Support]) -> Groups:
    """By how many records the publisher has: attention tends to flow to those who publish much."""
    times = Counter(one.publisher for one in supports if isinstance(one, Resource))
    return {one.id: _size(times[one.publisher]) for one in supports if isinstance(one, Resource)}


def _size(n_records: int) -> str:
    return "one record" if n_records == 1 else "2 to 5 records" if n_records <= 5 else "6 or more records"


def _provider_kind(supports: Sequence[Support]) -> Groups:
    return {one.id: one.provider_kind.value for one in supports if isinstance(one, Provider)}


def _reach(supports: Sequence[Support]) -> Groups:
    return {
        one.id: "everywhere" if "US" in one.serves else "named states" if one.serves else "unknown"
        for one in supports
        if isinstance(one, Provider)
    }


def _cost(supports: Sequence[Support]) -> Groups:
    return {one.id: one.cost.value if one.cost else "unknown" for one in supports}


GROUPINGS: Mapping[SupportKind, Mapping[str, Callable[[Sequence[Support]], Groups]]] = {
    SupportKind.RESOURCE: {"type": _type, "publisher": _publisher, "cost": _cost},
    SupportKind.PROVIDER: {"kind": _provider_kind, "reach": _reach, "cost": _cost},
}
"""How the supports of each kind are grouped, by name."""

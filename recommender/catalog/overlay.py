"""What an organization adds to the catalog that all start from, and what it leaves out of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from pydantic import StringConstraints

from models.base import SupportId, Value
from models.kinds import KINDS, kind_of_id
from models.support import Support
from recommender.canonical import content_hash
from recommender.catalog.load import Catalog

__all__ = ["Exclusion", "Overlay", "restore_overlay"]


class Exclusion(Value):
    """A support that an organization leaves out, and why."""

    support_id: SupportId
    reason: Annotated[str, StringConstraints(min_length=1)]


@dataclass(frozen=True)
class Overlay:
    """One organization's additions and exclusions. Make one with `Overlay.of`."""

    added: tuple[Support, ...]
    """Sorted by kind, then id; their ids are of the organization's own space, see `recommender.catalog.own_ids`."""
    excluded: tuple[Exclusion, ...]
    """Sorted by id; ids that the catalog lacks leave nothing out."""

    @classmethod
    def of(cls, added: Iterable[Support] = (), excluded: Iterable[Exclusion] = ()) -> "Overlay":
        """The overlay of these, whatever their order. Ids must be unique among each."""
        return cls(Catalog.of(added).supports, tuple(sorted(excluded, key=lambda one: one.support_id)))

    @cached_property
    def version(self) -> str:
        """SHA-256 of the content, 64 hexadecimal digits."""
        return content_hash(self.document())

    @cached_property
    def reasons(self) -> Mapping[str, str]:
        """Why each excluded support is left out, by id."""
        return {one.support_id: one.reason for one in self.excluded}

    def document(self) -> dict[str, Any]:
        """The content as JSON-able data; `restore_overlay` makes the same overlay of it."""
        return {
            "added": Catalog(self.added).document(),
            "excluded": [one.model_dump(mode="json") for one in self.excluded],
        }

    def over(self, base: Catalog) -> Catalog:
        """The catalog that the organization has; `base` itself where nothing of it changes."""
        own = {support.id for support in self.added}
        kept = [support for support in base.supports if support.id not in self.reasons and support.id not in own]
        if not own and len(kept) == len(base.supports):
            return base
        return Catalog(Catalog.of([*kept, *self.added]).supports, of_organization=True)


def restore_overlay(document: Mapping[str, Any]) -> Overlay:
    """The overlay of `Overlay.document`, also after a way through JSON.

    Raises:
        ValueError: the document never came from an overlay (a pydantic.ValidationError is one).
    """
    return Overlay.of(
        (KINDS[kind_of_id(str(record["id"]))].model.model_validate(record) for record in document["added"]),
        map(Exclusion.model_validate, document["excluded"]),
    )

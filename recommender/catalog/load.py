"""The catalog as one checked value, read from a folder or from the package."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import recommender
from models.base import Fault, SupportId
from models.kinds import KINDS, kind_of_id
from models.support import Support
from models.vocab import SupportKind
from recommender.canonical import content_hash
from recommender.catalog.parse import parse_catalog
from recommender.errors import InvalidCatalog, UnknownSupport
from recommender.reading.fault_words import close_words

__all__ = ["Catalog", "load_catalog", "restore_catalog", "starter_catalog"]


@dataclass(frozen=True)
class Catalog:
    """Checked supports with unique ids. Make one with `Catalog.of`, `load_catalog` or `starter_catalog`."""

    supports: tuple[Support, ...]
    """Sorted by kind, then id."""
    of_organization: bool = field(default=False, compare=False)
    """Whether it holds what one organization adds and leaves out; such a catalog is offered to nobody else."""

    @classmethod
    def of(cls, supports: Iterable[Support]) -> "Catalog":
        """A catalog of these supports, whatever their order. Their ids must be unique."""
        return cls(tuple(sorted(supports, key=lambda support: (support.kind, support.id))))

    @cached_property
    def by_kind(self) -> Mapping[SupportKind, tuple[Support, ...]]:
        """The supports of every kind, sorted by id; a kind that the catalog lacks has none."""
        return {kind: tuple(support for support in self.supports if support.kind is kind) for kind in KINDS}

    @property
    def sizes(self) -> Mapping[SupportKind, int]:
        """How many supports there are of every kind."""
        return {kind: len(supports) for kind, supports in self.by_kind.items()}

    @cached_property
    def version(self) -> str:
        """SHA-256 of the content, 64 hexadecimal digits; the order of lines, of keys and white space do not count."""
        return content_hash(self.document())

    def document(self) -> list[dict[str, Any]]:
        """The content as JSON-able records; `restore_catalog` makes the same catalog of them."""
        return [support.model_dump(mode="json", by_alias=True) for support in self.supports]

    def get(self, support_id: str) -> Support:
        """The support of that id.

        Raises:
            UnknownSupport: the catalog has none; names up to three ids that are close.
        """
        try:
            return self._by_id[SupportId(support_id)]
        except KeyError:
            raise UnknownSupport(support_id, close_words(support_id, self._by_id, n=3)) from None

    @cached_property
    def _by_id(self) -> dict[SupportId, Support]:
        return {support.id: support for support in self.supports}


def load_catalog(folder: Path) -> Catalog:
    """The catalog in a folder with `resources.jsonl` and `providers.jsonl`, and a file of each further kind.

    Raises:
        InvalidCatalog: every fault of all files, in their order; a file that is missing or cannot be read is one.
    """
    files: dict[SupportKind, bytes] = {}
    missing: list[Fault] = []
    for kind, spec in KINDS.items():
        path = folder / spec.file_name
        try:
            files[kind] = path.read_bytes()
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not spec.needs_file:
                continue
            reason = "no such file" if isinstance(error, FileNotFoundError) else (error.strerror or "cannot be read")
            missing.append(Fault(pointer="", detail=f"{reason} in {folder}; expected it there", file=path.name))
    parsed = parse_catalog(files)
    if faults := [*missing, *parsed.faults]:
        raise InvalidCatalog(faults)
    return Catalog.of(parsed.supports)


def restore_catalog(records: Iterable[dict[str, Any]]) -> Catalog:
    """The catalog of `Catalog.document`, also after a way through JSON.

    Raises:
        ValueError: the records never came from a catalog (a pydantic.ValidationError is one).
    """
    return Catalog.of(KINDS[kind_of_id(str(record["id"]))].model.model_validate(record) for record in records)


@lru_cache(maxsize=1)
def starter_catalog() -> Catalog:
    """The catalog that ships with Trellis, read once a process."""
    with resources.as_file(resources.files(recommender) / "data" / "catalog") as folder:
        return load_catalog(folder)

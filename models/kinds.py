"""What there is to say of each kind of support, once: loops over `KINDS` do the rest.

A further kind is a member of `SupportKind`, a record model, an entry here, its words in the message catalog, its
weights in the ranking configuration and its file in the catalog.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from pydantic import (
    BaseModel,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from models.support import Provider, Resource, Support
from models.vocab import Phase, ProviderKind, ResourceType, SupportKind

__all__ = [
    "ALL",
    "KINDS",
    "HasSizes",
    "Kind",
    "KindSpec",
    "kind_of_id",
    "kinds_of",
    "size_key",
]


@dataclass(frozen=True, kw_only=True)
class KindSpec:
    """One kind of support. What has no default must be decided for every kind."""

    kind: SupportKind
    model: type[Support]
    """The record."""
    types: type[StrEnum]
    """What its `support_type` can be."""
    id_prefix: str
    """Ids begin with it and a hyphen."""
    plural: str
    """Key of a list of them: `resources.jsonl`, `n_resources`."""
    needs_file: bool
    """Whether a catalog must have its file; else a catalog without one has none of the kind."""
    phase: Phase | None
    """The phase of a plan that it belongs to, where a wide gap calls for it; None: it is used on one's own, and the
    phase follows from how short it is and whether it suits the team's level."""
    duplicate_margin: float
    """How much more alike two of them at different addresses must be than resources to be one and the same."""

    @property
    def file_name(self) -> str:
        """The file of a catalog folder that lists them."""
        return f"{self.plural}.jsonl"


KINDS: Mapping[SupportKind, KindSpec] = {
    spec.kind: spec
    for spec in (
        KindSpec(
            kind=SupportKind.RESOURCE,
            model=Resource,
            types=ResourceType,
            id_prefix="res",
            plural="resources",
            needs_file=True,
            phase=None,
            duplicate_margin=0.0,
        ),
        KindSpec(
            kind=SupportKind.PROVIDER,
            model=Provider,
            types=ProviderKind,
            id_prefix="prov",
            plural="providers",
            needs_file=True,
            phase=Phase.PARTNER,
            # Providers at different addresses are different organizations, however alike they sound.
            duplicate_margin=0.35,
        ),
    )
}
"""Every kind, in the order of `SupportKind`."""


def kind_of_id(support_id: str) -> SupportKind:
    """The kind of the support that has this id.

    Raises:
        ValueError: ids of no kind begin so.
    """
    prefix = support_id.partition("-")[0]
    for spec in KINDS.values():
        if spec.id_prefix == prefix:
            return spec.kind
    raise ValueError(f"No kind of support has ids like '{support_id}'.")


_CHOICES = {kind.name: kind.value for kind in SupportKind} | {"ALL": "all"}
Kind = StrEnum("Kind", _CHOICES)  # type: ignore[misc]  # mypy reads literal members only
Kind.__doc__ = "A kind of support, or all of them."
ALL = Kind("all")


def kinds_of(choices: Iterable[Kind]) -> tuple[SupportKind, ...]:
    """The kinds of support that choices stand for, in the order of `SupportKind`; no choice stands for all."""
    chosen = set(choices) or {ALL}
    return tuple(kind for kind in SupportKind if ALL in chosen or Kind(kind.value) in chosen)


def size_key(kind: SupportKind) -> str:
    """What programs call the number of supports of a kind: `n_resources`."""
    return f"n_{KINDS[kind].plural}"


class HasSizes(BaseModel):
    """A value with a field `sizes: Mapping[SupportKind, int]`, which is written as one field a kind in its place.

    The field stands in the value itself, because that decides its place among the others.
    """

    @property
    def n_supports(self) -> int:
        """Supports of all kinds together."""
        return sum(self._sizes.values())

    @property
    def _sizes(self) -> Mapping[SupportKind, int]:
        sizes: Mapping[SupportKind, int] = vars(self)["sizes"]
        return sizes

    @model_validator(mode="before")
    @classmethod
    def _read_back(cls, data: Any) -> Any:
        """Take what was written, too."""
        keys = {size_key(kind): kind for kind in KINDS}
        if not isinstance(data, Mapping) or not keys.keys() & data.keys():
            return data
        others = {name: value for name, value in data.items() if name not in keys}
        return others | {"sizes": {kind: data[key] for key, kind in keys.items() if key in data}}

    @model_serializer(mode="wrap")
    def _one_field_a_kind(self, handler: SerializerFunctionWrapHandler) -> Any:
        return _unfolded(handler(self), {size_key(kind): self._sizes[kind] for kind in KINDS})

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        # Without our serializer, which may return anything, the schema is that of the fields.
        plain = {key: value for key, value in core_schema.items() if key != "serialization"}
        schema = handler(cast("CoreSchema", plain))
        fields = handler.resolve_ref_schema(schema)
        keys = [size_key(kind) for kind in KINDS]
        titles = {key: {"title": key.replace("_", " ").title(), "type": "integer"} for key in keys}
        fields["properties"] = _unfolded(fields["properties"], titles)
        fields["required"] = list(_unfolded(dict.fromkeys(fields["required"]), dict.fromkeys(keys)))
        return schema


def _unfolded(fields: Mapping[str, Any], of_kinds: Mapping[str, Any]) -> dict[str, Any]:
    """The fields in order, with those of the kinds in the place of `sizes`."""
    unfolded: dict[str, Any] = {}
    for name, value in fields.items():
        unfolded |= of_kinds if name == "sizes" else {name: value}
    return unfolded

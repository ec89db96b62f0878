"""How many supports of each kind there are: one value here, a field a kind (`n_resources`) for programs."""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel, GetJsonSchemaHandler, SerializerFunctionWrapHandler, model_serializer
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from models.kinds import KINDS
from models.vocab import SupportKind

__all__ = ["HasSizes", "size_key"]


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

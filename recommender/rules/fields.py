"""What there is to say of each field of a support that rules may test, once: words, reading, counting."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from models.rules import ACCESS_NEEDS, YES_NO, Duration, SupportField
from models.support import Provider, Resource, Support
from models.vocab import (
    US_STATES,
    Audience,
    Cost,
    Domain,
    EvidenceKind,
    FocusArea,
    GradeBand,
    Modality,
    ProviderKind,
    ResourceType,
    ServiceType,
)

__all__ = ["FIELDS", "FieldSpec"]


@dataclass(frozen=True, kw_only=True)
class FieldSpec:
    """One field of a support."""

    field: SupportField
    words: tuple[str, ...] | None
    """The words that it can have; None for language tags, empty for a date, which has no words."""
    read: Callable[[Support], Sequence[str]] | None
    """Its words in a record, none where they are unknown or its kind lacks the field; None where records do not hold
    it as words."""
    counted: bool
    """Whether catalog statistics count its words."""


def _of(
    field: SupportField,
    words: Sequence[str] | None,
    read: Callable[[Support], Sequence[str]] | None,
    *,
    counted: bool = True,
) -> FieldSpec:
    return FieldSpec(field=field, words=None if words is None else tuple(words), read=read, counted=counted)


FIELDS: Mapping[SupportField, FieldSpec] = {
    spec.field: spec
    for spec in (
        _of(SupportField.DOMAINS, tuple(Domain), lambda support: support.domains),
        _of(SupportField.LEVELS, ("1", "2", "3", "4"), lambda support: tuple(map(str, support.levels))),
        _of(SupportField.FOCUS_AREAS, tuple(FocusArea), lambda support: support.focus_areas),
        _of(SupportField.GRADE_BANDS, tuple(GradeBand), lambda support: support.grade_bands),
        _of(SupportField.AUDIENCES, tuple(Audience), lambda support: support.audiences),
        _of(SupportField.MODALITY, tuple(Modality), lambda support: support.modality),
        _of(SupportField.COST, tuple(Cost), lambda support: (support.cost,) if support.cost else ()),
        _of(SupportField.LANGUAGE, None, lambda support: support.language),
        _of(SupportField.EQUITY_CENTERED, YES_NO, lambda support: ("yes" if support.equity_centered else "no",)),
        _of(SupportField.EVIDENCE, tuple(EvidenceKind), lambda one: (one.backing.kind,) if one.backing else ()),
        _of(
            SupportField.RESOURCE_TYPE,
            tuple(ResourceType),
            lambda support: (support.resource_type,) if isinstance(support, Resource) else (),
        ),
        _of(
            SupportField.PROVIDER_KIND,
            tuple(ProviderKind),
            lambda support: (support.provider_kind,) if isinstance(support, Provider) else (),
        ),
        _of(SupportField.SERVICES, tuple(ServiceType), lambda one: tuple(service.type for service in one.offers)),
        _of(SupportField.SERVES, ("US", *US_STATES), lambda support: support.places or ()),
        # From the ruleset's table of resource types, see `SupportColumns.column`.
        _of(SupportField.DURATION, tuple(Duration), None, counted=False),
        # No record says so far.
        _of(SupportField.ACCESS, ACCESS_NEEDS, lambda _: (), counted=False),
        _of(SupportField.CHECKED_ON, (), None, counted=False),
    )
}
"""Every field of `SupportField`; statistics count in this order."""

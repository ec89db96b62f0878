"""Supports of the catalog: resources and providers. What no page says is None or empty; nothing is guessed."""

from abc import abstractmethod
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from models.base import Day, SupportId, Value
from models.vocab import (
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
    SupportKind,
)

__all__ = ["Evidence", "Provider", "Resource", "Service", "Support"]

Text = Annotated[str, StringConstraints(min_length=1)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
CapacityLevel = Annotated[int, Field(strict=True, ge=1, le=4)]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]
StateCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class Evidence(Value):
    """What kind of evidence stands behind a resource, and where that is said."""

    kind: EvidenceKind
    level: str | None
    url: Url


class Service(Value):
    """One service that a provider offers."""

    type: ServiceType
    description: Text
    domains: tuple[Domain, ...]


class _Support(Value):
    """What every kind of support says. The properties ask all kinds alike for what only some of them say."""

    id: str
    url: Url
    source_urls: tuple[Url, ...]
    summary: Text
    domains: tuple[Domain, ...] = Field(min_length=1, max_length=3)
    """Most important first."""
    levels: tuple[CapacityLevel, ...]
    """Capacity levels it suits; empty means unknown."""
    focus_areas: tuple[FocusArea, ...]
    grade_bands: tuple[GradeBand, ...]
    audiences: tuple[Audience, ...]
    modality: tuple[Modality, ...]
    cost: Cost | None
    language: tuple[LanguageTag, ...]
    equity_centered: bool
    needs_met: tuple[Text, ...] = ()
    """Needs it answers, in the voice of people on a team."""
    checked_on: Day

    @property
    @abstractmethod
    def kind(self) -> SupportKind:
        """The kind of support, which decides the list it is ranked in."""

    @property
    @abstractmethod
    def display_title(self) -> str:
        """What a person reads first."""

    @property
    @abstractmethod
    def support_type(self) -> StrEnum:
        """The type within its kind."""

    @property
    def by(self) -> str:
        """Who made it, where that is not the support itself; empty where it is."""
        return ""

    @property
    def offers(self) -> tuple[Service, ...]:
        """Services that come with it."""
        return ()

    @property
    def backing(self) -> Evidence | None:
        """The evidence behind it; None where none is known or its kind names none."""
        return None

    @property
    def places(self) -> tuple[str, ...] | None:
        """US state codes, or `US`, where it can be had, empty where unknown; None where place does not matter."""
        return None


class Resource(_Support):
    """A self-serve support."""

    id: Annotated[SupportId, StringConstraints(pattern=r"^res-[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Text
    publisher: Text
    resource_type: ResourceType
    year: int | None
    evidence: Evidence | None
    license: str | None

    @property
    def kind(self) -> Literal[SupportKind.RESOURCE]:
        """The kind of support, which decides the list it is ranked in."""
        return SupportKind.RESOURCE

    @property
    def display_title(self) -> str:
        """What a person reads first."""
        return self.title

    @property
    def support_type(self) -> ResourceType:
        """What it is made as."""
        return self.resource_type

    @property
    def by(self) -> str:
        """The publisher."""
        return self.publisher

    @property
    def backing(self) -> Evidence | None:
        """The evidence that its sources name."""
        return self.evidence


class Provider(_Support):
    """An organization that works with teams."""

    id: Annotated[SupportId, StringConstraints(pattern=r"^prov-[a-z0-9]+(-[a-z0-9]+)*$")]
    name: Text
    provider_kind: ProviderKind = Field(alias="kind")
    services: tuple[Service, ...] = Field(min_length=1)
    serves: tuple[StateCode, ...]
    """US state codes, or `US` for all states, DC and the territories; empty means unknown."""

    @property
    def kind(self) -> Literal[SupportKind.PROVIDER]:
        """The kind of support, which decides the list it is ranked in."""
        return SupportKind.PROVIDER

    @property
    def display_title(self) -> str:
        """What a person reads first."""
        return self.name

    @property
    def support_type(self) -> ProviderKind:
        """What kind of organization it is."""
        return self.provider_kind

    @property
    def offers(self) -> tuple[Service, ...]:
        """Its services."""
        return self.services

    @property
    def places(self) -> tuple[str, ...] | None:
        """Where it serves."""
        return self.serves


Support = Resource | Provider

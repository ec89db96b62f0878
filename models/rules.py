"""Rules as data: what a rule tests, what follows, and how it says so. A closed set of tests on named fields.

Shapes are checked here; words, tables and the fields that a test may join are checked where rulesets are loaded.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from models.base import Value
from models.vocab import (
    ResourceType,
    RuleEffect,
    RuleOutcome,
    SupportKind,
)

__all__ = [
    "DEMOGRAPHIC_FIELDS",
    "EFFECTS",
    "Among",
    "AtLeast",
    "Condition",
    "DerivedField",
    "Duration",
    "EffectSpec",
    "Exactly",
    "Fresh",
    "LanguageRange",
    "Mapped",
    "Overlaps",
    "Reasons",
    "Rule",
    "Ruleset",
    "SupportField",
    "TeamFact",
    "TeamField",
    "Test",
    "Within",
    "placeholders",
]


class TeamFact(StrEnum):
    """What rules may know of a team beside its answers to context questions."""

    FORM = "form"
    ROLES = "roles"
    SEASON = "season"
    """The time of the school year: the team's own answer, else by the date."""
    PRIORITY_NEEDS = "priority_needs"


TeamField = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
"""A `TeamFact`, or the id of a context question that the instrument opens to rules (`Handling.rules`). No field says
who a team's students are, where it is poor, or its size."""

DEMOGRAPHIC_FIELDS = frozenset(
    {
        "enrollment",
        "locale",
        "majority_priority",
        "meets_network_definition",
        "meets_priority_criterion",
        "network_priority_schools",
        "network_secondary",
        "network_size",
        "pct_black_or_latino",
        "pct_english_learners",
        "pct_low_income",
        "pct_students_with_disabilities",
    }
)
"""Facts about a team's students, place or size, refused by name so that the refusal can say why."""


@dataclass(frozen=True, kw_only=True)
class EffectSpec:
    """What follows from a rule of one effect."""

    blocks: RuleOutcome | None
    """The outcome that keeps a support out; None where the rule carries a weight instead."""
    sign: int
    """Of the weight where the rule is met: 1 adds to the score, -1 takes away; 0 where there is no weight."""
    against: RuleOutcome
    """The outcome that speaks against a support, listed or not."""


EFFECTS: Mapping[RuleEffect, EffectSpec] = {
    RuleEffect.REQUIRE: EffectSpec(blocks=RuleOutcome.MISSED, sign=0, against=RuleOutcome.MISSED),
    RuleEffect.EXCLUDE: EffectSpec(blocks=RuleOutcome.MET, sign=0, against=RuleOutcome.MET),
    RuleEffect.PREFER: EffectSpec(blocks=None, sign=1, against=RuleOutcome.MISSED),
    RuleEffect.DISCOURAGE: EffectSpec(blocks=None, sign=-1, against=RuleOutcome.MET),
}
"""Every effect."""


class SupportField(StrEnum):
    """Everything that a rule may know of a support."""

    DOMAINS = "domains"
    LEVELS = "levels"
    FOCUS_AREAS = "focus_areas"
    GRADE_BANDS = "grade_bands"
    AUDIENCES = "audiences"
    MODALITY = "modality"
    COST = "cost"
    LANGUAGE = "language"
    EQUITY_CENTERED = "equity_centered"
    EVIDENCE = "evidence"
    """Kind of evidence; providers have none: unknown."""
    RESOURCE_TYPE = "resource_type"
    DURATION = "duration"
    """From the ruleset's table of resource types; providers have none: unknown."""
    PROVIDER_KIND = "provider_kind"
    SERVICES = "services"
    SERVES = "serves"
    ACCESS = "access"
    """What it offers so that everyone can take part: no record says, so always unknown."""
    CHECKED_ON = "checked_on"


class DerivedField(StrEnum):
    """Numbers that the caller works out for each support before rules run."""

    LEVEL_FIT = "level_fit"
    """0 to 1: how likely the team is at the levels the support suits."""


class Duration(StrEnum):
    """How long a resource takes to use."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


YES_NO = ("yes", "no")
ACCESS_NEEDS = ("captions", "screen-reader", "low-bandwidth", "print", "interpretation")

Words = Annotated[tuple[str, ...], Field(min_length=1)]


class Overlaps(Value):
    """Met when team and support have a value in common. Unknown when either side has none."""

    op: Literal["overlaps"]
    team: TeamField
    support: SupportField
    wildcard: str | None = None
    """A value that, on either side, meets every known value of the other."""
    expand: dict[str, Words] = {}
    """A value, on either side, and what it stands for beside itself."""


class LanguageRange(Value):
    """Met when a team's language is the start of a support's tag (RFC 4647 basic filtering: `zh` meets zh-Hans).

    `other` names no language: alone, or when no named language is met, the outcome is unknown.
    """

    op: Literal["language_range"]
    team: Literal["languages"] = "languages"
    support: Literal[SupportField.LANGUAGE] = SupportField.LANGUAGE


class Among(Value):
    """Met when at least one of the support's values is in `values`."""

    op: Literal["among"]
    support: SupportField
    values: Words


class Exactly(Value):
    """Met when the support's values are `values`, no more and no fewer."""

    op: Literal["exactly"]
    support: SupportField
    values: Words


class Within(Value):
    """Met when all of the support's values are in `values`."""

    op: Literal["within"]
    support: SupportField
    values: Words


class Fresh(Value):
    """Met when the date lies at most `days` days before the assessment's date, or after it."""

    op: Literal["fresh"]
    support: Literal[SupportField.CHECKED_ON] = SupportField.CHECKED_ON
    days: Annotated[int, Field(ge=0)]


class Mapped(Value):
    """Met when the support has a value that the table gives for a value of the team."""

    op: Literal["mapped"]
    team: TeamField
    support: SupportField
    table: dict[str, Words]
    """One row for every word of the team field."""


class AtLeast(Value):
    """Met when a derived number reaches `value`; unknown where it is NaN or was not worked out."""

    op: Literal["at_least"]
    column: DerivedField
    value: Annotated[float, Field(allow_inf_nan=False)]


Test = Annotated[
    Overlaps | LanguageRange | Among | Exactly | Within | Fresh | Mapped | AtLeast, Field(discriminator="op")
]


class Condition(Value):
    """Says for which teams a rule speaks. Give `any_of` or `only`."""

    field: TeamField
    any_of: Words | None = None
    """Holds when the team has one of these."""
    only: Words | None = None
    """Holds when all that the team has is among these."""

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if (self.any_of is None) == (self.only is None):
            raise ValueError("a condition takes either any_of or only")
        return self


PLACEHOLDERS = ("team", "support", "shared")


class Reasons(Value):
    """A sentence per outcome; `{team}` and `{support}` stand for the two sides' values, `{shared}` for what met."""

    met: Annotated[str, StringConstraints(min_length=1)]
    missed: Annotated[str, StringConstraints(min_length=1)]
    unknown: Annotated[str, StringConstraints(min_length=1)]

    @field_validator("*")
    @classmethod
    def _known_placeholders(cls, template: str) -> str:
        for name in placeholders(template):
            if name not in PLACEHOLDERS:
                raise ValueError(f"unknown placeholder {{{name}}}; expected {{team}}, {{support}} or {{shared}}")
        return template

    def of(self, outcome: RuleOutcome) -> str:
        """The template for one outcome."""
        return str(getattr(self, outcome.value))


@lru_cache
def placeholders(template: str) -> tuple[str, ...]:
    """The names in braces of a reason template, in order; formats and conversions are part of the name."""
    parts = string.Formatter().parse(template)
    return tuple(
        f"{name}{'!' + convert if convert else ''}{':' + form if form else ''}"
        for _, name, form, convert in parts
        if name is not None
    )


def _for_every_kind(weight: object) -> object:
    is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
    return dict.fromkeys(SupportKind, weight) if is_number else weight


Weights = Annotated[
    dict[SupportKind, Annotated[float, Field(ge=0, allow_inf_nan=False)]], BeforeValidator(_for_every_kind)
]


class Rule(Value):
    """One rule. Silent (no trace) for kinds it leaves out and for teams for which a condition does not hold.

    When a condition is unknown and none fails, the outcome is unknown whatever the test says.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    effect: RuleEffect
    kinds: Annotated[tuple[SupportKind, ...], Field(min_length=1)] = tuple(SupportKind)
    when: tuple[Condition, ...] = ()
    """All must hold."""
    test: Test
    weight: Annotated[Weights | None, Field(validate_default=True)] = None
    """Prefer and discourage only: share of the score, at least 0, per kind. One number stands for both kinds; 0 leaves
    a trace and moves nothing."""
    because: Reasons

    @field_validator("weight", mode="after")
    @classmethod
    def _weight_fits_the_effect(cls, weight: Weights | None, info: ValidationInfo) -> Weights | None:
        effect = info.data.get("effect")
        if effect is None:  # its own fault is told already
            return weight
        if EFFECTS[effect].blocks is not None:
            if weight is None:
                return None
            raise ValueError(f"a rule with the effect {effect} decides eligibility; expected no weight")
        if weight is None:
            raise ValueError(f"a rule with the effect {effect} needs a weight")
        lacking = [kind for kind in info.data.get("kinds", ()) if kind not in weight]
        if lacking:
            raise ValueError(f"no weight for the kind {', '.join(lacking)}")
        return weight


class Ruleset(Value):
    """Rules in the order their traces are shown, and the reviewed tables they use."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    durations: dict[ResourceType, Duration] = {}
    """How long each type of resource takes; the catalog does not say."""
    labels: dict[str, str] = {}
    """How a word is written in reasons; others are written with spaces for hyphens."""
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]

"""The questionnaire as data: forms, domains, items with four pictures of practice, and context questions."""

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from models.base import Value
from models.vocab import Domain, Form, ImportanceKey

__all__ = [
    "ContextOption",
    "ContextQuestion",
    "DomainSpec",
    "FormSpec",
    "Handling",
    "Importance",
    "ImportanceOption",
    "Instrument",
    "InstrumentMeta",
    "InstrumentVersion",
    "Item",
    "LevelSpec",
    "OpenTextQuestion",
    "PageGroup",
    "Privacy",
    "ReadinessItem",
    "RetakeQuestion",
    "ShortForm",
    "SpecialAnswerSpec",
]


class InstrumentMeta(Value):
    """Identity and the words that a respondent reads first."""

    id: str
    title: str
    version: str
    status: str
    language: str
    reading_level: str
    purpose: str
    not_for: tuple[str, ...]
    instructions: str
    time_frame: str
    privacy_note: str


class InstrumentVersion(Value):
    """Exactly which instrument was used; the hash covers the whole document."""

    id: str
    version: str
    content_hash: str
    """SHA-256 of the document as canonical JSON, 64 hexadecimal digits."""

    @property
    def name(self) -> str:
        """As people read it: `improvement-capacity-check 0.1.0`."""
        return f"{self.id} {self.version}"

    @property
    def full_name(self) -> str:
        """As records keep it, like those of rules and settings: `improvement-capacity-check@0.1.0+HASH`."""
        return f"{self.id}@{self.version}+{self.content_hash}"


class Privacy(Value):
    """Fewest raters for a team result, and for anything finer than a mean and a level."""

    min_team: int = Field(ge=1)
    min_detail: int = Field(ge=1)

    @model_validator(mode="after")
    def _detail_needs_at_least_as_many(self) -> Self:
        if self.min_detail < self.min_team:
            raise ValueError(f"min_detail {self.min_detail} is below min_team {self.min_team}")
        return self


class LevelSpec(Value):
    """A capacity level and its meaning in plain words."""

    value: int = Field(ge=1, le=4)
    key: str
    name: str
    meaning: str


class SpecialAnswerSpec(Value):
    """An answer without a level."""

    key: str
    label: str
    scored: bool
    counts_as_seen: bool | None = None
    only_where: str | None = None


class FormSpec(Value):
    """One form: whom it is for and which domains it asks."""

    name: str
    our_team: str
    our_schools: str
    domains: tuple[Domain, ...]
    full_items: int
    short_core_items: int
    minutes: dict[str, int]


class BeforeCalibration(Value):
    """Short form rule while the instrument is uncalibrated: all raters get the same items."""

    focus_domains_max: int
    chosen_by: str
    all_raters_get_the_same_items: bool


class AfterCalibration(Value):
    """Short form rule once item parameters exist."""

    method: str
    stop_posterior_sd: float
    max_items: int


class ShortForm(Value):
    """How the short form is made."""

    core_items_per_domain: int
    before_calibration: BeforeCalibration
    after_calibration: AfterCalibration


class Item(Value):
    """One question: a feature of practice with four pictures that differ in one thing."""

    id: str
    core: bool
    forms: tuple[Form, ...]
    varies_by: str
    text: str
    levels: dict[int, str]
    why: str
    hub_hint: str | None = None
    na_ok: bool = False

    @field_validator("levels")
    @classmethod
    def _four_pictures(cls, levels: dict[int, str]) -> dict[int, str]:
        if sorted(levels) != [1, 2, 3, 4]:
            raise ValueError(f"an item needs the levels 1, 2, 3, 4; found {sorted(levels)}")
        return levels


class DomainSpec(Value):
    """A capacity domain with its items, in the order they are asked."""

    id: Domain
    name: str
    items: tuple[Item, ...] = Field(min_length=2)
    skippable_when: str | None = None


class ImportanceOption(Value):
    """One answer to the importance question."""

    key: ImportanceKey
    label: str
    weight: float = Field(ge=0, le=1)
    max_domains: int | None = None


class Importance(Value):
    """The importance question asked after each domain."""

    text: str
    options: tuple[ImportanceOption, ...]
    missing_weight: float = Field(ge=0, le=1)


class ReadinessItem(Value):
    """One of three questions for the domains a team wants help with."""

    id: str
    part: str
    text: str
    levels: dict[int, str]


class ContextOption(Value):
    """One choice of a context question; label falls back to the key."""

    key: str
    label: str
    cost_filter: tuple[str, ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_key(cls, data: object) -> object:
        return {"key": data, "label": data} if isinstance(data, str) else data


class ContextQuestion(Value):
    """A question about the team's situation; `multi` answers are lists, the others single values."""

    id: str
    text: str
    kind: Literal["single", "multi", "percent", "integer"]
    required: bool = False
    optional: bool = False
    vocabulary: str | None = None
    group_key: bool = False
    note: str | None = None
    options: tuple[ContextOption, ...] = ()
    forms: tuple[Form, ...] = (Form.TEAM, Form.HUB)
    max: int | None = None
    min: int | None = None


class PageGroup(Value):
    """Context questions that a page shows together, in the order of the groups."""

    id: str
    title: str
    words: str = ""
    """What a person reads under the title."""


class Handling(Value):
    """Where pages show a context question, and whether rules may test its answer; never what is asked."""

    group: str | None = None
    """Id of a page group; None: after all groups."""
    place: int | None = None
    """Place in its group, smallest first; None: after those with a place, in the order of the instrument."""
    short: str | None = None
    """The question in a word or two, for pages without room; None: its text."""
    hint: str = ""
    """Read under the question."""
    option_hints: dict[str, str] = {}
    """Option to what is read under it."""
    on_team_page: bool = False
    """Whether the answer stands on the team's own page."""
    desk_place: int | None = None
    """Place among the answers that an officer looks at, smallest first; None: not among them."""
    trial_place: int | None = None
    """Place among the answers that an officer may try out, smallest first; None: not among them."""
    alone: tuple[str, ...] = ()
    """Options that contradict every other one, such as `none`: whoever chooses one chooses nothing else."""
    at_most: str | None = None
    """Id of the question about the whole of which this one counts a part: its number is not larger than that one's."""
    rules: Literal["words", "language-tags"] | None = None
    """What rules may test of the answer, under the question's id: its options as words, or tags of languages of which
    an answer is the start; None: rules may not know it."""


class RetakeQuestion(Value):
    """Asked on a retake only; shown beside the scores, never mixed into them."""

    id: str
    kind: Literal["level", "single"]
    text: str
    per: str | None = None
    options: tuple[ContextOption, ...] = ()


class OpenTextQuestion(Value):
    """A free-text question."""

    id: str
    text: str
    max_chars: int = Field(gt=0)
    optional: bool
    use: str


class Instrument(Value):
    """A whole questionnaire. Cross-references are checked when it is loaded, not here."""

    instrument: InstrumentMeta
    privacy: Privacy
    levels: tuple[LevelSpec, ...]
    special_answers: tuple[SpecialAnswerSpec, ...]
    forms: dict[Form, FormSpec]
    short_form: ShortForm
    domains: tuple[DomainSpec, ...]
    importance: Importance
    readiness: tuple[ReadinessItem, ...]
    retake: tuple[RetakeQuestion, ...]
    context: tuple[ContextQuestion, ...]
    open_text: tuple[OpenTextQuestion, ...]
    open_text_note: str | None = None

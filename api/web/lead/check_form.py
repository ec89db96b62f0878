"""The form that opens a check or changes an open one: what was typed, what it asks for, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from starlette.datastructures import FormData

from api.assessments.rows import Assessment
from api.assessments.windows import AssessmentChange, Mode, NewAssessment
from api.errors import InvalidBody
from api.text.language import _, word
from api.web.kit.checks import end_of_day, last_day
from api.web.lead.about import Choice
from models.base import Fault
from models.vocab import Domain, Form, Length
from recommender.instruments import LoadedInstrument

__all__ = [
    "CheckForm",
    "RetakeForm",
    "TypedCheck",
    "change_in",
    "check_form",
    "faults_by_field",
    "first_typed",
    "new_in",
]

_USUAL_DAYS = 14
_MOST_PEOPLE = 100_000
_THEN = "then_"


class TypedCheck(NamedTuple):
    """What was typed."""

    mode: str
    length: str
    focus_domains: Sequence[str]
    set_aside: Sequence[str]
    closes_at: str
    roster_size: str
    turnover: str
    then: Mapping[str, str]
    """Domain to level."""

    @classmethod
    def in_form(cls, form: FormData) -> "TypedCheck":
        """What a form holds."""
        return cls(
            mode=str(form.get("mode", "")),
            length=str(form.get("length", "")),
            focus_domains=[str(one) for one in form.getlist("focus_domains")],
            set_aside=[str(one) for one in form.getlist("set_aside")],
            closes_at=str(form.get("closes_at", "")).strip(),
            roster_size=str(form.get("roster_size", "")).strip(),
            turnover=str(form.get("turnover", "")),
            then={
                name.removeprefix(_THEN): str(value)
                for name, value in form.multi_items()
                if name.startswith(_THEN) and value
            },
        )

    @classmethod
    def kept(cls, assessment: Assessment) -> "TypedCheck":
        """What is kept of a check."""
        return cls(
            mode=assessment.mode,
            length=assessment.length,
            focus_domains=assessment.focus_domains,
            set_aside=assessment.set_aside,
            closes_at=_shown_day(assessment.closes_at),
            roster_size=str(assessment.roster_size or ""),
            turnover=assessment.retake.get("turnover", ""),
            then={domain: str(level) for domain, level in assessment.retake.get("then", {}).items()},
        )


class ThenRow(NamedTuple):
    """A domain, and where the team says now that it was back then."""

    domain: str
    name: str
    level: str


class RetakeForm(NamedTuple):
    """Questions about the time since the earlier check."""

    turnover_text: str
    turnover: Sequence[Choice]
    then_text: str
    levels: Sequence[tuple[str, str]]
    rows: Sequence[ThenRow]
    answered: bool
    """Whether any of them has an answer."""


class CheckForm(NamedTuple):
    """The form."""

    typed: TypedCheck
    modes: Sequence[tuple[str, str, str]]
    lengths: Sequence[tuple[str, str, str]]
    focus: Sequence[Choice]
    most_focus: int
    set_aside: Sequence[Choice]
    today: str
    retake: RetakeForm | None
    """None where there is no earlier check."""
    faults: Mapping[str, str]
    labels: Mapping[str, str]


def first_typed(now: datetime) -> TypedCheck:
    """What a form for a new check begins with."""
    closes_at = (now + timedelta(days=_USUAL_DAYS)).date().isoformat()
    return TypedCheck(Mode.INDIVIDUAL, Length.FULL, [], [], closes_at, "", "", {})


def check_form(
    typed: TypedCheck,
    instrument: LoadedInstrument,
    form: Form,
    *,
    is_retake: bool,
    now: datetime,
    faults: Mapping[str, str] | None = None,
) -> CheckForm:
    """The form with what was typed."""
    spec = instrument.instrument.forms[form]
    domains = [instrument.domains[domain] for domain in instrument.form_domains(form)]
    lengths = {
        Length.FULL: _(
            "{n} questions, about {minutes} minutes. Best for the first time, and once a year.",
            n=spec.full_items,
            minutes=spec.minutes["full"],
        ),
        Length.SHORT: _(
            "{n} questions and up to three areas in full, from about {minutes} minutes. "
            "Best in the middle of the year.",
            n=spec.short_core_items,
            minutes=spec.minutes["short"],
        ),
    }
    return CheckForm(
        typed=typed,
        modes=[(mode, word(mode), word(mode, "explained")) for mode in Mode],
        lengths=[(length, word(length), words) for length, words in lengths.items()],
        focus=[Choice(one.id, one.name, one.id in typed.focus_domains) for one in domains],
        most_focus=instrument.instrument.short_form.before_calibration.focus_domains_max,
        set_aside=[
            Choice(
                one.id,
                one.name,
                one.id in typed.set_aside,
                _("Leave it out if this is true: {what}.", what=one.skippable_when),
            )
            for one in domains
            if one.skippable_when
        ],
        today=now.date().isoformat(),
        retake=_retake(typed, instrument, form) if is_retake else None,
        faults=faults or {},
        labels=field_words(),
    )


def new_in(typed: TypedCheck, *, is_retake: bool) -> NewAssessment:
    """The check that a form asks for.

    Raises:
        InvalidBody: every field that cannot be read.
    """
    given, faults = _readable(typed, is_retake=is_retake)
    if typed.mode not in list(Mode):
        faults.append(Fault(pointer="/mode", detail=_("Choose one of the three.")))
    if typed.length not in list(Length):
        faults.append(Fault(pointer="/length", detail=_("Choose one of the two.")))
    focus = _known(typed.focus_domains) if typed.length == Length.SHORT else []
    if len(focus) > 3:
        faults.append(Fault(pointer="/focus_domains", detail=_("Choose up to three.")))
    if faults:
        raise InvalidBody(faults)
    return NewAssessment(mode=Mode(typed.mode), length=Length(typed.length), focus_domains=focus, **given)


def field_words() -> Mapping[str, str]:
    """What the fields are called where faults are listed."""
    return {
        "closes_at": _("Last day"),
        "roster_size": _("How many people"),
        "focus_domains": _("Areas to ask about in full"),
        "set_aside": _("Areas to leave out"),
        "retake": _("Compared with last time"),
        "mode": _("How the team answers"),
        "length": _("How long the check is"),
    }


def change_in(typed: TypedCheck, assessment: Assessment) -> AssessmentChange:
    """How a form changes an open check.

    Raises:
        InvalidBody: every field that cannot be read.
    """
    given, faults = _readable(typed, is_retake=assessment.previous_id is not None)
    if faults:
        raise InvalidBody(faults)
    if typed.closes_at == _shown_day(assessment.closes_at):
        del given["closes_at"]  # a check may end at an hour that a day does not tell
    return AssessmentChange(**given)


def faults_by_field(error: InvalidBody) -> dict[str, str]:
    """Field to the first thing that is wrong with it."""
    faults: dict[str, str] = {}
    for fault in error.faults:
        faults.setdefault(fault.pointer.removeprefix("/").partition("/")[0], fault.detail)
    return faults


def _readable(typed: TypedCheck, *, is_retake: bool) -> tuple[dict[str, Any], list[Fault]]:
    given: dict[str, Any] = {"set_aside": _known(typed.set_aside)}
    faults: list[Fault] = []
    try:
        given["closes_at"] = end_of_day(typed.closes_at)
    except InvalidBody as error:
        faults += error.faults
    number = typed.roster_size
    if number and not (number.isascii() and number.isdigit() and len(number) < 7 and 1 <= int(number) <= _MOST_PEOPLE):
        detail = _("Give a whole number from 1 to {most}, or leave it out.", most=f"{_MOST_PEOPLE:,}")
        faults.append(Fault(pointer="/roster_size", detail=detail))
    elif number:
        given["roster_size"] = int(number)
    else:
        given["roster_size"] = None
    if is_retake:
        then = {domain: int(level) for domain, level in typed.then.items() if level in ("1", "2", "3", "4")}
        known = {domain: level for domain, level in then.items() if domain in list(Domain)}
        turnover = typed.turnover if typed.turnover in ("none", "some", "many") else None
        given["retake"] = {"then": known, "turnover": turnover}
    return given, faults


def _known(domains: Sequence[str]) -> list[Domain]:
    return [Domain(one) for one in dict.fromkeys(domains) if one in list(Domain)]


def _shown_day(closes_at: datetime | None) -> str:
    if closes_at is None:
        return ""
    return (last_day(closes_at) or closes_at.astimezone(UTC).date()).isoformat()


def _retake(typed: TypedCheck, instrument: LoadedInstrument, form: Form) -> RetakeForm:
    asked = {question.kind: question for question in instrument.instrument.retake}
    level, single = asked["level"], asked["single"]
    domains = [instrument.domains[domain] for domain in instrument.form_domains(form)]
    return RetakeForm(
        turnover_text=single.text,
        turnover=[Choice(option.key, option.label, option.key == typed.turnover) for option in single.options],
        then_text=level.text,
        levels=[(str(one.value), one.name) for one in instrument.instrument.levels],
        rows=[ThenRow(one.id, one.name, typed.then.get(one.id, "")) for one in domains],
        answered=bool(typed.turnover or typed.then),
    )

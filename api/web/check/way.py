"""The questionnaire as its pages show it: the invitation, the way through it, and what a person saved."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from api.assessments.answers import OwnAnswers
from api.assessments.closures import Closure, closure_of
from api.assessments.rows import Place
from api.assessments.windows import Mode
from api.text.language import _, ngettext, speaker
from api.web.kit.checks import until
from api.web.kit.scale import level_names
from api.web.kit.visitors import check_path
from models.instrument import ContextOption
from models.vocab import AnswerMode, Domain, Form, Length
from recommender.diagnosis.profiling import level_message
from recommender.instruments import LoadedInstrument

__all__ = ["CheckFrame", "Landing", "Overview", "frame_of", "landing_of", "overview_of"]


class CheckFrame(NamedTuple):
    """What every page of a person's check shows."""

    respondent_id: str
    home: str
    """Where the overview is; the other pages are below it."""
    team_name: str
    together: bool
    """Whether the team agrees on these answers; else one person gives them alone."""
    closed: str
    """Why nothing can be changed now, in a few words; empty while answers are taken."""
    closed_why: str
    closed_at: datetime | None
    """When it closed, if it did."""
    opens_at: datetime | None
    """When answers are taken, if that is still to come."""
    until: str
    """When this ends, in words that follow "until"; empty unless that is still to come and known."""
    saved_at: datetime | None
    submitted_at: datetime | None
    done: str
    """What the form that led here did; empty without one."""
    joined: bool
    """Whether the person has just begun, and now has a link of their own."""
    hidden_before: datetime | None
    """When the person got a newer link, if what was saved before still counts but does not show."""


class Landing(NamedTuple):
    """What a person with an invitation reads before beginning."""

    title: str
    purpose: str
    not_for: str
    """Uses that it is not made for, as a list of words."""
    privacy_note: str
    frame: CheckFrame
    group: str
    """Which kind of group the questions are for."""
    how_much: str
    """How many lines there are, and how each is answered."""
    minutes: int
    min_team: int
    min_detail: int
    opened_at: datetime | None
    """When the invitation was opened, if this is the link that its person got then."""
    shared_with: Sequence[str]
    """Who may see the team's results besides the team, by the team's own choice."""


class CheckPart(NamedTuple):
    """One domain on the overview."""

    href: str
    name: str
    asked: int
    answered: int
    words: str


class CheckStep(NamedTuple):
    """What comes next."""

    href: str
    words: str


class Score(NamedTuple):
    """One domain of a person's own picture."""

    name: str
    words: str
    mean: float
    x: float
    """Where the dot is on a line from 10 to 190."""


class Overview(NamedTuple):
    """Where a person stands."""

    frame: CheckFrame
    asked: int
    answered: int
    parts: Sequence[CheckPart]
    next: CheckStep | None
    """None when everything is answered, the person is done, or nothing can be changed."""
    role: str | None
    roles: Sequence[ContextOption]
    """Empty where no role is asked."""
    role_question: str
    lowest: str
    """Name of the first level."""
    highest: str
    """Name of the last level."""
    words_written: int
    """Texts in the person's own words."""
    share_text: bool
    scores: Sequence[Score]
    has_results: bool
    """Whether the team has results to look at."""
    then_together: bool
    """Whether the team will agree on answers after people answered alone."""
    min_team: int
    faults: Sequence[tuple[str, str]] = ()
    """What is wrong with what was sent, as pairs of the field's id and words."""


def frame_of(place: Place, instrument: LoadedInstrument, *, now: datetime, done: str | None = None) -> CheckFrame:
    """What every page shows; `done` is the word in its address for what a form did, or anything else for nothing."""
    respondent, assessment = place.respondent, place.assessment
    closes_at = assessment.closes_at
    closure = closure_of(place, instrument, now=now)
    together = respondent.mode == AnswerMode.CONSENSUS
    closed, why = _closed_words(closure, together=together)
    return CheckFrame(
        respondent_id=respondent.id,
        home=check_path(respondent.id),
        team_name=place.team.name,
        together=together,
        closed=closed,
        closed_why=why,
        closed_at=(assessment.closed_at or closes_at) if closure is Closure.CLOSED else None,
        opens_at=assessment.opens_at if closure is Closure.NOT_OPEN_YET else None,
        until=until(closes_at) if closure in (None, Closure.NOT_OPEN_YET) and closes_at else "",
        saved_at=respondent.saved_at,
        submitted_at=respondent.submitted_at,
        done=_done_words(done),
        joined=done == "joined",
        hidden_before=respondent.readable_from if _hides(place) else None,
    )


def _hides(place: Place) -> bool:
    """Whether answers count that do not show, because nothing was saved with the newer link."""
    renewed_at, saved_at = place.respondent.readable_from, place.respondent.saved_at
    return renewed_at is not None and saved_at is not None and saved_at < renewed_at


def _done_words(done: str | None) -> str:
    match done:
        case "saved":
            return _("Saved.")
        case "cleared":
            return _("That answer is taken out.")
        case "withdrawn":
            return _("All your answers are deleted.")
        case "submitted":
            return _("You are done. Thank you!")
        case "reopened":
            return _(
                "Saved. You had said that you are done; your check is open again. Say so once more when you finish."
            )
    return ""


def landing_of(place: Place, instrument: LoadedInstrument, *, now: datetime) -> Landing:
    """What a person reads before beginning."""
    whole, assessment = instrument.instrument, place.assessment
    form = whole.forms[Form(assessment.form)]
    length = Length(assessment.length)
    asked = instrument.asked(
        Form(assessment.form), length=length, focus_domains=tuple(map(Domain, assessment.focus_domains))
    )
    asked = {domain: items for domain, items in asked.items() if domain not in assessment.set_aside}
    shared = place.team.context.get("share_with", ())
    return Landing(
        title=whole.instrument.title,
        purpose=whole.instrument.purpose,
        not_for=_any_of(whole.instrument.not_for),
        privacy_note=whole.instrument.privacy_note,
        frame=frame_of(place, instrument, now=now),
        group=form.name,
        how_much=_(
            "{lines} in {parts}. For each, you choose the picture that is closest to what you see.",
            lines=ngettext("{n} line", "{n} lines", sum(len(items) for items in asked.values())),
            parts=ngettext("{n} part", "{n} parts", len(asked)),
        ),
        minutes=form.minutes[length],
        min_team=whole.privacy.min_team,
        min_detail=whole.privacy.min_detail,
        opened_at=place.respondent.bound_at if place.respondent.opened_hash else None,
        shared_with=[option.label for option in _options(instrument, "share_with") if option.key in shared],
    )


def overview_of(
    place: Place,
    own: OwnAnswers,
    instrument: LoadedInstrument,
    *,
    has_results: bool,
    now: datetime,
    done: str | None = None,
    faults: Sequence[tuple[str, str]] = (),
) -> Overview:
    """Where a person stands, and what comes next."""
    frame = frame_of(place, instrument, now=now, done=done)
    says = speaker(instrument)
    names = {domain: says.tell(f"domain.{domain}") for domain in instrument.domains}
    parts = [
        CheckPart(
            href=f"{frame.home}/{part.domain}",
            name=names[part.domain],
            asked=part.asked,
            answered=part.answered,
            words=_part_words(part.answered, part.asked, importance=part.importance_answered),
        )
        for part in own.progress.domains
    ]
    question = instrument.context.get("role")
    return Overview(
        frame=frame,
        asked=own.progress.asked,
        answered=own.progress.answered,
        parts=parts,
        next=None if frame.closed or frame.submitted_at else _next(own, instrument, frame),
        role=own.role,
        roles=_options(instrument, "role") if not frame.together else (),
        role_question=question.text if question else "",
        lowest=level_names(instrument)[0],
        highest=level_names(instrument)[-1],
        words_written=sum(bool(text) for text in own.open_text.model_dump().values()),
        share_text=own.share_text,
        scores=[
            Score(names[s.domain], says.say(level_message(s.levels)), s.mean, round(10 + 60 * (s.mean - 1), 1))
            for s in own.scores
        ],
        has_results=has_results,
        then_together=place.assessment.mode == Mode.INDIVIDUAL_THEN_CONSENSUS and not frame.together,
        min_team=instrument.instrument.privacy.min_team,
        faults=faults,
    )


def _next(own: OwnAnswers, instrument: LoadedInstrument, frame: CheckFrame) -> CheckStep | None:
    """The first line without an answer; then the first domain of which it is not said how much it matters."""
    if own.progress.next:
        item = own.progress.next[0]
        domain = instrument.domain_of[item]
        return CheckStep(f"{frame.home}/{domain}#line-{item}", _begin_words(own, domain, instrument))
    for part in own.progress.domains:
        if not part.importance_answered:
            return CheckStep(f"{frame.home}/{part.domain}#importance", _begin_words(own, part.domain, instrument))
    return None


def _begin_words(own: OwnAnswers, domain: Domain, instrument: LoadedInstrument) -> str:
    name = speaker(instrument).tell(f"domain.{domain}")
    return _("Go on: {part}", part=name) if own.progress.answered else _("Start: {part}", part=name)


def _part_words(answered: int, asked: int, *, importance: bool) -> str:
    if answered < asked:
        return _("{answered} of {asked} answered", answered=answered, asked=asked)
    return _("All answered") if importance else _("All answered, but not how much it matters")


def _any_of(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return speaker().tell("list.or", first=", ".join(words[:-1]), last=words[-1])


def _options(instrument: LoadedInstrument, question: str) -> Sequence[ContextOption]:
    found = instrument.context.get(question)
    return found.options if found else ()


def _closed_words(closure: Closure | None, *, together: bool) -> tuple[str, str]:
    match closure:
        case None:
            return "", ""
        case Closure.NOT_OPEN_YET:
            return (
                _("This check is not open yet"),
                _("You can read the questions now. Answers are taken once it opens."),
            )
        case Closure.CLOSED:
            return (
                _("This check is closed"),
                _(
                    "What you saved is kept and counts. Nothing can be changed any more. "
                    "If you still want to answer, ask the lead of your team to open it again."
                ),
            )
        case Closure.OTHER_PHASE if together:
            return (
                _("People answer alone again"),
                _("The lead of your team has opened that part once more. What you agreed on is kept, and waits."),
            )
        case Closure.OTHER_PHASE:
            return (
                _("The part that you answer alone is over"),
                _("Your team now talks and agrees on its answers. What you saved alone is kept and counts as it is."),
            )
        case Closure.OTHER_INSTRUMENT:
            return (
                _("This check uses earlier questions"),
                _("It cannot be answered here any more. Ask the lead of your team to open a new one."),
            )

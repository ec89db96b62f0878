"""Trying out what a team would be recommended if something about it changed. Nothing is stored."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.datastructures import QueryParams

from api.engine.engine import Engine
from api.errors import Conflict, InvalidBody, NoResults
from api.recommending.making import RunCase, present_case
from api.recommending.what_if import KindDifference, Tried, WhatIfBody, try_out
from api.reviews.review import OpenReview
from api.text.language import _, speaker, word
from models.instrument import ContextQuestion
from models.vocab import ScoreStatus
from recommender.instruments import LoadedInstrument

__all__ = ["WhatIfPage", "what_if_page"]

_SENT = "try"
_LEVEL = "level-"


class WhatIfChoice(NamedTuple):
    """An answer that can be chosen."""

    key: str
    label: str
    on: bool


class WhatIfQuestion(NamedTuple):
    """One question of the form."""

    id: str
    name: str
    multi: bool
    choices: tuple[WhatIfChoice, ...]
    changed: bool
    fault: str

    @property
    def chosen(self) -> str:
        """What is chosen, in words."""
        return ", ".join(choice.label for choice in self.choices if choice.on)


class DomainQuestion(NamedTuple):
    """A domain whose answers may be tried as a whole."""

    id: str
    name: str
    level: str


class ComparedLine(NamedTuple):
    """A match in the list that would be."""

    place: int
    title: str
    url: str
    was: int
    """0 when it was not in the list."""


class Outcome(NamedTuple):
    """One list that would be, beside the one without the changes."""

    title: str
    lines: tuple[ComparedLine, ...]
    left: tuple[tuple[int, str], ...]
    """Places and titles of what would go."""
    words: str
    same: bool


class WhatIfPage(NamedTuple):
    """What the page shows."""

    run_id: str
    team: str
    questions: tuple[WhatIfQuestion, ...]
    domains: tuple[DomainQuestion, ...]
    levels: tuple[tuple[str, str], ...]
    as_of: str
    today: date
    outcomes: tuple[Outcome, ...]
    sent: bool
    changes: tuple[str, ...]
    """What is tried, in words."""
    faults: tuple[str, ...]

    @property
    def any_level(self) -> bool:
        """Whether the answers of a domain are tried."""
        return any(domain.level for domain in self.domains)


def what_if_page(
    session: Session, engine: Engine, opened: OpenReview, given: QueryParams, *, now: datetime
) -> WhatIfPage:
    """The form with what was chosen, and what it leads to once something was; the session is closed on the way."""
    instrument = engine.instrument
    case = present_case(session, opened.team, opened.run.assessment_id)
    context: Mapping[str, Any] = case.source.team.context
    sent = _SENT in given
    form = case.source.release.form
    questions = [one for one in instrument.placed(lambda handling: handling.trial_place) if form in one.forms]
    wanted = {one.id: _wanted(one, given) if sent else context.get(one.id) for one in questions}
    changed = {key: value for key, value in wanted.items() if sent and _differs(value, context.get(key))}
    levels = {name.removeprefix(_LEVEL): value for name, value in given.items() if name.startswith(_LEVEL) and value}
    items = _items(case, instrument)
    answers = {
        item: int(level)
        for domain, level in levels.items()
        if level in ("1", "2", "3", "4")
        for item in items.get(domain, ())
    }
    faults: dict[str, str] = {}
    tried = None
    session.close()  # what follows takes long and asks for nothing more
    if changed or answers or given.get("as_of"):
        tried, faults = _try(engine, case, changed, answers, given.get("as_of", ""), now=now)
    says = speaker(instrument)
    names = {str(domain): says.tell(f"domain.{domain}") for domain in instrument.domains}
    level_names = [(str(one.value), says.tell(f"level.{one.value}")) for one in instrument.instrument.levels]
    return WhatIfPage(
        run_id=opened.run.id,
        team=opened.team.name,
        questions=tuple(_question(one, instrument, wanted[one.id], one.id in changed, faults) for one in questions),
        domains=tuple(
            DomainQuestion(domain, names[domain], levels.get(domain, ""))
            for domain in instrument.form_domains(form)
            if domain in items
        ),
        levels=tuple(level_names),
        as_of=given.get("as_of", ""),
        today=now.date(),
        outcomes=_outcomes(tried) if tried else (),
        sent=sent,
        changes=tuple(
            [instrument.short_name(instrument.context[key]) for key in changed]
            + [
                _("{domain}: {level}", domain=names[domain], level=dict(level_names).get(level, level))
                for domain, level in levels.items()
                if domain in names
            ]
            + ([_("as of {day}", day=given["as_of"])] if given.get("as_of") else [])
        ),
        faults=tuple(faults.values()),
    )


def _wanted(question: ContextQuestion, given: QueryParams) -> Any:
    if question.kind == "multi":
        return given.getlist(question.id) or None
    return given.get(question.id) or None


def _differs(wanted: Any, present: Any) -> bool:
    if isinstance(wanted, list) or isinstance(present, list | tuple):
        return sorted(wanted or ()) != sorted(present or ())
    return bool(wanted != present)


def _items(case: RunCase, instrument: LoadedInstrument) -> dict[str, list[str]]:
    """Items that the team was asked, by domain."""
    release = case.source.release
    asked = instrument.asked(release.form, length=release.length, focus_domains=release.focus_domains)
    aside = [one.domain for one in release.domains if one.status is ScoreStatus.SET_ASIDE]
    return {domain: [item.id for item in items] for domain, items in asked.items() if domain not in aside}


def _try(
    engine: Engine, case: RunCase, context: Mapping[str, Any], answers: Mapping[str, int], as_of: str, *, now: datetime
) -> tuple[Tried | None, dict[str, str]]:
    try:
        body = WhatIfBody.model_validate({"context": context, "answers": answers, "as_of": as_of or None})
    except ValidationError:
        return None, {"as_of": _("Choose a day, as year, month and day.")}
    try:
        return try_out(engine, case, body, now=now), {}
    except InvalidBody as error:
        return None, {fault.pointer.split("/")[-1]: fault.detail for fault in error.faults}
    except (Conflict, NoResults) as error:
        return None, {"": str(error)}


def _question(
    question: ContextQuestion, instrument: LoadedInstrument, value: Any, changed: bool, faults: Mapping[str, str]
) -> WhatIfQuestion:
    says = speaker(instrument)
    chosen = {str(one) for one in value} if isinstance(value, list | tuple) else {str(value)}
    return WhatIfQuestion(
        id=question.id,
        name=instrument.short_name(question),
        multi=question.kind == "multi",
        choices=tuple(
            WhatIfChoice(option.key, says.tell(f"option.{question.id}.{option.key}"), option.key in chosen)
            for option in question.options
        ),
        changed=changed,
        fault=faults.get(question.id, ""),
    )


def _outcomes(tried: Tried) -> tuple[Outcome, ...]:
    return tuple(
        _outcome(difference, ranked.matches)
        for difference, ranked in zip(tried.differences, tried.run.lists, strict=True)
    )


def _outcome(difference: KindDifference, matches: Sequence[Any]) -> Outcome:
    entered = {place.support_id for place in difference.entered}
    before = {place.support_id: place.before or 0 for place in difference.moved}
    n_new, n_gone, n_moved = len(difference.entered), len(difference.left), len(difference.moved)
    return Outcome(
        title=word(difference.kind, "many"),
        lines=tuple(
            ComparedLine(
                place=match.rank,
                title=match.title,
                url=match.url,
                was=0 if match.support_id in entered else before.get(match.support_id, match.rank),
            )
            for match in matches
        ),
        left=tuple((place.before or 0, place.title) for place in difference.left),
        words=_(
            "{new} new, {gone} gone, {moved} at another place, {same} the same",
            new=n_new,
            gone=n_gone,
            moved=n_moved,
            same=difference.n_stayed,
        ),
        same=not (n_new or n_gone or n_moved),
    )

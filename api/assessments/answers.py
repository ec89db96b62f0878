"""Saving a person's answers piece by piece, and reading them back to that person alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from api.access.keys import hash_secret
from api.access.principals import Principal
from api.access.reach import beyond_reach_as, own_team
from api.assessments.closures import must_be_open
from api.assessments.opening import asks_instrument, check_same_instrument
from api.assessments.own import DomainProgress, OwnAnswers, OwnScore, Progress
from api.assessments.pieces import Pieces, pieces_of, tree_of
from api.assessments.respondents import bind
from api.assessments.rows import (
    Place,
    Respondent,
    answers_of,
    choices_of,
    find_invited,
    find_opened,
    find_place,
    forget_answers,
    write_answers,
)
from api.assessments.snapshots import assessment_of, response_of
from api.assessments.windows import WindowPhase
from api.engine.engine import Engine
from api.errors import InvalidBody, NotAllowed, NotFound, Unauthenticated
from api.storage.database import Database
from models.assessment import Answer, OpenText
from models.base import Fault
from models.vocab import AnswerMode, Domain, Form, ImportanceKey, Length
from recommender.diagnosis.form_check import check_response
from recommender.diagnosis.profiling import build_profile
from recommender.diagnosis.questions import Asked, Questions, questions_for
from recommender.reading.fault_words import found
from recommender.reading.json_document import NotJson, parse_json

__all__ = [
    "Choices",
    "DomainProgress",
    "Invitation",
    "OwnAnswers",
    "OwnScore",
    "Progress",
    "Saved",
    "invitation_of",
    "open_place",
    "own_answers",
    "own_place",
    "questions_of",
    "save",
    "save_body",
    "submit",
    "used_up",
    "withdraw",
]


_ABSENT = object()
_ALL = ""
"""In place of a path, for all of them."""


@dataclass(frozen=True)
class Invitation:
    """A caller who holds a valid invitation instead of a key."""

    respondent_id: str


class Choices(NamedTuple):
    """When and where a person chose pieces that arrive later, because their device was offline."""

    at: Mapping[str, datetime] = {}
    """By path."""
    device: str | None = None
    """The browser; what it sends, it sends in the order of choosing."""


class Saved(NamedTuple):
    """What saving did."""

    pieces: int
    """Set or taken out."""
    progress: Progress
    older: Mapping[str, Any]
    """Pieces that were not saved because a later choice is: path to that choice, None where it was taken out."""


def invitation_of(database: Database, token: str) -> Invitation:
    """The invitation behind a token.

    Raises:
        Unauthenticated: it is unknown, was replaced by a newer one, or was used up by opening it in a browser.
    """
    with database.reading() as session:
        respondent = find_invited(session, hash_secret(token))
    if respondent is None:
        raise Unauthenticated("The invitation is unknown, was opened by its person, or was replaced by a newer one.")
    return Invitation(respondent.id)


def used_up(database: Database, token: str) -> Respondent | None:
    """Whose invitation this was before it was opened in a browser; None if it is not used up."""
    with database.reading() as session:
        return find_opened(session, hash_secret(token))


def open_place(
    session: Session,
    caller: Principal | Invitation,
    assessment_id: str,
    respondent_id: str,
    *,
    lock: bool = False,
) -> Place:
    """The place within a caller's reach: to a portal those of its teams, to an invitation its own.

    Raises:
        NotAllowed: the invitation is somebody else's.
        NotFound: no such place within the caller's reach.
    """
    if isinstance(caller, Invitation) and caller.respondent_id != respondent_id:
        raise NotAllowed("This invitation opens the answers of its own person only.")
    place = find_place(session, respondent_id, lock=lock)
    if place is None or place.assessment.id != assessment_id:
        raise NotFound("respondent", respondent_id)
    if not isinstance(caller, Invitation):
        with beyond_reach_as("respondent", respondent_id):
            own_team(session, caller, place.team.id)
    return place


def own_place(session: Session, invitation: Invitation, *, lock: bool = False) -> Place:
    """The place that an invitation opens.

    Raises:
        NotFound: it was deleted since.
    """
    place = find_place(session, invitation.respondent_id, lock=lock)
    if place is None:
        raise NotFound("respondent", invitation.respondent_id)
    return place


def save(
    session: Session,
    engine: Engine,
    place: Place,
    pieces: Pieces,
    *,
    chosen: Choices | None = None,
    now: datetime,
) -> Saved:
    """Save pieces over what was saved before; a piece of None is taken out. All of it or nothing.

    Args:
        session: a writing transaction; `place` was read in it with its lock.
        engine: instrument and constants of scoring.
        place: whose answers.
        pieces: what changes.
        chosen: when and where pieces were chosen, for those that say so; what was chosen later on another device stays.
        now: the time.

    Raises:
        WindowClosed: not open yet, or not any more, or in another phase.
        Conflict: the window asks another version of the instrument than the one in use.
        InvalidBody: every fault by its pointer into the tree of the pieces. More than the allowed number of `top_three`
            counts what this person has saved already.
    """
    saved = _saved(session, engine, place, now=now)
    chosen = chosen or Choices()
    older = _older(session, place, pieces, chosen)
    newer = {path: value for path, value in pieces.items() if path not in older}
    if faults := _faults(engine, place, saved, tree_of(newer)):
        raise InvalidBody(faults)
    done = _write(session, engine, place, saved, newer, chosen=chosen, now=now)
    return done._replace(older={path: saved.get(path) for path in older})


def save_body(session: Session, engine: Engine, place: Place, body: bytes, *, now: datetime) -> Saved:
    """Save what a body holds: JSON with any of the fields of a response but `respondent`; else as `save`.

    Raises:
        WindowClosed, Conflict: as for `save`.
        InvalidBody: not JSON, or every fault by its pointer into the body.
    """
    saved = _saved(session, engine, place, now=now)
    try:
        tree = parse_json(body)
    except NotJson as error:
        raise InvalidBody([Fault(pointer="", detail=str(error))]) from error
    if not isinstance(tree, dict):
        raise InvalidBody([Fault(pointer="", detail=f"Expected an object with answers; found {found(tree)}.")])
    faults = []
    if tree.pop("respondent", _ABSENT) is not _ABSENT:
        faults.append(Fault(pointer="/respondent", detail="Whose answers these are is in the path; leave it out."))
    if faults := [*faults, *_faults(engine, place, saved, tree)]:
        raise InvalidBody(faults)
    pieces = pieces_of(tree, [item.id for item in engine.instrument.instrument.readiness])
    return _write(session, engine, place, saved, pieces, chosen=Choices(), now=now)


def withdraw(session: Session, engine: Engine, place: Place, *, now: datetime) -> None:
    """Take out all that was saved in a place; it is as if nobody had answered yet. Frozen results stand.

    Raises:
        WindowClosed: as for `save`.
    """
    must_be_open(place, engine.instrument, now=now)
    respondent = place.respondent
    forget_answers(session, respondent.id)
    respondent.cleared = {_ALL: [now.isoformat(), None]}
    respondent.saved_at = respondent.submitted_at = None
    session.flush()


def submit(session: Session, engine: Engine, place: Place, *, now: datetime) -> Progress:
    """Note that the person is done. Saving again while the window is open takes that back.

    Raises:
        WindowClosed: as for `save`.
    """
    must_be_open(place, engine.instrument, now=now)
    bind(place.respondent, now=now)
    place.respondent.submitted_at = now
    session.flush()
    return _progress(engine, place, _visible(session, place))


def own_answers(session: Session, engine: Engine, place: Place) -> OwnAnswers:
    """What a person saved, for that person: the place must have been opened with the person's invitation.

    A renewed invitation does not show what was saved before: whoever can renew it is not the author.
    """
    saved = _visible(session, place)
    response = response_of(place.respondent.id, saved)
    scores = _own_scores(engine, place, response)
    assessment = place.assessment
    return OwnAnswers(
        respondent_id=response.pop("respondent"),
        assessment_id=assessment.id,
        team_name=place.team.name,
        form=Form(assessment.form),
        length=Length(assessment.length),
        phase=WindowPhase(assessment.phase),
        opens_at=assessment.opens_at,
        closes_at=assessment.closes_at,
        role=response.pop("role", None),
        share_text=response.pop("share_text", False),
        match_from_answers=response.pop("match_from_answers", False),
        open_text=OpenText(**response.pop("open_text", {})),
        answers=response.get("answers", {}),
        importance=response.get("importance", {}),
        readiness=response.get("readiness", {}),
        scores=scores,
        progress=_progress(engine, place, saved),
    )


def questions_of(
    engine: Engine, place: Place, answers: Mapping[str, Answer], importance: Mapping[Domain, ImportanceKey]
) -> Questions:
    """What a person is asked, domain by domain, given the answers so far."""
    assessment = place.assessment
    asked = Asked(
        form=Form(assessment.form),
        length=Length(assessment.length),
        focus_domains=tuple(map(Domain, assessment.focus_domains)),
        set_aside=tuple(map(Domain, assessment.set_aside)),
    )
    return questions_for(
        asked,
        engine.instrument,
        seed=place.respondent.id,
        answers=answers,
        importance=importance,
        scoring=engine.config.scoring,
        item_parameters=engine.item_parameters,
    )


def _own_scores(engine: Engine, place: Place, response: dict[str, Any]) -> list[OwnScore]:
    if not asks_instrument(place.assessment, engine.instrument):
        return []
    answers = assessment_of(place.assessment, place.team, [response], engine, mode=AnswerMode(place.respondent.mode))
    profile = build_profile(answers, engine.instrument, engine.config.scoring, item_parameters=engine.item_parameters)
    return [
        OwnScore(
            domain=score.domain, mean=round(score.mean, 1), level_words=score.level_words, levels=score.levels or ()
        )
        for score in profile.domains
        if score.mean is not None and score.level_words is not None
    ]


def _saved(session: Session, engine: Engine, place: Place, *, now: datetime) -> Pieces:
    """What is saved so far in a place where more may be saved."""
    must_be_open(place, engine.instrument, now=now)
    check_same_instrument(place.assessment, engine.instrument)
    return _visible(session, place)


def _visible(session: Session, place: Place) -> Pieces:
    """What is saved and may be read back by whoever has the invitation in force. Nothing told to them counts more."""
    return answers_of(session, place.respondent.id, since=place.respondent.readable_from)


def _older(session: Session, place: Place, pieces: Pieces, chosen: Choices) -> set[str]:
    """The pieces that were chosen before what another device saved in their places, or took out."""
    if not chosen.at:
        return set()
    cleared = {path: (datetime.fromisoformat(at), by) for path, (at, by) in (place.respondent.cleared or {}).items()}
    saved = choices_of(session, place.respondent.id)
    return {
        path
        for path, at in chosen.at.items()
        if path in pieces
        for time, device in filter(None, (saved.get(path), cleared.get(path), cleared.get(_ALL)))
        if at < time and (device is None or device != chosen.device)
    }


def _faults(engine: Engine, place: Place, saved: Pieces, tree: Mapping[str, Any]) -> tuple[Fault, ...]:
    """What is wrong with changes of a person's answers; the cap on `top_three` counts what is saved and stays."""
    changed = tree.get("importance")
    staying = (
        [
            path
            for path, value in saved.items()
            if value == ImportanceKey.TOP_THREE and path.startswith("importance/") and path.split("/")[1] not in changed
        ]
        if isinstance(changed, dict)
        else []
    )
    form = Form(place.assessment.form)
    return check_response(tree, engine.instrument, form, n_top_three=len(staying))


def _write(
    session: Session,
    engine: Engine,
    place: Place,
    saved: Pieces,
    pieces: Pieces,
    *,
    chosen: Choices,
    now: datetime,
) -> Saved:
    respondent = place.respondent
    values = {path: value for path, value in pieces.items() if value is not None}
    removed = [path for path in pieces if path not in values]
    if pieces:
        if respondent.readable_from is not None:
            forget_answers(session, respondent.id, before=respondent.readable_from)
        bind(respondent, now=now)
        respondent.saved_at = now
        respondent.submitted_at = None
        still = {path: cleared for path, cleared in (respondent.cleared or {}).items() if path not in values}
        gone = {path: [chosen.at.get(path, now).isoformat(), chosen.device] for path in removed}
        respondent.cleared = {**still, **gone}
    write_answers(session, respondent.id, values, removed=removed, chosen=chosen.at, device=chosen.device, now=now)
    session.flush()
    left = {path: value for path, value in {**saved, **values}.items() if path not in removed}
    return Saved(len(pieces), _progress(engine, place, left), {})


def _progress(engine: Engine, place: Place, saved: Mapping[str, Any]) -> Progress:
    answers = {path.removeprefix("answers/"): value for path, value in saved.items() if path.startswith("answers/")}
    importance = {
        Domain(path.removeprefix("importance/")): ImportanceKey(value)
        for path, value in saved.items()
        if path.startswith("importance/")
    }
    questions = questions_of(engine, place, answers, importance)
    domains = []
    for domain, items in questions.by_domain.items():
        answered = sum(item in answers for item in items)
        domains.append(
            DomainProgress(
                domain=domain,
                asked=len(items),
                answered=answered,
                remaining=len(items) - answered,
                importance_answered=domain in importance,
            )
        )
    return Progress(
        asked=sum(domain.asked for domain in domains),
        answered=sum(domain.answered for domain in domains),
        domains=domains,
        next=list(questions.next),
        saved_at=place.respondent.saved_at,
        submitted_at=place.respondent.submitted_at,
    )

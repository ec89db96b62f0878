"""Frozen results as callers may see them: profile, roles, own words, and growth since the time before."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from sqlalchemy.orm import Session

from api.access.principals import Principal, Scope
from api.assessments.opening import asks_instrument, check_same_instrument
from api.assessments.rows import count_respondents, find_assessment, last_snapshot
from api.assessments.snapshots import release_in, released_team_of
from api.engine.engine import Engine
from api.errors import InvalidParameter, NoResults
from api.storage.tables import Assessment, Snapshot
from models.assessment import OpenText, Retake
from models.base import Fault
from models.growth import Growth
from models.message import Message
from models.needs import Need
from models.profile import CapacityProfile, DomainGroups
from models.vocab import AnswerMode, Domain, ScoreStatus, Visibility
from recommender.diagnosis.evidence import evidence_of
from recommender.diagnosis.growth import build_growth
from recommender.diagnosis.needs import derive_needs
from recommender.diagnosis.release import released_groups, released_profile

__all__ = [
    "ProfileView",
    "ResponseRate",
    "TwoWaves",
    "WordsView",
    "compare",
    "growth_of",
    "needs_of",
    "profile_of",
    "words_of",
]

_FEW = 0.5


class ResponseRate(BaseModel):
    """How many of those who were asked have answered."""

    answered: int
    asked: int | None
    """The roster, or everybody who was invited when those are more or there is no roster."""
    rate: float | None
    """0 to 1, two decimals."""
    may_not_speak_for_team: bool
    """Fewer than half answered."""


class ProfileView(BaseModel):
    """Frozen results of a window."""

    assessment_id: str
    snapshot_id: str
    number: int
    """Counts the results of the window; the last one of a mode is in force."""
    mode: AnswerMode
    taken_at: datetime
    profile: CapacityProfile
    response: ResponseRate | None
    """None for agreed answers."""
    by_role: list[DomainGroups] | None
    """Only with `by=role`."""
    notices: list[str]
    notice_messages: SkipJsonSchema[tuple[Message, ...]] = Field(exclude=True)
    """The same, for pages, which say them in the reader's language."""


class WordsView(BaseModel):
    """Own words of those who agreed to share them, without names, in an order that tells nothing."""

    assessment_id: str
    snapshot_id: str
    strengths: list[str]
    challenges: list[str]
    hoped_for_support: list[str]
    notices: list[str]


class TwoWaves(NamedTuple):
    """Two results of a team, and what changed between them; all as people may see it."""

    growth: Growth
    before: CapacityProfile
    after: CapacityProfile
    before_at: datetime


def profile_of(
    session: Session,
    engine: Engine,
    assessment: Assessment,
    *,
    mode: AnswerMode | None = None,
    by: Literal["role"] | None = None,
) -> ProfileView:
    """The results in force.

    Args:
        session: the transaction.
        engine: instrument and constants of scoring.
        assessment: a window of a team whose results the caller may see.
        mode: None takes the agreed answers where there are some; for roles, what people answered alone.
        by: `role` adds each domain's means by role, as far as nobody can be singled out.

    Raises:
        NoResults: nothing is frozen yet.
        InvalidParameter: agreed answers by role.
    """
    if by and mode is AnswerMode.CONSENSUS:
        raise InvalidParameter([Fault(pointer="by", detail="Agreed answers have no roles; leave out mode or by.")])
    snapshot = _snapshot(session, assessment, AnswerMode.INDIVIDUAL if by else mode)
    release = release_in(snapshot)
    profile = released_profile(release, engine.instrument, engine.config.scoring)
    response = _response_rate(session, assessment, profile) if snapshot.mode == AnswerMode.INDIVIDUAL else None
    by_role = released_groups(release) if by else None
    notices = _notices(profile, release.areas, response, engine, by_role)
    return ProfileView(
        assessment_id=assessment.id,
        snapshot_id=snapshot.id,
        number=snapshot.number,
        mode=AnswerMode(snapshot.mode),
        taken_at=snapshot.taken_at,
        profile=profile,
        response=response,
        by_role=None if by_role is None else list(by_role),
        notices=[engine.instrument.english.say(notice) for notice in notices],
        notice_messages=notices,
    )


def words_of(
    session: Session, engine: Engine, assessment: Assessment, *, principal: Principal, mode: AnswerMode | None = None
) -> WordsView:
    """What people wrote and agreed to share, once enough people have answered to hide each author.

    Program officers read every text that is shared. The team itself, where people know how each other write, reads
    those of a question from enough authors on.

    Raises:
        NoResults: nothing is frozen yet.
    """
    snapshot = _snapshot(session, assessment, mode)
    source = released_team_of(snapshot)
    minimum = engine.instrument.instrument.privacy.min_detail
    alone = source.release.answer_mode is AnswerMode.INDIVIDUAL
    hidden = alone and source.release.n_respondents < minimum
    least = minimum if alone and principal.scope is not Scope.OFFICER else 1

    def readable(question: str) -> list[str]:
        texts = _shuffled([getattr(text, question) for text in source.texts], snapshot.id)
        return [] if hidden or len(texts) < least else texts

    strengths, challenges, hoped = map(readable, OpenText.model_fields)
    notice = f"Own words are shown once at least {minimum} people have answered."
    return WordsView(
        assessment_id=assessment.id,
        snapshot_id=snapshot.id,
        strengths=strengths,
        challenges=challenges,
        hoped_for_support=hoped,
        notices=[notice] if hidden else [],
    )


def needs_of(session: Session, engine: Engine, assessment: Assessment) -> tuple[Need, ...]:
    """The needs behind the results in force, the most pressing first.

    Those that a run of these results has. Empty when another version of the instrument was asked than the one in use.

    Raises:
        NoResults: nothing is frozen yet.
    """
    snapshot = _snapshot(session, assessment, None)
    if not asks_instrument(assessment, engine.instrument):
        return ()
    scoring = engine.config.scoring
    evidence = evidence_of(released_team_of(snapshot), engine.instrument, scoring)
    return derive_needs(evidence, engine.instrument, scoring)


def growth_of(session: Session, engine: Engine, assessment: Assessment, *, mode: AnswerMode | None = None) -> Growth:
    """What changed since the assessment that this one retakes; see `compare`."""
    return compare(session, engine, assessment, mode=mode).growth


def compare(session: Session, engine: Engine, assessment: Assessment, *, mode: AnswerMode | None = None) -> TwoWaves:
    """The results of an assessment beside those of the one that it retakes.

    Two results of one kind can be compared: without a `mode` these are the ones that drive needs when both are of one
    kind, else what people answered alone each time, where that exists.

    Raises:
        NoResults: this one retakes none, or one of the two has no results.
        Conflict: this one asked another version of the instrument than the one in use.
    """
    found = find_assessment(session, assessment.previous_id) if assessment.previous_id else None
    if found is None:
        raise NoResults("This assessment retakes no earlier one, so there is nothing to compare it with.")
    earlier = found[0]
    check_same_instrument(assessment, engine.instrument)
    before, after = _snapshot(session, earlier, mode), _snapshot(session, assessment, mode)
    if before.mode != after.mode:
        alone = [last_snapshot(session, one.id, AnswerMode.INDIVIDUAL) for one in (earlier, assessment)]
        before, after = alone[0] or before, alone[1] or after
    earlier_release, later_release = release_in(before), release_in(after)
    instrument, scoring = engine.instrument, engine.config.scoring
    retake = Retake.model_validate({"previous_id": earlier.id, **assessment.retake})
    growth = build_growth(earlier_release, later_release, retake=retake, instrument=instrument, config=scoring)
    shown_before, shown_after = (released_profile(one, instrument, scoring) for one in (earlier_release, later_release))
    return TwoWaves(growth, shown_before, shown_after, before.taken_at)


def _snapshot(session: Session, assessment: Assessment, mode: AnswerMode | None) -> Snapshot:
    snapshot = last_snapshot(session, assessment.id, mode)
    if snapshot is None:
        kind = f" {mode}" if mode else ""
        raise NoResults(f"The assessment '{assessment.id}' has no{kind} results yet; they are frozen when it closes.")
    return snapshot


def _response_rate(session: Session, assessment: Assessment, profile: CapacityProfile) -> ResponseRate:
    invited = count_respondents(session, assessment.id, AnswerMode.INDIVIDUAL)
    asked = max(invited, assessment.roster_size or 0) or None
    rate = profile.n_respondents / asked if asked else None
    return ResponseRate(
        answered=profile.n_respondents,
        asked=asked,
        rate=None if rate is None else round(rate, 2),
        may_not_speak_for_team=rate is not None and rate < _FEW,
    )


def _notices(
    profile: CapacityProfile,
    areas: Sequence[Domain],
    response: ResponseRate | None,
    engine: Engine,
    by_role: Sequence[DomainGroups] | None,
) -> tuple[Message, ...]:
    privacy = engine.instrument.instrument.privacy
    notices: list[Message] = []
    if response is not None and response.may_not_speak_for_team:
        notices.append(Message(key="notice.fewer_than_half"))
    if profile.visibility is Visibility.NOTHING:
        notices.append(Message(key="notice.no_results", values={"few": privacy.min_team}))
        if areas:
            wanted = tuple(Message(key=f"domain.{domain}") for domain in areas)
            notices.append(Message(key="notice.areas", values={"domains": wanted}))
    elif profile.visibility is Visibility.MEAN_AND_LEVEL:
        notices.append(Message(key="notice.no_detail", values={"few": privacy.min_detail}))
    names = [
        Message(key=f"domain.{score.domain}")
        for score in profile.domains
        if score.status is ScoreStatus.TOO_FEW_ANSWERS and score.domain in engine.instrument.domains
    ]
    if names and profile.visibility is not Visibility.NOTHING:
        notices.append(Message(key="notice.too_few_answers", values={"domains": tuple(names)}))
    if by_role is not None and not all(domain.groups for domain in by_role):
        notices.append(Message(key="notice.small_groups"))
    return tuple(notices)


def _shuffled(texts: list[str], seed: str) -> list[str]:
    """The texts that are not empty, in an order that depends on nothing but them and the snapshot."""
    return sorted(
        (text for text in texts if text.strip()),
        key=lambda text: (hashlib.sha256(f"{seed}\n{text}".encode()).digest(), text),
    )

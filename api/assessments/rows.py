"""Windows, the people in them, their answers, and frozen results."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.storage.tables import Answer, Assessment, Respondent, Snapshot, Team

__all__ = [
    "Answered",
    "Assessment",
    "Place",
    "Respondent",
    "add_assessment",
    "add_respondent",
    "add_snapshot",
    "answered_in",
    "answers_in",
    "answers_of",
    "assessments",
    "choices_of",
    "count_respondents",
    "external_ids",
    "find_assessment",
    "find_invited",
    "find_opened",
    "find_place",
    "forget_answers",
    "last_closed",
    "last_snapshot",
    "last_wave",
    "latest_assessments",
    "remove_respondent",
    "respondents",
    "saved_since",
    "snapshots_of",
    "with_results",
    "write_answers",
]


def _upsert(insert: Any) -> Any:
    statement = insert(Answer.__table__)
    return statement.on_conflict_do_update(
        index_elements=["respondent_id", "path"],
        set_={name: statement.excluded[name] for name in ("value", "saved_at", "chosen_at", "device")},
    )


# Made once, for one row: a statement for as many rows as there are pieces would be compiled anew each time.
_UPSERT = {"sqlite": _upsert(sqlite.insert), "postgresql": _upsert(postgresql.insert)}


class Place(NamedTuple):
    """A respondent with the window and the team it stands in."""

    respondent: Respondent
    assessment: Assessment
    team: Team


class Answered(NamedTuple):
    """How many people are in one mode of a window, and how far they are."""

    invited: int = 0
    started: int = 0
    """Who have saved anything."""
    done: int = 0
    """Who have said that they are done."""


def add_assessment(session: Session, assessment: Assessment) -> None:
    """Store a new window."""
    session.add(assessment)
    session.flush()


def find_assessment(session: Session, assessment_id: str, *, lock: bool = False) -> tuple[Assessment, Team] | None:
    """The window of that id and its team; `lock` holds off everybody else who would change it or save answers."""
    query = select(Assessment, Team).join(Team, Team.id == Assessment.team_id).where(Assessment.id == assessment_id)
    if lock:
        query = query.with_for_update(of=Assessment)
    row = session.execute(query.execution_options(populate_existing=lock)).one_or_none()
    return None if row is None else (row[0], row[1])


def assessments(session: Session, team_id: str, *, after: str = "", limit: int) -> Sequence[Assessment]:
    """Windows of a team with ids above `after`, oldest first."""
    query = select(Assessment).where(Assessment.team_id == team_id, Assessment.id > after)
    return session.scalars(query.order_by(Assessment.id).limit(limit)).all()


def latest_assessments(session: Session, team_ids: Collection[str]) -> dict[str, Assessment]:
    """The last window of each team that has one."""
    newest = select(Assessment.team_id, func.max(Assessment.wave).label("wave"))
    newest_of = newest.where(Assessment.team_id.in_(team_ids)).group_by(Assessment.team_id).subquery()
    same = and_(Assessment.team_id == newest_of.c.team_id, Assessment.wave == newest_of.c.wave)
    return {found.team_id: found for found in session.scalars(select(Assessment).join(newest_of, same))}


def last_wave(session: Session, team_id: str) -> int:
    """The highest wave of a team; 0 before the first."""
    return session.scalar(select(func.max(Assessment.wave)).where(Assessment.team_id == team_id)) or 0


def last_closed(session: Session, team_id: str) -> Assessment | None:
    """The team's latest window, by wave, that is closed and has results."""
    query = (
        select(Assessment)
        .where(Assessment.team_id == team_id, Assessment.phase == "closed")
        .where(select(Snapshot.id).where(Snapshot.assessment_id == Assessment.id).exists())
        .order_by(Assessment.wave.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def add_respondent(session: Session, respondent: Respondent) -> None:
    """Store a new place in a window."""
    session.add(respondent)
    session.flush()


def external_ids(session: Session, assessment_id: str, mode: str) -> Sequence[str]:
    """The portal's ids of those in one mode of a window who have one."""
    query = select(Respondent.external_id).where(Respondent.assessment_id == assessment_id, Respondent.mode == mode)
    return [found for found in session.scalars(query) if found is not None]


def respondents(
    session: Session, assessment_id: str, *, mode: str | None = None, after: str = "", limit: int | None = None
) -> Sequence[Respondent]:
    """The respondents of a window with ids above `after`, oldest first."""
    query = select(Respondent).where(Respondent.assessment_id == assessment_id, Respondent.id > after)
    if mode is not None:
        query = query.where(Respondent.mode == mode)
    return session.scalars(query.order_by(Respondent.id).limit(limit)).all()


def count_respondents(session: Session, assessment_id: str, mode: str) -> int:
    """How many people were asked to answer in one mode."""
    query = select(func.count()).where(Respondent.assessment_id == assessment_id, Respondent.mode == mode)
    return session.scalar(query) or 0


def answered_in(session: Session, assessment_ids: Collection[str]) -> dict[tuple[str, str], Answered]:
    """How far the people of windows are, by window and mode."""
    counts = func.count(), func.count(Respondent.saved_at), func.count(Respondent.submitted_at)
    query = select(Respondent.assessment_id, Respondent.mode, *counts)
    query = query.where(Respondent.assessment_id.in_(assessment_ids))
    rows = session.execute(query.group_by(Respondent.assessment_id, Respondent.mode))
    return {(assessment_id, mode): Answered(*numbers) for assessment_id, mode, *numbers in rows}


def find_invited(session: Session, token_hash: str) -> Respondent | None:
    """The respondent whose invitation has that hash."""
    return session.scalars(select(Respondent).where(Respondent.token_hash == token_hash)).one_or_none()


def find_opened(session: Session, token_hash: str) -> Respondent | None:
    """The respondent whose invitation of that hash was opened in a browser, and is used up."""
    return session.scalars(select(Respondent).where(Respondent.opened_hash == token_hash)).one_or_none()


def remove_respondent(session: Session, respondent: Respondent) -> None:
    """Delete a place with all its answers."""
    session.delete(respondent)
    session.flush()


def find_place(session: Session, respondent_id: str, *, lock: bool = False) -> Place | None:
    """The place of a respondent; `lock` as for `find_assessment`."""
    query = (
        select(Respondent, Assessment, Team)
        .join(Assessment, Assessment.id == Respondent.assessment_id)
        .join(Team, Team.id == Assessment.team_id)
        .where(Respondent.id == respondent_id)
    )
    if lock:
        query = query.with_for_update(of=Assessment)
    row = session.execute(query.execution_options(populate_existing=lock)).one_or_none()
    return None if row is None else Place(row[0], row[1], row[2])


def answers_of(session: Session, respondent_id: str, *, since: datetime | None = None) -> dict[str, Any]:
    """What a respondent has saved, if given only `since` a time, by path, in the order of paths."""
    query = select(Answer.path, Answer.value).where(Answer.respondent_id == respondent_id).order_by(Answer.path)
    if since is not None:
        query = query.where(Answer.saved_at >= since)
    return {row.path: row.value for row in session.execute(query)}


def answers_in(session: Session, assessment_id: str, mode: str) -> dict[str, dict[str, Any]]:
    """What everybody in one mode of a window has saved: respondent id -> path -> value."""
    query = (
        select(Answer.respondent_id, Answer.path, Answer.value)
        .join(Respondent, Respondent.id == Answer.respondent_id)
        .where(Respondent.assessment_id == assessment_id, Respondent.mode == mode)
        .order_by(Answer.respondent_id, Answer.path)
    )
    saved: dict[str, dict[str, Any]] = {}
    for respondent_id, path, value in session.execute(query):
        saved.setdefault(respondent_id, {})[path] = value
    return saved


def choices_of(session: Session, respondent_id: str) -> dict[str, tuple[datetime, str | None]]:
    """When, and on which device, each piece of a respondent's answers was chosen, by path."""
    columns = Answer.path, Answer.chosen_at, Answer.saved_at, Answer.device
    rows = session.execute(select(*columns).where(Answer.respondent_id == respondent_id))
    return {path: (chosen_at or saved_at, device) for path, chosen_at, saved_at, device in rows}


def saved_since(session: Session, assessment_id: str, mode: str, since: datetime) -> dict[str, set[str]]:
    """The paths that each person in one mode of a window saved after a time, by the id that pairs answers over time."""
    query = (
        select(func.coalesce(Respondent.external_id, Respondent.id), Answer.path)
        .join(Respondent, Respondent.id == Answer.respondent_id)
        .where(Respondent.assessment_id == assessment_id, Respondent.mode == mode, Answer.saved_at > since)
    )
    saved: dict[str, set[str]] = {}
    for name, path in session.execute(query):
        saved.setdefault(name, set()).add(path)
    return saved


def write_answers(
    session: Session,
    respondent_id: str,
    values: Mapping[str, Any],
    *,
    removed: Sequence[str] = (),
    chosen: Mapping[str, datetime] | None = None,
    device: str | None = None,
    now: datetime,
) -> None:
    """Save pieces of a respondent's answers over what was there, and take out the `removed` paths.

    `chosen` tells by path when pieces were chosen, on `device`; all others are chosen now.
    """
    if values:
        rows = [
            {
                "respondent_id": respondent_id,
                "path": path,
                "value": value,
                "saved_at": now,
                "chosen_at": (chosen or {}).get(path),
                "device": device,
            }
            for path, value in values.items()
        ]
        connection = session.connection()
        connection.execute(_UPSERT[connection.dialect.name], rows)
    if removed:
        session.execute(delete(Answer).where(Answer.respondent_id == respondent_id, Answer.path.in_(removed)))


def forget_answers(session: Session, respondent_id: str, *, before: datetime | None = None) -> None:
    """Delete a respondent's answers: all, or what was saved `before` a time."""
    statement = delete(Answer).where(Answer.respondent_id == respondent_id)
    session.execute(statement if before is None else statement.where(Answer.saved_at < before))


def add_snapshot(session: Session, snapshot: Snapshot) -> None:
    """Store frozen results."""
    session.add(snapshot)
    session.flush()


def last_snapshot(session: Session, assessment_id: str, mode: str | None = None) -> Snapshot | None:
    """The results of a window that are in force: the last ones of a mode; None when there are none yet.

    Without a mode the agreed ones, where there are some, because they drive needs.
    """
    query = select(Snapshot).where(Snapshot.assessment_id == assessment_id)
    if mode is not None:
        query = query.where(Snapshot.mode == mode)
    # "consensus" sorts before "individual".
    return session.scalars(query.order_by(Snapshot.mode, Snapshot.number.desc()).limit(1)).first()


def snapshots_of(session: Session, assessment_id: str, mode: str) -> Sequence[Snapshot]:
    """All frozen results of one mode of a window, oldest first."""
    query = select(Snapshot).where(Snapshot.assessment_id == assessment_id, Snapshot.mode == mode)
    return session.scalars(query.order_by(Snapshot.number)).all()


def with_results(session: Session, assessment_ids: Collection[str]) -> set[str]:
    """Those of the windows that have frozen results."""
    query = select(Snapshot.assessment_id).where(Snapshot.assessment_id.in_(assessment_ids)).distinct()
    return set(session.scalars(query))

"""Frozen results of a window: made when a phase closes, never changed, and no live numbers beside them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from api.assessments.opening import check_same_instrument
from api.assessments.pieces import CONSENTS, Pieces, pieces_of, tree_of
from api.assessments.respondents import person_key
from api.assessments.rows import add_snapshot, answers_in, last_snapshot, respondents, saved_since, snapshots_of
from api.engine.engine import Engine
from api.storage.ids import new_id
from api.storage.tables import Assessment, Snapshot, Team
from models.assessment import Assessment as Answers
from models.assessment import Response
from models.assessment import Team as Situation
from models.release import ReleasedProfile, ReleasedTeam
from models.vocab import AnswerMode, Length
from recommender.diagnosis.assessments import parse_assessment
from recommender.diagnosis.growth import Wave, released_changes
from recommender.diagnosis.questions import is_adaptive
from recommender.diagnosis.release import release_of, shared_texts
from recommender.instruments import LoadedInstrument

__all__ = ["FEWEST_ACTED", "assessment_of", "freeze", "release_in", "released_team_of", "response_of"]

FEWEST_ACTED = 3
"""With fewer people who acted, the difference of two releases would tell their answers."""
_NO_ANSWER = ("role", *CONSENTS)
"""What alone makes nobody a respondent."""


def released_team_of(snapshot: Snapshot, team: Team | None = None) -> ReleasedTeam:
    """What of frozen results may enter runs: the release, the words that their authors share, the team's situation.

    Args:
        snapshot: the results.
        team: whose present name and context to take; None takes those of the time of freezing.
    """
    answers = _answers_of(snapshot)
    present = answers.team if team is None else Situation(id=team.id, name=team.name, context=team.context)
    return ReleasedTeam(release=release_in(snapshot), team=present, texts=shared_texts(answers.responses))


def release_in(snapshot: Snapshot) -> ReleasedProfile:
    """What frozen results tell."""
    return ReleasedProfile.model_validate_json(snapshot.release)


def _by_person(answers: Answers) -> Answers:
    """The same answers of people by their keys, which pair them over time however an id is spelled each time.

    One id in two spellings, which nobody can be invited by today, stays two people.
    """
    keys = [person_key(response.respondent) for response in answers.responses]
    times = Counter(keys)
    responses = (
        response.model_copy(update={"respondent": key}) if times[key] == 1 else response
        for response, key in zip(answers.responses, keys, strict=True)
    )
    return answers.model_copy(update={"responses": tuple(responses)})


def freeze(session: Session, engine: Engine, assessment: Assessment, team: Team, *, now: datetime) -> Snapshot | None:
    """Freeze the answers of the present phase, or keep the results in force where too few people have acted.

    Individual answers freeze anew only when at least three people have answered anew, joined or left since the last
    time, and in each part of the answers three or nobody, and since each time before that three or nobody, too: no
    difference of any two releases tells of fewer. People count, not what they changed, so whether there is a new
    release says nothing of anybody's answers. An agreed rating is the team's own and no rater's: any change of what it
    tells makes new results.

    Returns:
        The new snapshot; None when nobody has answered, or when the last snapshot stays in force.

    Raises:
        Conflict: the window asks another version of the instrument than the one in use.
    """
    check_same_instrument(assessment, engine.instrument)
    mode = AnswerMode(assessment.phase)
    responses = _responses(session, assessment.id, mode)
    if not responses:
        return None
    answers = assessment_of(assessment, team, responses, engine, mode=mode)
    release = _release(session, engine, assessment, answers)
    earlier = snapshots_of(session, assessment.id, mode)
    if mode is AnswerMode.CONSENSUS:
        if earlier and _tells_the_same(earlier[-1], answers, release):
            return None
    elif earlier and not _may_follow(session, earlier, answers, engine.instrument):
        return None
    latest_of_any = max((s.number for m in AnswerMode if (s := last_snapshot(session, assessment.id, m))), default=0)
    snapshot = Snapshot(
        id=new_id("snap", now),
        assessment_id=assessment.id,
        number=latest_of_any + 1,
        mode=mode,
        taken_at=now,
        schema_version=2,
        assessment=answers.model_dump_json(exclude_none=True),
        release=release.model_dump_json(),
    )
    add_snapshot(session, snapshot)
    return snapshot


def _release(session: Session, engine: Engine, assessment: Assessment, answers: Answers) -> ReleasedProfile:
    scoring, parameters = engine.config.scoring, engine.item_parameters
    release = release_of(answers, engine.instrument, scoring, item_parameters=parameters)
    earlier = last_snapshot(session, assessment.previous_id, answers.answer_mode) if assessment.previous_id else None
    if earlier is None:
        return release
    changes = released_changes(
        Wave(_by_person(_answers_of(earlier)), release_in(earlier)),
        Wave(_by_person(answers), release),
        instrument=engine.instrument,
        config=scoring,
        item_parameters=parameters,
    )
    return release.model_copy(update={"changes": changes})


def _answers_of(snapshot: Snapshot) -> Answers:
    """The answers behind frozen results. Never for showing, and nothing but a release is made from them."""
    return Answers.model_validate_json(snapshot.assessment)


def assessment_of(
    assessment: Assessment, team: Team, responses: list[dict[str, Any]], engine: Engine, *, mode: AnswerMode
) -> Answers:
    """The assessment file of a window with these responses, parsed; the window must ask the instrument in use."""
    length = Length(assessment.length)
    # Calibrated scores compare people who were asked different items, so whatever was answered counts.
    adaptive = is_adaptive(length, engine.config.scoring, engine.item_parameters)
    document: dict[str, Any] = {
        "assessment_id": assessment.id,
        "instrument": {"id": assessment.instrument_id, "version": assessment.instrument_version},
        "form": assessment.form,
        "answer_mode": mode,
        "length": Length.FULL if adaptive else length,
        "focus_domains": [] if adaptive else assessment.focus_domains,
        "set_aside": assessment.set_aside,
        "team": {"id": team.id, "name": team.name, "context": team.context},
        "responses": responses,
    }
    if assessment.previous_id is not None:
        document["retake"] = {"previous_id": assessment.previous_id, **assessment.retake}
    return parse_assessment(document, engine.instrument)


def response_of(name: str, saved: Pieces) -> dict[str, Any]:
    """A response of an assessment file, from pieces by path."""
    return {"respondent": name, **tree_of(saved)}


def _responses(session: Session, assessment_id: str, mode: str) -> list[dict[str, Any]]:
    saved = answers_in(session, assessment_id, mode)
    return [
        # The portal's id pairs a person's answers over time.
        response_of(respondent.external_id or respondent.id, saved[respondent.id])
        for respondent in respondents(session, assessment_id, mode=mode)
        if any(path not in _NO_ANSWER for path in saved.get(respondent.id, ()))
    ]


def _tells_the_same(last: Snapshot, new: Answers, release: ReleasedProfile) -> bool:
    """Whether nobody could tell results of `new` from the last ones.

    What the author does not share does not count: whoever tries out what it may be would else be told when it fits.
    """
    return release_in(last) == release and shared_texts(_answers_of(last).responses) == shared_texts(new.responses)


def _may_follow(session: Session, earlier: Sequence[Snapshot], new: Answers, instrument: LoadedInstrument) -> bool:
    """Whether results of `new` may stand beside all earlier ones, of which there is at least one."""
    *before, last = (_acted(session, snapshot, new, instrument) for snapshot in earlier)
    return bool(last) and all(_hides_each(acted) for acted in (*before, last))


def _hides_each(acted: Mapping[str, set[str]]) -> bool:
    """Whether nobody or enough people acted, altogether and in every part of the answers where anybody did."""
    counts = Counter(part for parts in acted.values() for part in parts)
    return not acted or all(count >= FEWEST_ACTED for count in (len(acted), *counts.values()))


def _acted(session: Session, then: Snapshot, new: Answers, instrument: LoadedInstrument) -> dict[str, set[str]]:
    """Who saved, joined or left since earlier results, and in which parts, as far as it can show beside them.

    Whoever came and went in between is in neither.
    """
    old = {response.respondent: _parts(response, instrument) for response in _answers_of(then).responses}
    now = {response.respondent: _parts(response, instrument) for response in new.responses}
    saved = _saved_since(session, then, instrument)
    acted: dict[str, set[str]] = {}
    for name in old.keys() | now.keys():
        before, after = old.get(name, {}), now.get(name, {})
        # What was taken out leaves no time of saving.
        parts = {part for part in before.keys() | after.keys() if before.get(part) != after.get(part)}
        if name in old and name in now:
            parts |= saved.get(name, set())
        if parts:
            acted[name] = parts
    return acted


def _saved_since(session: Session, then: Snapshot, instrument: LoadedInstrument) -> dict[str, set[str]]:
    """The parts of the answers in which each person saved something after earlier results, whatever it was."""
    return {
        name: {part for path in paths if (part := _part(path, instrument))}
        for name, paths in saved_since(session, then.assessment_id, then.mode, then.taken_at).items()
    }


def _parts(response: Response, instrument: LoadedInstrument) -> dict[str, dict[str, Any]]:
    """What a person has said, by part."""
    said: dict[str, dict[str, Any]] = {}
    for path, value in pieces_of(response.model_dump(mode="json", exclude_none=True), ()).items():
        if part := _part(path, instrument):
            said.setdefault(part, {})[path] = value
    return said


def _part(path: str, instrument: LoadedInstrument) -> str | None:
    """The part of the answers that a path belongs to: what one figure of a release is made of.

    That is the answers to a domain's items, how much a domain matters, how ready for it people are, and their roles.
    None of what no release is made from.
    """
    match path.split("/"):
        case ["answers", item]:
            return f"answers/{instrument.domain_of[item]}"
        case ["importance" | "readiness" as kind, domain, *_]:
            return f"{kind}/{domain}"
        case ["role"]:
            return "role"
    return None

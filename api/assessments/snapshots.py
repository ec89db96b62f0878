"""Frozen results of a window: made when a phase closes, never changed, and no live numbers beside them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from api.assessments.opening import check_same_instrument
from api.assessments.pieces import Pieces, tree_of
from api.assessments.respondents import person_key
from api.assessments.rows import add_snapshot, answers_in, last_snapshot, respondents, snapshots_of
from api.engine.engine import Engine
from api.storage.ids import new_id
from api.storage.tables import Assessment, Snapshot, Team
from models.assessment import Assessment as Answers
from models.assessment import Response
from models.vocab import AnswerMode, Length
from recommender.diagnosis.assessments import parse_assessment
from recommender.diagnosis.profiling import build_profile, shown
from recommender.diagnosis.questions import is_adaptive

__all__ = ["answers_of_snapshot", "assessment_of", "by_person", "freeze", "response_of"]

_FEWEST_CHANGED = 3
"""With fewer raters changed or new, the difference of two results would tell their answers."""
_NO_ANSWER = ("role", "share_text")
"""What alone makes nobody a respondent."""


def answers_of_snapshot(snapshot: Snapshot) -> Answers:
    """The answers behind frozen results. Never for showing."""
    return Answers.model_validate_json(snapshot.assessment)


def by_person(answers: Answers) -> Answers:
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
    """Freeze the answers of the present phase, or keep the results in force where too few people changed anything.

    Individual answers freeze anew only when at least three people changed theirs or are new since the last time, so
    that no difference tells single answers: not from any results before, and not of levels beside changed words. An
    agreed rating is the team's own and no rater's: any change of it makes new results.

    Returns:
        The new snapshot; None when nobody has answered, or when the last snapshot stays in force.

    Raises:
        Conflict: the window asks another version of the instrument than the one in use.
    """
    check_same_instrument(assessment, engine.instrument)
    mode = assessment.phase
    responses = _responses(session, assessment.id, mode)
    if not responses:
        return None
    answers = assessment_of(assessment, team, responses, engine, mode=AnswerMode(mode))
    earlier = [answers_of_snapshot(snapshot) for snapshot in snapshots_of(session, assessment.id, mode)]
    if not _may_follow(earlier, answers):
        return None
    profile = build_profile(answers, engine.instrument, engine.config.scoring, item_parameters=engine.item_parameters)
    latest_of_any = max((s.number for m in AnswerMode if (s := last_snapshot(session, assessment.id, m))), default=0)
    snapshot = Snapshot(
        id=new_id("snap", now),
        assessment_id=assessment.id,
        number=latest_of_any + 1,
        mode=mode,
        taken_at=now,
        schema_version=1,
        assessment=answers.model_dump_json(exclude_none=True),
        profile=shown(profile, engine.instrument.instrument.privacy).model_dump_json(),
    )
    add_snapshot(session, snapshot)
    return snapshot


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


def _may_follow(earlier: Sequence[Answers], new: Answers) -> bool:
    """Whether results of `new` may follow those of `earlier`, oldest first; people remember what was shown."""
    if not earlier:
        return True
    changed = [_changed(before, new) for before in earlier]
    if new.answer_mode is AnswerMode.CONSENSUS:
        return changed[-1].anything > 0
    telling = range(1, _FEWEST_CHANGED)
    return changed[-1].anything >= _FEWEST_CHANGED and not any(n in telling for counts in changed for n in counts)


class _Changed(NamedTuple):
    """How many people are new, are gone, or say something else."""

    anything: int
    scored: int
    """In what is scored; words, roles and consent are not."""


def _changed(before: Answers, after: Answers) -> _Changed:
    old, new = ({response.respondent: response for response in one.responses} for one in (before, after))
    people = old.keys() | new.keys()
    return _Changed(
        anything=sum(old.get(name) != new.get(name) for name in people),
        scored=sum(_scored(old.get(name)) != _scored(new.get(name)) for name in people),
    )


def _scored(response: Response | None) -> tuple[Mapping[Any, Any], ...]:
    return (response.answers, response.importance, response.readiness) if response else ({}, {}, {})

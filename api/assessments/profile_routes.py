"""Frozen results of a window."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from api.assessments.opening import visible_assessment
from api.assessments.profiles import ProfileView, WordsView, growth_of, profile_of, words_of
from api.assessments.routes import Reader, Settled
from api.http.dependencies import EngineDep, Reading, problem_responses
from models.growth import Growth
from models.vocab import AnswerMode

__all__ = ["router"]

router = APIRouter(prefix="/v1/assessments/{assessment_id}", tags=["profiles"], dependencies=[Settled])


class ModeQuery(BaseModel):
    """Which results."""

    model_config = ConfigDict(extra="forbid")

    mode: AnswerMode | None = None
    """What people answered alone, or what they agreed on; default: agreed answers where there are some."""


class ProfileQuery(ModeQuery):
    """Which results, and how they are split."""

    by: Literal["role"] | None = None
    """`role` adds means by role, where nobody can be singled out."""


_PROBLEMS = problem_responses(
    _403="The team does not share its results with its program officer.",
    _404="No such assessment within the caller's reach.",
    _409="There are no results yet.",
    _422="A parameter is not valid.",
)


@router.get("/profile", operation_id="getProfile", summary="Frozen capacity profile", responses=_PROBLEMS)
def get_profile(
    caller: Reader, session: Reading, engine: EngineDep, assessment_id: str, query: Annotated[ProfileQuery, Query()]
) -> ProfileView:
    """Answer the results in force, without what too few people have answered."""
    assessment, _ = visible_assessment(session, caller, assessment_id)
    return profile_of(session, engine, assessment, mode=query.mode, by=query.by)


@router.get("/words", operation_id="getWords", summary="Own words that people share", responses=_PROBLEMS)
def get_words(
    caller: Reader, session: Reading, engine: EngineDep, assessment_id: str, query: Annotated[ModeQuery, Query()]
) -> WordsView:
    """Answer the texts whose authors agreed, without names, once enough people have answered."""
    assessment, _ = visible_assessment(session, caller, assessment_id)
    return words_of(session, engine, assessment, principal=caller, mode=query.mode)


@router.get("/growth", operation_id="getGrowth", summary="Change since the time before", responses=_PROBLEMS)
def get_growth(
    caller: Reader, session: Reading, engine: EngineDep, assessment_id: str, query: Annotated[ModeQuery, Query()]
) -> Growth:
    """Answer each domain's change with its error, for a retake."""
    assessment, _ = visible_assessment(session, caller, assessment_id)
    return growth_of(session, engine, assessment, mode=query.mode)

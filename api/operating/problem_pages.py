"""What the `type` of a problem document points to."""

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from api.http.dependencies import problem_responses
from api.http.problems import PROBLEM_KINDS

__all__ = ["router"]

router = APIRouter(tags=["problems"])


class ProblemPage(BaseModel):
    """The meaning of one type of problem."""

    type: str
    status: int
    title: str
    meaning: str


@router.get(
    "/problems/{slug}",
    operation_id="getProblemType",
    summary="What a type of problem means",
    responses=problem_responses(_404="No problem of that name.", _422="The name is not valid."),
)
def get_problem_type(slug: str) -> ProblemPage:
    """Answer what is the same for every problem of this type."""
    kind = PROBLEM_KINDS.get(slug)
    if kind is None:
        raise HTTPException(404, f"There is no problem '{slug}'; there are {', '.join(sorted(PROBLEM_KINDS))}.")
    return ProblemPage(type=f"/problems/{kind.slug}", status=kind.status, title=kind.title, meaning=kind.meaning)

"""What officers decided, for evaluators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.access.audit import note
from api.access.principals import Permission, Principal
from api.evaluation.exports import decisions, judgments
from api.http.dependencies import DatabaseDep, Now, Require

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["exports"])

Evaluator = Annotated[Principal, Depends(Require(Permission.EXPORT))]
LINES = "application/x-ndjson"


@router.get(
    "/exports/judgments",
    operation_id="exportJudgments",
    summary="Officers' decisions as relevance judgments",
    response_class=Response,
    responses={200: {"description": "TREC qrels.", "content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def get_judgments(caller: Evaluator, database: DatabaseDep, now: Now) -> Response:
    """Answer lines of `assessment 0 support grade`: 3 pinned, 2 approved or added, 1 let stand, 0 does not fit.

    Only teams of the caller's organization, or granted to its cohorts, that share with researchers; without names.
    """
    with database.reading() as session:
        lines = judgments(session, caller.organization_id)
    _note(database, caller, "judgments", len(lines), now)
    return Response("".join(f"{line}\n" for line in lines), media_type="text/plain")


@router.get(
    "/exports/decisions",
    operation_id="exportDecisions",
    summary="Lists, their probabilities, and what officers made of them",
    response_class=Response,
    responses={
        200: {
            "description": "One JSON object a line.",
            "content": {LINES: {"schema": {"type": "string"}}},
        }
    },
)
def get_decisions(caller: Evaluator, database: DatabaseDep, now: Now) -> Response:
    """Answer the log that `trellis eval off-policy` reads: reward 1 kept, 0.5 moved, 0 does not fit, null undecided.

    Only teams of the caller's organization, or granted to its cohorts, that share with researchers; without names.
    """
    with database.reading() as session:
        lines = decisions(session, caller.organization_id)
    _note(database, caller, "decisions", len(lines), now)
    return Response("".join(f"{line}\n" for line in lines), media_type=LINES)


def _note(database: DatabaseDep, caller: Principal, what: str, n_lines: int, now: Now) -> None:
    with database.writing() as session:
        note(
            session,
            f"export.{what}",
            caller.organization_id,
            actor=caller.actor,
            organization_id=caller.organization_id,
            now=now,
            detail={"lines": n_lines},
        )

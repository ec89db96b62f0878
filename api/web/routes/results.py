"""A team's results, plan, growth and meeting guide: for people who are signed in, and for those with an invitation."""

from fastapi import APIRouter, Depends, Request, Response

from api.routes.dependencies import EngineDep, Reading
from api.web.contexts.results import NoResultsPage, results_page
from api.web.rendering import render
from api.web.viewpoints import Viewing, as_invited, as_signed_in

__all__ = ["router"]

_pages = APIRouter()


@_pages.get("/results")
def get_results(request: Request, view: Viewing, session: Reading, engine: EngineDep) -> Response:
    """Show how the team sees its work."""
    page = results_page(session, engine, view)
    template = "no_results" if isinstance(page, NoResultsPage) else "results"
    return render(request, f"pages/{template}.html", page)


router = APIRouter()
router.include_router(_pages, prefix="/assessments/{assessment_id}", dependencies=[Depends(as_signed_in)])
router.include_router(_pages, prefix="/check/{respondent_id}/team", dependencies=[Depends(as_invited)])

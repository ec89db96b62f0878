"""Pages and the forms on them, one file per area. Every POST ends in a redirect, so that going back repeats nothing."""

from fastapi import APIRouter, Depends

from api.routes.browsers import refuse_other_sites
from api.web.routes import (
    catalog,
    check,
    coverage,
    demo,
    desk,
    desk_cohorts,
    desk_review,
    desk_tries,
    home,
    imports,
    quality,
    results,
    sign_in,
    supports,
    teams,
    windows,
)

__all__ = ["PAGES"]

PAGES = APIRouter(include_in_schema=False, dependencies=[Depends(refuse_other_sites)])
"""Every page. What changes something is taken from our own pages only."""

for _router in (
    catalog.router,
    check.router,
    coverage.router,
    demo.router,
    desk.router,
    desk_cohorts.router,
    desk_review.router,
    desk_tries.router,
    home.router,
    imports.router,
    quality.router,
    results.router,
    sign_in.router,
    supports.router,
    teams.router,
    windows.router,
):
    PAGES.include_router(_router)

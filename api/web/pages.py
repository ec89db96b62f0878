"""Pages and the forms on them, one file per area. Every POST ends in a redirect, so that going back repeats nothing."""

from fastapi import APIRouter, Depends

from api.http.browsers import refuse_other_sites
from api.web.account import pages as sign_in
from api.web.catalog import coverage_pages as coverage
from api.web.catalog import import_pages as imports
from api.web.catalog import own_pages as own_catalog
from api.web.catalog import pages as catalog
from api.web.catalog import record_pages as supports
from api.web.check import door_pages as check_door
from api.web.check import pages as check
from api.web.desk import cohort_pages as desk_cohorts
from api.web.desk import queue_pages as desk
from api.web.desk import review_pages as desk_review
from api.web.desk import try_pages as desk_tries
from api.web.lead import check_pages as windows
from api.web.lead import team_pages as teams
from api.web.quality import pages as quality
from api.web.start import home
from api.web.start import pages as demo
from api.web.team import pages as results

__all__ = ["PAGES"]

PAGES = APIRouter(include_in_schema=False, dependencies=[Depends(refuse_other_sites)])
"""Every page. What changes something is taken from our own pages only."""

for _router in (
    catalog.router,
    check_door.router,  # before the parts of a check, whose names are in the path too
    check.router,
    coverage.router,
    demo.router,
    desk.router,
    desk_cohorts.router,
    desk_review.router,
    desk_tries.router,
    home.router,
    imports.router,
    own_catalog.router,
    quality.router,
    results.router,
    sign_in.router,
    supports.router,
    teams.router,
    windows.router,
):
    PAGES.include_router(_router)

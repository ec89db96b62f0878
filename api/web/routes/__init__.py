"""Pages and the forms on them, one file per area. Every POST ends in a redirect, so that going back repeats nothing."""

from fastapi import APIRouter, Depends

from api.routes.browsers import refuse_other_sites
from api.web.routes import catalog, coverage, home, imports, quality, supports

__all__ = ["PAGES"]

PAGES = APIRouter(include_in_schema=False, dependencies=[Depends(refuse_other_sites)])
"""Every page. What changes something is taken from our own pages only."""

for _router in (catalog.router, coverage.router, home.router, imports.router, quality.router, supports.router):
    PAGES.include_router(_router)

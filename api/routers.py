"""HTTP endpoints, from the rooms of the nouns and the sign-in of browsers."""

from fastapi import APIRouter

from api.assessments import answer_routes as answers
from api.assessments import instrument
from api.assessments import profile_routes as profiles
from api.assessments import routes as assessments
from api.catalog import own_routes as own_catalog
from api.catalog import routes as supports
from api.catalog import version_routes as catalog_versions
from api.evaluation import routes as exports
from api.operating import docs_page, figures, health, problem_pages
from api.people import audit_routes as audit
from api.people import key_routes as keys
from api.people import me_routes as me
from api.people import routes as people
from api.recommending import preview_routes as recommendations
from api.recommending import routes as runs
from api.reviews import feedback_routes as feedback
from api.reviews import match_routes as matches
from api.reviews import routes as reviews
from api.teams import cohort_routes as cohorts
from api.teams import routes as teams
from api.web.account import sign_in_routes as sign_in

__all__ = ["ROUTERS"]

ROUTERS: tuple[APIRouter, ...] = (
    teams.router,
    cohorts.router,
    assessments.router,
    answers.router,
    profiles.router,
    runs.router,
    reviews.router,
    matches.router,
    feedback.router,
    exports.router,
    recommendations.router,
    supports.router,
    catalog_versions.router,
    own_catalog.router,
    instrument.router,
    keys.router,
    people.router,
    audit.router,
    sign_in.router,
    me.router,
    figures.router,
    health.router,
    problem_pages.router,
    docs_page.router,
)
"""Every endpoint, in the order of the documentation."""

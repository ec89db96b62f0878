"""HTTP endpoints, one file per noun."""

from fastapi import APIRouter

from api.routes import (
    answers,
    assessments,
    audit,
    catalog_versions,
    cohorts,
    exports,
    feedback,
    figures,
    health,
    instrument,
    keys,
    matches,
    people,
    problem_pages,
    profiles,
    recommendations,
    reviews,
    runs,
    sign_in,
    supports,
    teams,
)

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
    instrument.router,
    keys.router,
    people.router,
    audit.router,
    sign_in.router,
    figures.router,
    health.router,
    problem_pages.router,
)
"""Every endpoint, in the order of the documentation."""

"""HTTP endpoints, one file per noun."""

from fastapi import APIRouter

from api.routes import (
    answers,
    assessments,
    catalog_versions,
    exports,
    feedback,
    figures,
    health,
    instrument,
    matches,
    problem_pages,
    profiles,
    recommendations,
    reviews,
    runs,
    supports,
    teams,
)

__all__ = ["ROUTERS"]

ROUTERS: tuple[APIRouter, ...] = (
    teams.router,
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
    figures.router,
    health.router,
    problem_pages.router,
)
"""Every endpoint, in the order of the documentation."""

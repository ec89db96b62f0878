"""HTTP endpoints, one file per noun."""

from fastapi import APIRouter

from api.routes import (
    answers,
    assessments,
    catalog_versions,
    figures,
    health,
    instrument,
    problem_pages,
    profiles,
    recommendations,
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
    recommendations.router,
    supports.router,
    catalog_versions.router,
    instrument.router,
    figures.router,
    health.router,
    problem_pages.router,
)
"""Every endpoint, in the order of the documentation."""

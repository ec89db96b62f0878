"""Every route of the API, also those added later: who may call it, and that nobody else learns a thing.

What a route takes is read from its own dependencies, so that a route without protection is found, not forgotten.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.access.principals import GRANTED, Permission, Scope
from api.http.browsers import OwnSession
from api.http.dependencies import Require
from api.people.keys import revoke_key
from api.storage.tables import ApiKey, Organization
from api.web.pages import PAGES
from tests.fixtures.rows import fill_every_table
from tests.fixtures.service import Service

BY_INVITATION = {
    # Opened by the person's own invitation; these try a key where there is none, and say so in their file.
    ("PATCH", "/v1/assessments/{assessment_id}/respondents/{respondent_id}/answers"): None,
    ("GET", "/v1/assessments/{assessment_id}/respondents/{respondent_id}/answers"): None,
    ("DELETE", "/v1/assessments/{assessment_id}/respondents/{respondent_id}/answers"): None,
    ("POST", "/v1/assessments/{assessment_id}/respondents/{respondent_id}:submit"): None,
}
DOCUMENTATION = {"/docs", "/docs/oauth2-redirect", "/static-offline-docs", "/openapi.json"}
OPEN = {"/healthz", "/readyz", "/problems/{slug}", "/static", *DOCUMENTATION}
"""Open to everybody; beside them only the way in, `/sign-in` and `/sign-out`."""
BODIES: dict[str, Any] = {"json": {}}


class Guard(NamedTuple):
    """What lets a caller through: all these permissions of a key, or what no key is."""

    permissions: frozenset[Permission]
    by_key: bool = True

    def lets_through(self, scope: Scope) -> bool:
        return self.by_key and self.permissions <= GRANTED[scope]


class Route(NamedTuple):
    """A method on a path."""

    method: str
    path: str
    guard: Guard | None


def routes_of(app: FastAPI) -> Iterator[Route]:
    of_pages = (context.original_route for context in iter_route_contexts(PAGES.routes))
    pages = {route.endpoint for route in of_pages if isinstance(route, APIRoute)}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.endpoint in pages:
            continue  # tests/web walks the pages
        if not isinstance(route, APIRoute):
            path = str(getattr(route, "path", ""))
            yield from (Route(method, path, None) for method in sorted(getattr(route, "methods", None) or ["GET"]))
            continue
        path = str(context.path)
        for method in sorted(route.methods):
            yield Route(method, path, guard_of(method, path, route.dependant))


def guard_of(method: str, path: str, dependant: Dependant) -> Guard | None:
    if (method, path) in BY_INVITATION:
        permission = BY_INVITATION[method, path]
        return Guard(frozenset({permission} if permission else ()), by_key=permission is not None)
    calls = list(calls_of(dependant))
    required = frozenset(call.permission for call in calls if isinstance(call, Require))
    if required:
        return Guard(required)
    session = OwnSession.__metadata__[0].dependency  # type: ignore[attr-defined]  # an Annotated type
    return Guard(frozenset(), by_key=False) if session in calls else None


def calls_of(dependant: Dependant) -> Iterator[Any]:
    for part in dependant.dependencies:
        yield part.call
        yield from calls_of(part)


def call(client: TestClient, route: Route, ids: dict[str, str], **headers: str) -> Any:
    """One call with an empty body where there is one; path parameters that nothing is known of get a missing id."""
    path = route.path
    for name in [part.partition("}")[0] for part in path.split("{")[1:]]:
        path = path.replace("{" + name + "}", ids.get(name, "missing"))
    given: dict[str, Any] = {} if route.method in ("GET", "DELETE", "HEAD") else BODIES
    return client.request(route.method, path, headers={"If-Match": "*", **headers}, **given)


def protected(service: Service) -> list[Route]:
    return [route for route in routes_of(service.app) if route.path.startswith("/v1")]


def test_no_route_is_open_but_those_that_must_be(service: Service) -> None:
    if not service.database.is_sqlite:
        return  # the routes are the same
    routes = list(routes_of(service.app))
    assert len([route for route in routes if route.path.startswith("/v1")]) > 25, "the walk must find the routes"
    unprotected = {route.path for route in routes if route.guard is None}
    assert {path for path in unprotected - OPEN if not path.startswith(("/sign-in", "/sign-out"))} == set()
    found = {(route.method, route.path) for route in routes}
    assert set(BY_INVITATION) <= found, "an exception that no route needs"


def test_without_a_valid_key_no_route_answers_anything_but_that_a_key_is_needed(service: Service) -> None:
    service.app.state.limits.count_failure = lambda _: None  # many failures are what this is about
    revoked = service.key("admin")
    with service.database.reading() as session:
        key_id = session.scalars(select(ApiKey.id)).one()
    with service.database.writing() as session:
        revoke_key(session, key_id, actor="test", now=service.clock())
    for route in protected(service):
        for headers in ({}, {"Authorization": f"Bearer {revoked}"}, {"Authorization": "Bearer trellis_admin_wrong"}):
            answer = call(service.anonymous(), route, {}, **headers)
            assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated"), (route, headers)


@pytest.mark.parametrize("scope", list(Scope))
def test_each_scope_gets_through_where_it_is_granted_and_nowhere_else(service: Service, scope: Scope) -> None:
    client = service.as_(scope)
    for route in protected(service):
        assert route.guard is not None
        answer = call(client, route, {})
        what = (route, answer.status_code, answer.text[:200])
        assert answer.status_code < 500, what
        if route.guard.lets_through(scope):
            assert answer.status_code not in (401, 403), what
        elif route.path.startswith("/v1/me"):
            assert answer.status_code == 401, what
        else:
            assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-allowed"), what


def test_a_foreign_organization_learns_nothing_whatever_it_asks(service: Service) -> None:
    with service.database.writing() as session:
        made = fill_every_table(session, service.clock())
    ids = {
        "team_id": "teams", "assessment_id": "assessments", "respondent_id": "respondents", "run_id": "runs",
        "snapshot_id": "snapshots", "cohort_id": "cohorts", "key_id": "api_keys", "person_id": "people",
    }  # fmt: skip
    known = {name: str(made[table]["id"]) for name, table in ids.items()} | {"number": "1", "wave": "1"}
    for scope in Scope:
        client = service.as_(scope, "Another organization")
        for route in protected(service):
            answer = call(client, route, known)
            what = (scope, route, answer.status_code, answer.text[:300])
            assert answer.status_code < 500, what
            seen = answer.text
            for value in known.values():
                if "no-such-thing" in seen or answer.status_code in (401, 403, 404, 422):
                    seen = seen.replace(value, "")  # what the caller asked for may be named in a refusal
            assert "MARK-" not in seen, what
            assert "ID-" not in seen, what
            if any(name in route.path for name in ids):
                assert not answer.is_success, what


def test_the_walk_would_see_it(service: Service) -> None:
    """The same search finds the marks when the team's own organization asks."""
    portal = service.as_("portal")
    with service.database.reading() as session:
        organization = session.scalars(select(Organization.id)).one()
    with service.database.writing() as session:
        made = fill_every_table(session, service.clock(), organization_id=organization)
    assert "MARK-teams-name" in portal.get("/v1/teams").text
    assert "ID-teams-id" in portal.get(f"/v1/teams/{made['teams']['id']}").text
    assert "MARK-people-name" in service.as_("admin").get("/v1/people").text
    assert "MARK-audit-action" in service.as_("admin").get("/v1/audit").text

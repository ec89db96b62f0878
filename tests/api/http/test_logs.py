"""One line a request, and never a word of what a person wrote."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from api.http.logs import LineFormatter
from api.teams import teams as team_service
from tests.fixtures.service import Service

MARK = "Zebra-Quill-7"
TEAM = {"name": MARK, "form": "team"}


@pytest.fixture
def log(service: Service) -> Iterator[io.StringIO]:
    """Everything that any logger says."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter())
    root = logging.getLogger()
    ours = logging.getLogger("trellis")
    levels = root.level, ours.level
    root.addHandler(handler)
    ours.setLevel("DEBUG")
    yield stream
    root.removeHandler(handler)
    ours.setLevel(levels[1])


def lines(log: io.StringIO, name: str = "") -> list[dict[str, Any]]:
    found = [json.loads(line) for line in log.getvalue().splitlines()]
    return [line for line in found if line["name"].startswith(name)]


def test_a_line_says_who_called_what_how_long_and_how_it_went(service: Service, log: io.StringIO) -> None:
    answer = service.as_("portal").get("/v1/teams/none", headers={"X-Request-Id": "abc"})
    (line,) = lines(log, "trellis.access")
    assert answer.status_code == 404
    assert line.pop("duration_ms") >= 0
    assert line.pop("time")
    assert line.pop("actor").startswith("key:key_")
    assert line == {
        "level": "INFO",
        "name": "trellis.access",
        "message": "request",
        "request_id": "abc",
        "method": "GET",
        "route": "/v1/teams/{team_id}",
        "status": 404,
    }


def test_no_text_of_a_caller_is_logged_whatever_becomes_of_it(service: Service, log: io.StringIO) -> None:
    portal = service.as_("portal")
    statuses = [
        portal.post("/v1/teams", json={**TEAM, "external_id": MARK}),
        portal.post("/v1/teams", json={**TEAM, "external_id": MARK}),
        portal.post("/v1/teams", json={**TEAM, "form": MARK, MARK: MARK, "context": {MARK: MARK}}),
        portal.post("/v1/teams", content=MARK, headers={"Content-Type": "application/json"}),
        portal.post("/v1/recommendations:preview", json={"team": {"name": MARK}}),
        portal.get(f"/v1/teams/{MARK}"),
        portal.get(f"/{MARK}"),
        portal.get("/v1/supports", params={"q": MARK}),
        portal.get("/v1/supports", params={"domain": MARK}),
        service.anonymous().get("/v1/teams", headers={"Authorization": f"Bearer {MARK}"}),
    ]
    assert [answer.status_code for answer in statuses] == [201, 409, 422, 422, 422, 404, 404, 200, 422, 401]
    assert len(lines(log, "trellis.access")) == len(statuses)
    assert MARK.lower() not in log.getvalue().lower()


def test_a_failure_of_ours_is_logged_with_places_but_without_its_words(
    service: Service, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        try:
            raise KeyError(MARK)
        except KeyError as error:
            raise RuntimeError(f"cannot use {MARK}") from error

    monkeypatch.setattr(team_service, "check_context", broken)
    answer = service.as_("portal").post("/v1/teams", json=TEAM)
    assert answer.status_code == 500
    (line,) = lines(log, "trellis.api")
    assert line["request_id"] == answer.json()["request_id"]
    assert "builtins.RuntimeError" in line["traceback"]
    assert "builtins.KeyError" in line["traceback"]
    assert "test_logs.py" in line["traceback"]
    assert MARK not in log.getvalue()


def test_what_a_database_quotes_is_not_logged(
    service: Service, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = service.as_("portal")
    portal.post("/v1/teams", json={**TEAM, "external_id": MARK})
    monkeypatch.setattr(team_service, "find_team_by_external_id", lambda *_: None)
    answer = portal.post("/v1/teams", json={**TEAM, "external_id": MARK})
    assert answer.status_code == 409
    assert IntegrityError.__name__ in log.getvalue()
    assert MARK not in log.getvalue()


def test_a_traceback_is_only_for_failures_of_ours(service: Service, log: io.StringIO) -> None:
    service.as_("portal").post("/v1/teams", json={})
    service.anonymous().get("/v1/teams")
    assert not [line for line in lines(log) if "traceback" in line]

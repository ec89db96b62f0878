"""What is asked often finds its rows by an index: no statement of these calls reads a whole table that grows."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from recommender.pipeline import Recommender
from tests.fixtures.actors import pieces
from tests.fixtures.runs import grant
from tests.fixtures.service import Service, running_service
from tests.fixtures.stored_runs import PROGRAM
from tests.fixtures.stories import closed_assessment, open_assessment

GROWING = {
    "answers",
    "assessments",
    "audit",
    "cohort_grants",
    "feedback_events",
    "match_statuses",
    "respondents",
    "review_events",
    "reviews",
    "runs",
    "snapshots",
    "stored_answers",
    "teams",
}


@pytest.fixture
def on_sqlite(starter: Recommender, tmp_path: Path) -> Iterator[Service]:
    """On SQLite, whose plans do not depend on how much is in the tables as long as nobody counted it."""
    with running_service(starter, tmp_path) as service:
        yield service


@pytest.fixture
def plans(on_sqlite: Service) -> list[tuple[str, str]]:
    """Statement and step of the plan, for each statement that is executed from now on."""
    steps: list[tuple[str, str]] = []

    @event.listens_for(on_sqlite.database.engine, "before_cursor_execute")
    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.split()[0] in ("SELECT", "UPDATE", "DELETE") and not many:
            rows = cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            steps.extend((statement, row[3]) for row in rows)

    return steps


def test_no_frequent_call_reads_a_whole_table(on_sqlite: Service, plans: list[tuple[str, str]]) -> None:
    portal, officer = on_sqlite.as_("portal"), on_sqlite.as_("officer", PROGRAM)
    team = closed_assessment(on_sqlite, n=3).team_id
    grant(on_sqlite, team, PROGRAM)
    window = f"/v1/assessments/{open_assessment(on_sqlite, team)}"
    place = portal.post(f"{window}/respondents", json={}).json()
    person, invited = f"{window}/respondents/{place['id']}", on_sqlite.invited(place["invitation"])
    run = officer.post(f"/v1/teams/{team}/recommendations", json={}).json()["id"]
    etag = officer.get(f"/v1/runs/{run}/review").headers["ETag"]
    plans.clear()
    for client, method, path, body, headers in (
        (portal, "GET", "/v1/teams", None, {}),
        (portal, "GET", f"/v1/teams/{team}", None, {}),
        (portal, "GET", f"/v1/teams/{team}/assessments", None, {}),
        (portal, "GET", f"/v1/teams/{team}/recommendations", None, {}),
        (portal, "GET", f"{window}/respondents", None, {}),
        (invited, "PATCH", f"{person}/answers", pieces(1), {}),
        (invited, "POST", f"{person}:submit", None, {}),
        (portal, "POST", "/v1/teams", {"name": "A", "form": "team"}, {"Idempotency-Key": "a"}),
        (portal, "POST", f"/v1/teams/{team}/recommendations", {}, {"Idempotency-Key": "b"}),
        (officer, "GET", "/v1/teams", None, {}),
        (officer, "GET", f"/v1/runs/{run}", None, {}),
        (officer, "GET", f"/v1/runs/{run}/review", None, {}),
        (officer, "GET", "/v1/reviews", None, {}),
        (officer, "GET", "/v1/reviews?state=waiting&sort=age", None, {}),
        (officer, "POST", f"/v1/runs/{run}/review/events", {"action": "comment", "text": "Good."}, {"If-Match": etag}),
        (portal, "POST", f"{window}:close", None, {}),
        (portal, "DELETE", f"/v1/teams/{team}", None, {}),
    ):
        answer = client.request(method, path, json=body, headers=headers)
        assert answer.is_success, (path, answer.text)
    scans = {(re.sub(r"\s+", " ", statement), step) for statement, step in plans if _whole_table(step)}
    assert scans == set(), "\n".join(f"{step}: {statement[-600:]}" for statement, step in scans)
    assert len(plans) > 30


def _whole_table(step: str) -> bool:
    words = step.split()
    return words[0] == "SCAN" and words[1] in GROWING and "USING" not in words

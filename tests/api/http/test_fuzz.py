"""The whole HTTP description against random requests: no failure of ours, and no answer that it does not describe.

`TRELLIS_FUZZ_EXAMPLES=200 pytest tests/api/test_fuzz.py` looks longer; the requests are the same each time.
"""

import os
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.routers import ROUTERS
from recommender.pipeline import Recommender
from tests.fixtures.runs import grant
from tests.fixtures.service import Service, running_service
from tests.fixtures.stories import accepted, answer, closed_assessment, level_answers, new_team, open_assessment

EXAMPLES = int(os.environ.get("TRELLIS_FUZZ_EXAMPLES", "8"))
SCOPES = ("admin", "portal", "officer", "curator", "evaluator")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
NO_TEAM_LEFT = {"deleteTeam"}
"""Operations that would take away what the others are tried on."""


class Served:
    """A seeded service that listens on a port: its address, keys by scope, and ids that exist."""

    def __init__(self, service: Service, url: str) -> None:
        self.url = url
        self.keys = {
            scope: service.key(scope, "Program" if scope == "officer" else "School network") for scope in SCOPES
        }
        self.ids = _seed(service)

    def headers(self, chosen: int) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[SCOPES[chosen % len(SCOPES)]]}"}


def _seed(service: Service) -> Mapping[str, list[str]]:
    portal, admin = service.as_("portal"), service.as_("admin")
    closed = closed_assessment(service).team_id
    run = accepted(portal.post(f"/v1/teams/{closed}/recommendations", json={}))
    opened = new_team(service)
    window = open_assessment(service, opened, mode="individual")
    person, _ = answer(service, window, {"answers": level_answers(2)})
    for team in (closed, opened):
        grant(service, team, "Program")
    member = accepted(
        admin.post("/v1/people", json={"email": "someone@example.org", "name": "Someone", "scope": "officer"})
    )
    cohort = accepted(service.as_("officer", "Program").get("/v1/cohorts"))["items"][0]
    key = accepted(admin.post("/v1/keys", json={"scope": "portal", "label": "spare"}))
    support = accepted(portal.get("/v1/supports", params={"limit": 1}))["items"][0]
    return {
        "team_id": [closed, opened],
        "assessment_id": [window, run["assessment_id"]],
        "respondent_id": [person],
        "run_id": [run["id"]],
        "support_id": [support["id"]],
        "cohort_id": [cohort["id"]],
        "person_id": [member["id"]],
        "key_id": [key["id"]],
        "slug": ["conflict"],
        "version": [run["versions"]["catalog"]],
    }


@pytest.fixture(scope="module")
def served(starter: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with running_service(starter, tmp_path_factory.mktemp("fuzz")) as service:
        config = uvicorn.Config(service.app, port=0, lifespan="off", log_level="critical", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Served(service, f"http://127.0.0.1:{port}")
        server.should_exit = True
        thread.join()


def _operations() -> list[str]:
    """Known before any application runs, so that each is a test of its own."""
    return [route.operation_id for router in ROUTERS for route in router.routes if route.include_in_schema]  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def schema(served: Served) -> Any:
    return schemathesis.openapi.from_url(f"{served.url}/openapi.json")


@pytest.mark.full
@pytest.mark.parametrize("operation_id", _operations())
def test_every_answer_is_one_that_is_described(served: Served, schema: Any, operation_id: str) -> None:
    operation = schema.find_operation_by_id(operation_id)
    cases = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=cases, known=st.booleans(), chosen=st.integers(0, 9))
    def try_out(case: Any, known: bool, chosen: int) -> None:
        if (known or chosen) and operation_id not in NO_TEAM_LEFT:
            for name in case.path_parameters:
                if ids := served.ids.get(name):
                    case.path_parameters[name] = ids[chosen % len(ids)]
        case.headers.pop("Authorization", None)
        headers = served.headers(chosen) if chosen < 9 else {}
        case.call_and_validate(headers=headers, checks=CHECKS, timeout=60)

    try_out()

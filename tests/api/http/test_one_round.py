"""What is wrong with the shape of a body, and with what it says, in one answer; and nothing is half saved."""

import json
import time
from typing import Any

import pytest

from api.http.problems import MOST_FAULTS
from models.vocab import SupportKind
from tests.fixtures.catalogs import catalog_texts
from tests.fixtures.reviewing import resources, review_of
from tests.fixtures.service import Service
from tests.fixtures.stored_runs import PROGRAM, stored_run
from tests.fixtures.stories import new_team, open_assessment

TEAM = {"name": "Riverside on-track team", "form": "team", "context": {"state": ["TX"], "budget": "none"}}


def faults(answer: Any) -> dict[str, str]:
    """Details by pointer or parameter; the count is of all of them."""
    assert answer.status_code == 422, answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["n_errors"] == len(problem["errors"])
    return {fault.get("pointer", fault.get("parameter")): fault["detail"] for fault in problem["errors"]}


def test_a_team_with_an_unknown_field_and_an_unknown_word_is_told_of_both(service: Service) -> None:
    portal = service.as_("portal")
    bad = {**TEAM, "nmae": "x", "context": {"budget": "lots", "planet": "mars", "state": {"is": "TX"}}}
    found = faults(portal.post("/v1/teams", json=bad))
    assert found.keys() == {"/nmae", "/context/budget", "/context/planet", "/context/state"}
    assert found["/nmae"].startswith("'nmae' is not a field here. Did you mean 'name'?")
    assert portal.get("/v1/teams").json()["items"] == []


def test_a_team_without_a_form_is_still_told_of_its_context(service: Service) -> None:
    bad = {"name": "", "context": {"planet": "mars"}}
    found = faults(service.as_("portal").post("/v1/teams", json=bad))
    assert found["/form"] == "This is required, but missing."
    assert found["/name"] == "Expected text; found an empty one."
    assert found["/context/planet"].startswith("'planet' is not a context question.")


def test_a_change_of_a_team_with_both_kinds_of_faults_changes_nothing(service: Service) -> None:
    portal = service.as_("portal")
    made = portal.post("/v1/teams", json=TEAM)
    change = {"name": "Another", "review_policy": "never", "context": {"budget": "lots", "state": None}}
    answer = portal.patch(made.headers["Location"], json=change, headers={"If-Match": made.headers["ETag"]})
    assert faults(answer).keys() == {"/review_policy", "/context/budget"}
    kept = portal.get(made.headers["Location"])
    assert (kept.json(), kept.headers["ETag"]) == (made.json(), made.headers["ETag"])


def test_a_window_with_both_kinds_of_faults_is_not_opened(service: Service) -> None:
    portal, team = service.as_("portal"), new_team(service)
    bad = {"mode": "alone", "set_aside": ["team-and-time"], "closes_at": "2020-01-01T00:00:00Z", "roster_size": 0}
    found = faults(portal.post(f"/v1/teams/{team}/assessments", json=bad))
    assert found.keys() == {"/mode", "/set_aside/0", "/closes_at", "/roster_size"}
    assert found["/roster_size"] == "Expected 1 or more; found 0."
    assert portal.get(f"/v1/teams/{team}/assessments").json()["items"] == []


def test_a_person_with_both_kinds_of_faults_is_not_invited(service: Service) -> None:
    portal = service.as_("portal")
    window = open_assessment(service, new_team(service))
    bad = {"role": "astronaut", "external_id": "two words"}
    found = faults(portal.post(f"/v1/assessments/{window}/respondents", json=bad))
    assert found.keys() == {"/role", "/external_id"}
    assert portal.get(f"/v1/assessments/{window}/respondents").json()["items"] == []


def test_a_preview_with_both_kinds_of_faults_is_told_of_both(service: Service) -> None:
    assessment = {"assessment_id": "a", "respnses": [], "focus_domains": ["moon"]}
    found = faults(service.as_("portal").post("/v1/recommendations:preview", json=assessment))
    assert {"/respnses", "/focus_domains/0", "/form", "/team"} <= found.keys()


def test_a_what_if_with_both_kinds_of_faults_is_told_of_both(service: Service) -> None:
    run = stored_run(service)
    officer = service.as_("officer", PROGRAM)
    bad = {"k": 500, "context": {"planet": "mars"}}
    found = faults(officer.post(f"/v1/teams/{run.team_id}/recommendations:what-if", json=bad))
    assert found.keys() == {"/k", "/context/planet"}
    assert found["/k"] == "Expected 50 or less; found 500."


def test_a_bulk_of_actions_with_both_kinds_of_faults_does_nothing(service: Service) -> None:
    officer, run = service.as_("officer", PROGRAM), stored_run(service)
    view = review_of(officer, run)
    actions = [
        {"action": "pin", "support_id": resources(view)[0]},
        {"action": "remove", "support_id": resources(view)[1], "reason": "boring"},
        {"action": "add", "support_id": "res-unknown"},
        {"action": "fly"},
    ]
    answer = officer.post(
        f"/v1/runs/{run.run_id}/review/events:batch",
        json={"actions": actions},
        headers={"If-Match": f'"{view["version"]}"'},
    )
    assert faults(answer).keys() == {"/actions/1/reason", "/actions/2/support_id", "/actions/3/action"}
    assert review_of(officer, run) == view


def test_a_batch_of_feedback_with_both_kinds_of_faults_is_not_taken(service: Service) -> None:
    portal, run = service.as_("portal"), stored_run(service)
    good = {
        "event_id": "one",
        "team_id": run.team_id,
        "support_id": service.app.state.engine.catalog.by_kind[SupportKind.RESOURCE][0].id,
        "kind": "viewed",
        "at": "2026-10-14T12:00:00Z",
    }
    batch = [good, {**good, "event_id": "two", "kind": "eaten"}, {**good, "event_id": "three", "support_id": "res-x"}]
    found = faults(portal.post("/v1/feedback", json={"events": batch}))
    assert found.keys() == {"/events/1/kind", "/events/2/support_id"}
    assert portal.get(f"/v1/teams/{run.team_id}/feedback").json()["items"] == []


def test_a_catalog_with_both_kinds_of_faults_is_told_of_both(service: Service) -> None:
    operator = service.as_("operator")
    texts = catalog_texts()
    found = faults(operator.post("/v1/catalog/versions", json={"resources": texts["resources"] + "{}", "note": "x"}))
    assert {"/note", "/providers", "/resources"} <= found.keys()
    assert found["/providers"] == "This is required, but missing."


def test_a_wrong_parameter_hides_no_fault_of_the_body(service: Service) -> None:
    body = {"resources": "", "providers": 7}
    found = faults(service.as_("operator").post("/v1/catalog/versions", params={"dry_run": "perhaps"}, json=body))
    assert found["dry_run"] == "Expected true or false; found 'perhaps'."
    assert found["/providers"] == "Expected text; found 7."


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/teams?limit=w", "Expected a whole number; found 'w'."),
        ("/v1/teams?limit=0", "Expected 1 or more; found '0'."),
        ("/v1/supports?cost=fre", "'fre' is not allowed here. Did you mean 'free'?"),
        ("/v1/supports?langauge=en", "'langauge' is not a parameter here. Did you mean 'language'?"),
    ],
)
def test_a_parameter_is_told_in_our_words(service: Service, path: str, said: str) -> None:
    (detail,) = faults(service.as_("portal").get(path)).values()
    assert detail.startswith(said)


def test_twenty_thousand_faults_are_counted_and_the_first_hundred_listed_at_once(service: Service) -> None:
    team = json.dumps({**TEAM, "context": {f"question {number}": "x" for number in range(20_000)}})
    started = time.perf_counter()
    answer = service.as_("portal").post("/v1/teams", content=team, headers={"Content-Type": "application/json"})
    assert time.perf_counter() - started < 5
    problem = answer.json()
    assert (answer.status_code, problem["n_errors"], len(problem["errors"])) == (422, 20_000, MOST_FAULTS)
    assert problem["detail"] == "20000 faults; see errors."
    assert problem["errors"][99]["pointer"] == "/context/question 99"

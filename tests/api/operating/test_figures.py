"""Figures for Prometheus."""

from prometheus_client.parser import text_string_to_metric_families

from tests.fixtures.runs import team_with_results
from tests.fixtures.service import Service


def figures(service: Service) -> dict[tuple[str, ...], float]:
    answer = service.as_("operator").get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *(sample.labels.get(label, "") for label in ("method", "route", "status"))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_requests_are_counted_by_the_template_of_their_path(service: Service) -> None:
    portal = service.as_("portal")
    for name in ("one", "two"):
        portal.get(f"/v1/teams/{name}")
    portal.head("/v1/instrument")
    portal.get("/nowhere/at/all")
    portal.request("BREW", "/v1/teams")
    found = figures(service)
    assert found["trellis_requests_total", "GET", "/v1/teams/{team_id}", "404"] == 2
    assert found["trellis_requests_total", "HEAD", "/v1/instrument", "200"] == 1
    assert found["trellis_requests_total", "GET", "none", "404"] == 1
    assert sum(value for (name, method, *_), value in found.items() if "total" in name and method == "other") == 1
    assert found["trellis_request_seconds_count", "GET", "/v1/teams/{team_id}", "404"] == 2
    assert found["trellis_ready", "", "", ""] == 1
    assert "nowhere" not in service.as_("operator").get("/metrics").text


def test_versions_and_connections_are_shown(service: Service) -> None:
    text = service.as_("operator").get("/metrics").text
    assert "trellis_info{" in text
    assert 'trellis_database_connections{state="in_use"}' in text


def test_only_operators_see_them(service: Service) -> None:
    assert service.anonymous().get("/metrics").status_code == 401
    for scope in ("portal", "officer", "curator", "evaluator", "admin"):
        assert service.as_(scope).get("/metrics").status_code == 403


def test_what_was_done_is_counted_once_however_often_it_is_repeated(service: Service) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service)
    for _ in range(2):
        portal.post(f"/v1/teams/{team_id}/recommendations", json={}, headers={"Idempotency-Key": "one"})
    portal.post("/v1/teams/none/recommendations", json={})
    assert figures(service)["trellis_runs_created_total", "", "", ""] == 1


def test_each_application_counts_for_itself(service: Service) -> None:
    assert not [key for key in figures(service) if key[0] == "trellis_requests_total"]

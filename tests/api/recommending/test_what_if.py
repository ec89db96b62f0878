"""Trying changes out, and asking after one support, over the API; nothing is stored."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.vocab import Domain, SupportKind
from recommender.catalog.load import starter_catalog
from tests.fixtures.catalogs import import_and_serve
from tests.fixtures.runs import grant, team_with_results
from tests.fixtures.service import Service
from tests.fixtures.stories import Story, accepted, closed_assessment, level_answers

ALONE: dict[str, Any] = {"share_with": []}


def test_without_a_change_nothing_differs(service: Service) -> None:
    team_id = team_with_results(service, **ALONE)
    tried = service.as_("portal").post(f"/v1/teams/{team_id}/recommendations:what-if", json={})
    assert tried.status_code == 200, tried.text
    assert tried.headers["Cache-Control"] == "private, no-store"
    for difference in tried.json()["differences"]:
        assert (difference["entered"], difference["left"], difference["moved"]) == ([], [], [])
        assert difference["n_stayed"] > 0


def test_a_smaller_budget_takes_paid_supports_out_and_stores_nothing(service: Service) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, "new-school-team", budget="50000-plus", **ALONE)
    path = f"/v1/teams/{team_id}/recommendations:what-if"
    kinds = {"kinds": ["provider"]}
    second = portal.post(path, json=kinds).json()["run"]["lists"][0]["matches"][1]["support_id"]
    import_and_serve(service, changed={second: {"cost": "paid"}})
    listed = [match["support_id"] for match in portal.post(path, json=kinds).json()["run"]["lists"][0]["matches"]]
    assert second in listed

    before = portal.get(f"/v1/teams/{team_id}").json()
    tried = portal.post(path, json={"context": {"budget": "none"}, **kinds}).json()
    (difference,) = tried["differences"]
    assert difference["kind"] == "provider"
    gone = {place["support_id"]: (place["before"], place["after"]) for place in difference["left"]}
    assert gone[second] == (listed.index(second) + 1, None)
    now = [match["support_id"] for match in tried["run"]["lists"][0]["matches"]]
    for place in difference["entered"] + difference["moved"]:
        assert now[place["after"] - 1] == place["support_id"]
    assert difference["n_stayed"] + len(difference["moved"]) + len(difference["entered"]) == len(now)
    assert portal.get(f"/v1/teams/{team_id}/recommendations").json()["items"] == []
    assert portal.get(f"/v1/teams/{team_id}").json() == before


def test_answers_and_the_date_can_be_tried_too(service: Service) -> None:
    team_id = team_with_results(service, **ALONE)
    body = {"answers": level_answers(1, domains=[Domain.LEADERSHIP_ALIGNMENT]), "as_of": "2027-07-01"}
    tried = service.as_("portal").post(f"/v1/teams/{team_id}/recommendations:what-if", json=body).json()
    assert tried["run"]["as_of"] == "2027-07-01"
    assert any(difference["moved"] or difference["entered"] for difference in tried["differences"])


def _with_one_voice(service: Service, level: int) -> Story:
    """Five people of whom one alone answers on data and measurement."""
    others = {item: 2 for item in level_answers(2) if not item.startswith("dm")}
    alone = {**others, **level_answers(level, domains=[Domain.DATA_AND_MEASUREMENT])}
    responses = [{"respondent": f"p{n}", "answers": others if n else alone} for n in range(5)]
    return closed_assessment(service, document={"responses": responses}, share=False)


def test_no_single_answer_can_be_read_by_trying_others_beside_it(service: Service) -> None:
    story = _with_one_voice(service, 4)
    path = f"/v1/teams/{story.team_id}/recommendations:what-if"
    # With four of the five items given, the fifth would stand out from the mean.
    mixture = {"dm2": 1, "dm3": 1, "dm4": 1, "dm5": "skipped"}
    refused = service.as_("portal").post(path, json={"answers": mixture})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/invalid-body")
    (fault,) = refused.json()["errors"]
    assert fault["pointer"] == "/answers"
    assert fault["detail"].endswith("'data-and-measurement' also has: dm1.")


def test_beside_chosen_levels_a_hidden_domain_is_no_more_told_than_before(service: Service) -> None:
    yardstick = level_answers(3, domains=[Domain.LEADERSHIP_ALIGNMENT])
    told = []
    for level in (1, 4):
        story = _with_one_voice(service, level)
        path = f"/v1/teams/{story.team_id}/recommendations:what-if"
        tried = accepted(service.as_("portal").post(path, json={"answers": yardstick}))
        told.append(
            [[match["support_id"], match["score"]] for one in tried["run"]["lists"] for match in one["matches"]]
        )
    assert told[0] == told[1]


def test_every_change_that_the_instrument_does_not_take_is_reported_where_it_stands(service: Service) -> None:
    team_id = team_with_results(service, **ALONE)
    body = {"context": {"budget": "lots", "planet": "mars"}, "answers": {"zz9": 2}}
    answer = service.as_("portal").post(f"/v1/teams/{team_id}/recommendations:what-if", json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-body")
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {
        "/context/budget",
        "/context/planet",
        "/answers/zz9",
    }


def test_a_team_cannot_look_past_a_review_by_trying(service: Service) -> None:
    team_id = team_with_results(service, share_with=["program-officer"])
    path = f"/v1/teams/{team_id}/recommendations:what-if"
    refused = service.as_("portal").post(path, json={})
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-released")
    grant(service, team_id, "A program")
    assert service.as_("officer", "A program").post(path, json={}).status_code == 200


def test_why_not_answers_as_of_the_run_also_when_the_catalog_is_another_one(service: Service) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, **ALONE)
    run = portal.get(portal.post(f"/v1/teams/{team_id}/recommendations", json={}).headers["Location"]).json()
    first = run["run"]["lists"][0]["matches"][0]
    where = f"/v1/runs/{run['id']}/why-not/{first['support_id']}"
    answer = portal.get(where).json()
    assert (answer["exact"], answer["note"]) == (True, None)
    assert (answer["why_not"]["outcome"], answer["why_not"]["rank"]) == ("listed", 1)
    import_and_serve(service, without={first["support_id"]})
    assert portal.get(where).json() == answer


def test_why_not_names_the_rule_that_excluded_a_support(service: Service) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, "new-school-team", budget="none", **ALONE)
    run_id = portal.post(f"/v1/teams/{team_id}/recommendations", json={}).json()["id"]
    paid = next(support.id for support in starter_catalog().by_kind[SupportKind.PROVIDER] if support.cost == "paid")
    answer = portal.get(f"/v1/runs/{run_id}/why-not/{paid}").json()["why_not"]
    assert answer["outcome"] == "excluded"
    assert answer["excluded_by"]


def test_why_not_of_what_the_run_cannot_list_is_a_problem(service: Service) -> None:
    portal = service.as_("portal")
    team_id = team_with_results(service, **ALONE)
    run_id = portal.post(f"/v1/teams/{team_id}/recommendations", json={"kinds": ["resource"]}).json()["id"]
    provider = starter_catalog().by_kind[SupportKind.PROVIDER][0].id
    other_kind = portal.get(f"/v1/runs/{run_id}/why-not/{provider}")
    assert (other_kind.status_code, other_kind.json()["type"]) == (409, "/problems/conflict")
    unknown = portal.get(f"/v1/runs/{run_id}/why-not/res-unknown")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/unknown-support")


@pytest.mark.parametrize("path", ["why-not/res-x", "replay"])
def test_a_foreign_organization_asks_in_vain(service: Service, path: str) -> None:
    team_id = team_with_results(service, **ALONE)
    run_id = service.as_("portal").post(f"/v1/teams/{team_id}/recommendations", json={}).json()["id"]
    assert service.as_("admin", "Another organization").get(f"/v1/runs/{run_id}/{path}").status_code == 404


def test_unknown_changes_are_told_once_however_many_people_answered(client: TestClient, sample: dict[str, Any]) -> None:
    people = [{"respondent": f"p{number}", "answers": {"la1": 2}} for number in range(300)]
    answers = {f"x{number}": 1 for number in range(300)}
    what_if = {"answers": answers, "context": {"budget": "nothing"}}
    answer = client.post("/v1/recommendations:preview", json={**sample, "responses": people, "what_if": what_if})
    assert answer.status_code == 422
    assert answer.json()["n_errors"] == 301
    assert answer.json()["errors"][0]["pointer"].startswith("/what_if/")


def test_faults_of_a_what_if_stand_beside_those_of_the_document(client: TestClient, sample: dict[str, Any]) -> None:
    people = [{"respondent": "a", "answers": 3}, {"respondent": "b", "answers": {"la1": 9}}]
    document = {**sample, "responses": people, "what_if": {"answers": {"la2": 7}}}
    answer = client.post("/v1/recommendations:preview", json=document)
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert pointers == ["/responses/0/answers", "/responses/1/answers/la1", "/what_if/answers/la2"]

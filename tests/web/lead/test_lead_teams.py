"""The pages of a lead's teams."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from api.storage.tables import Team
from tests.fixtures.service import Service
from tests.fixtures.stored_runs import stored_run
from tests.fixtures.stories import accepted, answer, closed_assessment, level_answers, new_team, open_assessment
from tests.fixtures.visitors import visitor

MARKUP = "<b>Team</b> \"'><script>x</script>"


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


def once_in(page: str) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found
    return found[1]


def kept(service: Service, team_id: str) -> dict[str, Any]:
    return dict(accepted(service.as_("portal").get(f"/v1/teams/{team_id}")))


def count_teams(service: Service) -> int:
    with service.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Team)) or 0


def no_tags(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page)


def save_about(client: TestClient, team_id: str, **fields: Any) -> Any:
    """Sends the form with a name and the version that the page shows, and the given fields."""
    page = client.get(f"/teams/{team_id}/about").text
    return client.post(f"/teams/{team_id}/about", data={"version": version_in(page), "name": "A team", **fields})


def test_the_list_is_empty_at_first_and_leads_to_the_first_team(service: Service) -> None:
    page = visitor(service, "portal").get("/teams")
    assert page.status_code == 200
    assert "No teams yet" in page.text
    assert 'href="/teams/new"' in page.text


def test_the_list_tells_where_each_team_stands(service: Service) -> None:
    new_team(service)
    begun = new_team(service)
    window = open_assessment(service, begun, roster_size=4)
    answer(service, window, {"answers": level_answers(2)})
    done = closed_assessment(service)
    service.as_("portal").post(f"/v1/teams/{done.team_id}/recommendations", json={})
    page = visitor(service, "portal").get("/teams").text
    states = re.findall(r'<span class="chip[^"]*">([^<]+)</span>', page)
    assert states == ["No check yet", "Open", "Results are in", "Plan is with the program officer"]
    assert "0 of 4 done" in page


def test_a_check_whose_time_has_passed_is_closed_when_the_list_is_looked_at(service: Service) -> None:
    team = new_team(service)
    window = open_assessment(service, team, closes_at="2026-10-20T12:00:00Z")
    answer(service, window, {"answers": level_answers(2)})
    service.clock.forward(days=10)
    client = visitor(service, "portal")
    assert "Results are in" in client.get("/teams").text
    assert "Closed Oct 20, 2026 UTC" in no_tags(client.get(f"/teams/{team}").text)


def test_the_list_has_pages_and_finds_names(service: Service) -> None:
    for number in range(5):
        accepted(service.as_("portal").post("/v1/teams", json={"name": f"Team {number} of 100%", "form": "team"}))
    client = visitor(service, "portal")
    seen, where = [], "/teams?limit=2&name=of+100%25"
    while where:
        page = client.get(where).text
        seen += re.findall(r"Team (\d) of", page)
        more = re.search(r'href="(/teams\?cursor=[^"]+)">More', page)
        where = more[1].replace("&amp;", "&") + "&limit=2" if more else ""
    assert seen == ["0", "1", "2", "3", "4"]
    assert "No team has this in its name" in client.get("/teams?name=100_").text


def test_a_new_team_is_made_once_however_often_its_form_is_sent(service: Service) -> None:
    client = visitor(service, "portal")
    form = {"once": once_in(client.get("/teams/new").text), "name": "  Our   team ", "form": "hub"}
    first, second = (client.post("/teams/new", data=form) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert count_teams(service) == 1
    team_id = first.headers["Location"].split("/")[2]
    assert (kept(service, team_id)["name"], kept(service, team_id)["form"]) == ("Our team", "hub")
    client.post("/teams/new", data={**form, "name": "Another one"})
    assert count_teams(service) == 2


def test_a_form_with_faults_keeps_what_was_typed_and_says_where(service: Service) -> None:
    client = visitor(service, "portal")
    long = client.post("/teams/new", data={"name": "x" * 201, "form": "team"})
    assert (long.status_code, "x" * 201 in long.text) == (422, True)
    assert 'id="name-fault"' in long.text
    neither = client.post("/teams/new", data={"name": "Our team", "form": "club"})
    assert (neither.status_code, 'value="Our team"' in neither.text, 'id="form-fault"' in neither.text) == (422,) + (
        True,
    ) * 2
    assert count_teams(service) == 0


def test_names_are_shown_as_text(service: Service) -> None:
    team = accepted(service.as_("portal").post("/v1/teams", json={"name": MARKUP, "form": "team"}))["id"]
    client = visitor(service, "portal")
    for path in ("/teams", *(f"/teams/{team}{more}" for more in ("", "/about", "/delete", "/checks/new"))):
        page = client.get(path).text
        assert "&lt;script&gt;" in page, path
        assert "<script>x" not in page, path


def test_answers_about_the_team_are_saved_and_taken_out(service: Service) -> None:
    team = new_team(service, context={"locale": ["rural"], "budget": "none"})
    client = visitor(service, "portal")
    saved = save_about(
        client,
        team,
        name="New name",
        state=["TX", "PR"],
        focus_areas=["math"],
        pct_low_income="45 %",
        cycle_phase="testing",
        review_policy="after_release",
        share_with=["program-officer", "peers"],
    )
    assert (saved.status_code, saved.headers.get("Location")) == (303, f"/teams/{team}?done=about")
    now = kept(service, team)
    assert (now["name"], now["review_policy"]) == ("New name", "after_release")
    assert now["context"] == {
        "state": ["TX", "PR"],
        "focus_areas": ["math"],
        "pct_low_income": 45,
        "cycle_phase": "testing",
        "share_with": ["program-officer", "peers"],
    }
    page = client.get(f"/teams/{team}").text
    assert "Texas; Puerto Rico" in page
    assert "1 question that matters most is open" in page


def test_faults_stand_beside_their_fields_and_nothing_is_lost(service: Service) -> None:
    team = new_team(service, share=False)
    answered = save_about(
        visitor(service, "portal"),
        team,
        name=" ",
        pct_low_income="about half",
        pct_english_learners="9" * 5000,
        focus_areas=["math", "literacy", "science", "attendance"],
        state=["ZZ"],
        access_needs=["none", "print"],
    )
    assert answered.status_code == 422
    page = answered.text
    for field in ("name", "pct_low_income", "pct_english_learners", "focus_areas", "state", "access_needs"):
        assert f'id="{field}-fault"' in page, field
        assert f'href="#{field}"' in page, field
    assert 'value="about half"' in page
    assert re.search(r'value="attendance" checked', page)
    assert kept(service, team)["name"] == "A team"
    assert kept(service, team)["context"] == {"share_with": []}


def test_two_tabs_do_not_overwrite_each_other(service: Service) -> None:
    team = new_team(service, share=False)
    client = visitor(service, "portal")
    late = version_in(client.get(f"/teams/{team}/about").text)
    assert save_about(client, team, budget="none").status_code == 303
    mine = {"version": late, "name": "Mine", "budget": "50000-plus"}
    stopped = client.post(f"/teams/{team}/about", data=mine)
    assert stopped.status_code == 409
    assert "Someone else changed this" in stopped.text
    assert "How much could you spend" in stopped.text
    assert 'value="Mine"' in stopped.text
    assert kept(service, team)["context"]["budget"] == "none"
    again = client.post(f"/teams/{team}/about", data={**mine, "version": version_in(stopped.text)})
    assert again.status_code == 303
    assert kept(service, team)["context"]["budget"] == "50000-plus"


def test_a_lead_puts_the_team_into_a_cohort_and_takes_it_out(service: Service) -> None:
    team = new_team(service)
    cohort = accepted(service.as_("officer", "A program").post("/v1/cohorts", json={"name": "Spring <b>cohort</b>"}))
    client = visitor(service, "portal")
    wrong = client.post(f"/teams/{team}/cohorts", data={"code": "no such"})
    assert (wrong.status_code, 'value="no such"' in wrong.text, "no cohort of this code" in wrong.text) == (
        422,
        True,
        True,
    )
    joined = client.post(f"/teams/{team}/cohorts", data={"code": f" {cohort['id']} "})
    assert joined.status_code == 303
    page = client.get(f"/teams/{team}").text
    assert "Spring &lt;b&gt;cohort" in page
    assert "A program" in page
    officer = service.as_("officer", "A program")
    assert officer.get(f"/v1/teams/{team}").status_code == 200
    for _ in range(2):
        assert client.post(f"/teams/{team}/cohorts/{cohort['id']}/leave").status_code == 303
    assert officer.get(f"/v1/teams/{team}").status_code == 404


def test_a_team_is_deleted_only_when_its_name_was_typed(service: Service) -> None:
    team = closed_assessment(service).team_id
    client = visitor(service, "portal")
    wrong = client.post(f"/teams/{team}/delete", data={"name": "Another team"})
    assert (wrong.status_code, count_teams(service), 'value="Another team"' in wrong.text) == (422, 1, True)
    gone = client.post(f"/teams/{team}/delete", data={"name": " a  TEAM"})
    assert (gone.status_code, gone.headers["Location"]) == (303, "/teams?done=deleted")
    assert count_teams(service) == 0
    assert client.get(f"/teams/{team}").status_code == 404


@pytest.mark.parametrize(
    ("name", "typed"),
    [("Peña team", "Pen\u0303a team"), ("O’Brien’s team", "O'Brien's team"), ("Our \u200bteam", "our team")],
)
def test_a_team_is_deleted_by_its_name_from_every_keyboard(service: Service, name: str, typed: str) -> None:
    made = accepted(service.as_("portal").post("/v1/teams", json={"name": name, "form": "team"}))
    gone = visitor(service, "portal").post(f"/teams/{made['id']}/delete", data={"name": typed})
    assert (gone.status_code, gone.headers["Location"]) == (303, "/teams?done=deleted")


def test_a_name_is_kept_without_what_shows_nothing(service: Service) -> None:
    client, portal = visitor(service, "portal"), service.as_("portal")
    form = {"name": "Our\u202e \u200b  te\u00adam", "form": "team"}
    assert client.post("/teams/new", data=form).status_code == 303
    assert [team["name"] for team in accepted(portal.get("/v1/teams"))["items"]] == ["Our team"]
    for name in ("\u200b\u2060", "A\x07team", "A\nteam"):
        refused = portal.post("/v1/teams", json={"name": name, "form": "team"})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/name"), name


def test_pages_of_teams_are_for_leads_of_their_own_organization(service: Service) -> None:
    team = closed_assessment(service).team_id
    cohort = accepted(service.as_("officer").post("/v1/cohorts", json={"name": "Ours"}))["id"]
    accepted(service.as_("portal").put(f"/v1/cohorts/{cohort}/teams/{team}"))
    paths = ["/teams", "/teams/new", *(f"/teams/{team}{more}" for more in ("", "/about", "/delete", "/checks/new"))]
    for scope in ("officer", "curator", "evaluator"):
        client = visitor(service, scope)
        assert {client.get(path).status_code for path in paths} == {403}, scope
    foreign = visitor(service, "portal", organization="Another organization")
    assert {foreign.get(path).status_code for path in paths[2:]} == {404}
    for more in ("about", "delete", "cohorts", "checks/new", f"cohorts/{cohort}/leave"):
        assert foreign.post(f"/teams/{team}/{more}", data={"name": "A team", "code": cohort}).status_code == 404, more
    assert "A team" not in foreign.get("/teams").text
    nobody = visitor(service).get(f"/teams/{team}")
    assert nobody.headers["Location"] == f"/sign-in?next=%2Fteams%2F{team}"


def test_a_team_that_stops_sharing_waits_for_nobody_on_any_page(service: Service) -> None:
    run = stored_run(service)
    client = visitor(service, "portal")
    plan = f"/assessments/{run.assessment_id}/plan"
    assert "Plan is with the program officer" in client.get(f"/teams/{run.team_id}").text
    assert client.get(f"/teams/{run.team_id}").text.count(f'href="{plan}"') == 0
    assert save_about(client, run.team_id).status_code == 303
    for page in ("/teams", f"/teams/{run.team_id}"):
        shown = client.get(page).text
        assert "Plan is ready" in shown
        assert "Plan is with the program officer" not in shown
    assert f'href="{plan}"' in client.get(f"/teams/{run.team_id}").text
    assert accepted(service.as_("portal").get(f"/v1/runs/{run.run_id}"))["id"] == run.run_id

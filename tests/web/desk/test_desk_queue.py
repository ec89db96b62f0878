"""The page of the review desk's queue; what it lists is tested as values in `tests/unit/api/web/desk/test_queue.py`."""

import re

import pytest

from api.storage.tables import Team
from tests.fixtures.desks import act, done, officer, supports_on, text_of
from tests.fixtures.reviewing import done as told
from tests.fixtures.service import Service
from tests.fixtures.stored_runs import PROGRAM, stored_run
from tests.fixtures.visitors import visitor


def rows(page: str) -> list[str]:
    return [text_of(row) for row in re.findall(r'<tr>\s*<th scope="row">.*?</tr>', page, re.S)]


def rename(service: Service, team_id: str, name: str) -> None:
    with service.database.writing() as session:
        session.get_one(Team, team_id).name = name


def test_what_needs_work_is_listed_and_what_was_released_is_a_link_away(service: Service) -> None:
    first, second = stored_run(service), stored_run(service)
    for name, run in (("First", first), ("Second", second)):
        rename(service, run.team_id, name)
    told(service.as_("officer", PROGRAM), second, "release")
    page = officer(service).get("/desk").text
    assert [row.split()[0] for row in rows(page)] == ["First"]
    assert "Due in 7 days" in rows(page)[0]
    assert f'href="/desk/runs/{first.run_id}">Start with the first' in page
    assert "Needs work 1" in text_of(page)
    assert "Released 1" in text_of(page)


def test_overdue_is_said_not_only_colored(service: Service) -> None:
    stored_run(service)
    service.clock.forward(days=7, hours=1)
    page = officer(service).get("/desk?overdue=true").text
    assert "Overdue since today" in rows(page)[0]
    assert re.search(r'class="late"><svg[^>]*aria-hidden', page)


def test_filters_can_be_cleared_and_stay_from_state_to_state(service: Service) -> None:
    run = stored_run(service)
    client = officer(service)
    nothing = client.get("/desk?mine=true").text
    assert "No team passes these filters." in nothing
    assert 'href="/desk">Clear filters' in nothing
    done(client, run, "assign me")
    mine = client.get("/desk?mine=true").text
    assert "You" in rows(mine)[0].split()
    assert 'href="/desk?state=released&amp;mine=true"' in mine


def test_a_long_queue_leads_on_by_a_link(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.web.desk.queue._PAGE", 1)
    stored_run(service)
    rename(service, stored_run(service).team_id, "Second")
    client = officer(service)
    more = re.search(r'href="(/desk\?cursor=[^"]+)">Show more', client.get("/desk").text)
    assert more is not None
    rest = client.get(more[1]).text
    assert [row.split()[0] for row in rows(rest)] == ["Second"]
    assert "Show more" not in rest
    assert client.get("/desk?cursor=nonsense").status_code == 422


def test_next_leads_to_the_next_run_and_back_to_the_queue_at_the_end(service: Service) -> None:
    run = stored_run(service)
    client = officer(service)
    assert client.get("/desk/next").headers["Location"] == f"/desk/runs/{run.run_id}"
    last = client.get(f"/desk/next?after={run.run_id}")
    assert last.headers["Location"] == "/desk?done=through"
    assert "Nothing else waits for you." in client.get("/desk?done=through").text
    assert client.get("/desk/next?after=run_unknown").status_code == 404


def test_an_empty_desk_says_how_teams_come_to_it(service: Service) -> None:
    client = officer(service)
    page = client.get("/desk").text
    assert "No team is on your desk yet." in page
    assert "Start with the first" not in page
    run = stored_run(service)
    done(client, run, "release")
    assert "All done. Nothing waits for you." in client.get("/desk").text


def test_only_officers_of_the_program_see_a_team(service: Service) -> None:
    run = stored_run(service)
    assert rows(officer(service, organization="Another program").get("/desk").text) == []
    assert visitor(service, "portal").get("/desk").status_code == 403
    nobody = visitor(service).get("/desk?mine=true")
    assert (nobody.status_code, nobody.headers["Location"]) == (303, "/sign-in?next=%2Fdesk%3Fmine%3Dtrue")
    with service.database.writing() as session:
        team = session.get_one(Team, run.team_id)
        team.context = {**team.context, "share_with": []}
    client = officer(service)
    assert rows(client.get("/desk?state=all").text) == []
    assert client.get(f"/desk/runs/{run.run_id}").status_code == 403


def test_names_are_shown_as_they_were_typed(service: Service) -> None:
    run = stored_run(service)
    rename(service, run.team_id, "<script>alert(1)</script>" + "x" * 90)
    client = officer(service, name='<b onmouseover="x">Dana</b>')
    done(client, run, "assign me")
    page = officer(service, name="Ola Brandt").get("/desk").text
    assert "<script>alert" not in page
    assert "<b onmouseover" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_action_of_no_known_kind_changes_nothing(service: Service) -> None:
    run = stored_run(service)
    client = officer(service)
    before = supports_on(client.get(f"/desk/runs/{run.run_id}").text)
    for do in ("", "explode", "opened", "move", "approve", "undo x", "undo 99999999999999999999"):
        assert act(client, run, do).status_code in (409, 422), do
    assert supports_on(client.get(f"/desk/runs/{run.run_id}").text) == before
    assert "What was done (1)" in client.get(f"/desk/runs/{run.run_id}").text

"""The pages of one check, for the team's lead."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from api.storage.tables import Answer, Assessment, Respondent
from tests.fixtures.service import Service
from tests.fixtures.stories import accepted, answer, closed_assessment, level_answers, new_team, open_assessment
from tests.fixtures.visitors import visitor

LINK = re.compile(r"<code>(http://127\.0\.0\.1:8000/join/(trellis_invitation_[\w-]+))</code>")


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def kept(service: Service, window: str) -> dict[str, Any]:
    return dict(accepted(service.as_("portal").get(f"/v1/assessments/{window}")))


def count(service: Service, table: type) -> int:
    with service.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def open_by_form(client: TestClient, team: str, **fields: Any) -> Any:
    where = f"/teams/{team}/checks/new"
    once = hidden(client.get(where).text, "once")
    return client.post(where, data={"once": once, "mode": "individual", "length": "full", **fields})


def invite_by_form(client: TestClient, window: str, **fields: Any) -> Any:
    once = hidden(client.get(f"/assessments/{window}").text, "once")
    return client.post(f"/assessments/{window}/people", data={"once": once, **fields})


def test_a_check_is_opened_once_through_the_last_day_everywhere(service: Service) -> None:
    team = new_team(service)
    client = visitor(service, "portal")
    page = client.get(f"/teams/{team}/checks/new").text
    assert "Compared with last time" not in page
    form = {
        "once": hidden(page, "once"),
        "mode": "individual_then_consensus",
        "length": "short",
        "focus_domains": ["sustainability", "team-and-time"],
        "set_aside": "instructional-improvement",
        "closes_at": "2026-10-30",
        "roster_size": "6",
    }
    first, second = (client.post(f"/teams/{team}/checks/new", data=form) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert count(service, Assessment) == 1
    window = kept(service, first.headers["Location"].split("/")[2].partition("?")[0])
    assert window["mode"] == "individual_then_consensus"
    assert window["focus_domains"] == ["sustainability", "team-and-time"]
    assert window["set_aside"] == ["instructional-improvement"]
    assert (window["roster_size"], window["closes_at"]) == (6, "2026-10-31T12:00:00Z")
    assert "open through Oct 30, 2026" in client.get(first.headers["Location"]).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mode", "shouting"),
        ("length", ""),
        ("closes_at", "2026-02-30"),
        ("closes_at", "9999-12-31"),
        ("closes_at", "2026-10-13"),
        ("roster_size", "0"),
        ("roster_size", "a few"),
        ("roster_size", "9" * 5000),
    ],
)
def test_faults_of_a_new_check_keep_what_was_typed(service: Service, field: str, value: str) -> None:
    team = new_team(service)
    fields = {"closes_at": "2026-10-30", "roster_size": "6", "set_aside": "instructional-improvement", field: value}
    answered = open_by_form(visitor(service, "portal"), team, **fields)
    assert answered.status_code == 422
    assert f'href="#{field}"' in answered.text
    assert re.search(r'value="instructional-improvement" checked', answered.text)
    if field in ("closes_at", "roster_size"):
        assert f'value="{value}"' in answered.text
    assert count(service, Assessment) == 0


def test_the_short_check_takes_up_to_three_areas(service: Service) -> None:
    team = new_team(service)
    focus = ["sustainability", "team-and-time", "equity-and-voice", "knowledge-and-spread"]
    client = visitor(service, "portal")
    assert open_by_form(client, team, length="short", focus_domains=focus).status_code == 422
    # Areas belong to the short check; on the full one there is nothing to choose.
    assert open_by_form(client, team, focus_domains=focus).status_code == 303


def test_a_retake_asks_where_the_team_would_now_say_it_was(service: Service) -> None:
    team = closed_assessment(service).team_id
    client = visitor(service, "portal")
    assert "Compared with last time" in client.get(f"/teams/{team}/checks/new").text
    opened = open_by_form(client, team, turnover="some", **{"then_team-and-time": "2", "then_sustainability": ""})
    window = kept(service, opened.headers["Location"].split("/")[2].partition("?")[0])
    assert window["retake"] == {"then": {"team-and-time": 2}, "turnover": "some"}
    assert window["previous_id"] is not None


def test_links_are_shown_once_and_open_the_check_of_one_person_each(service: Service) -> None:
    window = open_assessment(service, new_team(service))
    client = visitor(service, "portal")
    people = "D. R., teacher leader\n\n José  Ruiz \nK. (math);School leader\n"
    once = hidden(client.get(f"/assessments/{window}").text, "once")
    form = {"once": once, "people": people, "unnamed": "2"}
    shown = client.post(f"/assessments/{window}/people", data=form)
    assert shown.status_code == 200
    tokens = [token for _, token in LINK.findall(shown.text)]
    assert len(set(tokens)) == 5
    assert re.findall(r"<strong><bdi>([^<]+)</bdi></strong>", shown.text)[:3] == ["D. R.", "José Ruiz", "K. (math)"]
    with service.database.reading() as session:
        query = select(Respondent.external_id, Answer.value).join(Answer, isouter=True)
        roles = {row.external_id: row.value for row in session.execute(query)}
    assert roles["D.%20R."] == "teacher-leader"
    assert roles["K.%20(math)"] == "school-leader"
    assert roles["Jos%C3%A9%20Ruiz"] is None

    again = client.post(f"/assessments/{window}/people", data=form)
    assert (again.status_code, again.headers["Location"]) == (303, f"/assessments/{window}?done=invited-before")
    assert count(service, Respondent) == 5
    page = client.get(again.headers["Location"]).text
    assert "José Ruiz" in page
    assert not any(token in page for token in tokens)


@pytest.mark.parametrize(
    ("people", "unnamed", "words"),
    [
        ("Ann, techer", "", "Line 1: “techer” is not one of the roles"),
        ("Ann", "many", "whole number up to 200"),
        ("Known one", "", "Invited already: Known one"),
        ("<script>x</script>, <b>", "", "&lt;b&gt;"),
    ],
)
def test_faults_of_an_invitation_invite_nobody(service: Service, people: str, unnamed: str, words: str) -> None:
    window = open_assessment(service, new_team(service))
    client = visitor(service, "portal")
    assert invite_by_form(client, window, people="Known one").status_code == 200
    answered = invite_by_form(client, window, people=people, unnamed=unnamed)
    assert answered.status_code == 422
    assert words in answered.text
    assert "<script>x" not in answered.text
    if "<" not in people:
        assert f">{people}</textarea>" in answered.text
    assert count(service, Respondent) == 1


def test_a_new_link_ends_the_old_one(service: Service) -> None:
    window = open_assessment(service, new_team(service))
    person, old = answer(service, window, {"answers": level_answers(2)}, external_id="Ann")
    shown = visitor(service, "portal").post(f"/assessments/{window}/people/{person}/renew")
    [(_, new)] = LINK.findall(shown.text)
    where = f"/v1/assessments/{window}/respondents/{person}/answers"
    codes = [
        service.anonymous().get(where, headers={"Authorization": f"Bearer {token}"}).status_code for token in (old, new)
    ]
    assert codes == [401, 200]


def test_a_person_is_taken_out_and_counts_nowhere(service: Service) -> None:
    window = open_assessment(service, new_team(service))
    people = [answer(service, window, {"answers": level_answers(2)}, external_id=name) for name in ("Ann", "Bo", "Cy")]
    for person, own in people[:2]:
        accepted(service.invited(own).post(f"/v1/assessments/{window}/respondents/{person}:submit"))
    client = visitor(service, "portal")
    page = client.get(f"/assessments/{window}").text
    assert "2 of 3 people are done" in page
    assert "It cannot be undone." in page
    where = f"/assessments/{window}/people/{people[2][0]}/remove"
    for _ in range(2):
        assert client.post(where).headers["Location"] == f"/assessments/{window}?done=removed"
    page = client.get(f"/assessments/{window}?done=removed").text
    assert "2 of 2 people are done" in page
    assert "That person is taken out" in page
    assert "Cy" not in re.findall(r'class="person"><bdi>([^<]+)', page)
    assert service.anonymous().get(f"/join/{people[2][1]}", headers={"Accept": "text/html"}).status_code == 404
    assert invite_by_form(client, window, people="Cy").status_code == 200, "and may be invited anew"


def test_what_a_new_link_does_to_answers_is_said_before_it_is_made(service: Service) -> None:
    window = open_assessment(service, new_team(service))
    answer(service, window, {"answers": level_answers(2)}, external_id="Ann")
    page = visitor(service, "portal").get(f"/assessments/{window}").text
    assert "It counts until the first new answer is saved. From then on only the new answers count." in page


@pytest.mark.parametrize("again", ["Zoe\u0308 Mun\u0303oz", "ZOË muñoz", "\u200bZoë Muñoz", '"Zoë Muñoz", Teacher'])
def test_one_person_in_two_spellings_is_invited_once(service: Service, again: str) -> None:
    window = open_assessment(service, new_team(service))
    client = visitor(service, "portal")
    assert invite_by_form(client, window, people="Zoë Muñoz, Teacher").status_code == 200
    refused = invite_by_form(client, window, people=again)
    assert (refused.status_code, "Invited already: " in refused.text) == (422, True)
    assert count(service, Respondent) == 1


def test_progress_is_told_without_any_answer(service: Service) -> None:
    window = open_assessment(service, new_team(service), roster_size=5)
    person, own = answer(service, window, {"answers": level_answers(2), "open_text": {"strengths": "Our secret"}})
    accepted(service.invited(own).post(f"/v1/assessments/{window}/respondents/{person}:submit"))
    answer(service, window, {"answers": {"la1": 4}}, external_id="half")
    page = visitor(service, "portal").get(f"/assessments/{window}").text
    assert "1 of 5 people are done" in page
    assert "1 person has started." in page
    assert "at least 3 people" in page
    assert "Our secret" not in page


def test_settings_change_and_two_tabs_do_not_overwrite_each_other(service: Service) -> None:
    window = open_assessment(service, new_team(service), closes_at="2026-10-20T15:30:00Z")
    client = visitor(service, "portal")
    page = client.get(f"/assessments/{window}").text
    form = {"version": hidden(page, "version"), "closes_at": "2026-10-20", "roster_size": "7"}
    assert client.post(f"/assessments/{window}/settings", data=form).status_code == 303
    # The day was not touched, so the hour stays as the portal had set it.
    assert (kept(service, window)["roster_size"], kept(service, window)["closes_at"]) == (7, "2026-10-20T15:30:00Z")

    stopped = client.post(f"/assessments/{window}/settings", data={**form, "roster_size": "9"})
    assert (stopped.status_code, 'value="9"' in stopped.text) == (409, True)
    assert kept(service, window)["roster_size"] == 7
    again = {"version": hidden(stopped.text, "version"), "roster_size": "9", "closes_at": "2026-11-02"}
    assert client.post(f"/assessments/{window}/settings", data=again).status_code == 303
    assert (kept(service, window)["roster_size"], kept(service, window)["closes_at"]) == (9, "2026-11-03T12:00:00Z")

    bad = {"version": hidden(client.get(f"/assessments/{window}").text, "version"), "closes_at": "2026-10-01"}
    answered = client.post(f"/assessments/{window}/settings", data=bad)
    assert (answered.status_code, 'id="closes_at-fault"' in answered.text) == (422, True)


def test_closing_asks_first_warns_small_teams_and_closes_once(service: Service) -> None:
    window = open_assessment(service, new_team(service))
    client = visitor(service, "portal")
    nobody = client.post(f"/assessments/{window}/close", data={"phase": "individual"})
    assert (nobody.status_code, "Nobody has answered yet" in nobody.text) == (409, True)
    answer(service, window, {"answers": level_answers(2)})
    page = client.get(f"/assessments/{window}/close").text
    assert "With fewer than 3, the team gets no result" in page
    assert kept(service, window)["phase"] == "individual"
    form = {"phase": hidden(page, "phase")}
    first, second = (client.post(f"/assessments/{window}/close", data=form) for _ in range(2))
    assert first.headers["Location"].endswith("?done=closed")
    assert second.headers["Location"].endswith("?done=moved")
    page = client.get(first.headers["Location"]).text
    assert f'href="/assessments/{window}/results"' in page
    assert client.get(f"/assessments/{window}/close").status_code == 303
    assert invite_closed(client, window).headers["Location"].endswith("?done=moved")


def invite_closed(client: TestClient, window: str) -> Any:
    return client.post(f"/assessments/{window}/people", data={"people": "Ann"})


def test_pressing_twice_never_skips_the_step_of_agreeing(service: Service) -> None:
    window = open_assessment(service, new_team(service), mode="individual_then_consensus")
    for _ in range(3):
        answer(service, window, {"answers": level_answers(2)})
    client = visitor(service, "portal")
    form = {"phase": hidden(client.get(f"/assessments/{window}/close").text, "phase")}
    first, second = (client.post(f"/assessments/{window}/close", data=form) for _ in range(2))
    assert first.headers["Location"].endswith("?done=alone")
    assert second.headers["Location"].endswith("?done=moved")
    assert kept(service, window)["phase"] == "consensus"

    assert "agree on one set of answers" in client.get(f"/assessments/{window}").text
    shown = client.post(f"/assessments/{window}/together")
    assert len(LINK.findall(shown.text)) == 1
    assert client.post(f"/assessments/{window}/together").headers["Location"].endswith("?done=moved")
    back = client.post(f"/assessments/{window}/reopen", data={"phase": "consensus"})
    assert back.headers["Location"].endswith("?done=reopened")
    assert kept(service, window)["phase"] == "individual"
    assert client.post(f"/assessments/{window}/together").headers["Location"].endswith("?done=moved")


def test_a_closed_check_is_opened_once_more(service: Service) -> None:
    window = closed_assessment(service).assessment_id
    client = visitor(service, "portal")
    page = client.get(f"/assessments/{window}").text
    form = {"phase": hidden(page, "phase"), "closes_at": "2026-10-01"}
    late = client.post(f"/assessments/{window}/reopen", data=form)
    assert (late.status_code, 'id="reopen_closes_at-fault"' in late.text) == (422, True)
    form["closes_at"] = "2026-10-25"
    assert client.post(f"/assessments/{window}/reopen", data=form).headers["Location"].endswith("?done=reopened")
    assert client.post(f"/assessments/{window}/reopen", data=form).headers["Location"].endswith("?done=moved")
    again = client.post(f"/assessments/{window}/close", data={"phase": "individual"})
    assert again.headers["Location"].endswith("?done=closed-same")
    assert "otherwise one person&#39;s answers could be told" in client.get(again.headers["Location"]).text


def test_a_check_whose_time_has_passed_closes_when_it_is_looked_at(service: Service) -> None:
    window = open_assessment(service, new_team(service), closes_at="2026-10-20T12:00:00Z")
    for _ in range(3):
        answer(service, window, {"answers": level_answers(2)})
    client = visitor(service, "portal")
    page = client.get(f"/assessments/{window}").text
    form = {"version": hidden(page, "version"), "roster_size": "9"}
    service.clock.forward(days=6)
    client = visitor(service, "portal")  # the time of the session before has run out, too
    moved = client.post(f"/assessments/{window}/settings", data=form)
    assert moved.headers["Location"].endswith("?done=moved")
    assert kept(service, window)["roster_size"] is None
    assert "Results are in" in client.get(f"/assessments/{window}").text


def test_many_people_have_pages(service: Service) -> None:
    window = open_assessment(service, new_team(service))
    client = visitor(service, "portal")
    names = [f"Person {number:03}" for number in range(120)]
    assert len(LINK.findall(invite_by_form(client, window, people="\n".join(names)).text)) == 120
    page = client.get(f"/assessments/{window}").text
    assert "Person 000" in page
    assert len(page) < 150_000
    more = re.search(r'href="(/assessments/[^"]+after=[^"#]+)#people-part">More', page)
    assert more
    second = client.get(more[1]).text
    seen = re.findall(r'class="person"><bdi>(Person \d+)', page + second)
    assert sorted(seen) == names


def test_checks_of_other_organizations_look_missing(service: Service) -> None:
    window = open_assessment(service, new_team(service))
    person, _ = answer(service, window, {"answers": level_answers(2)})
    here = f"/assessments/{window}"
    posts = ("settings", "people", "together", f"people/{person}/renew", f"people/{person}/remove", "close", "reopen")
    foreign = visitor(service, "portal", organization="Another organization")
    assert {foreign.get(f"{here}{more}").status_code for more in ("", "/close")} == {404}
    for more in posts:
        form = {"phase": "individual", "people": "Ann", "version": "1"}
        assert foreign.post(f"{here}/{more}", data=form).status_code == 404, more
    for scope in ("officer", "curator", "evaluator"):
        client = visitor(service, scope)
        assert {client.post(f"{here}/{more}").status_code for more in posts} == {403}
        assert client.get(here).status_code == 403
    assert kept(service, window)["phase"] == "individual"

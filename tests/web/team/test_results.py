"""A team's results, plan, growth and meeting guide: who sees them, what they never show, and what can be said there."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.engine.samples import sample_documents
from api.storage.tables import Run
from api.web.kit.visitors import CHECK_COOKIE, check_path
from models.vocab import Domain
from tests.fixtures.runs import grant
from tests.fixtures.service import Service
from tests.fixtures.stories import INSTRUMENT, Story, accepted, closed_assessment, level_answers, open_assessment
from tests.fixtures.visitors import visitor

PAGES = ("results", "plan", "growth", "guide")
PROGRAM = "A program"
MARKUP = "<script>alert(1)</script>"
NUMBER = re.compile(r"\b[1-4]\.\d\b")


def invited(service: Service, story: Story, person: int = 0) -> TestClient:
    """The browser of somebody with an invitation."""
    client = visitor(service)
    client.headers["Cookie"] = f"{CHECK_COOKIE}={story.invitations[person]}"
    return client


def team_path(story: Story, person: int = 0) -> str:
    return f"{check_path(story.respondent_ids[person])}/team"


def own_path(story: Story) -> str:
    return f"/assessments/{story.assessment_id}"


def page(client: TestClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text


def main_part(text: str) -> str:
    return text.partition("<main")[2].partition("</main>")[0]


def words(text: str) -> str:
    """What a person reads, in one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", f"<main{main_part(text)}").split())


def seen_by_both(service: Service, story: Story) -> list[str]:
    """Every page, as a lead and as a teammate see it."""
    lead, teammate = visitor(service, "portal"), invited(service, story)
    return [
        page(client, f"{base}/{name}")
        for client, base in ((lead, own_path(story)), (teammate, team_path(story)))
        for name in PAGES
    ]


def sample_story(service: Service, sample: str = "veteran-team", *, share: bool = False, **more: Any) -> Story:
    document = sample_documents()[sample]
    document["team"]["context"]["share_with"] = ["program-officer"] if share else []
    return closed_assessment(service, document=document, n=20, **more)


def with_plan(service: Service, story: Story, organization: str = "School network") -> str:
    made = accepted(service.as_("portal", organization).post(f"/v1/teams/{story.team_id}/recommendations", json={}))
    return str(made["id"])


def act(service: Service, run_id: str, *actions: Mapping[str, Any]) -> None:
    officer = service.as_("officer", PROGRAM)
    version = officer.get(f"/v1/runs/{run_id}/review").headers["ETag"]
    address = f"/v1/runs/{run_id}/review/events:batch"
    accepted(officer.post(address, json={"actions": list(actions)}, headers={"If-Match": version}))


def listed(service: Service, run_id: str) -> list[str]:
    lists = accepted(service.as_("portal").get(f"/v1/runs/{run_id}"))["run"]["lists"]
    return [match["support_id"] for one in lists for match in one["matches"]]


def feedback(service: Service, story: Story) -> list[tuple[str, str, str | None]]:
    items = accepted(service.as_("portal").get(f"/v1/teams/{story.team_id}/feedback", params={"limit": 100}))["items"]
    return [(item["support_id"], item["kind"], item["reason"]) for item in items]


def form_of(text: str, support_id: str) -> dict[str, str]:
    """The hidden fields beside a support."""
    article = text.partition(f'id="match-{support_id}"')[2].partition("</article>")[0]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', article))


# Who sees them


def test_the_teams_own_people_see_all_four_pages(service: Service) -> None:
    story = sample_story(service)
    with_plan(service, story)
    for scope in ("portal", "admin"):
        client = visitor(service, scope)
        for name in PAGES:
            text = page(client, f"{own_path(story)}/{name}")
            assert text.count("<h1") == 1
            assert f'<a href="{own_path(story)}/{name}" aria-current="page">' in text


def test_a_person_with_an_invitation_sees_the_same_four_pages_of_the_window(service: Service) -> None:
    story = sample_story(service)
    with_plan(service, story)
    client = invited(service, story)
    for name in PAGES:
        text = page(client, f"{team_path(story)}/{name}")
        assert f'<a href="{team_path(story)}/{name}" aria-current="page">' in text
        assert "/assessments/" not in text
        assert "/teams" not in text


def test_nobody_else_sees_them(service: Service) -> None:
    story = closed_assessment(service)
    foreign = visitor(service, "portal", organization="Another organization")
    others = [visitor(service, scope) for scope in ("officer", "curator", "evaluator")]
    for name in PAGES:
        address = f"{own_path(story)}/{name}"
        for nobody in (visitor(service), invited(service, story)):
            led = nobody.get(address)
            assert (led.status_code, led.headers["Location"].partition("?")[0]) == (303, "/sign-in")
        assert foreign.get(address).status_code == 404
        assert {other.get(address).status_code for other in others} == {403}


def test_an_invitation_opens_the_pages_of_its_own_person_and_window_only(service: Service) -> None:
    first = closed_assessment(service)
    second = closed_assessment(service, team_id=first.team_id, level=3)
    admin = visitor(service, "admin")
    for name in PAGES:
        for client in (visitor(service), admin, invited(service, second), invited(service, first, 1)):
            assert client.get(f"{team_path(first)}/{name}").status_code == 401


def test_a_replaced_invitation_opens_nothing(service: Service) -> None:
    story = closed_assessment(service)
    place = f"/v1/assessments/{story.assessment_id}/respondents/{story.respondent_ids[0]}"
    accepted(service.as_("portal").post(f"{place}:renew"))
    assert invited(service, story).get(f"{team_path(story)}/results").status_code == 401


def test_a_plan_of_another_window_is_not_shown_in_this_one(service: Service) -> None:
    first = sample_story(service)
    run_id = with_plan(service, first)
    second = sample_story(service, team_id=first.team_id)
    assert listed(service, run_id)[0] in page(invited(service, first), f"{team_path(first)}/plan")
    text = page(invited(service, second), f"{team_path(second)}/plan")
    assert "There is no plan from these results yet" in text
    assert listed(service, run_id)[0] not in text


# Results


def test_a_row_tells_level_band_people_views_importance_and_where_to_start(service: Service) -> None:
    text = page(visitor(service, "portal"), f"{own_path(sample_story(service))}/results")
    row = words(f"<main><h3>Equity{text.partition('<h3>Equity')[2].partition('</li>')[0]}</main>")
    assert row.startswith("Equity and voice Start here Two pictures You called it: top three")
    assert "Developing · 2.3 (1.8 to 2.8) · 6 people · views far apart" in row
    assert "Next Students react to our ideas before we try them." in row
    assert 'cx="43.7%"' in text  # 3 + 94 * (2.3 - 1) / 3
    assert "Equity and voice: two pictures" in text
    assert "6 of 6 people answered" in text
    assert "first version" in text


def test_each_chart_has_a_table_with_the_same(service: Service) -> None:
    text = page(visitor(service, "portal"), f"{own_path(sample_story(service))}/results")
    table = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td><td class="number">(.*?)</td>', text)
    assert ("Equity and voice", "Developing", "2.3") in table
    assert len(table) == len(re.findall(r'<circle class="dot"', text)) == 10


def test_nothing_ranks_or_sums_up(service: Service) -> None:
    shown = words(page(visitor(service, "portal"), f"{own_path(sample_story(service))}/results")).lower()
    assert not re.search(r"percentile|overall|total|average of all|compared with other", shown)


def test_before_the_check_closes_there_is_no_number_anywhere(service: Service) -> None:
    story = closed_assessment(service)
    window = open_assessment(service, story.team_id)
    for name in PAGES:
        text = main_part(page(visitor(service, "portal"), f"/assessments/{window}/{name}"))
        assert "There are no results yet" in text
        assert "<circle" not in text


def test_of_two_people_no_number_and_no_place_on_a_scale_is_told(service: Service) -> None:
    story = closed_assessment(service, n=2, level=3, share=False)
    with_plan(service, story)
    for text in seen_by_both(service, story):
        shown = main_part(text)
        assert not NUMBER.search(words(text))
        assert not re.search(r'class="(dot|band)', shown)
        assert "Applying" not in re.sub(r"<svg.*?</svg>", "", shown, flags=re.DOTALL)
        pictures = {item.levels[level] for item in INSTRUMENT.items.values() for level in (3, 4)}
        assert not [picture for picture in pictures if picture in shown]


def test_of_three_people_mean_and_band_are_told_and_no_view_or_present_picture(
    service: Service,
) -> None:
    story = closed_assessment(service, n=3, level=2)
    for name in ("results", "guide"):
        text = page(visitor(service, "portal"), f"{own_path(story)}/{name}")
        assert "Developing</span>" in text
        assert "2.0" in text
        assert "(1.3 to 2.7)" in text  # 1.96 x 0.6 / sqrt(3) either way
        assert "· views" not in text
        assert "<b>Now</b>" not in text
    assert "<b>Next</b>" in page(visitor(service, "portal"), f"{own_path(story)}/results")


def test_a_domain_that_too_few_answered_hides_only_its_own_numbers(service: Service) -> None:
    few = Domain.SUSTAINABILITY
    rest = [domain for domain in INSTRUMENT.asked("team") if domain is not few]  # type: ignore[arg-type]
    everybody = {"answers": level_answers(3)}
    most = {"answers": level_answers(3, domains=rest)}
    document = {"responses": [{"respondent": f"p{n}", **(everybody if n < 2 else most)} for n in range(6)]}
    story = closed_assessment(service, document=document, n=6)
    text = page(visitor(service, "portal"), f"{own_path(story)}/results")
    row = text.partition(f"<h3>{INSTRUMENT.domains[few].name}</h3>")[2].partition("</li>")[0]
    assert "Too few answers" in row
    assert not re.search(r'class="(dot|band)', row)
    assert not NUMBER.search(re.sub(r"<[^>]*>", "", row))
    assert len(re.findall(r'<circle class="dot"', text)) == 9


def test_means_by_role_are_shown_for_groups_that_hide_everybody(service: Service) -> None:
    def people(role: str, n: int, level: int) -> list[dict[str, Any]]:
        return [{"respondent": f"{role}-{i}", "role": role, "answers": level_answers(level)} for i in range(n)]

    split = closed_assessment(service, document={"responses": [*people("teacher", 5, 2), *people("coach", 5, 3)]}, n=10)
    text = page(visitor(service, "portal"), f"{own_path(split)}/results")
    assert "Coach 3.0 (5 people) · Teacher 2.0 (5 people)" in text
    small = closed_assessment(service, document={"responses": [*people("teacher", 8, 2), *people("coach", 2, 3)]}, n=10)
    assert "By role" not in page(visitor(service, "portal"), f"{own_path(small)}/results")


def test_names_are_text(service: Service) -> None:
    story = sample_story(service, share=True)
    grant(service, story.team_id, PROGRAM)
    etag = service.as_("portal").get(f"/v1/teams/{story.team_id}").headers["ETag"]
    accepted(
        service.as_("portal").patch(f"/v1/teams/{story.team_id}", json={"name": MARKUP}, headers={"If-Match": etag})
    )
    run_id = with_plan(service, story)
    one = accepted(service.as_("officer", PROGRAM).get(f"/v1/runs/{run_id}"))["run"]["lists"][0]["matches"][0]
    said = {"action": "comment", "text": MARKUP, "for_team": True}
    act(service, run_id, said, {**said, "support_id": one["support_id"]}, {"action": "release"})
    for text in seen_by_both(service, story):
        assert MARKUP not in text
        assert "&lt;script&gt;" in text
        assert "style=" not in text


# The plan


def test_a_lead_asks_for_a_plan_once(service: Service) -> None:
    story = sample_story(service)
    lead = visitor(service, "portal")
    assert "Make a plan" in page(lead, f"{own_path(story)}/results")
    for _ in range(2):
        asked = lead.post(f"{own_path(story)}/plan")
        assert (asked.status_code, asked.headers["Location"]) == (303, f"{own_path(story)}/plan")
    runs = accepted(service.as_("portal").get(f"/v1/teams/{story.team_id}/recommendations"))["items"]
    assert len(runs) == 1
    text = page(lead, f"{own_path(story)}/plan")
    assert "Make a plan" not in text
    assert listed(service, runs[0]["id"])[0] in text


def test_teammates_and_other_sites_ask_for_no_plan(service: Service) -> None:
    story = sample_story(service)
    teammate = invited(service, story)
    assert "Make a plan" not in page(teammate, f"{team_path(story)}/plan")
    assert teammate.post(f"{team_path(story)}/plan").status_code == 404
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert visitor(service, "portal").post(f"{own_path(story)}/plan", headers=elsewhere).status_code == 403
    foreign = visitor(service, "portal", organization="Another organization")
    assert foreign.post(f"{own_path(story)}/plan").status_code == 404
    assert accepted(service.as_("portal").get(f"/v1/teams/{story.team_id}/recommendations"))["items"] == []


def test_before_its_release_nothing_of_a_plan_is_told(service: Service) -> None:
    story = sample_story(service, share=True)
    grant(service, story.team_id, PROGRAM)
    run_id = with_plan(service, story)
    lists = accepted(service.as_("officer", PROGRAM).get(f"/v1/runs/{run_id}"))["run"]["lists"]
    titles = [match["title"] for one in lists for match in one["matches"]]
    for text in (
        page(visitor(service, "portal"), f"{own_path(story)}/plan"),
        page(invited(service, story), f"{team_path(story)}/plan"),
    ):
        assert "A program officer looks at it first" in text
        assert not [title for title in titles if title in text]


def test_after_its_release_the_plan_is_what_the_officer_made_of_it(service: Service) -> None:
    story = sample_story(service, share=True)
    grant(service, story.team_id, PROGRAM)
    run_id = with_plan(service, story)
    lists = accepted(service.as_("officer", PROGRAM).get(f"/v1/runs/{run_id}"))["run"]["lists"]
    gone, first = (match["support_id"] for match in lists[0]["matches"][:2])
    act(
        service,
        run_id,
        {"action": "remove", "support_id": gone, "reason": "not_relevant", "note": "Kept within the desk."},
        {"action": "pin", "support_id": first},
        {"action": "comment", "support_id": first, "text": "Begin on page 4.", "for_team": True},
        {"action": "comment", "text": "For my colleagues only."},
        {"action": "release"},
    )
    text = page(invited(service, story), f"{team_path(story)}/plan")
    assert gone not in text
    assert "Kept within the desk." not in text
    assert "For my colleagues only." not in text
    assert "Begin on page 4." in text
    assert "Put first by your program officer" in text
    assert [match["support_id"] for one in lists for match in one["matches"] if match["support_id"] not in text] == [
        gone
    ]


def test_a_plan_says_why_and_what_matched_and_what_each_support_asks_for(service: Service) -> None:
    story = sample_story(service)
    run = accepted(service.as_("portal").get(f"/v1/runs/{with_plan(service, story)}"))["run"]
    planned = run["plan"][0]["entries"][0]["support_id"]
    match = next(m for one in run["lists"] for m in one["matches"] if m["support_id"] == planned)
    text = page(visitor(service, "portal"), f"{own_path(story)}/plan").replace("&#39;", "'").replace("&amp;", "&")
    card = text.partition(f'id="match-{planned}"')[2].partition("</article>")[0]
    assert "1. Start now" in text
    assert all(sentence in card for sentence in match["why"])
    assert f"“{match['matched_text']['support_text']}”" in card
    assert "One meeting or less" in card
    assert "English" in card


def test_a_teammates_own_words_are_not_quoted_to_other_teammates(service: Service) -> None:
    document = sample_documents()["veteran-team"]
    document["team"]["context"]["share_with"] = []
    secret = "Our graduation data meetings fall apart before the end of each term"
    for response in document["responses"]:
        response["share_text"] = True
        response["open_text"] = {"challenges": f"{secret}."}
    story = closed_assessment(service, document=document, n=20)
    with_plan(service, story)
    for name in PAGES:
        assert secret not in page(invited(service, story), f"{team_path(story)}/{name}")


def test_without_matches_the_plan_says_so_in_words(service: Service) -> None:
    story = sample_story(service)
    run_id = with_plan(service, story)
    everything = listed(service, run_id)
    _empty(service, run_id)
    text = page(visitor(service, "portal"), f"{own_path(story)}/plan")
    assert "Nothing in our catalog fits well enough yet" in text
    assert "Where we found nothing good enough" in text
    assert f"{INSTRUMENT.domains[Domain.EQUITY_AND_VOICE].name}: no resource" in text
    assert not [support_id for support_id in everything if support_id in text]


def test_what_was_not_in_the_plan_before_is_marked_as_new(service: Service) -> None:
    first = sample_story(service)
    before = set(listed(service, with_plan(service, first)))
    assert "New in this plan" not in page(visitor(service, "portal"), f"{own_path(first)}/plan")
    service.clock.forward(days=200)
    second = closed_assessment(service, team_id=first.team_id, level=1, share=False)
    after = set(listed(service, with_plan(service, second)))
    text = page(visitor(service, "portal"), f"{own_path(second)}/plan")
    assert after - before
    for support_id in sorted(after):
        line = text.partition(f'id="match-{support_id}"')[2].partition("</h3>")[2][:400]
        line += text.partition(f'<li id="match-{support_id}"')[2].partition("</li>")[0]
        assert ("New" in line) == (support_id not in before), support_id


# What can be said of a support


def test_a_mark_counts_once_however_often_its_form_is_sent(service: Service) -> None:
    story = sample_story(service)
    support_id = listed(service, with_plan(service, story))[0]
    lead = visitor(service, "portal")
    sent = {**form_of(page(lead, f"{own_path(story)}/plan?support={support_id}"), support_id), "mark": "saved"}
    for _ in range(3):
        service.clock.forward(minutes=1)
        answer = lead.post(f"{own_path(story)}/plan/marks", data=sent)
        assert answer.status_code == 303, answer.text
    assert feedback(service, story) == [(support_id, "saved", None)]
    text = page(lead, answer.headers["Location"])
    assert 'role="status"' in text
    assert "Saved for your team." in text
    again = {**form_of(text, support_id), "mark": "unsaved"}
    assert lead.post(f"{own_path(story)}/plan/marks", data=again).status_code == 303
    assert [kind for _, kind, _ in feedback(service, story)] == ["saved", "unsaved"]


def test_started_done_and_why_it_did_not_help_are_kept_and_shown(service: Service) -> None:
    story = sample_story(service)
    support_id = listed(service, with_plan(service, story))[0]
    lead = visitor(service, "portal")
    address = f"{own_path(story)}/plan?support={support_id}"
    for mark, reason in (("started", ""), ("finished", ""), ("not_helpful", ""), ("not_helpful", "too_basic")):
        service.clock.forward(minutes=1)
        sent = {**form_of(page(lead, address), support_id), "mark": mark, "reason": reason}
        assert lead.post(f"{own_path(story)}/plan/marks", data=sent).status_code == 303
    assert feedback(service, story) == [
        (support_id, "started", None),
        (support_id, "finished", None),
        (support_id, "not_helpful", None),
        (support_id, "not_helpful", "too_basic"),
    ]
    text = page(lead, address)
    assert "You said: this did not help." in text
    assert '<option value="too_basic" selected>' in text
    assert 'value="started"' not in text.partition(f'id="match-{support_id}"')[2].partition("</article>")[0]


def test_teammates_say_what_helped_each_for_themselves_and_change_nothing_else(service: Service) -> None:
    story = sample_story(service)
    support_id = listed(service, with_plan(service, story))[0]
    for person, mark in ((0, "helpful"), (1, "helpful"), (2, "not_helpful")):
        client, base = invited(service, story, person), team_path(story, person)
        text = page(client, f"{base}/plan?support={support_id}")
        article = text.partition(f'id="match-{support_id}"')[2].partition("</article>")[0]
        assert set(re.findall(r'name="mark" value="(\w+)"', article)) == {"helpful", "not_helpful"}
        assert "You said" not in article
        assert "In your team" not in article
        sent = {**form_of(text, support_id), "mark": mark}
        assert client.post(f"{base}/plan/marks", data=sent).status_code == 303
        refused = client.post(f"{base}/plan/marks", data={**sent, "mark": "finished"})
        assert refused.status_code == 422
    assert sorted(kind for _, kind, _ in feedback(service, story)) == ["helpful", "helpful", "not_helpful"]
    text = page(visitor(service, "portal"), f"{own_path(story)}/plan?support={support_id}")
    assert "In your team: helped 2, did not help 1." in text


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"mark": "rated"}, 422),
        ({"once": ""}, 422),
        ({"reason": "because"}, 422),
        ({"support": "res-not-in-the-plan"}, 404),
        ({}, 303),
    ],
)
def test_a_form_that_is_not_ours_changes_nothing(service: Service, changes: dict[str, str], status: int) -> None:
    story = sample_story(service)
    support_id = listed(service, with_plan(service, story))[0]
    sent = {"once": "0123456789abcdef", "support": support_id, "mark": "helpful", "reason": "", **changes}
    assert visitor(service, "portal").post(f"{own_path(story)}/plan/marks", data=sent).status_code == status
    assert len(feedback(service, story)) == (status == 303)


def test_no_mark_without_access(service: Service) -> None:
    story = sample_story(service)
    other = sample_story(service)
    support_id = listed(service, with_plan(service, story))[0]
    sent = {"once": "0123456789abcdef", "support": support_id, "mark": "helpful"}
    assert visitor(service).post(f"{own_path(story)}/plan/marks", data=sent).status_code == 401
    assert visitor(service, "officer").post(f"{own_path(story)}/plan/marks", data=sent).status_code == 403
    foreign = visitor(service, "portal", organization="Another organization")
    assert foreign.post(f"{own_path(story)}/plan/marks", data=sent).status_code == 404
    assert invited(service, other).post(f"{team_path(story)}/plan/marks", data=sent).status_code == 401
    crossing = {"Sec-Fetch-Site": "cross-site"}
    answer = invited(service, story).post(f"{team_path(story)}/plan/marks", data=sent, headers=crossing)
    assert answer.status_code == 403
    assert feedback(service, story) == []


# Growth


def test_growth_shows_both_times_in_words_and_drawing(service: Service) -> None:
    first = closed_assessment(service, n=6, level=2)
    then = {Domain.SUSTAINABILITY: 3}
    second = closed_assessment(service, n=6, team_id=first.team_id, level=3, retake={"then": then, "turnover": "some"})
    text = page(invited(service, second), f"{team_path(second)}/growth")
    assert len(re.findall(r'<circle class="dot old"', main_part(text))) == 10 + 1  # and the legend
    assert "From 2.0 to 3.0: a reliable rise" in text
    assert "Clear change, up" in text
    assert "Looking back, you now place that time at Applying." in text
    assert len(re.findall(r'<path class="then"', text)) == 1 + 1
    assert "would tend to rise by chance alone" in text
    assert '<th scope="row">Sustainability</th><td>2.0, Developing</td><td>3.0, Applying</td><td>Applying</td>' in text


def test_with_many_new_people_no_change_is_judged(service: Service) -> None:
    first = closed_assessment(service, n=6, level=2)
    second = closed_assessment(service, n=6, team_id=first.team_id, level=3, retake={"turnover": "many"})
    text = page(visitor(service, "portal"), f"{own_path(second)}/growth")
    assert "Not judged" in text
    assert "half or more of the team has changed" in text
    assert "Clear change" not in words(text).replace("We call a change clear", "")


def test_growth_tells_no_number_that_one_of_the_times_hides(service: Service) -> None:
    first = closed_assessment(service, n=2, level=2)
    second = closed_assessment(service, n=6, team_id=first.team_id, level=3)
    text = page(visitor(service, "portal"), f"{own_path(second)}/growth")
    rows = text.partition('<ul class="profile">')[2].partition("</main>")[0]
    assert "Too few people answered" in rows
    assert not re.search(r'class="(dot|band)', rows)
    assert not NUMBER.search(rows)


def test_a_first_check_and_an_earlier_one_have_nothing_to_compare(service: Service) -> None:
    story = closed_assessment(service)
    assert "This was your first check" in page(visitor(service, "portal"), f"{own_path(story)}/growth")


def test_why_the_plan_changed_is_told_of_released_plans_only(service: Service) -> None:
    first = sample_story(service, share=True)
    grant(service, first.team_id, PROGRAM)
    before = with_plan(service, first)
    act(service, before, {"action": "release"})
    service.clock.forward(days=200)
    second = closed_assessment(service, n=6, team_id=first.team_id, level=1)
    after = with_plan(service, second)
    client, address = invited(service, second), f"{team_path(second)}/growth"
    assert "Show what moved, and why" not in page(client, address)
    assert 'id="why"' not in page(client, f"{address}?why=true")
    act(service, after, {"action": "release"})
    assert "Show what moved, and why" in page(client, address)
    told = page(client, f"{address}?why=true")
    story = accepted(service.as_("portal").get(f"/v1/runs/{after}/changes"))["story"]
    assert words(told).count("Entered at place") == sum(len(kind["entries"]) for kind in story["kinds"])
    assert "Your answers: up" in told
    assert re.search(r'<rect class="part-1" x="50.0%"', told)


# The guide


def test_the_guide_holds_an_agenda_whose_times_add_up_and_the_first_domains(service: Service) -> None:
    story = sample_story(service)
    text = page(invited(service, story), f"{team_path(story)}/guide")
    minutes = [int(number) for number in re.findall(r'<td class="number">(\d+) min</td>', text)]
    assert f"one meeting of {sum(minutes)} minutes" in text
    for name in ("Knowledge and spread", "Equity and voice", "Sustainability"):
        assert f"<h3>{name}</h3>" in text
    assert "<h3>Team and time</h3>" not in text
    assert "Students react to our ideas before we try them." in text
    assert "What we will try" in text


def _empty(service: Service, run_id: str) -> None:
    """A stored run without matches, as where a catalog has nothing for a team."""
    with service.database.writing() as session:
        run = session.get_one(Run, run_id)
        document = json.loads(run.document)
        for one in document["lists"]:
            one["matches"] = []
            one["unmet_needs"] = [{"domain": "equity-and-voice", "kind": one["kind"], "detail": "Nothing fits."}]
        for phase in document["plan"]:
            phase["entries"] = []
        run.document = json.dumps(document)

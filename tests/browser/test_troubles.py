"""What goes wrong around forms: the page says what happened in plain words, nothing happens twice, nothing is lost."""

import re

import pytest
from playwright.sync_api import Page, expect

from api.access.principals import Scope
from tests.fixtures.browser import Windows
from tests.fixtures.reviewing import resources, review_of
from tests.fixtures.stored_runs import PROGRAM, StoredRun, stored_run
from tests.fixtures.stories import accepted, new_team, open_assessment

LONG = "We meet every week and look at who is absent. " * 220
"""Over 10,000 characters."""


@pytest.fixture
def lead(windows: Windows) -> Page:
    """A window of somebody who leads teams."""
    page = windows.open()
    windows.sign_in(page, Scope.PORTAL)
    return page


def link(windows: Windows) -> str:
    admin = windows.site.service.as_("admin")
    person = {"email": "lea@example.org", "name": "Lea Ortiz", "scope": "portal"}
    found = admin.get("/v1/people").json()["items"] or [accepted(admin.post("/v1/people", json=person))]
    return str(accepted(admin.post(f"/v1/people/{found[0]['id']}:link"))["url"])


def use(page: Page) -> None:
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def test_a_used_or_expired_sign_in_link_says_so_and_shows_the_way(windows: Windows) -> None:
    used = link(windows)
    page = windows.open()
    page.goto(used)
    use(page)
    page.wait_for_url(re.compile("/teams$"))
    other = windows.open()
    with windows.watch(other).forgiving("status of 401"):
        other.goto(used)
        use(other)
        expect(other.get_by_role("heading", level=1)).to_contain_text(re.compile("link", re.I))
    expired = link(windows)
    windows.site.service.clock.forward(hours=1)
    with windows.watch(other).forgiving("status of 401"):
        other.goto(expired)
        use(other)
        expect(other.get_by_role("heading", level=1)).to_contain_text(re.compile("link", re.I))


def test_an_invitation_that_is_unknown_says_so_and_shows_the_way(windows: Windows) -> None:
    page = windows.open("phone")
    with windows.watch(page).forgiving("status of 404"):
        page.goto("/join/trellis_invitation_gone")
    expect(page.get_by_role("heading", level=1)).to_have_text("This invitation does not work")
    with windows.watch(page).forgiving("status of 401"):
        page.goto("/check/res_01ARZ3NDEKTSV4RRFFQ69G5FAV")
    expect(page.get_by_role("heading", level=1)).to_have_text("This browser does not hold your check")


def test_a_double_click_makes_one_team(windows: Windows, lead: Page) -> None:
    lead.goto("/teams/new")
    lead.get_by_label("What is the team called?").fill("Only once")
    lead.get_by_label("A school or district improvement team").check()
    lead.get_by_role("button", name="Add the team").dblclick()
    lead.wait_for_url(re.compile(r"/teams/team_"))
    assert len(windows.site.service.as_("portal").get("/v1/teams").json()["items"]) == 1


def test_going_back_and_sending_again_makes_no_second_team(windows: Windows, lead: Page) -> None:
    lead.goto("/teams/new")
    lead.get_by_label("What is the team called?").fill("Only once")
    lead.get_by_label("A school or district improvement team").check()
    lead.get_by_role("button", name="Add the team").click()
    lead.wait_for_url(re.compile(r"/teams/team_"))
    lead.go_back()
    if lead.get_by_role("button", name="Add the team").count() and lead.locator("#name").input_value():
        lead.get_by_role("button", name="Add the team").click()
        lead.wait_for_url(re.compile(r"/teams/team_"))
    assert len(windows.site.service.as_("portal").get("/v1/teams").json()["items"]) == 1


def test_two_tabs_that_change_a_team_lose_nothing(windows: Windows, lead: Page) -> None:
    team = new_team(windows.site.service)
    lead.goto(f"/teams/{team}/about")
    other = lead.context.new_page()
    other.goto(f"/teams/{team}/about")
    lead.locator("#name").fill("First tab")
    lead.get_by_role("main").get_by_role("button", name="Save").click()
    lead.wait_for_url(re.compile(rf"/teams/{team}(\?.*)?$"))
    other.locator("#name").fill("Second tab")
    with windows.watch(lead).forgiving("status of 409"):
        other.get_by_role("main").get_by_role("button", name="Save").click()
        expect(other.get_by_role("alert").filter(has_text="Someone else")).to_be_visible()
    expect(other.locator("#name")).to_have_value("Second tab")
    other.get_by_role("main").get_by_role("button", name="Save").click()
    other.wait_for_url(re.compile(rf"/teams/{team}(\?.*)?$"))
    assert windows.site.service.as_("portal").get(f"/v1/teams/{team}").json()["name"] == "Second tab"


def test_signed_out_in_another_tab_leads_to_the_sign_in_and_back(windows: Windows, lead: Page) -> None:
    team = new_team(windows.site.service)
    lead.context.clear_cookies()
    lead.goto(f"/teams/{team}")
    lead.wait_for_url(re.compile(r"/sign-in\?next="))
    expect(lead.get_by_role("heading", level=1)).to_contain_text("Sign in")


@pytest.fixture
def run(windows: Windows) -> StoredRun:
    return stored_run(windows.site.service)


@pytest.fixture
def officer(windows: Windows, run: StoredRun) -> Page:
    page = windows.open()
    windows.sign_in(page, Scope.OFFICER, PROGRAM, name="Omar Diaz")
    page.goto(f"/desk/runs/{run.run_id}")
    return page


def state(windows: Windows, run: StoredRun, support: str) -> str:
    view = review_of(windows.site.service.as_("officer", PROGRAM), run)
    kept = [entry for one in view["review"]["lists"] for entry in one["kept"]]
    return str(next(entry["state"] for entry in kept if entry["support_id"] == support))


def test_two_officers_at_one_review_are_told_of_each_other(windows: Windows, run: StoredRun, officer: Page) -> None:
    first, second, *_ = resources(review_of(windows.site.service.as_("officer", PROGRAM), run))
    other = windows.open()
    windows.sign_in(other, Scope.OFFICER, PROGRAM, name="Pat Kim")
    other.goto(f"/desk/runs/{run.run_id}")
    officer.locator(f"[id='m-{first}']").get_by_role("button", name="Approve").click()
    expect(officer.locator("#told")).not_to_be_empty()
    with windows.watch(other).forgiving("status of 412", "Response Status Error Code 412"):
        other.locator(f"[id='m-{second}']").get_by_role("button", name="Approve").click()
        expect(other.get_by_role("alert")).to_contain_text(re.compile("else|meanwhile", re.I))
    assert state(windows, run, first) == "approved"
    assert state(windows, run, second) == "proposed"


def test_a_lost_connection_at_the_desk_is_told(windows: Windows, run: StoredRun, officer: Page) -> None:
    first, *_ = resources(review_of(windows.site.service.as_("officer", PROGRAM), run))
    with windows.watch(officer).forgiving("INTERNET_DISCONNECTED", "htmx:(sendError|afterRequest)"):
        officer.context.set_offline(True)
        officer.locator(f"[id='m-{first}']").get_by_role("button", name="Approve").click()
        expect(officer.get_by_role("alert")).to_contain_text(re.compile("connection", re.I))
        officer.context.set_offline(False)
    officer.reload()
    officer.locator(f"[id='m-{first}']").get_by_role("button", name="Approve").click()
    expect(officer.locator("#told")).not_to_be_empty()
    assert state(windows, run, first) == "approved"


def test_ten_thousand_characters_are_kept_without_scripts_too(windows: Windows) -> None:
    service = windows.site.service
    check = open_assessment(service, new_team(service))
    made = accepted(service.as_("portal").post(f"/v1/assessments/{check}/respondents", json={}))
    page = windows.open("phone", scripts=False)
    page.goto(f"/join/{made['invitation']}")
    page.get_by_role("button", name=re.compile("begin")).click()
    page.wait_for_url(re.compile(r"/check/res_\w+\?done=joined$"))
    page.goto(f"/check/{made['id']}/words")
    page.get_by_role("textbox").first.fill(LONG)
    with windows.watch(page).forgiving("status of 422"):
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("alert").filter(has_text="Not saved yet")).to_be_visible()
    assert page.get_by_role("textbox").first.input_value().strip() == LONG.strip()

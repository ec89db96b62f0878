"""No answer is lost: the script of the questionnaire against lost connections, closed tabs and closed checks."""

import re
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Dialog, Page, expect

from api.web.kit.visitors import CHECK_COOKIE
from tests.fixtures.browser import Windows
from tests.fixtures.sites import Site
from tests.fixtures.stories import accepted, new_team, open_assessment

OFFLINE = "INTERNET_DISCONNECTED"
REFUSED = "status of 422"
CLOSED = "status of 409"
WINDOW = {"closes_at": "2026-10-24T09:00:00Z"}


class Person(NamedTuple):
    """Somebody with an invitation."""

    site: Site
    assessment: str
    id: str
    invitation: str
    held: list[str]
    """The own token of the browser that has opened the invitation."""

    def at(self, below: str) -> str:
        return f"/check/{self.id}/{below}"

    def own(self) -> dict[str, Any]:
        """What the service has."""
        where = f"/v1/assessments/{self.assessment}/respondents/{self.id}/answers"
        headers = {"Authorization": f"Bearer {self.held[-1]}"}
        found: dict[str, Any] = accepted(self.site.service.anonymous().get(where, headers=headers))
        return found

    def answers(self) -> dict[str, Any]:
        found: dict[str, Any] = self.own()["answers"]
        return found


@pytest.fixture
def person(site: Site) -> Person:
    service = site.service
    assessment = open_assessment(service, new_team(service), **WINDOW)
    place = accepted(service.as_("portal").post(f"/v1/assessments/{assessment}/respondents", json={}))
    return Person(site, assessment, place["id"], place["invitation"], [])


@pytest.fixture
def page(windows: Windows, person: Person) -> Page:
    """A window that has opened the invitation."""
    page = windows.open()
    page.goto(f"/join/{person.invitation}")
    page.get_by_role("button", name="I agree: begin").click()
    expect(page).to_have_url(re.compile(rf"/check/{person.id}\?done=joined$"))
    person.held.append(next(one["value"] for one in page.context.cookies() if one["name"] == CHECK_COOKIE))
    return page


def choose(page: Page, path: str, value: object) -> None:
    page.locator(f'[name="{path}"][value="{value}"]').check()


def saved(page: Page) -> None:
    expect(page.locator("#saving")).to_contain_text("Saved at")


def test_keys_choose_clear_and_leave_a_line(page: Page, person: Person) -> None:
    page.goto(person.at("team-and-time"))
    page.locator('[name="answers/tt1"]').first.focus()
    for key, expected in (("3", 3), ("ArrowRight", 4), ("0", "not_sure"), ("1", 1)):
        page.keyboard.press(key)
        expect(page.locator("#saving")).to_contain_text("Saved at")
        page.wait_for_timeout(100)
        assert person.answers() == {"tt1": expected}
    expect(page.locator("#counted")).to_have_text("1 of 5 answered")
    page.keyboard.press("Enter")  # presses the form's first button, which only saves
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the button that clears this line
    expect(page.locator("#counted")).to_have_text("0 of 5 answered")
    page.wait_for_timeout(200)
    assert person.answers() == {}
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "answers/tt2"


def test_answers_given_without_a_connection_are_sent_when_it_is_back(
    windows: Windows, page: Page, person: Person
) -> None:
    page.goto(person.at("team-and-time"))
    with windows.watch(page).forgiving(OFFLINE):
        page.context.set_offline(True)
        choose(page, "answers/tt1", 2)
        expect(page.locator("#saving")).to_have_text(
            "Not saved: no connection. We keep trying; do not close this page."
        )
        choose(page, "answers/tt2", "not_sure")
        page.context.set_offline(False)
        saved(page)
    assert person.answers() == {"tt1": 2, "tt2": "not_sure"}


def test_answers_of_a_tab_that_died_are_shown_and_sent_by_the_next_one(
    windows: Windows, page: Page, person: Person
) -> None:
    page.goto(person.at("team-and-time"))
    other = page.context.new_page()
    with windows.watch(page).forgiving(OFFLINE):
        page.context.set_offline(True)
        choose(page, "answers/tt3", 4)
        expect(page.locator("#saving")).to_contain_text("Not saved")
        page.close(run_before_unload=False)
        other.context.set_offline(False)
    other.goto(person.at("team-and-time"))
    expect(other.locator('[name="answers/tt3"][value="4"]')).to_be_checked()
    saved(other)
    assert person.answers() == {"tt3": 4}
    assert other.evaluate("localStorage.length") == 0


def test_leaving_with_unsent_answers_asks_first(windows: Windows, page: Page, person: Person) -> None:
    page.goto(person.at("team-and-time"))
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    with windows.watch(page).forgiving(OFFLINE):
        page.context.set_offline(True)
        choose(page, "answers/tt1", 2)
        page.get_by_role("link", name="My check").click()
        page.wait_for_timeout(500)
        page.context.set_offline(False)
        saved(page)
    assert asked == ["beforeunload"]


def test_each_tab_sends_only_what_was_changed_in_it(page: Page, person: Person) -> None:
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(person.at("equity-and-voice"))
    choose(page, "answers/ev1", 1)
    choose(other, "answers/ev1", 3)
    choose(other, "answers/ev2", 2)
    saved(other)
    page.get_by_role("button", name="Save and go on").click()
    expect(page).not_to_have_url(re.compile("equity-and-voice"))
    assert person.answers() == {"ev1": 3, "ev2": 2}


def test_ten_thousand_characters_stay_until_they_are_mended(windows: Windows, page: Page, person: Person) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(person.at("words"))
    with windows.watch(page).forgiving(REFUSED):
        page.locator("#text-strengths").fill("x" * 10_000)
        page.locator("#text-challenges").fill("Time.")
        page.locator("#text-challenges").blur()
        expect(page.locator("#text-strengths-fault")).to_contain_text("There is room for 2,000")
        expect(page.locator("#saving")).to_contain_text("One text is not saved")
    page.goto(person.at("team-and-time"))
    expect(page.locator("#saving")).to_contain_text("see “In your own words”")
    page.goto(person.at("words"))
    assert len(page.locator("#text-strengths").input_value()) == 10_000
    assert person.own()["open_text"] == {"strengths": "", "challenges": "Time.", "hoped_for_support": ""}
    page.locator("#text-strengths").fill("Short & <b>sound</b>.")
    page.get_by_role("button", name="Save and go to the end").click()
    expect(page).to_have_url(re.compile("#finish$"))
    assert person.own()["open_text"]["strengths"] == "Short & <b>sound</b>."


def test_a_check_that_closes_meanwhile_keeps_the_answer_here_until_it_is_open_again(
    windows: Windows, page: Page, person: Person
) -> None:
    service = person.site.service
    page.goto(person.at("equity-and-voice"))
    choose(page, "answers/ev1", 1)
    saved(page)
    service.clock.forward(days=10)
    with windows.watch(page).forgiving(CLOSED):
        choose(page, "answers/ev2", 4)
        expect(page.locator("#saving")).to_contain_text("This check is closed. What you saved before is kept. One")
        page.goto(person.at("equity-and-voice"))
        expect(page.locator("#saving")).to_contain_text("kept in this browser")
    accepted(service.as_("portal").post(f"/v1/assessments/{person.assessment}:reopen", json={}))
    page.goto(f"/check/{person.id}")
    saved(page)
    assert person.answers() == {"ev1": 1, "ev2": 4}


def test_a_fourth_of_the_top_three_goes_back_to_what_was_chosen(windows: Windows, page: Page, person: Person) -> None:
    for domain in ("team-and-time", "equity-and-voice", "sustainability"):
        page.goto(person.at(domain))
        choose(page, f"importance/{domain}", "top_three")
        saved(page)
        expect(page.locator(".readiness")).to_be_visible()
    page.goto(person.at("improvement-methods"))
    choose(page, "importance/improvement-methods", "useful")
    saved(page)
    expect(page.locator(".readiness")).to_be_hidden()
    with windows.watch(page).forgiving(REFUSED):
        # It may have gone back before the click is over, so nothing is said about its state here.
        page.locator('[name="importance/improvement-methods"][value="top_three"]').click()
        expect(page.locator("#importance-fault")).to_contain_text("You already have a top three")
    expect(page.locator('[name="importance/improvement-methods"][value="useful"]')).to_be_checked()
    assert person.own()["importance"]["improvement-methods"] == "useful"

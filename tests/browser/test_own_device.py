"""A person's answers on devices: a shared one that is left, two that disagree, and words of another direction."""

import re

from playwright.sync_api import Page, expect

from api.web.kit.visitors import CHECK_COOKIE
from tests.browser.test_check_saving import OFFLINE, Person, choose, page, person, saved
from tests.fixtures.browser import Windows

__all__ = ["page", "person"]

ARABIC = "نريد أن نفهم بيانات الحضور (attendance) كل أسبوع."


def another_device(windows: Windows, page: Page) -> Page:
    """A second browser that came by the own link of the first."""
    page.goto(re.sub(r"(/check/res_\w+).*", r"\1/link", page.url))
    link = page.locator("[data-link] code").inner_text()
    other = windows.open()
    other.goto("/join/" + link.split("/join/")[1])
    other.get_by_role("button", name=re.compile("begin|Go on")).click()
    other.wait_for_url(re.compile(r"/check/res_\w+$"))
    return other


def test_a_shared_computer_that_was_left_holds_nothing(windows: Windows, page: Page, person: Person) -> None:
    (cookie,) = [one for one in page.context.cookies() if one["name"] == CHECK_COOKIE]
    assert cookie["expires"] == -1, "the cookie ends with the browser"
    page.goto(person.at("words"))
    page.get_by_role("textbox").first.fill("Only mine.")
    saved(page)
    page.get_by_role("textbox").first.fill("x" * 2001)
    with windows.watch(page).forgiving("status of 422", "status of 401"):
        expect(page.locator("#saving")).to_contain_text("One text is not saved")
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Leave this device").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You have left this device")
        page.wait_for_timeout(200)
        assert page.evaluate("localStorage.length") == 0
        assert [one for one in page.context.cookies() if one["name"] == CHECK_COOKIE] == []
        page.goto(person.at("words"))
        expect(page.get_by_role("heading", level=1)).to_have_text("This browser does not hold your check")


def test_a_later_choice_on_another_device_stays_and_the_first_one_is_told(
    windows: Windows, page: Page, person: Person
) -> None:
    laptop = another_device(windows, page)
    laptop.goto(person.at("team-and-time"))
    page.goto(person.at("team-and-time"))
    with windows.watch(page).forgiving(OFFLINE):
        page.context.set_offline(True)
        choose(page, "answers/tt1", 2)
        expect(page.locator("#saving")).to_contain_text("no connection")
        page.wait_for_timeout(50)
        choose(laptop, "answers/tt1", 4)
        saved(laptop)
        page.context.set_offline(False)
        expect(page.locator("#saving")).to_have_text("You answered this later on another device. That answer stays.")
    expect(page.locator('[name="answers/tt1"][value="4"]')).to_be_checked()
    assert person.answers() == {"tt1": 4}


def test_of_two_texts_the_person_chooses(windows: Windows, page: Page, person: Person) -> None:
    laptop = another_device(windows, page)
    for one in (laptop, page):
        one.goto(person.at("words"))
    with windows.watch(page).forgiving(OFFLINE):
        page.context.set_offline(True)
        page.get_by_role("textbox").first.fill("Earlier.")
        expect(page.locator("#saving")).to_contain_text("no connection")
        laptop.get_by_role("textbox").first.fill("Later.")
        saved(laptop)
        page.context.set_offline(False)
        expect(page.locator(".field.faulty")).to_contain_text("you wrote another text later")
    assert page.get_by_role("textbox").first.input_value() == "Earlier."
    page.get_by_role("button", name="Take the later text").click()
    assert page.get_by_role("textbox").first.input_value() == "Later."
    assert person.own()["open_text"]["strengths"] == "Later."


def test_the_page_counts_characters_as_the_service_does(page: Page, person: Person) -> None:
    page.goto(person.at("words"))
    page.get_by_role("textbox").first.fill("\U0001f642" * 1500)
    expect(page.locator(".count").first).to_have_text("1,500 so far.")
    saved(page)
    assert person.own()["open_text"]["strengths"] == "\U0001f642" * 1500


def test_words_from_right_to_left_run_so(page: Page, person: Person) -> None:
    page.goto(person.at("words"))
    box = page.get_by_role("textbox").first
    box.fill(ARABIC)
    assert box.evaluate("box => getComputedStyle(box).direction") == "rtl"
    box.fill("We meet each week.")
    assert box.evaluate("box => getComputedStyle(box).direction") == "ltr"

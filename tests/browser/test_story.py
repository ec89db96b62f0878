"""The whole story, told in browsers: a team takes the check, an officer reviews its matches, and it takes it again.

The lead and the officer work at a desk, the officer by keyboard alone. Of the team one answers on a phone by touch and
loses the connection in the middle, one by keyboard alone, one without scripts.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from api.access.principals import Scope
from tests.fixtures.browser import Device, Windows, picture
from tests.fixtures.stories import accepted

pytestmark = pytest.mark.full

TEAM = "Blue Heron attendance team"
PEOPLE = ("Ana, teacher", "Ben, counselor", "Cleo, school leader")
PORTAL, PROGRAM = "School network", "A program"
OFFLINE = ("INTERNET_DISCONNECTED", "failed: POST")
FOCUSED = "(({activeElement: one}) => [one.type, Boolean(one.closest('.line')), one.value])(document)"
MOST_TABS = 120
"""A page whose button is farther away is a trap."""


def both(page: Page, name: str) -> None:
    """Keep a page at both widths; it must not scroll sideways at either."""
    size = page.viewport_size
    assert size is not None
    for width, height in ((390, 844), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width, f"{name} scrolls sideways at {width}"
        picture(page, f"story-{name}")
    page.set_viewport_size(size)


def sign_in(windows: Windows, page: Page, scope: Scope, organization: str, email: str, name: str) -> None:
    """The way in by a one-time link, which an administrator makes for a person."""
    admin = windows.site.service.as_("admin", organization)
    found = [one for one in admin.get("/v1/people").json()["items"] if one["email"] == email]
    if not found:
        found = [accepted(admin.post("/v1/people", json={"email": email, "name": name, "scope": scope}))]
    page.goto(accepted(admin.post(f"/v1/people/{found[0]['id']}:link"))["url"])
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/(teams|desk)$"))


def make_team(page: Page, cohort: str) -> str:
    """A new team with its context, in a cohort; its id."""
    page.goto("/teams")
    both(page, "01-no-team-yet")
    page.get_by_role("link", name=re.compile("team", re.I)).filter(has_text=re.compile("new|add", re.I)).first.click()
    page.get_by_label("What is the team called?").fill(TEAM)
    page.get_by_label("A school or district improvement team").check()
    both(page, "02-new-team")
    page.get_by_role("button", name="Add the team").click()
    page.wait_for_url(re.compile(r"/teams/team_\w+"))
    team = page.url.partition("/teams/")[2].partition("/")[0].partition("?")[0]
    page.goto(f"/teams/{team}/about")
    for name, value in {
        "state": "TX",
        "grade_bands": "high",
        "focus_areas": "attendance",
        "languages": "en",
        "share_with": "program-officer",
    }.items():
        page.locator(f"input[name={name}][value={value}]").check()
    page.locator("select[name=cycle_phase]").select_option("testing")
    page.locator("input[name=pct_low_income]").fill("61")
    both(page, "03-about-the-team")
    page.get_by_role("main").get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(rf"/teams/{team}(\?.*)?$"))
    page.get_by_text("Put the team into a cohort").click()
    page.get_by_label("Code of the cohort").fill(cohort)
    page.get_by_role("button", name="Put the team in").click()
    expect(page.get_by_role("main")).to_contain_text("Spring cohort")
    both(page, "04-team")
    return team


def open_check(page: Page, team: str, *, again: bool = False) -> tuple[str, list[str]]:
    """Open a check and invite three people; its id and their links."""
    page.goto(f"/teams/{team}")
    page.get_by_role("link", name="Take the check again" if again else "Open a check").click()
    if again:
        page.get_by_text("Compared with last time").click()
        page.locator("#turnover").select_option(index=2)
    both(page, "20-again" if again else "05-open-a-check")
    page.get_by_role("button", name="Open the check").click()
    page.wait_for_url(re.compile(r"/assessments/asm_\w+"))
    check = page.url.partition("/assessments/")[2].partition("?")[0]
    page.get_by_label("One person on each line").fill("\n".join(PEOPLE))
    page.get_by_role("button", name="Make the links").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("3 links to hand out")
    both(page, "21-links" if again else "06-links")
    return check, page.locator(".links code").all_inner_texts()


def begin(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name=re.compile("begin|Go on")).click()
    page.wait_for_url(re.compile(r"/check/res_\w+\?done=joined$"))


def parts(page: Page) -> list[str]:
    """The addresses of the parts, own words left out."""
    found = [link.get_attribute("href") or "" for link in page.locator(".parts a").all()]
    return [address for address in found if not address.endswith("/words")]


def saved(page: Page) -> None:
    """Wait until the page says that everything is saved, and holds nothing back any more."""
    for _ in range(300):  # the pages forbid what Playwright would wait with
        if page.evaluate("Object.keys(localStorage).every((key) => !key.startsWith('trellis.check.'))"):
            break
        page.wait_for_timeout(100)
    expect(page.locator("#saving")).to_contain_text("Saved at")


def answer_by_touch(windows: Windows, page: Page, link: str, level: Callable[[int], str]) -> None:
    """On a phone; the connection breaks in the middle, and nothing is lost."""
    begin(page, link)
    picture(page, "story-07-overview")
    for number, address in enumerate(parts(page)):
        page.goto(address)
        lines = page.locator("fieldset.line")
        broken = number == 1
        if broken:
            _answer_offline(windows, page, lines, level(number))
        for line in lines.all()[3 if broken else 0 :]:
            line.locator(f"label.picture:has(input[value='{level(number)}'])").tap()
        page.locator("#importance label.picture").nth(2 if number < 3 else 0).tap()
        saved(page)
        if number == 1:
            picture(page, "story-09-a-part")
    page.goto(parts_home(page) + "/words")
    page.get_by_role("textbox").first.fill("We call every family <b>the same day</b>.")
    page.locator("input[name=share_text][type=checkbox]").check()
    saved(page)
    page.get_by_role("button", name="Save and go to the end").tap()
    finish(page)


def parts_home(page: Page) -> str:
    found = re.search(r"/check/res_\w+", page.url)
    assert found is not None
    return found[0]


def _answer_offline(windows: Windows, page: Page, lines: Locator, level: str) -> None:
    with windows.watch(page).forgiving(*OFFLINE):
        page.context.set_offline(True)
        for line in lines.all()[:3]:
            line.locator(f"label.picture:has(input[value='{level}'])").tap()
        expect(page.locator("#saving")).to_contain_text("Not saved: no connection")
        picture(page, "story-08-offline")
        page.context.set_offline(False)
        saved(page)
    page.reload()
    assert lines.locator("input:checked").count() == 3, "answers given without a connection are lost"


def answer_by_keyboard(page: Page, link: str, level: Callable[[int], str]) -> None:
    """Never a mouse: Tab, digits, arrows and Enter."""
    page.goto(link)
    press_until(page, "button.main.big")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/check/res_\w+\?done=joined$"))
    press_until(page, "a.button.main.big")
    page.keyboard.press("Enter")
    for number in range(20):
        page.wait_for_url(re.compile(r"/check/res_\w+/[a-z-]+(#.*)?$"))
        if "/words" in page.url:
            break
        _part_by_keyboard(page, level(number))
    else:
        raise AssertionError("the way through never ends")
    press_until(page, "button[value=overview]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/check/res_\w+(#finish)?$"))
    press_until(page, "form[action$='/submit'] button")
    page.keyboard.press("Enter")
    expect(page.locator("#thanks")).to_contain_text("Thank you")


def _part_by_keyboard(page: Page, level: str) -> None:
    here = page.url
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        where = page.evaluate(FOCUSED)
        if where[0] == "radio" and where[1]:
            page.keyboard.press(level)
        elif where[0] == "radio":
            page.keyboard.press("Space")
        elif where[0] == "submit" and where[2] == "next":
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: url != here)
            return
    raise AssertionError(f"no way on by keyboard from {here}")


def press_until(page: Page, selector: str) -> None:
    """Tab until something has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by keyboard on {page.url}")


def answer_without_scripts(page: Page, link: str, level: Callable[[int], str]) -> None:
    """Plain forms and buttons."""
    begin(page, link)
    addresses = parts(page)
    page.goto(addresses[0])
    for number in range(len(addresses)):
        for line in page.locator("fieldset.line").all():
            line.locator(f"input[value='{level(number)}']").check()
        page.locator("#importance input").nth(1).check()
        if number == 0:
            both(page, "10-without-scripts")
        page.get_by_role("button", name=re.compile("^Save and go on")).click()
    page.get_by_role("button", name="Save and go to the end").click()
    finish(page)


def finish(page: Page) -> None:
    page.wait_for_url(re.compile(r"/check/res_\w+"))
    page.get_by_role("button", name="I am done").click()
    expect(page.locator("#thanks")).to_contain_text("Thank you")


def close_check(page: Page, check: str, name: str) -> None:
    page.goto(f"/assessments/{check}")
    expect(page.get_by_role("main")).to_contain_text("3 of 3 people are done")
    both(page, f"{name}-all-done")
    page.get_by_role("link", name="Close the check").click()
    page.get_by_role("button", name="Close the check").click()
    page.wait_for_url(re.compile(rf"/assessments/{check}\?done="))


def make_plan(page: Page, check: str, name: str) -> None:
    page.goto(f"/assessments/{check}/results")
    both(page, f"{name}-results")
    page.goto(f"/assessments/{check}/plan")
    page.get_by_role("button", name="Make a plan").click()
    expect(page.get_by_role("main")).to_contain_text("A program officer looks at it first")
    both(page, f"{name}-waiting")


def review_by_keyboard(page: Page, name: str) -> None:
    """Ten matches and the release, never a mouse."""
    page.goto("/desk")
    both(page, f"{name}-desk")
    press_until(page, ".queue th a")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/desk/runs/run_\w+"))
    both(page, f"{name}-review")
    matches = page.locator("#matches article.match")
    n = matches.count()
    assert n >= 8, "too few matches for a review"

    def version() -> str:
        return page.locator("#act input[name=version]").get_attribute("value") or ""

    def key(pressed: str) -> None:
        before = version()
        page.keyboard.press(pressed)
        expect(page.locator("#act input[name=version]")).not_to_have_attribute("value", before)

    page.keyboard.press("j")
    key("p")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("1")
    key("Enter")
    key("]")
    page.keyboard.press("c")
    page.keyboard.type("Start with the first one.")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    press_until(page, "#matches form button.main")
    key("Enter")
    key("u")
    for _ in range(40):
        undecided = page.locator("#matches article.match:not(.decided)")
        if undecided.count() == 0:
            break
        before = undecided.count()
        page.keyboard.press("a")
        expect(undecided).not_to_have_count(before)
    assert page.locator("#matches article.match:not(.decided)").count() == 0, "not every match is decided"
    both(page, f"{name}-reviewed")
    page.keyboard.press("r")
    page.wait_for_timeout(200)
    if page.locator("dialog[open]").count():
        page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("The team has seen this list since")
    both(page, f"{name}-released")


@pytest.fixture
def cohort(windows: Windows) -> str:
    made = windows.site.service.as_("officer", PROGRAM).post("/v1/cohorts", json={"name": "Spring cohort"})
    return str(accepted(made)["id"])


def test_a_team_takes_the_check_gets_a_plan_and_takes_it_again(windows: Windows, cohort: str) -> None:
    lead, officer = windows.open(), windows.open()
    sign_in(windows, lead, Scope.PORTAL, PORTAL, "lea@example.org", "Lea Ortiz")
    team = make_team(lead, cohort)
    first, links = open_check(lead, team)

    touch, keys, plain = windows.open(Device.PHONE), windows.open(), windows.open(scripts=False)
    answer_by_touch(windows, touch, links[0], lambda part: "21"[part % 2])
    answer_by_keyboard(keys, links[1], lambda part: "12"[part % 2])
    answer_without_scripts(plain, links[2], lambda part: "22"[part % 2])

    close_check(lead, first, "11")
    make_plan(lead, first, "12")
    sign_in(windows, officer, Scope.OFFICER, PROGRAM, "omar@example.org", "Omar Diaz")
    review_by_keyboard(officer, "13")

    lead.goto(f"/assessments/{first}/plan")
    expect(lead.get_by_role("main")).to_contain_text("A program officer looked at this plan")
    both(lead, "14-plan")
    lead.get_by_role("button", name="We started").first.click()
    expect(lead.locator("article.match").first).to_contain_text("Started")
    touch.goto(f"{parts_home(touch)}/team/plan")
    touch.get_by_role("button", name="Helpful", exact=True).first.tap()
    expect(touch.get_by_text("You said: this helped.").first).to_be_visible()
    picture(touch, "story-15-helpful")

    windows.site.service.clock.forward(days=180)
    sign_in(windows, lead, Scope.PORTAL, PORTAL, "lea@example.org", "Lea Ortiz")
    second, links = open_check(lead, team, again=True)
    answer_by_touch(windows, touch, links[0], lambda part: "43"[part % 2])
    answer_by_keyboard(keys, links[1], lambda part: "34"[part % 2])
    answer_without_scripts(plain, links[2], lambda part: "44"[part % 2])
    close_check(lead, second, "22")
    make_plan(lead, second, "23")
    sign_in(windows, officer, Scope.OFFICER, PROGRAM, "omar@example.org", "Omar Diaz")
    review_by_keyboard(officer, "24")

    lead.goto(f"/assessments/{second}/growth")
    expect(lead.get_by_role("heading", level=1)).to_have_text("What changed since last time")
    both(lead, "25-growth")
    lead.get_by_role("link", name="Show what moved, and why").click()
    expect(lead.locator("#why")).not_to_contain_text("It takes a moment")
    both(lead, "26-why")
    lead.goto(f"/assessments/{second}/plan")
    expect(lead.get_by_role("main")).to_contain_text("New in this plan")
    both(lead, "27-changed-plan")
    lead.goto(f"/assessments/{second}/guide")
    both(lead, "28-guide")

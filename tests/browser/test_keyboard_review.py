"""The review desk in a real browser: a whole review by keyboard alone, and what scripts add to it."""

import re

from playwright.sync_api import Page, expect

from tests.fixtures.browser import Device, Windows, axe, picture
from tests.fixtures.reviewing import review_of
from tests.fixtures.sites import Site
from tests.fixtures.stored_runs import PROGRAM, StoredRun, stored_run

ON_CARD = "document.activeElement.closest('article.match')?.id.slice(2) ?? null"


def ten_matches(site: Site) -> StoredRun:
    """A run of ten resources, on the desk."""
    run = stored_run(site.service, sample="veteran-team")
    body = {"kinds": ["resource"], "k": 10}
    site.service.clock.forward(seconds=1)
    made = site.service.as_("portal").post(f"/v1/teams/{run.team_id}/recommendations", json=body)
    assert made.status_code == 201, made.text
    return StoredRun(run.team_id, made.json()["id"], run.assessment_id, run.cohort_id)


def desk(windows: Windows, run: StoredRun, device: Device = Device.DESKTOP, **window: bool) -> Page:
    page = windows.open(device, **window)
    windows.sign_in(page, "officer", PROGRAM)
    page.goto(f"/desk/runs/{run.run_id}")
    return page


def listed(page: Page) -> list[str]:
    return [str(one) for one in page.eval_on_selector_all("article.match", "all => all.map(one => one.id.slice(2))")]


def told(page: Page, words: str) -> None:
    expect(page.get_by_role("status").first).to_contain_text(words)


def test_ten_matches_are_reviewed_by_keyboard_alone(windows: Windows, site: Site) -> None:
    run = ten_matches(site)
    page = windows.open()
    windows.sign_in(page, "officer", PROGRAM)
    page.goto("/desk?sort=age")
    keyboard = page.keyboard

    def tab_to(words: str) -> None:
        for _ in range(60):
            keyboard.press("Tab")
            if words in (page.evaluate("document.activeElement.textContent") or ""):
                return
        raise AssertionError(f"no way to '{words}' by Tab")

    def stands_on(support: str) -> None:
        page.wait_for_function(f"{ON_CARD} === {support!r}")

    tab_to("Start with the first")
    keyboard.press("Enter")
    page.wait_for_url("**/desk/runs/*")
    keyboard.press("n")
    page.wait_for_url(f"**/desk/runs/{run.run_id}")
    ten = listed(page)
    assert len(ten) == 10

    keyboard.press("j")
    stands_on(ten[0])
    keyboard.press("a")  # the next keys do not wait for the answers
    keyboard.press("a")
    keyboard.press("a")
    stands_on(ten[3])
    told(page, "3 of 10 decided.")
    keyboard.press("p")
    told(page, "4 of 10 decided.")
    stands_on(ten[4])
    assert listed(page)[0] == ten[3]

    keyboard.press("x")
    expect(page.get_by_role("group", name="Why remove it?")).to_be_visible()
    keyboard.press("4")
    expect(page.get_by_label("The team has it or had it")).to_be_checked()
    axe(page)
    picture(page, "desk-remove")
    keyboard.press("Tab")
    keyboard.type("aprx, as they told me")
    keyboard.press("Shift+Tab")
    keyboard.press("Enter")
    told(page, "4 of 9 decided.")
    stands_on(ten[5])
    keyboard.press("x")
    keyboard.press("Escape")
    stands_on(ten[5])

    keyboard.press("c")
    keyboard.type("Start with this one")
    keyboard.press("Tab")
    keyboard.press("Space")
    keyboard.press("Tab")
    keyboard.press("Enter")
    told(page, "You wrote to the team on")
    stands_on(ten[5])

    place = listed(page).index(ten[5])
    keyboard.press("]")
    told(page, "You moved")
    assert listed(page).index(ten[5]) == place + 1
    keyboard.press("Shift+ArrowUp")
    told(page, f"to place {place + 1}.")
    assert listed(page).index(ten[5]) == place
    keyboard.press("u")
    told(page, "You took back: moved")
    assert listed(page).index(ten[5]) == place + 1
    stands_on(ten[5])

    keyboard.press("k")
    stands_on(listed(page)[place])
    keyboard.press("ArrowDown")
    stands_on(ten[5])
    keyboard.press("e")
    expect(page.get_by_role("table", name=re.compile("What each rule says"))).to_be_visible()
    axe(page)
    keyboard.press("e")

    keyboard.press("/")
    keyboard.type("attendance")
    keyboard.press("Enter")
    expect(page.locator("#found")).to_contain_text("supports found")
    tab_to("Add it to the list")
    keyboard.press("Enter")
    told(page, "You added")
    assert len(listed(page)) == 10

    keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    axe(page)
    keyboard.press("Escape")

    while page.locator("article.match:not(.decided)").count():
        left = page.locator("article.match:not(.decided)").count()
        page.locator("article.match:not(.decided)").first.focus()
        keyboard.press("a")
        expect(page.locator("article.match:not(.decided)")).to_have_count(left - 1)
    told(page, "10 of 10 decided.")
    keyboard.press("r")
    expect(page.get_by_role("dialog", name=re.compile("Release this list"))).to_contain_text("10 matches")
    keyboard.press("Enter")
    told(page, "You released the list to the team.")
    axe(page)
    keyboard.press("n")
    page.wait_for_url(lambda url: run.run_id not in url)

    view = review_of(site.service.as_("officer", PROGRAM), run)
    assert view["review"]["state"] == "released"
    assert view["review"]["lists"][0]["removed"][0]["removal"]["note"] == "aprx, as they told me"
    assert view["review"]["comments"][0]["for_team"] is True
    assert [entry["state"] for entry in view["review"]["lists"][0]["kept"]].count("pinned") == 1


def test_keys_can_be_turned_off_and_never_act_while_somebody_types(windows: Windows, site: Site) -> None:
    run = ten_matches(site)
    page = desk(windows, run)
    page.locator("#q").focus()
    page.keyboard.type("apxrnu?")
    assert page.input_value("#q") == "apxrnu?"
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("button", name="Keys are on").click()
    page.get_by_role("button", name="Close").click()
    page.locator("article.match").first.focus()
    page.keyboard.press("a")
    page.reload()
    page.locator("article.match").first.focus()
    page.keyboard.press("a")
    page.keyboard.press("r")
    page.wait_for_timeout(200)
    assert page.locator("dialog[open]").count() == 0
    assert review_of(site.service.as_("officer", PROGRAM), run)["version"] == 1


def test_a_match_is_dragged_to_another_place(windows: Windows, site: Site) -> None:
    run = ten_matches(site)
    page = desk(windows, run)
    page.set_viewport_size({"width": 1280, "height": 1400})  # both cards are in sight
    first, second, *rest = listed(page)
    grip = page.locator("article.match").first.locator(".grip")
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] - 40, box["y"] + 60, steps=5)
    page.mouse.move(box["x"] - 100, box["y"] + 140, steps=5)
    page.mouse.up()
    told(page, "to place 2.")
    assert listed(page) == [second, first, *rest]


def test_whoever_is_late_keeps_the_words_and_the_list_below(windows: Windows, site: Site) -> None:
    run = ten_matches(site)
    page = desk(windows, run)
    first = listed(page)[0]
    page.locator("article.match").first.get_by_role("link", name="Comment").click()
    page.locator("article.match").first.get_by_label("Your words").fill("Ask them for a trial")
    officer = site.service.as_("officer", PROGRAM)
    done = {"action": "approve", "support_id": first}
    where = f"/v1/runs/{run.run_id}/review/events"
    assert officer.post(where, json=done, headers={"If-Match": '"1"'}).status_code == 201
    with windows.watch(page).forgiving("412"):
        page.locator("article.match").first.get_by_role("button", name="Save").click()
        expect(page.locator("#failure")).to_contain_text("approved")
    assert page.locator("#failure textarea").input_value() == "Ask them for a trial"
    expect(page.locator("#failure h1")).to_have_text("The list has changed meanwhile")
    picture(page, "desk-stale")
    page.locator("#failure").get_by_role("button", name="Do it now").click()
    told(page, "You wrote a note for officers on")
    expect(page.locator("#failure")).to_be_empty()


def test_a_review_on_a_phone_without_scripts(windows: Windows, site: Site) -> None:
    run = ten_matches(site)
    page = desk(windows, run, Device.PHONE, scripts=False)
    first, second, *_ = listed_without_scripts(page)
    page.locator(f"[id='m-{first}']").get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("1 of 10 decided.")
    page.locator(f"[id='m-{second}']").get_by_role("link", name="Remove").click()
    page.get_by_label("Too basic or too advanced").check()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("status")).to_contain_text("1 of 9 decided.")
    page.get_by_role("button", name="Release to the team").click()
    expect(page.get_by_role("status")).to_contain_text("You released the list to the team.")


def listed_without_scripts(page: Page) -> list[str]:
    return [str(one.get_attribute("id"))[2:] for one in page.locator("article.match").all()]

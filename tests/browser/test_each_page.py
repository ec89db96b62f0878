"""Every page in a real browser: on a phone and on a desk, light and dark, by keyboard, and without scripts."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from api.web.kit.visitors import CHECK_COOKIE, check_path
from recommender.pipeline import Recommender
from tests.fixtures.browser import Device, Windows, axe, picture
from tests.fixtures.sample import Sample, make_sample
from tests.fixtures.sites import Site, running_site
from tests.fixtures.visits import Visit, each_page_once, visits

PHONE_VISITS = [
    pytest.param(visit, id=visit.name, marks=() if visit in each_page_once() else pytest.mark.full)
    for visit in visits()
]
"""In the first tier each page once; what else it can show is in the second."""
TAB_STOPS = 30
FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect();
  const parts = [one, ...(one.labels ?? [])];
  const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const marked = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== "none";
  return {
    what: one.outerHTML.slice(0, 160),
    marked: parts.some((part) => marked(getComputedStyle(part))),
    seen: parts.some((part) => part.contains(over) || over?.contains(part)),
  };
}"""
LOST = """(html) => {
  const words = (root) => {
    const main = root.querySelector("main").cloneNode(true);
    main.querySelectorAll("template, [hidden], [aria-live], [role=status], time").forEach((one) => one.remove());
    return new Set(main.textContent.match(/[\\p{L}\\p{N}]+/gu));
  };
  const sent = words(new DOMParser().parseFromString(html, "text/html")), shown = [...words(document)];
  return { lost: shown.filter((word) => !sent.has(word)), shown: shown.length, sent: sent.size };
}"""


@pytest.fixture(scope="module")
def told(
    starter: Recommender, tmp_path_factory: pytest.TempPathFactory, migrated_file: Path
) -> Iterator[tuple[Site, Sample]]:
    """A site with the sample; these tests only look at it."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(migrated_file, folder / "trellis.sqlite")
    with running_site(starter, folder, url=f"sqlite:///{folder / 'trellis.sqlite'}") as site:
        yield site, make_sample(site.service)


@pytest.fixture
def windows(chromium: Browser, told: tuple[Site, Sample]) -> Iterator[Windows]:
    windows = Windows(chromium, told[0])
    yield windows
    troubles = windows.close()
    assert not troubles, "\n".join(f"{one.what} [{one.page}]" for one in troubles)


def enter(windows: Windows, page: Page, visit: Visit, sample: Sample) -> str:
    """Let the window belong to whoever makes the visit, open the page, and give it as it was sent."""
    kind, _, key = visit.by.partition(":")
    if kind == "person":
        person = sample.people[key]
        address = windows.site.url(check_path(person.id))
        page.context.add_cookies([{"name": CHECK_COOKIE, "value": person.invitation, "url": address}])
    elif kind == "foreign":
        windows.sign_in(page, key, "Another organization")
    elif kind != "nobody":
        windows.sign_in(page, kind, sample.program if kind == "officer" else sample.portal)
    answer = page.goto(visit.at(sample))
    assert answer is not None
    assert answer.status == 200, (visit, answer.status, page.inner_text("main")[:300])
    return answer.text()


@pytest.mark.parametrize("visit", PHONE_VISITS)
def test_a_page_on_a_phone(visit: Visit, windows: Windows, told: tuple[Site, Sample]) -> None:
    page = windows.open(Device.PHONE)
    enter(windows, page, visit, told[1])
    axe(page)
    picture(page, visit.name)
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        wide = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
        assert wide[0] <= width, f"scrolls sideways at {width} px: {wide}"


@pytest.mark.full
@pytest.mark.parametrize("visit", visits(), ids=lambda visit: visit.name)
def test_a_page_on_a_desk(visit: Visit, windows: Windows, told: tuple[Site, Sample]) -> None:
    page = windows.open()
    sent = enter(windows, page, visit, told[1])
    assert page.locator("h1").count() == 1, "one heading of the first level"
    assert page.locator("html").get_attribute("lang") == "en"
    assert re.fullmatch(r"\S.* · Trellis", page.title()), page.title()
    axe(page)
    picture(page, visit.name)
    assert_says_the_same_without_scripts(page, sent)
    page.emulate_media(color_scheme="dark")
    axe(page, rules=["color-contrast"])  # all that the light can change
    picture(page, f"{visit.name}-dark")
    assert_shows_where_the_keyboard_is(page)


def assert_says_the_same_without_scripts(page: Page, sent: str) -> None:
    found = page.evaluate(LOST, sent)
    assert found["sent"], "an empty page"
    assert len(found["lost"]) <= 0.05 * found["shown"], f"words that only scripts bring: {found['lost'][:40]}"


def assert_shows_where_the_keyboard_is(page: Page) -> None:
    stops = []
    for _ in range(TAB_STOPS):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUS))
    found = [stop for stop in stops if stop]
    assert found, "nothing can be reached by keyboard"
    assert all(stop["marked"] for stop in found), [stop["what"] for stop in found if not stop["marked"]]
    assert all(stop["seen"] for stop in found), [stop["what"] for stop in found if not stop["seen"]]

"""Every page in a real browser: on a phone and on a desk, light and dark, by keyboard, and without scripts."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from api.web.visitors import CHECK_COOKIE, check_path
from recommender.pipeline import Recommender
from tests.fixtures.browser import Device, Windows, axe, picture
from tests.fixtures.sample import Sample, make_sample
from tests.fixtures.sites import Site, running_site
from tests.fixtures.visits import Visit, visits

TAB_STOPS = 15
FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const label = one.labels && one.labels.length ? getComputedStyle(one.labels[0]) : style;
  const marked = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== "none";
  return {
    what: one.outerHTML.slice(0, 160),
    marked: marked(style) || marked(label),
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""
WORDS = """() => {
  const main = document.querySelector("main").cloneNode(true);
  main.querySelectorAll("template, [hidden], [aria-live], [role=status]").forEach((one) => one.remove());
  return main.textContent;
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


def enter(windows: Windows, page: Page, visit: Visit, sample: Sample) -> None:
    """Let the window belong to whoever makes the visit, and open the page."""
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


def words(page: Page) -> list[str]:
    return re.findall(r"\w+", page.evaluate(WORDS))


@pytest.mark.parametrize("visit", visits(), ids=lambda visit: visit.name)
def test_a_page_is_accessible_and_fits(visit: Visit, windows: Windows, told: tuple[Site, Sample]) -> None:
    sample = told[1]
    for device in Device:
        page = windows.open(device)
        enter(windows, page, visit, sample)
        assert page.locator("h1").count() == 1, "one heading of the first level"
        assert page.locator("html").get_attribute("lang") == "en"
        assert re.fullmatch(r"\S.* · Trellis", page.title()), page.title()
        axe(page)
        picture(page, visit.name)
        page.emulate_media(color_scheme="dark")
        axe(page, rules=["color-contrast"])  # all that the light can change
        if device is Device.DESKTOP:
            picture(page, f"{visit.name}-dark")
        if device is Device.PHONE:
            for width in (390, 320):
                page.set_viewport_size({"width": width, "height": 844})
                wide = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
                assert wide[0] <= width, f"scrolls sideways at {width} px: {wide}"


@pytest.mark.parametrize("visit", visits(), ids=lambda visit: visit.name)
def test_a_page_shows_where_the_keyboard_is(visit: Visit, windows: Windows, told: tuple[Site, Sample]) -> None:
    page = windows.open()
    enter(windows, page, visit, told[1])
    stops = []
    for _ in range(TAB_STOPS):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUS))
    found = [stop for stop in stops if stop]
    assert found, "nothing can be reached by keyboard"
    assert all(stop["marked"] for stop in found), [stop["what"] for stop in found if not stop["marked"]]
    assert all(stop["seen"] for stop in found), [stop["what"] for stop in found if not stop["seen"]]


@pytest.mark.parametrize("visit", visits(), ids=lambda visit: visit.name)
def test_a_page_says_the_same_without_scripts(visit: Visit, windows: Windows, told: tuple[Site, Sample]) -> None:
    texts = []
    for scripts in (True, False):
        page = windows.open(scripts=scripts)
        enter(windows, page, visit, told[1])
        texts.append(words(page) if scripts else re.findall(r"\w+", page.locator("main").text_content() or ""))
    with_scripts, without = map(set, texts)
    assert without, "an empty page"
    lost = with_scripts - without
    assert len(lost) <= 0.05 * len(with_scripts), f"words only with scripts: {sorted(lost)[:40]}"

"""The coverage map of the catalog."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from api.catalog.supports import matching
from api.web.catalog.search import read_search
from models.support import Support
from models.vocab import Domain, Level
from recommender.catalog.load import starter_catalog
from recommender.catalog.stats import LEAST
from tests.fixtures.engines import make_recommender
from tests.fixtures.pages import no_words, weight
from tests.fixtures.service import Service, running_service
from tests.fixtures.supports import provider, resource
from tests.fixtures.visitors import visitor

TEAM, SUSTAIN = "team-and-time", "sustainability"
TINY: tuple[Support, ...] = (
    resource(id="res-a", domains=[TEAM], levels=[1, 2], focus_areas=["math"], grade_bands=["all"], cost="free"),
    resource(id="res-b", domains=[TEAM, SUSTAIN], levels=[1], focus_areas=["math", "general"], cost=None),
    resource(id="res-c", domains=[TEAM], levels=[1], focus_areas=["literacy"], language=["zh-Hans"]),
    resource(id="res-d", domains=[TEAM], levels=[], focus_areas=["math"]),
    provider(id="prov-a", domains=[TEAM], levels=[1, 4], focus_areas=["general"], cost="paid"),
)


@pytest.fixture
def tiny(tmp_path: Path, migrated_url: str) -> Iterator[Service]:
    with running_service(make_recommender(TINY), tmp_path, url=migrated_url) as service:
        yield service


def cells(page: str) -> dict[tuple[str, int], tuple[int, int, int, str, str]]:
    """By domain's name and level: supports, resources, providers, the word for thin, and where it leads."""
    found = {}
    for row in re.findall(r'<tr>\s*<th scope="row">.*?</tr>', page, re.DOTALL):
        title = re.search(r'scope="row">(.*?)<', row)
        assert title
        for level, cell in enumerate(re.findall(r"<td.*?</td>", row, re.DOTALL), start=1):
            n = re.search(r'class="n">(\d+)<', cell)
            word = re.search(r'class="word">(\w+)<', cell)
            address = re.search(r'href="([^"]+)"', cell)
            assert n
            assert address
            split: Any = [int(one) for one in re.findall(r"(\d+) (?:resource|provider)", cell)] or [0, 0]
            assert ('thin"' in cell) == bool(word), "the pattern and the word go together"
            found[title[1], level] = (int(n[1]), *split, word[1] if word else "", html.unescape(address[1]))
    return found


def numbers(page: str, title: str) -> list[tuple[int, int, int, str]]:
    return [cells(page)[title, level][:4] for level in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("scope", "status"), [("curator", 200), ("officer", 200), ("evaluator", 200), ("admin", 200), ("portal", 403)]
)
def test_who_may_look(service: Service, scope: str, status: int) -> None:
    assert visitor(service, scope).get("/catalog/coverage").status_code == status


def test_nobody_is_led_to_the_sign_in(service: Service) -> None:
    assert visitor(service).get("/catalog/coverage").status_code == 303


def test_numbers_are_those_of_a_count_by_hand(tiny: Service) -> None:
    page = visitor(tiny, "curator").get("/catalog/coverage").text
    # Level 1: res-a, res-b, res-c and prov-a. Level 2: res-a. Level 4: prov-a. res-d names no level.
    assert numbers(page, "Team and time") == [(4, 3, 1, ""), (1, 1, 0, "thin"), (0, 0, 0, "none"), (1, 0, 1, "thin")]
    assert numbers(page, "Sustainability") == [(1, 1, 0, "thin"), *[(0, 0, 0, "none")] * 3]
    assert "1 of them names no level and is not on the map" in page
    assert "On this map 3 of 44 places are thin and 40 have none." in page
    assert f"fewer than {LEAST} supports" in page


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"focus_area": "math"}, [(2, 2, 0, "thin"), (1, 1, 0, "thin"), (0, 0, 0, "none"), (0, 0, 0, "none")]),
        ({"cost": "free"}, [(2, 2, 0, "thin"), (1, 1, 0, "thin"), (0, 0, 0, "none"), (0, 0, 0, "none")]),
        ({"language": "zh"}, [(1, 1, 0, "thin"), (0, 0, 0, "none"), (0, 0, 0, "none"), (0, 0, 0, "none")]),
        ({"grade_band": "middle"}, [(1, 1, 0, "thin"), (1, 1, 0, "thin"), (0, 0, 0, "none"), (0, 0, 0, "none")]),
    ],
)
def test_filters_count_what_passes_them(
    tiny: Service, filters: dict[str, str], expected: list[tuple[int, int, int, str]]
) -> None:
    page = visitor(tiny, "curator").get("/catalog/coverage", params=filters).text
    assert numbers(page, "Team and time") == expected


def test_thin_places_are_told_in_words_emptiest_first(tiny: Service) -> None:
    person = visitor(tiny, "curator")
    page = person.get("/catalog/coverage", params={"focus_area": "math"}).text
    places = re.findall(r"<strong>([^<]+)</strong>, (\w+)</a>: (no support|\d+ supports?)", page)
    assert places[0] == ("Leadership and alignment", "Emerging", "no support")
    assert "Look here first when you add supports for Math." in page
    everything = person.get("/catalog/coverage").text
    assert "None for On track in grade 8" in everything


@pytest.mark.parametrize(
    "filters",
    [
        {},
        pytest.param(
            {"focus_area": "math", "grade_band": "high", "language": "en", "cost": "free"}, marks=pytest.mark.full
        ),
    ],
)
def test_every_number_leads_to_a_search_that_finds_as_many(service: Service, filters: dict[str, str]) -> None:
    page = visitor(service, "evaluator").get("/catalog/coverage", params=filters).text
    found = cells(page)
    assert len(found) == len(Domain) * len(Level)
    for n, _, _, _, address in found.values():
        search = read_search(parse_qsl(urlsplit(address).query))
        assert len(matching(starter_catalog(), search.query, rank=no_words)) == n, address


def test_a_full_catalog_has_no_thin_place(tmp_path: Path, migrated_url: str) -> None:
    focus = ["math", "literacy"]
    supports = [
        resource(id=f"res-{domain}-{number}", domains=[domain], levels=[1, 2, 3, 4], focus_areas=focus)
        for domain in Domain
        for number in range(LEAST)
    ]
    with running_service(make_recommender(supports), tmp_path, url=migrated_url) as service:
        page = visitor(service, "curator").get("/catalog/coverage", params={"focus_area": "math"}).text
    assert "No place is thin" in page
    assert "On this map no place is thin." in page


def test_a_filter_that_there_is_not_is_refused_in_words(service: Service) -> None:
    page = visitor(service, "curator").get("/catalog/coverage?focus_area=nonsense")
    assert page.status_code == 422
    assert "That address is not quite right" in page.text


def test_the_page_is_light(service: Service) -> None:
    assert weight(visitor(service, "curator"), "/catalog/coverage") < 150_000

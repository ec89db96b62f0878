"""The catalog's search and the page of one support."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from api.access.principals import Scope
from api.catalog.supports import SupportQuery, facet_counts, matching
from api.web.catalog.search import read_search
from api.web.kit.support_words import words_of
from models.support import Support
from models.vocab import Audience, Domain, FocusArea, Modality, ProviderKind, ResourceType, ServiceType, SupportKind
from recommender.catalog.load import Catalog, starter_catalog
from recommender.instruments import default_instrument
from tests.fixtures.engines import make_recommender
from tests.fixtures.pages import no_words, weight
from tests.fixtures.service import Service, running_service
from tests.fixtures.supports import provider, resource
from tests.fixtures.visitors import visitor

MARKUP = "<script>alert(1)</script>"
TINY: tuple[Support, ...] = (
    resource(id="res-a", title="Beta", domains=["team-and-time"], levels=[1, 2], cost=None, grade_bands=["all"]),
    resource(id="res-b", title="alpha", domains=["team-and-time", "sustainability"], levels=[2], language=["zh-Hans"]),
    resource(
        id="res-c", title=MARKUP, summary=f"A {MARKUP} word", needs_met=[MARKUP], publisher=MARKUP, license=MARKUP
    ),
    provider(id="prov-a", name="N" * 90, domains=["sustainability"], levels=[], serves=["TX"], modality=["hybrid"]),
    provider(id="prov-b", name="Gamma", domains=["team-and-time"], levels=[1], serves=["US"], equity_centered=True),
)


@pytest.fixture
def tiny(tmp_path: Path, migrated_url: str) -> Iterator[Service]:
    with running_service(make_recommender(TINY), tmp_path, url=migrated_url) as service:
        yield service


def titles(page: str) -> list[str]:
    return re.findall(r'<h3><a href="/catalog/[^"]+">(.*?)</a>', page)


def counts(page: str, name: str) -> dict[str, int]:
    found = re.findall(rf'name="{name}" value="([^"]+)".*?class="count">(\d+)<', page)
    return {value: int(count) for value, count in found}


# Counting, by hand


def test_a_word_counts_what_it_would_find_beside_the_other_filters() -> None:
    found = facet_counts(Catalog.of(TINY), SupportQuery(domain=["team-and-time"]), rank=no_words)
    # Other domains are counted as if none was chosen; all else only within team and time: res-a, res-b, prov-b.
    assert found["domain"] == {"team-and-time": 3, "sustainability": 2, "improvement-methods": 1}
    assert found["kind"] == {"resource": 2, "provider": 1}
    assert found["level"] == {1: 2, 2: 2}
    assert found["cost"] == {"free": 2}
    assert found["language"] == {"en": 2, "zh": 1}
    assert found["grade_band"] == {"high": 3, "all": 1, "elementary": 1, "middle": 1, "postsecondary": 1}
    assert (found["state"]["TX"], found["state"]["CA"]) == (3, 3)
    assert found["equity"] == {False: 2, True: 1}


def test_two_filters_leave_each_its_own_widening() -> None:
    query = SupportQuery(domain=["team-and-time"], level=[1])
    found = facet_counts(Catalog.of(TINY), query, rank=no_words)
    assert found["level"] == {1: 2, 2: 2}
    assert found["domain"] == {"team-and-time": 2}
    assert found["kind"] == {"resource": 1, "provider": 1}


def test_mixed_delivery_is_found_by_both_of_its_ways_and_a_state_by_whoever_serves_it() -> None:
    found = facet_counts(Catalog.of(TINY), SupportQuery(kind=["provider"]), rank=no_words)
    assert found["modality"] == {
        "hybrid": 1,
        "facilitated-virtual": 1,
        "facilitated-in-person": 1,
        "document": 1,
    }
    assert (found["state"]["TX"], found["state"]["CA"]) == (2, 1)
    assert found["type"] == {"nonprofit": 2}


@pytest.mark.parametrize(
    "query",
    [
        SupportQuery(),
        SupportQuery(domain=["data-and-measurement"], grade_band=["high"]),
        SupportQuery(state=["TX"], language=["es"], modality=["hybrid", "document"]),
        SupportQuery(type=["guide", "nonprofit"], equity=True, level=[3]),
    ],
)
def test_every_count_is_what_the_search_finds(query: SupportQuery) -> None:
    catalog = starter_catalog()
    for name, words in facet_counts(catalog, query, rank=no_words).items():
        for word, count in words.items():
            alone = query.model_copy(update={name: word if name == "equity" else [word]})
            assert len(matching(catalog, alone, rank=no_words)) == count, (name, word)


def test_every_word_of_the_catalog_has_a_name() -> None:
    words = words_of(default_instrument())
    assert set(words["domain"]) == set(Domain)
    assert set(words["type"]) == {*ResourceType, *ProviderKind}
    for name, vocabulary in [
        ("focus_area", FocusArea),
        ("audience", Audience),
        ("modality", Modality),
        ("service", ServiceType),
    ]:
        assert set(words[name]) == set(vocabulary)
        assert not [
            label for label in words[name].values() if "-" in label.replace("Self-paced", "") and label.islower()
        ]
    tags = {tag.lower() for support in starter_catalog().supports for tag in support.language}
    assert tags <= set(words["language"])
    assert (words["state"]["AL"], words["state"]["DC"], words["state"]["VI"]) == (
        "Alabama",
        "District of Columbia",
        "U.S. Virgin Islands",
    )


# The pages


@pytest.mark.parametrize("scope", list(Scope))
def test_everybody_who_is_signed_in_may_look(service: Service, scope: Scope) -> None:
    person = visitor(service, scope)
    page = person.get("/catalog")
    assert page.status_code == 200
    assert ("/catalog/import" in page.text) == (scope is Scope.OPERATOR)
    first = starter_catalog().by_kind[SupportKind.RESOURCE][0]
    assert person.get(f"/catalog/{first.id}").status_code == 200


def test_nobody_is_led_to_the_sign_in_and_back(service: Service) -> None:
    for path in ("/catalog?q=math", "/catalog/res-a"):
        answer = visitor(service).get(path)
        assert answer.status_code == 303
        assert parse_qs(urlsplit(answer.headers["Location"]).query)["next"] == [path]


def test_without_words_the_list_is_by_title_and_filters_narrow_it(tiny: Service) -> None:
    person = visitor(tiny, "portal")
    everything = person.get("/catalog")
    assert titles(everything.text) == ["&lt;script&gt;alert(1)&lt;/script&gt;", "alpha", "Beta", "Gamma", "N" * 90]
    assert "5 supports" in everything.text
    some = person.get("/catalog", params={"domain": "team-and-time", "level": "1", "q": "", "state": ""})
    assert titles(some.text) == ["Beta", "Gamma"]
    assert counts(some.text, "level") == {"1": 2, "2": 2}
    assert 'href="/catalog?level=1"' in some.text, "the domain can be taken away"
    assert 'href="/catalog?domain=team-and-time"' in some.text, "and the level"


def test_words_find_the_best_fit_first_or_by_title(service: Service) -> None:
    person = visitor(service, "portal")
    fit = titles(person.get("/catalog", params={"q": "run charts"}).text)
    title = titles(person.get("/catalog", params={"q": "run charts", "sort": "title"}).text)
    assert fit != title
    assert title == sorted(title, key=str.casefold)


def test_pages_go_on_where_the_last_one_ended(service: Service) -> None:
    person = visitor(service, "portal")
    address, seen = "/catalog?kind=provider", []
    while address:
        page = person.get(address).text
        seen += re.findall(r'<h3><a href="/catalog/([^"]+)"', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    providers: list[Any] = list(starter_catalog().by_kind[SupportKind.PROVIDER])
    assert seen == [one.id for one in sorted(providers, key=lambda one: (one.name.casefold(), one.id))]
    assert person.get("/catalog?page=999999").status_code == 200


def test_a_search_without_a_find_says_so_and_leads_on(service: Service) -> None:
    page = visitor(service, "portal").get("/catalog", params={"q": "zzzzqqq"}).text
    assert "Nothing fits all of this" in page
    assert 'href="/catalog"' in page


def test_ten_thousand_characters_are_searched_in_part_and_kept(service: Service) -> None:
    long = "improve " * 1250
    page = visitor(service, "portal").get("/catalog", params={"q": long})
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert long.strip() in page.text


@pytest.mark.parametrize(
    "address", ["/catalog?domain=nonsense", "/catalog?page=-1", "/catalog?page=٣", "/catalog?level=7"]
)
def test_an_address_with_a_fault_is_refused_in_words(service: Service, address: str) -> None:
    page = visitor(service, "portal").get(address)
    assert page.status_code == 422
    assert "That address is not quite right" in page.text


def test_a_foreign_parameter_does_not_disturb(service: Service) -> None:
    assert visitor(service, "portal").get("/catalog?utm_source=letter").status_code == 200
    assert read_search([("utm_source", "letter")]).chosen == ()


def test_one_support_shows_its_whole_record_and_what_is_not_said(tiny: Service) -> None:
    page = visitor(tiny, "officer").get("/catalog/prov-a").text
    assert "N" * 90 in page
    for words in ("Texas", "Coaching", "A mix of online and in person", "No page that we read says so", "Nov 21, 2026"):
        assert words in page
    assert "Not said" in visitor(tiny, "officer").get("/catalog/res-a").text


def test_a_support_that_is_not_there_is_told_in_words(service: Service) -> None:
    page = visitor(service, "officer").get("/catalog/res-nothing")
    assert page.status_code == 404
    assert "That support is not in the catalog" in page.text


def test_markup_in_records_stays_text(tiny: Service) -> None:
    person = visitor(tiny, "curator")
    for path in ("/catalog", "/catalog/res-c", f"/catalog?q={MARKUP}"):
        page = person.get(path).text
        assert MARKUP not in page
        assert "&lt;script&gt;" in page


def test_only_web_addresses_become_links(tmp_path: Path, migrated_url: str) -> None:
    # No import lets such an address in; the page would not make a link of it either.
    bad = "javascript:alert(1)"
    support = resource(id="res-x").model_copy(update={"url": bad, "source_urls": (bad,)})
    with running_service(make_recommender([support]), tmp_path, url=migrated_url) as service:
        page = visitor(service, "portal").get("/catalog/res-x").text
    assert bad in page
    assert f'href="{bad}' not in page


def test_pages_are_light(service: Service) -> None:
    person = visitor(service, "curator")
    longest = max(starter_catalog().supports, key=lambda one: len(one.model_dump_json()))
    for path in ("/catalog", f"/catalog/{longest.id}", "/catalog?q=team&domain=team-and-time"):
        assert weight(person, path) < 150_000

from models.rules import SupportField
from models.vocab import FocusArea
from recommender.catalog.duplicates import canonical_url, near_duplicates
from recommender.catalog.load import Catalog, starter_catalog
from recommender.catalog.stats import catalog_stats
from tests.fixtures.supports import provider, resource

LONG = "A short protocol that helps a ninth grade team read attendance data together every week and pick one next step."
OTHER = (
    "An online course on bargaining, budgets and staffing for the leaders of large urban districts over a full term."
)


def test_counts_are_by_word_and_kind_with_the_unknown_apart() -> None:
    catalog = Catalog.of(
        [
            resource(id="res-a", cost="free", focus_areas=["math", "literacy"]),
            resource(id="res-b", cost=None),
            provider(id="prov-a", cost="free"),
        ]
    )
    counts = {part.field: part for part in catalog_stats(catalog).counts}
    cost = {word.word: tuple(word.sizes.values()) for word in counts[SupportField.COST].words}
    assert cost == {"free": (1, 1), "paid": (0, 0), "mixed": (0, 0)}
    unknown = counts[SupportField.COST].unknown
    assert tuple(unknown.sizes.values()) == (1, 0)
    focus = {word.word: tuple(word.sizes.values()) for word in counts[SupportField.FOCUS_AREAS].words}
    assert (focus["math"], focus["literacy"], focus["science"]) == ((2, 1), (1, 0), (0, 0))


def test_thin_spots_are_every_domain_and_level_emptiest_first_with_the_focus_areas_they_lack() -> None:
    fields = {"domains": ["sustainability"], "levels": [3]}
    catalog = Catalog.of(
        [
            resource(id="res-a", focus_areas=["math"], **fields),
            resource(id="res-b", focus_areas=["math", "science"], **fields),
            provider(id="prov-a", focus_areas=["general"], **fields),
        ]
    )
    stats = catalog_stats(catalog, least=2)
    assert (stats.n_cells, stats.n_thin_cells, stats.n_empty_cells) == (880, 879, 878)
    assert len(stats.thin_spots) == 44
    fullest = stats.thin_spots[-1]
    assert (fullest.domain, fullest.level, *fullest.sizes.values()) == ("sustainability", 3, 2, 1)
    thin = {focus.focus_area: focus.n_supports for focus in fullest.thin_focus_areas}
    assert len(thin) == 19
    assert thin[FocusArea.SCIENCE] == 1
    assert fullest.thin_focus_areas[-1].focus_area == "science"
    assert "math" not in thin
    assert "general" not in thin


def test_a_copy_and_a_new_edition_are_found_and_other_supports_are_not() -> None:
    supports = [
        resource(id="res-a", title="Reading attendance data", summary=LONG, url="https://example.org/a"),
        resource(id="res-b", title="Something else", summary=LONG, url="https://example.org/b"),
        resource(id="res-c", title="Leading a district", summary=OTHER, url="https://example.org/c"),
        resource(
            id="res-d", title="Leading a district", summary=OTHER.replace("online", "evening"), url="https://x.org"
        ),
    ]
    pairs = near_duplicates(supports)
    assert [(pair.first, pair.second) for pair in pairs] == [("res-a", "res-b"), ("res-c", "res-d")]
    assert pairs[0].similarity == 1.0
    assert near_duplicates(supports[::-1]) == pairs


def test_kinds_are_not_compared_and_providers_at_two_addresses_only_when_they_are_copies() -> None:
    changed = LONG.replace("every week", "each month").replace("attendance data", "course grades")
    one = provider(id="prov-a", name="Region 1 Center", summary=LONG, url="https://one.org")
    two = provider(id="prov-b", name="Region 2 Center", summary=changed, url="https://two.org")
    assert near_duplicates([one, resource(title="Region 1 Center", summary=LONG, url="https://one.org")]) == ()
    assert near_duplicates([one, two]) == ()
    (same_page,) = near_duplicates([one, two.model_copy(update={"url": "http://www.one.org/"})])
    assert same_page.same_page
    (copy,) = near_duplicates([one, two.model_copy(update={"summary": LONG})])
    assert not copy.same_page


def test_records_without_words_are_no_duplicates() -> None:
    assert near_duplicates([]) == ()
    assert near_duplicates([resource(id="res-a", summary="?"), resource(id="res-b", summary="?")]) == ()


def test_addresses_are_compared_without_what_does_not_change_the_page() -> None:
    page = canonical_url("https://www.Example.org/a/?utm_source=x&id=2#part")
    assert page == canonical_url("http://example.org/a?id=2") == "example.org/a?id=2"
    assert canonical_url("https://example.org/A") != canonical_url("https://example.org/a")


def test_shared_pages_list_their_supports_largest_first() -> None:
    catalog = Catalog.of(
        [
            resource(id="res-a", url="https://example.org/x/"),
            resource(id="res-b", url="http://www.example.org/x"),
            resource(id="res-c", url="https://example.org/y"),
        ]
    )
    (page,) = catalog_stats(catalog).shared_pages
    assert (page.url, page.support_ids) == ("example.org/x", ("res-a", "res-b"))


def test_the_starter_catalog_repeats_two_resources_closely_enough_to_list_only_one() -> None:
    pairs = [(pair.first, pair.second) for pair in near_duplicates(starter_catalog().supports)]
    assert pairs == [
        ("res-ew-framework-grade-6-on-track", "res-ew-framework-grade-8-on-track"),
        ("res-ascd-trust-in-schools-article", "res-book-trust-in-schools"),
    ]


def test_stats_round_trip_through_json() -> None:
    stats = catalog_stats(starter_catalog())
    assert type(stats).model_validate_json(stats.model_dump_json()) == stats

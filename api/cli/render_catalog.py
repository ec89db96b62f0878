"""What a catalog holds, for a curator."""

from api.text.language import word
from api.text.page import TextPage
from api.text.screen import Screen
from api.text.words import counted_kinds
from models.kinds import KINDS
from models.vocab import Domain, Level
from recommender.catalog.stats import CatalogStats

__all__ = ["render_stats"]

_SHOWN_SPOTS = 12
_SHOWN_FOCUS_AREAS = 5
_SHOWN_PAIRS = 15
_SHOWN_PAGES = 10


def render_stats(stats: CatalogStats, screen: Screen) -> None:
    """Print counts, thin spots and likely duplicates; `--json` has all of them."""
    with screen.page():
        page = TextPage(screen)
        page.heading("Catalog")
        page.line(f"{counted_kinds(stats.sizes)}, version {stats.version[:12]}")
        _counts(stats, page)
        _coverage(stats, page)
        _thin_spots(stats, page)
        _duplicates(stats, page)


def _counts(stats: CatalogStats, page: TextPage) -> None:
    page.heading("Counts")
    page.line(
        f"{_all_kinds()} for each word, one number where only one kind has the field. A support with several "
        "words counts for each."
    )
    for field in stats.counts:
        having = [kind for kind in KINDS if any(count.sizes[kind] for count in field.words)]
        shown = []
        for count in (*field.words, field.unknown):
            numbers = [count.sizes[kind] for kind in having]
            if any(numbers):
                word = "not said" if count is field.unknown else count.word
                shown.append(f"{word} {'+'.join(map(str, numbers))}")
        page.line(f"{field.field.replace('_', ' ')}: {', '.join(shown)}", hang=2)


def _coverage(stats: CatalogStats, page: TextPage) -> None:
    page.heading("Coverage")
    spots = {(spot.domain, spot.level): spot for spot in stats.thin_spots}
    table = page.table()
    table.add_column(_all_kinds())
    for level in Level:
        table.add_column(level.name.lower(), justify="right")
    for domain in Domain:
        cells = [spots[domain, level] for level in Level]
        table.add_row(domain.value, *("+".join(map(str, cell.sizes.values())) for cell in cells))
    page.console.print(table)


def _thin_spots(stats: CatalogStats, page: TextPage) -> None:
    page.heading("Thin spots")
    page.line(
        f"{stats.n_thin_cells} of {stats.n_cells} cells of domain, level and focus area have fewer than {stats.least} "
        f"supports; {stats.n_empty_cells} have none. The emptiest domains and levels first:"
    )
    for spot in stats.thin_spots[:_SHOWN_SPOTS]:
        thin = spot.thin_focus_areas
        named = ", ".join(f"{focus.focus_area} {focus.n_supports}" for focus in thin[:_SHOWN_FOCUS_AREAS])
        more = f" and {len(thin) - _SHOWN_FOCUS_AREAS} more" if len(thin) > _SHOWN_FOCUS_AREAS else ""
        page.point(f"{spot.domain}, {spot.level.name.lower()}: {named}{more}")


def _duplicates(stats: CatalogStats, page: TextPage) -> None:
    page.heading("Likely duplicates")
    if not stats.likely_duplicates:
        page.line("None.")
    for pair in stats.likely_duplicates[:_SHOWN_PAIRS]:
        where = ", same page" if pair.same_page else ""
        page.point(f"{pair.first} and {pair.second} ({pair.similarity:.2f}{where})")
    _more(len(stats.likely_duplicates) - _SHOWN_PAIRS, page)
    page.heading("Shared pages")
    if not stats.shared_pages:
        page.line("None.")
    for shared in stats.shared_pages[:_SHOWN_PAGES]:
        page.point(f"{', '.join(shared.support_ids)}")
        page.url(shared.url, indent=2)
    _more(len(stats.shared_pages) - _SHOWN_PAGES, page)


def _more(n_more: int, page: TextPage) -> None:
    if n_more > 0:
        page.line(f"and {n_more} more; --json lists all.")


def _all_kinds() -> str:
    return " + ".join(word(kind, "many").lower() for kind in KINDS).capitalize()

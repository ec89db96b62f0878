"""No page says a word that another language could not say: it went through a catalog, or is somebody's data."""

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from api.text.language import speaking
from recommender.catalog.load import starter_catalog
from recommender.pipeline import Recommender
from recommender.words import catalog as catalogs
from recommender.words import load_catalog
from tests.fixtures.sample import LONG, Sample, make_sample
from tests.fixtures.service import Service, running_service
from tests.fixtures.translations import MARKED, extracted, marked_catalog
from tests.fixtures.visits import VISITS, Visit, browser_of, visits

WORDS = re.compile(r"[^\W\d_]{2,}")
DATES = re.compile(r"[^\W\d_]{3,4} \d{1,2}, \d{4}(, \d{1,2}:\d\d \w+ UTC)?")
"""Written by the library that knows how each language writes them."""
BETWEEN = re.compile(r"[·,;:|]|\(\d+\)|\. |–")
"""What stands between data in a list."""
pytestmark = pytest.mark.full
SHOWN_ATTRIBUTES = {"alt", "aria-label", "placeholder", "title", "content", "data-words"}


@pytest.fixture(scope="module")
def marked(
    starter: Recommender, tmp_path_factory: pytest.TempPathFactory, migrated_file: Path
) -> Iterator[tuple[Service, Sample]]:
    """A service that also speaks the marked language, with the sample in it."""
    folder = tmp_path_factory.mktemp("words")
    shutil.copy(str(catalogs._FOLDER / "en.po"), folder / "en.po")
    (folder / f"{MARKED}.po").write_text(marked_catalog(), "utf-8")
    shutil.copy(migrated_file, folder / "trellis.sqlite")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogs, "_FOLDER", folder)
        for cached in (catalogs.languages, catalogs.load_catalog):
            cached.cache_clear()
        with running_service(starter, folder, url=f"sqlite:///{folder / 'trellis.sqlite'}") as service:
            yield service, make_sample(service)
    for cached in (catalogs.languages, catalogs.load_catalog):
        cached.cache_clear()


class Texts(HTMLParser):
    """What a page shows: its text nodes and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._skip = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skip += tag in {"script", "style", "code", "svg"}
        self.texts += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value and tag != "meta"]

    def handle_endtag(self, tag: str) -> None:
        self._skip -= tag in {"script", "style", "code", "svg"}

    def handle_data(self, data: str) -> None:
        if not self._skip and data.strip():
            self.texts.append(data)


def unmarked(html: str) -> list[str]:
    """What stands outside all marks, one piece a place."""
    parser = Texts()
    parser.feed(html)
    depth, pieces = 0, []
    for text in parser.texts:
        kept = ""
        for sign in text:
            depth += (sign == "⟦") - (sign == "⟧")
            kept += sign if depth == 0 and sign != "⟧" else "\n"
        for line in DATES.sub("", kept).split("\n"):
            pieces += [
                one for part in BETWEEN.split(line) if WORDS.search(one := " ".join(part.split()).strip(".()“”…"))
            ]
    return pieces


def data_of(starter: Recommender) -> str:
    """Everything that somebody wrote: the questionnaire, the catalog and the sample."""
    supports = "\n".join(support.model_dump_json() for support in starter_catalog().supports)
    sample = (Path(__file__).parents[1] / "fixtures" / "sample.py").read_text("utf-8")
    handling = starter.instrument.handling, starter.instrument.page_groups
    names = "Dana Reyes Trellis resources.jsonl providers.jsonl " + LONG + " ".join(f"person-{n}" for n in range(60))
    parts = [starter.instrument.document, handling, supports, starter.ruleset.model_dump_json(), sample, names]
    return "\n".join(map(str, parts))


@pytest.mark.parametrize("visit", visits(), ids=lambda visit: visit.name)
def test_every_word_of_a_page_is_in_the_catalogs_or_is_data(
    visit: Visit, marked: tuple[Service, Sample], starter: Recommender
) -> None:
    service, sample = marked
    browser = browser_of(service, sample, visit.by)
    answer = browser.get(visit.at(sample), headers={"Accept-Language": MARKED})
    assert answer.status_code == 200
    data = data_of(starter).casefold()
    left = [piece for piece in unmarked(answer.text) if piece.casefold() not in data]
    assert not left, "\n".join(dict.fromkeys(left))


def test_the_pages_are_english_unless_the_browser_asks_for_another_language(
    marked: tuple[Service, Sample],
) -> None:
    service, sample = marked
    (visit,) = VISITS["/sign-in"]
    browser = browser_of(service, sample, visit.by)
    assert "⟦" not in browser.get("/sign-in", headers={"Accept-Language": "de, en;q=0.5"}).text
    assert f'<html lang="{MARKED}">' in browser.get("/sign-in", headers={"Accept-Language": MARKED}).text
    with speaking(MARKED):
        assert load_catalog(MARKED).language == MARKED


def test_sentences_are_collected_for_translators_with_their_places() -> None:
    found = list(extracted())
    assert any(name.endswith(".html") for name, _, _ in found)
    assert any(name.endswith(".py") for name, _, _ in found)

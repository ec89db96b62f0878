"""No page says a word that another language could not say: it went through a catalog, or is somebody's data."""

import re
import shutil
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import select

from api.engine.samples import sample_documents
from api.storage.tables import Team
from api.text.language import speaking
from recommender.catalog.load import starter_catalog
from recommender.pipeline import Recommender
from recommender.words import catalog as catalogs
from recommender.words import load_catalog
from tests.fixtures.sample import Sample, make_sample
from tests.fixtures.service import Service, running_service
from tests.fixtures.translations import MARKED, extracted, marked_catalog
from tests.fixtures.visits import VISITS, Visit, browser_of, visits

WORDS = re.compile(r"[^\W\d_]{2,}")
MARKS = " .,:;·–()“”…"
DAY = re.compile(r"\b\w{3,4} \d{1,2}, \d{4}(, \d{1,2}:\d\d \w+ UTC)?")
"""Days and times are written as Babel does in each language, without the catalogs."""
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
        parts = re.split(r"\n|·", DAY.sub("", kept))
        pieces += [piece for part in parts if (piece := " ".join(part.split())) and WORDS.search(piece)]
    return pieces


class Written(NamedTuple):
    """Everything that somebody wrote, and our own name: pages show it as it is."""

    text: str
    """All of it, in small letters."""
    names: frozenset[str]
    """Each name, label and key alone; pages list and join them."""
    rules: tuple[re.Pattern[str], ...]
    """What rules say, with anything where they fill in values."""

    def has(self, piece: str) -> bool:
        """Whether a piece of a page is somebody's: as a whole, as a list of names, or as what rules say."""
        piece = piece.casefold().removesuffix(" <b>yes!</b>").strip(MARKS)
        return piece in self.text or self._lists(piece) or all(map(self._rules_say, piece.split(". ")))

    def _lists(self, piece: str) -> bool:
        parts = next((piece.split(sign) for sign in (": ", "; ", ", ") if sign in piece), [])
        return piece in self.names or (bool(parts) and all(map(self._lists, parts)))

    def _rules_say(self, piece: str) -> bool:
        return any(rule.fullmatch(piece.strip(MARKS)) for rule in self.rules)


def written(starter: Recommender, service: Service) -> Written:
    """The questionnaire, the rules, the catalog, the sample, its teams and who visits."""
    fixtures = Path(__file__).parents[1] / "fixtures"
    handling = [one.short or "" for one in starter.instrument.handling.values()]
    supports = [support.model_dump(mode="json") for support in starter_catalog().supports]
    documents = [starter.instrument.document, supports, sample_documents()]
    with service.database.reading() as session:
        teams = list(session.scalars(select(Team.name)))
    names = [*leaves(documents), *handling, *teams, "Trellis"]
    texts = [*names, *((fixtures / name).read_text("utf-8") for name in ("sample.py", "visits.py"))]
    rules = [text for rule in starter.ruleset.rules for _, said in rule.because for text in (said or "").split(". ")]
    return Written(
        "\n".join(texts).casefold(),
        frozenset(name for text in names for name in (text.casefold(), text.casefold().replace("-", " "))),
        tuple(re.compile(re.sub(r"\\{\w+\\}", ".*", re.escape(text.casefold().strip(MARKS)))) for text in rules),
    )


def leaves(value: object) -> Iterator[str]:
    """Every text within a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from leaves(list(value.values()))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from leaves(one)


@pytest.mark.parametrize("visit", visits(), ids=lambda visit: visit.name)
def test_every_word_of_a_page_is_in_the_catalogs_or_is_data(
    visit: Visit, marked: tuple[Service, Sample], starter: Recommender
) -> None:
    service, sample = marked
    browser = browser_of(service, sample, visit.by)
    answer = browser.get(visit.at(sample), headers={"Accept-Language": MARKED})
    if answer.is_redirect:
        return  # it shows nothing
    assert answer.status_code == 200
    data = written(starter, service)
    left = [piece for piece in unmarked(answer.text) if not data.has(piece)]
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

"""The quality page: the published evaluation in words."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.errors import InvalidSetting
from api.evaluation.published import load_evaluation
from api.settings import Settings
from models.evaluation import PublishedEvaluation
from recommender.pipeline import Recommender
from tests.fixtures.catalogs import import_and_serve
from tests.fixtures.pages import weight
from tests.fixtures.service import Service, running_service
from tests.fixtures.visitors import visitor

MARKUP = "<b onmouseover=alert(1)>"
BAND = {"low": 0.5, "high": 0.75, "confidence": 0.95}


def system(name: str, value: float, **more: Any) -> dict[str, Any]:
    fields = {"name": name, "description": "d", "value": value, "band": BAND, "judged": 1.0}
    return {**fields, "need_coverage": 0.8, "forbidden": 0, "ours_against": None, **more}


def team_slice(group: str, **more: Any) -> dict[str, Any]:
    band = {"low": more.get("difference", 0) - 0.1, "high": more.get("difference", 0) + 0.1, "confidence": 0.95}
    known = {"value": 0.6, "band": BAND, "difference_band": band, "too_small": False} if more else {"too_small": True}
    return {"slice": "locale", "group": group, "n_teams": 7 if more else 2, **known, **more}


HEAD_TO_HEAD = {"difference": 0.2, "band": BAND, "wins": 8, "ties": 1, "losses": 3}
DOCUMENT: dict[str, Any] = {
    "made_on": "2026-11-02",
    "judged_by": f"people {MARKUP}",
    "flattered": True,
    "measure": "ndcg",
    "k": 10,
    "versions": {"catalog": "other"},
    "lists": [
        {
            "kind": "resource",
            "n_supports": 40,
            "n_teams": 12,
            "ours": "trellis",
            "baseline": "bm25",
            "on_unseen_teams": 0.61,
            "systems": [
                system("trellis", 0.625),
                system("bm25", 0.4, ours_against=HEAD_TO_HEAD, forbidden=5),
                system(MARKUP, 0.1, ours_against={**HEAD_TO_HEAD, "wins": 12, "ties": 0, "losses": 0}),
            ],
            "slices": [
                team_slice("rural", difference=0.3),
                team_slice("city", difference=0.05),
                team_slice("town"),
            ],
            "attention": [
                {"grouping": "type", "group": "guide", "n_supports": 30, "exposure": 0.5, "merit": 0.5, "ratio": 1.0},
                {"grouping": "type", "group": "book", "n_supports": 4, "exposure": 0.3, "merit": 0.1, "ratio": 3.0},
                {"grouping": "type", "group": "video", "n_supports": 12, "exposure": 0.1, "merit": 0.4, "ratio": 0.25},
                {"grouping": "type", "group": "tool", "n_supports": 2, "exposure": 0.1, "merit": 0, "ratio": None},
            ],
            "stability": [{"perturbation": "one answer moved", "n_teams": 9, "overlap": 0.9, "top_kept": 0.8}],
        }
    ],
    "behavior": [{"says": "It holds.", "kind": "resource", "n_cases": 10, "n_broken": 1, "holds": False}],
    "gate": {
        "recorded_on": "2026-10-01",
        "versions": {},
        "checks": [
            {"passed": True, "text": "t", "kind": "resource", "n_teams": 12, "change": 0.01, "margin": 0.02},
            {
                "passed": False,
                "text": "t",
                "kind": "resource",
                "slice": "locale",
                "group": "rural",
                "n_teams": 7,
                "change": -0.06,
                "margin": 0.05,
            },
            {"passed": False, "text": "2 runs differ when repeated"},
        ],
    },
}


@pytest.fixture
def published(tmp_path: Path) -> Path:
    path = tmp_path / "published.json"
    path.write_text(PublishedEvaluation.model_validate(DOCUMENT).to_json(), "utf-8")
    return path


@pytest.fixture
def other(starter: Recommender, tmp_path: Path, migrated_url: str, published: Path) -> Iterator[Service]:
    """A service that shows the evaluation above."""
    with running_service(starter, tmp_path, url=migrated_url, evaluation=published) as service:
        yield service


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


@pytest.mark.parametrize(
    ("scope", "status"), [("curator", 200), ("officer", 200), ("evaluator", 200), ("admin", 200), ("portal", 403)]
)
def test_who_may_look(service: Service, scope: str, status: int) -> None:
    assert visitor(service, scope).get("/quality").status_code == status


def test_nobody_is_led_to_the_sign_in(service: Service) -> None:
    assert visitor(service).get("/quality").headers["Location"] == "/sign-in?next=%2Fquality"


def test_ours_stands_beside_the_best_other_with_ranges_and_teams_won(other: Service) -> None:
    page = text_of(visitor(other, "officer").get("/quality").text)
    assert "Trellis reaches 0.62; with other teams like these we expect 0.50 to 0.75" in page
    assert "“Search by words,” reaches 0.40" in page
    assert "the better list for 8 of 12 teams, an equal one for 1 and a worse one for 3" in page
    assert "it reached 0.61 for resources" in page
    assert "Made on Nov 2, 2026" in page


def test_groups_say_where_we_cannot_tell_and_where_there_are_too_few_teams(other: Service) -> None:
    page = visitor(other, "officer").get("/quality").text
    words = text_of(page)
    assert "In 1 of 2 groups Trellis is clearly better" in words
    assert "Too few teams to say: Town (2)" in words
    city = next(row for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if ">City<" in row)
    assert "+0.05" in city
    assert "−0.05 to +0.15" in city
    assert "not sure" in city
    # The axis reaches from -0.5 to +0.5: 0.05 stands at 55% of it.
    assert 'cx="55.0%"' in city


def test_attention_is_told_in_words(other: Service) -> None:
    page = visitor(other, "officer").get("/quality").text
    rows = {m[1].strip(): text_of(m[0]) for m in re.finditer(r'<th scope="row">(\w+) <span.*?</tr>', page, re.DOTALL)}
    assert rows["Guide"].endswith("about what it earns ")
    assert "more than it earns (few, so rough)" in rows["Book"]
    assert rows["Video"].endswith("less than it earns ")
    assert "nobody judged it useful" in rows["Tool"]


def test_a_failed_gate_says_which_checks_failed(other: Service) -> None:
    page = text_of(visitor(other, "officer").get("/quality").text)
    assert "The gate is not passed: 2 of 3 checks failed." in page
    assert "Resources, place: Rural area: changed by −0.06, may lose 0.05" in page
    assert "2 runs differ when repeated" in page
    assert "Broken in 1 of 10 tries." in page


def test_markup_in_a_published_file_stays_text(other: Service) -> None:
    page = visitor(other, "officer").get("/quality").text
    assert MARKUP not in page
    assert "&lt;b onmouseover" in page


def test_the_shipped_evaluation_passed_its_gate_and_is_about_the_shipped_parts(service: Service) -> None:
    client = visitor(service, "evaluator")
    for kind in ("resource", "provider"):
        page = text_of(client.get("/quality", params={"kind": kind}).text)
        assert "The gate is passed" in page
        # The tests stand in for the model; everything else is what was measured.
        assert "These results are about another version of: Language model." in page


def test_another_catalog_in_use_is_noticed(service: Service) -> None:
    import_and_serve(service, changed={"res-acf-establishing-cop-lesson": {"title": "Another title"}})
    page = text_of(visitor(service, "curator").get("/quality").text)
    assert "These results are about another version of: Catalog, Language model." in page


def test_a_kind_that_there_is_not_is_refused_in_words(service: Service) -> None:
    assert visitor(service, "curator").get("/quality?kind=nonsense").status_code == 422


@pytest.mark.parametrize(
    ("content", "detail"),
    [("{}", "made_on"), ("not json", "Not JSON"), (None, "cannot be read"), ('{"schema_version": 2}', "1")],
)
def test_a_file_that_is_no_evaluation_is_refused_at_the_start(tmp_path: Path, content: str | None, detail: str) -> None:
    path = tmp_path / "evaluation.json"
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(InvalidSetting, match="TRELLIS_EVALUATION") as caught:
        load_evaluation(Settings(evaluation=path))
    assert detail in str(caught.value)


def test_every_chart_has_its_numbers_in_the_same_row(service: Service) -> None:
    page = visitor(service, "curator").get("/quality").text
    rows = [
        row for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if "<svg class=" in row and 'class="plot"' in row
    ]
    assert len(rows) > 20
    for row in rows:
        assert 'aria-hidden="true"' in row
        assert re.search(r'class="number">[+−\d]', row)


def test_the_page_is_light_and_has_no_inline_style_or_script(service: Service) -> None:
    client = visitor(service, "curator")
    for path in ("/quality", "/quality?kind=provider"):
        assert weight(client, path) < 150_000
        page = client.get(path).text
        assert " style=" not in page
        assert not re.search(r"<script(?![^>]* src=)", page)

"""The report: one page that needs nothing else, the same in Markdown, and what changed between two results."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eval.cli import app
from eval.reporting.charts import ChartMark, Curve, bar_chart, curve_chart, mark_chart
from eval.reporting.comparison import compare_results, comparison_markdown
from eval.reporting.document import make_document
from eval.reporting.files import write_files, write_report
from eval.reporting.page import page
from eval.reporting.text import text
from eval.results.findings import BehaviorRecord, GroupRecord, HardRules, IntervalRecord, SliceRecord, StabilityRecord
from eval.results.records import (
    LEARNED_HERE,
    ComparisonRecord,
    Environment,
    ListResult,
    MetricRecord,
    ResultRecord,
    SystemRecord,
)
from eval.results.sections import CalibrationBin, ExposureRecord, ListedSupport, RegressionRecord
from recommender.errors import InputError

METRIC = "ndcg@10(gain=linear)"
NONE = IntervalRecord(low=None, high=None, confidence=0.95, not_estimable="only 2 values")
SOME = IntervalRecord(low=0.1, high=0.3, confidence=0.95)


def system(name: str, *values: Any, **fields: Any) -> Any:
    known = [value for value in values if value is not None]
    metric = MetricRecord(
        value=sum(known) / len(known) if known else None,
        aggregate="mean",
        interval=NONE,
        n=len(known),
        per_query=values,
    )
    given = {
        "name": name,
        "description": f"what {name} is",
        "n_missing": 0,
        "n_ties": 0,
        "n_unknown": 0,
        "catalog_coverage": 0.5,
        "exposure_gini": 0.7,
        "metrics": {METRIC: metric},
        "against_baseline": (),
    }
    return SystemRecord(**(given | fields))


def comparison(difference: float = -0.1) -> Any:
    return ComparisonRecord(
        metric=METRIC,
        n=3,
        difference=difference,
        interval=SOME,
        p=0.25,
        p_holm=0.5,
        permutations=8,
        exact=True,
        effect=0.4,
        detectable=0.3,
        wins=0,
        ties=1,
        losses=2,
    )


def ranked(**fields: Any) -> Any:
    given = {
        "name": "resource",
        "baseline": "bm25",
        "n_documents": 9,
        "query_ids": ("a", "b", "c"),
        "systems": (
            system("ours", 0.9, 0.5, 0.2),
            system("ours-without-words", 0.95, 0.9, 0.9),
            system("bm25", 0.4, 0.5, 0.3),
            system("random", 0.1, 0.0, 0.1),
        ),
        "ours": "ours",
        "query_labels": {"a": "North <Hill> & Co"},
    }
    return ListResult(**(given | fields))


def result(*lists: Any, **fields: Any) -> ResultRecord:
    given = {
        "made_on": "2026-11-21",
        "judged_by": "the author of this test",
        "seed": 1,
        "versions": {"catalog": "aaa"},
        "environment": Environment(commit="c0ffee", dirty=True, python="3.11", platform="p", packages={"numpy": "2"}),
        "lists": lists or (ranked(),),
    }
    return ResultRecord(**(given | fields))


FULL = result(
    ranked(
        ablations={"ours-without-words": comparison()},
        slices=(
            SliceRecord(
                slice="locale",
                group="rural",
                system="ours",
                metric=METRIC,
                n=6,
                too_small=False,
                value=0.5,
                interval=SOME,
                difference=0.2,
                difference_interval=SOME,
            ),
            SliceRecord(slice="locale", group="town", system="ours", metric=METRIC, n=2, too_small=True),
        ),
        stability=(
            StabilityRecord(
                kind="resource",
                perturbation="raters resampled",
                n_teams=1,
                n_left_out=2,
                n_draws=5,
                rbo=0.8,
                top_retention=0.9,
                worst_team="a",
                rbo_by_team={"a": 0.8},
                top_retention_by_team={"a": 0.9},
            ),
        ),
        groups=(
            GroupRecord(
                grouping="cost",
                group="free",
                system="ours",
                n_documents=4,
                exposure=0.6,
                merit=0.4,
                ratio=1.5,
            ),
        ),
        exposure=(ExposureRecord(system="ours", k=10, lorenz=tuple(tenth / 10 for tenth in range(11))),),
        calibration=(
            CalibrationBin(system="ours", low=0.1, high=0.2, mean_score=0.15, mean_grade=0.5, relevant=0.1, n=7),
        ),
        regressions=(
            RegressionRecord(
                query_id="c",
                metric=METRIC,
                ours=0.2,
                theirs=0.3,
                theirs_name="bm25",
                ours_list=(ListedSupport(rank=1, support_id="x", title="X | Y", grade=None, why=("It fits.",)),),
                theirs_list=(
                    ListedSupport(rank=1, support_id="y", title="Y", grade=3),
                    ListedSupport(rank=2, support_id="x", title="X | Y", grade=None),
                ),
                why=("Y stands nowhere in ours.",),
            ),
        ),
    ),
    behavior=(
        BehaviorRecord(
            id="order",
            says="Order never matters",
            kind="resource",
            n_cases=3,
            n_broken=1,
            at_most=0.0,
            holds=False,
            examples=("a: differs",),
        ),
    ),
    hard_rules=HardRules(n_lists=3, gate_violations=0, explanation_sum_error=0.0, rising_scores=0, replay_mismatches=0),
)


class Outline(HTMLParser):
    """What a reader without eyes or network would find."""

    VOID = {"meta", "link", "br", "img", "input", "hr"}

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[Any] = []
        self.tags: list[Any] = []
        self.ids: list[Any] = []
        self.links: list[Any] = []
        self.headings: list[Any] = []
        self.outside: list[Any] = []
        self.figures_with_table = 0
        self.tables: list[Any] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        attributes = dict(attrs)
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        self.outside += [
            value for name, value in attrs if name in {"src", "href", "srcset"} and not value.startswith("#")
        ]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "table":
            self.tables.append({"caption": 0, "header": 0, "in_figure": "figure" in self.open})
        if tag == "caption":
            self.tables[-1]["caption"] += 1
        if tag == "th" and attributes.get("scope") == "col":
            self.tables[-1]["header"] += 1

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def html() -> str:
    return page(make_document(FULL, title="Our <test>"))


@pytest.fixture(scope="module")
def outline(html: str) -> Any:
    return Outline(html)


def test_the_page_is_whole_and_asks_nothing_of_the_network(html: str, outline: Any) -> None:
    assert outline.open == []
    assert outline.outside == []
    assert not {"script", "img", "link", "iframe"} & set(outline.tags)
    assert "http" not in html.replace("http-equiv", "")
    assert "@import" not in html
    assert "url(" not in html


def test_links_lead_to_sections_and_headings_skip_no_level(outline: Any) -> None:
    assert len(outline.ids) == len(set(outline.ids))
    assert {link.removeprefix("#") for link in outline.links} <= set(outline.ids)
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert all(below <= above + 1 for above, below in zip(outline.headings, outline.headings[1:], strict=False))


def test_every_table_has_a_caption_and_headers_and_every_chart_a_table(outline: Any) -> None:
    assert all(table["caption"] == 1 and table["header"] >= 2 for table in outline.tables)
    n_charts = outline.tags.count("svg") / 2  # each is drawn for wide and for narrow screens
    assert n_charts == outline.tags.count("figure") == sum(table["in_figure"] for table in outline.tables) == 8


def test_texts_are_escaped(html: str) -> None:
    assert "North &lt;Hill&gt; &amp; Co" in html
    assert "Our &lt;test&gt;" in html
    assert "<Hill>" not in html


def contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio of two #rrggbb colors."""

    def luminance(color: str) -> float:
        channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_texts_and_marks_are_told_from_their_ground_in_light_and_dark(html: str) -> None:
    palettes = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root {([^}]*)}", html)]
    assert len(palettes) == 3, "light, dark, print"
    for palette in palettes:
        for ground in ("paper", "band"):
            for ink in ("ink", "soft", "link", "ours", "other", "down"):
                assert contrast(palette[ink], palette[ground]) >= 4.5, (ink, ground, palette)


def test_page_and_markdown_say_the_same() -> None:
    document = make_document(FULL)
    written, shown = text(document), page(document)
    for sentence in (
        "ours reaches 0.533 nDCG@10; bm25, the best of the others, reaches 0.400",
        "Ours is better for 1 teams, level for 1, worse for 1.",
        "Too few teams to say anything, with their number: locale: town (2).",
        "Y stands nowhere in ours.",
        "0 of 1 checks hold.",
        "c0ffee, with changes that are not committed",
        "It fits.",
    ):
        assert sentence in written
        assert sentence in shown
    assert "X \\| Y" in written, "a bar would end the cell"


def test_the_opening_says_that_our_weights_were_learned_on_these_teams_only_where_they_were() -> None:
    def opening(description: Any) -> Any:
        systems = (system("ours", 0.9, 0.5, 0.2, description=description), system("bm25", 0.4, 0.5, 0.3))
        return " ".join(make_document(result(ranked(systems=systems))).lead)

    here = opening(LEARNED_HERE)
    assert "Our weights were learned on these same teams" in here
    assert "`trellis eval tune` prints the held-out values" in here
    elsewhere = opening("the shipped ranking")
    assert "learned" not in elsewhere
    assert "held-out" not in elsewhere


def test_files_that_cannot_all_be_written_leave_the_earlier_ones(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.txt": "before", "runs": "a file where a folder would be"})
    with pytest.raises(NotADirectoryError):
        write_files(tmp_path, {"a.txt": "after", "runs/resource/ours.trec": "x"})
    assert (tmp_path / "a.txt").read_text("utf-8") == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "runs"]


def test_an_ablation_is_never_the_best_of_the_others_nor_among_the_systems_of_the_chart() -> None:
    document = make_document(FULL)
    figure: Any = document.sections[0].parts[0].blocks[0]
    assert [row[0] for row in figure.twin.rows] == ["ours", "bm25", "random"]
    (part,) = (part for part in document.sections[0].parts if part.id == "resource-ablations")
    shown: Any = part.blocks[0]
    assert shown.twin.rows[0][:3] == ["Words", "0.917", "-0.100"]


def test_what_was_not_computed_says_so() -> None:
    bare = text(make_document(result()))
    for sentence in (
        "Not shown: this run was not cut into slices.",
        "Not shown: no part of ours was switched off in this run.",
        "Not shown: no answers were disturbed in this run.",
        "Not shown: exposure was not measured in this run.",
        "Not shown: scores were not set against grades in this run.",
        "Not shown: no behavioral check was run.",
        "Not shown: the hard rules were not checked.",
    ):
        assert sentence in bare


def test_a_result_without_ours_or_without_systems_still_has_a_report() -> None:
    others = text(make_document(result(ranked(ours=None))))
    assert "none of the systems is ours" in others
    assert "Not shown: there is no system of ours to set against another." in others
    assert "No system was evaluated" in text(make_document(result(ranked(systems=(), ours=None, query_ids=()))))


def test_a_value_that_none_has_leaves_a_row_without_a_mark() -> None:
    shown = text(
        make_document(result(ranked(systems=(system("ours", None, None, None), system("bm25", 0.1, 0.2, 0.3)))))
    )
    assert "| ours | - | not estimable: only 2 values |" in shown
    assert "Not shown: no team could be scored on both." in shown


def test_marks_stand_where_their_values_are() -> None:
    marks = [ChartMark("half", 0.5, 0.0, 1.0), ChartMark("hollow", None, other=1.0), ChartMark("none", None)]
    chart, narrow = mark_chart(marks, axis="share").split("</svg>")[:2]
    assert narrow.count("<circle") == 2
    (whisker,) = re.findall(r'class="whisker" x1="([\d.]+)" y1="[\d.]+" x2="([\d.]+)"', chart)
    low, high = map(float, whisker)
    assert float(re.search(r'class="mark" cx="([\d.]+)"', chart)[1]) == pytest.approx((low + high) / 2)
    assert float(re.search(r'class="hollow" cx="([\d.]+)"', chart)[1]) == pytest.approx(high)
    assert chart.count("<circle") == 2
    assert ">none</text>" in chart


def test_bars_rise_and_fall_from_zero() -> None:
    chart, _, _ = bar_chart([0.5, -0.25], axis="gain", across="teams").partition("</svg>")
    bars = re.findall(r'class="bar (up|down)" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', chart)
    (up, up_top, up_height), (down, down_top, down_height) = bars
    assert (up, down) == ("up", "down")
    assert float(up_top) + float(up_height) == pytest.approx(float(down_top), abs=0.2)
    assert float(up_height) == pytest.approx(2 * float(down_height), abs=0.2)


def test_charts_survive_single_and_equal_values() -> None:
    for chart in (
        mark_chart([ChartMark("one", 0.3)], axis="x", zero=True),
        mark_chart([ChartMark("none", None)], axis="x"),
        bar_chart([0.0], axis="x", across="y"),
        curve_chart([Curve("c", [(0.0, 0.0)])], x_axis="x", y_axis="y"),
    ):
        assert "nan" not in chart
        assert "inf" not in chart


def test_a_report_is_two_files_in_a_new_folder(tmp_path: Path) -> None:
    files = write_report(FULL, tmp_path / "new" / "folder")
    assert files.html.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert files.markdown.read_text("utf-8").startswith("# How good the rankings are\n")


def test_two_results_are_compared_over_shared_queries_and_shared_systems() -> None:
    later = result(
        ranked(
            query_ids=("c", "b", "new"),
            systems=(system("ours", 0.6, 0.5, 0.0), system("tfidf", 0.1, 0.1, 0.1)),
        ),
        versions={"catalog": "bbb", "model": "m"},
        seed=1,
    )
    found = compare_results(result(), later)
    (one,) = found.lists
    (ours,) = one.systems
    assert one.n_shared == 2
    assert (ours.before, ours.after, ours.comparison.wins, ours.comparison.ties) == (0.35, 0.55, 1, 1)
    assert ours.comparison.difference == pytest.approx(0.2)
    assert (one.only_before, one.only_after) == (("ours-without-words", "bm25", "random"), ("tfidf",))
    assert [(item.what, item.before, item.after) for item in found.changed] == [
        ("catalog", "aaa", "bbb"),
        ("model", None, "m"),
    ]
    written = comparison_markdown(found)
    assert "## resource: 2 shared teams" in written
    assert "| catalog | aaa | bbb |" in written
    assert "Only after: tfidf." in written


def test_a_result_compared_with_itself_differs_in_nothing() -> None:
    found = compare_results(FULL, FULL)
    assert found.changed == ()
    assert {one.comparison.difference for one in found.lists[0].systems} == {0.0}
    assert "Nothing that is recorded" in comparison_markdown(found)


def test_lists_that_only_one_result_has_are_named() -> None:
    found = compare_results(result(ranked(), ranked(name="provider")), result(ranked(name="hub")))
    assert (found.only_before, found.only_after, found.lists) == (("resource", "provider"), ("hub",), ())
    assert "Lists only before: resource, provider." in comparison_markdown(found)


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: Any) -> Result:
        done = CliRunner().invoke(app, list(map(str, arguments)))
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return run


def test_report_and_compare_read_result_files(invoke: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(FULL.to_json(), "utf-8")
    assert "report.html" in invoke("report", "a.json", "--out", "page", "--title", "A title").stdout
    assert "<h1>A title</h1>" in (tmp_path / "page" / "report.html").read_text("utf-8")
    assert "## resource: 3 shared teams" in invoke("compare", "a.json", "a.json").stdout
    assert json.loads(invoke("compare", "a.json", "a.json", "--json").stdout)["changed"] == []


@pytest.mark.parametrize("content", ["{", "[]", '{"schema_version": 2}', "\udcff"])
def test_what_is_no_result_is_refused_and_nothing_is_written(
    invoke: Callable[..., Result], tmp_path: Path, content: str
) -> None:
    (tmp_path / "bad.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"bad\.json"):
        invoke("report", "bad.json", "--out", "page")
    assert not (tmp_path / "page").exists()

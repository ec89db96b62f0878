"""One small evaluation from end to end: teams, catalog, a ranker of ours, the shelf, the record and its faces."""

import io
import json
from datetime import date
from typing import Any

import pytest
from rich.console import Console

from eval.experiments.experiment import DENSE_SHELF, LEXICAL_SHELF, evaluate_teams
from eval.inputs.judged import JudgedTeams
from eval.results.records import ResultRecord
from eval.results.report import markdown, print_result
from models.assessment import Assessment
from models.needs import Need
from models.vocab import SupportKind
from recommender.catalog.load import Catalog
from recommender.embedding import CachedEmbedder
from recommender.errors import InvalidConfig
from recommender.instruments import default_instrument
from recommender.reading.trec import rank_scores
from recommender.testing import HashingEmbedder, make_provider, make_resource

CATALOG = Catalog.of(
    [
        make_resource("res-attendance", summary="Watch attendance data every week.", domains=["data-and-measurement"]),
        make_resource("res-cycles", summary="Plan small tests of change.", domains=["improvement-methods"]),
        make_resource("res-paid", summary="A paid course on attendance.", cost="paid", domains=["team-and-time"]),
        make_provider("prov-coach", summary="Coaches teams on attendance."),
    ]
)
WORDS = {"a": "Nobody looks at attendance.", "b": "How do we plan tests of change?", "c": "Attendance data is late."}
TEAMS = JudgedTeams(
    assessments=tuple(
        Assessment.model_validate(
            {
                "assessment_id": name,
                "instrument": {"id": "improvement-capacity-check", "version": "0.1.0"},
                "form": "team",
                "answer_mode": "individual",
                "team": {"id": name, "name": name, "context": {"budget": "none", "focus_areas": ["attendance"]}},
                "responses": [{"respondent": "r", "open_text": {"challenges": text}}],
            }
        )
        for name, text in WORDS.items()
    ),
    qrels={
        "a": {"res-attendance": 3, "res-cycles": 0, "prov-coach": 2},
        "b": {"res-attendance": 0, "res-cycles": 2},
        "c": {"res-attendance": 2, "res-cycles": 1, "res-paid": 0},
    },
)
NEED: Any = {"domain": "data-and-measurement", "name": "Data", "rank": 1, "is_priority": True}
NEEDS = {name: [Need.model_construct(**NEED)] for name in WORDS}


def best(assessment: Assessment) -> Any:
    grades = TEAMS.qrels[assessment.assessment_id]
    return [(doc_id, float(grade)) for doc_id, grade in grades.items() if doc_id.startswith("res-")]


def run(**options: Any) -> ResultRecord:
    given: dict[str, Any] = {
        "instrument": default_instrument().instrument,
        "needs": NEEDS,
        "embedder": CachedEmbedder(HashingEmbedder(), None),
        "rankers": {SupportKind.RESOURCE: {"trellis": best}},
        "judged_by": "the author of this test",
        "seed": 1,
        "made_on": date(2026, 11, 21),
    }
    return evaluate_teams(TEAMS, CATALOG, **(given | options)).result


@pytest.fixture(scope="module")
def result() -> ResultRecord:
    return run()


def system(result: Any, name: str, *, place: int = 0) -> Any:
    return next(system for system in result.lists[place].systems if system.name == name)


def test_ours_stands_before_the_whole_shelf(result: Any) -> None:
    assert [item.name for item in result.lists[0].systems] == ["trellis", *LEXICAL_SHELF, *DENSE_SHELF]
    assert [item.name for item in result.lists[1].systems] == [*LEXICAL_SHELF, *DENSE_SHELF]


def test_a_kind_is_evaluated_on_the_teams_judged_for_it(result: Any) -> None:
    assert [(ranked.name, ranked.query_ids) for ranked in result.lists] == [
        ("resource", ("a", "b", "c")),
        ("provider", ("a",)),
    ]


def test_the_ideal_ranker_scores_one_and_covers_what_can_be_covered(result: Any) -> None:
    metrics = system(result, "trellis").metrics
    assert metrics["ndcg@10(gain=linear)"].value == pytest.approx(1)
    assert metrics["ndcg@10(gain=linear) condensed"].value == pytest.approx(1)
    # For b, the only support on data has grade 0.
    assert metrics["need_coverage@10(rel=2)"].per_query == (1.0, 0.0, 1.0)


def test_the_gated_fusion_lists_nothing_forbidden_and_the_plain_one_does(result: Any) -> None:
    name = "gate_violations@10"
    assert system(result, "fusion").metrics[name].value == 3, "res-paid for three teams without money"
    assert system(result, "gated-fusion").metrics[name].value == 0


def test_every_system_but_the_baseline_is_tested_against_it(result: Any) -> None:
    assert system(result, "fusion").against_baseline == ()
    (comparison,) = system(result, "trellis").against_baseline
    assert (comparison.n, comparison.exact, comparison.permutations) == (3, True, 8)


def test_a_file_of_both_kinds_is_split_by_kind() -> None:
    both = {"a": rank_scores([("res-cycles", 0.9), ("prov-coach", 0.8)])}
    result = run(runs={"theirs": both})
    assert system(result, "theirs").n_missing == 2
    assert system(result, "theirs").metrics["p@5(rel=2)"].per_query == (0.0, 0.0, 0.0)
    assert system(result, "theirs", place=1).metrics["p@5(rel=2)"].per_query == (0.2,)


def test_without_an_embedder_the_lexical_shelf_remains() -> None:
    result = run(embedder=None, baseline="bm25", kinds=[SupportKind.RESOURCE])
    assert [item.name for item in result.lists[0].systems] == ["trellis", *LEXICAL_SHELF]
    assert "model" not in result.versions


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"baseline": "fusoin"}, "No system is called 'fusoin'; there are trellis, random, catalog-order"),
        ({"embedder": None}, "No system is called 'fusion'"),
        ({"runs": {"bm25": {}}}, "Two systems are called 'bm25'"),
    ],
)
def test_names_are_checked_before_any_work(options: Any, message: str) -> None:
    with pytest.raises(InvalidConfig, match=message):
        run(**options)


def test_the_same_inputs_give_the_same_record(result: Any) -> None:
    assert run().to_json() == result.to_json()


def test_the_record_survives_its_file_and_says_how_to_repeat_it(result: Any) -> None:
    text = result.to_json()
    assert ResultRecord.model_validate_json(text) == result
    document = json.loads(text)
    assert set(document["versions"]) == {"catalog", "judgments", "metrics", "model"}
    assert document["environment"]["packages"]["numpy"]
    assert document["seed"] == 1


def test_markdown_and_terminal_show_the_same_values(result: Any) -> None:
    printed = io.StringIO()
    print_result(result, Console(width=200, file=printed))
    shown, written = printed.getvalue(), markdown(result)
    for text in (shown, written):
        assert "1.000" in text
        assert "not estimable: all values are equal" in text
        assert "Metrics: ndcg@10(gain=linear), p@5(rel=2)" in text
        assert "the author of this test" in text
    assert "| trellis | 1.000 |" in written

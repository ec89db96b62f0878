"""A judge's way through a pool, with keys and files but without a terminal."""

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from eval.judging.case import make_case
from eval.judging.judgments import (
    JudgedPair,
    Judgment,
    present_judgments,
    read_judgments,
    stale_judgments,
    support_hash,
)
from eval.judging.page import PipedCommands, judge_pool
from eval.judging.pool import make_pool
from eval.judging.session import Session
from models.assessment import Assessment
from models.vocab import SupportKind
from recommender.catalog.load import Catalog
from recommender.config_load import starter_config
from recommender.errors import InvalidQrels
from recommender.instruments import default_instrument
from recommender.reading.trec import rank_scores
from recommender.testing import make_resource

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SUPPORTS = [make_resource(f"res-{letter}", title=f"Guide {letter}") for letter in "abc"]
HASHES: dict[str, str] = {support.id: support_hash(support) for support in SUPPORTS}
POOL = [JudgedPair("t", support.id) for support in SUPPORTS]


def judgment(support_id: str = "res-a", grade: int = 2, judge: str = "ana", minute: int = 0, **fields: Any) -> Any:
    given = {
        "assessment_id": "t",
        "support_id": support_id,
        "judge": judge,
        "grade": grade,
        "judged_at": NOON + timedelta(minutes=minute),
        "support_hash": HASHES.get(support_id, "0" * 64),
    }
    return Judgment(**(given | fields))


@pytest.fixture
def kept() -> Any:
    return []


def start(kept: Any, *, judge: str = "ana", earlier: Any = ()) -> Any:
    return Session(POOL, judge=judge, earlier=earlier, hashes=HASHES, record=kept.append, now=lambda: NOON)


def test_a_grade_is_kept_with_who_when_and_what_was_read(kept: Any) -> None:
    start(kept).grade(3, note="on target")
    assert kept == [judgment(grade=3, note="on target")]


def test_a_judge_resumes_behind_what_is_graded_and_never_sees_others(kept: Any) -> None:
    session = start(kept, earlier=[judgment("res-a"), judgment("res-b", judge="ben")])
    assert session.current == JudgedPair("t", "res-b")
    assert (session.place, session.n_graded, session.n_left) == (2, 1, 2)
    assert session.earlier(JudgedPair("t", "res-b")) is None


def test_skipped_pairs_are_left_and_come_again(kept: Any) -> None:
    session = start(kept)
    session.skip()
    session.grade(1)
    session.grade(1)
    assert session.current is None
    assert session.n_left == 1
    assert start(kept, earlier=kept).current == JudgedPair("t", "res-a")


def test_undo_takes_the_grade_back_and_returns_to_its_pair(kept: Any) -> None:
    session = start(kept)
    session.grade(3)
    assert session.undo() == JudgedPair("t", "res-a")
    assert session.current == JudgedPair("t", "res-a")
    assert session.n_graded == 0
    assert [item.grade for item in kept] == [3, None]
    assert present_judgments(kept) == []
    assert session.undo() is None


def test_undo_of_a_changed_grade_lets_the_earlier_one_stand_again(kept: Any) -> None:
    session = start(kept, earlier=[judgment("res-a", 1, note="weak")])
    session.back()
    session.grade(3)
    session.undo()
    (now,) = present_judgments(kept)
    assert (now.grade, now.note) == (1, "weak")


def test_back_stays_at_the_first_pair_and_changes_nothing(kept: Any) -> None:
    session = start(kept)
    session.back()
    assert session.current == POOL[0]
    assert kept == []


def test_a_later_line_replaces_an_earlier_one_of_the_same_judge_only() -> None:
    lines = [judgment(grade=1), judgment(grade=0, judge="ben"), judgment(grade=2)]
    assert [(item.judge, item.grade) for item in present_judgments(lines)] == [("ana", 2), ("ben", 0)]


def test_a_judgment_is_stale_when_its_record_changed_or_left_but_not_when_it_was_only_checked_again() -> None:
    a, b, _ = SUPPORTS
    changed = make_resource("res-a", title="Guide a", summary="Another text.")
    checked = b.model_copy(update={"checked_on": date(2026, 8, 1)})
    found = list(stale_judgments([judgment(item.id) for item in SUPPORTS], Catalog.of([changed, checked])))
    assert [(item.judgment.support_id, item.reason) for item in found] == [
        ("res-a", "its record has changed"),
        ("res-c", "the catalog no longer has it"),
    ]
    assert support_hash(a) != support_hash(changed)


def test_every_line_that_is_no_judgment_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "j.jsonl"
    good = judgment().model_dump_json()
    file.write_text(f"{good}\n{{\n{good.replace(':2,', ':4,', 1)}\n\n{good.replace('ana', 'a b')}\n", "utf-8")
    with pytest.raises(InvalidQrels) as caught:
        read_judgments([file])
    assert [(fault.line, fault.pointer) for fault in caught.value.faults] == [(2, ""), (3, "/grade"), (5, "/judge")]


def case(*, invented: bool = False, share: float = False) -> Any:
    assessment = Assessment.model_validate(
        {
            "assessment_id": "t",
            "instrument": {"id": "improvement-capacity-check", "version": "0.1.0"},
            "form": "team",
            "answer_mode": "individual",
            "team": {"id": "t", "name": "North Hill", "context": {"locale": ["rural"], "share_with": ["hub"]}},
            "responses": [
                {
                    "respondent": "r",
                    "answers": {"im1": 1, "im2": 1, "im3": 1, "im4": 1, "im5": 1},
                    "open_text": {"challenges": "Our data comes too late."},
                    "share_text": share,
                }
            ],
        }
    )
    return make_case(assessment, default_instrument(), scoring=starter_config().scoring, invented=invented)


def test_own_words_are_shown_only_where_their_author_shares_them_or_nobody_real_wrote_them() -> None:
    assert (case().words, case().n_kept_words) == ((), 1)
    assert [text for _, text in case(share=True).words] == ["Our data comes too late."]
    assert [text for _, text in case(invented=True).words] == ["Our data comes too late."]


def test_a_case_shows_no_level_that_privacy_hides_and_no_consent_answers() -> None:
    one_rater = case()
    assert one_rater.levels == {}
    assert one_rater.needs
    assert [answer for _, answer in one_rater.situation] == ["Rural area"]


def run_page(commands: Any, kept: Any, **options: Any) -> Any:
    printed = io.StringIO()
    judge_pool(
        start(kept, earlier=options.pop("earlier", ())),
        PipedCommands(io.StringIO(commands)),
        cases={"t": case()},
        supports={support.id: support for support in SUPPORTS},
        guidelines="# How to grade\n\nBe fair.",
        console=Console(file=printed, width=100),
        **options,
    )
    return printed.getvalue()


def test_the_page_takes_grades_notes_and_quits(kept: Any) -> None:
    shown = run_page("n a bit general\n2\ng\nx\n\n3 strong\nq\n1\n", kept)
    assert [(item.support_id, item.grade, item.note) for item in kept] == [
        ("res-a", 2, "a bit general"),
        ("res-b", 3, "strong"),
    ]
    assert "Be fair." in shown
    assert "No command 'x'." in shown
    assert "2 of 3 are graded; 1 are left for the next time." in shown


def test_the_page_ends_with_its_commands_and_says_when_all_is_done(kept: Any) -> None:
    assert "0 of 3 are graded" in run_page("", kept)
    assert "All 3 are graded." in run_page("1\n1\n1\n", kept)


def test_the_page_shows_unknown_as_unknown_and_the_team_once(kept: Any) -> None:
    shown = run_page("1\n1\n1\n", kept)
    assert "unknown" in shown
    assert shown.count("Needs, greatest first") == 1


def test_settling_shows_the_grades_without_the_names(kept: Any) -> None:
    shown = run_page("q\n", kept, others=lambda pair: [judgment(grade=3, note="on target"), judgment(judge="ben")])
    assert "- 3: on target" in shown
    assert "- 2" in shown
    assert "ben" not in shown


def pool(depth: int = 1, seed: int = 1, teams: Any = ("t", "u")) -> Any:
    kinds = {f"res-{letter}": SupportKind.RESOURCE for letter in "abcdef"} | {"prov-x": SupportKind.PROVIDER}
    run_a = {"t": rank_scores([("res-a", 3.0), ("res-b", 2.0), ("prov-x", 1.0)]), "gone": rank_scores([("res-c", 1.0)])}
    run_b = {"t": rank_scores([("res-c", 2.0), ("res-d", 1.0), ("res-nowhere", 0.5)])}
    return make_pool({"a": run_a, "b": run_b}, kinds=kinds, teams=teams, depth=depth, seed=seed)


def test_a_pool_is_the_union_of_each_runs_first_places_of_each_kind() -> None:
    assert {item.pair for item in pool()} == {("t", "res-a"), ("t", "res-c"), ("t", "prov-x")}
    assert {item.support_id for item in pool(depth=2)} == {"res-a", "res-b", "res-c", "res-d", "prov-x"}


def test_a_pools_order_is_the_seeds_alone() -> None:
    orders = {tuple(item.support_id for item in pool(depth=2, seed=seed)) for seed in range(30)}
    assert len(orders) > 10
    assert pool(depth=2) == pool(depth=2, teams=("t",)), "other teams do not change a team's order"

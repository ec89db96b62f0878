"""Answers as pieces by path, and as the tree that assessments hold."""

from typing import Any

from api.assessments.pieces import pieces_of, tree_of

TREE: dict[str, Any] = {
    "role": "coach",
    "answers": {"la1": 3, "la2": None},
    "readiness": {"team-and-time": {"rd1": 2}},
    "share_text": True,
}


def test_a_tree_and_its_pieces_say_the_same() -> None:
    pieces = pieces_of(TREE, ["rd1", "rd2"])
    assert pieces == {
        "role": "coach",
        "answers/la1": 3,
        "answers/la2": None,
        "readiness/team-and-time/rd1": 2,
        "share_text": True,
    }
    assert tree_of(pieces) == TREE


def test_a_domain_of_readiness_is_taken_out_question_by_question() -> None:
    assert pieces_of({"readiness": {"sustainability": None}}, ["rd1", "rd2"]) == {
        "readiness/sustainability/rd1": None,
        "readiness/sustainability/rd2": None,
    }


def test_nothing_has_no_pieces() -> None:
    assert pieces_of({"answers": {}, "readiness": {"sustainability": {}}}, ["rd1"]) == {}

"""What is searched: the words of a support, and the sentences of open text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.index.documents import document_text, sentences, statements
from recommender.testing import make_provider, make_resource


def test_a_resource_is_title_summary_domains_and_focus_areas() -> None:
    resource = make_resource(
        title="Early Warning Basics",
        summary="How to start.",
        domains=["data-and-measurement", "team-and-time"],
        focus_areas=["on-track-grade-9", "general"],
        needs_met=["We cannot see who is falling behind."],
    )
    assert document_text(resource) == (
        "Early Warning Basics. How to start. data and measurement, team and time, on track grade 9."
    )
    assert statements(resource) == ("We cannot see who is falling behind.",)


def test_a_provider_is_searched_by_its_services_too() -> None:
    provider = make_provider(
        name="Example Partners",
        summary="Helps hubs.",
        services=[
            {"type": "coaching", "description": "Coaches hub staff.", "domains": ["network-leadership"]},
            {"type": "convening", "description": "Runs convenings.", "domains": ["network-leadership"]},
        ],
        domains=["network-leadership"],
    )
    assert (
        document_text(provider)
        == "Example Partners. Helps hubs. Coaches hub staff. Runs convenings. network leadership."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        (" \n\t. … !", ()),
        ("no end mark at all", ("no end mark at all",)),
        ("We meet every week. Nobody brings any data!", ("We meet every week.", "Nobody brings any data!")),
        ("Time. We never have any time.", ("Time. We never have any time.",)),
        ("We never have any time. Ever.", ("We never have any time. Ever.",)),
        ("Attendance rose by 3.5 points, e.g. in grade 9.", ("Attendance rose by 3.5 points, e.g. in grade 9.",)),
        ("We asked our coach Dr. Lee to help us.", ("We asked our coach Dr. Lee to help us.",)),
        (
            "- too many meetings each week\n- no shared measures across schools\r\n3) families are not at the table",
            ("too many meetings each week", "no shared measures across schools", "families are not at the table"),
        ),
        (
            "¿Cómo podemos ayudar más? ¡Las familias quieren participar también!",
            ("¿Cómo podemos ayudar más?", "¡Las familias quieren participar también!"),
        ),
        (
            "She said “we are done here.” Then nothing more happened.",
            ("She said “we are done here.”", "Then nothing more happened."),
        ),
    ],
)
def test_sentences(text: str, expected: tuple[str, ...]) -> None:
    assert sentences(text) == expected


def test_only_the_first_sentences_are_kept() -> None:
    text = " ".join(f"This is sentence number {n}." for n in range(30))
    assert len(sentences(text)) == 12
    assert sentences(text, max_count=2) == ("This is sentence number 0.", "This is sentence number 1.")


@given(st.text())
def test_any_text_gives_pieces_with_words(text: str) -> None:
    pieces = sentences(text, max_count=1_000)
    assert all(piece == " ".join(piece.split()) and any(c.isalnum() or c == "_" for c in piece) for piece in pieces)

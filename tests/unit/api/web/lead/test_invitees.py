"""People to invite, read from what a lead types."""

import pytest

from api.errors import InvalidBody
from api.web.lead.invitees import MOST_AT_ONCE, Invitee, invitees_in, name_of
from recommender.instruments import default_instrument

INSTRUMENT = default_instrument()


def read(lines: str, unnamed: str = "") -> list[Invitee]:
    return invitees_in(lines, unnamed, INSTRUMENT)


def faults_of(lines: str, unnamed: str = "") -> list[tuple[str, str]]:
    with pytest.raises(InvalidBody) as caught:
        read(lines, unnamed)
    return [(fault.pointer, fault.detail) for fault in caught.value.faults]


def test_a_line_is_a_name_and_perhaps_a_role_by_its_word_or_its_key() -> None:
    assert read("Ann\n  Bo   Berg , TEACHER\nCy; coach\nDi\tteacher\n\n , \n") == [
        Invitee("Ann", None),
        Invitee("Bo Berg", "teacher"),
        Invitee("Cy", "coach"),
        Invitee("Di", "teacher"),
    ]


def test_places_without_a_name_come_after_the_named_ones() -> None:
    assert read("Ann", " 2 ") == [Invitee("Ann", None), Invitee("", None), Invitee("", None)]
    assert len(read("", str(MOST_AT_ONCE))) == MOST_AT_ONCE
    assert read("", "1")[0].external_id is None


def test_a_name_is_kept_in_printable_signs_and_shown_as_it_was_typed() -> None:
    (one,) = read("Zoë 100%")
    assert one.external_id == "Zo%C3%AB%20100%25"
    assert name_of(one.external_id) == "Zoë 100%"
    assert name_of(None) == ""


@pytest.mark.parametrize(
    ("lines", "unnamed", "pointer", "words"),
    [
        ("", "", "/people", "Name at least one person"),
        ("Ann, techer", "", "/people", "Line 1: “techer” is not one of the roles"),
        ("Ann\n\nBo\nAnn", "", "/people", "Line 4: “Ann” is in the list twice"),
        (", teacher", "", "/people", "Line 1: here is a role, but no name"),
        ("res_1", "", "/people", "cannot begin with “res_”"),
        ("é" * 50, "", "/people", "too long"),
        ("Ann", "many", "/unnamed", "whole number up to 200"),
        ("Ann", "-1", "/unnamed", "whole number up to 200"),
        ("Ann", "²", "/unnamed", "whole number up to 200"),
        ("", "201", "/people", "up to 200 people at once"),
        ("", "99999", "/people", "up to 200 people at once"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line(lines: str, unnamed: str, pointer: str, words: str) -> None:
    ((at, told),) = faults_of(lines, unnamed)
    assert at == pointer
    assert words in told


def test_every_fault_is_told_in_one_round() -> None:
    (people, places) = faults_of("Ann, techer\n, teacher\nBo\nBo", "x")
    assert [people[1].count(f"Line {number}") for number in (1, 2, 4)] == [1, 1, 1]
    assert places[0] == "/unnamed"


@pytest.mark.parametrize(
    ("pasted", "people"),
    [
        ("Ana Ruiz,Teacher,,\nBo Lee,,,\n", [("Ana Ruiz", "teacher"), ("Bo Lee", None)]),
        ("Email\nana@example.org\n", [("ana@example.org", None)]),
        ("Name\nAna Ruiz\n", [("Ana Ruiz", None)]),
        ("\ufeffFull name\tRole\r\nAna Ruiz\tTeacher\r\n", [("Ana Ruiz", "teacher")]),
        ('"Ruiz, Ana",Teacher\n"Lee, Bo",Coach\n', [("Ruiz, Ana", "teacher"), ("Lee, Bo", "coach")]),
        ('"Cy ""Red"" Dent";Coach', [('Cy "Red" Dent', "coach")]),
        ('Cy "Red" Dent, Coach', [('Cy "Red" Dent', "coach")]),
        ("\u200bAna\u00a0Ruiz", [("Ana Ruiz", None)]),
    ],
)
def test_a_roster_is_read_as_spreadsheets_give_it(pasted: str, people: list[tuple[str, str | None]]) -> None:
    assert [tuple(one) for one in read(pasted)] == people


@pytest.mark.parametrize(
    ("pasted", "told"),
    [
        (
            "Ruiz, Ana\nLee, Bo\n",
            [
                "Line 1: is “Ruiz, Ana” last name, first name? Then write “Ana Ruiz”.",
                "Line 2: is “Lee, Bo” last name, first name? Then write “Bo Lee”.",
            ],
        ),
        (
            "Ana Ruiz;ana@example.org\n",
            ["Line 1: “ana@example.org” is an email address. Give the name alone, or the name and the role."],
        ),
        ("Ana Ruiz, Teacher; Coach\n", ["Line 1: this is more than one role. Choose the main one."]),
        ("Ana Ruiz, Teacher, Room 5\n", ["Line 1: this is more than a name and a role. Leave out the rest."]),
        ("Zoë Muñoz\nZoe\u0308 Mun\u0303oz", ["Line 2: “Zoë Muñoz” is in the list twice."]),
        ("O'Neil\nO’Neil", ["Line 2: “O’Neil” is in the list twice."]),
    ],
)
def test_each_line_of_a_roster_has_one_fault_in_plain_words(pasted: str, told: list[str]) -> None:
    assert faults_of(pasted) == [("/people", " ".join(told))]

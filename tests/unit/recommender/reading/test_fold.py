"""One folding for names, ids and search: what is the same to a reader compares equal, and nothing else does."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.reading.fold import clean, fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoë Muñoz", "Zoe\u0308 Mun\u0303oz"),  # composed, and as macOS writes it
        ("Siobhan O'Neil", "Siobhan O’Neil"),
        ("Siobhan O'Neil", "Siobhan O´Neil"),
        ("Ana Ruiz", "\u200bAna Ruiz"),
        ("Ana Ruiz", "Ana\u00a0 Ruiz\t"),
        ("Ana Ruiz", "\ufeffAna\u00ad Ru\u202eiz"),
        ("Bo Lee", "bo LEE"),
        ("Bo Lee", "Ｂｏ Ｌｅｅ"),  # full width
        ("José Peña", "Jose Pena"),
        ("Łukasz Sørensen", "Lukasz Sorensen"),
        ("Straße", "STRASSE"),
        ("İpek Işık", "ipek isik"),
        ("“Cy” Dent-Roe", '"Cy" Dent‑Roe'),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("مُحَمَّد", "مُحَمَّد\u200f"),
        ("", "\u200b\u200e\u2060 \u3164"),
    ],
)
def test_the_same_words_in_two_spellings_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana Ruiz", "AnaRuiz"),
        ("Bo Lee", "Bo Leo"),
        ("O'Neil", "ONeil"),
        ("か", "が"),  # another sound, not an accent
        ("कि", "क"),
        ("กา", "กี"),
        ("한", "하"),
        ("person-1", "person-11"),
    ],
)
def test_what_a_reader_tells_apart_stays_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text(max_size=12))
def test_folding_is_stable_and_knows_no_case_or_composition(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert {fold(text.upper()), fold(text.casefold())} == {folded}
    assert {fold(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")} == {folded}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ana\u200b  Ru\x07iz\n", "Ana Ruiz"),
        ("Ana\u200dRuiz\u202e", "AnaRuiz"),
        ("Zoe\u0308", "Zoë"),
        ("علی\u200cرضا", "علی\u200cرضا"),  # the joiner of Persian is part of the spelling
        ("👩\u200d🏫 team ❤\ufe0f", "👩\u200d🏫 team ❤\ufe0f"),
        ("\u200b\u2060\ufeff", ""),
        ("\u200d", ""),
    ],
)
def test_names_are_kept_without_what_shows_nothing(typed: str, kept: str) -> None:
    assert clean(typed) == kept
    assert clean(kept) == kept

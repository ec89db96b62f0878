"""Messages become sentences, in every form that a placeholder may ask for; a word that is missing is said aloud."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from string import Formatter

import pytest

from models.assessment import Assessment
from models.message import Message, MessageValue
from models.vocab import Cost, ResourceType
from recommender.instruments import default_instrument
from recommender.pipeline import ListTerms, Recommender
from recommender.rules.load import starter_ruleset
from recommender.words import ENGLISH, MessageMissing, Speaker, key_of, languages, load_catalog
from recommender.words.catalog import parse_catalog
from tests.fixtures.translations import extracted

ROOT = Path(__file__).parents[4]
SPANISH = """
msgid ""
msgstr ""
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

msgid "list.and"
msgstr "{first} y {last}"

msgid "change.n_left"
msgid_plural "change.n_left"
msgstr[0] "salió {n}"
msgstr[1] "salieron {n}"

#, fuzzy
msgid "change.n_moved"
msgstr "no revisado"

msgid "reason.closest"
msgstr ""
"""


def placeholders(text: str) -> set[str]:
    """Names in braces, and those of `%(name)s`."""
    in_braces = {name for _, name, _, _ in Formatter().parse(text) if name}
    return in_braces | set(re.findall(r"%\((\w+)\)s", text))


def literal_keys() -> Iterator[tuple[str, str]]:
    """Each key that the code names in full, with its file."""
    for package in ("recommender", "api"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                called = getattr(node.func, "id", getattr(node.func, "attr", ""))
                given = [one.value for one in node.keywords if called == "Message" and one.arg == "key"]
                given += node.args[:1] if called == "tell" else []
                for one in given:
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield one.value, path.relative_to(ROOT).as_posix()


MEAN = Message(key="mean.exact", values={"mean": 2.04})
TOP = Message(key="mean.or_higher", values={"mean": 3.6})


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (Message(key="plan.build"), "It helps you take the next step."),
        (Message(key="list.and", values={"first": "a", "last": "b"}), "a and b"),
        (Message(key="change.n_left", values={"n": 1}), "1 left"),
        (Message(key="change.rules", values={"n": 1, "rules": ("free",)}), "the rule free now says something else"),
        (Message(key="change.rules", values={"n": 3, "rules": ("a", "b", "c")}),
         "the rules a, b and c now say something else"),
        (Message(key="growth.from_to", values={"before": MEAN, "after": TOP}), "From 2.0 to 3.6 or higher"),
        (Message(key="reason.other_need", values={"need": Message(key="domain.team-and-time")}),
         "It works on team and time, one of your needs."),
        (Message(key="reason.shared_focus", values={"focus": ("Math", "Science", "Reading")}),
         "It is about math and science and reading, which your team works on."),
        (Message(key="level.between", values={"low": Message(key="level.2"), "high": Message(key="level.3")}),
         "between Developing and Applying"),
        (Message(key="rule.grade-band.missed", values={"support": ("high", "middle"), "team": ()}),
         "Made for high school, middle school. You work with not stated."),
        (Message(key="rule.grade-band.met", values={"shared": ("a-b", "2026-01-02", "x", "y", "z")}),
         "Fits your grades (a b, 2026-01-02, x and 2 more)."),
    ],
)  # fmt: skip
def test_a_message_is_said(message: Message, sentence: str) -> None:
    speaker = Speaker(instrument=default_instrument().instrument, ruleset=starter_ruleset())
    assert speaker.say(message) == sentence
    assert Message.model_validate_json(message.model_dump_json()) == message


def test_another_language_is_spoken_where_it_has_words_and_english_where_not() -> None:
    spanish = parse_catalog(SPANISH, "es")
    speaker = Speaker("es", catalogs=[spanish, load_catalog(ENGLISH)])
    assert speaker.tell("list.and", first="a", last="b") == "a y b"
    assert [speaker.tell("change.n_left", n=n) for n in (1, 2)] == ["salió 1", "salieron 2"]
    assert speaker.tell("change.n_moved", n=2) == "2 moved", "a translation that is marked as fuzzy is none"
    assert speaker.tell("reason.closest") == "It is the closest of what is left.", "an empty one is none"


def test_an_instruments_own_names_are_said_unless_the_language_has_others() -> None:
    instrument = default_instrument().instrument
    named = parse_catalog('msgid ""\nmsgstr ""\n\nmsgid "level.1"\nmsgstr "Inicial"\n', "es")
    speaker = Speaker("es", instrument=instrument, catalogs=[named, load_catalog(ENGLISH)])
    assert (speaker.tell("level.1"), speaker.tell("level.2")) == ("Inicial", "Developing")


def test_a_missing_word_is_named_and_never_blank() -> None:
    with pytest.raises(MessageMissing, match=r"no catalog has words for the message 'plan\.nothing'"):
        Speaker().tell("plan.nothing")
    with pytest.raises(MessageMissing, match=r"domain\.team-and-time"):
        Speaker().tell("reason.other_need", need=Message(key="domain.team-and-time"))


def test_a_word_of_a_vocabulary_has_the_key_of_its_member() -> None:
    class Sample(StrEnum):
        TWO_WORDS = "two words"

    assert key_of(Sample.TWO_WORDS) == "sample.two_words"
    assert key_of(ResourceType.CASE_STUDY) == "resource_type.case_study"
    assert key_of(Cost.FREE) == "cost.free"


def test_a_stored_text_stands_for_a_message_that_was_never_stored() -> None:
    assert Speaker().told(None, "As it was said.") == "As it was said."
    assert Speaker().told(Message(key="plan.build"), "As it was said.") == "It helps you take the next step."


def test_every_key_that_the_code_names_has_english_words() -> None:
    known = load_catalog(ENGLISH).messages
    found = list(literal_keys())
    assert len(found) > 30
    missing = [f"{file}: {key}" for key, file in found if key not in known]
    assert not missing, "\n".join(missing)


def test_every_english_message_is_used() -> None:
    """By its whole key, or by its beginning where the rest is put together, as in `reason.` and a feature."""
    code = "\n".join(
        path.read_text("utf-8")
        for package in ("recommender", "api", "models")
        for path in (ROOT / package).rglob("*.*")
        if path.suffix in {".py", ".html"}
    )  # fmt: skip
    words = set(re.findall(r"[A-Z]\w+(?=\((?:Str)?Enum\))", code))
    vocabularies = {key_of(StrEnum(name, ["x"]).x).partition(".")[0] for name in words}  # type: ignore[attr-defined]
    unused = [
        key
        for key in load_catalog(ENGLISH).messages
        if f'"{key}"' not in code
        and key.partition(".")[0] not in vocabularies
        and not any(f'"{key[:n]}' in code for n in range(len(key), key.index("."), -1) if key[n - 1] in "._")
    ]
    assert not unused, unused


@pytest.mark.parametrize("language", languages())
def test_a_language_has_every_word_with_the_same_placeholders(language: str) -> None:
    english, catalog = load_catalog(ENGLISH), load_catalog(language)
    wanted: dict[str, tuple[str, ...]] = dict(english.messages)
    if language != ENGLISH:
        wanted |= {text if isinstance(text, str) else text[0]: (text,) if isinstance(text, str) else tuple(text)
                   for _, _, text in extracted()}  # fmt: skip
    missing = [key for key in wanted if key not in catalog.messages]
    assert not missing, missing
    for key, texts in wanted.items():
        names = set.union(*map(placeholders, texts))
        for text in catalog.messages[key]:
            assert placeholders(text) <= names, (key, text)


def test_all_that_runs_tell_has_words(starter: Recommender, judged: tuple[Assessment, ...]) -> None:
    """Every message of every development team's run is said, and says what the run's own English text says."""
    speaker = Speaker(instrument=starter.instrument.instrument, ruleset=starter.ruleset)
    for team in judged:
        run = starter.recommend(team, ListTerms(date(2026, 11, 21)))
        assert run.notice_messages is not None
        told: list[tuple[Message | None, str]] = list(zip(run.notice_messages, run.notices, strict=True))
        for ranked in run.lists:
            told += [(unmet.detail_message, unmet.detail) for unmet in ranked.unmet_needs]
            for match in ranked.matches:
                told += zip(match.why_messages or (), match.why, strict=True)
                told += [(trace.message, trace.because) for trace in match.rules]
        told += [(entry.because_message, entry.because) for phase in run.plan for entry in phase.entries]
        for message, text in told:
            assert message is not None
            assert speaker.say(message) == text


def test_values_of_a_message_keep_their_kinds() -> None:
    values: dict[str, MessageValue] = {"n": 2, "mean": 2.0, "text": "2", "list": ("a", Message(key="level.1"), 3)}
    read = Message.model_validate_json(Message(key="x", values=values).model_dump_json()).values
    assert {name: type(value) for name, value in read.items()} == {name: type(value) for name, value in values.items()}

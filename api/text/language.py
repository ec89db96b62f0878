"""The language of whoever reads, and the words of pages in it.

Pages and their contexts write English sentences where they stand, as `_("…")`; words of vocabularies and everything
that documents store come by key. Both are looked up in the catalog of the reader's language, which the web server sets
for each request (`api.web.kit.language`); on a terminal it is English.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from functools import lru_cache

from markupsafe import Markup

from models.message import Message
from models.recommendation import RuleTrace
from recommender.instruments import LoadedInstrument
from recommender.words import ENGLISH, MessageMissing, Speaker, key_of, load_catalog

__all__ = ["_", "all_told", "capitalized", "language", "ngettext", "rule_words", "speaker", "speaking", "told", "word"]

_LANGUAGE: ContextVar[str] = ContextVar("language", default=ENGLISH)


def language() -> str:
    """The language that is spoken now, one of `recommender.words.languages()`."""
    return _LANGUAGE.get()


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Speak a language within the block."""
    token = _LANGUAGE.set(chosen)
    try:
        yield
    finally:
        _LANGUAGE.reset(token)


def _(text: str, /, **values: object) -> str:
    """An English sentence in the reader's language, with `{placeholders}` filled; the sentence itself is the key.

    With a value of markup, such as a time, it is markup itself, in which all other values are escaped.
    """
    found = load_catalog(language()).find(text) or text
    if any(isinstance(value, Markup) for value in values.values()):
        return Markup(found).format(**values)  # sentences of our catalogs; it escapes all other values
    return found.format(**values) if values else found


def ngettext(one: str, many: str, n: int, /, **values: object) -> str:
    """Likewise, in the form that `n` of something take; `{n}` is written with commas between thousands."""
    found = load_catalog(language()).find(one, n) or (one if n == 1 else many)
    return found.format(**{"n": f"{n:,}", **values})


@lru_cache(maxsize=32)
def _speaker(chosen: str, instrument: LoadedInstrument | None) -> Speaker:
    return Speaker(chosen, instrument=None if instrument is None else instrument.instrument)


def speaker(instrument: LoadedInstrument | None = None) -> Speaker:
    """Says messages in the reader's language, with the names that a questionnaire has for its domains and levels."""
    return _speaker(language(), instrument)


def word(member: Enum, place: str = "") -> str:
    """The word for a member of a vocabulary, such as `Cost.FREE`, in the reader's language.

    Args:
        member: of the vocabulary.
        place: where it stands, if other words stand there: `many` of `SupportKind.RESOURCE` are "Resources".

    Raises:
        MessageMissing: no catalog has one.
    """
    return speaker().tell(".".join((key_of(member), place)) if place else key_of(member))


def capitalized(text: str) -> str:
    """With a capital letter first, as at the start of a sentence or in a label; the rest as it is."""
    return text[:1].upper() + text[1:]


def told(message: Message | None, text: str, instrument: LoadedInstrument) -> str:
    """What a stored document tells: its message in the reader's language; its text where it has no message.

    The rules may be somebody's own, so that no catalog knows what they say: the text stands for such a message, too.

    Raises:
        MessageMissing: no catalog has words for anything else in the message.
    """
    try:
        return speaker(instrument).told(message, text)
    except MessageMissing as missing:
        if not missing.key.startswith("rule."):
            raise
        return text


def all_told(messages: Sequence[Message] | None, texts: Sequence[str], instrument: LoadedInstrument) -> tuple[str, ...]:
    """`told` for several sentences, one text each."""
    of_texts: Sequence[Message | None] = [None] * len(texts) if messages is None else messages
    return tuple(told(message, text, instrument) for message, text in zip(of_texts, texts, strict=True))


def rule_words(trace: RuleTrace) -> str:
    """What a rule said, in the reader's language; the rules may be somebody's own, so their text stands for a lack."""
    says = speaker()
    known = trace.because_values is not None and says.find(trace.message.key) is not None
    return says.say(trace.message) if known else trace.because

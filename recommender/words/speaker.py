"""From a message to the sentence that a person reads."""

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from string import Formatter

from models.instrument import Instrument
from models.message import Message, MessageValue
from models.rules import Ruleset
from recommender.words.catalog import ENGLISH, MessageCatalog, load_catalog

__all__ = ["MessageMissing", "Speaker", "key_of"]

_SHOWN_WORDS = 4
"""Of a longer list the first three are named, and the others counted."""


class MessageMissing(KeyError):
    """No catalog has words for a key; a fault of ours, never shown as a blank."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"no catalog has words for the message '{self.key}'"


def key_of(member: Enum) -> str:
    """The key of a word of a vocabulary: `resource_type.case_study` for `ResourceType.CASE_STUDY`."""
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in type(member).__name__)
    return f"{name.removeprefix('_')}.{member.name.lower()}"


class Speaker:
    """Says messages in one language, with the words that an instrument and a ruleset bring along.

    These two are data that others may replace, so their own texts stand for English where a catalog has none.
    """

    def __init__(
        self,
        language: str = ENGLISH,
        *,
        instrument: Instrument | None = None,
        ruleset: Ruleset | None = None,
        catalogs: Sequence[MessageCatalog] | None = None,
    ) -> None:
        """Take the catalogs of a language.

        Args:
            language: one of `languages()`.
            instrument: for the names of domains and levels and the labels of options.
            ruleset: for what its rules say, and its labels.
            catalogs: to look into, in this order; None takes the language's own, then English.
        """
        self.language = language
        tags = dict.fromkeys((language, ENGLISH))
        self._catalogs = [load_catalog(tag) for tag in tags] if catalogs is None else list(catalogs)
        self._own: dict[str, str] = {}
        if instrument is not None:
            self._own |= _words_of_instrument(instrument)
        if ruleset is not None:
            self._own |= _words_of_rules(ruleset)

    def find(self, key: str, n: int | None = None) -> str | None:
        """The text of a key with its placeholders unfilled; None when nobody has words for it."""
        if self.language == ENGLISH and key in self._own:
            return self._own[key]
        for catalog in self._catalogs:
            if catalog.language == ENGLISH and key in self._own:
                break
            if (text := catalog.find(key, n)) is not None:
                return text
        return self._own.get(key)

    def say(self, message: Message) -> str:
        """The sentence of a message.

        A value `n` picks the plural form. A placeholder may ask how a value is written: `{need:lower}` within a
        sentence, `{mean:.1f}` as a number, a list as `written` describes. Values of rules are words of the catalog of
        supports, which the ruleset labels.

        Raises:
            MessageMissing: no catalog has words for the key, or for one among its values.
        """
        values = message.values
        n = values.get("n")
        text = self.find(message.key, n if isinstance(n, int) else None)
        if text is None:
            raise MessageMissing(message.key)
        if message.key.startswith("rule."):
            values = {name: self._labeled(value) for name, value in values.items()}
        parts = []
        for literal, name, how in _parts(text):
            parts.append(literal)
            if name is not None:
                parts.append(self.written(values[name], how))
        return "".join(parts)

    def tell(self, key: str, **values: MessageValue) -> str:
        """`say`, from a key and its values."""
        return self.say(Message(key=key, values=values))

    def told(self, message: Message | None, text: str) -> str:
        """The words of a stored message; its English text in a document from before messages were stored."""
        return text if message is None else self.say(message)

    def word(self, member: Enum) -> str:
        """The word for a member of a vocabulary.

        Raises:
            MessageMissing: it has none.
        """
        return self.say(Message(key=key_of(member)))

    def written(self, value: MessageValue, how: str = "") -> str:
        """A value within a sentence.

        Args:
            value: see `MessageValue`.
            how: `lower` in small letters; for numbers a format of Python; for lists what stands between: `and` before
                the last, `ands` everywhere, `semicolons`, `sentences` (a space), else commas. `lower ands` is both.
        """
        if isinstance(value, tuple):
            case = "lower" if how.startswith("lower") else ""
            return self._joined([self.written(one, case) for one in value], how.removeprefix("lower").strip())
        if isinstance(value, (int, float)):
            return format(value, how)
        text = value if isinstance(value, str) else self.say(value)
        return text.lower() if how == "lower" else text

    def _joined(self, words: Sequence[str], how: str) -> str:
        match how:
            case "and" if len(words) > 1:
                return self.tell("list.and", first=", ".join(words[:-1]), last=words[-1])
            case "ands":
                return self.tell("list.between").join(words)
            case "semicolons":
                return "; ".join(words)
            case "sentences":
                return " ".join(words)
            case _:
                return ", ".join(words)

    def _labeled(self, value: MessageValue) -> MessageValue:
        """Words of the catalog as people read them: `a`, `a, b` or `a, b, c and 4 more`; `not stated` for none."""
        if not isinstance(value, tuple):
            return value
        if not value:
            return self.tell("list.nothing")
        if len(value) > _SHOWN_WORDS:
            n = len(value) - _SHOWN_WORDS + 1
            return self.tell("list.more", words=self._labeled(value[: _SHOWN_WORDS - 1]), n=n)
        return ", ".join(self.find(f"label.{word}") or _spaced(str(word)) for word in value)


def _spaced(word: str) -> str:
    # Hyphens of dates, language tags and amounts stay.
    return word.replace("-", " ") if word.replace("-", "").isalpha() and word.islower() else word


@cache
def _parts(text: str) -> tuple[tuple[str, str | None, str], ...]:
    """What stands before each placeholder, its name (None at the end) and how its value is to be written."""
    return tuple((literal, name, how or "") for literal, name, how, _ in Formatter().parse(text))


def _words_of_instrument(instrument: Instrument) -> Mapping[str, str]:
    words = {f"domain.{domain.id}": domain.name for domain in instrument.domains}
    words |= {f"level.{level.value}": level.name for level in instrument.levels}
    for question in instrument.context:
        words |= {f"option.{question.id}.{option.key}": option.label for option in question.options}
    return words


def _words_of_rules(ruleset: Ruleset) -> Mapping[str, str]:
    words = {f"label.{word}": label for word, label in ruleset.labels.items()}
    for rule in ruleset.rules:
        words |= {f"rule.{rule.id}.{outcome}": template for outcome, template in rule.because if template}
    return words

"""What is said of a fault, in the one voice of every report: what was expected, what was found, what may be meant."""

import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

__all__ = [
    "MISSING",
    "Hints",
    "close_words",
    "expectation",
    "fields_at",
    "found",
    "readable",
    "sentence",
    "told_whole",
    "words_of",
]

MISSING = "This is required, but missing."
_MAX_WORD = 60
_SHOWN_OPTIONS = 15
# difflib is slow: a hostile file with a million unknown words must not cost a minute.
_MAX_SUGGESTIONS = 25

_EXPECTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "date_from_datetime_inexact": "a date such as 2026-10-15",
    "date_from_datetime_parsing": "a date such as 2026-10-15",
    "date_parsing": "a date such as 2026-10-15",
    "date_type": "a date such as 2026-10-15",
    "datetime_from_date_parsing": "a time such as 2026-10-15T16:00:00Z",
    "datetime_object_invalid": "a time such as 2026-10-15T16:00:00Z",
    "datetime_parsing": "a time such as 2026-10-15T16:00:00Z",
    "datetime_type": "a time such as 2026-10-15T16:00:00Z",
    "dict_type": "an object",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a smaller number",
    "int_type": "a whole number",
    "invalid_key": "text as the name of a field",
    "list_type": "a list",
    "mapping_type": "an object",
    "model_attributes_type": "an object",
    "model_type": "an object",
    "none_required": "null",
    "path_type": "the path of a file or folder",
    "set_type": "a list",
    "string_sub_type": "text",
    "string_type": "text",
    "string_unicode": "text in UTF-8",
    "timezone_aware": "a time with its zone, such as 2026-10-15T16:00:00Z",
    "tuple_type": "a list",
}
_LIKE = {
    r"\S": "text that is not blank",
    r"^\S+$": "one word without spaces",
    r"^[!-~]+$": "letters, digits and signs of plain English without spaces",
    r"^[0-9a-f]{64}$": "64 hexadecimal digits, in lowercase",
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "lowercase words or numbers joined by '-'",
    r"^\d+\.\d+\.\d+$": "a version such as 1.0.0",
    r"^https?://\S+$": "a web address that starts with http:// or https://",
    r"^https?://[^/?#\s]+$": "an address without a path, such as https://trellis.example.org",
    r"^(https://|http://(localhost|127\.0\.0\.1)(:|/|$))": "a web address that starts with https://",
    r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$": "a BCP 47 language tag such as en or zh-Hans",
    r"^[A-Z]{2}$": "a state code of two capital letters, or US",
    r"^res-[a-z0-9]+(-[a-z0-9]+)*$": "'res-' and then lowercase words or numbers joined by '-'",
    r"^prov-[a-z0-9]+(-[a-z0-9]+)*$": "'prov-' and then lowercase words or numbers joined by '-'",
    r"^(key|person):[!-~]+$": "'key:' or 'person:' and then an id",
    r"^[^\x00-\x1f\x7f]*$": "text in one line",
    r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$": "text in one line that is not blank",
    r"^[!-?A-~]+@[!-?A-~]+$": "an email address",
    "^(classical|eap)$": "classical or eap",
}
"""Patterns of our models in words."""


def found(value: object) -> str:
    """A value as it can stand in a message: short, and never a whole document."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"'{readable(value)}'" if len(value) <= _MAX_WORD else f"a text of {len(value)} characters"
        case int():
            return str(value) if abs(value) < 10**18 else "a very large number"
        case float():
            return str(value)
        case Mapping():
            return "an object"
        case Sequence():
            return "a list"
    return type(value).__name__


def readable(text: str) -> str:
    """A text that any reader of a report takes: half characters and zero bytes are replaced."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()


def sentence(text: str) -> str:
    """A text with a capital at its start and a full stop at its end."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def close_words(word: object, words: Iterable[str], *, n: int = 1) -> list[str]:
    """Up to `n` of `words` that `word` may have been meant to be, closest first; equal closeness orders by word."""
    by_folded = {option.casefold(): option for option in sorted(words, reverse=True)}
    return [by_folded[match] for match in get_close_matches(str(word).casefold(), sorted(by_folded), n=n)]


class Hints:
    """Suggests what an unknown word may have been meant to be, for the first 25 of a report; these take time."""

    def __init__(self) -> None:
        self._left = _MAX_SUGGESTIONS

    def unknown_word(self, word: object, allowed: Sequence[str], *, what: str) -> str:
        """That a word is not `what`, with the closest allowed word, or the whole list if it is short."""
        close: list[str] = []
        if isinstance(word, str) and len(word) <= _MAX_WORD and self._left > 0:
            self._left -= 1
            close = close_words(word, allowed)
        text = f"{found(word)} is not {what}." + (f" Did you mean '{close[0]}'?" if close else "")
        if len(allowed) <= _SHOWN_OPTIONS:
            return text + (f" Expected one of: {', '.join(allowed)}." if allowed else "")
        if close:
            return text
        return f"{text} Expected one of {len(allowed)} words: {', '.join(allowed[:_SHOWN_OPTIONS])}, …"


def words_of(details: ErrorDetails) -> tuple[str, ...] | None:
    """The closed list of words of which a value is none; None for every other fault."""
    context = details.get("ctx", {})
    listed = {"enum": "expected", "literal_error": "expected", "union_tag_invalid": "expected_tags"}.get(
        details["type"]
    )
    return None if listed is None else tuple(re.findall(r"'([^']*)'", context[listed])) or None


def expectation(details: ErrorDetails, like: Mapping[str, str], name: str) -> str | None:
    """What was expected in place of a refused value, to stand after "Expected"; None where that is not what was wrong.

    Args:
        details: one error of the validation.
        like: what a field must look like, by its name, for patterns and objects.
        name: of the field that the value is in.
    """
    kind, context = details["type"], details.get("ctx", {})
    match kind:
        case "string_pattern_mismatch":
            return like.get(name) or _LIKE.get(context["pattern"], f"text that fits {context['pattern']}")
        case "dict_type" if name in like:
            return like[name]
        case "greater_than_equal":
            return f"{_bound(context['ge'])} or more"
        case "greater_than":
            return f"more than {_bound(context['gt'])}"
        case "less_than_equal":
            return f"{_bound(context['le'])} or less"
        case "less_than":
            return f"less than {_bound(context['lt'])}"
        case "enum" | "literal_error":  # numbers, for words have been told
            return f"one of: {context['expected']}".replace(" or ", ", ")
    return _EXPECTED.get(kind)


def told_whole(details: ErrorDetails) -> str:
    """The sentence on a fault that is neither of a closed list nor of an expectation."""
    kind, context = details["type"], details.get("ctx", {})
    # Of a text that is cleaned before it is measured, pydantic says what it says of a list.
    kind = f"string_{kind}" if kind in ("too_short", "too_long") and isinstance(details["input"], str) else kind
    match kind:
        case "value_error" | "assertion_error":
            return sentence(str(context["error"]))
        case "string_too_short":
            if context["min_length"] == 1:
                return "Expected text; found an empty one."
            return f"Expected at least {context['min_length']} characters; found {len(str(details['input']))}."
        case "string_too_long":
            return f"At most {context['max_length']} characters; found {len(str(details['input']))}."
        case "too_short":
            return f"Expected at least {_entries(context['min_length'])}; found {context['actual_length']}."
        case "too_long":
            # The length of what was sent is not always counted to its end.
            given = details["input"]
            length = len(given) if isinstance(given, Mapping | Sequence) else context["actual_length"]
            return f"At most {_entries(context['max_length'])}; found {length}."
        case "json_invalid" | "json_type":
            return f"Not JSON: {context.get('error', 'expected text')}."
    return f"{sentence(found(details['input']))[:-1]} cannot stand here."


def fields_at(model: Any, loc: Sequence[str | int]) -> tuple[str, ...]:
    """Names of the fields of the object at a place of a model's documents, as they are written there.

    Args:
        model: a model, or any type that can be validated.
        loc: the validation's location, with the tags of unions in it.

    Returns:
        The names in the order of the model; empty where no model is known to stand there.
    """
    for kind in _kinds_at(model, tuple(loc)):
        return tuple(info.alias or name for name, info in kind.model_fields.items())
    return ()


def _kinds_at(kind: Any, loc: tuple[str | int, ...]) -> Iterator[type[BaseModel]]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        yield from _kinds_at(arguments[0], loc)
    elif origin in (Union, types.UnionType):
        tagged = [member for member in arguments if loc and _is_tagged(member, loc[0])]
        for member in tagged or arguments:
            yield from _kinds_at(member, loc[1:] if tagged else loc)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        if not loc:
            yield kind
        elif (info := _field(kind, loc[0])) is not None:
            yield from _kinds_at(info.annotation, loc[1:])
    elif loc and arguments and origin is not Literal:
        # The member of a list by its position, the value of an object by its key.
        yield from _kinds_at(arguments[1] if origin not in (tuple, list, set, frozenset) else arguments[0], loc[1:])


def _field(model: type[BaseModel], name: str | int) -> FieldInfo | None:
    return next((info for own, info in model.model_fields.items() if name in (info.alias, own)), None)


def _is_tagged(member: Any, tag: str | int) -> bool:
    kind = get_args(member)[0] if get_origin(member) is Annotated else member
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return False
    return tag == kind.__name__ or any(tag in get_args(info.annotation) for info in kind.model_fields.values())


def _bound(value: object) -> str:
    """A bound as people write it: also a time, which is given as a text."""
    match value:
        case int():
            return f"{value:,}"
        case float():
            return f"{value:g}"
    return str(value)


def _entries(count: int) -> str:
    return f"{count} entry" if count == 1 else f"{count} entries"

"""Turns what pydantic refuses into faults that a person can act on: place, what was found, what was expected."""

import difflib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from models.base import Fault

__all__ = ["close_words", "join_pointer", "show", "value_faults", "wrong_word"]

SHOWN_CHARACTERS = 60

EXPECTED = {
    "bool_type": "true or false",
    "date_from_datetime_parsing": "a date like 2026-11-21",
    "date_parsing": "a date like 2026-11-21",
    "date_type": "a date like 2026-11-21",
    "dict_type": "an object",
    "finite_number": "a finite number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "model_attributes_type": "an object",
    "model_type": "an object",
    "string_type": "text",
    "tuple_type": "a list",
}


def value_faults(
    error: ValidationError,
    document: object,
    *,
    fields: Collection[str] = (),
    expected: Mapping[str, str] | None = None,
) -> list[Fault]:
    """One fault for each error, in pydantic's order, with its JSON pointer into `document`.

    Args:
        error: what validating `document` raised.
        document: the parsed input; decides which parts of pydantic's location are really in the document
            (the tag of a union is not).
        fields: all field names of the models concerned, to suggest one for an unknown field.
        expected: field name -> what a value of that field must look like, for patterns and mappings.
    """
    return [
        _fault(details, document, fields, expected or {})
        for details in error.errors(include_url=False)
        if not _follows_from_another(details)
    ]


def join_pointer(parts: Iterable[str | int]) -> str:
    """The RFC 6901 JSON pointer of a path of keys and positions; the empty path is the empty text."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def show(found: object) -> str:
    """A found value as JSON, shortened to 60 characters."""
    text = json.dumps(found, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def close_words(found: object, words: Iterable[str], *, n: int = 1) -> list[str]:
    """Up to `n` of `words` that `found` may have been meant to be, closest first; equal closeness orders by word."""
    return difflib.get_close_matches(str(found).lower(), sorted(words), n=n, cutoff=0.6)


def wrong_word(found: object, words: Sequence[str]) -> str:
    """What to say of a word that is not in a closed vocabulary, with the closest word if there is one."""
    close = close_words(found, words)
    hint = f"did you mean {show(close[0])}? " if close else ""
    return f"found {show(found)}; {hint}expected one of {', '.join(words)}"


def _fault(details: ErrorDetails, document: object, fields: Collection[str], expected: Mapping[str, str]) -> Fault:
    path = _path(details, document)
    return Fault(pointer=join_pointer(path), detail=_detail(details, path, fields, expected))


def _follows_from_another(details: ErrorDetails) -> bool:
    # A list whose only entries are wrong is reported again as too short: pydantic counts the entries it kept.
    found = details["input"]
    return details["type"] == "too_short" and isinstance(found, list) and len(found) >= details["ctx"]["min_length"]


def _path(details: ErrorDetails, document: object) -> list[str | int]:
    path: list[str | int] = []
    for position, part in enumerate(details["loc"]):
        try:
            document = document[part]  # type: ignore[index]  # what cannot be indexed is caught
        except (KeyError, IndexError, TypeError):
            if details["type"] != "missing" or position < len(details["loc"]) - 1:
                continue
        path.append(part)
    return path


def _detail(details: ErrorDetails, path: list[str | int], fields: Collection[str], expected: Mapping[str, str]) -> str:
    kind, found, context = details["type"], details["input"], details.get("ctx", {})
    name = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    match kind:
        case "json_invalid":
            return f"not valid JSON: {context['error']}"
        case "missing":
            return f"the field '{name}' is missing"
        case "extra_forbidden":
            close = close_words(name, fields)
            return f"unknown field '{name}'" + (f"; did you mean '{close[0]}'?" if close else "")
        case "enum" | "literal_error":
            return wrong_word(found, re.findall(r"'([^']*)'", context["expected"]))
        case "union_tag_invalid":
            return wrong_word(context["tag"], re.findall(r"'([^']*)'", context["expected_tags"]))
        case "union_tag_not_found":
            return f"the field {context['discriminator']} is missing"
        case "string_too_short":
            return "found an empty text"
        case "too_short":
            return f"found {context['actual_length']} entries; expected at least {context['min_length']}"
        case "too_long":
            return f"found {context['actual_length']} entries; expected at most {context['max_length']}"
        case "value_error":
            return str(context["error"])
        case "dict_type" if name in expected:
            return f"found {show(found)}; expected {expected[name]}"
        case "string_pattern_mismatch":
            return f"found {show(found)}; expected {expected.get(name, 'text like ' + context['pattern'])}"
        case "greater_than_equal":
            return f"found {show(found)}; expected {context['ge']:g} or more"
        case "less_than_equal":
            return f"found {show(found)}; expected {context['le']:g} or less"
    if kind in EXPECTED:
        return f"found {show(found)}; expected {EXPECTED[kind]}"
    return f"found {show(found)}; {details['msg'][0].lower()}{details['msg'][1:]}"

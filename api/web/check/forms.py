"""The fields of the questionnaire's forms: named as the pieces of a person's answers are, sent whole or one by one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from starlette.datastructures import FormData

from api.assessments.answers import OwnAnswers
from api.assessments.pieces import CONSENTS, Pieces
from api.errors import InvalidBody
from api.text.language import _, speaker
from models.base import Fault
from models.instrument import Instrument
from models.vocab import ImportanceKey

__all__ = [
    "SentAnswers",
    "changed_pieces",
    "fault_words",
    "field_value",
    "number_of_top_three",
    "saved_pieces",
    "sent_pieces",
]

_NOT_PIECES = ("go", "clear")
_AGE = "age:"
"""Before a field's name: how many milliseconds ago its value was chosen."""
_LONGEST_AGE = 12
"""Digits; more are years that nobody was offline."""
_DEPTH = {"role": 1, **dict.fromkeys(CONSENTS, 1), "answers": 2, "importance": 2, "open_text": 2, "readiness": 3}
_SAID = {"yes": True, "no": False}


class SentAnswers(NamedTuple):
    """What a form brought."""

    pieces: Pieces
    """What its fields set; None takes a piece out."""
    go: str
    """Which button was pressed: `stay`, `next`, `previous` or `overview`."""
    cleared: str | None
    """The path whose answer the pressed button takes out."""
    ages: Mapping[str, timedelta] = {}
    """How long ago pieces were chosen, by path, where the page says so."""

    def chosen(self, now: datetime) -> dict[str, datetime]:
        """When those pieces were chosen: counted back from now, because clocks of devices differ."""
        return {path: now - age for path, age in self.ages.items()}


def sent_pieces(form: FormData) -> SentAnswers:
    """The pieces in a form; a field that is sent empty takes its piece out.

    Raises:
        InvalidBody: fields that no page of the questionnaire has.
    """
    sent = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    ages = {name.removeprefix(_AGE): value for name, value in sent.items() if name.startswith(_AGE)}
    fields = {name: value for name, value in sent.items() if not name.startswith(_AGE)}
    cleared = fields.get("clear")
    names = [name for name in fields if name not in _NOT_PIECES] + ([cleared] if cleared else [])
    unknown = [name for name in names if len(name.split("/")) != _DEPTH.get(name.split("/")[0])]
    unknown += [
        f"{_AGE}{name}"
        for name, age in ages.items()
        if name not in fields or not (age.isascii() and age.isdigit() and len(age) <= _LONGEST_AGE)
    ]
    if unknown:
        detail = _("No field of this page has that name.")
        raise InvalidBody([Fault(pointer=f"/{name}", detail=detail) for name in sorted(unknown)])
    pieces = {name: _value(name, text) for name, text in fields.items() if name not in _NOT_PIECES}
    if cleared:
        pieces[cleared] = None
    since = {name: timedelta(milliseconds=int(age)) for name, age in ages.items()}
    return SentAnswers(pieces, fields.get("go", "stay"), cleared, since)


def saved_pieces(own: OwnAnswers) -> dict[str, Any]:
    """What a person saved, by path."""
    pieces: dict[str, Any] = {f"answers/{item}": value for item, value in own.answers.items()}
    pieces |= {f"importance/{domain}": str(key) for domain, key in own.importance.items()}
    pieces |= {f"open_text/{key}": text for key, text in own.open_text.model_dump().items() if text}
    for domain, levels in own.readiness.items():
        pieces |= {f"readiness/{domain}/{part}": level for part, level in levels.items()}
    if own.role is not None:
        pieces["role"] = own.role
    return pieces | {"share_text": own.share_text, "match_from_answers": own.match_from_answers}


def field_value(piece: Any) -> str | None:
    """A piece as the field of its page sends it; None for a field without a value."""
    if isinstance(piece, bool):
        return "yes" if piece else "no"
    return None if piece is None else str(piece)


def changed_pieces(pieces: Pieces, saved: Pieces) -> dict[str, Any]:
    """The pieces that differ from what is saved; `1` and `True` do."""
    return {
        path: value
        for path, value in pieces.items()
        if saved.get(path) != value or type(saved.get(path)) is not type(value)
    }


def fault_words(
    faults: Sequence[Fault], sent: Mapping[str, Any], instrument: Instrument, own: OwnAnswers
) -> dict[str, str]:
    """What is wrong with each field that was sent, in plain words, by path."""
    limits = {question.id: question.max_chars for question in instrument.open_text}
    names = {domain.id: domain.name for domain in instrument.domains}
    words: dict[str, str] = {}
    for fault in faults:
        path = fault.pointer.removeprefix("/")
        if path == "importance":
            chosen = [name for domain, name in names.items() if own.importance.get(domain) is ImportanceKey.TOP_THREE]
            told = _(
                "You already have a top three: {parts}. To add this one, first change one of those.",
                parts=_list(chosen),
            )
            words |= {
                one: told for one, value in sent.items() if one.startswith("importance/") and value == "top_three"
            }
        elif path.startswith("open_text/") and isinstance(text := sent.get(path), str):
            limit = limits.get(path.removeprefix("open_text/"), 0)
            too_long = _(
                "This text has {length} characters. There is room for {limit}. "
                "It is still here: please make it shorter and save again.",
                length=f"{len(text):,}",
                limit=f"{limit:,}",
            )
            words[path] = too_long if len(text) > limit else fault.detail
        else:
            words[path] = _("We could not take that. Please choose again.")
    return words


def number_of_top_three(instrument: Instrument) -> int | None:
    """How many domains may be among the top three; None without a cap."""
    return next((o.max_domains for o in instrument.importance.options if o.key is ImportanceKey.TOP_THREE), None)


def _value(path: str, text: str) -> Any:
    """A field's value as a piece; what fits no piece stays as it is, for the service to refuse with its place."""
    part = path.partition("/")[0]
    if part == "open_text":
        # Browsers end lines by two characters, which would count against the limit.
        return text.replace("\r\n", "\n") if text.strip() else None
    if text == "":
        return None
    if part in CONSENTS:
        return _SAID.get(text, text)
    return int(text) if part in ("answers", "readiness") and len(text) == 1 and text in "123456789" else text


def _list(names: Sequence[str]) -> str:
    return speaker().written(tuple(_("“{name}”", name=name) for name in names), "and")

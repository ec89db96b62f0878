"""The page for a person's own words."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from api.assessments.answers import OwnAnswers
from api.web.check.way import CheckFrame
from models.instrument import Instrument

__all__ = ["WordsPage", "words_page"]


class SharedText(NamedTuple):
    """One question for own words."""

    path: str
    """Name of the field, such as `open_text/strengths`."""
    anchor: str
    """Id of the field in the page."""
    question: str
    max_chars: int
    text: str
    fault: str


class WordsPage(NamedTuple):
    """The questions for own words."""

    frame: CheckFrame
    texts: Sequence[SharedText]
    share_text: bool
    match_from_answers: bool
    note: str
    min_team: int
    min_detail: int
    faults: Sequence[tuple[str, str]]
    """Ids of fields, and what is wrong there."""
    unsaved: bool
    """Whether the page shows texts that could not be saved."""


def words_page(
    own: OwnAnswers,
    instrument: Instrument,
    *,
    frame: CheckFrame,
    sent: Mapping[str, Any] | None = None,
    faults: Mapping[str, str] | None = None,
) -> WordsPage:
    """The page; `sent` are texts that could not be saved, shown in place of what is saved, with their `faults`."""
    saved = {f"open_text/{key}": text for key, text in own.open_text.model_dump().items()}
    pieces, faults = {**saved, **(sent or {})}, faults or {}
    texts = [
        SharedText(
            path=(path := f"open_text/{question.id}"),
            anchor=f"text-{question.id}",
            question=question.text,
            max_chars=question.max_chars,
            text=pieces.get(path) or "",
            fault=faults.get(path, ""),
        )
        for question in instrument.open_text
    ]
    return WordsPage(
        frame=frame,
        texts=texts,
        share_text=pieces.get("share_text", own.share_text) is True,
        match_from_answers=pieces.get("match_from_answers", own.match_from_answers) is True,
        note=instrument.open_text_note or "",
        min_team=instrument.privacy.min_team,
        min_detail=instrument.privacy.min_detail,
        faults=[
            *((text.anchor, f"{text.question}: {text.fault}") for text in texts if text.fault),
            *(("main", words) for path, words in faults.items() if path not in {text.path for text in texts}),
        ],
        unsaved=sent is not None,
    )

"""Which words of a support are searched, and how people's own words are cut into sentences; one place for all."""

import re

from models.support import Support
from models.vocab import Domain, FocusArea

__all__ = ["document_text", "pieces", "readable", "sentences", "statements"]

_MIN_WORDS = 4
# A sentence ends at . ! ? or … (and a closing mark) before a capital letter, digit or opening mark; a line break or a
# bullet ends one too.
_BOUNDARY = re.compile(
    r"""(?:(?<=[.!?…])|(?<=[.!?…]["'”’)]))\s+(?=["'“‘(¿¡]*[A-ZÀ-ÖØ-Þ0-9])"""
    r"""|\s*[\n\r]\s*(?:[-*•–]\s+|\d+[.)]\s+)?"""
    r"""|\s+•\s+"""
)


def document_text(support: Support) -> str:
    """The text of a support that is searched as a whole: title or name, summary, services, domains and focus areas.

    The `needs_met` statements are not part of it: each is searched by itself (see `statements`).
    """
    parts = [f"{support.display_title}.", support.summary]
    parts += [service.description for service in support.offers]
    topics = [readable(domain) for domain in support.domains]
    topics += [readable(area) for area in support.focus_areas if area is not FocusArea.GENERAL]
    return " ".join([*parts, f"{', '.join(topics)}."])


def statements(support: Support) -> tuple[str, ...]:
    """The `needs_met` sentences of a support, in the record's order; empty where the record has none."""
    return support.needs_met


def readable(word: Domain | FocusArea) -> str:
    """A vocabulary word as plain words: `on-track-grade-9` becomes `on track grade 9`."""
    return word.value.replace("-", " ")


def sentences(text: str, *, max_count: int = 12) -> tuple[str, ...]:
    """The sentences of open text, at most `max_count`, in order; empty for a text without words.

    A piece of fewer than four words says too little to search with: it is joined to the piece before it (the first
    one to the piece after it). What follows the last allowed sentence is left out.

    >>> sentences("We lack time. Really. Nobody has looked at the attendance data since Dr. Ruiz left!")
    ('We lack time. Really.', 'Nobody has looked at the attendance data since Dr. Ruiz left!')
    """
    joined: list[str] = []
    for piece in (" ".join(part.split()) for part in _BOUNDARY.split(f"\n{text}")):
        if not re.search(r"\w", piece):
            continue
        if joined and (_is_short(piece) or _is_short(joined[-1]) or joined[-1].endswith(_ABBREVIATIONS)):
            joined[-1] = f"{joined[-1]} {piece}"
        else:
            joined.append(piece)
    return tuple(joined[:max_count])


def pieces(text: str, *, max_count: int) -> tuple[str, ...]:
    """The whole text in at most `max_count` pieces of about equal length, cut between sentences.

    Neighbors with the fewest words together are joined first (the first such pair of equals), so nothing is lost.
    """
    parts = list(sentences(text, max_count=_MANY))
    while len(parts) > max_count:
        sizes = [len(part.split()) for part in parts]
        at = min(range(len(parts) - 1), key=lambda first: sizes[first] + sizes[first + 1])
        parts[at : at + 2] = [f"{parts[at]} {parts[at + 1]}"]
    return tuple(parts)


_MANY = 1_000
_ABBREVIATIONS = (" Dr.", " Mr.", " Mrs.", " Ms.", " St.", " e.g.", " i.e.", " vs.", " U.S.")


def _is_short(piece: str) -> bool:
    return len(piece.split()) < _MIN_WORDS

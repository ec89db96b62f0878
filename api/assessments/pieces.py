"""A person's answers as pieces by path, which is how they are saved, and as the tree that assessments hold."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["CONSENTS", "Pieces", "pieces_of", "tree_of"]

Pieces = Mapping[str, Any]
"""Values by path in a response, such as `answers/la1` or `readiness/team-and-time/rd1`; None takes a piece out."""

_SINGLE = ("role", "share_text", "match_from_answers")
CONSENTS = tuple(path for path in _SINGLE if path != "role")
"""What a person agrees to."""
_PARTS = ("answers", "importance", "open_text")


def tree_of(pieces: Pieces) -> dict[str, Any]:
    """The response, or part of one, that has these pieces."""
    tree: dict[str, Any] = {}
    for path, value in pieces.items():
        *parents, key = path.split("/")
        part = tree
        for parent in parents:
            part = part.setdefault(parent, {})
        part[key] = value
    return tree


def pieces_of(tree: Mapping[str, Any], readiness: Sequence[str]) -> dict[str, Any]:
    """The pieces of a response, or of a part of one, that was checked.

    Args:
        tree: fields of a response; a domain of readiness whose questions are None takes all of them out.
        readiness: ids of the readiness questions.
    """
    pieces: dict[str, Any] = {key: tree[key] for key in _SINGLE if key in tree}
    for part in _PARTS:
        pieces |= {f"{part}/{key}": value for key, value in tree.get(part, {}).items()}
    for domain, levels in tree.get("readiness", {}).items():
        given = dict.fromkeys(readiness) if levels is None else levels
        pieces |= {f"readiness/{domain}/{question}": level for question, level in given.items()}
    return pieces

"""Supports that were decided on before: which decision counts, and how a run says so."""

from collections.abc import Mapping, Sequence
from typing import Literal

from models.base import SupportId
from models.message import Message, MessageValue
from models.recommendation import PastStatus, PastSupport

__all__ = ["OUTCOMES", "latest", "left_out_because"]

OUTCOMES: Mapping[PastStatus, Literal["already_used", "declined", "removed"]] = {
    "finished": "already_used",
    "in_use": "already_used",
    "declined": "declined",
    "removed": "removed",
}
"""What `why_not` answers for each status."""


def latest(history: Sequence[PastSupport]) -> dict[SupportId, PastSupport]:
    """The last word on each support, by id; of one day the later in the sequence."""
    return {past.support_id: past for past in sorted(history, key=lambda past: past.since)}


def left_out_because(past: PastSupport) -> Message:
    """One sentence on why and since when a support is left out, with the detail if there is one."""
    # The year is a text: numbers are written with signs that years do not have.
    values: dict[str, MessageValue] = {
        "month": Message(key=f"month.{past.since.month}"),
        "year": str(past.since.year),
    }
    if detail := " ".join(past.detail.split()).rstrip("."):
        return Message(key=f"past.{past.status}_detail", values={**values, "detail": detail})
    return Message(key=f"past.{past.status}", values=values)

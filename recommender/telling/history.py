"""Supports that were decided on before: which decision counts, and how a run says so."""

from collections.abc import Mapping, Sequence
from typing import Literal

from models.base import SupportId
from models.recommendation import PastStatus, PastSupport

__all__ = ["OUTCOMES", "latest", "left_out_because"]

OUTCOMES: Mapping[PastStatus, Literal["already_used", "declined", "removed"]] = {
    "finished": "already_used",
    "in_use": "already_used",
    "declined": "declined",
    "removed": "removed",
}
"""What `why_not` answers for each status."""

_SENTENCES: Mapping[PastStatus, str] = {
    "finished": "Left out because your team finished it in {month}",
    "in_use": "Left out because your team has been using it since {month}",
    "declined": "Left out because your team declined it in {month}",
    "removed": "Left out because a program officer removed it in {month}",
}

# Month names from the standard library change with the machine's language.
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def latest(history: Sequence[PastSupport]) -> dict[SupportId, PastSupport]:
    """The last word on each support, by id; of one day the later in the sequence."""
    return {past.support_id: past for past in sorted(history, key=lambda past: past.since)}


def left_out_because(past: PastSupport) -> str:
    """One sentence on why and since when a support is left out, with the detail if there is one."""
    month = f"{_MONTHS[past.since.month - 1]} {past.since.year}"
    detail = " ".join(past.detail.split()).rstrip(".")
    return _SENTENCES[past.status].format(month=month) + (f": {detail}." if detail else ".")

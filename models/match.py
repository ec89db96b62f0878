"""The life of a match between a team and a support, and what teams say of supports."""

from enum import StrEnum

__all__ = ["FeedbackKind", "MatchOutcome", "MatchState", "TeamReason"]


class MatchState(StrEnum):
    """Where a match stands."""

    PROPOSED = "proposed"
    """Recommended; nobody has looked at it."""
    REVIEWED = "reviewed"
    """A program officer has it in hand; also what was offered and taken back."""
    OFFERED = "offered"
    """The team sees it."""
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ENGAGED = "engaged"
    """The team uses it."""
    CLOSED = "closed"


class MatchOutcome(StrEnum):
    """What came of a closed match."""

    HELPED = "helped"
    HELPED_SOME = "helped_some"
    DID_NOT_HELP = "did_not_help"
    NOT_USED = "not_used"
    UNKNOWN = "unknown"


class FeedbackKind(StrEnum):
    """What a team did with a support."""

    VIEWED = "viewed"
    SAVED = "saved"
    UNSAVED = "unsaved"
    STARTED = "started"
    FINISHED = "finished"
    HELPFUL = "helpful"
    NOT_HELPFUL = "not_helpful"
    DECLINED = "declined"


class TeamReason(StrEnum):
    """Why a team declines a support or finds it of no help."""

    NOT_OUR_NEED = "not_our_need"
    TOO_BASIC = "too_basic"
    TOO_ADVANCED = "too_advanced"
    NOT_OUR_CONTEXT = "not_our_context"
    NO_TIME = "no_time"
    TOO_COSTLY = "too_costly"
    ALREADY_USED = "already_used"
    HARD_TO_USE = "hard_to_use"
    NOT_AVAILABLE = "not_available"
    OTHER = "other"

"""Names of the states and territories, for choosing them."""

from collections.abc import Mapping

from api.text.language import speaker
from models.vocab import US_STATES

__all__ = ["state_names"]


def state_names() -> Mapping[str, str]:
    """By the words of the instrument."""
    return {state: speaker().tell(f"state.{state}") for state in (*US_STATES, "outside-us")}

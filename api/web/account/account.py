"""What the pages of the way in and out show."""

from typing import NamedTuple, Self

from starlette.datastructures import State

from api.access.passwords import MIN_LENGTH
from api.text.language import _

__all__ = ["AccountPage", "SignInPage"]


class SignInPage(NamedTuple):
    """The sign-in."""

    email: str
    """As it was typed before."""
    back: str
    """Path to go to afterwards; empty for the first page."""
    problem: str
    done: str
    has_provider: bool
    """Whether an identity provider is set up."""
    is_demo: bool

    @classmethod
    def fresh(cls, state: State, *, back: str, done: str = "") -> Self:
        """The page for somebody who has typed nothing yet; `done` is a key of what happened just now."""
        return cls("", back, "", _what_happened(done), state.identity_provider is not None, state.demo is not None)

    @classmethod
    def after(cls, error: Exception, state: State, *, email: str, back: str) -> Self:
        """The page for somebody who could not be signed in."""
        return cls.fresh(state, back=back)._replace(email=email[:200], problem=str(error))


class AccountPage(NamedTuple):
    """A person's own account."""

    name: str
    email: str
    role: str
    has_password: bool
    needs_current: bool
    """Whether the present password must be given to set another."""
    done: str
    faults: dict[str, str]
    """Field to what is wrong with it."""
    shortest: int = MIN_LENGTH
    """Fewest characters of a password."""


def _what_happened(done: str) -> str:
    match done:
        case "left":
            return _("You are signed out.")
        case "everywhere":
            return _("You are signed out in every browser.")
    return ""

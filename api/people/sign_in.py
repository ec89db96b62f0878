"""Letting people in: by password, by one-time link, or by the identity provider. All refusals look alike."""

import secrets
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from sqlalchemy.orm import Session

from api.access.audit import note
from api.access.keys import hash_secret
from api.access.oidc import Identity, IdentityProvider, Trip
from api.access.passwords import MAX_LENGTH, MIN_LENGTH, hash_password, verify_password
from api.access.session_rows import end_sessions, forget_expired
from api.access.sessions import Method, SignedInPerson, begin_session
from api.errors import InvalidBody, SignInFailed, TooManyRequests
from api.people.rows import (
    add_oidc_attempt,
    find_link,
    find_person_by_email,
    find_person_by_subject,
    get_person,
    take_oidc_attempt,
)
from api.storage.database import Database
from api.storage.tables import OidcAttempt, Person
from models.base import Fault

__all__ = [
    "OIDC_MINUTES",
    "Attempts",
    "Departure",
    "EmailAndPassword",
    "PasswordChange",
    "change_password",
    "depart",
    "network_of",
    "return_from_provider",
    "sign_in_by_link",
    "sign_in_by_password",
    "sign_out_everywhere",
]

OIDC_MINUTES = 10
"""How long a browser may stay away at the identity provider."""
_WINDOW_MINUTES = 15
_NOT_LET_IN = "The identity provider knows you, but nobody has added you here with the email that it has verified."


class EmailAndPassword(BaseModel):
    """What a person signs in with."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(examples=["dana@example.org"])
    password: SecretStr = Field(examples=["correct horse battery staple"])


class PasswordChange(BaseModel):
    """A new password."""

    model_config = ConfigDict(extra="forbid")

    password: SecretStr = Field(examples=["correct horse battery staple"])
    current_password: SecretStr | None = None
    """Needed where there is one already, unless the person signed in by a link."""


class Departure(NamedTuple):
    """Where to send a browser, and the token for the cookie by which it is known when it returns."""

    url: str
    browser: str


class Attempts:
    """Failed sign-ins of the last minutes, counted in this process.

    Whoever guesses at somebody's password is held up where they guess from: the email stays open to its owner at every
    other address of the network. An email that very many addresses have guessed at gives each further address one
    attempt only, which is enough for somebody who knows the password.
    """

    def __init__(self, *, per_email_and_address: int = 10, per_address: int = 100, per_email: int = 100) -> None:
        self._limits = MovingWindowRateLimiter(MemoryStorage())
        self._here = RateLimitItemPerMinute(per_email_and_address, _WINDOW_MINUTES)
        self._here_under_attack = RateLimitItemPerMinute(1, _WINDOW_MINUTES)
        self._per_address = RateLimitItemPerMinute(per_address, _WINDOW_MINUTES)
        self._per_email = RateLimitItemPerMinute(per_email, _WINDOW_MINUTES)

    def begin(self, email: str, address: str) -> None:
        """Count an attempt before it is checked, so that many at once do not pass.

        Raises:
            TooManyRequests: too many failed before.
        """
        place, known = network_of(address), hash_secret(email)
        attacked = not self._limits.test(self._per_email, "email", known)
        if (
            not self._limits.test(self._per_address, "address", place)
            or not self._limits.hit(self._here, "here", known, place)
            or (attacked and not self._limits.hit(self._here_under_attack, "attacked", known, place))
        ):
            detail = f"Too many attempts to sign in from here; try again in {_WINDOW_MINUTES} minutes."
            raise TooManyRequests(detail, headers={"Retry-After": str(60 * _WINDOW_MINUTES)})

    def succeeded(self, email: str, address: str) -> None:
        """Forget the attempts for an email at an address."""
        place, known = network_of(address), hash_secret(email)
        self._limits.clear(self._here, "here", known, place)
        self._limits.clear(self._here_under_attack, "attacked", known, place)

    def failed(self, email: str, address: str) -> None:
        """Count a failure against an address, and for an email."""
        self._limits.hit(self._per_address, "address", network_of(address))
        self._limits.hit(self._per_email, "email", hash_secret(email))


def network_of(address: str) -> str:
    """The part of an address that one household or school has for itself: of IPv6 the first 64 bits."""
    try:
        number = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((int(number) >> 64 << 64, 64)).network_address) if number.version == 6 else str(number)


def sign_in_by_password(
    database: Database,
    given: EmailAndPassword,
    attempts: Attempts,
    *,
    address: str,
    replaces: str | None,
    now: datetime,
) -> str:
    """Sign a person in and give the token for the cookie. An unknown email takes as long as a wrong password.

    Raises:
        SignInFailed: the two do not belong to a person who may sign in.
        TooManyRequests: too many failed before.
    """
    email = given.email.strip().lower()
    attempts.begin(email, address)
    with database.reading() as session:
        # What no email can hold, a database need not be asked for.
        person = find_person_by_email(session, email) if email.isascii() and email.isprintable() else None
    allowed = person is not None and person.disabled_at is None
    right = verify_password(given.password.get_secret_value(), person.password_hash if person and allowed else None)
    if not right or person is None:
        attempts.failed(email, address)
        raise SignInFailed("Email and password do not belong together.")
    attempts.succeeded(email, address)
    # Hashing took a while, and holds no transaction open; the person may have been disabled since.
    return _enter(database, person.id, "password", replaces=replaces, now=now)


def sign_in_by_link(database: Database, token: str, *, replaces: str | None, now: datetime) -> str:
    """Sign in the person of a link, which is used up thereby, and give the token for the cookie.

    Raises:
        SignInFailed: the link is unknown, used or expired; which of them is not said.
    """
    with database.writing() as session:
        link = find_link(session, hash_secret(token))
        person = get_person(session, link.person_id) if link is not None else None
        if link is None or person is None or link.used_at is not None or link.expires_at <= now or person.disabled_at:
            raise SignInFailed("This link was used already or has expired; ask for a new one.")
        link.used_at = now
        return _begin(session, person, "link", replaces=replaces, now=now)


def depart(database: Database, provider: IdentityProvider, *, back_to: str, now: datetime) -> Departure:
    """Send a browser to the identity provider.

    Raises:
        IdentityProviderUnavailable: it cannot be reached.
    """
    trip = Trip(*(secrets.token_urlsafe(32) for _ in range(3)))
    browser = secrets.token_urlsafe(32)
    url = provider.departure(trip, back_to=back_to, now=now)
    attempt = OidcAttempt(
        state_hash=hash_secret(trip.state),
        browser_hash=hash_secret(browser),
        nonce=trip.nonce,
        code_verifier=trip.code_verifier,
        expires_at=now + timedelta(minutes=OIDC_MINUTES),
    )
    with database.writing() as session:
        forget_expired(session, now=now)
        add_oidc_attempt(session, attempt)
    return Departure(url, browser)


def return_from_provider(
    database: Database,
    provider: IdentityProvider,
    *,
    state: str,
    code: str,
    browser: str,
    back_to: str,
    replaces: str | None,
    now: datetime,
) -> str:
    """Sign in whom the identity provider vouches for, and give the token for the cookie.

    Only people whom an administrator has added may enter: known by subject, or the first time by a verified email.

    Raises:
        SignInFailed: the browser did not begin this, comes a second time or too late, the provider's answer cannot be
            trusted, or the person may not enter.
        IdentityProviderUnavailable: it cannot be reached.
    """
    with database.writing() as session:
        attempt = take_oidc_attempt(session, hash_secret(state))
    if attempt is None or attempt.expires_at <= now or attempt.browser_hash != hash_secret(browser):
        raise SignInFailed("This sign-in was not begun in this browser, took too long, or is over; begin again.")
    trip = Trip(state=state, nonce=attempt.nonce, code_verifier=attempt.code_verifier)
    identity = provider.arrival(code, trip, back_to=back_to, now=now)
    with database.writing() as session:
        person = _person_of(session, identity)
        if person is None or person.disabled_at is not None:
            raise SignInFailed(_NOT_LET_IN)
        if person.oidc_subject is None:
            person.oidc_subject = identity.subject
        return _begin(session, person, "oidc", replaces=replaces, now=now)


def change_password(database: Database, who: SignedInPerson, change: PasswordChange, *, now: datetime) -> None:
    """Set a person's password and end their other sessions.

    Raises:
        InvalidBody: the password is too short or too long, or the current one is not right.
    """
    password = change.password.get_secret_value()
    faults = []
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        detail = f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters."
        faults.append(Fault(pointer="/password", detail=detail))
    if who.person.password_hash is not None and who.session.method != "link":
        current = change.current_password.get_secret_value() if change.current_password else ""
        if not verify_password(current, who.person.password_hash):
            faults.append(Fault(pointer="/current_password", detail="This is not the current password."))
    if faults:
        raise InvalidBody(faults)
    kept = hash_password(password)
    with database.writing() as session:
        person = get_person(session, who.person.id)
        if person is None or person.disabled_at is not None:
            raise SignInFailed("Sign in again.")
        person.password_hash = kept
        end_sessions(session, now=now, person_id=person.id, but=who.session.token_hash)
        organization_id = person.organization_id
        note(session, "person.password", person.id, actor=who.principal.actor, organization_id=organization_id, now=now)


def sign_out_everywhere(database: Database, who: SignedInPerson, *, now: datetime) -> None:
    """End every session of a person, the present one too."""
    with database.writing() as session:
        end_sessions(session, now=now, person_id=who.person.id)
        actor, organization_id = who.principal.actor, who.person.organization_id
        note(session, "person.sign-out", who.person.id, actor=actor, organization_id=organization_id, now=now)


def _person_of(session: Session, identity: Identity) -> Person | None:
    known = find_person_by_subject(session, identity.subject)
    if known is not None or identity.verified_email is None:
        return known
    person = find_person_by_email(session, identity.verified_email) if identity.verified_email.isascii() else None
    # An email that went to somebody else at the provider does not open the account of the one who had it before.
    return person if person is not None and person.oidc_subject is None else None


def _enter(database: Database, person_id: str, method: Method, *, replaces: str | None, now: datetime) -> str:
    with database.writing() as session:
        person = get_person(session, person_id)
        if person is None or person.disabled_at is not None:
            raise SignInFailed("Email and password do not belong together.")
        return _begin(session, person, method, replaces=replaces, now=now)


def _begin(session: Session, person: Person, method: Method, *, replaces: str | None, now: datetime) -> str:
    token = begin_session(session, person, method, replaces=replaces, now=now)
    organization_id, actor = person.organization_id, f"person:{person.id}"
    detail = {"method": method}
    note(session, "person.sign-in", person.id, actor=actor, organization_id=organization_id, now=now, detail=detail)
    return token

"""Signing in with an identity provider: OpenID Connect, authorization code flow with PKCE, state and nonce."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from pydantic import SecretStr

from api.errors import IdentityProviderUnavailable, InvalidSetting, SignInFailed
from api.settings import Settings
from models.base import Fault

__all__ = ["Identity", "IdentityProvider", "Trip", "identity_provider"]

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures with a public key only: a token signed with the client's own secret, or with nothing, is refused."""
_LEEWAY_S = 60
_KEEP = timedelta(hours=1)
_TIMEOUT_S = 5.0


class Identity(NamedTuple):
    """Whom the identity provider vouches for."""

    subject: str
    """Issuer and subject, which never change."""
    verified_email: str | None
    """In lower case; None when there is none, or it was not verified."""


class Trip(NamedTuple):
    """What is remembered of a browser that goes to the identity provider."""

    state: str
    nonce: str
    code_verifier: str


@dataclass(frozen=True)
class _Found:
    """What the provider says of itself."""

    document: dict[str, Any]
    keys: KeySet
    at: datetime


def identity_provider(settings: Settings) -> "IdentityProvider | None":
    """The identity provider of the settings; None when they name none.

    Raises:
        InvalidSetting: the client id is missing.
    """
    if settings.oidc_issuer is None:
        return None
    if settings.oidc_client_id is None:
        raise InvalidSetting([Fault(pointer="TRELLIS_OIDC_CLIENT_ID", detail="An issuer is set, so this is needed.")])
    return IdentityProvider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)


class IdentityProvider:
    """One identity provider; safe to use from several threads. Its description and keys are kept for an hour."""

    def __init__(self, issuer: str, client_id: str, secret: SecretStr | None = None) -> None:
        """Nothing connects yet; without a secret this instance is a public client."""
        self._issuer = issuer
        self._client_id = client_id
        self._secret = secret
        self._found: _Found | None = None
        self._lock = threading.Lock()

    def departure(self, trip: Trip, *, back_to: str, now: datetime) -> str:
        """Where to send the browser.

        Raises:
            IdentityProviderUnavailable: it cannot be reached, or describes itself wrongly.
        """
        document = self._describe(now).document
        with self._client(document, back_to) as client:
            url, _ = client.create_authorization_url(
                document["authorization_endpoint"], state=trip.state, nonce=trip.nonce, code_verifier=trip.code_verifier
            )
        return str(url)

    def arrival(self, code: str, trip: Trip, *, back_to: str, now: datetime) -> Identity:
        """Whom the code of a returning browser stands for.

        Raises:
            SignInFailed: the code is not taken, or the ID token is not from this provider, for this instance, for this
                attempt and for now.
            IdentityProviderUnavailable: it cannot be reached.
        """
        found = self._describe(now)
        try:
            with self._client(found.document, back_to) as client:
                answer = client.fetch_token(
                    found.document["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=trip.code_verifier,
                )
        except (httpx2.HTTPError, ValueError) as error:
            raise _unavailable(error) from error
        except AuthlibBaseError as error:
            raise SignInFailed("The identity provider did not accept this sign-in; begin again.") from error
        try:
            claims = self._verified(str(answer.get("id_token", "")), found, trip, answer.get("access_token"), now)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise SignInFailed("The identity provider's answer cannot be trusted; begin again.") from error
        email = claims.get("email")
        verified = claims.get("email_verified") is True and isinstance(email, str)
        return Identity(f"{self._issuer} {claims['sub']}", str(email).lower() if verified else None)

    def _client(self, document: dict[str, Any], back_to: str) -> OAuth2Client:
        methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        by_header = "client_secret_basic" in methods
        method = "none" if self._secret is None else "client_secret_basic" if by_header else "client_secret_post"
        return OAuth2Client(
            client_id=self._client_id,
            client_secret=self._secret.get_secret_value() if self._secret else None,
            token_endpoint_auth_method=method,
            scope="openid email",
            redirect_uri=back_to,
            code_challenge_method="S256",
            timeout=_TIMEOUT_S,
        )

    def _verified(
        self, token: str, found: _Found, trip: Trip, access_token: str | None, now: datetime
    ) -> dict[str, Any]:
        try:
            decoded = jwt.decode(token, found.keys, algorithms=list(_ALGORITHMS))
        except InvalidKeyIdError:  # the provider has new keys
            decoded = jwt.decode(token, self._describe(now, anew=True).keys, algorithms=list(_ALGORITHMS))
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": self._issuer},
                "aud": {"essential": True, "value": self._client_id},
                "exp": {"essential": True},
                "sub": {"essential": True},
            },
            {"nonce": trip.nonce, "client_id": self._client_id, "access_token": access_token},
        )
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY_S)
        if not isinstance(claims["sub"], str):
            raise TypeError("the subject must be text")
        return dict(claims)

    def _describe(self, now: datetime, *, anew: bool = False) -> _Found:
        # A provider that hangs holds up one caller after the other, each for this long.
        if not self._lock.acquire(timeout=_TIMEOUT_S):
            raise IdentityProviderUnavailable("The identity provider does not answer in time.")
        try:
            if self._found is None or anew or now - self._found.at > _KEEP:
                self._found = self._ask(now)
            return self._found
        finally:
            self._lock.release()

    def _ask(self, now: datetime) -> _Found:
        try:
            with httpx2.Client(timeout=_TIMEOUT_S) as client:
                where = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
                document = client.get(where).raise_for_status().json()
                if document["issuer"] != self._issuer:
                    raise ValueError("the provider calls itself by another name than the setting")
                for endpoint in ("authorization_endpoint", "token_endpoint"):
                    document[endpoint]
                keys = KeySet.import_key_set(client.get(document["jwks_uri"]).raise_for_status().json())
        except (httpx2.HTTPError, JoseError, ValueError, TypeError, KeyError) as error:
            raise _unavailable(error) from error
        return _Found(document, keys, now)


def _unavailable(error: Exception) -> IdentityProviderUnavailable:
    # The log of the instance gets the kind of error only: its text may hold a code or a token.
    return IdentityProviderUnavailable(f"The identity provider cannot be used: {type(error).__name__}.")

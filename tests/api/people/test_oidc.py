"""Signing in with an identity provider: a real one, small, on this machine. What it vouches for is checked, always."""

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import OctKey

from api.access.oidc import identity_provider
from api.errors import InvalidSetting
from api.http.browsers import SESSION_COOKIE
from api.settings import Settings
from tests.fixtures.identity_provider import FakeProvider, rsa_key, running_provider
from tests.fixtures.service import Service

DANA = {"email": "dana@example.org", "name": "Dana Reyes", "scope": "officer"}


@pytest.fixture
def provider(service: Service) -> Iterator[FakeProvider]:
    """The identity provider that the service is set up with."""
    with running_provider(int(service.clock().timestamp())) as provider:
        settings = {
            "oidc_issuer": provider.issuer,
            "oidc_client_id": provider.client_id,
            "oidc_client_secret": provider.secret,
        }
        service.app.state.identity_provider = identity_provider(Settings.model_validate(settings))
        yield provider


def browser(service: Service) -> TestClient:
    return service.anonymous(base_url="http://127.0.0.1:8000", follow_redirects=False)


def add(service: Service, **changes: str) -> str:
    answer = service.as_("admin").post("/v1/people", json=DANA | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def go(client: TestClient) -> str:
    """To the provider and up to its way back."""
    away = client.get("/sign-in/oidc")
    assert away.status_code == 303, away.text
    back = httpx2.get(away.headers["Location"])
    assert back.status_code == 302
    return back.headers["Location"]


def refused(answer: Any) -> None:
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/sign-in-failed"), answer.text
    assert SESSION_COOKIE not in answer.headers.get("Set-Cookie", "")


def test_a_person_whom_an_administrator_added_enters_by_a_verified_email(
    service: Service, provider: FakeProvider
) -> None:
    person = add(service)
    client = browser(service)
    entered = client.get(go(client))
    assert (entered.status_code, entered.headers["Location"]) == (303, "/"), entered.text
    assert client.get("/v1/me").json()["id"] == person


def test_the_trip_carries_state_nonce_and_pkce_and_no_secret(service: Service, provider: FakeProvider) -> None:
    query = parse_qs(urlsplit(browser(service).get("/sign-in/oidc").headers["Location"]).query)
    assert set(query) == {
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
        "code_challenge_method",
    }  # fmt: skip
    assert query["redirect_uri"] == ["http://127.0.0.1:8000/sign-in/oidc/callback"]
    assert len(query["state"][0]) >= 43 <= len(query["nonce"][0])


def test_the_subject_counts_from_then_on_not_the_email(service: Service, provider: FakeProvider) -> None:
    person = add(service)
    first = browser(service)
    assert first.get(go(first)).status_code == 303
    provider.user = {"sub": "u-1", "email": "married@example.org"}
    renamed = browser(service)
    assert renamed.get(go(renamed)).status_code == 303
    assert renamed.get("/v1/me").json()["id"] == person
    provider.user = {"sub": "u-2", "email": "dana@example.org"}  # the old address was given to somebody else
    other = browser(service)
    refused(other.get(go(other)))


def test_nobody_enters_whom_nobody_added_or_who_was_disabled(service: Service, provider: FakeProvider) -> None:
    stranger = browser(service)
    refused(stranger.get(go(stranger)))
    person = add(service)
    client = browser(service)
    assert client.get(go(client)).status_code == 303
    service.as_("admin").post(f"/v1/people/{person}:disable")
    again = browser(service)
    refused(again.get(go(again)))


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another application"},
        {"aud": ["trellis", "another"], "azp": "another"},
        {"aud": None},
        {"iss": "http://127.0.0.1:1"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"sub": 7},
        {"iat": None},
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": None},
        {"email": ["dana@example.org"]},
        {"email": "d\u00e4na@example.org"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_now_and_verified_is_refused(
    service: Service, provider: FakeProvider, claims: dict[str, Any]
) -> None:
    add(service)
    provider.claims = claims
    client = browser(service)
    refused(client.get(go(client)))
    assert client.get("/v1/me").status_code == 401


def test_a_token_signed_by_another_key_is_refused(service: Service, provider: FakeProvider) -> None:
    add(service)
    provider.listed, provider.key = [provider.key], rsa_key("k1", owner="somebody else")
    client = browser(service)
    refused(client.get(go(client)))


def test_a_token_signed_with_a_shared_secret_is_refused(service: Service, provider: FakeProvider) -> None:
    add(service)
    provider.listed = [provider.key]
    shared: Any = OctKey.import_key(provider.secret, {"kid": "k1"})
    provider.key, provider.header = shared, {"alg": "HS256", "kid": "k1"}
    client = browser(service)
    refused(client.get(go(client)))


def test_new_keys_of_the_provider_are_fetched_when_a_token_needs_them(service: Service, provider: FakeProvider) -> None:
    add(service)
    first = browser(service)
    assert first.get(go(first)).status_code == 303
    provider.key = rsa_key("k2")
    provider.header = {"alg": "RS256", "kid": "k2"}
    second = browser(service)
    assert second.get(go(second)).status_code == 303


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(service: Service, provider: FakeProvider) -> None:
    add(service)
    client, thief = browser(service), browser(service)
    back = go(client)
    refused(thief.get(back))  # it has no cookie of the attempt
    assert client.get(back).status_code == 303
    client.cookies.delete(SESSION_COOKIE)
    refused(client.get(back))
    go(client)  # with a fresh cookie, too
    refused(client.get(back))


def test_another_browsers_answer_cannot_be_pushed_onto_a_person(service: Service, provider: FakeProvider) -> None:
    add(service)
    attacker, victim = browser(service), browser(service)
    back = go(attacker)
    go(victim)
    refused(victim.get(back))


def test_an_answer_that_comes_too_late_is_refused(service: Service, provider: FakeProvider) -> None:
    add(service)
    client = browser(service)
    back = go(client)
    service.clock.forward(minutes=10)
    refused(client.get(back))


def test_a_code_of_another_attempt_is_refused_by_pkce(service: Service, provider: FakeProvider) -> None:
    add(service)
    attacker, client = browser(service), browser(service)
    stolen = parse_qs(urlsplit(go(attacker)).query)["code"][0]
    mine = parse_qs(urlsplit(go(client)).query)["state"][0]
    refused(client.get("/sign-in/oidc/callback", params={"code": stolen, "state": mine}))


def test_refusals_of_the_provider_and_empty_answers_sign_nobody_in(service: Service, provider: FakeProvider) -> None:
    client = browser(service)
    state = parse_qs(urlsplit(go(client)).query)["state"][0]
    for query in ({}, {"error": "access_denied", "state": state}, {"code": "x"}, {"code": "made up", "state": state}):
        refused(client.get("/sign-in/oidc/callback", params=query))


def test_a_provider_that_is_away_or_wrong_is_said_without_details(
    service: Service, provider: FakeProvider, caplog: pytest.LogCaptureFixture
) -> None:
    issuer, provider.issuer = provider.issuer, "http://127.0.0.1:1/other"
    answer = browser(service).get("/sign-in/oidc")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/identity-provider-unavailable")
    assert issuer not in answer.text
    away = Settings.model_validate({"oidc_issuer": "http://127.0.0.1:1", "oidc_client_id": "x"})
    service.app.state.identity_provider = identity_provider(away)
    assert browser(service).get("/sign-in/oidc").status_code == 503


def test_no_code_token_or_secret_reaches_the_log(
    service: Service, provider: FakeProvider, caplog: pytest.LogCaptureFixture
) -> None:
    add(service)
    with caplog.at_level(logging.DEBUG, logger="trellis"):
        client = browser(service)
        back = go(client)
        assert client.get(back).status_code == 303
        provider.claims = {"aud": "another"}
        failing = browser(service)
        failing_back = go(failing)
        assert failing.get(failing_back).status_code == 401
    codes = [parse_qs(urlsplit(url).query)["code"][0] for url in (back, failing_back)]
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("trellis"))
    for secret in (*codes, *provider.tokens, provider.secret, client.cookies[SESSION_COOKIE]):
        assert secret not in ours


def test_without_the_setting_there_is_no_such_way_in(service: Service) -> None:
    for path in ("/sign-in/oidc", "/sign-in/oidc/callback"):
        assert browser(service).get(path).status_code == 404


def test_an_issuer_without_a_client_id_is_a_fault_of_the_settings() -> None:
    with pytest.raises(InvalidSetting, match="TRELLIS_OIDC_CLIENT_ID"):
        identity_provider(Settings.model_validate({"oidc_issuer": "https://id.example.org"}))
    with pytest.raises(ValueError, match="oidc_issuer"):
        Settings.model_validate({"oidc_issuer": "http://id.example.org"})

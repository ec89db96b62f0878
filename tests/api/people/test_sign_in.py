"""People sign in by a one-time link or a password, stay signed in for a while, and sign out."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.http.browsers import SESSION_COOKIE
from api.people.sign_in import Attempts, network_of
from api.storage.tables import Person, SignInLink, WebSession
from tests.fixtures.service import Service

PASSWORD = "correct horse battery"
DANA = {"email": "Dana@Example.org", "name": "Dana Reyes", "scope": "officer"}


def browser(service: Service) -> TestClient:
    """A browser at the instance's own machine, where cookies travel without TLS."""
    return service.anonymous(base_url="http://localhost", follow_redirects=False)


def add_dana(service: Service) -> str:
    answer = service.as_("admin").post("/v1/people", json=DANA)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def link_for(service: Service, person: str) -> str:
    answer = service.as_("admin").post(f"/v1/people/{person}:link")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"]).removeprefix("http://127.0.0.1:8000")


def signed_in(service: Service, person: str) -> TestClient:
    client = browser(service)
    assert client.post(link_for(service, person)).status_code == 200
    return client


def with_password(service: Service) -> str:
    person = add_dana(service)
    assert signed_in(service, person).put("/v1/me/password", json={"password": PASSWORD}).status_code == 204
    return person


def sign_in(client: TestClient, email: str = "dana@example.org", password: str = PASSWORD) -> int:
    return client.post("/sign-in", json={"email": email, "password": password}).status_code


def test_a_link_signs_in_once_after_a_button_and_not_by_being_looked_at(service: Service) -> None:
    link = link_for(service, add_dana(service))
    scanner, client = browser(service), browser(service)
    for _ in range(3):
        page = scanner.get(link)
        assert (page.status_code, page.headers["Cache-Control"]) == (200, "private, no-store")
        assert '<form method="post">' in page.text
        assert scanner.cookies == {}
    assert client.get("/v1/me").status_code == 401
    entered = client.post(link)
    assert entered.status_code == 200, entered.text
    assert client.get("/v1/me").json() == entered.json()
    assert entered.json()["email"] == "dana@example.org"
    again = browser(service).post(link)
    assert (again.status_code, again.json()["type"]) == (401, "/problems/sign-in-failed")


def test_a_link_ends_after_half_an_hour_or_when_a_new_one_is_made(service: Service) -> None:
    person = add_dana(service)
    first = link_for(service, person)
    second = link_for(service, person)
    assert browser(service).post(first).status_code == 401
    service.clock.forward(minutes=30)
    assert browser(service).post(second).status_code == 401


def test_a_form_is_sent_on_and_a_program_gets_the_person(service: Service) -> None:
    with_password(service)
    client = browser(service)
    form = client.post("/sign-in", data={"email": "DANA@example.org ", "password": PASSWORD})
    assert (form.status_code, form.headers["Location"]) == (303, "/")
    assert client.get("/v1/me").json()["name"] == "Dana Reyes"


def test_the_cookie_is_closed_to_scripts_and_other_sites_and_travels_by_tls_only(service: Service) -> None:
    link = link_for(service, add_dana(service))
    remote = TestClient(service.app, base_url="https://trellis.example.org")
    cookie = remote.post(link).headers["Set-Cookie"].lower()
    assert {"httponly", "samesite=lax", "secure", "path=/", "max-age=43200"} <= set(re.split("; ", cookie))


@pytest.mark.parametrize(
    ("public", "host", "secure"),
    [
        ("https://trellis.example.org", "http://localhost", True),
        ("http://trellis.school.example", "http://trellis.school.example", False),
        (None, "http://trellis.school.example", True),
        (None, "http://localhost", False),
    ],
)
def test_the_public_address_decides_whether_cookies_need_tls(
    service: Service, public: str | None, host: str, secure: bool
) -> None:
    service.app.state.settings = service.app.state.settings.model_copy(update={"public_url": public})
    link = f"/sign-in/link/{service.as_('admin').post(f'/v1/people/{add_dana(service)}:link').json()['url'][-43:]}"
    cookie = TestClient(service.app, base_url=host).post(link).headers["Set-Cookie"].lower()
    assert ("secure" in re.split("; ", cookie)) is secure


def test_secrets_are_kept_as_hashes_only(service: Service) -> None:
    person = with_password(service)
    client = browser(service)
    assert sign_in(client) == 200
    token = client.cookies[SESSION_COOKIE]
    link = link_for(service, person).rpartition("/")[2]
    with service.database.reading() as session:
        kept = session.scalars(select(Person.password_hash)).one()
        hashes = [*session.scalars(select(WebSession.token_hash)), *session.scalars(select(SignInLink.token_hash))]
    assert kept is not None
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
    assert all(re.fullmatch("[0-9a-f]{64}", one) for one in hashes)
    assert not {token, link} & set(hashes)


def test_an_unknown_email_and_a_wrong_password_get_the_same_answer(service: Service) -> None:
    with_password(service)
    answers = [
        browser(service).post("/sign-in", json={"email": email, "password": password}).json()
        for email, password in [("dana@example.org", "x" * 12), ("nobody@example.org", PASSWORD), ("\u00e9", PASSWORD)]
    ]
    assert {(a["status"], a["type"], a["detail"]) for a in answers} == {
        (401, "/problems/sign-in-failed", "Email and password do not belong together.")
    }


def test_nobody_gets_in_without_a_password_of_their_own(service: Service) -> None:
    add_dana(service)
    for password in ("", "nobody has this password"):
        assert sign_in(browser(service), password=password) == 401


def at(service: Service, address: str) -> TestClient:
    """A browser at an address of the network."""
    return TestClient(
        service.app, base_url="http://localhost", raise_server_exceptions=False, follow_redirects=False,
        client=(address, 1),
    )  # fmt: skip


def test_ten_wrong_passwords_hold_up_who_sent_them_and_not_the_owner(service: Service) -> None:
    with_password(service)
    guesser = at(service, "203.0.113.7")
    assert [sign_in(guesser, password="wrong password") for _ in range(10)] == [401] * 10
    answer = guesser.post("/sign-in", json={"email": "dana@example.org", "password": PASSWORD})
    assert (answer.status_code, answer.json()["type"]) == (429, "/problems/too-many-requests")
    assert sign_in(guesser, email="nobody@example.org") == 401
    assert sign_in(at(service, "198.51.100.4")) == 200


def test_an_email_that_many_addresses_guess_at_still_takes_the_right_password_at_once(service: Service) -> None:
    with_password(service)
    service.app.state.sign_in_attempts = Attempts(per_email=6)
    for number in range(3):
        guesser = at(service, f"203.0.113.{number}")
        assert [sign_in(guesser, password="wrong password") for _ in range(2)] == [401] * 2
    fresh = at(service, "203.0.113.99")
    assert [sign_in(fresh, password="wrong password") for _ in range(2)] == [401, 429]
    assert sign_in(at(service, "198.51.100.4")) == 200


def test_one_network_counts_as_one_address() -> None:
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::"
    assert network_of("203.0.113.7") == "203.0.113.7"
    assert network_of("testclient") == "testclient"


def test_signing_in_right_is_never_counted(service: Service) -> None:
    with_password(service)
    client = browser(service)
    assert {sign_in(client) for _ in range(11)} == {200}


def test_a_session_ends_by_signing_out_by_time_or_by_disabling(service: Service) -> None:
    person = with_password(service)
    out, late, disabled = (browser(service) for _ in range(3))
    assert {sign_in(client) for client in (out, late, disabled)} == {200}
    kept = out.cookies[SESSION_COOKIE]
    assert out.post("/sign-out").status_code == 204
    assert SESSION_COOKIE not in out.cookies
    out.cookies.set(SESSION_COOKIE, kept)  # a thief who copied the cookie before
    assert out.get("/v1/me").status_code == 401

    service.clock.forward(hours=12)
    assert late.get("/v1/me").status_code == 401

    assert sign_in(disabled) == 200
    link = link_for(service, person)
    assert service.as_("admin").post(f"/v1/people/{person}:disable").json()["disabled_at"] is not None
    assert disabled.get("/v1/me").status_code == 401
    assert sign_in(browser(service)) == 401
    assert browser(service).post(link).status_code == 401
    assert service.as_("admin").post(f"/v1/people/{person}:link").status_code == 409


def test_signing_in_again_gives_a_new_token_and_ends_the_old_one(service: Service) -> None:
    with_password(service)
    client = browser(service)
    client.cookies.set(SESSION_COOKIE, "planted by somebody else")
    assert sign_in(client) == 200
    first = client.cookies.get(SESSION_COOKIE, domain="localhost.local")
    client = browser(service)
    client.cookies.set(SESSION_COOKIE, str(first))
    assert client.get("/v1/me").status_code == 200
    other = client.post("/sign-in", json={"email": "dana@example.org", "password": PASSWORD})
    assert f"{SESSION_COOKIE}={first}" not in other.headers["Set-Cookie"]
    thief = browser(service)
    thief.cookies.set(SESSION_COOKIE, str(first))
    assert thief.get("/v1/me").status_code == 401


def test_a_new_password_needs_the_old_one_or_a_link_and_ends_other_sessions(service: Service) -> None:
    person = with_password(service)
    one, other = browser(service), browser(service)
    assert sign_in(one) == sign_in(other) == 200
    fresh = "another good password"
    for given in ({"password": fresh}, {"password": fresh, "current_password": "not the one I had"}):
        answer = one.put("/v1/me/password", json=given)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/current_password")
    assert one.put("/v1/me/password", json={"password": fresh, "current_password": PASSWORD}).status_code == 204
    assert one.get("/v1/me").status_code == 200
    assert other.get("/v1/me").status_code == 401
    assert sign_in(browser(service)) == 401
    assert sign_in(browser(service), password=fresh) == 200
    assert signed_in(service, person).put("/v1/me/password", json={"password": PASSWORD}).status_code == 204


@pytest.mark.parametrize("password", ["elevenchars", "x" * 501])
def test_a_password_that_is_too_short_or_too_long_is_refused_without_repeating_it(
    service: Service, password: str
) -> None:
    answer = signed_in(service, add_dana(service)).put("/v1/me/password", json={"password": password})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/password")
    assert password not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b'{"email": "a@b", "password": {"x": "hunter2hunter2"}}',
        b'{"email": "a@b", "password": "x", "pin": "hunter2hunter2"}',
        b'{"password": "hunter2hunter2"}',
        b'"hunter2hunter2"',
        b"hunter2hunter2",
        b"\xff",
    ],
)
def test_a_faulty_body_is_described_without_repeating_what_may_be_secret(service: Service, body: bytes) -> None:
    answer = browser(service).post("/sign-in", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-body")
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "http://localhost:8000"},
        {"Origin": "http://localhost.elsewhere.example"},
    ],
)
def test_forms_of_other_sites_are_refused(service: Service, headers: dict[str, str]) -> None:
    person = with_password(service)
    client = signed_in(service, person)
    link = link_for(service, person)
    for answer in (
        client.post("/sign-in", json={"email": "dana@example.org", "password": PASSWORD}, headers=headers),
        client.post(link, headers=headers),
        client.post("/sign-out", headers=headers),
        client.put("/v1/me/password", json={"password": "another good password"}, headers=headers),
    ):
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/cross-site")
    assert client.get("/v1/me").status_code == 200
    assert client.post(link).status_code == 200, "the refused call must not use the link up"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost"},
        {"Origin": "http://trellis.school.test:8000", "Host": "trellis.school.test:8000"},
        {"Origin": "https://trellis.school.test", "Host": "trellis.school.test:443"},
        {"Origin": "https://trellis.school.test", "Host": "Trellis.School.Test"},
    ],
    ids=lambda headers: ",".join(headers.values()),
)
def test_our_own_forms_are_taken(service: Service, headers: dict[str, str]) -> None:
    with_password(service)
    form = {"email": "dana@example.org", "password": PASSWORD}
    assert browser(service).post("/sign-in", data=form, headers=headers).status_code == 303


def test_a_cookie_opens_no_route_that_takes_keys(service: Service) -> None:
    client = signed_in(service, add_dana(service))
    answer = client.get("/v1/teams")
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated")


def test_an_email_can_be_added_once_in_any_case_and_anywhere(service: Service) -> None:
    add_dana(service)
    for organization in ("School network", "Another organization"):
        again = service.as_("admin", organization).post("/v1/people", json={**DANA, "email": "DANA@example.org"})
        assert (again.status_code, again.json()["type"]) == (409, "/problems/conflict")
        assert "School network" not in again.text


def test_another_organizations_people_are_unknown(service: Service) -> None:
    person = add_dana(service)
    foreign = service.as_("admin", "Another organization")
    assert foreign.get("/v1/people").json()["items"] == []
    for action in ("link", "disable"):
        assert foreign.post(f"/v1/people/{person}:{action}").status_code == 404
    assert [p["id"] for p in service.as_("admin").get("/v1/people").json()["items"]] == [person]


@pytest.mark.parametrize("email", ["dana", "@", "a b@c", "a@b\n", "a\x00@b", "é@example.org", "a@@b"])
def test_what_is_no_email_is_refused(service: Service, email: str) -> None:
    answer = service.as_("admin").post("/v1/people", json={**DANA, "email": email})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/email")

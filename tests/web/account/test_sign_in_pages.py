"""The way in and out for people at a browser: plain words on failure, nothing typed lost, nobody led elsewhere."""

import re

import pytest
from fastapi.testclient import TestClient

from api.http.browsers import SESSION_COOKIE
from tests.fixtures.service import Service
from tests.fixtures.visitors import visitor

PASSWORD = "correct horse battery"
EMAIL = "dana@example.org"


def add(service: Service, *, scope: str = "portal", password: bool = True) -> str:
    """The id of a new person."""
    person = {"email": EMAIL, "name": "Dana Reyes", "scope": scope}
    made = service.as_("admin").post("/v1/people", json=person)
    assert made.status_code == 201, made.text
    if password:
        client = visitor(service)
        client.post(link_for(service, made.json()["id"]))
        assert client.put("/v1/me/password", json={"password": PASSWORD}).status_code == 204
    return str(made.json()["id"])


def link_for(service: Service, person: str) -> str:
    url = str(service.as_("admin").post(f"/v1/people/{person}:link").json()["url"])
    return "/" + url.split("/", 3)[3]


def press(client: TestClient, link: str) -> tuple[int, str]:
    """Presses the button behind a link, as a browser does: a form without fields."""
    answer = client.post(link, headers={"Content-Type": "application/x-www-form-urlencoded"})
    return answer.status_code, answer.headers.get("Location", answer.text)


def sign_in(client: TestClient, *, back: str = "", password: str = PASSWORD) -> tuple[int, str]:
    answer = client.post("/sign-in", params={"next": back} if back else {}, data={"email": EMAIL, "password": password})
    return answer.status_code, answer.headers.get("Location", answer.text)


def test_whoever_must_sign_in_comes_back_to_the_page_they_asked_for(service: Service) -> None:
    add(service)
    client = visitor(service)
    away = client.get("/teams/new")
    assert (away.status_code, away.headers["Location"]) == (303, "/sign-in?next=%2Fteams%2Fnew")
    page = client.get(away.headers["Location"])
    action = re.search(r'<form method="post" action="([^"]+)"', page.text)
    assert action
    assert action[1] == "/sign-in?next=%2Fteams%2Fnew"
    entered = client.post(action[1], data={"email": EMAIL, "password": PASSWORD})
    assert (entered.status_code, entered.headers["Location"]) == (303, "/teams/new")
    assert client.get("/teams/new").status_code == 200


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\u2028/evil.example",
    ],
)
def test_nobody_is_led_to_another_site(service: Service, elsewhere: str) -> None:
    add(service)
    assert sign_in(visitor(service), back=elsewhere) == (303, "/")
    page = visitor(service).get("/sign-in", params={"next": elsewhere})
    assert 'action="/sign-in"' in page.text
    client = visitor(service)
    sign_in(client)
    assert client.get("/sign-in", params={"next": elsewhere}).headers["Location"] == "/"


def test_a_wrong_password_keeps_the_email_and_the_way_back_but_not_the_password(service: Service) -> None:
    add(service)
    client = visitor(service)
    status, page = sign_in(client, back="/teams", password="hunter2hunter2")
    assert status == 401
    assert f'value="{EMAIL}"' in page
    assert 'action="/sign-in?next=%2Fteams"' in page
    assert 'role="alert"' in page
    assert "hunter2" not in page
    assert SESSION_COOKIE not in client.cookies
    assert sign_in(client, back="/teams") == (303, "/teams")


def test_what_is_typed_as_email_is_shown_as_text(service: Service) -> None:
    answer = visitor(service).post("/sign-in", data={"email": '"><script>x</script>', "password": "x"})
    assert answer.status_code == 401
    assert "<script>x" not in answer.text


def test_after_too_many_attempts_the_page_says_when_to_come_back(service: Service) -> None:
    add(service)
    client = visitor(service)
    for _ in range(10):
        sign_in(client, password="wrong password")
    answer = client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert "try again in 15 minutes" in answer.text


def test_a_link_signs_in_once_and_then_says_what_to_do(service: Service) -> None:
    person = add(service, password=False)
    link = link_for(service, person)
    assert press(visitor(service), link) == (303, "/")
    status, page = press(visitor(service), link)
    assert status == 401
    assert "This link does not work any more" in page
    assert "send a new link" in page
    late = link_for(service, person)
    service.clock.forward(minutes=31)
    assert press(visitor(service), late)[0] == 401


@pytest.mark.parametrize(
    ("scope", "home"),
    [
        ("portal", "/teams"),
        ("admin", "/teams"),
        ("officer", "/desk"),
        ("curator", "/catalog"),
        ("evaluator", "/quality"),
        ("operator", "/catalog/versions"),
    ],
)
def test_the_first_page_is_that_of_the_role(service: Service, scope: str, home: str) -> None:
    assert visitor(service).get("/").headers["Location"] == "/sign-in"
    assert visitor(service, scope).get("/").headers["Location"] == home


def test_leaving_ends_the_session_and_takes_the_cookie(service: Service) -> None:
    client = visitor(service, "portal")
    kept = client.cookies[SESSION_COOKIE]
    left = client.post("/leave")
    assert (left.status_code, left.headers["Location"]) == (303, "/sign-in?done=left")
    assert SESSION_COOKIE not in client.cookies
    assert "You are signed out." in client.get("/sign-in?done=left").text
    thief = visitor(service)
    thief.cookies.set(SESSION_COOKIE, kept)
    assert thief.get("/account").status_code == 303
    assert visitor(service).post("/leave").status_code == 303


def test_words_in_the_address_are_never_repeated(service: Service) -> None:
    page = visitor(service).get("/sign-in", params={"done": "You owe us money"})
    assert "owe us" not in page.text


def test_signing_out_everywhere_ends_every_browser(service: Service) -> None:
    add(service)
    one, other = visitor(service), visitor(service)
    sign_in(one)
    sign_in(other)
    assert one.post("/account/leave-everywhere").headers["Location"] == "/sign-in?done=everywhere"
    assert other.get("/account").status_code == one.get("/account").status_code == 303


def test_a_password_is_set_on_the_account_page(service: Service) -> None:
    person = add(service, password=False)
    client = visitor(service)
    press(client, link_for(service, person))
    assert "Set a password" in client.get("/account").text
    good = "another good password"
    for given, marked in [
        ({"password": "short", "again": "short"}, "password-fault"),
        ({"password": good, "again": "something else"}, "again-fault"),
    ]:
        answer = client.post("/account/password", data=given)
        assert answer.status_code == 422
        assert f'id="{marked}"' in answer.text
        assert good not in answer.text
    done = client.post("/account/password", data={"password": good, "again": good})
    assert (done.status_code, done.headers["Location"]) == (303, "/account?done=password")
    by_password = visitor(service)
    assert sign_in(by_password, password=good) == (303, "/")
    wrong = {"current_password": "not mine", "password": PASSWORD, "again": PASSWORD}
    answer = by_password.post("/account/password", data=wrong)
    assert (answer.status_code, 'id="current_password-fault"' in answer.text) == (422, True)


@pytest.mark.parametrize("base_url", ["http://localhost", "https://trellis.example.org"])
def test_the_cookie_of_a_form_is_closed_to_scripts_and_travels_by_tls(service: Service, base_url: str) -> None:
    add(service)
    client = TestClient(service.app, base_url=base_url, follow_redirects=False)
    cookie = client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}).headers["Set-Cookie"].lower()
    words = set(cookie.split("; "))
    assert {"httponly", "samesite=lax", "path=/"} <= words
    assert ("secure" in words) == base_url.startswith("https")

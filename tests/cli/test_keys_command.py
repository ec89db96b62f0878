"""`trellis keys` and `trellis people`, on both databases."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

Trellis = Callable[..., Result]


@pytest.fixture(autouse=True)
def database(monkeypatch: pytest.MonkeyPatch, database_url: str) -> str:
    monkeypatch.setenv("TRELLIS_DATABASE_URL", database_url)
    return database_url


def listed(trellis: Trellis, command: str = "keys") -> list[dict[str, Any]]:
    result = trellis(command, "list", "--json")
    assert result.exit_code == 0, result.output
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    return rows


def make_key(trellis: Trellis, organization: str = "A network", *more: str) -> str:
    result = trellis("keys", "create", "--organization", organization, "--scope", "admin", *more)
    assert result.exit_code == 0, result.output
    return str(result.stdout.strip())


def test_a_key_is_shown_once_on_standard_output_and_listed_without_its_secret(trellis: Trellis) -> None:
    secret = make_key(trellis, "A network", "--label", "district portal")
    assert re.fullmatch(r"trellis_admin_[\w-]{43}", secret)
    (key,) = listed(trellis)
    assert (key["organization"], key["scope"], key["label"]) == ("A network", "admin", "district portal")
    assert (key["last_used_at"], key["revoked_at"]) == (None, None)
    for words in (("keys", "list"), ("keys", "list", "--json")):
        output = trellis(*words).output
        assert key["id"] in output
        assert secret not in output


def test_a_name_or_an_id_that_is_known_makes_no_second_organization(trellis: Trellis) -> None:
    make_key(trellis)
    make_key(trellis)
    organization = listed(trellis)[0]["organization_id"]
    make_key(trellis, organization)
    assert {key["organization_id"] for key in listed(trellis)} == {organization}


def test_a_revoked_key_says_when_and_may_be_revoked_again(trellis: Trellis) -> None:
    make_key(trellis)
    key = listed(trellis)[0]["id"]
    assert trellis("keys", "revoke", key).exit_code == 0
    revoked = listed(trellis)[0]["revoked_at"]
    assert revoked is not None
    assert trellis("keys", "revoke", key).exit_code == 0
    assert listed(trellis)[0]["revoked_at"] == revoked


@pytest.mark.parametrize("words", [("keys", "revoke"), ("people", "link"), ("people", "disable")])
def test_an_unknown_id_is_one_clear_line(trellis: Trellis, words: tuple[str, ...]) -> None:
    result = trellis(*words, "key_nobody has")
    assert (result.exit_code, result.output.count("\n")) == (2, 1), result.output
    assert "There is no" in result.output
    assert "key_nobody has" in result.output


@pytest.mark.parametrize("name", ["Kahului – ‘Āina", "名前の学校", "a, \"b\" 'c'; --", "%s {0} [bold]x", "🏫"])
def test_names_with_odd_signs_come_back_as_they_are(trellis: Trellis, name: str) -> None:
    make_key(trellis, name)
    make_key(trellis, f"  {name} ")
    assert {key["organization"] for key in listed(trellis)} == {name}
    assert trellis("keys", "list").exit_code == 0


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\x1b[31mb", "x" * 201, "\udcff"])
def test_names_that_cannot_be_read_are_refused_and_nothing_is_made(trellis: Trellis, name: str) -> None:
    result = trellis("keys", "create", "--organization", name, "--scope", "admin")
    assert result.exit_code == 2
    assert "--organization" in result.output
    assert listed(trellis) == []


def test_an_unknown_scope_names_those_that_there_are(trellis: Trellis) -> None:
    result = trellis("keys", "create", "--organization", "A network", "--scope", "root")
    assert result.exit_code == 2
    assert "officer" in result.output


PERSON = ("people", "create", "--email", "Dana@example.org", "--name", "Dana Reyes", "--scope", "officer")


def test_a_person_gets_a_link_and_is_listed_and_disabled(trellis: Trellis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRELLIS_PUBLIC_URL", "https://trellis.example.org")
    make_key(trellis)
    made = trellis(*PERSON, "--organization", "A network")
    assert made.exit_code == 0, made.output
    assert re.fullmatch(r"https://trellis\.example\.org/sign-in/link/[\w-]{43}", made.stdout.strip())
    (person,) = listed(trellis, "people")
    assert (person["email"], person["organization"], person["has_password"]) == ("dana@example.org", "A network", False)
    again = trellis("people", "link", person["id"])
    assert again.stdout.startswith("https://trellis.example.org/sign-in/link/")
    assert again.stdout != made.stdout
    assert trellis("people", "disable", person["id"]).exit_code == 0
    assert listed(trellis, "people")[0]["disabled_at"] is not None
    refused = trellis("people", "link", person["id"])
    assert (refused.exit_code, "disabled" in refused.output) == (2, True)
    assert person["email"] in trellis("people", "list").output


def test_a_person_needs_an_organization_that_exists_an_email_and_to_be_new(trellis: Trellis) -> None:
    assert "There is no organization" in trellis(*PERSON, "--organization", "A network").output
    make_key(trellis)
    bad = trellis(*PERSON, "--organization", "A network", "--email", "nobody")
    assert (bad.exit_code, "email" in bad.output) == (2, True)
    assert trellis(*PERSON, "--organization", "A network").exit_code == 0
    twice = trellis(*PERSON, "--organization", "A network")
    assert (twice.exit_code, twice.output.count("\n")) == (2, 1), twice.output
    assert len(listed(trellis, "people")) == 1


def test_an_operator_belongs_to_no_organization_and_all_others_do(trellis: Trellis) -> None:
    made = trellis("keys", "create", "--scope", "operator")
    assert re.fullmatch(r"trellis_operator_[\w-]{43}", made.stdout.strip()), made.output
    (key,) = listed(trellis)
    assert (key["scope"], key["organization_id"]) == ("operator", None)
    assert "(all of them)" in trellis("keys", "list").output
    person = ("people", "create", "--email", "kim@example.org", "--name", "Kim Park", "--scope")
    assert trellis(*person, "operator").exit_code == 0
    assert listed(trellis, "people")[0]["scope"] == "operator"
    for words, missing in (
        (("keys", "create", "--scope", "operator", "--organization", "A network"), "belongs to no organization"),
        (("keys", "create", "--scope", "admin"), "belongs to an organization"),
        ((*person, "admin", "--email", "lee@example.org"), "belongs to an organization"),
    ):
        refused = trellis(*words)
        assert (refused.exit_code, missing in refused.output) == (2, True), refused.output
    assert (len(listed(trellis)), len(listed(trellis, "people"))) == (1, 1)

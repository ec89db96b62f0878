"""API keys over HTTP: an administrator's, for the own organization only."""

import hashlib
from typing import get_args

import pytest
from sqlalchemy import select

from api.access.principals import OrganizationScope, Scope
from api.storage.tables import ApiKey, StoredAnswer
from tests.fixtures.service import Service


def test_a_key_is_made_used_listed_and_revoked(service: Service) -> None:
    admin = service.as_("admin")
    made = admin.post("/v1/keys", json={"scope": "portal", "label": "district portal"})
    assert made.status_code == 201, made.text
    assert made.headers["Cache-Control"] == "private, no-store"
    key, bearer = made.json(), {"Authorization": f"Bearer {made.json()['secret']}"}
    assert service.anonymous().get("/v1/teams", headers=bearer).status_code == 200
    listed = {row["id"]: row for row in admin.get("/v1/keys").json()["items"]}
    assert listed[key["id"]]["label"] == "district portal"
    assert listed[key["id"]]["last_used_at"] is not None

    for _ in range(2):  # revoking again changes nothing
        revoked = admin.post(f"/v1/keys/{key['id']}:revoke")
        assert (revoked.status_code, revoked.json()["revoked_at"] is not None) == (200, True)
        service.clock.forward(minutes=1)
    answer = service.anonymous().get("/v1/teams", headers=bearer)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated")


def test_the_secret_is_stored_nowhere_and_a_repeated_call_does_not_get_it_again(service: Service) -> None:
    headers = {"Idempotency-Key": "first-key"}
    made, again = (service.as_("admin").post("/v1/keys", json={"scope": "officer"}, headers=headers) for _ in range(2))
    secret = made.json()["secret"]
    assert secret.startswith("trellis_officer_")
    assert again.status_code == 201
    assert again.json() == {**made.json(), "secret": None}
    with service.database.reading() as session:
        assert secret not in session.scalars(select(StoredAnswer)).one().body
        hashes = session.scalars(select(ApiKey.secret_hash)).all()
    assert hashlib.sha256(secret.encode()).hexdigest() in hashes
    assert secret not in str(hashes)


@pytest.mark.parametrize("scope", get_args(OrganizationScope))
def test_an_administrator_makes_keys_of_any_scope_for_the_own_organization(service: Service, scope: Scope) -> None:
    made = service.as_("admin").post("/v1/keys", json={"scope": scope}).json()
    with service.database.reading() as session:
        owners = {key.id: key.organization_id for key in session.scalars(select(ApiKey))}
    assert len(set(owners.values())) == 1
    assert made["id"] in owners


@pytest.mark.parametrize("scope", [scope for scope in Scope if scope is not Scope.ADMIN])
def test_nobody_else_sees_or_makes_keys(service: Service, scope: Scope) -> None:
    caller = service.as_(scope)
    for answer in (caller.get("/v1/keys"), caller.post("/v1/keys", json={"scope": "admin"})):
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-allowed")


def test_another_organizations_keys_are_unknown(service: Service) -> None:
    ours = service.as_("admin").post("/v1/keys", json={"scope": "portal"}).json()
    foreign = service.as_("admin", "Another organization")
    assert ours["id"] not in foreign.get("/v1/keys").text
    answer = foreign.post(f"/v1/keys/{ours['id']}:revoke")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-thing")
    bearer = {"Authorization": f"Bearer {ours['secret']}"}
    assert service.anonymous().get("/v1/teams", headers=bearer).status_code == 200


def test_an_organization_named_like_another_ones_id_does_not_get_its_keys(service: Service) -> None:
    with service.database.reading() as session:
        service.as_("admin")
        ours = session.scalars(select(ApiKey.organization_id)).one()
    service.as_("portal", f"{ours} ")  # another organization of nearly that name
    made = service.as_("admin").post("/v1/keys", json={"scope": "portal"}).json()
    with service.database.reading() as session:
        key = session.get(ApiKey, made["id"])
        assert key is not None
        assert key.organization_id == ours


def test_the_last_use_is_kept_to_the_minute(service: Service) -> None:
    def last_use() -> str:
        return str(service.as_("admin").get("/v1/keys").json()["items"][0]["last_used_at"])

    first = last_use()
    service.clock.forward(seconds=59)
    assert last_use() == first
    service.clock.forward(seconds=1)
    assert last_use() > first


def test_a_scope_that_does_not_exist_is_refused(service: Service) -> None:
    answer = service.as_("admin").post("/v1/keys", json={"scope": "root", "label": "a\x07"})
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/scope", "/label"}


def test_an_administrator_makes_no_operator(service: Service) -> None:
    admin = service.as_("admin")
    person = {"email": "dana@example.org", "name": "Dana Reyes", "scope": "operator"}
    for answer in (admin.post("/v1/keys", json={"scope": "operator"}), admin.post("/v1/people", json=person)):
        assert answer.status_code == 422, answer.text
        (fault,) = answer.json()["errors"]
        assert fault["pointer"] == "/scope"
        assert "portal, officer, curator, evaluator, admin" in fault["detail"]

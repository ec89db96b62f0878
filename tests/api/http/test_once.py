"""Creating calls with an Idempotency-Key: once, whoever repeats them, and however close together."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from api.http.once import forget_expired
from api.storage.tables import StoredAnswer
from tests.fixtures.service import Service

TEAM = {"name": "Riverside on-track team", "form": "team"}
KEY = {"Idempotency-Key": "create-riverside"}


def kept(service: Service) -> int:
    with service.database.reading() as session:
        return session.scalar(select(func.count()).select_from(StoredAnswer)) or 0


def teams(service: Service) -> int:
    return len(service.as_("portal").get("/v1/teams").json()["items"])


def test_the_same_call_several_times_at_once_creates_once(service: Service) -> None:
    portal = service.as_("portal")
    portal.get("/v1/teams")
    together = threading.Barrier(6)
    answers = []

    def call() -> None:
        together.wait()
        answers.append(portal.post("/v1/teams", json=TEAM, headers=KEY))

    threads = [threading.Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 5
    assert teams(service) == 1


def test_two_new_things_of_one_name_at_once_are_one_and_a_conflict(service: Service) -> None:
    portal = service.as_("portal")
    portal.get("/v1/teams")
    together = threading.Barrier(4)
    answers = []

    def call() -> None:
        together.wait()
        answers.append(portal.post("/v1/teams", json={**TEAM, "external_id": "r-1"}))

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json()["type"] for answer in answers if answer.status_code == 409} == {"/problems/conflict"}


def test_a_key_belongs_to_its_caller(service: Service) -> None:
    first = service.as_("portal").post("/v1/teams", json=TEAM, headers=KEY)
    other = service.as_("admin").post("/v1/teams", json={**TEAM, "name": "Another"}, headers=KEY)
    assert (first.status_code, other.status_code) == (201, 201)
    assert "Idempotency-Replayed" not in other.headers


def test_a_call_that_failed_may_be_repeated(service: Service) -> None:
    portal = service.as_("portal")
    portal.post("/v1/teams", json={**TEAM, "external_id": "r-1"})
    refused = portal.post("/v1/teams", json={**TEAM, "external_id": "r-1"}, headers=KEY)
    assert (refused.status_code, kept(service)) == (409, 0)
    again = portal.post("/v1/teams", json={**TEAM, "external_id": "r-2"}, headers=KEY)
    assert again.status_code == 201


def test_an_answer_is_kept_for_a_day(service: Service) -> None:
    portal = service.as_("portal")
    first = portal.post("/v1/teams", json=TEAM, headers=KEY)
    service.clock.forward(hours=23, minutes=59)
    assert portal.post("/v1/teams", json=TEAM, headers=KEY).content == first.content
    service.clock.forward(minutes=2)
    again = portal.post("/v1/teams", json=TEAM, headers=KEY)
    assert again.json()["id"] != first.json()["id"]
    assert kept(service) == 1


def test_expired_answers_are_dropped_and_others_stay(service: Service) -> None:
    portal = service.as_("portal")
    portal.post("/v1/teams", json=TEAM, headers=KEY)
    service.clock.forward(hours=20)
    portal.post("/v1/teams", json=TEAM, headers={"Idempotency-Key": "second"})
    forget_expired(service.database, service.clock() + timedelta(hours=5))
    assert kept(service) == 1


def test_a_deleted_team_takes_the_kept_answer_with_it(service: Service) -> None:
    portal = service.as_("portal")
    where = portal.post("/v1/teams", json=TEAM, headers=KEY).headers["Location"]
    portal.delete(where)
    assert kept(service) == 0


@pytest.mark.parametrize("key", ["", "x" * 201, "with space", "é"])
def test_a_key_that_is_no_key_is_refused(service: Service, key: str) -> None:
    answer = service.as_("portal").post("/v1/teams", json=TEAM, headers={b"Idempotency-Key": key.encode("latin-1")})
    assert answer.status_code == 422

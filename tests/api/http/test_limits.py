"""Requests a minute, by key; calls without a valid key, by address."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender.pipeline import Recommender
from tests.fixtures.service import Service, running_service


@pytest.fixture
def strict(starter: Recommender, tmp_path: Path) -> Iterator[Service]:
    with running_service(starter, tmp_path, requests_per_minute=3) as service:
        yield service


def test_the_request_after_the_last_allowed_one_is_told_when_to_come_back(strict: Service) -> None:
    portal = strict.as_("portal")
    answers = [portal.get("/v1/teams") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [answer.headers["RateLimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0"]
    assert answers[0].headers["RateLimit-Policy"] == '"key";q=3;w=60'
    refused = portal.post("/v1/teams", json={"name": "Team", "form": "team"})
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_each_key_has_its_own_limit(strict: Service) -> None:
    for _ in range(4):
        strict.as_("portal").get("/v1/teams")
    assert strict.as_("officer").get("/v1/teams").status_code == 200
    assert strict.anonymous().get("/healthz").status_code == 200


def test_refused_calls_count_too(strict: Service) -> None:
    portal = strict.as_("portal")
    statuses = [portal.get("/v1/teams/none").status_code for _ in range(4)]
    assert statuses == [404, 404, 404, 429]


def test_an_address_without_a_valid_key_is_held_up_but_its_valid_keys_are_not(strict: Service) -> None:
    guesser = strict.anonymous()
    guesser.headers["Authorization"] = "Bearer trellis_portal_guess"
    statuses = [guesser.get("/v1/teams").status_code for _ in range(61)]
    assert statuses == [401] * 60 + [429]
    assert int(guesser.get("/v1/teams").headers["Retry-After"]) >= 1
    assert strict.as_("portal").get("/v1/teams").status_code == 200

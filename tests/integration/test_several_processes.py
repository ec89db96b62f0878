"""Two real server processes on one database: nothing is done twice, nothing is lost, nobody gets a failure of ours."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from sqlalchemy import func, select

from api.storage.tables import Assessment, Respondent, ReviewEvent, Run, Snapshot, Team
from tests.fixtures.actors import answers, pieces, rows
from tests.fixtures.runs import grant
from tests.fixtures.servers import Replicas, Servers, replicas
from tests.fixtures.stored_runs import PROGRAM
from tests.fixtures.stories import closed_assessment

pytestmark = pytest.mark.full

TEAM = {"name": "0", "form": "team"}
SEED = 20261121


@pytest.fixture
def pair(servers: Servers, tmp_path: Path, database_url: str) -> Iterator[Replicas]:
    with replicas(servers, tmp_path, database_url) as pair:
        yield pair


def at_once(*calls: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """The answers of calls that start at the same moment."""
    gate = threading.Barrier(len(calls))

    def call(work: Callable[[], httpx.Response]) -> httpx.Response:
        gate.wait()
        return work()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call, calls))


def to_both(pair: Replicas, method: str, path: str, **given: Any) -> list[httpx.Response]:
    """The answers of one call sent to both servers, three times each, at the same moment."""
    clients = [pair.as_("portal", server=number) for number in (0, 1)] * 3
    return at_once(*(partial(client.request, method, path, **given) for client in clients))


def statuses(answers: list[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def made(client: httpx.Client, path: str, body: Any = None) -> str:
    answer = client.post(path, json=body or {})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


class Window(NamedTuple):
    """Paths of what was made."""

    team: str
    window: str
    place: str
    invitation: str


def open_window(client: httpx.Client) -> Window:
    """A team with a window and one person in it."""
    team = f"/v1/teams/{made(client, '/v1/teams', TEAM)}"
    window = f"/v1/assessments/{made(client, f'{team}/assessments')}"
    person = client.post(f"{window}/respondents", json={}).json()
    return Window(team, window, f"{window}/respondents/{person['id']}", person["invitation"])


def test_one_key_sent_to_both_creates_once_and_answers_both_alike(pair: Replicas) -> None:
    for number in range(5):
        answers = to_both(
            pair,
            "POST",
            "/v1/teams",
            json={**TEAM, "external_id": f"t{number}"},
            headers={"Idempotency-Key": f"k{number}"},
        )
        assert statuses(answers) == {201: 6}
        assert len({answer.content for answer in answers}) == 1
        assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 5
    with pair.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Team)) == 5


def test_one_external_id_under_several_keys_is_taken_once(pair: Replicas) -> None:
    for number in range(5):
        answers = to_both(pair, "POST", "/v1/teams", json={**TEAM, "external_id": f"t{number}"})
        assert statuses(answers) == {201: 1, 409: 5}


def test_windows_opened_at_once_are_counted_one_after_the_other(pair: Replicas) -> None:
    team = made(pair.as_("portal"), "/v1/teams", TEAM)
    answers = to_both(pair, "POST", f"/v1/teams/{team}/assessments", json={})
    assert statuses(answers) == {201: 6}
    assert sorted(answer.json()["wave"] for answer in answers) == [1, 2, 3, 4, 5, 6]


def test_one_person_is_invited_once_and_one_window_closed_once(pair: Replicas) -> None:
    portal = pair.as_("portal")
    _, window, place, invitation = open_window(portal)
    invited = to_both(pair, "POST", f"{window}/respondents", json={"external_id": "person-1"})
    assert statuses(invited) == {201: 1, 409: 5}
    assert pair.invited(invitation).patch(f"{place}/answers", json=pieces(1)).status_code == 200
    assert statuses(to_both(pair, "POST", f"{window}:close")) == {200: 1, 409: 5}
    with pair.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Snapshot)) == 1
        assert session.scalar(select(func.count()).select_from(Respondent)) == 2


def test_a_team_is_deleted_once_while_others_still_write_to_it(pair: Replicas) -> None:
    clients = [pair.as_("portal", server=number) for number in (0, 1)] * 3
    for _ in range(3):
        team, window, place, invitation = open_window(clients[0])
        people = [pair.invited(invitation, server=number) for number in (0, 1)]
        calls: list[tuple[httpx.Client, str, str, Any]]
        calls = [(client, "DELETE", team, None) for client in clients[:2]]
        calls += [(client, "PATCH", f"{place}/answers", pieces(2)) for client in people]
        calls += [(clients[0], "POST", f"{window}/respondents", {}), (clients[1], "POST", f"{team}/assessments", {})]
        done = at_once(*(partial(client.request, *call, json=body) for client, *call, body in calls))
        assert sorted(answer.status_code for answer in done[:2]) == [204, 404]
        # An invitation whose team is gone is none at all.
        assert {answer.status_code for answer in done[2:4]} <= {200, 401, 404}, [answer.text for answer in done]
        assert {answer.status_code for answer in done[4:]} <= {201, 404, 409}, [answer.text for answer in done]
    with pair.database.reading() as session:
        for table in (Team, Assessment, Respondent):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_two_officers_on_two_servers_never_overwrite_each_other(pair: Replicas) -> None:
    team = closed_assessment(pair, n=3).team_id  # type: ignore[arg-type]
    grant(pair, team, PROGRAM)  # type: ignore[arg-type]
    headers = {"Idempotency-Key": "one-run"}
    created = to_both(pair, "POST", f"/v1/teams/{team}/recommendations", json={}, headers=headers)
    assert statuses(created) == {201: 6}, created[0].text
    assert len({answer.json()["id"] for answer in created}) == 1
    run = created[0].json()["id"]
    path = f"/v1/runs/{run}/review"
    officers = [pair.as_("officer", PROGRAM, server=number) for number in (0, 1)]
    done: Counter[int] = Counter()

    def officer(number: int) -> None:
        client = officers[number % 2]
        for step in range(8):
            etag = client.get(path).headers["ETag"]
            body = {"action": "comment", "text": f"Officer {number} says {step}."}
            answer = client.post(f"{path}/events", json=body, headers={"If-Match": etag})
            done[answer.status_code] += 1

    with pair.database.reading() as session:
        before = session.scalar(select(func.count()).select_from(ReviewEvent))
        assert session.scalar(select(func.count()).select_from(Run)) == 1
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(officer, range(4)))
    assert set(done) <= {201, 412}
    assert done[201] >= 8
    with pair.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ReviewEvent)) == before + done[201]
        numbers = session.scalars(select(ReviewEvent.number).where(ReviewEvent.run_id == run)).all()
        assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_mixed_load_on_both_loses_no_update_and_mixes_no_save(pair: Replicas) -> None:
    clients = [pair.as_("portal", server=number) for number in (0, 1)]
    team, _, place, invitation = open_window(clients[0])
    people = [pair.invited(invitation, server=number) for number in (0, 1)]
    teams = [team.removeprefix("/v1/teams/"), made(clients[0], "/v1/teams", TEAM)]
    seen: Counter[tuple[str, int]] = Counter()
    wrong: list[str] = []
    counted: Counter[str] = Counter()

    def caller(number: int) -> None:
        chance = random.Random(SEED + number)
        for step in range(25):
            client = chance.choice(clients)
            what = chance.choice(["count", "save", "save", "read", "list", "create"])
            if what == "count":
                team = chance.choice(teams)
                read = client.get(f"/v1/teams/{team}")
                body = {"name": str(int(read.json()["name"]) + 1)}
                # Read from one server, changed on the other.
                answer = chance.choice(clients).patch(
                    f"/v1/teams/{team}", json=body, headers={"If-Match": read.headers["ETag"]}
                )
                counted[team] += answer.status_code == 200
            elif what == "save":
                answer = chance.choice(people).patch(f"{place}/answers", json=pieces(number * 25 + step))
            elif what == "create":
                answer = client.post("/v1/teams", json={**TEAM, "external_id": f"{number}-{step}"})
            else:
                answer = client.get(f"/v1/teams/{teams[0]}" if what == "read" else "/v1/teams?limit=5")
            seen[what, answer.status_code] += 1
            if answer.status_code not in (200, 201) and (what, answer.status_code) != ("count", 412):
                wrong.append(f"{what}: {answer.text}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(caller, range(8)))
    assert wrong == []
    with pair.database.reading() as session:
        for team in teams:
            assert int(session.get_one(Team, team).name) == counted[team]
        (person,) = session.scalars(select(Respondent.id))
        found = answers(session, person)
        assert found in [rows(number) for number in range(200)], "the pieces of two saves are mixed"
        created = select(func.count()).where(Team.external_id.is_not(None))
        assert session.scalar(created) == seen["create", 201]
    assert min(seen["count", 200], seen["save", 200], seen["create", 201]) > 10, seen


def test_far_more_writers_than_threads_all_get_through(servers: Servers, tmp_path: Path, database_url: str) -> None:
    with replicas(servers, tmp_path, database_url, n=1, lock_seconds=20) as one:
        portal = one.as_("portal")
        _, _, place, invitation = open_window(portal)
        done = at_once(*[partial(one.invited(invitation).patch, f"{place}/answers", json=pieces(3))] * 120)
    assert statuses(done) == {200: 120}

"""Sample data for `trellis serve --demo`, made as a portal and an officer would: over the API, one call after another.

Fictional teams: one is half-way through its first check, one was reviewed, one has retaken the check.
"""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import httpx2
from fastapi import FastAPI

from api.access.principals import Scope
from api.engine.samples import sample_documents
from api.people.keys import create_key
from api.people.people import AnyNewPerson, create_person
from models.vocab import SupportKind

__all__ = ["Demo", "fill"]

_NETWORK = "Juniper school network (sample)"
_PROGRAM = "Sample program"
_ADDRESS = "http://demo"
_PEOPLE = {
    Scope.PORTAL: "Sample team lead",
    Scope.OFFICER: "Sample program officer",
    Scope.CURATOR: "Sample curator",
    Scope.EVALUATOR: "Sample evaluator",
    Scope.ADMIN: "Sample administrator",
    Scope.OPERATOR: "Sample operator",
}


class Demo(NamedTuple):
    """What was made."""

    keys: Mapping[Scope, str]
    """A key of each scope: portal and admin of the network, operator of the instance, the others of the program."""
    teams: Mapping[str, str]
    """Team ids: `mid-way`, `reviewed`, `retaken`."""
    people: Mapping[Scope, str]
    """Id of a person of each scope, of the same organizations as the keys."""
    assessments: Mapping[str, str]
    """The last assessment of each team."""
    runs: Mapping[str, str]
    """The last run of `reviewed` and `retaken`; that of `retaken` waits for its review."""
    respondent: str
    """Who is in the middle of the check of `mid-way`."""
    invitation: str
    """The invitation of that person."""


async def fill(app: FastAPI, *, now: datetime) -> Demo:
    """Fill the empty database of an application whose recommender is loaded.

    Args:
        app: its clock is moved while the past is told, and set back at the end.
        now: the present.

    Raises:
        RuntimeError: a call was refused, which is a mistake of ours.
    """
    clock = app.state.clock
    try:
        return await _Teller(app, now).tell()
    finally:
        app.state.clock = clock


class _Teller:
    def __init__(self, app: FastAPI, now: datetime) -> None:
        self._app = app
        self._now = now
        organizations = {Scope.PORTAL: _NETWORK, Scope.ADMIN: _NETWORK, Scope.OPERATOR: None}
        self._keys: dict[Scope, str] = {}
        self._people: dict[Scope, str] = {}
        with app.state.database.writing() as session:
            for scope, name in _PEOPLE.items():
                made = create_key(
                    session, organizations.get(scope, _PROGRAM), scope, label="demo", actor="demo", now=now
                )
                self._keys[scope] = made.secret
                new = AnyNewPerson(email=f"{scope}@demo.invalid", name=name, scope=scope)
                person = create_person(session, made.key.organization_id, new, actor="demo", now=now)
                self._people[scope] = person.id
        self._assessments: dict[str, str] = {}
        self._runs: dict[str, str] = {}
        self._transport = httpx2.ASGITransport(app)

    async def tell(self) -> Demo:
        documents = sample_documents()
        self._at(days=-200)
        cohort = await self._call(Scope.OFFICER, "POST", "/v1/cohorts", {"name": "Sample cohort"})
        retaken = await self._retaken(documents["network-hub"], cohort["id"])
        reviewed = await self._reviewed(documents["veteran-team"], cohort["id"])
        mid_way, place = await self._mid_way(documents["new-school-team"], cohort["id"])
        teams = {"mid-way": mid_way, "reviewed": reviewed, "retaken": retaken}
        return Demo(
            keys=self._keys,
            teams=teams,
            people=self._people,
            assessments={what: self._assessments[team_id] for what, team_id in teams.items()},
            runs={what: self._runs[teams[what]] for what in ("reviewed", "retaken")},
            respondent=place["id"],
            invitation=place["invitation"],
        )

    async def _mid_way(self, document: dict[str, Any], cohort_id: str) -> tuple[str, dict[str, Any]]:
        """One person has answered, and a second one in part: the team's id, and the place of the second."""
        self._at(days=-2)
        team_id = await self._team(document, cohort_id)
        responses = document["responses"]
        closes_at = (self._now + timedelta(days=5)).replace(hour=12, minute=0, second=0, microsecond=0).isoformat()
        window = await self._window(team_id, document, roster_size=len(responses), closes_at=closes_at)
        self._at(hours=-3)
        await self._answer(window, responses[0])
        half = deepcopy(responses[1])
        half["answers"] = dict(list(half["answers"].items())[:20])
        return team_id, await self._answer(window, half, done=False)

    async def _reviewed(self, document: dict[str, Any], cohort_id: str) -> str:
        """An officer approved, pinned and removed, and released the list."""
        self._at(days=-30)
        team_id = await self._team(document, cohort_id)
        run = await self._run(team_id, document)
        self._at(days=-27)
        await self._review(run)
        return team_id

    async def _retaken(self, document: dict[str, Any], cohort_id: str) -> str:
        """A first time half a year ago with lower answers, supports used since, and a second time that waits."""
        self._at(days=-180)
        team_id = await self._team(document, cohort_id)
        run = await self._run(team_id, _lower(document))
        self._at(days=-176)
        await self._review(run)
        self._at(days=-170)
        await self._feedback(team_id, run, "started", 0)
        await self._feedback(team_id, run, "saved", 2)
        self._at(days=-90)
        await self._feedback(team_id, run, "finished", 0)
        await self._feedback(team_id, run, "helpful", 0)
        await self._feedback(team_id, run, "declined", 1, reason="no_time")
        self._at(days=-1)
        await self._run(team_id, document, retake={"turnover": "some"})
        return team_id

    async def _team(self, document: dict[str, Any], cohort_id: str) -> str:
        new = {"name": document["team"]["name"], "form": document["form"], "context": document["team"]["context"]}
        team_id = str((await self._call(Scope.PORTAL, "POST", "/v1/teams", new))["id"])
        await self._call(Scope.PORTAL, "PUT", f"/v1/cohorts/{cohort_id}/teams/{team_id}")
        return team_id

    async def _window(self, team_id: str, document: dict[str, Any], **more: Any) -> str:
        new = {"length": document["length"], "focus_domains": document.get("focus_domains", []), **more}
        window = str((await self._call(Scope.PORTAL, "POST", f"/v1/teams/{team_id}/assessments", new))["id"])
        self._assessments[team_id] = window
        return window

    async def _answer(self, window: str, response: dict[str, Any], *, done: bool = True) -> dict[str, Any]:
        everyone = f"/v1/assessments/{window}/respondents"
        new = {"external_id": response["respondent"]}
        place: dict[str, Any] = await self._call(Scope.PORTAL, "POST", everyone, new)
        own = f"{everyone}/{place['id']}"
        pieces = {key: value for key, value in response.items() if key != "respondent"}
        person = {"Authorization": f"Bearer {place['invitation']}"}
        await self._call(Scope.PORTAL, "PATCH", f"{own}/answers", pieces, person)
        if done:
            await self._call(Scope.PORTAL, "POST", f"{own}:submit", headers=person)
        return place

    async def _run(self, team_id: str, document: dict[str, Any], **more: Any) -> dict[str, Any]:
        window = await self._window(team_id, document, roster_size=len(document["responses"]), **more)
        for response in document["responses"]:
            await self._answer(window, response)
        await self._call(Scope.PORTAL, "POST", f"/v1/assessments/{window}:close")
        made = await self._call(Scope.PORTAL, "POST", f"/v1/teams/{team_id}/recommendations", {})
        self._runs[team_id] = made["id"]
        run: dict[str, Any] = await self._call(Scope.OFFICER, "GET", f"/v1/runs/{made['id']}")
        return run

    async def _review(self, run: dict[str, Any]) -> None:
        resources = _listed(run, SupportKind.RESOURCE)
        actions = [
            {"action": "pin", "support_id": resources[0]},
            {"action": "remove", "support_id": resources[-1], "reason": "not_relevant", "note": "Off the team's aim."},
            *({"action": "approve", "support_id": one} for one in resources[1:-1]),
            *({"action": "approve", "support_id": one} for one in _listed(run, SupportKind.PROVIDER)),
            {"action": "release"},
        ]
        version = {"If-Match": '"1"'}
        where = f"/v1/runs/{run['id']}/review/events:batch"
        await self._call(Scope.OFFICER, "POST", where, {"actions": actions}, version)

    async def _feedback(self, team_id: str, run: dict[str, Any], kind: str, place: int, **more: Any) -> None:
        support_id = _listed(run, SupportKind.RESOURCE)[place]
        event = {
            "event_id": f"{kind}-{place}",
            "team_id": team_id,
            "run_id": run["id"],
            "support_id": support_id,
            "kind": kind,
            "at": self._app.state.clock().isoformat(),
            **more,
        }
        await self._call(Scope.PORTAL, "POST", "/v1/feedback", {"events": [event]})

    def _at(self, **offset: float) -> None:
        """Let the application believe that it is another time."""
        time = self._now + timedelta(**offset)
        self._app.state.clock = lambda: time

    async def _call(
        self, scope: Scope, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        given = {"Authorization": f"Bearer {self._keys[scope]}", **(headers or {})}
        async with httpx2.AsyncClient(transport=self._transport, base_url=_ADDRESS) as client:
            answer = await client.request(method, path, json=body, headers=given)
        if not answer.is_success:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None


def _lower(document: dict[str, Any]) -> dict[str, Any]:
    """The same answers one level lower, but never under 1: how it might have been before."""
    lower = deepcopy(document)
    for response in lower["responses"]:
        response["answers"] = {
            item: max(1, value - 1) if isinstance(value, int) else value for item, value in response["answers"].items()
        }
    return lower


def _listed(run: dict[str, Any], kind: SupportKind) -> list[str]:
    lists = {one["kind"]: one for one in run["run"]["lists"]}
    return [match["support_id"] for match in lists[kind]["matches"]]

"""The start page of the demo: doors into every part, one click each."""

from collections.abc import Iterator
from typing import NamedTuple

from api.access.principals import Scope
from api.text.language import _
from api.web.kit.visitors import check_path
from api.web.start.fill import Demo

__all__ = ["Door", "Room", "StartPage", "door_of", "start_page"]


class Door(NamedTuple):
    """A button that lets a browser in as a sample person."""

    key: str
    who: str
    """As whom, in plain words."""
    words: str
    scope: Scope | None
    """None for the person with an invitation."""
    address: str
    """Where it leads."""


class Room(NamedTuple):
    """Doors that belong together."""

    key: str
    title: str
    story: str
    doors: tuple[Door, ...]


class StartPage(NamedTuple):
    """The start page."""

    rooms: tuple[Room, ...]


def start_page(demo: Demo) -> StartPage:
    """The page for the sample data that was made."""
    return StartPage(tuple(_rooms(demo)))


def door_of(demo: Demo, key: str) -> Door | None:
    """The door of that key."""
    doors = {door.key: door for room in _rooms(demo) for door in room.doors}
    return doors.get(key)


def _rooms(demo: Demo) -> Iterator[Room]:
    lead, officer, curator, evaluator = _("Team lead"), _("Program officer"), _("Curator"), _("Evaluator")
    operator = _("Operator")
    window = {what: f"/assessments/{assessment_id}" for what, assessment_id in demo.assessments.items()}
    run = {what: f"/desk/runs/{run_id}" for what, run_id in demo.runs.items()}
    yield Room(
        "mid-way",
        _("A team in the middle of its check"),
        _("A school team took the check up two days ago. One of its four people is done, and one is half-way."),
        (
            Door("answer", _("Team member"), _("Go on with the check"), None, check_path(demo.respondent)),
            Door("people", lead, _("See how far the team is"), Scope.PORTAL, window["mid-way"]),
            Door("about", lead, _("Describe the team"), Scope.PORTAL, f"/teams/{demo.teams['mid-way']}/about"),
        ),
    )
    yield Room(
        "reviewed",
        _("A team with a plan"),
        _("A high school team has its results. An officer looked at the matches and released the plan."),
        (
            Door("results", lead, _("See the results"), Scope.PORTAL, f"{window['reviewed']}/results"),
            Door("plan", lead, _("See the plan"), Scope.PORTAL, f"{window['reviewed']}/plan"),
            Door("reviewed", officer, _("See the finished review"), Scope.OFFICER, run["reviewed"]),
        ),
    )
    yield Room(
        "retaken",
        _("A team that took the check again"),
        _("The hub of a network used its plan for half a year. Then it took the check again; the new matches wait."),
        (
            Door("growth", lead, _("See what has changed"), Scope.PORTAL, f"{window['retaken']}/growth"),
            Door("retaken", lead, _("See the team's page"), Scope.PORTAL, f"/teams/{demo.teams['retaken']}"),
            Door("review", officer, _("Review the new matches"), Scope.OFFICER, run["retaken"]),
        ),
    )
    yield Room(
        "everything",
        _("All of it"),
        _("The whole site, as each role finds it after signing in."),
        (
            Door("teams", lead, _("All teams"), Scope.PORTAL, "/teams"),
            Door("desk", officer, _("The review desk"), Scope.OFFICER, "/desk"),
            Door("catalog", curator, _("The catalog of supports"), Scope.CURATOR, "/catalog"),
            Door("coverage", curator, _("Where the catalog is thin"), Scope.CURATOR, "/catalog/coverage"),
            Door("quality", evaluator, _("How good the matches are"), Scope.EVALUATOR, "/quality"),
            Door("versions", operator, _("Versions of the catalog"), Scope.OPERATOR, "/catalog/versions"),
        ),
    )

"""Two worlds with equal releases and other answers tell everybody but the authors the same, byte for byte.

The walks take every route and every page from the application itself: a new one is asked from its first day, and a
route that never answers anything but a refusal must be named here.
"""

import random
import re
import time
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from api.engine.samples import sample_documents
from api.recommending.making import document_texts
from models.vocab import AnswerMode
from recommender.diagnosis.growth import build_growth
from recommender.diagnosis.release import released_groups, released_profile
from recommender.pipeline import ListTerms, Recommender
from tests.fixtures.teams import INSTRUMENT
from tests.fixtures.twins import ITEMS, SCORING, SIZES, Twins, draw_twins, parsed, released
from tests.fixtures.worlds import Asked, World, differences, world

TODAY = date(2026, 10, 15)
OWN = {
    "/check/{respondent_id}": "the author's way through the own answers",
    "/check/{respondent_id}/words": "the author's own words",
    "/check/{respondent_id}/{domain}": "the author's own answers to a part",
    "/check/{respondent_id}/link": "the author's own link, beside how far the author is",
    "/join/{invitation}": "where the author goes on depends on what the author has answered",
}
"""Pages that only the author may see differ, when the author asks; everybody else is still tried on them."""
NEVER_READ = {
    "/sign-in/oidc": "no identity provider is set",
    "/sign-in/oidc/callback": "no identity provider is set",
    "/static": "files of the program",
    "/static-offline-docs": "files of the program",
    "/v1/me": "a browser's own session",
    "/catalog/own/{checked}": "a curator's own additions before they are in use",
    "/v1/assessments/{assessment_id}/respondents/{respondent_id}/answers": "the author's own answers",
}
"""What answers nobody in a walk, and why that is well."""
NO_BODY = {"GET", "HEAD"}
KEYS = ("portal", "officer", "evaluator", "curator", "admin", "operator", "foreign:portal", "foreign:officer", "nobody")
PEOPLE = ("page:portal", "page:officer", "page:evaluator", "page:curator", "page:admin", "page:operator", "nobody")
KEY_WORKERS, PAGE_WORKERS = ("portal", "officer", "evaluator"), ("page:portal", "page:officer")
WHOLE = {"answers": dict.fromkeys(ITEMS["team-and-time"], 3)}
BODIES: dict[str, Sequence[tuple[str, dict[str, Any]]]] = {
    "POST /v1/teams/{team_id}/recommendations:what-if": [
        ("officer", {"context": {"budget": "none"}}),
        ("officer", WHOLE),
        ("officer", {"answers": {"tt1": 3, "la1": 9}, "context": {"budget": "none"}}),
        ("portal", WHOLE),
    ],
    "POST /v1/teams/{team_id}/recommendations": [("portal", {"k": 5}), ("officer", {})],
    "POST /v1/recommendations:preview": [("portal", sample_documents()["new-school-team"])],
    "POST /v1/assessments/{assessment_id}/respondents": [("portal", {"external_id": "one-more"})],
    "POST /v1/teams/{team_id}/assessments": [("portal", {"mode": "individual"})],
    "POST /v1/teams": [("portal", {"name": "Another team", "form": "team"})],
    "POST /v1/cohorts": [("officer", {"name": "Another cohort"})],
    "POST /v1/people": [("admin", {"name": "Somebody", "email": "somebody@example.org", "scope": "portal"})],
    "POST /v1/keys": [("admin", {"label": "another", "scope": "portal"})],
    "POST /v1/teams/{team_id}/matches/{support_id}/status": [("portal", {"status": "accepted"})],
    "POST /v1/runs/{run_id}/review/events": [("officer", {"action": "comment", "text": "Well", "for_team": True})],
    "POST /assessments/{assessment_id}/people": [("page:portal", {"people": "one more"})],
    "POST /check/{respondent_id}/team/plan": [],
}
"""What is sent, by whom, where something other than an empty body by everybody tells more."""
QUERIES: dict[str, Sequence[str]] = {
    "/v1/assessments/{assessment_id}/profile": ["", "?by=role", "?mode=individual", "?mode=consensus"],
    "/v1/assessments/{assessment_id}/growth": ["", "?mode=individual"],
    "/v1/assessments/{assessment_id}/words": ["", "?mode=individual"],
    "/desk/runs/{run_id}/what-if": ["", "?try=1&budget=none", "?try=1&as_of=2027-06-01"],
    "/desk/runs/{run_id}/why-not": ["", "?q=data"],
    "/desk/runs/{run_id}": ["", "?history=all"],
    "/desk": ["", "?state=all"],
}


class Walked(NamedTuple):
    """A route of the application."""

    method: str
    path: str
    is_page: bool


def routes_of(app: Any) -> list[Walked]:
    """Every route, those that take something away last."""
    found = set()
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        path = str(context.path if isinstance(route, APIRoute) else getattr(route, "path", ""))
        methods = getattr(route, "methods", None) or {"GET"}
        is_page = isinstance(route, APIRoute) and route.endpoint.__module__.startswith("api.web.")
        found |= {Walked(method, path, is_page) for method in methods}
    return sorted(found, key=lambda one: (one.method not in NO_BODY, _takes_away(one), one.path, one.method))


def _takes_away(route: Walked) -> bool:
    words = ("delete", "leave", "revoke", "disable", "password", "sign-out")
    return route.method == "DELETE" or any(word in route.path for word in words)


def addresses(route: Walked, ids: dict[str, list[str]]) -> Iterator[str]:
    """The path with every combination of ids."""
    names = re.findall(r"{(\w+)(?::\w+)?}", route.path)
    unknown = [name for name in names if name not in ids]
    assert not unknown, f"{route.path}: say in `tell` what stands for {unknown}"
    for values in product(*(dict.fromkeys(ids[name]) for name in names)):
        given = dict(zip(names, values, strict=True))
        yield "".join(given.get(part, part) for part in re.split(r"{(\w+)(?::\w+)?}", route.path))


def tell(world: World, teams: Sequence[Sequence[dict[str, Any]]]) -> None:
    """What happens in a world: each team answers once or twice, gets runs, and its officer decides."""
    for documents in teams:
        team = world.new_team(budget="under-1000", focus_areas=["math"])
        for document in documents:
            world.service.clock.forward(days=90)
            world.answered(team, document)
            run = world.run(team)
            review = world.visitor("officer").get(f"/v1/runs/{run}/review").json()["review"]
            listed = [entry["support_id"] for entry in review["lists"][0]["kept"]]
            world.ids["support_id"] = listed[:1] or world.ids.get("support_id", [])
            if len(listed) > 1:
                world.act(run, action="pin", support_id=listed[1])
            world.act(run, action="release")
    engine = world.service.app.state.engine
    world.ids["support_id"] = world.ids["support_id"] or [engine.catalog.supports[0].id]
    world.ids["version"] = [str(engine.catalog.version)]
    made = world.post("admin", "/v1/people", name="A lead", email="lead@example.org", scope="portal")
    world.ids["person_id"] = [made["id"]]
    world.ids["key_id"] = [world.post("admin", "/v1/keys", label="a key", scope="portal")["id"]]
    world.ids |= {"token": ["wrong"], "invitation": ["wrong"], "slug": ["not-found"]}
    world.ids |= {"domain": ["team-and-time"], "checked": ["wrong"]}
    world.ids["respondent_id"] = world.ids["respondent_id"][-1:]


def walk(world: World, *, quick: bool = False) -> list[Walked]:
    """Ask for everything, as everybody; the routes that were asked for.

    Those whose work it is ask for all that there is, everybody else for the last of each. A `quick` walk is that of
    readers whose work it is alone.
    """
    routes = [route for route in routes_of(world.service.app) if not quick or route.method == "GET"]
    person = f"person:{world.ids['respondent_id'][0]}"
    for route in routes:
        paths = list(addresses(route, world.ids))
        if route.method in NO_BODY:
            workers = (*PAGE_WORKERS, *([] if route.path in OWN else [person])) if route.is_page else KEY_WORKERS
            others = [by for by in (PEOPLE if route.is_page else KEYS) if by not in workers and not quick]
            for query in QUERIES.get(route.path, [""]):
                for by, path in (*product(workers, paths), *product(others, paths[-1:])):
                    world.ask(by, route.method, path + query)
            continue
        generally = [(by, dict[str, Any]()) for by in (PEOPLE if route.is_page else KEYS)]
        for by, body in BODIES.get(f"{route.method} {route.path}", generally):
            world.service.clock.forward(seconds=1)
            form = {"data": body, "headers": {"Sec-Fetch-Site": "same-origin"}}
            given = form if route.is_page else {"json": body, "headers": {"If-Match": "*"}}
            world.ask(by, route.method, paths[-1], **given)
    return routes


def never_read(record: Sequence[Asked], routes: Sequence[Walked]) -> set[str]:
    """Paths to read that nobody got anything but refusals from; a walk over them would prove nothing."""
    answered = {one.path.partition("?")[0] for one in record if one.method == "GET" and one.status < 400}
    unread = set()
    for route in routes:
        pattern = re.compile(re.sub(r"{\w+(:\w+)?}", "[^/]+", route.path.replace(".", r"\.")))
        if route.method == "GET" and not any(map(pattern.fullmatch, answered)):
            unread.add(route.path)
    return unread


def compare_in_worlds(
    recommender: Recommender, migrated: Path, folder: Path, teams: Sequence[Twins], *, quick: bool = False
) -> tuple[World, list[Walked]]:
    """Tell and walk both worlds, and hold every byte of one against the other."""
    worlds = []
    for name, side in (("one", [twins.one for twins in teams]), ("other", [twins.other for twins in teams])):
        (folder / name).mkdir()
        with world(recommender, migrated, folder / name) as made:
            tell(made, side)
            routes = walk(made, quick=quick)
            worlds.append(made)
    one, other = worlds
    assert one.released == other.released
    found = differences(one, other)
    assert not found, f"{len(found)} differences: " + "\n".join(found[:5])
    return one, routes


def test_no_route_page_log_line_metric_or_stored_row_tells_two_worlds_apart(
    starter: Recommender, migrated_file: Path, tmp_path: Path
) -> None:
    rng = random.Random(20261128)
    teams = [draw_twins(rng, 5, times=2, same_acts=True)]
    one, routes = compare_in_worlds(starter, migrated_file, tmp_path, teams)
    assert never_read(one.record, routes) - set(OWN) - set(NEVER_READ) == set(), "say in `tell` what makes them answer"


SHAPES = [(1, "individual", 1), (2, "individual", 2), (3, "individual", 2), (8, "individual", 2), (8, "consensus", 2)]
"""People, how they answer, and how often."""


@pytest.mark.full
@pytest.mark.parametrize(("n", "mode", "times"), SHAPES)
def test_no_team_of_any_size_is_told_apart(
    starter: Recommender, migrated_file: Path, tmp_path: Path, n: int, mode: str, times: int
) -> None:
    twins = draw_twins(random.Random(n), n, mode=mode, times=times, same_acts=True)
    compare_in_worlds(starter, migrated_file, tmp_path, [twins])


@pytest.mark.full
def test_readers_tell_no_pair_of_worlds_apart(starter: Recommender, migrated_file: Path, tmp_path: Path) -> None:
    """As many pairs as fit into three minutes, read by those whose work it is."""
    rng = random.Random(7)
    begun, pairs = time.monotonic(), 0
    while time.monotonic() - begun < 180:
        n, mode, times = SHAPES[pairs % len(SHAPES)]
        folder = tmp_path / str(pairs)
        folder.mkdir()
        twins = draw_twins(rng, n, mode=mode, times=times, same_acts=True)
        compare_in_worlds(starter, migrated_file, folder, [twins], quick=True)
        pairs += 1
    print(f"{pairs} pairs of worlds, 0 differences")
    assert pairs


def outputs(recommender: Recommender, documents: Sequence[dict[str, Any]], supports: Sequence[str]) -> list[str]:
    """All that the engine makes for others of a team's answers."""
    told = released(documents)
    made = []
    for one in told:
        terms = ListTerms(TODAY, word_vectors=recommender.word_vectors(one))
        made += list(document_texts(recommender.decide(one, terms)))
        made += [recommender.why_not(one, support, terms).model_dump_json() for support in supports]
        made.append(released_profile(one.release, INSTRUMENT, SCORING).model_dump_json())
        made += [group.model_dump_json() for group in released_groups(one.release)]
    if len(told) == 2:
        growth = build_growth(told[0].release, told[1].release, retake=None, instrument=INSTRUMENT, config=SCORING)
        made.append(growth.model_dump_json())
    return made


def count_apart(recommender: Recommender, pairs: int, *, seed: int, n_supports: int) -> int:
    """Draw pairs of teams; of how many the answers themselves would have told them apart. Fails if a release does."""
    rng = random.Random(seed)
    ids = [support.id for support in recommender.catalog.supports]
    apart = 0
    for number in range(pairs):
        mode = "consensus" if number % 12 == 11 else "individual"
        twins = draw_twins(rng, SIZES[number % len(SIZES)], mode=mode, times=1 + (number % 5 == 0))
        supports = rng.sample(ids, n_supports)
        one, other = (outputs(recommender, side, supports) for side in (twins.one, twins.other))
        assert one == other, (seed, number)
        if mode == AnswerMode.INDIVIDUAL:
            in_full = {recommender.recommend(parsed(side[0]), ListTerms(TODAY)).model_dump_json() for side in twins[:2]}
            apart += len(in_full) == 2
    return apart


def test_what_the_engine_makes_of_a_release_is_the_same_for_other_answers(starter: Recommender) -> None:
    assert count_apart(starter, 24, seed=1, n_supports=0) >= 20, "pairs must differ in what answers would tell"


def test_no_why_not_tells_two_teams_apart(starter: Recommender) -> None:
    """Every support, so that features which few have are tried."""
    rng = random.Random(3)
    twins = draw_twins(rng, 3)
    supports = [support.id for support in starter.catalog.supports][::25]
    assert outputs(starter, twins.one, supports) == outputs(starter, twins.other, supports)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(2, 6))
def test_a_thousand_pairs_are_not_told_apart(starter: Recommender, seed: int) -> None:
    """In four parts, which may run side by side."""
    assert count_apart(starter, 250, seed=seed, n_supports=1) >= 200

"""Attack: hundreds of calls in whatever order, by a portal, a lead in a browser, an officer and an evaluator.

Whatever they do, what they read stays a function of the releases: a twin world with the same acts and other answers
answers byte for byte the same for as long as the release documents are the same.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from recommender.pipeline import Recommender
from tests.fixtures.twins import ITEMS, Document, draw_twins
from tests.fixtures.worlds import World, differences, world

Call = tuple[str, str, str, dict[str, Any]]


def drawn_call(rng: random.Random, world: World) -> Call:
    """Visitor, method, path and body of something that one of them may do; ids are those that the world knows."""
    team, window, run, person, support = (
        rng.choice(world.ids[name]) for name in ("team_id", "assessment_id", "run_id", "respondent_id", "support_id")
    )
    pages = rng.choice(["", "/results", "/growth", "/guide", "/plan", "/close"])
    desk = rng.choice(["", "/changes", "/what-if?try=1&budget=none", "/why-not?q=data"])
    marks = {"importance": {"team-and-time": "top_three"}}
    tried = {"answers": dict.fromkeys(ITEMS[rng.choice(list(ITEMS))], rng.randint(1, 4))}
    calls: Sequence[Call] = [
        ("portal", "GET", f"/v1/assessments/{window}/profile{rng.choice(['', '?by=role', '?mode=consensus'])}", {}),
        ("portal", "GET", f"/v1/assessments/{window}/{rng.choice(['words', 'growth', 'respondents'])}", {}),
        ("portal", "GET", f"/v1/assessments/{window}/respondents/{person}/answers", {}),
        ("portal", "PATCH", f"/v1/assessments/{window}/respondents/{person}/answers", marks),
        ("portal", "POST", f"/v1/assessments/{window}:{rng.choice(['close', 'reopen'])}", {}),
        ("portal", "POST", f"/v1/assessments/{window}/respondents", {"external_id": f"made-up-{rng.randint(0, 1)}"}),
        ("portal", "POST", f"/v1/teams/{team}/recommendations", {}),
        ("portal", "POST", f"/v1/teams/{team}/recommendations:what-if", tried),
        ("portal", "GET", f"/v1/runs/{run}", {}),
        ("page:portal", "GET", f"/assessments/{window}{pages}", {}),
        ("page:portal", "POST", f"/assessments/{window}/{rng.choice(['close', 'reopen'])}", {}),
        ("officer", "GET", f"/v1/runs/{run}/why-not/{support}", {}),
        ("officer", "GET", f"/v1/runs/{run}/{rng.choice(['changes', 'replay', 'review', 'released'])}", {}),
        ("officer", "POST", f"/v1/teams/{team}/recommendations:what-if", tried),
        ("officer", "GET", "/v1/reviews?state=all", {}),
        ("page:officer", "GET", f"/desk/runs/{run}{desk}", {}),
        ("evaluator", "GET", f"/v1/exports/{rng.choice(['decisions', 'judgments'])}", {}),
    ]  # fmt: skip
    return rng.choice(calls)


def made_up(rng: random.Random, world: World, window: str) -> None:
    """Whom the lead makes up answers, as often as the lead likes."""
    where = f"/v1/assessments/{window}"
    person = {"respondent": f"answering-{rng.randint(0, 9)}", "answers": dict.fromkeys(ITEMS["team-and-time"], 1)}
    invited = world.ask("portal", "POST", f"{where}/respondents", json={"external_id": person["respondent"]})
    if invited.is_success:
        place = invited.json()["id"]
        world.invitations[place] = invited.json()["invitation"]
        world.visitor(f"own:{place}").patch(f"{where}/respondents/{place}/answers", json={"answers": person["answers"]})


def attacked(
    recommender: Recommender, migrated: Path, folder: Path, documents: list[Document], seed: int, calls: int
) -> World:
    """A world after so many calls; at most two people are made up, which no new release follows from."""
    folder.mkdir()
    rng = random.Random(seed)
    with world(recommender, migrated, folder) as made:
        team = made.new_team()
        for document in documents:
            made.service.clock.forward(days=30)
            made.answered(team, document)
            run = made.run(team)
            made.act(run, action="release")
        made.ids["support_id"] = [one.id for one in recommender.catalog.supports[::40]]
        released = made.releases()
        for number in range(calls):
            made.service.clock.forward(minutes=1)
            if number in (calls // 4, calls // 2):
                made_up(rng, made, made.ids["assessment_id"][-1])
            by, method, path, body = drawn_call(rng, made)
            given = {} if method == "GET" else {"data": body} if by.startswith("page") else {"json": body}
            answer = made.ask(by, method, path, **given)
            assert answer.status_code < 500, (path, answer.text[:300])
        assert made.releases() == released, "two made-up people are not enough for a new release"
    return made


def check(recommender: Recommender, migrated: Path, folder: Path, seed: int, n: int, calls: int) -> None:
    twins = draw_twins(random.Random(seed), n, times=2, same_acts=True)
    one = attacked(recommender, migrated, folder / "one", twins.one, seed, calls)
    other = attacked(recommender, migrated, folder / "other", twins.other, seed, calls)
    assert one.released == other.released
    assert not differences(one, other)


def test_fifty_calls_tell_no_two_worlds_apart(starter: Recommender, migrated_file: Path, tmp_path: Path) -> None:
    check(starter, migrated_file, tmp_path, seed=1, n=4, calls=50)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(2, 8))
def test_other_sequences_of_two_hundred_calls(
    starter: Recommender, migrated_file: Path, tmp_path: Path, seed: int
) -> None:
    check(starter, migrated_file, tmp_path, seed=seed, n=(1, 2, 3, 5, 6, 8)[seed - 2], calls=200)

"""Switching off one part of the ranking: what stops mattering, and that nothing else does."""

from datetime import date
from typing import Any

import pytest

from models.support import Support
from recommender.config import Parts
from recommender.config_load import starter_config
from recommender.testing import make_provider, make_resource
from tests.fixtures.engines import make_recommender
from tests.fixtures.teams import make_team

DAY = date(2026, 11, 21)
WORDS = {"challenges": "Nobody looks at attendance data.", "hoped_for_support": "A way to watch attendance each week."}
CONTEXT = {"focus_areas": ["attendance"], "grade_bands": ["high"], "languages": ["en"], "modality": ["document"]}
TEAM = make_team(2, open_text=WORDS, context=CONTEXT)
SUPPORTS: list[Support] = [
    make_resource(
        "res-words",
        summary="Watch attendance data every week.",
        needs_met=["Nobody looks at our attendance data."],
        focus_areas=["attendance"],
        grade_bands=["high"],
    ),
    make_resource("res-level", summary="Plans for change.", levels=[2], needs_met=["We need plans."]),
    make_resource("res-other", summary="Sing together in the hall.", levels=[4], audiences=["funder", "teacher"]),
    make_provider("prov-a"),
]


def lists(**off: Any) -> Any:
    config = starter_config().model_copy(update={"parts": Parts(**dict.fromkeys(off, False))})
    return make_recommender(SUPPORTS, config=config).rank(TEAM, as_of=DAY, k=10)


def parts_of(**off: Any) -> Any:
    return {match.support_id: match.components for match in lists(**off)[0].matches}


def test_all_parts_work_unless_told_otherwise() -> None:
    assert all(Parts().model_dump().values())
    assert starter_config().parts == Parts()


@pytest.mark.parametrize("part", Parts.model_fields)
def test_every_switch_changes_scores_and_every_sum_still_adds_up(part: Any) -> None:
    whole, without = parts_of(), parts_of(**{part: True})
    assert without != whole
    for match in lists(**{part: True})[0].matches:
        assert sum(match.components.values()) == pytest.approx(match.score, abs=1e-9)


@pytest.mark.parametrize(
    ("part", "silent"),
    [
        ("lexical", {"hoped_words"}),
        ("level_fit", {"stage_level"}),
        ("rubric_items", {"item_fit"}),
        ("facets", {"focus_specific", "primary_focus", "ready_to_use", "first_audience"}),
    ],
)
def test_features_of_a_part_that_is_off_are_zero(part: str, silent: Any) -> None:
    for components in parts_of(**{part: True}).values():
        assert {components[name] for name in silent} == {0.0}


def test_without_own_words_a_team_that_wrote_ranks_like_one_that_did_not() -> None:
    config = starter_config().model_copy(update={"parts": Parts(own_words=False)})
    silent = make_team(2, context=CONTEXT)
    with_words = make_recommender(SUPPORTS, config=config).rank(TEAM, as_of=DAY, k=10)
    without = make_recommender(SUPPORTS).rank(silent, as_of=DAY, k=10)
    assert [one.components for one in with_words[0].matches] == [one.components for one in without[0].matches]


def test_gates_work_while_preferences_are_off() -> None:
    paid = make_resource("res-paid", cost="paid")
    team = make_team(2, context=CONTEXT | {"budget": "none"})
    config = starter_config().model_copy(update={"parts": Parts(preferences=False)})
    (ranked, _) = make_recommender([*SUPPORTS, paid], config=config).rank(team, as_of=DAY, k=10)
    assert "res-paid" not in {match.support_id for match in ranked.matches}
    rules = {name: value for match in ranked.matches for name, value in match.components.items() if "rule:" in name}
    assert set(rules.values()) <= {0.0}


def test_without_diversification_near_duplicates_stay_and_nothing_is_added() -> None:
    copy = SUPPORTS[0].model_copy(update={"id": "res-words-again"})
    config = starter_config().model_copy(update={"parts": Parts(diversification=False)})
    plain = make_recommender([*SUPPORTS, copy], config=config).rank(TEAM, as_of=DAY, k=10)[0].matches
    assert {"res-words", "res-words-again"} <= {match.support_id for match in plain}
    assert all(abs(match.components["diversity"]) < 1e-7 for match in plain)

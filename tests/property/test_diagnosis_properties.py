"""The properties that the diagnostic's design names in section 16, on generated teams."""

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.vocab import Domain, Form
from recommender.config import ScoringConfig
from recommender.diagnosis.assessments import parse_assessment
from recommender.diagnosis.evidence import evidence_of
from recommender.diagnosis.irt import GradedItem, category_probabilities, expected_score, item_information
from recommender.diagnosis.needs import derive_needs
from recommender.diagnosis.priority import need_priority
from recommender.diagnosis.profiling import build_profile, level_probabilities, rater_score, team_se
from recommender.diagnosis.suppression import shown_groups
from recommender.errors import InvalidAssessment
from recommender.instruments import default_instrument
from tests.fixtures.examples import examples

INSTRUMENT = default_instrument()
CONFIG = ScoringConfig(draws=200)
TEAM_ITEMS = [item for item in INSTRUMENT.items.values() if "team" in item.forms]

levels = st.integers(1, 4)
answers = st.one_of(levels, st.sampled_from(["not_sure", "skipped"]))
responses = st.fixed_dictionaries(
    {
        "answers": st.dictionaries(st.sampled_from([item.id for item in TEAM_ITEMS]), answers, max_size=50),
        "importance": st.dictionaries(
            st.sampled_from([domain.value for domain in INSTRUMENT.form_domains(Form.TEAM)]),
            st.sampled_from(["not_now", "useful", "important"]),
        ),
    }
)
teams = st.lists(responses, min_size=1, max_size=7)
means = st.floats(1, 4)


def parsed(team: Any) -> Any:
    return parse_assessment(
        {
            "assessment_id": "a-001",
            "instrument": {"id": "improvement-capacity-check", "version": "0.1.0"},
            "form": "team",
            "answer_mode": "individual",
            "team": {"id": "t-001", "name": "Team"},
            "responses": [response | {"respondent": f"r{place}"} for place, response in enumerate(team)],
        },
        INSTRUMENT,
    )


@given(teams)
@settings(max_examples=examples(60), deadline=None)
def test_scores_stay_on_the_scale_and_probabilities_sum_to_one(team: Any) -> None:
    for method in ("classical", "eap"):
        profile = build_profile(parsed(team), INSTRUMENT, ScoringConfig(method=method))
        for score in profile.domains:
            if score.mean is not None:
                assert 1 <= score.mean <= 4
                assert score.se > 0
                assert math.isclose(sum(score.p_levels), 1)
                assert min(score.p_levels) >= -1e-12


@given(teams, st.randoms(use_true_random=False))
@settings(max_examples=examples(60), deadline=None)
def test_order_of_raters_never_matters(team: Any, shuffler: Any) -> None:
    straight = parsed(team)
    shuffled = straight.model_copy(update={"responses": tuple(shuffler.sample(straight.responses, len(team)))})
    first, second = (build_profile(each, INSTRUMENT, CONFIG) for each in (straight, shuffled))
    assert first.domains == second.domains
    needs = [derive_needs(evidence_of(each, INSTRUMENT, CONFIG), INSTRUMENT, CONFIG) for each in (straight, shuffled)]
    assert needs[0] == needs[1]


@given(st.lists(levels, min_size=1, max_size=6), st.integers(0, 6))
def test_a_not_sure_never_changes_a_mean_it_leaves_standing(given_levels: Any, position: Any) -> None:
    before = rater_score(given_levels)
    with_doubt = [*given_levels[:position], "not_sure", *given_levels[position:]]
    after = rater_score(with_doubt)
    assert after is None or after == before


@given(st.lists(means, min_size=2, max_size=8))
def test_the_error_falls_as_raters_join_at_the_same_spread(rater_means: Any) -> None:
    # Twice the same people: the same mean squared distance, hence no more than the same sample variance.
    assert team_se(rater_means * 2, config=CONFIG) < team_se(rater_means, config=CONFIG)


@given(means, st.floats(0.01, 1))
def test_level_probabilities_are_a_distribution(mean: Any, se: Any) -> None:
    p = level_probabilities(mean, se)
    assert math.isclose(sum(p), 1)
    assert min(p) >= -1e-12


@given(means, means, st.floats(0.25, 1))
def test_a_need_falls_when_the_level_rises(first: Any, second: Any, importance: Any) -> None:
    low, high = sorted((first, second))
    assert need_priority(low, 0.2, importance).priority >= need_priority(high, 0.2, importance).priority


@given(
    st.floats(0.2, 3),
    st.lists(st.floats(-3, 3), min_size=3, max_size=3, unique=True).map(sorted),
    st.lists(st.floats(-6, 6), min_size=1, max_size=9),
)
def test_graded_response_probabilities_sum_to_one(a: Any, b: Any, theta: Any) -> None:
    item = GradedItem(a, tuple(b))
    p = category_probabilities(item, theta)
    assert p.shape == (len(theta), 4)
    assert abs(p.sum(axis=-1) - 1).max() < 1e-12
    assert p.min() >= 0
    assert abs(p @ [1, 2, 3, 4] - expected_score(item, theta)).max() < 1e-9
    assert item_information(item, theta).min() >= 0


@given(teams)
@settings(max_examples=examples(60), deadline=None)
def test_needs_are_sorted_and_their_shares_sum_to_one(team: Any) -> None:
    assessment = parsed(team)
    needs = derive_needs(evidence_of(assessment, INSTRUMENT, CONFIG), INSTRUMENT, CONFIG)
    scored = [need for need in needs if need.priority is not None]
    assert needs[: len(scored)] == tuple(scored)
    assert all(a.priority >= b.priority - 1e-9 for a, b in pairwise(scored))
    total = sum(need.share for need in needs)
    assert math.isclose(total, 1) or total == 0
    assert len({need.domain for need in needs}) == len(needs) == len(Domain) - 1


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 12), max_size=6))
def test_shown_groups_leave_at_least_five_people_to_hide_among(counts: Any) -> None:
    visible = shown_groups(counts)
    hidden = sum(n for group, n in counts.items() if group not in visible)
    assert all(counts[group] >= 5 for group in visible)
    assert hidden == 0 or hidden >= 5 or not visible


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["team", "context", "responses", "answers", "la1", "form", "state", "id"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["assessment_id", "instrument", "form", "answer_mode", "team", "responses", "retake", "set_aside", "length"]
        ),
        json_values,
    )
)
@settings(max_examples=examples(300), deadline=None)
def test_any_broken_object_is_refused_with_places(document: Any) -> None:
    # No such object has all that an assessment needs, so each is refused, and never with another error.
    with pytest.raises(InvalidAssessment) as caught:
        parse_assessment(document, INSTRUMENT)
    assert all(fault.pointer == "" or fault.pointer.startswith("/") for fault in caught.value.faults)

"""What never moves a score, and what only moves it one way."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.assessment import Assessment
from models.vocab import Domain
from recommender.config import ScoringConfig
from recommender.diagnosis.evidence import evidence_of
from recommender.diagnosis.needs import derive_needs
from recommender.pipeline import Recommender
from recommender.ranking.features import level_fit, team_features
from tests.fixtures.examples import examples
from tests.fixtures.teams import INSTRUMENT, make_team, with_context

AS_OF = date(2026, 11, 21)
CONFIG = ScoringConfig()
ON_TEAM = INSTRUMENT.form_domains(make_team(1).form)
LEVELS = st.fixed_dictionaries({domain: st.integers(1, 4) for domain in ON_TEAM})
WORDS = st.fixed_dictionaries({domain.value: st.sampled_from(["not_now", "useful", "important"]) for domain in ON_TEAM})

DEMOGRAPHIC_QUESTIONS = (
    "pct_black_or_latino",
    "pct_low_income",
    "pct_english_learners",
    "pct_students_with_disabilities",
    "majority_priority",
    "enrollment",
    "locale",
    "network_size",
    "network_secondary",
    "network_priority_schools",
)
PERCENT = st.integers(0, 100)
DEMOGRAPHICS = st.fixed_dictionaries(
    {},
    optional={
        "pct_black_or_latino": PERCENT,
        "pct_low_income": PERCENT,
        "pct_english_learners": PERCENT,
        "pct_students_with_disabilities": PERCENT,
        "majority_priority": st.sampled_from(["yes", "no", "not-sure"]),
        "enrollment": st.sampled_from(["under-300", "300-999", "1000-4999", "5000-24999", "25000-plus"]),
        "locale": st.sampled_from([("city",), ("suburban",), ("town",), ("rural",), ("city", "rural")]),
        "network_size": st.integers(1, 400),
        "network_secondary": st.integers(0, 400),
        "network_priority_schools": st.integers(0, 400),
    },
)


def scores(recommender: Recommender, team: Assessment) -> list[dict[str, float]]:
    lists = recommender.rank(team, as_of=AS_OF, k=1000)
    return [{match.support_id: match.score for match in ranked.matches} for ranked in lists]


@pytest.mark.full
@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(team_number=st.integers(0, 23), answers=DEMOGRAPHICS)
def test_who_the_students_are_where_and_how_many_moves_no_score(
    starter: Recommender, judged: tuple[Assessment, ...], team_number: int, answers: dict[str, Any]
) -> None:
    team = judged[team_number]
    without = {name: value for name, value in team.team.context.items() if name not in DEMOGRAPHIC_QUESTIONS}
    bare = team.model_copy(update={"team": team.team.model_copy(update={"context": without})})
    expected = scores(starter, bare)
    assert scores(starter, team) == expected
    assert scores(starter, with_context(bare, **answers)) == expected


def shares(team: Assessment) -> dict[Domain, float]:
    needs = derive_needs(evidence_of(team, INSTRUMENT, CONFIG), INSTRUMENT, CONFIG)
    return {need.domain: need.share or 0.0 for need in needs}


@settings(max_examples=examples(40), deadline=None)
@given(levels=LEVELS, importance=WORDS, raised=st.sampled_from(ON_TEAM))
def test_a_raised_score_never_raises_the_share_of_its_need(
    levels: dict[Domain, int], importance: dict[str, str], raised: Domain
) -> None:
    higher = {**levels, raised: min(levels[raised] + 1, 4)}
    before, after = (shares(make_team(one, importance=importance)) for one in (levels, higher))
    assert after[raised] <= before[raised] + 1e-12


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(levels=LEVELS, importance=WORDS, answered=st.sets(st.sampled_from(ON_TEAM)))
def test_every_feature_lies_between_0_and_1(
    starter: Recommender, levels: dict[Domain, int], importance: dict[str, str], answered: set[Domain]
) -> None:
    team = make_team({domain: levels[domain] for domain in levels if domain in answered}, importance=importance)
    view = starter._view(team, AS_OF)
    for ranker in starter._rankers.values():
        rows = ranker._candidates(view, ranker.rank(view, k=1).rules.eligible)
        found = team_features(
            ranker.table,
            rows,
            evidence=view.evidence,
            instrument=INSTRUMENT,
            signals=view.signals,
            words=view.words,
            piece_vectors=view.piece_vectors,
        )
        for name, values in found.columns.items():
            assert ((values >= 0) & (values <= 1 + 1e-12)).all(), name
        assert found.level_fit == pytest.approx(level_fit(ranker.table, view.signals)[rows], abs=1e-15)
        totals = found.need_share.sum(axis=1)
        assert ((abs(totals - 1) < 1e-9) | (totals == 0)).all()

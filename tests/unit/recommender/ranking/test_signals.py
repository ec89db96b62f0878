"""A team as arrays, by hand."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from models.assessment import Assessment, OpenText
from models.vocab import Domain
from recommender.config import ScoringConfig
from recommender.diagnosis.evidence import evidence_of
from recommender.pipeline import Recommender
from recommender.ranking.signals import DOMAINS, MAX_PIECES, OwnWords, TeamSignals, own_words, rubric_queries
from tests.fixtures.teams import INSTRUMENT, make_team, with_words

DATA, METHODS = Domain.DATA_AND_MEASUREMENT, Domain.IMPROVEMENT_METHODS


def signals(starter: Recommender, *args: Any, **fields: Any) -> TeamSignals:
    return starter._view(make_team(*args, **fields), date(2026, 11, 21)).signals


def words_of(team: Assessment) -> OwnWords:
    return own_words(evidence_of(team, INSTRUMENT, ScoringConfig()))


def of(values: np.ndarray, domain: Domain) -> float:
    return float(values[DOMAINS.index(domain)])


def test_need_is_gap_times_importance_and_the_wide_prior_stands_for_missing_answers(starter: Recommender) -> None:
    found = signals(starter, {METHODS: 1, DATA: 4}, importance={METHODS.value: "important"})
    assert of(found.need, METHODS) == pytest.approx(0.75)
    assert of(found.need, DATA) == 0
    assert of(found.need, Domain.SUSTAINABILITY) == pytest.approx((4 - 2.5) / 3 * 0.5)
    assert of(found.need, Domain.NETWORK_LEADERSHIP) == 0
    assert found.p_levels.sum(axis=1) == pytest.approx(np.ones(11))


def test_a_domain_set_aside_has_no_need(starter: Recommender) -> None:
    found = signals(starter, 1, set_aside=["instructional-improvement"])
    assert (
        of(found.need, Domain.INSTRUCTIONAL_IMPROVEMENT) == of(found.importance, Domain.INSTRUCTIONAL_IMPROVEMENT) == 0
    )


@pytest.mark.parametrize(("levels", "present"), [((2, 3), 2), ((2, 3, 3), 3), ((1, 2), 1), ((4,), 4)])
def test_the_present_picture_is_the_nearest_the_lower_one_halfway(
    starter: Recommender, levels: tuple[int, ...], present: int
) -> None:
    responses = [{"respondent": f"r{n}", "answers": {"dm1": level}} for n, level in enumerate(levels)]
    found = signals(starter, None, responses=responses)
    row = list(INSTRUMENT.items).index("dm1")
    assert found.present[row] == present
    assert found.item_weight[row] == pytest.approx((4 - sum(levels) / len(levels)) / 3 * 0.5)
    assert found.present.sum() == present


def test_the_stage_is_the_mean_of_scores_experience_and_phase(starter: Recommender) -> None:
    new = signals(starter, 1, context={"experience": "new", "cycle_phase": "getting-ready"})
    old = signals(starter, 4, context={"experience": "over-3", "cycle_phase": "sustaining"})
    assert new.p_stage.argmax() == 0
    assert new.p_stage[0] == pytest.approx(0.8413, abs=1e-3)  # stage 1 with an error of 0.5, cut at 1.5
    assert old.p_stage.argmax() == 3


def test_rubric_queries_are_four_an_item_in_order() -> None:
    queries = rubric_queries(INSTRUMENT)
    assert len(queries) == 4 * len(INSTRUMENT.items)
    first = next(iter(INSTRUMENT.items.values()))
    assert queries[:4] == tuple(f"{first.text}: {first.levels[level]}" for level in (1, 2, 3, 4))


def test_own_words_are_cut_into_at_most_two_pieces_a_field() -> None:
    long = " ".join(f"Sentence number {n} says one more thing about our work." for n in range(9))
    words = words_of(with_words(make_team(2), OpenText(strengths=long, challenges=long, hoped_for_support=long)))
    assert (len(words.challenges), len(words.hoped_for)) == (MAX_PIECES, MAX_PIECES)
    assert words.pieces == words.challenges + words.hoped_for


def test_strengths_are_not_searched_with() -> None:
    assert words_of(with_words(make_team(2), OpenText(strengths="Our team trusts each other."))).pieces == ()


def test_authors_are_read_in_the_order_of_their_ids_whatever_the_order_of_the_file() -> None:
    texts = [OpenText(challenges=f"Person {n} says that the bell rings too soon.") for n in range(3)]
    team = with_words(make_team(2), *texts, share=(True, True, True))
    turned = team.model_copy(update={"responses": team.responses[::-1]})
    assert words_of(team) == words_of(turned)
    assert words_of(team).shareable == set(words_of(team).pieces)

"""Sentences say only what a part of the score or a rule bears out."""

from datetime import date

import numpy as np
import pytest

from models.assessment import Assessment, OpenText
from models.message import Message
from models.recommendation import NeedShare, RuleTrace
from models.vocab import Domain, RuleEffect, RuleOutcome
from recommender.index import CatalogIndex
from recommender.pipeline import ListTerms, Recommender
from recommender.ranking.features import FEATURES
from recommender.ranking.scoring import RULE_PREFIX
from recommender.ranking.signals import OwnWords, rubric_queries
from recommender.rules.load import starter_ruleset
from recommender.telling.explain import (
    SAYABLE,
    RubricVectors,
    find_matched_text,
    need_texts,
    why,
)
from recommender.testing import make_resource
from recommender.words import Speaker
from tests.fixtures.engines import EMBEDDER
from tests.fixtures.teams import INSTRUMENT, make_team, with_words

AS_OF = date(2026, 11, 21)
METHODS = Domain.IMPROVEMENT_METHODS
SPEAKER = Speaker(instrument=INSTRUMENT.instrument, ruleset=starter_ruleset())
FREE = SPEAKER.say(Message(key="rule.free.met"))


def trace(outcome: RuleOutcome = RuleOutcome.MET) -> RuleTrace:
    return RuleTrace(id="free", outcome=outcome, effect=RuleEffect.PREFER, because="It is free.", because_values={})


def sentence(name: str, *, has_words: bool = True) -> str | None:
    key = FEATURES[name].sentences and FEATURES[name].sentences.of(has_words=has_words)
    return key and Speaker().tell(key)


def said(
    starter: Recommender,
    lifts: dict[str, float],
    *traces: RuleTrace,
    level_fit: float = 0.0,
    has_words: bool = False,
    focus: tuple[str, ...] = (),
    served: bool = True,
) -> tuple[str, ...]:
    team = make_team(1, context={"focus_areas": list(focus)})
    view = starter._view(team, AS_OF)
    reasons = why(
        lifts,
        traces,
        (NeedShare(domain=METHODS, share=1.0),) if served else (),
        support=make_resource(focus_areas=["math", "general"]),
        needs={need.domain: need for need in view.needs},
        level_fit=level_fit,
        team=team.team,
        speaker=SPEAKER,
        has_words=has_words,
    )
    return tuple(SPEAKER.say(reason) for reason in reasons)


def test_the_first_sentence_names_the_need_and_the_level_only_where_both_hold(starter: Recommender) -> None:
    need = INSTRUMENT.domains[METHODS].name.lower()
    assert said(starter, {}) == (f"It works on {need}, one of your first needs.",)
    assert said(starter, {}, level_fit=0.5) == (
        f"It works on {need}, one of your first needs, and it suits teams at your level.",
    )
    assert "level" not in said(starter, {}, level_fit=0.49)[0]


def test_a_part_is_a_reason_only_when_it_lifts_the_match_above_the_others(starter: Recommender) -> None:
    assert sentence("first_audience") in said(starter, {"first_audience": 2 * SAYABLE})
    assert sentence("first_audience") not in said(starter, {"first_audience": SAYABLE})
    assert sentence("first_audience") not in said(starter, {"first_audience": -1.0})


def test_a_rule_is_a_reason_only_when_it_is_met_and_lifts(starter: Recommender) -> None:
    lift = {f"{RULE_PREFIX}free": 0.1}
    assert FREE in said(starter, lift, trace())
    assert FREE not in said(starter, lift, trace(RuleOutcome.MISSED))
    assert FREE not in said(starter, {}, trace())


def test_at_most_three_sentences_the_strongest_first(starter: Recommender) -> None:
    lifts = {"first_audience": 0.02, "grade_exact": 0.03, "modality_share": 0.01, f"{RULE_PREFIX}free": 0.05}
    assert said(starter, lifts, trace())[1:] == (FREE, sentence("grade_exact"))


def test_words_are_mentioned_only_where_the_team_wrote_some(starter: Recommender) -> None:
    lifts = {"hoped_words": 0.3, "focus_words": 0.2}
    assert said(starter, lifts, has_words=True)[1:] == (sentence("hoped_words"), sentence("focus_words"))
    assert said(starter, lifts)[1:] == (sentence("focus_words", has_words=False),)


def test_a_shared_focus_is_named_by_its_label(starter: Recommender) -> None:
    assert said(starter, {"need_focus": 0.2}, focus=("math", "general", "literacy"))[1].startswith("It is about math")
    assert len(said(starter, {"need_focus": 0.2}, focus=("literacy",))) == 1


def test_there_is_always_a_sentence(starter: Recommender) -> None:
    assert said(starter, {}, served=False) == ("It is the closest of what is left.",)


def test_every_sentence_of_a_run_is_backed_by_a_need_a_part_or_a_met_rule(
    starter: Recommender, judged: tuple[Assessment, ...]
) -> None:
    """Checked on whole runs with their complete parts: each sentence has a lift above the least that is said."""
    fixed = {SPEAKER.tell(key): name for name, one in FEATURES.items() for key in one.sentences or () if key}
    for team in judged[::4]:
        view = starter._view(team, AS_OF)
        for ranked_list in starter.recommend(team, ListTerms(AS_OF)).lists:
            ranker = starter._rankers[ranked_list.kind]
            ranked = ranker.rank(view, k=ranker.settings.k, floor=ranker.settings.floor)
            eligible = ranked.rules.eligible[ranked.features.rows]
            for match, position in zip(ranked_list.matches, ranked.listed.order, strict=True):
                lift = {
                    name: float(values[position] - values[eligible].mean())
                    for name, values in ranked.relevance.parts.items()
                }
                met = {rule.because: rule.id for rule in match.rules if rule.outcome is RuleOutcome.MET}
                for sentence in match.why:
                    if sentence.startswith("It works on"):
                        most = {share.domain for share in match.needs[:2]}
                        assert any(need.name.lower() in sentence for need in view.needs if need.domain in most)
                    elif sentence.startswith("It is about"):
                        assert max(lift[name] for name in ("need_focus", "primary_focus", "focus_rarity")
                                   if name in lift) > SAYABLE  # fmt: skip
                    elif sentence in fixed:
                        assert lift[fixed[sentence]] > SAYABLE
                    elif sentence in met:
                        assert lift[f"{RULE_PREFIX}{met[sentence]}"] > SAYABLE
                    else:
                        assert sentence == "It is the closest of what is left."


@pytest.fixture(scope="module")
def rubric() -> RubricVectors:
    return RubricVectors.of(EMBEDDER.encode(rubric_queries(INSTRUMENT), query=True))


def test_the_vector_of_a_question_is_the_direction_of_the_middle_of_its_pictures(rubric: RubricVectors) -> None:
    assert rubric.pictures.shape[:2] == (len(INSTRUMENT.items), 4)
    assert np.allclose(np.linalg.norm(rubric.questions, axis=1), 1, atol=1e-6)
    mean = rubric.pictures[7].mean(axis=0)
    assert np.allclose(rubric.questions[7], mean / np.linalg.norm(mean), atol=1e-6)


def test_the_matched_text_is_the_pair_with_the_largest_weight_times_similarity(
    starter: Recommender, rubric: RubricVectors
) -> None:
    hoped = "We hope for help with running short cycles in classrooms."
    statements = ["How do we find time to meet?", "We hope for help with running short cycles in classrooms."]
    index = CatalogIndex.build([make_resource(needs_met=statements)], EMBEDDER)
    team = with_words(make_team(4), OpenText(hoped_for_support=hoped), share=(True,))
    view = starter._view(team, AS_OF)
    texts = need_texts(INSTRUMENT, view.signals, view.words, rubric=rubric, piece_vectors=view.piece_vectors,
                       pictures=INSTRUMENT.items.keys())  # fmt: skip
    found = find_matched_text(index, 0, texts)
    assert found is not None
    assert (found.support_text, found.need_text, found.source) == (statements[1], hoped, "open_text")
    assert found.similarity == pytest.approx(1, abs=1e-4)


def test_nothing_matches_where_nothing_is_needed(starter: Recommender, rubric: RubricVectors) -> None:
    view = starter._view(make_team(4), AS_OF)
    texts = need_texts(INSTRUMENT, view.signals, OwnWords((), (), frozenset()), rubric=rubric,
                       piece_vectors=view.piece_vectors, pictures=INSTRUMENT.items.keys())  # fmt: skip
    assert not texts.weights.any()
    assert find_matched_text(CatalogIndex.build([make_resource()], EMBEDDER), 0, texts) is None


def test_items_of_a_hidden_domain_stand_with_their_question_and_their_importance_alone(
    starter: Recommender, rubric: RubricVectors
) -> None:
    weights = {}
    for level in (1, 4):
        view = starter._view(make_team(level), AS_OF)
        texts = need_texts(INSTRUMENT, view.signals, view.words, rubric=rubric, piece_vectors=view.piece_vectors,
                           pictures=())  # fmt: skip
        assert texts.texts == tuple(item.text for item in INSTRUMENT.items.values())
        weights[level] = texts.weights.tolist()
    assert weights[1] == weights[4]

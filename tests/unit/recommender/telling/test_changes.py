"""Why a list changed: two factors worked out by hand, the words, and a real pair of runs."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from models.base import SupportId
from models.change_story import ChangeEvidence, ChangeFactor, ChangeStory, NeedChange, RecordChange
from models.recommendation import RecommendationRun
from models.vocab import Domain, SupportKind
from recommender.catalog.load import Catalog
from recommender.diagnosis.release import released_team
from recommender.instruments import default_instrument
from recommender.pipeline import ListTerms, Recommender
from recommender.telling.change_evidence import gather_evidence, record_changes
from recommender.telling.changes import attribute_moves, tell_changes
from tests.fixtures.teams import make_team, with_context

ANSWERS, CONTEXT, DATE = ChangeFactor.ANSWERS, ChangeFactor.CONTEXT, ChangeFactor.DATE
CATALOG, RULES, MODEL, DECISIONS = (
    ChangeFactor.CATALOG,
    ChangeFactor.RULES,
    ChangeFactor.MODEL,
    ChangeFactor.DECISIONS,
)
RESOURCE = SupportKind.RESOURCE
DATA = Domain.DATA_AND_MEASUREMENT


class Told:
    """Lists by the factors that have their new value, each list a string of one-letter ids."""

    def __init__(self, lists: Mapping[frozenset[ChangeFactor], str]) -> None:
        self.lists = lists
        self.asked: list[frozenset[ChangeFactor]] = []

    def __call__(self, factors: frozenset[ChangeFactor]) -> dict[SupportKind, list[SupportId]]:
        self.asked.append(factors)
        return {RESOURCE: [SupportId(letter) for letter in self.lists[factors]]}


def two(old: str, first: str, second: str, both: str, *, factors: Sequence[ChangeFactor] = (ANSWERS, CATALOG)) -> Told:
    one, other = factors
    return Told({frozenset(): old, frozenset({one}): first, frozenset({other}): second, frozenset(factors): both})


def parts(told: Told, k: int, **more: Any) -> dict[str, tuple[int, dict[ChangeFactor, Fraction]]]:
    changed = frozenset().union(*told.lists)
    moves = attribute_moves(changed, told, k={RESOURCE: k}, **more)[RESOURCE]
    return {move.support_id: (move.places, dict(move.parts)) for move in moves}


def story(told: Told, k: int = 4, **more: Any) -> ChangeStory:
    changed = frozenset().union(*told.lists)
    given: dict[str, Any] = {"titles": {}, "speaker": default_instrument().english}
    made = tell_changes(changed, told, k={RESOURCE: k}, **given | more)
    assert made is not None
    return made


def sentence(told: Told, support: str, **more: Any) -> str:
    (kind,) = story(told, **more).kinds
    return next(move.sentence for move in (*kind.entries, *kind.exits, *kind.moves) if move.support_id == support)


# Old abc; answers alone bac; catalog alone abd; both dba. Three places, so an unlisted support has place 4.
BOTH = two("abc", "bac", "abd", "dba")


def test_two_factors_by_hand() -> None:
    half = Fraction(1, 2)
    assert parts(BOTH, 3) == {
        # d: 4 4 3 1. Answers: (0 + 2) / 2; catalog: (1 + 3) / 2.
        "d": (3, {ANSWERS: Fraction(1), CATALOG: Fraction(2)}),
        # b: 2 1 2 2. Answers: (1 + 0) / 2; catalog: (0 - 1) / 2. It stayed, for two reasons that cancel out.
        "b": (0, {ANSWERS: half, CATALOG: -half}),
        # a: 1 2 1 3. Answers: (-1 - 2) / 2; catalog: (0 - 1) / 2.
        "a": (-2, {ANSWERS: -3 * half, CATALOG: -half}),
        # c: 3 3 4 4. Catalog alone.
        "c": (-1, {ANSWERS: Fraction(0), CATALOG: Fraction(-1)}),
    }


def test_each_set_of_factors_is_ranked_once() -> None:
    BOTH.asked.clear()
    parts(BOTH, 3)
    assert sorted(map(sorted, BOTH.asked)) == sorted(map(sorted, BOTH.lists))


def test_places_beyond_k_count_as_not_listed() -> None:
    told = Told({frozenset(): "abcd", frozenset({DATE}): "dabc"})
    (d, a, b) = attribute_moves([DATE], told, k={RESOURCE: 2})[RESOURCE]
    assert (d.support_id, d.before, d.after, d.places) == ("d", None, 1, 2)
    assert (a.support_id, a.before, a.after, a.places) == ("a", 1, 2, -1)
    assert (b.support_id, b.before, b.after, b.places) == ("b", 2, None, -1)


def test_what_cannot_be_switched_alone_gets_what_the_others_leave() -> None:
    told = Told({frozenset(): "abc", frozenset({MODEL}): "acb", frozenset({MODEL, ANSWERS}): "cab"})
    assert parts(told, 3, residual=MODEL) == {
        "c": (2, {ANSWERS: Fraction(1), MODEL: Fraction(1)}),
        "a": (-1, {ANSWERS: Fraction(-1), MODEL: Fraction(0)}),
        "b": (-1, {ANSWERS: Fraction(0), MODEL: Fraction(-1)}),
    }
    assert frozenset({ANSWERS}) not in told.asked
    made = story(told, residual=MODEL)
    assert made.residual is MODEL
    assert "could not be worked out alone" in made.headline
    with pytest.raises(ValueError, match="not among the factors"):
        parts(told, 3, residual=RULES)


def test_nothing_changed_has_no_story() -> None:
    assert tell_changes([], Told({frozenset(): "ab"}), k={RESOURCE: 2}, titles={}) is None


def test_a_story_sorts_what_happened() -> None:
    made = story(BOTH, k=3, titles={"d": "Data walk", "c": "Course"})
    (kind,) = made.kinds
    assert made.changed == (ANSWERS, CATALOG)
    assert [(move.title, move.before, move.after) for move in kind.entries] == [("Data walk", None, 1)]
    assert [(move.title, move.before, move.after) for move in kind.exits] == [("Course", 3, None)]
    assert [(move.title, move.places) for move in kind.moves] == [("a", -2)]
    assert kind.n_stayed == 1
    assert made.weights == {ANSWERS: 2.5, CATALOG: 3.5}
    assert made.headline == (
        "Of the supports listed, 1 entered, 1 left and 1 moved, because the catalog changed and your answers changed."
    )


def test_lists_that_stay_are_told_as_that() -> None:
    made = story(Told({frozenset(): "abc", frozenset({DATE}): "abc"}))
    assert made.headline == "Nothing moved in the lists, although time has passed."
    (kind,) = made.kinds
    assert kind.overlap == pytest.approx(1)
    assert (kind.n_stayed, kind.moves) == (3, ())


def test_overlap_is_that_of_the_places_that_count() -> None:
    (kind,) = story(Told({frozenset(): "abx", frozenset({DATE}): "bay"}), k=2).kinds
    assert kind.overlap == pytest.approx(0.9)  # "ab" and "ba" agree from the second place on


def test_one_cause_is_told_without_mostly_and_a_large_one_with_it() -> None:
    alone = two("abc", "cab", "abc", "cab")
    assert sentence(alone, "c") == "Moved up from place 3 to 1: because your answers changed."
    # e: 5 2 4 1. Answers 3, catalog 1.
    mostly = two("abcd", "aebc", "abce", "eabc")
    assert sentence(mostly, "e") == "Entered at place 1: mostly because your answers changed."


def test_equal_causes_are_all_told() -> None:
    # e: 4 3 3 3 2 2 2 1, each factor one place.
    sets = [[], [ANSWERS], [CATALOG], [RULES], [ANSWERS, CATALOG], [ANSWERS, RULES], [CATALOG, RULES]]
    lists = ["abce", *["abec"] * 3, *["aebc"] * 3]
    told = Told(
        {frozenset(one): its for one, its in zip(sets, lists, strict=True)} | {frozenset(sets[-1] + [ANSWERS]): "eabc"}
    )
    assert sentence(told, "e") == (
        "Moved up from place 4 to 1: because your answers changed, the catalog changed and the rules changed."
    )


def test_a_pull_the_other_way_is_told() -> None:
    # d: 4 1 5 2 of four places. Answers +3, catalog -1.
    told = two("abcd", "dabc", "abcx", "adbc")
    assert sentence(told, "d") == (
        "Moved up from place 4 to 2: because your answers changed; the catalog changed, which pulled the other way."
    )


def evidence(**more: Any) -> ChangeEvidence:
    return ChangeEvidence(
        needs=(
            NeedChange(domain=DATA, name="Data and measurement", before=0.2, after=0.5),
            NeedChange(domain=Domain.TEAM_AND_TIME, name="Team and time", before=0.6, after=0.55),
        ),
        **more,
    )


def one_factor(factor: ChangeFactor) -> Told:
    return Told({frozenset(): "abc", frozenset({factor}): "bad"})


def test_a_need_is_named_only_for_a_support_that_works_on_it_and_only_in_the_direction_of_the_move() -> None:
    told = one_factor(ANSWERS)
    both = (Domain.TEAM_AND_TIME, DATA)
    served = {"a": both, "b": both, "d": (Domain.TEAM_AND_TIME,)}
    assert sentence(told, "b", evidence=evidence(served=served)) == (
        "Moved up from place 2 to 1: because your answers changed (your need for data and measurement grew)."
    )
    assert "(your need for team and time shrank)" in sentence(told, "a", evidence=evidence(served=served))
    assert "need" not in sentence(told, "d", evidence=evidence(served=served))
    assert "need" not in sentence(told, "b", evidence=evidence())
    assert [need.domain for need in story(told, evidence=evidence()).needs] == [DATA, Domain.TEAM_AND_TIME]


@pytest.mark.parametrize(
    ("factor", "known", "words"),
    [
        (CATALOG, {"records": {"d": "new"}}, "the catalog changed (it is new in the catalog)"),
        (RULES, {"rules": {"d": ("r1",)}}, "the rules changed (the rule r1 now says something else)"),
        (RULES, {"rules": {"d": ("r1", "r2")}}, "(the rules r1 and r2 now say something else)"),
        (DECISIONS, {"decisions": {"d": "added"}}, "decisions were made on supports (it was added in review)"),
    ],
)
def test_evidence_is_told_with_its_own_factor_only(factor: ChangeFactor, known: dict[str, Any], words: str) -> None:
    assert words in sentence(one_factor(factor), "d", evidence=ChangeEvidence(**known))
    assert "(" not in sentence(one_factor(factor), "d")
    assert "(" not in sentence(one_factor(DATE), "d", evidence=ChangeEvidence(**known))


def test_records_are_new_gone_or_changed(starter: Recommender) -> None:
    first, second, third, *_ = starter.catalog.by_kind[SupportKind.RESOURCE]
    other = second.model_copy(update={"summary": "Something else."})
    changes: dict[SupportId, RecordChange] = {first.id: "gone", second.id: "changed", third.id: "new"}
    assert record_changes(Catalog.of([first, second]), Catalog.of([other, third])) == changes
    assert record_changes(starter.catalog, starter.catalog) == {}


def test_a_real_retake_is_told_down_to_the_needs(starter: Recommender) -> None:
    math = {"grade_bands": ["high"], "focus_areas": ["math"]}
    earlier = make_team(2, importance={DATA: "not_now"}, context=math)
    levels = {domain: 3 for domain in Domain if domain is not Domain.NETWORK_LEADERSHIP} | {DATA: 1}
    later = make_team(levels, importance={DATA: "top_three"}, context=math | {"grade_bands": ["middle"]})
    dates = date(2026, 9, 1), date(2027, 4, 1)

    def run(factors: frozenset[ChangeFactor]) -> RecommendationRun:
        grades = (later if CONTEXT in factors else earlier).team.context["grade_bands"]
        team = with_context(later if ANSWERS in factors else earlier, grade_bands=grades)
        return starter.recommend(team, ListTerms(dates[DATE in factors]))

    def lists(factors: frozenset[ChangeFactor]) -> dict[SupportKind, list[SupportId]]:
        return {one.kind: [match.support_id for match in one.matches] for one in run(factors).lists}

    changed = frozenset({ANSWERS, CONTEXT, DATE})
    before, after = run(frozenset()), run(changed)
    known = gather_evidence(before, after)
    titles = {match.support_id: match.title for made in (before, after) for one in made.lists for match in one.matches}
    k = {kind: starter.config.kinds[kind].k for kind in SupportKind}
    told = tell_changes(changed, lists, k=k, titles=titles, evidence=known, speaker=starter.instrument.english)
    assert told is not None
    for kind in told.kinds:
        was, now = lists(frozenset())[kind.kind], lists(changed)[kind.kind]
        assert {move.support_id for move in kind.entries} == set(now) - set(was)
        assert {move.support_id for move in kind.exits} == set(was) - set(now)
        for move in (*kind.entries, *kind.exits, *kind.moves):
            assert sum(move.parts.values()) == pytest.approx(move.places, abs=1e-9)
            assert move.title == titles[move.support_id]
    assert max(told.weights, key=lambda factor: told.weights[factor]) is ANSWERS
    everything = told.model_dump_json()
    assert "your need for data and measurement grew" in everything
    assert told == ChangeStory.model_validate_json(everything)


def test_rules_that_say_something_else_of_a_support_are_evidence(starter: Recommender) -> None:
    team = make_team(2, importance={DATA: "important"}, context={"grade_bands": ["high"], "focus_areas": ["math"]})
    before, after = (
        starter.recommend(one, ListTerms(date(2026, 9, 1))) for one in (team, with_context(team, cycle_phase="testing"))
    )
    found = gather_evidence(before, after).rules
    assert "cycle-phase" in {rule for rules in found.values() for rule in rules}
    assert gather_evidence(before, before).rules == {}


def test_needs_that_are_not_released_are_no_evidence(starter: Recommender) -> None:
    teams = (make_team(2, n=n) for n in (2, 5))
    two_people, five = (released_team(team, starter.instrument, starter.config.scoring) for team in teams)
    before, after = (starter.recommend(team, ListTerms(date(2026, 9, 1))) for team in (two_people, five))
    assert gather_evidence(before, after).needs == ()
    assert len(gather_evidence(after, after).needs) == 10

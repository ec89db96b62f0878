"""Growth never says more than the two releases do."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from models.growth import DomainGrowth, Growth
from models.vocab import Domain, Form, Visibility
from recommender.config import ScoringConfig
from recommender.diagnosis.assessments import parse_assessment
from recommender.diagnosis.growth import Wave, build_growth, released_changes
from recommender.diagnosis.release import release_of, released_profile
from tests.fixtures.examples import examples
from tests.fixtures.teams import INSTRUMENT

CONFIG = ScoringConfig()
DOMAINS = (Domain.LEADERSHIP_ALIGNMENT, Domain.DATA_AND_MEASUREMENT, Domain.SUSTAINABILITY)
ITEMS = {domain: [item.id for item in INSTRUMENT.asked(Form.TEAM)[domain]] for domain in DOMAINS}

levels = st.lists(st.integers(1, 4), min_size=5, max_size=5)
rows = st.none() | levels
two_rows = st.tuples(levels, levels)
raters = st.lists(
    st.fixed_dictionaries({"name": st.integers(0, 9), "rows": st.tuples(*[rows for _ in DOMAINS])}),
    min_size=1,
    max_size=8,
    unique_by=lambda rater: rater["name"],
)
waves = st.tuples(raters, st.sampled_from(["individual", "individual", "consensus"]))
retakes = st.fixed_dictionaries(
    {"then": st.dictionaries(st.sampled_from(DOMAINS), st.integers(1, 4))},
    optional={"turnover": st.sampled_from(["none", "some", "many"])},
)


def wave(given_wave: Any, assessment_id: str, retake: Any = None) -> Wave:
    people, mode = given_wave
    document: dict[str, Any] = {
        "assessment_id": assessment_id,
        "instrument": {"id": INSTRUMENT.version.id, "version": INSTRUMENT.version.version},
        "form": "team",
        "answer_mode": mode,
        "team": {"id": "t-001", "name": "Team"},
        "responses": [
            {
                "respondent": f"r{rater['name']}",
                "answers": {
                    item: level
                    for domain, row in zip(DOMAINS, rater["rows"], strict=True)
                    if row is not None
                    for item, level in zip(ITEMS[domain], row, strict=True)
                },
            }
            for rater in (people[:1] if mode == "consensus" else people)
        ],
    }
    if retake is not None:
        document["retake"] = {"previous_id": "a-000"} | retake
    assessment = parse_assessment(document, INSTRUMENT)
    return Wave(assessment, release_of(assessment, INSTRUMENT, CONFIG))


def grow(earlier: Wave, later: Wave) -> Growth:
    changes = released_changes(earlier, later, instrument=INSTRUMENT, config=CONFIG)
    release = later.release.model_copy(update={"changes": changes})
    return build_growth(earlier.release, release, retake=later.assessment.retake, instrument=INSTRUMENT, config=CONFIG)


def numbers(one: DomainGrowth) -> list[Any]:
    return [one.statistic, one.p, one.n_matched]


@given(waves, waves, retakes)
@settings(max_examples=examples(80), deadline=None)
def test_only_scores_that_both_releases_hold_appear(first: Any, second: Any, retake: Any) -> None:
    earlier, later = wave(first, "a-000"), wave(second, "a-001", retake)
    released_scores = [
        {score.domain: score for score in released_profile(one.release, INSTRUMENT, CONFIG).domains}
        for one in (earlier, later)
    ]
    for one in grow(earlier, later).domains:
        scores = [scores[one.domain] for scores in released_scores]
        assert (one.verdict is None) == (one.no_verdict is not None)
        for seen, score in zip((one.before, one.after), scores, strict=True):
            if seen is not None:
                assert (seen.mean, seen.level_words) == (score.mean, score.level_words)
        if Visibility.NOTHING in [score.visibility for score in scores]:
            told: list[Any] = [one.verdict, one.direction, one.method, one.then, one.holds_across_domains]
            assert told == [None] * 5
            assert numbers(one) == [None] * 3
            assert None in (one.before, one.after)
        if one.method == "paired":
            assert (one.statistic, one.p) == (None, None)
            assert one.n_matched is not None
            assert one.n_matched >= 5
            assert all(score.n_raters - one.n_matched not in range(1, 5) for score in scores)


@given(two_rows, two_rows, waves, st.booleans())
@settings(max_examples=examples(60), deadline=None)
def test_whatever_two_people_answer_the_same_is_told(answers: Any, others: Any, full: Any, two_came_first: Any) -> None:
    def told(data: Any) -> Any:
        two = [{"name": name, "rows": (row, None, None)} for name, row in enumerate(data)], "individual"
        first, second = (two, full) if two_came_first else (full, two)
        return grow(wave(first, "a-000"), wave(second, "a-001", {}))

    assert told(answers) == told(others)


@given(raters, raters, retakes)
@settings(max_examples=examples(40), deadline=None)
def test_the_order_of_raters_never_matters_and_the_mark_for_back_then_changes_no_number(
    first: Any, second: Any, retake: Any
) -> None:
    earlier, later = wave((first, "individual"), "a-000"), wave((second, "individual"), "a-001", retake)
    growth = grow(earlier, later)
    backward = wave((second[::-1], "individual"), "a-001", retake)
    assert grow(wave((first[::-1], "individual"), "a-000"), backward) == growth
    unmarked = grow(earlier, wave((second, "individual"), "a-001", retake | {"then": {}}))
    for one, other in zip(growth.domains, unmarked.domains, strict=True):
        unsaid = {"sentence": "", "sentence_messages": None}
        assert one.model_copy(update={"then": None, **unsaid}) == other.model_copy(update=unsaid)


@given(raters, raters)
@settings(max_examples=examples(40), deadline=None)
def test_going_back_turns_every_change_around(first: Any, second: Any) -> None:
    there = grow(wave((first, "individual"), "a-000"), wave((second, "individual"), "a-001", {}))
    back = grow(wave((second, "individual"), "a-001"), wave((first, "individual"), "a-002", {}))
    turned = {"up": "down", "down": "up", None: None}
    for one, other in zip(there.domains, back.domains, strict=True):
        assert (one.before, one.after, one.verdict, one.p) == (other.after, other.before, other.verdict, other.p)
        assert one.direction == turned[other.direction]

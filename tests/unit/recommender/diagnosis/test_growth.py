"""Growth between two assessments: T16 to T18 of the diagnostic's design end to end, and when no verdict is given."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from models.growth import DomainGrowth, Growth
from models.message import Message
from models.profile import CapacityProfile, DomainScore
from models.release import ReleasedChange
from models.vocab import Domain, Form
from recommender.config import ScoringConfig
from recommender.diagnosis.assessments import parse_assessment
from recommender.diagnosis.growth import JudgedChange, Wave, build_growth, judge_change, released_changes
from recommender.diagnosis.profiling import build_profile
from recommender.diagnosis.release import release_of, released_profile
from recommender.diagnosis.retake import benjamini_hochberg, paired_change, verdict_at
from tests.fixtures.teams import INSTRUMENT

CONFIG = ScoringConfig()
DATA = Domain.DATA_AND_MEASUREMENT
ALIGN = Domain.LEADERSHIP_ALIGNMENT
NETWORK = Domain.NETWORK_LEADERSHIP
NEXT: dict[str, Any] = {"assessment_id": "a-001", "retake": {"previous_id": "a-000"}}


def classical_index(before: float, after: float, sd: float, reliability: float) -> float:
    """The reliable change index of Jacobson and Truax 1991: the change over sqrt(2) SD sqrt(1 - r)."""
    return (after - before) / (math.sqrt(2) * sd * math.sqrt(1 - reliability))


def row(mean: float, n_items: int = 5) -> list[int]:
    """Levels of `n_items` answers with that mean, as even as can be."""
    low, more = divmod(round(mean * n_items), n_items)
    return [low + 1] * more + [low] * (n_items - more)


def wave(
    scores: Mapping[Domain, Sequence[float | None]],
    *,
    config: ScoringConfig = CONFIG,
    names: Sequence[str] | None = None,
    n_items: int = 5,
    **fields: Any,
) -> Wave:
    """An assessment in which rater i's mean in each domain is `scores[domain][i]` (None answers nothing there)."""
    items = INSTRUMENT.asked(Form(fields.get("form", "team")))
    n = max(len(means) for means in scores.values())
    responses = []
    for place in range(n):
        answers: dict[str, int] = {}
        for domain, means in scores.items():
            if place < len(means) and (mean := means[place]) is not None:
                answers |= {item.id: level for item, level in zip(items[domain], row(mean, n_items), strict=False)}
        responses.append({"respondent": names[place] if names else f"r{place}", "answers": answers})
    document = {
        "assessment_id": "a-000",
        "instrument": {"id": INSTRUMENT.version.id, "version": INSTRUMENT.version.version},
        "form": "team",
        "answer_mode": "individual",
        "team": {"id": "t-001", "name": "Team"},
        "responses": responses,
    }
    assessment = parse_assessment(document | fields, INSTRUMENT)
    return Wave(assessment, release_of(assessment, INSTRUMENT, config))


def grow(earlier: Wave, later: Wave, config: ScoringConfig = CONFIG) -> Growth:
    """The growth of two closed windows: the later release holds the words that were added as it was frozen."""
    changes = released_changes(earlier, later, instrument=INSTRUMENT, config=config)
    return build_growth(
        earlier.release,
        later.release.model_copy(update={"changes": changes}),
        retake=later.assessment.retake,
        instrument=INSTRUMENT,
        config=config,
    )


def of(growth: Growth, domain: Domain = DATA) -> DomainGrowth:
    return next(one for one in growth.domains if one.domain is domain)


def scored(profile: CapacityProfile, domain: Domain = DATA) -> DomainScore:
    return next(score for score in profile.domains if score.domain is domain)


def judge(earlier: Wave, later: Wave, config: ScoringConfig = CONFIG, domain: Domain = DATA) -> JudgedChange:
    """The change between two releases."""
    old, new = (scored(released_profile(one.release, INSTRUMENT, config), domain) for one in (earlier, later))
    return judge_change(old, new, agreed=later.release.answer_mode == "consensus")


def words(earlier: Wave, later: Wave) -> dict[Domain, ReleasedChange]:
    """What the later release says of changes by itself."""
    changes = released_changes(earlier, later, instrument=INSTRUMENT, config=CONFIG)
    return {one.domain: one for one in changes.domains} if changes else {}


def near(value: float) -> Any:
    return pytest.approx(value, abs=1e-4)


WAVE_1 = [2.4, 2.8, 2.4, 3.2]
WAVE_2 = [3.2, 3.4, 3.0, 3.6, 3.2]
OTHERS = [f"s{place}" for place in range(12)]


def test_t16_agreed_ratings_are_judged_by_the_classical_index() -> None:
    # SD .60 and reliability .80: the standard error of one rating is .268328.
    config = ScoringConfig(consensus_se=0.60 * math.sqrt(0.20))

    def agreed(mean: float, n_items: int = 5, **fields: Any) -> Wave:
        return wave({DATA: [mean]}, config=config, n_items=n_items, answer_mode="consensus", **fields)

    up = judge(agreed(2.0), agreed(2.8, **NEXT), config)
    assert (up.method, up.verdict, up.statistic) == ("agreed", "reliable", near(2.1082))
    assert up.statistic == near(classical_index(2.0, 2.8, 0.60, 0.80))
    small = judge(agreed(2.75, n_items=4), agreed(3.2, **NEXT), config)
    assert (small.verdict, small.statistic) == ("no clear change", near(1.1859))
    told = of(grow(agreed(2.0), agreed(2.8, **NEXT), config))
    assert (told.verdict, told.statistic, told.p, told.n_matched) == ("reliable", 2.1, 0.04, None)


def test_t17_unmatched_waves_rise_possibly() -> None:
    earlier, later = wave({DATA: WAVE_1}), wave({DATA: WAVE_2}, **NEXT)
    complete = [scored(build_profile(one.assessment, INSTRUMENT, CONFIG)) for one in (earlier, later)]
    change = judge_change(complete[0], complete[1], agreed=False)
    assert (change.method, change.verdict, change.n_matched) == ("unmatched", "possible", None)
    assert (change.difference, change.statistic, change.p) == (near(0.58), near(1.7621), near(0.0781))


def test_released_waves_are_judged_by_released_numbers_alone() -> None:
    # Four people, then five: SE sqrt(.36 / 4) = .3 and sqrt(.36 / 5) = .2683, together .4025; (3.3 - 2.7) / .4025.
    earlier, later = wave({DATA: WAVE_1}), wave({DATA: WAVE_2}, **NEXT)
    change = judge(earlier, later)
    assert (change.difference, change.statistic, change.p) == (near(0.6), near(1.4907), near(0.1360))
    told = of(grow(earlier, later))
    assert told.before is not None
    assert told.after is not None
    assert (told.before.mean, told.after.mean) == (2.7, 3.3)
    assert (told.verdict, told.direction, told.method) == ("possible", "up", "unmatched")
    assert (told.statistic, told.p, told.n_matched) == (1.5, 0.14, None)
    assert told.sentence == "From 2.7 to 3.3: a possible rise."


def test_the_spread_of_the_answers_changes_nothing_that_is_told() -> None:
    close, apart = wave({DATA: [2.6, 2.8, 2.6, 2.8]}), wave({DATA: [1.0, 1.8, 4.0, 4.0]})
    assert grow(close, wave({DATA: WAVE_2}, **NEXT)) == grow(apart, wave({DATA: WAVE_2}, **NEXT))


def test_a_mean_at_an_end_of_what_is_released_is_told_as_coded() -> None:
    told = of(grow(wave({DATA: [1.0] * 4}), wave({DATA: [3.8] * 4}, **NEXT)))
    assert told.before is not None
    assert told.after is not None
    assert [(one.mean, one.coded_end) for one in (told.before, told.after)] == [(1.4, "or_lower"), (3.6, "or_higher")]
    assert told.sentence.startswith("From 1.4 or lower to 3.6 or higher: ")


def test_t17_matched_raters_are_judged_by_their_own_spread_in_words() -> None:
    # The differences are those of T17: t 5.0990 with 4 df, p .0070 (test_oracles_retake); the releases alone would
    # say (2.9 - 2.4) / sqrt(2 x .36 / 5) = 1.32, only possible.
    before = [2.4, 2.0, 2.8, 2.2, 2.6]
    after = [mean + more for mean, more in zip(before, [0.4, 0.6, 0.2, 0.8, 0.6], strict=True)]
    earlier, later = wave({DATA: before}), wave({DATA: after}, **NEXT)
    assert judge(earlier, later).verdict == "possible"
    assert words(earlier, later) == {
        DATA: ReleasedChange(
            domain=DATA, method="paired", verdict="reliable", direction="up", n_matched=5, holds_across_domains=True
        )
    }
    told = of(grow(earlier, later))
    assert (told.method, told.verdict, told.direction, told.n_matched) == ("paired", "reliable", "up", 5)
    assert (told.statistic, told.p, told.holds_across_domains) == (None, None, True)
    assert told.sentence == "From 2.4 to 2.9: a reliable rise, going by the people who answered both times."


def test_words_of_change_count_for_the_release_that_they_were_said_of_alone() -> None:
    before, after = wave({DATA: [2.4, 2.0, 2.8, 2.2, 2.6]}), wave({DATA: [2.8, 2.6, 3.0, 3.0, 3.2]}, **NEXT)
    changes = released_changes(before, after, instrument=INSTRUMENT, config=CONFIG)
    other = wave({DATA: [2.4, 2.0, 2.8, 2.2, 2.0]})
    growth = build_growth(
        other.release,
        after.release.model_copy(update={"changes": changes}),
        retake=after.assessment.retake,
        instrument=INSTRUMENT,
        config=CONFIG,
    )
    assert of(growth).method == "unmatched"


def test_a_t_is_judged_by_its_p_not_by_the_cuts_of_a_normal() -> None:
    # 4 df: t 2.14 has p .099, so only possible, although 2.14 is above 1.96.
    before, more = [2.0] * 5, [0.0, 0.2, 0.4, 0.6, 0.0]
    paired = paired_change(more)
    assert paired is not None
    assert paired.t > 1.96
    assert paired.p > 0.05
    later = wave({DATA: [a + b for a, b in zip(before, more, strict=True)]}, **NEXT)
    change = words(wave({DATA: before}), later)[DATA]
    assert (change.method, change.verdict, change.direction) == ("paired", "possible", "up")
    assert [verdict_at(p) for p in (0, 0.0499, 0.0501, 0.2, 0.21, 1)] == [
        "reliable",
        "reliable",
        "possible",
        "possible",
        "no clear change",
        "no clear change",
    ]


def test_four_matched_of_many_are_no_pairs() -> None:
    scores = [2.4, 2.0, 2.8, 2.2, 2.6, 2.4]
    stayed = wave({DATA: [3.0] * 6}, names=["r0", "r1", "r2", "r3", "new-1", "new-2"], **NEXT)
    assert words(wave({DATA: scores}), stayed) == {}
    assert of(grow(wave({DATA: scores}), stayed)).method == "unmatched"
    fifth_left_it_out = wave({DATA: [3.0, 3.0, 3.0, 3.0, None, 3.0]}, names=["r0", "r1", "r2", "r3", "r4", "n"], **NEXT)
    assert words(wave({DATA: scores}), fifth_left_it_out) == {}


def test_other_items_are_no_pairs() -> None:
    later = wave({DATA: [3.0] * 5}, length="short", **NEXT)
    assert words(wave({DATA: [2.0] * 5}), later) == {}
    in_focus = wave({DATA: [3.0] * 5}, length="short", focus_domains=[DATA], **NEXT)
    assert words(wave({DATA: [2.0] * 5}), in_focus)[DATA].method == "paired"


@pytest.mark.parametrize("others", range(6))
def test_nothing_is_said_of_matched_people_while_others_could_be_worked_out(others: int) -> None:
    before, after = [2.4, 2.0, 2.8, 2.2, 2.6], [2.8, 2.6, 3.0, 3.0, 3.2]
    hidden = 0 < others < 5
    for left, joined in ((others, 0), (0, others)):
        earlier, later = wave({DATA: [*before, *[1.0] * left]}), wave({DATA: [*after, *[3.0] * joined]}, **NEXT)
        change = of(grow(earlier, later))
        assert change.method == ("unmatched" if hidden else "paired")
        assert (change.n_matched, change.statistic is None) == ((None, False) if hidden else (5, True))


def test_all_moved_alike_is_told_in_words() -> None:
    earlier, later = wave({DATA: [2.4, 2.0, 2.8, 2.2, 2.6]}), wave({DATA: [2.6, 2.2, 3.0, 2.4, 2.8]}, **NEXT)
    told = of(grow(earlier, later))
    assert (told.verdict, told.direction, told.statistic, told.p) == ("reliable", "up", None, None)


def test_t18_what_holds_is_decided_over_the_domains_that_were_judged() -> None:
    # Eight people, then other eight: SE sqrt(.36 / 8) = .2121 each time, .3 together. A rise of .8 is 2.67, p .0077; as
    # third of ten .0256. A rise of .6 is 2, p .0455: reliable alone, but as fourth of ten .1138.
    rises = dict(zip(INSTRUMENT.form_domains(Form.TEAM), [0, 0, 0.2, 0.6, 0.8, 0.8, 1.0, 0.0, 0.0, 0.2], strict=True))
    earlier = wave({domain: [2.0] * 8 for domain in rises})
    later = wave({domain: [2.0 + rise] * 8 for domain, rise in rises.items()}, names=OTHERS, **NEXT)
    growth = grow(earlier, later)
    adjusted = benjamini_hochberg([judge(earlier, later, domain=domain).p for domain in rises])
    assert [one.holds_across_domains for one in growth.domains if one.verdict] == [p <= 0.10 for p in adjusted]
    held = {one.domain for one in growth.domains if one.holds_across_domains}
    assert held == {domain for domain, rise in rises.items() if rise >= 0.8}
    assert of(growth, next(domain for domain, rise in rises.items() if rise == 0.6)).verdict == "reliable"


def test_a_reliable_change_among_many_may_not_hold_and_says_so() -> None:
    # Five people, then other five: SE sqrt(.36 / 5) = .2683 each time, so .8 is 2.11, p .0350; the least of ten, .350.
    domains = INSTRUMENT.form_domains(Form.TEAM)
    earlier = wave({domain: [2.0] * 5 for domain in domains})
    later = wave({domain: [2.8 if domain is DATA else 2.0] * 5 for domain in domains}, names=OTHERS, **NEXT)
    alone = of(grow(wave({DATA: [2.0] * 5}), wave({DATA: [2.8] * 5}, names=OTHERS, **NEXT)))
    told = of(grow(earlier, later))
    assert told.verdict == alone.verdict == "reliable"
    assert (told.holds_across_domains, alone.holds_across_domains) == (False, True)
    assert "may still be chance" in told.sentence
    assert "chance" not in alone.sentence


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"retake": {"previous_id": "a-000", "turnover": "many"}}, "turnover"),
        ({"form": "hub"}, "other_form"),
    ],
)
def test_scores_that_cannot_be_compared_are_shown_without_a_verdict(fields: dict[str, Any], reason: str) -> None:
    growth = grow(wave({DATA: WAVE_1}), wave({DATA: WAVE_2}, **NEXT | fields))
    told = of(growth)
    assert told.before is not None
    assert told.after is not None
    assert (told.before.mean, told.after.mean, told.no_verdict) == (2.7, 3.3, reason)
    assert (told.verdict, told.direction, told.method, told.statistic, told.holds_across_domains) == (None,) * 5
    assert told.sentence.startswith("From 2.7 to 3.3. Whether this is a change is not judged, because ")
    assert growth.notices[0].startswith("No change is judged, because ")


def test_turnover_below_half_or_of_another_retake_forbids_nothing() -> None:
    for retake in (
        {"previous_id": "a-000", "turnover": "some"},
        {"previous_id": "another", "turnover": "many", "then": {DATA: 1}},
    ):
        told = of(grow(wave({DATA: WAVE_1}), wave({DATA: WAVE_2}, **NEXT | {"retake": retake})))
        assert (told.verdict, told.then) == ("possible", None)


def test_alone_and_agreed_are_not_compared() -> None:
    told = of(grow(wave({DATA: WAVE_1}), wave({DATA: [3.2]}, answer_mode="consensus", **NEXT)))
    assert told.no_verdict == "other_answer_mode"
    assert told.after is not None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"instrument": INSTRUMENT.version.model_copy(update={"version": "0.0.9"})}, "other_version"),
        ({"scoring": "eap"}, "other_scoring"),
    ],
)
def test_another_version_or_scoring_is_not_compared(change: dict[str, Any], reason: str) -> None:
    earlier = wave({DATA: WAVE_1})
    earlier = Wave(earlier.assessment, earlier.release.model_copy(update=change))
    assert of(grow(earlier, wave({DATA: WAVE_2}, **NEXT))).no_verdict == reason


def test_a_domain_without_a_score_one_of_the_times_has_no_verdict_and_keeps_the_other_score() -> None:
    growth = grow(wave({DATA: WAVE_1, ALIGN: WAVE_1}), wave({DATA: WAVE_2}, **NEXT))
    told = of(growth, ALIGN)
    assert told.no_verdict == "not_scored"
    assert told.before is not None
    assert told.after is None
    assert told.sentence == "There is no score to show this time, so there is no change to tell."
    assert NETWORK not in [one.domain for one in growth.domains]
    assert of(growth).verdict == "possible"


def test_too_few_raters_one_of_the_times_hide_both_scores() -> None:
    retake = {"previous_id": "a-000", "then": {DATA: 2}}
    told = of(grow(wave({DATA: WAVE_1[:2]}), wave({DATA: WAVE_2}, **NEXT | {"retake": retake})))
    assert told.no_verdict == "suppressed"
    assert (told.before, told.after, told.then, told.verdict) == (None,) * 4


def test_a_fall_is_told_with_what_it_can_mean() -> None:
    told = of(grow(wave({DATA: WAVE_2}), wave({DATA: WAVE_1}, **NEXT)))
    assert (told.verdict, told.direction) == ("possible", "down")
    assert told.sentence == "From 3.3 to 2.7: a possible fall. A lower score can mean you now see more."


def test_the_mark_for_back_then_is_apart_from_every_number() -> None:
    marked = NEXT | {"retake": {"previous_id": "a-000", "then": {DATA: 1}}}
    without, with_mark = (grow(wave({DATA: WAVE_1}), wave({DATA: WAVE_2}, **fields)) for fields in (NEXT, marked))
    told = of(with_mark)
    assert told.then == 1
    assert told.sentence.endswith("Looking back, you now place that time at Emerging.")
    assert told.sentence_messages is not None
    assert told.sentence_messages[-1] == Message(key="growth.then", values={"level": Message(key="level.1")})
    unsaid = {"sentence": "", "sentence_messages": None}
    assert told.model_copy(update={"then": None, **unsaid}) == of(without).model_copy(update=unsaid)
    assert any("looking back can make a gain look larger" in notice for notice in with_mark.notices)


def test_the_lowest_domain_last_time_is_named_as_likely_to_rise() -> None:
    growth = grow(wave({DATA: WAVE_2, ALIGN: WAVE_1}), wave({DATA: WAVE_2, ALIGN: WAVE_2}, **NEXT))
    assert growth.notices == (
        "The lowest last time (Leadership and alignment) would tend to rise by chance alone, and the highest to fall: "
        "read such changes with care.",
    )


def test_a_domain_that_too_few_rated_one_of_the_times_is_told_as_one_without_a_score() -> None:
    later = wave({DATA: WAVE_2, ALIGN: WAVE_2}, **NEXT)
    two, nobody = (wave({DATA: WAVE_1, ALIGN: rated}) for rated in ([2.0, 1.0], [None]))
    assert of(grow(two, later), ALIGN).no_verdict == "not_scored"
    assert of(grow(two, later), ALIGN) == of(grow(nobody, later), ALIGN)


def test_two_teams_or_a_foreign_instrument_are_refused() -> None:
    one, other = wave({DATA: WAVE_1}), wave({DATA: WAVE_2}, team={"id": "t-002", "name": "Other"}, **NEXT)
    with pytest.raises(ValueError, match="two teams"):
        grow(one, other)
    version = INSTRUMENT.version.model_copy(update={"version": "0.0.9"})
    foreign = one.release.model_copy(update={"instrument": version})
    with pytest.raises(ValueError, match="the later assessment used"):
        build_growth(one.release, foreign, retake=None, instrument=INSTRUMENT, config=CONFIG)
    with pytest.raises(ValueError, match="no score"):
        judge(one, wave({DATA: WAVE_2}, **NEXT), domain=ALIGN)

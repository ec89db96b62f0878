"""Growth between two assessments: T16 to T18 of the diagnostic's design end to end, and when no verdict is given."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from models.growth import DomainGrowth, Growth
from models.message import Message
from models.vocab import Domain, Form
from recommender.config import ScoringConfig
from recommender.diagnosis.assessments import parse_assessment
from recommender.diagnosis.growth import Wave, build_growth, judge_change
from recommender.diagnosis.profiling import build_profile
from recommender.diagnosis.retake import benjamini_hochberg, verdict_at
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
    return Wave(assessment, build_profile(assessment, INSTRUMENT, config))


def grow(earlier: Wave, later: Wave, config: ScoringConfig = CONFIG) -> Growth:
    return build_growth(earlier, later, instrument=INSTRUMENT, config=config)


def of(growth: Growth, domain: Domain = DATA) -> DomainGrowth:
    return next(one for one in growth.domains if one.domain is domain)


def judge(earlier: Wave, later: Wave, config: ScoringConfig = CONFIG, domain: Domain = DATA) -> Any:
    return judge_change(earlier, later, domain=domain, instrument=INSTRUMENT, config=config)


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
    change = judge(earlier, later)
    assert (change.method, change.verdict, change.n_matched) == ("unmatched", "possible", None)
    assert (change.difference, change.statistic, change.p) == (near(0.58), near(1.7621), near(0.0781))
    told = of(grow(earlier, later))
    assert told.before is not None
    assert told.after is not None
    assert (told.before.mean, told.after.mean) == (2.7, 3.3)
    assert (told.before.level_words, told.after.level_words) == ("Applying", "Applying")
    assert (told.verdict, told.direction, told.method) == ("possible", "up", "unmatched")
    assert told.sentence == "From 2.7 to 3.3: a possible rise."


def test_numbers_behind_a_verdict_need_five_raters_both_times() -> None:
    four = of(grow(wave({DATA: WAVE_1}), wave({DATA: WAVE_2}, **NEXT)))
    assert (four.statistic, four.p) == (None, None)
    five = of(grow(wave({DATA: [*WAVE_1, 2.6]}), wave({DATA: WAVE_2}, names=OTHERS, **NEXT)))
    assert (five.method, five.statistic, five.p) == ("unmatched", 2.0, 0.04)


def test_t17_matched_raters_are_judged_by_their_own_spread() -> None:
    before = [2.4, 2.0, 2.8, 2.2, 2.6]
    after = [mean + more for mean, more in zip(before, [0.4, 0.6, 0.2, 0.8, 0.6], strict=True)]
    earlier, later = wave({DATA: before}), wave({DATA: after}, **NEXT)
    change = judge(earlier, later)
    assert (change.method, change.verdict, change.n_matched) == ("paired", "reliable", 5)
    assert (change.difference, change.statistic, change.p) == (near(0.52), near(5.0990), near(0.0070))
    told = of(grow(earlier, later))
    assert (told.statistic, told.p, told.n_matched) == (5.1, 0.01, 5)
    assert told.holds_across_domains is True
    assert told.sentence == "From 2.4 to 2.9: a reliable rise, going by the people who answered both times."


def test_a_t_is_judged_by_its_p_not_by_the_cuts_of_a_normal() -> None:
    # 4 df: t 2.4 has p .0743, so only possible, although 2.4 is above 1.96.
    before, more = [2.0] * 5, [0.0, 0.2, 0.4, 0.6, 0.0]
    change = judge(wave({DATA: before}), wave({DATA: [a + b for a, b in zip(before, more, strict=True)]}, **NEXT))
    assert change.statistic > 1.96
    assert change.p > 0.05
    assert change.verdict == "possible"
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
    assert judge(wave({DATA: scores}), stayed).method == "unmatched"
    fifth_left_it_out = wave({DATA: [3.0, 3.0, 3.0, 3.0, None, 3.0]}, names=["r0", "r1", "r2", "r3", "r4", "n"], **NEXT)
    assert judge(wave({DATA: scores}), fifth_left_it_out).method == "unmatched"


def test_other_items_are_no_pairs() -> None:
    later = wave({DATA: [3.0] * 5}, length="short", **NEXT)
    assert judge(wave({DATA: [2.0] * 5}), later).method == "unmatched"
    in_focus = wave({DATA: [3.0] * 5}, length="short", focus_domains=[DATA], **NEXT)
    assert judge(wave({DATA: [2.0] * 5}), in_focus).method == "paired"


def test_numbers_of_matched_people_stay_hidden_while_one_other_could_be_worked_out() -> None:
    before, after = [2.4, 2.0, 2.8, 2.2, 2.6], [2.8, 2.6, 3.0, 3.0, 3.2]
    one_left = of(grow(wave({DATA: [*before, 1.0]}), wave({DATA: after}, **NEXT)))
    assert (one_left.method, one_left.verdict) == ("paired", "reliable")
    assert (one_left.statistic, one_left.p, one_left.n_matched) == (None, None, None)
    five_joined = wave({DATA: [*after, *[3.0] * 5]}, **NEXT)
    assert of(grow(wave({DATA: before}), five_joined)).n_matched == 5


def test_all_moved_alike_gives_a_number_that_json_can_hold() -> None:
    earlier, later = wave({DATA: [2.4, 2.0, 2.8, 2.2, 2.6]}), wave({DATA: [2.6, 2.2, 3.0, 2.4, 2.8]}, **NEXT)
    assert judge(earlier, later).statistic == math.inf
    assert (of(grow(earlier, later)).statistic, of(grow(earlier, later)).p) == (99.9, 0)


def test_t18_what_holds_is_decided_over_the_domains_that_were_judged() -> None:
    # Eight who agree, then other eight: SE sqrt(4 x .36 / 11 / 8) = .1279 each time, .1809 together. A rise of .4 is
    # 2.21, p .0271; as third and fourth of ten .0677. A rise of .2 is 1.11.
    rises = dict(zip(INSTRUMENT.form_domains(Form.TEAM), [0, 0, 0.2, 0.4, 0.4, 0.6, 0.8, 0.0, 0.0, 0.2], strict=True))
    earlier = wave({domain: [2.0] * 8 for domain in rises})
    later = wave({domain: [2.0 + rise] * 8 for domain, rise in rises.items()}, names=OTHERS, **NEXT)
    growth = grow(earlier, later)
    adjusted = benjamini_hochberg([judge(earlier, later, domain=domain).p for domain in rises])
    assert [one.holds_across_domains for one in growth.domains if one.verdict] == [p <= 0.10 for p in adjusted]
    held = {one.domain for one in growth.domains if one.holds_across_domains}
    assert held == {domain for domain, rise in rises.items() if rise >= 0.4}


def test_a_reliable_change_among_many_may_not_hold_and_says_so() -> None:
    # Five who agree, then other five: SE .1897 each time, so .6 is 2.24, p .0253; the least of ten, .253.
    domains = INSTRUMENT.form_domains(Form.TEAM)
    earlier = wave({domain: [2.0] * 5 for domain in domains})
    later = wave({domain: [2.6 if domain is DATA else 2.0] * 5 for domain in domains}, names=OTHERS, **NEXT)
    alone = of(grow(wave({DATA: [2.0] * 5}), wave({DATA: [2.6] * 5}, names=OTHERS, **NEXT)))
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
    earlier = Wave(earlier.assessment, earlier.profile.model_copy(update=change))
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


def test_two_teams_or_a_foreign_profile_are_refused() -> None:
    one, other = wave({DATA: WAVE_1}), wave({DATA: WAVE_2}, team={"id": "t-002", "name": "Other"}, **NEXT)
    with pytest.raises(ValueError, match="two teams"):
        grow(one, other)
    with pytest.raises(ValueError, match="the profile is of"):
        Wave(one.assessment, other.profile)
    with pytest.raises(ValueError, match="no score"):
        judge(one, wave({DATA: WAVE_2}, **NEXT), domain=ALIGN)

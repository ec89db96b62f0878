"""What is released of a window, by how many people answered, and what follows from it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from models.assessment import Assessment, OpenText
from models.release import ReleasedDomain, ReleasedProfile
from models.vocab import AnswerMode, Domain, ReadinessAdvice, ScoreStatus, Visibility
from recommender.config import ScoringConfig
from recommender.diagnosis.evidence import evidence_of
from recommender.diagnosis.release import (
    coded_end,
    coded_mean,
    left_out,
    release_of,
    released_groups,
    released_profile,
    released_team,
    with_answers,
)
from tests.fixtures.teams import INSTRUMENT, make_team, with_words

CONFIG = ScoringConfig()
DATA, METHODS, TIME = Domain.DATA_AND_MEASUREMENT, Domain.IMPROVEMENT_METHODS, Domain.TEAM_AND_TIME
ITEMS = [item.id for item in INSTRUMENT.domains[DATA].items]
READY = {DATA.value: {"rd1": 4, "rd2": 4, "rd3": 4}}


def team(levels: Sequence[int], each: Sequence[Mapping[str, Any]] = (), **fields: Any) -> Assessment:
    """A team whose rater i gives level `levels[i]` to each item, with what `each[i]` adds to the response."""
    people = [make_team(level, n=1).responses[0].model_dump(mode="json", exclude_defaults=True) for level in levels]
    added = [*each, *[{}] * (len(levels) - len(each))]
    responses = [
        {**one, "respondent": f"r{place}", **more} for place, (one, more) in enumerate(zip(people, added, strict=True))
    ]
    return make_team(None, responses=responses, **fields)


def release(assessment: Assessment) -> ReleasedProfile:
    return release_of(assessment, INSTRUMENT, CONFIG)


def of(whole: ReleasedProfile, domain: Domain = DATA) -> ReleasedDomain:
    return next(one for one in whole.domains if one.domain is domain)


def told(n: int, **fields: Any) -> ReleasedProfile:
    """The release of `n` people who all answer everything, apart from each other where they can be."""
    each = [{"role": "teacher", "importance": {DATA.value: "top_three"}, "readiness": READY} for _ in range(n)]
    return release(team([1, 4, 1, 4, 2, 3, 2, 3][:n], each, **fields))


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8])
def test_what_is_released_by_how_many_people_answered(n: int) -> None:
    whole = told(n)
    data = of(whole)
    assert whole.n_respondents == n
    scored, detailed = n >= 3, n >= 5
    assert data.status is (ScoreStatus.SCORED if scored else ScoreStatus.TOO_FEW_ANSWERS)
    mean = {3: 2.0, 4: 2.5, 5: 2.4, 8: 2.5}.get(n)
    assert (data.n_raters, data.mean) == ((n, mean) if scored else (None, None))
    assert data.importance == ("top_three" if scored else None)
    assert whole.areas == (() if scored else (DATA,))
    assert data.agreement == ("far apart" if detailed else None)
    assert data.two_pictures is detailed
    assert data.readiness is (ReadinessAdvice.START if detailed else None)
    assert whole.pictures == ({item.id: 2 for item in asked()} if detailed else {})
    assert whole.roles == (("teacher",) if detailed else ())
    assert [(group.group, group.n, group.mean) for group in data.groups] == ([("teacher", n, mean)] if detailed else [])
    profile = released_profile(whole, INSTRUMENT, CONFIG)
    expected = Visibility.DETAIL if detailed else Visibility.MEAN_AND_LEVEL if scored else Visibility.NOTHING
    assert profile.visibility is expected
    assert (profile.style_flags, profile.readiness) == ((), ())


def asked() -> list[Any]:
    return [item for items in INSTRUMENT.asked(make_team(1).form).values() for item in items]


@pytest.mark.parametrize(
    ("mean", "released", "end"),
    [
        (1.0, 1.4, "or_lower"),
        (1.44, 1.4, "or_lower"),
        (1.46, 1.5, None),
        (2.74, 2.7, None),
        (3.54, 3.5, None),
        (3.56, 3.6, "or_higher"),
        (4.0, 3.6, "or_higher"),
    ],
)
def test_a_mean_has_one_decimal_and_is_coded_at_the_ends(mean: float, released: float, end: str | None) -> None:
    assert (coded_mean(mean), coded_end(coded_mean(mean))) == (released, end)


def test_a_team_that_agrees_on_an_end_does_not_tell_every_answer() -> None:
    for level, mean, end in ((1, 1.4, "or_lower"), (4, 3.6, "or_higher")):
        whole = release(team([level] * 3))
        assert of(whole).mean == mean
        score = next(s for s in released_profile(whole, INSTRUMENT, CONFIG).domains if s.domain is DATA)
        assert (score.mean, score.coded_end, score.agreement) == (mean, end, None)


def test_means_of_roles_are_coded_like_those_of_the_team() -> None:
    each = [{"role": "teacher"}] * 5 + [{"role": "coach"}] * 5
    whole = release(team([1] * 5 + [4] * 5, each))
    groups = [(one.group, one.n, one.mean, one.coded_end) for one in of(whole).groups]
    assert groups == [("coach", 5, 3.6, "or_higher"), ("teacher", 5, 1.4, "or_lower")]
    by_domain = {one.domain: one.groups for one in released_groups(whole)}
    assert by_domain[DATA] == of(whole).groups
    assert Domain.NETWORK_LEADERSHIP not in by_domain
    assert whole.roles == ("coach", "teacher")


def test_a_role_that_would_single_somebody_out_is_not_released() -> None:
    whole = release(team([2] * 7, [{"role": "teacher"}] * 5 + [{"role": "coach"}] * 2))
    assert whole.roles == ()
    assert of(whole).groups == ()


def test_people_who_name_no_role_are_no_role_on_the_team() -> None:
    whole = release(team([2] * 10, [{"role": "teacher"}] * 5))
    assert whole.roles == ("teacher",)
    assert [group.group for group in of(whole).groups] == ["not given", "teacher"]


@pytest.mark.parametrize(
    ("words", "released"),
    [
        (["top_three", "top_three", None, None, None], None),
        (["top_three", "top_three", "top_three", None, None], "top_three"),
        (["top_three", "not_now", "not_now", None, None], "useful"),
        (["useful", "useful", "important", "important", "important"], "important"),
        (["useful", "important", "useful", "important", None], "useful"),
    ],
    ids=["two of five", "three of five", "nearest of three", "nearest of five", "the lower halfway"],
)
def test_importance_is_the_nearest_word_of_at_least_three_people(
    words: Sequence[str | None], released: str | None
) -> None:
    each = [{"importance": {DATA.value: word}} if word else {} for word in words]
    assert of(release(team([2] * 5, each))).importance == released


def test_readiness_needs_five_people_who_said_something_of_it() -> None:
    for n, expected in ((4, None), (5, ReadinessAdvice.START)):
        assert of(release(team([2] * 6, [{"readiness": READY}] * n))).readiness is expected


def test_a_domain_counts_its_own_raters_in_a_larger_window() -> None:
    silent = {"answers": {item.id: 2 for item in asked() if item.id not in ITEMS}}
    for n, mean, detailed in ((2, None, False), (3, 2.0, False), (5, 2.0, True)):
        one = of(release(team([2] * 6, [silent] * (6 - n))))
        assert (one.mean, one.agreement is not None) == (mean, detailed)
        assert one.n_raters == (n if mean else None)


def test_a_picture_needs_five_people_in_the_window_and_three_levels_of_its_item() -> None:
    levels = [1, 2, 4, None, None, None]
    for n, given in ((4, {}), (5, {"dm1": 2})):
        answers = [{"answers": {"dm1": level} if level else {}} for level in levels[:n]]
        assert release(team([2] * n, answers)).pictures == given
    two = [{"answers": {"dm1": level} if level else {}} for level in (1, 2, None, None, None)]
    assert release(team([2] * 5, two)).pictures == {}


def test_too_few_people_release_the_areas_that_they_marked_and_nothing_else() -> None:
    order = INSTRUMENT.form_domains(make_team(1).form)
    marks = [{order[5]: "top_three", order[1]: "top_three", order[0]: "important"}, {order[5]: "top_three"}]
    each = [{"importance": {domain.value: word for domain, word in one.items()}} for one in marks]
    whole = release(team([1, 4], each))
    assert whole.areas == (order[1], order[5])
    assert {one.model_dump_json(exclude={"domain", "status"}) for one in whole.domains} == {
        ReleasedDomain(domain=DATA, status=ScoreStatus.SET_ASIDE).model_dump_json(exclude={"domain", "status"})
    }
    assert (whole.pictures, whole.roles) == ({}, ())
    aside = Domain.INSTRUCTIONAL_IMPROVEMENT
    both = [{"importance": {aside.value: "top_three", TIME.value: "top_three"}}]
    assert release(team([1, 4], both, set_aside=[aside])).areas == (TIME,)


def test_of_more_than_three_areas_those_that_most_people_marked_are_released() -> None:
    order = INSTRUMENT.form_domains(make_team(1).form)
    first, second = (order[0], order[1], order[9]), (order[2], order[3], order[9])
    each = [{"importance": {domain.value: "top_three" for domain in chosen}} for chosen in (first, second)]
    assert release(team([1, 4], each)).areas == (order[0], order[1], order[9])


@pytest.mark.parametrize("n", [1, 2])
def test_where_every_author_agrees_matches_follow_from_fewer_answers(n: int) -> None:
    each = [{"match_from_answers": True, "importance": {DATA.value: "important"}, "role": "teacher"}] * n
    all_, one_refuses = (
        release(team([2] * n, more)) for more in (each, [*each[:-1], {**each[-1], "match_from_answers": False}])
    )
    assert (of(all_).mean, of(all_).n_raters, of(all_).importance, all_.areas) == (2.0, n, "important", ())
    assert (of(all_).agreement, of(all_).readiness, all_.pictures, all_.roles) == (None, None, {}, ())
    assert released_profile(all_, INSTRUMENT, CONFIG).visibility is Visibility.MEAN_AND_LEVEL
    assert of(one_refuses).mean is None
    assert of(release(team([4] * n, [{**one, "match_from_answers": True} for one in each]))).mean == 3.6


def test_consent_of_the_authors_changes_nothing_from_three_people_on() -> None:
    each = [{"match_from_answers": True}] * 3
    assert release(team([1, 2, 4], each)) == release(team([1, 2, 4]))


def test_agreed_answers_are_released_as_they_are() -> None:
    person = {"role": "coach", "importance": {DATA.value: "top_three"}, "readiness": READY}
    whole = release(team([1], [person], answer_mode="consensus"))
    data = of(whole)
    assert (data.status, data.mean, data.n_raters, data.importance) == (ScoreStatus.SCORED, 1.0, None, "top_three")
    assert (data.readiness, data.agreement, data.groups) == (ReadinessAdvice.START, None, ())
    assert (whole.pictures["dm1"], whole.roles, whole.areas) == (1, ("coach",), ())
    score = next(s for s in released_profile(whole, INSTRUMENT, CONFIG).domains if s.domain is DATA)
    assert (score.mean, score.coded_end, score.se) == (1.0, None, CONFIG.consensus_se)
    assert released_groups(whole) == ()


@pytest.mark.parametrize(("n", "se"), [(3, 0.346410), (5, 0.268328), (8, 0.212132)])
def test_released_errors_come_from_how_many_people_there_are_not_from_their_spread(n: int, se: float) -> None:
    # sqrt(.36 / n), whether they agree or not
    for levels in ([2] * n, [1, 3, *[2] * (n - 2)]):
        scores = released_profile(release(team(levels)), INSTRUMENT, CONFIG).domains
        assert next(s.se for s in scores if s.domain is DATA) == pytest.approx(se, abs=1e-6)


def test_a_short_form_adds_the_error_of_the_items_that_it_left_out() -> None:
    scores = released_profile(release(team([2] * 4, length="short")), INSTRUMENT, CONFIG).domains
    unasked = CONFIG.item_sampling_sd**2 / 2 * (1 - 2 / 5)
    assert next(s.se for s in scores if s.domain is DATA) == pytest.approx((0.36 / 4 + unasked) ** 0.5)


def test_domains_off_the_form_or_set_aside_say_only_that() -> None:
    aside = Domain.INSTRUCTIONAL_IMPROVEMENT
    whole = release(team([2] * 6, set_aside=[aside]))
    off = Domain.NETWORK_LEADERSHIP
    assert of(whole, aside) == ReleasedDomain(domain=aside, status=ScoreStatus.SET_ASIDE)
    assert of(whole, off) == ReleasedDomain(domain=off, status=ScoreStatus.NOT_ON_FORM)
    assert not {item.id for item in INSTRUMENT.domains[aside].items} & whole.pictures.keys()


def test_new_answers_stand_for_whole_domains_of_a_release() -> None:
    whole = told(8)
    assert left_out(whole, {"dm1": 4, "dm2": 4}, INSTRUMENT) == {DATA: ["dm3", "dm4", "dm5"]}
    answers = dict.fromkeys(ITEMS, 4)
    assert left_out(whole, answers, INSTRUMENT) == {}
    tried = with_answers(whole, answers, INSTRUMENT)
    data = of(tried)
    assert (data.mean, data.n_raters, data.importance) == (3.6, 8, "top_three")
    assert (data.agreement, data.two_pictures, data.groups) == (None, False, ())
    assert {tried.pictures[item] for item in ITEMS} == {4}
    assert of(tried, METHODS) == of(whole, METHODS)
    unseen = with_answers(whole, dict.fromkeys(ITEMS, "not_sure"), INSTRUMENT)
    assert (of(unseen).status, of(unseen).mean) == (ScoreStatus.TOO_FEW_ANSWERS, None)
    assert not set(ITEMS) & unseen.pictures.keys()


def test_new_answers_to_agreed_ones_may_be_single_items() -> None:
    whole = release(team([2], answer_mode="consensus"))
    assert left_out(whole, {"dm1": 4}, INSTRUMENT) == {}
    assert of(with_answers(whole, {"dm1": 4}, INSTRUMENT)).mean == pytest.approx(2.4)


def test_only_words_of_authors_who_share_them_are_released_in_an_order_that_tells_nothing() -> None:
    texts = [OpenText(challenges=word) for word in ("Late buses.", "Bells ring.", "", "Attendance.")]
    answers = with_words(team([2] * 5), *texts, share=(True, True, True, False))
    found = released_team(answers, INSTRUMENT, CONFIG)
    assert [text.challenges for text in found.texts] == ["Bells ring.", "Late buses."]
    turned = answers.model_copy(update={"responses": answers.responses[::-1]})
    assert released_team(turned, INSTRUMENT, CONFIG) == found


@pytest.mark.parametrize(("n", "quoted"), [(1, False), (4, False), (5, True)])
def test_words_of_fewer_than_five_authors_are_searched_with_but_not_quoted(n: int, quoted: bool) -> None:
    texts = [OpenText(challenges=f"Text {place}.") for place in range(n)]
    answers = with_words(team([2] * 6), *texts, share=(True,) * n)
    known = evidence_of(released_team(answers, INSTRUMENT, CONFIG), INSTRUMENT, CONFIG)
    assert known.words["challenges"] == tuple(text.challenges for text in texts)
    assert ("challenges" in known.quotable) is quoted
    agreed = with_words(team([2], answer_mode="consensus"), texts[0], share=(True,))
    assert agreed.answer_mode is AnswerMode.CONSENSUS
    assert "challenges" in evidence_of(released_team(agreed, INSTRUMENT, CONFIG), INSTRUMENT, CONFIG).quotable


def test_evidence_of_a_release_knows_of_an_item_what_is_told_of_its_domain() -> None:
    three, five = (
        evidence_of(released_team(team(levels), INSTRUMENT, CONFIG), INSTRUMENT, CONFIG)
        for levels in ([1, 2, 2], [1, 2, 2, 2, 2])
    )
    assert (three.items["dm1"], three.pictures) == (1.7, frozenset())
    assert five.items["dm1"] == 2
    assert "dm1" in five.pictures
    assert three.basis == five.basis == "release"
    assert evidence_of(team([1, 2, 2]), INSTRUMENT, CONFIG).basis == "answers"

"""Nobody but the authors can learn more of a team than its release says, whatever the engine makes of it."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from models.assessment import Assessment
from models.release import ReleasedTeam
from models.vocab import Form
from recommender.config import ScoringConfig
from recommender.diagnosis.release import release_of, released_profile, released_team
from recommender.pipeline import ListTerms, Recommender
from tests.fixtures.engines import make_recommender
from tests.fixtures.supports import provider, resource
from tests.fixtures.teams import INSTRUMENT, make_team

CONFIG = ScoringConfig()
TERMS = ListTerms(date(2026, 11, 21), k=3)
DOMAINS = INSTRUMENT.form_domains(Form.TEAM)
ITEMS = {domain: [item.id for item in items] for domain, items in INSTRUMENT.asked(Form.TEAM).items()}
ROLES = ("teacher", "coach", None)

level = st.one_of(st.integers(1, 4), st.sampled_from(["not_sure", "skipped"]))
person = st.fixed_dictionaries(
    {
        "answers": st.dictionaries(st.sampled_from([item for items in ITEMS.values() for item in items]), level),
        "importance": st.dictionaries(
            st.sampled_from([str(domain) for domain in DOMAINS]), st.sampled_from(["not_now", "useful", "important"])
        ),
        "readiness": st.dictionaries(
            st.sampled_from([str(domain) for domain in DOMAINS]), st.fixed_dictionaries({"rd1": st.integers(1, 4)})
        ),
        "role": st.sampled_from(ROLES),
    }
)


def people(least: int, most: int) -> Any:
    return st.lists(person, min_size=least, max_size=most)


def parsed(team: list[dict[str, Any]]) -> Assessment:
    return make_team(None, responses=[one | {"respondent": f"r{place}"} for place, one in enumerate(team)])


def released(assessment: Assessment) -> ReleasedTeam:
    return released_team(assessment, INSTRUMENT, CONFIG)


@pytest.fixture(scope="module")
def small() -> Recommender:
    """A catalog with something for every domain, at every level, that some list has no place for."""
    words = [str(domain) for domain in DOMAINS]
    return make_recommender(
        [
            *[
                resource(
                    id=f"res-{place}", domains=[word, words[place - 1]], levels=[1 + place % 4], audiences=["coach"]
                )
                for place, word in enumerate(words)
            ],
            *[
                provider(id=f"prov-{place}", services=[{"type": "coaching", "description": word, "domains": [word]}])
                for place, word in enumerate(words[:5])
            ],
        ]
    )


def everything(recommender: Recommender, team: ReleasedTeam) -> tuple[object, ...]:
    """All that the engine says of a team, as bytes where it can be."""
    return (
        recommender.recommend(team, TERMS).model_dump_json(),
        recommender.order(team, TERMS),
        *(recommender.why_not(team, one.id, TERMS).model_dump_json() for one in recommender.catalog.supports),
    )


QUICK = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@QUICK
@given(data=st.data(), n=st.integers(1, 2))
def test_below_three_people_no_answer_changes_anything_that_is_said(small: Recommender, data: Any, n: int) -> None:
    # Nobody marks a top three, so both teams release nothing.
    first, second = (released(parsed(data.draw(people(n, n)))) for _ in range(2))
    assert first == second
    assert everything(small, first) == everything(small, second)


@QUICK
@given(team=people(3, 8), data=st.data())
def test_answers_that_leave_the_release_as_it_is_change_nothing_that_is_said(
    small: Recommender, team: list[dict[str, Any]], data: Any
) -> None:
    # All answer one domain; then one of them rises and another falls on one item each: the mean stays, the rest moves.
    domain = data.draw(st.sampled_from(DOMAINS))
    for one in team:
        one["answers"] |= {item: data.draw(st.integers(1, 4)) for item in ITEMS[domain]}
    before = parsed(team)
    changed = [one | {"answers": dict(one["answers"])} for one in team]
    place, other = data.draw(st.permutations(range(len(team))))[:2]
    first, second = data.draw(st.permutations(ITEMS[domain]))[:2]
    changed[place]["answers"][first] = min(team[place]["answers"][first] + 1, 4)
    changed[other]["answers"][second] = max(team[other]["answers"][second] - 1, 1)
    after = parsed(changed)
    assume(before.responses != after.responses)
    assume(released(before) == released(after))
    assert everything(small, released(before)) == everything(small, released(after))


def test_answers_of_a_larger_team_can_change_without_a_trace(small: Recommender) -> None:
    # The spread of four people is in no release: the same means, from answers that nobody shares.
    close, apart = (
        parsed([{"answers": {item: level for items in ITEMS.values() for item in items}} for level in levels])
        for levels in ([2, 2, 3, 3], [1, 1, 4, 4])
    )
    assert released(close) == released(apart)
    assert everything(small, released(close)) == everything(small, released(apart))
    answers = [small.recommend(one, TERMS).model_dump_json() for one in (close, apart)]
    assert answers[0] != answers[1], "from answers in full the two teams differ, so the claim above can fail"


@settings(max_examples=60, deadline=None)
@given(team=people(1, 8), shuffler=st.randoms(use_true_random=False))
def test_the_order_of_raters_never_matters(team: list[dict[str, Any]], shuffler: Any) -> None:
    straight = parsed(team)
    turned = straight.model_copy(update={"responses": tuple(shuffler.sample(straight.responses, len(team)))})
    assert released(turned).model_dump_json() == released(straight).model_dump_json()


def numbers(node: Any) -> list[float]:
    if isinstance(node, dict):
        return [number for child in node.values() for number in numbers(child)]
    if isinstance(node, list):
        return [number for child in node for number in numbers(child)]
    return [node] if isinstance(node, int | float) and not isinstance(node, bool) else []


@settings(max_examples=60, deadline=None)
@given(team=people(1, 2))
def test_fewer_than_three_people_release_no_number(team: list[dict[str, Any]]) -> None:
    release = release_of(parsed(team), INSTRUMENT, CONFIG)
    told = release.model_dump(mode="json")
    assert (told.pop("n_respondents"), told.pop("schema_version")) == (len(team), 1)
    assert numbers(told) == []
    scores = released_profile(release, INSTRUMENT, CONFIG).model_dump(mode="json")["domains"]
    assert numbers(scores) == []


@settings(max_examples=60, deadline=None)
@given(team=people(1, 8))
def test_every_number_of_a_release_stands_for_enough_people(team: list[dict[str, Any]]) -> None:
    assessment = parsed(team)
    release = release_of(assessment, INSTRUMENT, CONFIG)
    for one in release.domains:
        weighed = sum(one.domain in response.importance for response in assessment.responses)
        assert one.importance is None or weighed >= 3
        if one.mean is None:
            assert (one.n_raters, one.agreement, one.two_pictures, one.groups) == (None, None, False, ())
            continue
        assert one.n_raters is not None
        assert one.n_raters >= 3
        assert 1.4 <= one.mean <= 3.6
        assert one.mean == round(one.mean, 1)
        if one.n_raters < 5:
            assert (one.agreement, one.two_pictures, one.groups) == (None, False, ())
        assert all(group.n >= 5 for group in one.groups)
    for item in release.pictures:
        assert len(assessment.responses) >= 5
        assert sum(isinstance(response.answers.get(item), int) for response in assessment.responses) >= 3

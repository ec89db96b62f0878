"""Means by role: T21, for each domain apart."""

from collections.abc import Mapping

import pytest

from models.assessment import Assessment
from models.vocab import AnswerMode, Domain
from recommender.config import ScoringConfig
from recommender.diagnosis.groups import NOT_GIVEN, means_by_role
from tests.fixtures.teams import INSTRUMENT, make_team

DOMAIN = Domain.DATA_AND_MEASUREMENT


def team_of(roles: Mapping[str | None, int], level: int = 2) -> Assessment:
    """People of each role, who all answer `level`."""
    people = [role for role, n in roles.items() for _ in range(n)]
    team = make_team(level, n=len(people))
    responses = [r.model_copy(update={"role": role}) for r, role in zip(team.responses, people, strict=True)]
    return team.model_copy(update={"responses": tuple(responses)})


def shown(team: Assessment, domain: Domain = DOMAIN) -> dict[str, int]:
    by_domain = {one.domain: one.groups for one in means_by_role(team, INSTRUMENT, ScoringConfig())}
    return {group.group: group.n for group in by_domain[domain]}


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ({"teacher": 6, "coach": 2}, {}),
        ({"teacher": 7, "coach": 5, "school-leader": 2}, {"teacher": 7}),
        ({"teacher": 7, "coach": 5, "school-leader": 5}, {"teacher": 7, "coach": 5, "school-leader": 5}),
        ({"teacher": 2}, {}),
        ({"teacher": 5}, {"teacher": 5}),
        ({"teacher": 5, None: 5}, {"teacher": 5, NOT_GIVEN: 5}),
        ({"teacher": 5, None: 2}, {}),
    ],
)
def test_a_role_is_shown_only_where_nobody_can_be_singled_out(
    roles: dict[str | None, int], expected: dict[str, int]
) -> None:
    assert shown(team_of(roles)) == expected


def test_what_is_shown_is_decided_domain_by_domain_after_missing_answers() -> None:
    team = team_of({"teacher": 7, "coach": 5})
    first_coach = team.responses[7]
    kept = {item: level for item, level in first_coach.answers.items() if INSTRUMENT.domain_of[item] is not DOMAIN}
    without = first_coach.model_copy(update={"answers": kept})
    team = team.model_copy(update={"responses": (*team.responses[:7], without, *team.responses[8:])})
    assert shown(team) == {}, "four coaches are hidden, so seven teachers would give them away"
    assert shown(team, Domain.TEAM_AND_TIME) == {"teacher": 7, "coach": 5}


def test_a_mean_is_that_of_the_role_alone_with_one_decimal() -> None:
    low, high = team_of({"teacher": 5}, level=1), team_of({"coach": 6}, level=4)
    renamed = tuple(r.model_copy(update={"respondent": f"high-{r.respondent}"}) for r in high.responses)
    # One coach answers two items of five a level lower: 3.6; the mean of six is 3.9333.
    lower = {**renamed[0].answers, "dm1": 3, "dm2": 3}
    responses = (*low.responses, renamed[0].model_copy(update={"answers": lower}), *renamed[1:])
    team = low.model_copy(update={"responses": responses})
    groups = {one.domain: one.groups for one in means_by_role(team, INSTRUMENT, ScoringConfig())}[DOMAIN]
    assert [(group.group, group.mean) for group in groups] == [("coach", 3.9), ("teacher", 1.0)]


def test_agreed_answers_and_domains_set_aside_have_no_groups() -> None:
    team = team_of({"teacher": 12})
    assert (
        means_by_role(team.model_copy(update={"answer_mode": AnswerMode.CONSENSUS}), INSTRUMENT, ScoringConfig()) == ()
    )
    aside = team.model_copy(update={"set_aside": (Domain.INSTRUCTIONAL_IMPROVEMENT,)})
    domains = [one.domain for one in means_by_role(aside, INSTRUMENT, ScoringConfig())]
    assert Domain.INSTRUCTIONAL_IMPROVEMENT not in domains
    assert len(domains) == 9

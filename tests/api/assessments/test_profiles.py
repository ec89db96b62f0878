"""Frozen results over the API: who may see which number, roles, own words, growth; on both databases."""

from typing import Any

import pytest

from api.access.key_rows import find_organization
from api.storage.tables import Cohort, CohortGrant
from models.vocab import Domain
from tests.fixtures.service import Service
from tests.fixtures.stories import Story, accepted, answer, closed_assessment, level_answers, new_team, open_assessment


def get(service: Service, assessment_id: str, what: str = "profile", **query: str) -> Any:
    return accepted(service.as_("portal").get(f"/v1/assessments/{assessment_id}/{what}", params=query))


def split(service: Service, roles: dict[str, int], *, silent: int = 0) -> Story:
    """A closed window with people of these roles; the last `silent` of them say nothing of `data-and-measurement`."""
    people = [role for role, n in roles.items() for _ in range(n)]
    responses = [{"respondent": f"p{number}", "role": role} for number, role in enumerate(people)]
    for number, response in enumerate(responses):
        answers = level_answers(2)
        if number >= len(people) - silent:
            answers = {item: level for item, level in answers.items() if not item.startswith("dm")}
        response["answers"] = answers  # type: ignore[assignment]  # a response holds texts and an object
    return closed_assessment(service, n=len(people), document={"responses": responses})


def scored(profile: Any) -> list[Any]:
    return [one for one in profile["profile"]["domains"] if one["status"] == "scored"]


def numbers(node: Any) -> list[float]:
    if isinstance(node, dict):
        return [number for child in node.values() for number in numbers(child)]
    if isinstance(node, list):
        return [number for child in node for number in numbers(child)]
    return [node] if isinstance(node, int | float) and not isinstance(node, bool) else []


def test_two_people_make_no_team_result(service: Service) -> None:
    profile = get(service, closed_assessment(service, n=2).assessment_id)
    assert (profile["profile"]["visibility"], profile["profile"]["n_respondents"]) == ("nothing", 2)
    assert scored(profile) == []
    assert {tuple(numbers(one)) for one in profile["profile"]["domains"]} == {()}
    assert profile["notices"] == ["Results are shown once at least 3 people have answered."]


@pytest.mark.parametrize("n", [3, 4])
def test_three_or_four_people_make_mean_and_level_only(service: Service, n: int) -> None:
    profile = get(service, closed_assessment(service, n=n, level=3).assessment_id)
    assert profile["profile"]["visibility"] == "mean_and_level"
    for one in scored(profile):
        assert (one["mean"], one["level_words"], one["n_raters"]) == (3.0, "Applying", n)
        # All else follows from these two: the error, 0.6 / sqrt(n), and what a normal with it says of the levels.
        assert one["se"] == pytest.approx(0.6 / n**0.5)
        assert (one["agreement"], one["not_sure_rate"], one["n_importance"], one["n_top_three"]) == (None,) * 4


def test_five_people_make_the_whole_picture_without_single_respondents(service: Service) -> None:
    profile = get(service, closed_assessment(service, n=5).assessment_id)
    for one in scored(profile):
        assert one["visibility"] == "detail"
        assert one["agreement"]["word"] == "close"
    assert (profile["profile"]["style_flags"], profile["profile"]["readiness"]) == ([], [])


def test_a_window_that_is_open_has_no_results(service: Service) -> None:
    window = open_assessment(service, new_team(service))
    answer(service, window, {"answers": level_answers(2)})
    for what in ("profile", "words"):
        refused = service.as_("portal").get(f"/v1/assessments/{window}/{what}")
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/no-results-yet")
    story = closed_assessment(service)
    refused = service.as_("portal").get(f"/v1/assessments/{story.assessment_id}/profile", params={"mode": "consensus"})
    assert refused.json()["type"] == "/problems/no-results-yet"


@pytest.mark.parametrize(
    ("roster", "rate", "few"), [(6, 0.5, False), (7, 0.43, True), (None, 1.0, False), (2, 1.0, False)]
)
def test_few_answers_may_not_speak_for_the_whole_team(
    service: Service, roster: int | None, rate: float, few: bool
) -> None:
    profile = get(service, closed_assessment(service, n=3, roster_size=roster).assessment_id)
    assert profile["response"]["rate"] == rate
    assert profile["response"]["may_not_speak_for_team"] is few
    assert any("may not speak for the whole team" in notice for notice in profile["notices"]) is few


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ({"teacher": 6, "coach": 2}, []),
        ({"teacher": 7, "coach": 5, "school-leader": 2}, [("teacher", 7, 2.0)]),
        (
            {"teacher": 7, "coach": 5, "school-leader": 5},
            [("coach", 5, 2.0), ("school-leader", 5, 2.0), ("teacher", 7, 2.0)],
        ),
        ({"teacher": 2}, []),
        ({"teacher": 3}, []),
    ],
)
def test_roles_are_split_only_where_nobody_can_be_singled_out(
    service: Service, roles: dict[str, int], expected: list[tuple[str, int, float]]
) -> None:
    split_profile = get(service, split(service, roles).assessment_id, by="role")
    for domain in split_profile["by_role"]:
        assert [(one["group"], one["n"], one["mean"]) for one in domain["groups"]] == expected
    hidden = any("too small" in notice for notice in split_profile["notices"])
    assert hidden is (not expected)


def test_roles_are_counted_after_missing_answers_in_each_domain(service: Service) -> None:
    story = split(service, {"teacher": 7, "coach": 5}, silent=1)
    by_domain = {one["domain"]: one["groups"] for one in get(service, story.assessment_id, by="role")["by_role"]}
    assert by_domain["data-and-measurement"] == []
    assert [one["group"] for one in by_domain["team-and-time"]] == ["coach", "teacher"]


def test_agreed_answers_are_not_split_by_role(service: Service) -> None:
    story = closed_assessment(service, n=1, mode="consensus")
    where = f"/v1/assessments/{story.assessment_id}/profile"
    refused = service.as_("portal").get(where, params={"by": "role", "mode": "consensus"})
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "by")


def share_with_officer(service: Service, team_id: str) -> None:
    """Grant the team to a cohort of a program."""
    service.as_("officer", "A program")
    with service.database.writing() as session:
        program = find_organization(session, "A program")
        assert program is not None
        now = service.clock()
        session.add(Cohort(id="cohort_1", organization_id=program.id, name="Cohort", created_at=now))
        session.flush()
        session.add(CohortGrant(cohort_id="cohort_1", team_id=team_id, granted_at=now, granted_by="test"))


@pytest.mark.parametrize("share", [True, False])
def test_officers_see_results_only_of_teams_that_share(service: Service, share: bool) -> None:
    story = closed_assessment(service, share=share)
    retake = closed_assessment(service, team_id=story.team_id)
    share_with_officer(service, story.team_id)
    officer = service.as_("officer", "A program")
    for path in (
        f"/v1/assessments/{retake.assessment_id}",
        f"/v1/assessments/{retake.assessment_id}/profile?by=role",
        f"/v1/assessments/{retake.assessment_id}/words",
        f"/v1/assessments/{retake.assessment_id}/growth",
        f"/v1/teams/{story.team_id}/assessments",
    ):
        answered = officer.get(path)
        assert answered.status_code == (200 if share else 403), path
        if not share:
            assert answered.json()["type"] == "/problems/not-allowed"
    assert officer.post(f"/v1/assessments/{retake.assessment_id}:reopen").status_code == 403


def test_own_words_are_of_those_who_agreed_and_name_nobody(service: Service) -> None:
    responses = [
        {
            "respondent": f"person-{number}",
            "answers": level_answers(2),
            "open_text": {"challenges": f"Words {number}.", "strengths": "  "},
            "share_text": number != 3,
        }
        for number in range(6)
    ]
    story = closed_assessment(service, n=6, document={"responses": responses})
    words = get(service, story.assessment_id, "words")
    assert sorted(words["challenges"]) == [f"Words {number}." for number in (0, 1, 2, 4, 5)]
    assert words["strengths"] == []
    assert "person-" not in str(words)
    assert get(service, story.assessment_id, "words") == words
    few = closed_assessment(service, n=4, document={"responses": responses})
    hidden = get(service, few.assessment_id, "words")
    assert (hidden["challenges"], len(hidden["notices"])) == ([], 1)


def test_growth_compares_the_frozen_results_of_the_same_people(service: Service) -> None:
    first = closed_assessment(service, n=5, level=2)
    none = service.as_("portal").get(f"/v1/assessments/{first.assessment_id}/growth")
    assert (none.status_code, none.json()["type"]) == (409, "/problems/no-results-yet")
    second = closed_assessment(service, n=5, level=3, team_id=first.team_id)
    growth = get(service, second.assessment_id, "growth")
    assert (growth["earlier_id"], growth["later_id"]) == (first.assessment_id, second.assessment_id)
    for one in growth["domains"]:
        assert (one["method"], one["n_matched"], one["verdict"], one["direction"]) == ("paired", 5, "reliable", "up")
        assert (one["before"]["mean"], one["after"]["mean"]) == (2.0, 3.0)


def test_growth_says_nothing_of_a_time_with_too_few_people(service: Service) -> None:
    first = closed_assessment(service, n=2)
    second = closed_assessment(service, n=5, level=3, team_id=first.team_id)
    for one in get(service, second.assessment_id, "growth")["domains"]:
        assert (one["before"], one["no_verdict"], numbers(one)) == (None, "suppressed", [])


def test_growth_compares_results_of_one_kind(service: Service) -> None:
    first = closed_assessment(service, n=5, level=2)
    window = open_assessment(service, first.team_id, mode="individual_then_consensus")
    for number in range(5):
        answer(service, window, {"answers": level_answers(3)}, external_id=f"person-{number}")
    accepted(service.as_("portal").post(f"/v1/assessments/{window}:close"))
    answer(service, window, {"answers": level_answers(4)})
    accepted(service.as_("portal").post(f"/v1/assessments/{window}:close"))
    alone = get(service, window, "growth")["domains"][0]
    assert (alone["method"], alone["after"]["mean"]) == ("paired", 3.0)
    refused = service.as_("portal").get(f"/v1/assessments/{window}/growth", params={"mode": "consensus"})
    assert refused.json()["type"] == "/problems/no-results-yet", "the first time nobody agreed on anything"


def test_turnover_of_half_the_team_leaves_growth_without_a_verdict(service: Service) -> None:
    first = closed_assessment(service, n=5, level=2)
    second = closed_assessment(
        service, n=5, level=3, team_id=first.team_id, retake={"turnover": "many", "then": {"team-and-time": 1}}
    )
    by_domain = {one["domain"]: one for one in get(service, second.assessment_id, "growth")["domains"]}
    assert {one["no_verdict"] for one in by_domain.values()} == {"turnover"}
    assert by_domain[Domain.TEAM_AND_TIME]["then"] == 1

"""Whatever a small team answers, what is suppressed reaches no answer of the API."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models.assessment import Assessment
from models.vocab import ScoreStatus
from recommender.config import ScoringConfig
from recommender.diagnosis.profiling import build_profile
from recommender.diagnosis.release import coded_mean
from recommender.diagnosis.suppression import shown_groups
from recommender.pipeline import Recommender
from tests.fixtures.service import Service, running_service
from tests.fixtures.stories import accepted, closed_assessment
from tests.fixtures.teams import INSTRUMENT

DOMAINS = list(INSTRUMENT.form_domains("team"))[:2]  # type: ignore[arg-type]  # a StrEnum compares by its word
ITEMS = {domain: [item.id for item in INSTRUMENT.domains[domain].items] for domain in DOMAINS}
ROLES = ("teacher", "coach")


@pytest.fixture(scope="module")
def service(starter: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One database for all the teams that are drawn."""
    folder: Path = tmp_path_factory.mktemp("privacy")
    with running_service(starter, folder) as service:
        yield service


@st.composite
def people(draw: st.DrawFn, *, most: int) -> list[dict[str, Any]]:
    """Responses of a few people, each of whom answers the one domain, the other, or both."""
    drawn = []
    for number in range(draw(st.integers(1, most))):
        answers: dict[str, Any] = {}
        for domain in DOMAINS:
            if number == 0 or draw(st.booleans()):
                answers |= {item: draw(st.integers(1, 4) | st.just("not_sure")) for item in ITEMS[domain]}
        pieces: dict[str, Any] = {"respondent": f"p{number}", "answers": answers, "share_text": True}
        pieces["role"] = draw(st.sampled_from(ROLES))
        pieces["open_text"] = {"challenges": f"Words of {number}."}
        importance = st.dictionaries(st.sampled_from(DOMAINS), st.sampled_from(["not_now", "useful", "important"]))
        pieces["importance"] = draw(importance)
        drawn.append(pieces)
    return drawn


def numbers(node: Any) -> list[float]:
    if isinstance(node, dict):
        return [number for child in node.values() for number in numbers(child)]
    if isinstance(node, list):
        return [number for child in node for number in numbers(child)]
    return [node] if isinstance(node, int | float) and not isinstance(node, bool) else []


def answers_of_api(service: Service, assessment_id: str, *, growth: bool = False) -> dict[str, Any]:
    """Everything that the API tells of a window's results."""
    portal = service.as_("portal")
    where = f"/v1/assessments/{assessment_id}"
    paths = {"profile": "/profile", "by_role": "/profile?by=role", "words": "/words"}
    if growth:
        paths["growth"] = "/growth"
    return {name: accepted(portal.get(where + path)) for name, path in paths.items()}


QUICK = settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # each example is a team over HTTP: too slow to shrink
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.full
@QUICK
@given(responses=people(most=7), again=people(most=6))
def test_no_number_of_a_suppressed_domain_or_group_is_told(
    service: Service, responses: list[dict[str, Any]], again: list[dict[str, Any]]
) -> None:
    story = closed_assessment(service, n=len(responses), document={"responses": responses})
    retake = closed_assessment(service, n=len(again), document={"responses": again}, team_id=story.team_id)
    hidden: dict[str, set[str]] = {}
    for assessment_id, people_then in ((story.assessment_id, responses), (retake.assessment_id, again)):
        told = answers_of_api(service, assessment_id, growth=assessment_id == retake.assessment_id)
        complete = build_profile(
            Assessment.model_validate(
                {
                    "assessment_id": assessment_id,
                    "instrument": {"id": INSTRUMENT.version.id, "version": INSTRUMENT.version.version},
                    "form": "team",
                    "answer_mode": "individual",
                    "team": {"id": story.team_id, "name": "A team"},
                    "responses": people_then,
                }
            ),
            INSTRUMENT,
            ScoringConfig(),
        )
        shown = {one["domain"]: one for one in told["profile"]["profile"]["domains"]}
        groups = {one["domain"]: one["groups"] for one in told["by_role"]["by_role"]}
        for score in complete.domains:
            one = shown[score.domain]
            n = score.n_raters or 0
            if score.status is not ScoreStatus.NOT_ON_FORM and n < 3:
                hidden.setdefault(assessment_id, set()).add(score.domain)
                # What may be told of such a domain is how much it matters, when enough people said so.
                weighed = {one["importance"]} if (score.n_importance or 0) >= 3 else set()
                assert set(numbers(one)) <= weighed
                assert one["level_words"] is None
            elif score.mean is not None:
                assert one["mean"] == coded_mean(score.mean)
                assert one["not_sure_rate"] is one["n_importance"] is one["n_top_three"] is None
                if n < 5:
                    assert one["agreement"] is None
            by_role = dict.fromkeys(ROLES, 0)
            for response in people_then:
                given_here = [response["answers"].get(item) for item in ITEMS.get(score.domain, ())]
                by_role[response["role"]] += sum(isinstance(level, int) for level in given_here) >= 3
            assert [group["group"] for group in groups.get(score.domain, [])] == list(shown_groups(by_role))
        if len(people_then) < 5:
            assert told["words"]["challenges"] == []
    for one in answers_of_api(service, retake.assessment_id, growth=True)["growth"]["domains"]:
        before, after = (one["domain"] in hidden.get(id_, ()) for id_ in (story.assessment_id, retake.assessment_id))
        assert one["before"] is None or not before
        assert one["after"] is None or not after
        if before or after:
            assert {one[key] for key in ("statistic", "p", "n_matched", "verdict")} == {None}


@pytest.mark.full
@QUICK
@given(responses=people(most=2), other=st.data())
def test_results_do_not_depend_on_answers_that_are_suppressed(
    service: Service, responses: list[dict[str, Any]], other: st.DataObject
) -> None:
    story = closed_assessment(service, n=len(responses), document={"responses": responses})
    # The same people answer the same items and questions, each with another level. None marks a top three, which is
    # what so few people do release.
    turned = [
        {
            **response,
            "answers": {
                item: level if level == "not_sure" else other.draw(st.integers(1, 4))
                for item, level in response["answers"].items()
            },
            "importance": {
                domain: other.draw(st.sampled_from(["not_now", "useful", "important"]))
                for domain in response["importance"]
            },
        }
        for response in responses
    ]
    twin = closed_assessment(service, n=len(turned), document={"responses": turned})
    texts = [
        str(answers_of_api(service, one.assessment_id)).replace(one.assessment_id, "").replace(one.team_id, "")
        for one in (story, twin)
    ]
    ids = [answers_of_api(service, one.assessment_id)["profile"]["snapshot_id"] for one in (story, twin)]
    assert texts[0].replace(ids[0], "") == texts[1].replace(ids[1], "")

"""What a team is given to talk about: values made by the core from answers that are plain to see."""

from typing import Any

from api.web.team.conversation import Prompt, Strength, prompts, strengths
from models.assessment import Assessment
from models.profile import CapacityProfile
from models.vocab import Domain, Form, NeedWord
from recommender.config import ScoringConfig
from recommender.diagnosis.evidence import evidence_of
from recommender.diagnosis.needs import derive_needs
from recommender.diagnosis.profiling import build_profile
from recommender.instruments import default_instrument
from tests.fixtures.teams import make_team

INSTRUMENT = default_instrument()
CONFIG = ScoringConfig()
DOMAINS = list(INSTRUMENT.asked(Form.TEAM))


def profile_of(assessment: Assessment) -> CapacityProfile:
    return build_profile(assessment, INSTRUMENT, CONFIG)


def told(assessment: Assessment) -> tuple[Strength, ...]:
    profile = profile_of(assessment)
    return strengths(profile, derive_needs(evidence_of(assessment, INSTRUMENT, CONFIG), INSTRUMENT, CONFIG), INSTRUMENT)


def levels(**chosen: int) -> dict[Domain, int]:
    """Level 2 everywhere but where another one is given, by place: `d0` is the first domain."""
    return {domain: chosen.get(f"d{place}", 2) for place, domain in enumerate(DOMAINS)}


def test_the_two_highest_domains_are_strengths_in_the_order_of_the_instrument() -> None:
    found = told(make_team(levels(d4=4, d1=4, d6=3)))
    assert [one.name for one in found] == [INSTRUMENT.domains[DOMAINS[place]].name for place in (1, 4)]
    assert {one.level for one in found} == {"Leading"}
    meanings = {level.name.casefold(): level.meaning for level in INSTRUMENT.instrument.levels}
    assert {one.meaning for one in found} == {meanings["leading"]}


def test_only_leading_practice_is_there_to_share() -> None:
    first, second = told(make_team(levels(d0=4, d1=3), n=8))
    assert (first.to_share, second.to_share) == (True, False)


def test_where_a_team_should_start_is_no_strength_unless_nothing_else_is_left() -> None:
    team = make_team(levels(d0=4, d1=4, d2=4))
    profile = profile_of(team)
    needs = derive_needs(evidence_of(team, INSTRUMENT, CONFIG), INSTRUMENT, CONFIG)
    first = [need.model_copy(update={"word": NeedWord.START_HERE, "domain": DOMAINS[0]}) for need in needs[:1]]
    found = strengths(profile, first, INSTRUMENT)
    assert [one.name for one in found] == [INSTRUMENT.domains[DOMAINS[place]].name for place in (1, 2)]


def test_of_domains_without_a_shown_number_nothing_is_told() -> None:
    assert told(make_team(None)) == ()


def test_a_prompt_is_asked_where_two_pictures_are_seen_and_quotes_nobody() -> None:
    answers = {item.id for item in INSTRUMENT.asked(Form.TEAM)[DOMAINS[2]]}
    team = make_team(levels())

    def seen_by(place: int, response: Any) -> Any:
        picture = 1 if place % 2 else 4
        return response.model_copy(
            update={"answers": {**response.answers, **dict.fromkeys(answers, picture)}, "importance": {}}
        )

    torn = team.model_copy(
        update={"responses": tuple(seen_by(place, one) for place, one in enumerate((*team.responses, *team.responses)))}
    )
    (prompt,) = prompts(profile_of(torn), INSTRUMENT)
    core = next(item for item in INSTRUMENT.domains[DOMAINS[2]].items if item.core)
    assert prompt == Prompt(INSTRUMENT.domains[DOMAINS[2]].name, core.text, core.levels[1], core.levels[4])
    assert prompts(profile_of(team), INSTRUMENT) == ()

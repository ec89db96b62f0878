"""What a run of a released team may say: numbers only from enough raters, quotes only with every author's consent."""

from datetime import date

import pytest

from models.assessment import Assessment, OpenText
from models.recommendation import Match, RecommendationRun
from models.release import ReleasedTeam
from models.vocab import Domain, ImportanceKey
from recommender.diagnosis.release import released_team
from recommender.pipeline import ListTerms, Recommender
from tests.fixtures.teams import INSTRUMENT, make_team, with_raters, with_words

AS_OF = date(2026, 11, 21)
TERMS = ListTerms(AS_OF)
PICTURES = tuple(text for item in INSTRUMENT.items.values() for text in item.levels.values())
WORDS = OpenText(
    challenges="Our meetings are cancelled and nobody opens the attendance dashboard in time.",
    hoped_for_support="We hope for a coach who helps us plan our first small test.",
)


def released(starter: Recommender, team: Assessment) -> ReleasedTeam:
    return released_team(team, starter.instrument, starter.config.scoring)


def run_of(starter: Recommender, team: Assessment) -> RecommendationRun:
    run = starter.recommend(released(starter, team), TERMS)
    assert run.basis == "release"
    return run


def matches(run: RecommendationRun) -> list[Match]:
    found = [match for ranked in run.lists for match in ranked.matches]
    assert len(found) > 3
    return found


@pytest.fixture(scope="module")
def big(judged: tuple[Assessment, ...]) -> Assessment:
    return next(team for team in judged if len(team.responses) >= 5)


def test_with_five_raters_levels_and_pictures_are_named(starter: Recommender, big: Assessment) -> None:
    run = run_of(starter, big)
    assert any(picture in match.matched_text.need_text for match in matches(run) if match.matched_text
               for picture in PICTURES)  # fmt: skip
    assert any("your level" in sentence for match in matches(run) for sentence in match.why)


@pytest.mark.parametrize("n", [1, 2])
def test_below_three_raters_a_run_gives_no_number_or_level_away(starter: Recommender, big: Assessment, n: int) -> None:
    run = run_of(starter, with_raters(big, n))
    told = [(one.mean, one.se, one.p_levels, one.level_words) for one in run.profile.domains]
    assert told == [(None,) * 4] * len(told)
    assert all(need.priority is need.gap is need.p_top_three is None for need in run.needs)
    assert not any(need.rubric for need in run.needs)
    assert not any("your level" in sentence for match in matches(run) for sentence in match.why)
    assert "Too few people answered" in run.notices[0]
    text = run.model_dump_json()
    assert not any(picture in text for picture in PICTURES)


@pytest.mark.parametrize("n", [1, 2])
def test_whatever_two_people_answer_gives_the_same_run_and_the_same_reasons(starter: Recommender, n: int) -> None:
    low, high = (released(starter, make_team(level, n=n)) for level in (1, 4))
    assert starter.recommend(low, TERMS) == starter.recommend(high, TERMS)
    last = starter.rank(low, as_of=AS_OF, k=200)[0].matches[-1]
    answer = starter.why_not(low, last.support_id, TERMS)
    assert answer.outcome in ("below_floor", "beyond_k")
    assert starter.why_not(high, last.support_id, TERMS) == answer


def test_the_areas_of_a_small_team_are_named_and_matches_follow_from_them(
    starter: Recommender, big: Assessment
) -> None:
    wanted = Domain.SUSTAINABILITY

    def two_who_want(importance: dict[Domain, ImportanceKey]) -> Assessment:
        people = tuple(one.model_copy(update={"importance": importance}) for one in big.responses[:2])
        return big.model_copy(update={"responses": people})

    def serving(team: Assessment) -> int:
        lists = starter.rank(released(starter, team), as_of=AS_OF, k=10)
        first = [match for ranked in lists for match in ranked.matches]
        return sum(wanted in {need.domain for need in match.needs} for match in first)

    plain, wanting = two_who_want({}), two_who_want({wanted: ImportanceKey.TOP_THREE})
    run = run_of(starter, wanting)
    assert INSTRUMENT.domains[wanted].name.lower() in run.notices[1].lower()
    assert run.needs[0].domain is wanted
    assert len(run_of(starter, plain).notices) == 1
    assert serving(wanting) > serving(plain)


@pytest.mark.parametrize("n", [3, 4])
def test_below_five_raters_no_picture_of_practice_is_shown(starter: Recommender, big: Assessment, n: int) -> None:
    run = run_of(starter, with_raters(big, n))
    text = run.model_dump_json()
    assert not any(picture in text for picture in PICTURES)
    for match in matches(run):
        assert match.matched_text is not None
        assert match.matched_text.need_text in {item.text for item in INSTRUMENT.items.values()}


def test_importance_from_two_people_moves_nothing(starter: Recommender) -> None:
    team = make_team(2, n=5)
    weighed = [
        response.model_copy(update={"importance": dict.fromkeys(list(Domain)[:3], "top_three")})
        for response in team.responses[:2]
    ]
    some = team.model_copy(update={"responses": (*weighed, *team.responses[2:])})
    assert run_of(starter, some) == run_of(starter, team)
    assert starter.recommend(some, TERMS) != starter.recommend(team, TERMS)


def test_an_agreed_rating_is_the_teams_own_and_used_whole(starter: Recommender) -> None:
    run = run_of(starter, make_team(1, n=1, answer_mode="consensus"))
    assert {one.mean for one in run.profile.domains if one.mean is not None} == {1.0}
    assert any(need.rubric for need in run.needs)


def test_a_run_from_answers_in_full_says_so(starter: Recommender, big: Assessment) -> None:
    assert starter.recommend(big, TERMS).basis == "answers"


def quoted(run: RecommendationRun) -> set[str]:
    return {match.matched_text.need_text for match in matches(run)
            if match.matched_text and match.matched_text.source == "open_text"}  # fmt: skip


@pytest.mark.parametrize(("sharing", "told"), [(0, False), (1, False), (4, False), (5, True)])
def test_own_words_are_quoted_only_from_five_authors_who_share_them(
    starter: Recommender, sharing: int, told: bool
) -> None:
    team = with_words(make_team(2, n=6), *[WORDS] * 6, share=(True,) * sharing)
    run = run_of(starter, team)
    assert bool(quoted(run)) is told
    assert ("attendance dashboard" in run.model_dump_json()) is told


def test_the_owner_of_the_answers_reads_quotes_where_every_author_agreed(starter: Recommender) -> None:
    second = OpenText(challenges="We do not trust the numbers that we are given every month.")
    team = with_words(make_team(2), WORDS, second, share=(True, False))
    assert quoted(starter.recommend(team, TERMS)) <= {WORDS.hoped_for_support}
    both = with_words(make_team(2), WORDS, OpenText(), share=(True, False))
    assert WORDS.challenges in quoted(starter.recommend(both, TERMS))


def test_words_that_are_not_shared_move_nothing_that_others_see(starter: Recommender) -> None:
    team = make_team(2)
    shared, kept = with_words(team, WORDS, share=(True,)), with_words(team, WORDS)
    assert run_of(starter, kept) == run_of(starter, team)
    assert run_of(starter, shared) != run_of(starter, team)
    scores = [
        {match.support_id: match.score for match in starter.rank(one, as_of=AS_OF, k=500)[0].matches}
        for one in (team, shared, kept)
    ]
    assert scores[0] != scores[1]
    assert scores[1] == scores[2], "their owner searches with all of them"


def test_words_encoded_live_leave_nothing_in_the_cache(starter: Recommender, big: Assessment) -> None:
    embedder = starter.embedder
    before = dict(embedder._memory)
    starter.recommend(with_words(big, WORDS), TERMS)
    assert embedder._memory.keys() == before.keys()

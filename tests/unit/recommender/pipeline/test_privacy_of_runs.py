"""What a run may say of a team: numbers only from enough raters, quotes only with every author's consent."""

from datetime import date
from typing import Any

import pytest

from models.assessment import Assessment, OpenText
from models.recommendation import Match, RecommendationRun
from models.rules import AtLeast
from models.vocab import Domain
from recommender.pipeline import ListTerms, Recommender
from recommender.ranking.features import Reveals, revealing
from recommender.telling.matches import MERGED_FIT
from tests.fixtures.teams import INSTRUMENT, make_team, with_raters, with_words

LEVEL_FEATURES = revealing(Reveals.LEVELS)
IMPORTANCE_FEATURES = revealing(Reveals.IMPORTANCE)
ITEM_FEATURES = revealing(Reveals.ITEMS)
ITEM_FEATURES_WITHOUT_WORDS = revealing(Reveals.ITEMS | Reveals.ITEMS_WITHOUT_WORDS)
AS_OF = date(2026, 11, 21)
PICTURES = tuple(text for item in INSTRUMENT.items.values() for text in item.levels.values())
WORDS = OpenText(
    challenges="Our meetings are cancelled and nobody opens the attendance dashboard in time.",
    hoped_for_support="We hope for a coach who helps us plan our first small test.",
)


def matches(run: RecommendationRun) -> list[Match]:
    found = [match for ranked in run.lists for match in ranked.matches]
    assert len(found) > 3
    return found


@pytest.fixture(scope="module")
def big(judged: tuple[Assessment, ...]) -> Assessment:
    return next(team for team in judged if len(team.responses) >= 5)


def level_rules(recommender: Recommender) -> set[str]:
    return {rule.id for rule in recommender.ruleset.rules if isinstance(rule.test, AtLeast)}


def test_with_five_raters_levels_are_named(starter: Recommender, big: Assessment) -> None:
    run = starter.recommend(big, ListTerms(AS_OF))
    assert any(LEVEL_FEATURES & match.components.keys() for match in matches(run))
    assert {trace.id for match in matches(run) for trace in match.rules} >= level_rules(starter)
    assert any(picture in match.matched_text.need_text for match in matches(run) if match.matched_text
               for picture in PICTURES)  # fmt: skip
    assert any("your level" in sentence for match in matches(run) for sentence in match.why)


@pytest.mark.parametrize("n", [1, 2])
def test_below_three_raters_a_run_gives_no_number_or_level_away(starter: Recommender, big: Assessment, n: int) -> None:
    run = starter.recommend(with_raters(big, n), ListTerms(AS_OF))
    told: list[Any] = [[one.mean, one.se, one.p_levels, one.level_words] for one in run.profile.domains]
    assert told == [[None] * 4] * len(told)
    assert all(need.priority is need.gap is need.share is need.p_top_three is None for need in run.needs)
    assert not any(need.rubric for need in run.needs)
    for match in matches(run):
        assert MERGED_FIT in match.components
        assert not (LEVEL_FEATURES | IMPORTANCE_FEATURES) & match.components.keys()
        assert not any("you called important" in text or "your top three" in text for text in match.why)
        assert not {f"rule:{id_}" for id_ in level_rules(starter)} & match.components.keys()
        assert abs(sum(match.components.values()) - match.score) < 1e-9
        assert not level_rules(starter) & {trace.id for trace in match.rules}
        assert not any("your level" in sentence for sentence in match.why)
        assert all(need.share is None for need in match.needs)
    assert "Too few people answered" in run.notices[0]
    text = run.model_dump_json()
    assert not any(picture in text for picture in PICTURES)


@pytest.mark.parametrize("n", [1, 2])
def test_why_not_gives_no_more_away_than_the_list(starter: Recommender, big: Assessment, n: int) -> None:
    team = with_raters(big, n)
    last = starter.rank(team, as_of=AS_OF, k=200)[0].matches[-1]
    answer = starter.why_not(team, last.support_id, ListTerms(AS_OF))
    assert answer.outcome in ("below_floor", "beyond_k")
    assert MERGED_FIT in answer.components
    assert not LEVEL_FEATURES & answer.components.keys()


@pytest.mark.parametrize("n", [3, 4])
def test_below_five_raters_no_picture_of_practice_and_no_need_share_is_shown(
    starter: Recommender, big: Assessment, n: int
) -> None:
    run = starter.recommend(with_raters(big, n), ListTerms(AS_OF))
    text = run.model_dump_json()
    assert not any(picture in text for picture in PICTURES)
    for match in matches(run):
        assert match.matched_text is not None
        assert match.matched_text.source == "open_text" or match.matched_text.need_text in {
            item.text for item in INSTRUMENT.items.values()
        }
        assert all(need.share is None for need in match.needs)


@pytest.mark.parametrize("n", [3, 4])
def test_below_five_raters_no_part_made_of_single_answers_is_named(
    starter: Recommender, big: Assessment, n: int
) -> None:
    silent = with_words(with_raters(big, n))
    for team, hidden in ((with_words(silent, WORDS), ITEM_FEATURES), (silent, ITEM_FEATURES_WITHOUT_WORDS)):
        for match in matches(starter.recommend(team, ListTerms(AS_OF))):
            assert not hidden & match.components.keys()
            assert MERGED_FIT in match.components


def test_importance_from_two_people_is_in_no_part_and_no_share(starter: Recommender) -> None:
    team = make_team(2, n=5)
    weighed = [
        response.model_copy(update={"importance": dict.fromkeys(list(Domain)[:3], "top_three")})
        for response in team.responses[:2]
    ]
    run = starter.recommend(team.model_copy(update={"responses": (*weighed, *team.responses[2:])}), ListTerms(AS_OF))
    for match in matches(run):
        assert not (LEVEL_FEATURES | IMPORTANCE_FEATURES) & match.components.keys()
        assert not any("you called important" in text or "your top three" in text for text in match.why)
    weighed_domains = set(list(Domain)[:3])
    for match in matches(run):
        if weighed_domains & {need.domain for need in match.needs}:
            assert all(need.share is None for need in match.needs)


def test_an_agreed_rating_is_the_teams_own_and_shown_whole(starter: Recommender) -> None:
    run = starter.recommend(make_team(1, n=1, answer_mode="consensus"), ListTerms(AS_OF))
    assert any(LEVEL_FEATURES & match.components.keys() for match in matches(run))
    assert all(need.share is not None for match in matches(run) for need in match.needs)


def quoted(run: RecommendationRun) -> set[str]:
    texts = {match.matched_text.need_text for match in matches(run)
             if match.matched_text and match.matched_text.source == "open_text"}  # fmt: skip
    assert texts <= {WORDS.challenges, WORDS.hoped_for_support}
    return texts


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_own_words_are_quoted_only_when_their_author_agreed(starter: Recommender, n: int) -> None:
    team = make_team(2, n=n)
    assert quoted(starter.recommend(with_words(team, WORDS, share=(True,)), ListTerms(AS_OF)))
    run = starter.recommend(with_words(team, WORDS, share=(False,)), ListTerms(AS_OF))
    assert not quoted(run)
    assert "attendance dashboard" not in run.model_dump_json()


def test_one_author_who_did_not_agree_keeps_the_whole_text_unquoted(starter: Recommender) -> None:
    second = OpenText(challenges="We do not trust the numbers that we are given every month.")
    team = with_words(make_team(2), WORDS, second, share=(True, False))
    assert quoted(starter.recommend(team, ListTerms(AS_OF))) <= {WORDS.hoped_for_support}
    both = with_words(make_team(2), WORDS, OpenText(), share=(True, False))
    assert WORDS.challenges in quoted(starter.recommend(both, ListTerms(AS_OF)))


def test_words_move_the_ranking_whether_or_not_they_may_be_quoted(starter: Recommender) -> None:
    team = make_team(2)
    scores = [
        {match.support_id: match.score for match in starter.rank(one, as_of=AS_OF, k=500)[0].matches}
        for one in (team, with_words(team, WORDS, share=(True,)), with_words(team, WORDS))
    ]
    assert scores[0] != scores[1]
    assert scores[1] == scores[2]


def test_words_encoded_live_leave_nothing_in_the_cache(starter: Recommender, big: Assessment) -> None:
    embedder = starter.embedder
    before = dict(embedder._memory)
    starter.recommend(with_words(big, WORDS), ListTerms(AS_OF))
    assert embedder._memory.keys() == before.keys()


@pytest.mark.parametrize("hidden", [LEVEL_FEATURES, ITEM_FEATURES], ids=["levels", "items"])
def test_the_merged_part_never_stands_for_one_part_alone(starter: Recommender, hidden: frozenset[str]) -> None:
    for kind in starter.config.kinds.values():
        assert len(hidden & kind.features.keys()) >= 2

"""Words of vocabularies and of profiles come from the catalog of messages, by key."""

from enum import Enum

import pytest

from api.assessments.windows import Mode
from api.text.language import capitalized, word
from api.text.words import agreement_words, importance_words, level_words
from models.profile import Agreement, DomainScore
from models.rules import Duration
from models.vocab import (
    Audience,
    Cost,
    Domain,
    EvidenceKind,
    FocusArea,
    GradeBand,
    ImportanceKey,
    Length,
    Modality,
    NeedWord,
    Phase,
    ProviderKind,
    ReadinessAdvice,
    ResourceType,
    ScoreStatus,
    ServiceType,
    SupportKind,
    Visibility,
)
from recommender.instruments import default_instrument

VOCABULARIES: list[type[Enum]] = [
    Audience,
    Cost,
    Duration,
    EvidenceKind,
    FocusArea,
    GradeBand,
    ImportanceKey,
    Length,
    Modality,
    Mode,
    NeedWord,
    Phase,
    ProviderKind,
    ReadinessAdvice,
    ResourceType,
    ServiceType,
    SupportKind,
]
SCORE = DomainScore(domain=Domain.SUSTAINABILITY, status=ScoreStatus.SCORED, visibility=Visibility.DETAIL)


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda one: one.__name__)
def test_every_word_of_a_vocabulary_has_words_of_its_own(vocabulary: type[Enum]) -> None:
    words = [word(member) for member in vocabulary]
    assert len(set(words)) == len(words)


def test_a_word_may_be_another_in_another_place() -> None:
    assert [word(SupportKind.PROVIDER, place) for place in ("", "many", "choice")] == [
        "Provider",
        "Providers",
        "Providers who work with you",
    ]


def test_a_level_is_told_by_its_numbers_and_an_old_one_by_its_text() -> None:
    instrument = default_instrument()
    told = SCORE.model_copy(update={"level_words": "so far", "levels": (2, 3)})
    assert level_words(told, instrument) == "between Developing and Applying"
    assert level_words(told.model_copy(update={"levels": None}), instrument) == "so far"


def test_without_a_level_it_is_told_why_and_nothing_where_it_is_hidden() -> None:
    instrument = default_instrument()
    aside = SCORE.model_copy(update={"status": ScoreStatus.SET_ASIDE})
    assert level_words(aside, instrument) == "set aside"
    assert level_words(SCORE, instrument) == ""


def test_agreement_and_importance_have_words_where_they_are_known() -> None:
    agreement = Agreement(ad_mean=1.2, word="far apart", rwg_star=0.1, rwg=0.1, rwg_skewed=None)
    instrument = default_instrument()
    assert [agreement_words(agreement), agreement_words(None)] == ["far apart", ""]
    assert [importance_words(1.0, instrument), importance_words(None, instrument)] == ["top three", ""]


def test_a_capital_letter_changes_nothing_after_it() -> None:
    assert [capitalized("two pictures of DNA"), capitalized("")] == ["Two pictures of DNA", ""]

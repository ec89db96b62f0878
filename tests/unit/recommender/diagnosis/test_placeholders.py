"""A placeholder in a box for own words changes nothing, and needs nobody's leave to be quoted."""

from models.assessment import OpenText
from recommender.config_load import starter_config
from recommender.diagnosis.evidence import evidence_of
from recommender.ranking.signals import own_words
from tests.fixtures.teams import INSTRUMENT, make_team, with_words


def test_placeholders_are_nobodys_words() -> None:
    said = OpenText(challenges="We lack time to meet.")
    placeholders = OpenText(challenges="I don’t know", hoped_for_support="N/A")
    read = [
        own_words(evidence_of(with_words(make_team(2), said, other, share=(True, False)), INSTRUMENT, config.scoring))
        for config in (starter_config(),)
        for other in (OpenText(), placeholders)
    ]
    assert read[0] == read[1]
    assert read[1].pieces == ("We lack time to meet.",)
    assert "We lack time to meet." in read[1].shareable

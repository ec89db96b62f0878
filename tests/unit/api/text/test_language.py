"""What stored documents tell, in the reader's language."""

import pytest

from api.text.language import told
from models.message import Message
from recommender.pipeline import Recommender
from recommender.words import MessageMissing


def test_a_rule_that_no_catalog_knows_is_told_in_its_own_words_also_within_another_sentence(
    starter: Recommender,
) -> None:
    rule = Message(key="rule.somebodys-own.missed")
    assert told(rule, "It costs too much.", starter.instrument) == "It costs too much."
    within = Message(key="why_not.excluded", values={"reasons": (rule,)})
    assert told(within, "Not listed. It costs too much.", starter.instrument) == "Not listed. It costs too much."


def test_any_other_message_without_words_is_a_fault_of_ours(starter: Recommender) -> None:
    with pytest.raises(MessageMissing, match=r"reason\.forgotten"):
        told(Message(key="reason.forgotten"), "Its own text.", starter.instrument)

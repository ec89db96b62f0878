"""What a team should know of a support before it opens it: facts of the record, in words."""

from collections.abc import Mapping

from api.engine.engine import Engine
from api.errors import NotReady
from api.text.language import word
from api.web.kit.support_words import label_of, language_name
from models.rules import Duration
from models.support import Resource, Support
from models.vocab import ResourceType
from recommender.errors import TrellisError, UnknownSupport
from recommender.instruments import LoadedInstrument

__all__ = ["duration_table", "find_support", "support_facts"]


def find_support(engine: Engine, support_id: str) -> Support | None:
    """The record in the catalog in use; None when it is no longer there."""
    try:
        return engine.catalog.get(support_id)
    except UnknownSupport:
        return None


def duration_table(engine: Engine) -> Mapping[ResourceType, Duration]:
    """How long each type of resource takes, by the rules in use; empty while these are being loaded."""
    try:
        return engine.recommender.ruleset.durations
    except (NotReady, TrellisError):
        return {}


def support_facts(
    support: Support, instrument: LoadedInstrument, durations: Mapping[ResourceType, Duration]
) -> tuple[str, ...]:
    """Kind, effort, cost, how it is given and in which languages, as far as they are known.

    Args:
        support: the record.
        instrument: for the labels of its context questions.
        durations: from `duration_table`.
    """
    effort = durations.get(support.resource_type) if isinstance(support, Resource) else None
    facts = [word(support.support_type), word(effort) if effort else "", word(support.cost) if support.cost else ""]
    facts += [label_of(modality, instrument) for modality in support.modality]
    facts.append(", ".join(language_name(tag, instrument) for tag in support.language))
    return tuple(fact for fact in facts if fact)

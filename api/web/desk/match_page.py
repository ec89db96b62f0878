"""How one match came about: every part of its score, every rule, and its record."""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from api.engine.engine import Engine
from api.reviews.review import OpenReview
from api.text.language import _, rule_words, word
from api.web.desk.match_parts import Bar, Piece, bar_of, family_names, pieces_of
from api.web.desk.review_cards import catalog_of, facts_of, support_of, widest_of
from api.web.desk.words import told_all
from api.web.kit.rendering import day_words
from api.web.kit.support_words import label_of, language_name
from models.recommendation import Match
from models.rules import EFFECTS
from models.support import Support
from models.vocab import RuleEffect, RuleOutcome
from recommender.instruments import LoadedInstrument

__all__ = ["MatchPage", "match_page"]


class RuleLine(NamedTuple):
    """What one rule said."""

    id: str
    said: str
    outcome: str


class MatchPage(NamedTuple):
    """What the page shows."""

    run_id: str
    team: str
    match: Match
    why: tuple[str, ...]
    bar: Bar
    families: tuple[str, ...]
    pieces: tuple[Piece, ...]
    rules: tuple[RuleLine, ...]
    facts: tuple[str, ...]
    summary: str
    """Empty when the record is no longer in the catalog."""
    details: tuple[tuple[str, str], ...]


def match_page(engine: Engine, opened: OpenReview, support_id: str) -> MatchPage | None:
    """The page of a match of a run; None when the run does not list the support."""
    matches = {str(match.support_id): match for one in opened.document.lists for match in one.matches}
    match = matches.get(support_id)
    if match is None:
        return None
    support = support_of(catalog_of(engine.of(opened.team.organization_id)), support_id)
    return MatchPage(
        run_id=opened.run.id,
        team=opened.team.name,
        match=match,
        why=told_all(match.why_messages, match.why, engine.instrument),
        bar=bar_of(match.components, widest=widest_of(matches.values())),
        families=family_names(),
        pieces=pieces_of(match.components, match.rules),
        rules=tuple(
            RuleLine(trace.id, rule_words(trace), _outcome(trace.effect, trace.outcome)) for trace in match.rules
        ),
        facts=facts_of(support),
        summary=support.summary if support else "",
        details=_details(support, engine.instrument) if support else (),
    )


def _outcome(effect: RuleEffect, outcome: RuleOutcome) -> str:
    if outcome is RuleOutcome.UNKNOWN:
        return _("Not known")
    follows = EFFECTS[effect]
    against = outcome is follows.against
    if follows.blocks is not None:
        return _("Keeps it out") if against else _("Passes")
    if follows.sign > 0:
        return _("No help") if against else _("Helps")
    return _("Counts against it") if against else _("Nothing against it")


def _details(support: Support, instrument: LoadedInstrument) -> tuple[tuple[str, str], ...]:
    """The record's facts that decide whether it suits; what it does not say is left out."""

    def words(members: Sequence[Enum]) -> str:
        return ", ".join(label_of(member, instrument) for member in members)

    rows = [
        (_("For"), words(support.audiences)),
        (_("Grades"), words(support.grade_bands)),
        (_("Focus"), words(support.focus_areas)),
        (_("Levels"), ", ".join(str(level) for level in support.levels)),
        (_("Given"), words(support.modality)),
        (_("Languages"), ", ".join(language_name(tag, instrument) for tag in support.language)),
    ]
    services = (_("{service}: {about}", service=word(one.type), about=one.description) for one in support.offers)
    rows += [(_("Services"), "; ".join(services))]
    if support.backing:
        rows += [(_("Evidence"), ", ".join(filter(None, (word(support.backing.kind), support.backing.level))))]
    rows += [(_("Checked on"), day_words(support.checked_on))]
    return tuple((name, said) for name, said in rows if said)

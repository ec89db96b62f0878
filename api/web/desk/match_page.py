"""How one match came about: every part of its score, every rule, and its record."""

from typing import NamedTuple

from api.engine.engine import Engine
from api.reviews.review import OpenReview
from api.web.desk.match_parts import FAMILIES, Bar, Piece, bar_of, pieces_of
from api.web.desk.review_cards import catalog_of, facts_of, support_of, widest_of
from api.web.desk.words import in_words
from models.recommendation import Match
from models.rules import EFFECTS
from models.support import Support
from models.vocab import RuleEffect, RuleOutcome

__all__ = ["MatchPage", "match_page"]


class RuleLine(NamedTuple):
    """What one rule said."""

    id: str
    said: str
    outcome: str
    gate: bool
    """Whether it can keep a support out."""


class MatchPage(NamedTuple):
    """What the page shows."""

    run_id: str
    team: str
    match: Match
    bar: Bar
    families: tuple[str, ...]
    pieces: tuple[Piece, ...]
    rules: tuple[RuleLine, ...]
    facts: tuple[str, ...]
    summary: str
    """Empty when the record is no longer in the catalog."""
    details: tuple[tuple[str, str], ...]
    needs: tuple[str, ...]


def match_page(engine: Engine, opened: OpenReview, support_id: str) -> MatchPage | None:
    """The page of a match of a run; None when the run does not list the support."""
    matches = {str(match.support_id): match for one in opened.document.lists for match in one.matches}
    match = matches.get(support_id)
    if match is None:
        return None
    support = support_of(catalog_of(engine), support_id)
    names = {need.domain: need.name for need in opened.document.needs}
    return MatchPage(
        run_id=opened.run.id,
        team=opened.team.name,
        match=match,
        bar=bar_of(match.components, widest=widest_of(matches.values())),
        families=FAMILIES,
        pieces=pieces_of(match.components, match.rules),
        rules=tuple(
            RuleLine(
                trace.id, trace.because, _outcome(trace.effect, trace.outcome), EFFECTS[trace.effect].blocks is not None
            )
            for trace in match.rules
        ),
        facts=facts_of(support),
        summary=support.summary if support else "",
        details=_details(support) if support else (),
        needs=tuple(
            names.get(share.domain, in_words(share.domain))
            + ("" if share.share is None else f" {100 * share.share:.0f}%")
            for share in match.needs
        ),
    )


def _outcome(effect: RuleEffect, outcome: RuleOutcome) -> str:
    if outcome is RuleOutcome.UNKNOWN:
        return "Not known"
    follows = EFFECTS[effect]
    against = outcome is follows.against
    if follows.blocks is not None:
        return "Keeps it out" if against else "Passes"
    if follows.sign > 0:
        return "No help" if against else "Helps"
    return "Counts against it" if against else "Nothing against it"


def _details(support: Support) -> tuple[tuple[str, str], ...]:
    """The record's facts that decide whether it suits; what it does not say is left out."""

    def words(keys: tuple[str, ...]) -> str:
        return ", ".join(in_words(key) for key in keys)

    rows = [
        ("For", words(support.audiences)),
        ("Grades", words(support.grade_bands)),
        ("Focus", words(support.focus_areas)),
        ("Levels", ", ".join(str(level) for level in support.levels)),
        ("Given", words(support.modality)),
        ("Languages", ", ".join(support.language)),
    ]
    rows += [("Services", "; ".join(f"{in_words(one.type)}: {one.description}" for one in support.offers))]
    if support.backing:
        rows += [("Evidence", f"{support.backing.kind} {support.backing.level or ''}".strip())]
    rows += [("Checked on", f"{support.checked_on:%b} {support.checked_on.day}, {support.checked_on.year}")]
    return tuple((name, said) for name, said in rows if said)

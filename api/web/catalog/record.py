"""What the page of one support shows: its whole record, in words."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from api.engine.engine import Engine
from api.text.language import _, word
from api.web.catalog.own import OwnStanding
from api.web.catalog.search import search_address
from api.web.kit.support_words import Words, words_of
from models.instrument import LevelSpec
from models.support import Resource, Support
from models.vocab import US_STATES

__all__ = ["RecordPage", "support_page"]


class Link(NamedTuple):
    """Words that lead somewhere."""

    words: str
    address: str


class Fact(NamedTuple):
    """One field of the record; no words where no page says it."""

    title: str
    words: Sequence[str]


class Offer(NamedTuple):
    """A service of a provider."""

    title: str
    description: str
    domains: Sequence[str]


class RecordPage(NamedTuple):
    """One support."""

    id: str
    title: str
    kind: str
    names_evidence: bool
    """Whether records of its kind can name evidence."""
    by: str
    summary: str
    url: str
    facts: Sequence[Fact]
    domains: Sequence[Link]
    """Most important first; each leads to all supports for the domain."""
    levels: Sequence[tuple[str, str, bool]]
    """Every level with its meaning, and whether the support suits it."""
    knows_levels: bool
    needs_met: Sequence[str]
    services: Sequence[Offer]
    evidence: Fact | None
    evidence_url: str | None
    sources: Sequence[str]
    """Pages that were read for the record, besides the support's own."""
    checked_on: date
    own: OwnStanding


def support_page(engine: Engine, support_id: str, own: OwnStanding) -> RecordPage:
    """The page of one support.

    Raises:
        UnknownSupport: the catalog of the engine has none of that id.
    """
    support, words = engine.catalog.get(support_id), words_of(engine.instrument)
    evidence = support.backing
    return RecordPage(
        id=support.id,
        title=support.display_title,
        kind=word(support.kind),
        names_evidence="evidence" in type(support).model_fields,
        by=support.by,
        summary=support.summary,
        url=support.url,
        facts=list(_facts(support, words)),
        domains=[Link(words["domain"][domain], search_address(("domain", domain))) for domain in support.domains],
        levels=[(level.name, level.meaning, level.value in support.levels) for level in _levels(engine)],
        knows_levels=bool(support.levels),
        needs_met=support.needs_met,
        services=[
            Offer(words["service"][one.type], one.description, [words["domain"][domain] for domain in one.domains])
            for one in support.offers
        ],
        evidence=Fact(words["evidence"][evidence.kind], [evidence.level] if evidence.level else [])
        if evidence
        else None,
        evidence_url=evidence.url if evidence else None,
        sources=[url for url in support.source_urls if url != support.url],
        checked_on=support.checked_on,
        own=own,
    )


def _levels(engine: Engine) -> Sequence[LevelSpec]:
    return engine.instrument.instrument.levels


def _facts(support: Support, words: Words) -> Sequence[Fact]:
    def named(title: str, field: str, keys: Sequence[object]) -> Fact:
        return Fact(title, [words[field].get(key, str(key)) for key in keys])

    facts = [named(_("Type"), "type", [support.support_type])]
    if isinstance(support, Resource):
        facts.append(Fact(_("Year"), [str(support.year)] if support.year else []))
    if support.places is not None:
        facts.append(Fact(_("Works in"), _places(support.places, words)))
    facts += [
        named(_("Cost"), "cost", [support.cost] if support.cost else []),
        named(_("Focus"), "focus_area", support.focus_areas),
        named(_("Grades"), "grade_band", support.grade_bands),
        named(_("For"), "audience", support.audiences),
        named(_("How it is given"), "modality", support.modality),
        named(_("Language"), "language", [tag.lower() for tag in support.language]),
        Fact(_("Equity"), [_("An explicit purpose") if support.equity_centered else _("Not an explicit purpose")]),
    ]
    if isinstance(support, Resource):
        facts.append(Fact(_("License"), [support.license] if support.license else []))
    return facts


def _places(places: Sequence[str], words: Words) -> list[str]:
    if "US" in places:
        return [_("All states, DC and the territories")]
    order = {code: place for place, code in enumerate(US_STATES)}
    return [words["state"].get(code, code) for code in sorted(places, key=lambda code: order.get(code, 99))]

"""Reasons for people, made from components and rule traces only, and the pair of sentences that matched best."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.assessment import Team
from models.message import Message
from models.needs import Need
from models.recommendation import MatchedText, NeedShare, RuleTrace
from models.support import Support
from models.vocab import Domain, FocusArea, RuleOutcome
from recommender.index import CatalogIndex
from recommender.instruments import LoadedInstrument
from recommender.ranking.features import FEATURES
from recommender.ranking.scoring import RULE_PREFIX
from recommender.ranking.signals import DOMAINS, OwnWords, TeamSignals
from recommender.retrieval import inner_products
from recommender.words import Speaker

__all__ = ["NeedTexts", "RubricVectors", "find_matched_text", "need_texts", "why"]

MAX_SENTENCES = 3
LEVEL_FITS = 0.5
"""From this probability on a match is said to suit the team's level."""
SAYABLE = 0.005
"""A part that lifts a match less than this above the other supports moves too little to be given as a reason."""


@dataclass(frozen=True)
class RubricVectors:
    """The rubric's texts as unit vectors, made once for all teams."""

    pictures: NDArray[np.float32]
    """Of `rubric_queries`; shape (items, 4, dimension)."""
    questions: NDArray[np.float32]
    """The middle of each item's four pictures, which says what it asks but at no level; shape (items, dimension)."""

    @classmethod
    def of(cls, anchor_vectors: NDArray[np.float32]) -> "RubricVectors":
        """From the vectors of `rubric_queries`, shape (4 x items, dimension)."""
        pictures = anchor_vectors.reshape(-1, 4, anchor_vectors.shape[1])
        means = [of_item.mean(axis=0) for of_item in pictures]
        return cls(pictures, np.stack([mean / np.linalg.norm(mean) for mean in means]))


@dataclass(frozen=True)
class NeedTexts:
    """What a team's needs say, as texts with vectors: its own words where they may be quoted, and the rubric's."""

    texts: tuple[str, ...]
    vectors: NDArray[np.float32]
    """Unit vectors, one row a text; shape (texts, dimension)."""
    weights: NDArray[np.float64]
    """How much each text matters, at least 0."""
    domains: tuple[Domain | None, ...]
    """The domain that each text asks about; None for the team's own words, which come first."""


def why(
    lifts: Mapping[str, float],
    traces: Sequence[RuleTrace],
    shares: Sequence[NeedShare],
    *,
    support: Support,
    needs: Mapping[Domain, Need],
    level_fit: float,
    team: Team,
    speaker: Speaker,
    has_words: bool,
    moved: float = 0.0,
) -> tuple[Message, ...]:
    """One to three reasons, each one sentence: the need that a match serves, then what sets it apart most.

    Args:
        lifts: by how much each part of the score exceeds its mean over all eligible supports: what nearly every support
            has is no reason to choose this one.
        traces: what each rule said.
        shares: the needs that the match serves, largest first.
        support: the record.
        needs: by domain.
        level_fit: how likely the team is at a level the support suits.
        team: for its focus areas.
        speaker: orders reasons that lift a match alike by their sentences.
        has_words: whether the team wrote anything to search with.
        moved: above 0 where chance moved it up, below 0 where down; said last, in place of the weakest reason.
    """
    reasons: list[tuple[float, Message]] = []
    focus = _shared_focus(support, team)
    if focus:
        value = max(lifts.get(name, 0.0) for name in ("need_focus", "primary_focus", "focus_rarity"))
        reasons.append((value, Message(key="reason.shared_focus", values={"focus": focus})))
    for name, feature in FEATURES.items():
        if feature.sentences and (key := feature.sentences.of(has_words=has_words)):
            reasons.append((lifts.get(name, 0.0), Message(key=key)))
    reasons += [
        (lifts.get(f"{RULE_PREFIX}{trace.id}", 0.0), trace.message)
        for trace in traces
        if trace.outcome is RuleOutcome.MET
    ]
    first = _need_sentence(shares, needs, level_fit)
    sayable = (reason for reason in reasons if reason[0] > SAYABLE)
    best = sorted(sayable, key=lambda reason: (-reason[0], speaker.say(reason[1])))
    rest = [reason for _, reason in best]
    said = ([first] if first else []) + rest or [Message(key="reason.closest")]
    chance = [Message(key="reason.moved_up" if moved > 0 else "reason.moved_down")] if moved else []
    return tuple(said[: MAX_SENTENCES - len(chance)] + chance)


def find_matched_text(index: CatalogIndex, row: int, need_texts: NeedTexts) -> MatchedText | None:
    """The statement of one support (its summary where it has none) that comes closest to a need, weighted.

    Only own words and the domains that the support names are looked at, unless none of those matters.

    Returns:
        The pair with the largest weight times cosine, the first of equals; None when no need text matters.
    """
    named = (None, *index.supports[row].domains)
    weights = need_texts.weights * np.array([domain in named for domain in need_texts.domains])
    if not weights.any():
        weights = need_texts.weights
    if not weights.any():
        return None
    first, last = index.statement_segments.offsets[row : row + 2].tolist()
    own_texts = index.statement_texts[first:last] or (index.supports[row].summary,)
    vectors = index.statements.between(first, last) if last > first else index.documents.between(row, row + 1)
    similarity = inner_products(vectors, need_texts.vectors).T
    weighted = np.maximum(similarity, 0) * weights[:, np.newaxis]
    need, text = np.unravel_index(int(np.argmax(weighted)), weighted.shape)
    return MatchedText(
        support_text=own_texts[int(text)],
        need_text=need_texts.texts[int(need)],
        source="open_text" if need_texts.domains[int(need)] is None else "rubric",
        similarity=round(float(similarity[need, text]), 4),
    )


def need_texts(
    instrument: LoadedInstrument,
    signals: TeamSignals,
    words: OwnWords,
    *,
    rubric: RubricVectors,
    piece_vectors: NDArray[np.float32],
    pictures: Collection[str],
) -> NeedTexts:
    """The texts that a match may be said to answer.

    Args:
        instrument: the questionnaire.
        signals: present pictures and item weights.
        words: only shareable pieces are used.
        rubric: of the same questionnaire.
        piece_vectors: vectors of `words.pieces`.
        pictures: items whose present picture may be shown. Other items stand with their question alone, weighed by
            importance alone, because a domain's mean says nothing of one of its items.
    """
    texts: list[str] = []
    rows: list[NDArray[np.float32]] = []
    weights: list[float] = []
    domains: list[Domain | None] = []
    for piece, vector in zip(words.pieces, piece_vectors, strict=True):
        if piece in words.shareable:
            texts.append(piece)
            rows.append(vector)
            weights.append(1.0)
            domains.append(None)
    largest = max(float(signals.item_weight.max(initial=0.0)), 1e-9)
    importance = dict(zip(DOMAINS, signals.importance.tolist(), strict=True))
    for item, (item_id, question) in enumerate(instrument.items.items()):
        domain, level = instrument.domain_of[item_id], int(signals.present[item])
        if item_id not in pictures:
            texts.append(question.text)
            rows.append(rubric.questions[item])
            weights.append(importance[domain])
            domains.append(domain)
        elif level:
            texts.append(f"{question.text}: {question.levels[level]}")
            rows.append(rubric.pictures[item, level - 1])
            weights.append(float(signals.item_weight[item]) / largest)
            domains.append(domain)
    return NeedTexts(tuple(texts), np.stack(rows), np.array(weights), tuple(domains))


def _need_sentence(shares: Sequence[NeedShare], needs: Mapping[Domain, Need], level_fit: float) -> Message | None:
    served = [needs[share.domain] for share in shares if share.domain in needs]
    if not served:
        return None
    # Of the two needs it serves most, one of the team's first needs is what a reader looks for.
    need = next((one for one in served[:2] if one.is_priority), served[0])
    key = f"reason.{'first' if need.is_priority else 'other'}_need"
    # Without a score of its own, nothing is known of the level that the team is at.
    suits = need.priority is not None and level_fit >= LEVEL_FITS
    return Message(key=f"{key}_at_level" if suits else key, values={"need": Message(key=f"domain.{need.domain}")})


def _shared_focus(support: Support, team: Team) -> tuple[Message, ...]:
    chosen = team.context.get("focus_areas")
    return tuple(
        Message(key=f"option.focus_areas.{area}")
        for area in support.focus_areas
        if isinstance(chosen, tuple) and area in chosen and area is not FocusArea.GENERAL
    )

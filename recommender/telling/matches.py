"""Turning ranked rows into matches that explain themselves, and answering why a support is not among them."""

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from models.base import SupportId
from models.message import Message, MessageValue
from models.recommendation import HonoredSupport, Match, NeedShare, PastSupport, WhyNot
from models.support import Support
from recommender.instruments import LoadedInstrument
from recommender.ranking.ranker import KindRanker, Ranked, TeamToRank
from recommender.ranking.scoring import DIVERSITY, EXPLORATION, RULE_PREFIX
from recommender.ranking.signals import DOMAINS
from recommender.telling.explain import NeedTexts, RubricVectors, find_matched_text, need_texts, why
from recommender.telling.history import OUTCOMES, left_out_because
from recommender.words import Speaker

__all__ = ["MatchWriter"]

MIN_SHARE = 0.05
"""A need with a smaller share of a match is left out of its sentence and list."""


class MatchWriter:
    """Writes matches for one team."""

    def __init__(
        self, team: TeamToRank, *, instrument: LoadedInstrument, rubric: RubricVectors, speaker: Speaker
    ) -> None:
        """Take the team as the rankers see it."""
        self._team = team
        self._instrument = instrument
        self._rubric = rubric
        self._speaker = speaker
        self._needs = {need.domain: need for need in team.needs}

    @cached_property
    def _need_texts(self) -> NeedTexts:
        return need_texts(
            self._instrument,
            self._team.signals,
            self._team.words,
            rubric=self._rubric,
            piece_vectors=self._team.piece_vectors,
            pictures=self._team.evidence.pictures,
        )

    def match(self, ranker: KindRanker, ranked: Ranked, place: int) -> Match:
        """The match at one place of a list, places from 0."""
        position = int(ranked.listed.order[place])
        row = int(ranked.features.rows[position])
        support = ranker.index.supports[row]
        components = self._components(ranked, position, diversity=float(ranked.listed.part[place]))
        moved = float(ranked.exploration[place])
        if moved:
            components[EXPLORATION] = moved
        traces = ranked.rules.trace(row)
        shares = self._shares(ranked, position)
        reasons = why(
            self._lifts(ranked, position),
            traces,
            shares,
            support=support,
            needs=self._needs,
            level_fit=float(ranked.features.level_fit[position]),
            team=self._team.evidence.team,
            speaker=self._speaker,
            has_words=bool(self._team.words.pieces),
            moved=moved,
        )
        return Match(
            rank=place + 1,
            support_id=support.id,
            kind=support.kind,
            title=self._title(support),
            url=support.url,
            score=math.fsum(components.values()),
            components=components,
            needs=shares,
            why=tuple(self._speaker.say(reason) for reason in reasons),
            why_messages=reasons,
            rules=traces,
            matched_text=find_matched_text(ranker.index, row, self._need_texts),
        )

    def honored(
        self, ranker: KindRanker, ranked: Ranked, past: Mapping[SupportId, PastSupport]
    ) -> tuple[HonoredSupport, ...]:
        """The past supports that a list would hold if each alone were allowed back, by the place it would take."""
        supports = [ranker.index.supports[int(ranked.features.rows[position])] for position in ranked.listed.held_back]
        because = {support.id: left_out_because(past[support.id]) for support in supports}
        return tuple(
            HonoredSupport(
                support_id=support.id,
                kind=support.kind,
                title=self._title(support),
                url=support.url,
                status=past[support.id].status,
                since=past[support.id].since,
                because=self._speaker.say(because[support.id]),
                because_message=because[support.id],
            )
            for support in supports
        )

    def why_not(
        self, ranker: KindRanker, ranked: Ranked, support_id: SupportId, *, k: int, past: PastSupport | None = None
    ) -> WhyNot:
        """Why a support is, or is not, in a list.

        Args:
            ranker: of the support's kind.
            ranked: the list that the team sees.
            support_id: a support of this kind.
            k: how many places the list has.
            past: what was decided on the support before, if anything.
        """
        row = ranker.index.row_of[support_id]
        support = ranker.index.supports[row]
        excluded = set(ranked.rules.excluded_by(row))
        if excluded:
            gates = tuple(trace for trace in ranked.rules.trace(row) if trace.id in excluded)
            detail = Message(key="why_not.excluded", values={"reasons": tuple(trace.message for trace in gates)})
            return self._answer(support, "excluded", detail, excluded_by=gates)
        position = int(np.searchsorted(ranked.features.rows, row))
        if position == len(ranked.features.rows) or ranked.features.rows[position] != row:
            if past:
                return self._answer(support, OUTCOMES[past.status], left_out_because(past))
            return self._answer(support, "beyond_k", Message(key="why_not.too_far"))
        places = np.flatnonzero(ranked.listed.order == position)
        if len(places):
            match = self.match(ranker, ranked, int(places[0]))
            return self._answer(
                support,
                "listed",
                Message(key="why_not.listed", values={"rank": match.rank}),
                rank=match.rank,
                score=match.score,
                components=match.components,
            )
        components = self._components(ranked, position, diversity=0.0)
        total = ranked.relevance.total
        score = float(total[position])
        known: dict[str, Any] = {
            "rank": 1 + int((total[ranked.rules.eligible[ranked.features.rows]] > score).sum()),
            "score": score,
            "components": components,
        }
        if past:
            return self._answer(support, OUTCOMES[past.status], left_out_because(past), **known)
        repeated = ranked.listed.dropped.get(position)
        if repeated is not None:
            other = ranker.index.supports[int(ranked.features.rows[repeated])]
            detail = Message(key="why_not.near_duplicate", values={"other": other.display_title})
            return self._answer(support, "near_duplicate", detail, **known)
        floor = ranker.settings.floor
        if score < floor:
            detail = Message(key="why_not.below_floor", values={"score": round(score, 2), "floor": floor})
            return self._answer(support, "below_floor", detail, margin=floor - score, **known)
        least = float(ranked.scores[-1])
        rank = int(known["rank"])
        values: dict[str, MessageValue] = {"rank": rank, "k": k, "least": round(least, 2), "score": round(score, 2)}
        detail = Message(key="why_not.beyond_k", values=values)
        if position == ranked.displaced:
            detail = Message(key="why_not.displaced")
        return self._answer(support, "beyond_k", detail, margin=max(least - score, 0.0), **known)

    def _components(self, ranked: Ranked, position: int, *, diversity: float) -> dict[str, float]:
        parts = {name: float(values[position]) for name, values in ranked.relevance.parts.items()}
        kept = {name: value for name, value in parts.items() if value or not name.startswith(RULE_PREFIX)}
        return {**kept, DIVERSITY: diversity}

    def _lifts(self, ranked: Ranked, position: int) -> dict[str, float]:
        """By how much each part exceeds its mean."""
        return {
            name: float(values[position] - ranked.mean_parts[name]) for name, values in ranked.relevance.parts.items()
        }

    def _shares(self, ranked: Ranked, position: int) -> tuple[NeedShare, ...]:
        shares = ranked.features.need_share[position]
        order = [int(column) for column in np.argsort(-shares, kind="stable") if shares[column] >= MIN_SHARE]
        kept = math.fsum(float(shares[column]) for column in order)
        return tuple(
            NeedShare(domain=DOMAINS[column], share=round(float(shares[column]) / kept, 4)) for column in order
        )

    def _title(self, support: Support) -> str:
        if not support.offers:
            return support.display_title
        need: Mapping[str, float] = dict(zip(DOMAINS, self._team.signals.need.tolist(), strict=True))
        best = max(support.offers, key=lambda service: math.fsum(need[domain] for domain in service.domains))
        return f"{support.display_title}: {best.type.replace('-', ' ')}"

    def _answer(self, support: Support, outcome: str, detail: Message, **fields: object) -> WhyNot:
        known: dict[str, object] = {"rank": None, "score": None, "margin": None}
        return WhyNot.model_validate(
            {
                "support_id": support.id,
                "kind": support.kind,
                "title": support.display_title,
                "outcome": outcome,
                "detail": self._speaker.say(detail),
                "detail_message": detail,
                **known,
                **fields,
            }
        )

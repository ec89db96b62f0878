"""Ranking the supports of one kind for one team: candidates, features, rules, score, diversification."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.base import SupportId
from models.needs import Need
from models.rules import DerivedField, Duration, Ruleset, SupportField
from models.vocab import SupportKind
from recommender.catalog.duplicates import near_duplicates
from recommender.config import KindConfig, RankingConfig
from recommender.diagnosis.evidence import TeamEvidence
from recommender.index import CatalogIndex
from recommender.instruments import LoadedInstrument
from recommender.ranking.diversify import Diversified, diversify
from recommender.ranking.features import FeatureColumns, level_fit, team_features
from recommender.ranking.scoring import Relevance, score_parts
from recommender.ranking.signals import DOMAINS, OwnWords, TeamSignals
from recommender.ranking.support_table import SupportTable
from recommender.retrieval import top_candidates
from recommender.rules.columns import SupportColumns
from recommender.rules.evaluate import RuleResults, evaluate
from recommender.rules.facts import TeamFacts

__all__ = ["KindRanker", "Ranked", "TeamToRank"]

CONTENDERS = 5
"""In a large catalog a list is chosen from this many times as many supports as it has places, the best by relevance:
comparing all pairs for repeats would take minutes and gigabytes."""


@dataclass(frozen=True)
class TeamToRank:
    """One team as every ranker needs it."""

    evidence: TeamEvidence
    needs: tuple[Need, ...]
    signals: TeamSignals
    words: OwnWords
    piece_vectors: NDArray[np.float32]
    facts: TeamFacts
    as_of: date


@dataclass(frozen=True)
class Ranked:
    """Everything known of one kind's supports for one team. Arrays follow `features.rows`."""

    features: FeatureColumns
    rules: RuleResults
    """Over all supports of the kind, in the index's order."""
    relevance: Relevance
    listed: Diversified
    """Positions in `features.rows`, best first."""
    shares: NDArray[np.float64]
    """Need shares that diversification aimed at, in the order of `DOMAINS`."""
    barred: NDArray[np.bool_]
    """Supports that were not to be listed, whatever their fit."""
    exploration: NDArray[np.float64]
    """What each listed support gains or loses by a swap; 0 where it was not swapped."""
    displaced: int | None = None
    """Position of the support whose place, the last one, went to the runner-up by a swap."""

    @property
    def scores(self) -> NDArray[np.float64]:
        """Score of each place, strictly decreasing."""
        scores: NDArray[np.float64] = self.relevance.total[self.listed.order] + self.listed.part + self.exploration
        return scores

    @cached_property
    def mean_parts(self) -> Mapping[str, float]:
        """Mean of each part of the score over the eligible supports; 0 when there are none."""
        eligible = self.rules.eligible[self.features.rows]
        n = max(int(eligible.sum()), 1)
        return {name: float(values[eligible].sum()) / n for name, values in self.relevance.parts.items()}


class KindRanker:
    """The supports of one kind with all that can be worked out before a team is known. Immutable."""

    def __init__(
        self,
        index: CatalogIndex,
        *,
        kind: SupportKind,
        instrument: LoadedInstrument,
        anchor_vectors: NDArray[np.float32],
        ruleset: Ruleset,
        config: RankingConfig,
    ) -> None:
        """Prepare an index of supports of `kind`; `anchor_vectors` are those of `signals.rubric_queries`."""
        self.index = index
        self.kind = kind
        self._instrument = instrument
        self._anchors = anchor_vectors
        self._ruleset = ruleset
        self._config = config
        self.table = SupportTable.of(index, anchor_vectors, parts=config.parts)
        self.columns = SupportColumns.of(index.supports)
        durations = self.columns.column(SupportField.DURATION, ruleset.durations)
        self._is_short = durations.any_of([Duration.SHORT])
        self._repeats = _repeats(index, range(len(index.supports))) if self._ranks_all else None
        """None in a large catalog, where only the contenders for a list are compared."""

    @property
    def _ranks_all(self) -> bool:
        """Whether the catalog is small enough to score every support."""
        return len(self.index.supports) <= self._config.n_candidates_per_need

    @property
    def settings(self) -> KindConfig:
        """This kind's part of the configuration."""
        return self._config.kinds[self.kind]

    def is_short(self, support_id: SupportId) -> bool:
        """Whether a support takes one meeting or less; False where nothing is known of its length."""
        return bool(self._is_short[self.index.row_of[support_id]])

    def rank(
        self,
        team: TeamToRank,
        *,
        k: int,
        floor: float = 0.0,
        barred: Collection[SupportId] = (),
        runner_up: bool = False,
    ) -> Ranked:
        """Order the eligible candidates by score with need-aware diversification.

        Args:
            team: the team.
            k: how many places to fill.
            floor: least relevance that may be listed; the rest is ordered by nothing and left out.
            barred: ids that are not listed; those of other supports are ignored.
            runner_up: whether the list goes one place further, to the support that would come next.
        """
        parts = self._config.parts
        fit = level_fit(self.table, team.signals) if parts.level_fit else np.full(len(self.index.supports), np.nan)
        rules = evaluate(
            self._ruleset,
            self.columns,
            team.facts,
            as_of=team.as_of,
            derived={DerivedField.LEVEL_FIT: fit},
        )
        rows = self._candidates(team, rules.eligible)
        features = team_features(
            self.table,
            rows,
            evidence=team.evidence,
            instrument=self._instrument,
            signals=team.signals,
            words=team.words,
            piece_vectors=team.piece_vectors,
            parts=parts,
        )
        relevance = score_parts(
            features,
            {rule_id: values[rows] * parts.preferences for rule_id, values in rules.contributions.items()},
            kind=self.kind,
            ruleset=self._ruleset,
            config=self.settings,
        )
        shares = team.signals.need / max(float(team.signals.need.sum()), 1e-9)
        may_list = rules.eligible[rows] & (relevance.total >= floor)
        barred_rows = sorted(self.index.row_of[support_id] for support_id in barred if support_id in self.index.row_of)
        is_barred = np.isin(rows, barred_rows)
        listed = self._diversify(features, relevance.total, may_list, shares, k, is_barred, runner_up=runner_up)
        unmoved = np.zeros(len(listed.order))
        return Ranked(features, rules, relevance, listed, shares, is_barred, unmoved)

    def _diversify(
        self,
        features: FeatureColumns,
        relevance: NDArray[np.float64],
        may_list: NDArray[np.bool_],
        shares: NDArray[np.float64],
        k: int,
        barred: NDArray[np.bool_],
        *,
        runner_up: bool,
    ) -> Diversified:
        chosen = np.flatnonzero(may_list)
        diversify_too = self._config.parts.diversification
        if self._repeats is None:
            n = CONTENDERS * k + int(barred.sum())
            chosen = np.sort(chosen[top_candidates(relevance[chosen], n).rows])
        rows = features.rows[chosen]
        place = {row: position for position, row in enumerate(rows.tolist())}
        repeats = _repeats(self.index, rows.tolist()) if self._repeats is None else self._repeats
        duplicates = {
            place[row]: [place[other] for other in others if other in place]
            for row, others in repeats.items()
            if row in place
        }
        found = diversify(
            relevance[chosen],
            self.table.domains[rows],
            shares,
            k=k + runner_up,
            weight=self.settings.diversity if diversify_too else 0.0,
            near_duplicates=duplicates if diversify_too else None,
            barred=np.flatnonzero(barred[chosen]).tolist(),
        )
        dropped = {int(chosen[other]): int(chosen[row]) for other, row in found.dropped.items()}
        held_back = {int(chosen[row]): place for row, place in found.held_back.items()}
        return Diversified(chosen[found.order], found.part, dropped, held_back)

    def _candidates(self, team: TeamToRank, eligible: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Rows worth scoring, ascending: all of a small catalog, else the best eligible ones by text for each need."""
        if self._ranks_all:
            return np.arange(len(self.index.supports))
        vectors, texts = self._need_queries(team)
        n = self._config.n_candidates_per_need
        found = self.index.candidates(vectors, texts, n, dense_share=self._config.dense_share, eligible=eligible)
        return np.unique(np.concatenate([candidates.rows for candidates in found]))

    def _need_queries(self, team: TeamToRank) -> tuple[NDArray[np.float32], list[str]]:
        """One query a need, made of the pictures of its items now and one level up, and one of the team's own words."""
        vectors: list[NDArray[np.float32]] = []
        texts: list[str] = []
        items = list(self._instrument.items.values())
        for need in team.needs:
            rows: list[int] = []
            for item, one in enumerate(items):
                level = int(team.signals.present[item])
                if level and self._instrument.domain_of[one.id] is need.domain:
                    rows += [4 * item + level - 1, 4 * item + min(level, 3)]
            if rows:
                vectors.append(_mean_direction(self._anchors[rows]))
                texts.append(" ".join(items[row // 4].levels[row % 4 + 1] for row in rows))
        if team.words.pieces:
            vectors.append(_mean_direction(team.piece_vectors))
            texts.append(" ".join(team.words.pieces))
        if not vectors:  # nothing answered: every domain of the instrument is as good a start as any other
            vectors.append(_mean_direction(self._anchors))
            texts.append(" ".join(DOMAINS))
        return np.stack(vectors), texts


def _mean_direction(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    mean: NDArray[np.float32] = vectors.mean(axis=0)
    return mean / np.linalg.norm(mean)


def _repeats(index: CatalogIndex, rows: Sequence[int]) -> Mapping[int, Sequence[int]]:
    """Which of the supports at `rows` say nearly the same as another of them, by row."""
    by_row: dict[int, list[int]] = defaultdict(list)
    for pair in near_duplicates([index.supports[row] for row in rows]):
        first, second = index.row_of[pair.first], index.row_of[pair.second]
        by_row[first].append(second)
        by_row[second].append(first)
    return {row: sorted(others) for row, others in sorted(by_row.items())}

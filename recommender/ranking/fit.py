"""One team beside the supports of a table: what feature functions read, each worked out once when first asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.support import Support
from models.vocab import FocusArea
from recommender.config import Parts
from recommender.diagnosis.evidence import TeamEvidence
from recommender.instruments import LoadedInstrument
from recommender.ranking.signals import DOMAINS, OwnWords, TeamSignals
from recommender.ranking.support_table import FOCUS_AREAS, LEVELS, Column, SupportTable, best_statement

__all__ = ["Fit", "chosen", "dot", "p_suits", "stretch"]


@dataclass(frozen=True)
class Fit:
    """One team beside some supports of a table: what feature functions read. All arrays follow `rows`."""

    table: SupportTable
    rows: NDArray[np.intp]
    evidence: TeamEvidence
    instrument: LoadedInstrument
    signals: TeamSignals
    words: OwnWords
    piece_vectors: NDArray[np.float32]
    parts: Parts

    def each(self, read: Callable[[Support], float]) -> Column:
        """What a function of a module says of each record, shape (rows,)."""
        return self.table.each(read)[self.rows]

    def answered(self, question: str) -> tuple[str, ...]:
        """The team's choices in a context question; empty where there are none."""
        answer = self.evidence.team.context.get(question)
        return answer if isinstance(answer, tuple) else ()

    @cached_property
    def domains(self) -> Column:
        """`SupportTable.domains`."""
        return self.table.domains[self.rows]

    @cached_property
    def levels(self) -> Column:
        """`SupportTable.levels`."""
        return self.table.levels[self.rows]

    @cached_property
    def need_part(self) -> Column:
        """Each domain's weight in the record times the team's need for it, the largest need being 1; (rows, 11)."""
        value: Column = self.domains * (self.signals.need / max(self.signals.need.max(), 1e-9))
        return value

    @cached_property
    def p_suits(self) -> Column:
        """How likely the team is, in each domain, at a level the support suits; (rows, 11)."""
        return p_suits(self.levels, self.signals) if self.parts.level_fit else np.ones_like(self.domains)

    @cached_property
    def focus(self) -> Column:
        """`SupportTable.focus`."""
        return self.table.focus[self.rows]

    @cached_property
    def asked_focus(self) -> Column:
        """1 at each focus area of the team but `general`; (20,)."""
        return chosen(self.answered("focus_areas"), FOCUS_AREAS)

    @cached_property
    def shared_focus(self) -> Column:
        """How many focus areas support and team share; (rows,)."""
        return dot(self.focus, self.asked_focus)

    @cached_property
    def main_focus(self) -> Column:
        """1 where the support's first focus area is one of the team's; (rows,)."""
        return dot(self.table.main_focus[self.rows], self.asked_focus)

    @cached_property
    def n_focus(self) -> Column:
        """How many focus areas the support has; (rows,)."""
        value: Column = self.focus.sum(axis=1)
        return value

    @cached_property
    def anchor(self) -> Column:
        """Similarity of each support's best statement with each item's present picture; (items, rows)."""
        items = np.arange(len(self.signals.present))
        level = np.maximum(self.signals.present, 1) - 1  # items without an answer weigh 0, so any picture will do
        present: Column = self.table.anchors[items, level][:, self.rows].astype(float)
        return present

    @cached_property
    def own_words(self) -> Column:
        """How close a support's texts come to the team's own words, by meaning and by words, in [0, 1].

        Of a team without any: how close they come to its present pictures of practice.
        """
        if not self.words.pieces:
            weight = self.signals.item_weight
            return stretch(dot(self.anchor.T, weight) / max(weight.sum(), 1e-9), 0.1, 0.3)
        index = self.table.index
        total = np.zeros(len(self.rows))
        if self.parts.statements:
            statement = best_statement(index, self.piece_vectors)[:, self.rows].mean(axis=0, dtype=float)
            total = total + stretch(statement, 0.1, 0.3)
        if self.parts.documents:
            document = index.documents.similarities(self.piece_vectors)[:, self.rows].mean(axis=0, dtype=float)
            total = total + stretch(document, 0.05, 0.3)
        if not self.parts.lexical:
            return total / 3
        labels = {option.key: option.label for option in self.instrument.context["focus_areas"].options}
        asked = [labels.get(area, area) for area in self.answered("focus_areas") if area != FocusArea.GENERAL]
        searched = index.all_words if self.parts.statements else index.document_words
        lexical = searched.coverage(" ".join([*self.words.pieces, *asked]))[self.rows]
        return (total + stretch(lexical, 0, 0.15)) / 3


def p_suits(levels: Column, signals: TeamSignals) -> Column:
    """How likely the team is, in each domain, at a level the support suits; (supports, 11)."""
    suits = np.zeros((len(levels), len(DOMAINS)))
    for level in range(len(LEVELS)):
        suits += levels[:, [level]] * signals.p_levels[:, level]
    return suits


def chosen(words: Sequence[str], options: Sequence[str]) -> Column:
    """1 at each option that is among the words, shape (options,)."""
    return np.array([float(option in words) for option in options])


def stretch(values: Column, low: float, width: float) -> Column:
    """Values moved so that `low` is 0 and `low + width` is 1, cut to [0, 1]."""
    stretched: Column = np.clip((values - low) / width, 0, 1)
    return stretched


def dot(table: NDArray[np.float64] | NDArray[np.bool_], weights: Column) -> Column:
    """Weighted sums over the last axis. A plain sum: a matrix product's last digits depend on the BLAS's threads."""
    product: Column = (table * weights).sum(axis=-1)
    return product

"""The catalog turned on its side once, so that a rule is tested for all supports in a few array operations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.rules import Duration, SupportField
from models.support import Support
from models.vocab import ResourceType, SupportKind
from recommender.rules.fields import FIELDS

__all__ = ["Column", "SupportColumns"]


@dataclass(frozen=True)
class Column:
    """One field of all supports."""

    words: Mapping[str, int]
    """Word -> row; the field's vocabulary in order, or the language tags that occur, sorted."""
    has: NDArray[np.bool_]
    """Whether a support has a word, shape (n_words, n_supports)."""
    known: NDArray[np.bool_]
    """Whether the support has any word, shape (n_supports,)."""

    @classmethod
    def of(cls, values: Sequence[Sequence[str]], words: Sequence[str] | None) -> "Column":
        """The column of one sequence of words a support; `words` None takes those that occur."""
        rows = {word: row for row, word in enumerate(words or sorted({word for part in values for word in part}))}
        has = np.zeros((len(rows), len(values)), dtype=np.bool_)
        pairs = [(rows[word], position) for position, part in enumerate(values) for word in part]
        if pairs:
            has[tuple(np.array(pairs, dtype=np.intp).T)] = True
        return cls(rows, has, np.asarray(has.any(axis=0)))

    def any_of(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Where a support has at least one of the words, shape (n_supports,); words of no row count for nothing."""
        rows = [self.words[word] for word in words if word in self.words]
        return np.asarray(self.has[rows].any(axis=0))

    def all_of(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Where a support has every one of the words, shape (n_supports,)."""
        if any(word not in self.words for word in words):
            return np.zeros(self.known.shape, dtype=np.bool_)
        return np.asarray(self.has[[self.words[word] for word in words]].all(axis=0))

    def at(self, position: int) -> tuple[str, ...]:
        """One support's words, in row order."""
        return tuple(self._names[row] for row in self.has[:, position].nonzero()[0].tolist())

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(self.words)


@dataclass(frozen=True)
class SupportColumns:
    """All that rules read of a catalog. Positions are those of the supports it was made from."""

    ids: tuple[str, ...]
    kinds: Mapping[SupportKind, NDArray[np.bool_]]
    """Whether a support is of a kind, shape (n_supports,)."""
    fields: Mapping[SupportField, Column]
    """Every field except the two that are not stored: DURATION (see `column`) and CHECKED_ON."""
    checked_on: NDArray[np.int64]
    """Day number (`date.toordinal`), shape (n_supports,)."""

    @classmethod
    def of(cls, supports: Sequence[Support]) -> "SupportColumns":
        """Columns of these supports, in their order."""
        fields = {
            field: Column.of([spec.read(support) for support in supports], spec.words)
            for field, spec in FIELDS.items()
            if spec.read is not None
        }
        return cls(
            ids=tuple(support.id for support in supports),
            kinds={
                kind: np.array([support.kind is kind for support in supports], dtype=np.bool_) for kind in SupportKind
            },
            fields=fields,
            checked_on=np.array([support.checked_on.toordinal() for support in supports], dtype=np.int64),
        )

    def column(self, field: SupportField, durations: Mapping[ResourceType, Duration]) -> Column:
        """The words of one field; DURATION comes from a table of resource types, unknown where a type is not in it."""
        if field is not SupportField.DURATION:
            return self.fields[field]
        types = self.fields[SupportField.RESOURCE_TYPE]
        has = np.stack(
            [types.any_of([kind for kind, length in durations.items() if length is word]) for word in Duration]
        )
        return Column({word: row for row, word in enumerate(Duration)}, has, np.asarray(has.any(axis=0)))

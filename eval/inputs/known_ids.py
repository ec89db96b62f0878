"""Ids that a file of runs or judgments names and nobody knows, each with its line."""

from collections.abc import Container, Iterable
from typing import NamedTuple

from models.base import Fault

__all__ = ["KnownIds", "unknown_ids"]


class KnownIds(NamedTuple):
    """What a file may name."""

    queries: Container[str] | None
    """Assessment ids; None takes any."""
    documents: Container[str] | None
    """Support ids; None takes any."""


def unknown_ids(lines: Iterable[str], known: KnownIds, *, n_columns: int, file: str) -> list[Fault]:
    """A fault for the first line of each unknown query, and for every line with an unknown document.

    Args:
        lines: TREC lines: the query in the first column, the document in the third.
        known: What may be named.
        n_columns: Columns of a line; lines with another number are passed over, for their reader refuses them.
        file: Name for the fault report.
    """
    faults: list[Fault] = []
    told: set[str] = set()
    for number, line in enumerate(lines, start=1):
        columns = line.split()
        if len(columns) != n_columns:
            continue
        query_id, _, doc_id, *_ = columns
        if known.queries is not None and query_id not in known.queries and query_id not in told:
            told.add(query_id)
            faults.append(Fault(pointer="", detail=f"No assessment has the id '{query_id}'.", file=file, line=number))
        if known.documents is not None and doc_id not in known.documents:
            faults.append(Fault(pointer="", detail=f"The catalog has no support '{doc_id}'.", file=file, line=number))
    return faults

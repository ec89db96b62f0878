"""Rankings and relevance judgments in TREC's text formats. Takes and gives lines; opens no files.

The score sorts, never the rank column. Equal scores order by document id ascending (trec_eval: descending), so that
every reader of ours sees the list that the writer meant.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from models.base import Fault
from recommender.errors import InvalidQrels, InvalidRun

__all__ = ["Qrels", "ScoredDocument", "TrecRun", "count_ties", "rank_scores", "read_qrels", "read_run", "write_run"]


class ScoredDocument(NamedTuple):
    """One ranked document and its score; a higher score is better."""

    doc_id: str
    score: float


TrecRun = dict[str, tuple[ScoredDocument, ...]]
"""Query id to its ranked documents, best first, ids unique within a query."""

Qrels = dict[str, dict[str, int]]
"""Query id to the grades (0 and up) of its judged documents; what is absent is unjudged, not irrelevant."""

_RUN_COLUMNS = "query Q0 document rank score tag"
_QRELS_COLUMNS = "query iteration document grade"


def rank_scores(scored: Iterable[tuple[str, float]]) -> tuple[ScoredDocument, ...]:
    """The documents by score descending, equal scores by id ascending."""
    return tuple(
        ScoredDocument(doc_id, score) for doc_id, score in sorted(scored, key=lambda pair: (-pair[1], pair[0]))
    )


def count_ties(ranking: Sequence[ScoredDocument]) -> int:
    """How many documents share their score with the document ranked directly above them."""
    return sum(above.score == below.score for above, below in pairwise(ranking))


def read_run(lines: Iterable[str], *, file: str | None = None) -> TrecRun:
    """The rankings in TREC run lines (`query Q0 document rank score tag`), queries in the order they first appear.

    Args:
        lines: An open file or any lines; blank ones are skipped.
        file: Name for the fault report.

    Raises:
        InvalidRun: Every line that lacks or exceeds the six columns, has a rank that is no whole number, a score that
            is no finite number, or a document that the query already has.
    """
    faults: list[Fault] = []
    rows: dict[str, dict[str, float]] = {}
    seen: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines, start=1):
        columns = line.split()
        if not columns:
            continue
        if len(columns) != 6:
            faults.append(_wrong_columns(columns, _RUN_COLUMNS, file=file, line=number))
            continue
        query_id, _, doc_id, rank, score_text, _ = columns
        if not _is_whole(rank):
            faults.append(_fault(f"The rank '{rank}' is not a whole number.", file=file, line=number))
        score = _finite(score_text)
        if score is None:
            faults.append(_fault(f"The score '{score_text}' is not a finite number.", file=file, line=number))
        first = seen.setdefault((query_id, doc_id), number)
        if first != number:
            faults.append(_repeated(doc_id, query_id, first, file=file, line=number))
        elif score is not None:
            rows.setdefault(query_id, {})[doc_id] = score
    if faults:
        raise InvalidRun(faults)
    return {query_id: rank_scores(scores.items()) for query_id, scores in rows.items()}


def read_qrels(lines: Iterable[str], *, file: str | None = None) -> Qrels:
    """The grades in TREC qrels lines (`query iteration document grade`).

    A negative grade means pooled but not judged, as in trec_eval: the document is left out, its query is kept.

    Args:
        lines: An open file or any lines; blank ones are skipped.
        file: Name for the fault report.

    Raises:
        InvalidQrels: Every line that lacks or exceeds the four columns, has a grade that is no whole number, or
            judges a document that the query already has.
    """
    faults: list[Fault] = []
    qrels: Qrels = {}
    seen: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines, start=1):
        columns = line.split()
        if not columns:
            continue
        if len(columns) != 4:
            faults.append(_wrong_columns(columns, _QRELS_COLUMNS, file=file, line=number))
            continue
        query_id, _, doc_id, grade = columns
        first = seen.setdefault((query_id, doc_id), number)
        if first != number:
            faults.append(_repeated(doc_id, query_id, first, file=file, line=number))
        if not _is_whole(grade):
            faults.append(_fault(f"The grade '{grade}' is not a whole number.", file=file, line=number))
        else:
            grades = qrels.setdefault(query_id, {})
            if int(grade) >= 0:
                grades[doc_id] = int(grade)
    if faults:
        raise InvalidQrels(faults)
    return qrels


def write_run(run: Mapping[str, Sequence[tuple[str, float]]], *, tag: str) -> Iterator[str]:
    """The lines of a TREC run, each with its newline, ranks from 1, scores with 17 significant digits.

    17 digits give back the same double, so no reader sees a tie that was none here.

    Raises:
        InvalidRun: Scores that are not finite or do not strictly decrease, repeated documents, or a name that is
            empty or holds white space. Nothing is yielded then.
    """
    faults = [_fault(f"tag '{tag}' is empty or holds white space")] if not _is_word(tag) else []
    for query_id, ranking in run.items():
        if not _is_word(query_id):
            faults.append(_fault(f"query id '{query_id}' is empty or holds white space"))
        faults += [_fault(f"query {query_id}: {detail}") for detail in _order_faults(ranking)]
    if faults:
        raise InvalidRun(faults)
    for query_id, ranking in run.items():
        for rank, (doc_id, score) in enumerate(ranking, start=1):
            yield f"{query_id} Q0 {doc_id} {rank} {score:.17g} {tag}\n"


def _order_faults(ranking: Sequence[tuple[str, float]]) -> Iterator[str]:
    seen: set[str] = set()
    above = math.inf
    for rank, (doc_id, score) in enumerate(ranking, start=1):
        if not _is_word(doc_id):
            yield f"document id '{doc_id}' at rank {rank} is empty or holds white space"
        if doc_id in seen:
            yield f"{doc_id} is listed again at rank {rank}"
        if not math.isfinite(score):
            yield f"score {score} at rank {rank} is not a finite number"
        elif not score < above:
            yield f"score {score!r} at rank {rank} is not below the one above it, {above!r}"
        seen.add(doc_id)
        above = score if math.isfinite(score) else above


def _is_word(text: str) -> bool:
    return text.split() == [text]


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and text.isascii()


def _finite(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _fault(detail: str, *, file: str | None = None, line: int | None = None) -> Fault:
    return Fault(pointer="", detail=detail, file=file, line=line)


def _wrong_columns(columns: Sequence[str], expected: str, *, file: str | None, line: int) -> Fault:
    n_expected = len(expected.split())
    return _fault(f"Expected {n_expected} columns ({expected}); found {len(columns)}.", file=file, line=line)


def _repeated(doc_id: str, query_id: str, first: int, *, file: str | None, line: int) -> Fault:
    return _fault(f"{doc_id} was already given for query {query_id} on line {first}.", file=file, line=line)

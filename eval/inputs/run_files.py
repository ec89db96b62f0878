"""TREC runs on disk: read with every fault of every file at once, written so that they can be read back."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.inputs.files import read_text
from eval.inputs.known_ids import KnownIds, unknown_ids
from models.base import Fault
from recommender.errors import InputError, InvalidRun
from recommender.reading.trec import ScoredDocument, TrecRun, read_run, write_run

__all__ = ["read_runs", "run_texts"]

_RUN_COLUMNS = 6


def read_runs(paths: Mapping[str, Path], *, known: KnownIds) -> dict[str, TrecRun]:
    """The runs by name.

    Args:
        paths: File of each run.
        known: Ids that a run may name.

    Raises:
        InvalidRun: Every fault of every file with its line: what `read_run` refuses, unknown queries and documents,
            and files that cannot be read.
    """
    faults: list[Fault] = []
    runs: dict[str, TrecRun] = {}
    for name, path in paths.items():
        try:
            lines = read_text(path).splitlines()
        except InputError as error:
            faults += error.faults
            continue
        try:
            runs[name] = read_run(lines, file=str(path))
        except InvalidRun as error:
            faults += error.faults
        faults += unknown_ids(lines, known, n_columns=_RUN_COLUMNS, file=str(path))
    if faults:
        place = {str(path): number for number, path in enumerate(paths.values())}
        raise InvalidRun(sorted(faults, key=lambda fault: (place[fault.file or ""], fault.line or 0)))
    return runs


def run_texts(runs: Mapping[str, Mapping[str, TrecRun]]) -> dict[str, str]:
    """The content of `runs/KIND/SYSTEM.trec` for each kind and system, by that path.

    A score that is not below the one above it is written as the next smaller double: ties are ordered differently by
    different readers, and the order that was evaluated is the one to keep.

    Args:
        runs: By kind, then by name of the system, which is one word and a file name.
    """
    return {
        f"runs/{kind}/{name}.trec": "".join(
            write_run({query_id: _falling(listed) for query_id, listed in run.items()}, tag=name)
        )
        for kind, by_name in runs.items()
        for name, run in by_name.items()
    }


def _falling(listed: Sequence[ScoredDocument]) -> list[ScoredDocument]:
    falling: list[ScoredDocument] = []
    above = math.inf
    for doc_id, score in listed:
        above = score if score < above else math.nextafter(above, -math.inf)
        falling.append(ScoredDocument(doc_id, above))
    return falling

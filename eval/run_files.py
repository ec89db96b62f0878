"""Reading TREC runs from files, with every fault of every file at once."""

from collections.abc import Container, Mapping
from pathlib import Path

from models.base import Fault
from recommender.errors import InvalidRun
from recommender.trec import Run, read_run

__all__ = ["read_runs"]


def read_runs(paths: Mapping[str, Path], *, known: Container[str] | None = None) -> dict[str, Run]:
    """The runs by name.

    Args:
        paths: File of each run.
        known: Ids of all documents that a run may list; None takes any.

    Raises:
        InvalidRun: Every fault of every file with its line: what `read_run` refuses, unknown documents, and files that
            cannot be read.
    """
    faults: list[Fault] = []
    runs: dict[str, Run] = {}
    for name, path in paths.items():
        try:
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            faults.append(Fault(pointer="", detail=f"The run cannot be read: {reason}.", file=str(path)))
            continue
        try:
            runs[name] = read_run(lines, file=str(path))
        except InvalidRun as error:
            faults += error.faults
        if known is not None:
            faults += [
                Fault(pointer="", detail=f"The catalog has no '{columns[2]}'.", file=str(path), line=number)
                for number, line in enumerate(lines, start=1)
                if len(columns := line.split()) == 6 and columns[2] not in known
            ]
    if faults:
        place = {str(path): number for number, path in enumerate(paths.values())}
        raise InvalidRun(sorted(faults, key=lambda fault: (place[fault.file or ""], fault.line or 0)))
    return runs

"""Reports on disk."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from eval.inputs.files import read_file
from eval.reporting.document import make_document
from eval.reporting.page import page
from eval.reporting.text import text
from eval.results.records import ResultRecord
from recommender.errors import InputError
from recommender.reading.values import Syntax

__all__ = ["ReportFiles", "read_result", "report_texts", "write_files", "write_report"]


HTML, MARKDOWN = "report.html", "report.md"


class ReportFiles(NamedTuple):
    """Where a report was written."""

    html: Path
    markdown: Path


def write_report(result: ResultRecord, out_dir: Path, *, title: str | None = None) -> ReportFiles:
    """Write `report.html` and `report.md` of a result; the folder is made where it is missing.

    Args:
        result: What an evaluation found.
        out_dir: Folder to write to.
        title: What the report is called; None takes a general one.
    """
    write_files(out_dir, report_texts(result, title=title))
    return ReportFiles(out_dir / HTML, out_dir / MARKDOWN)


def report_texts(result: ResultRecord, *, title: str | None = None) -> dict[str, str]:
    """The contents of a report's files by name; arguments as for `write_report`."""
    document = make_document(result, title=title)
    return {HTML: page(document), MARKDOWN: text(document)}


def write_files(folder: Path, contents: Mapping[str, str]) -> None:
    """Write texts under a folder, which is made where it is missing. No text takes its place before all are on disk.

    Args:
        folder: Where to write.
        contents: By path under the folder, with `/` between its parts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Inside the folder, so that moving is renaming: a full disk or a kill leaves the earlier files whole.
    with TemporaryDirectory(dir=folder, prefix=".writing-") as waiting:
        for name, content in contents.items():
            for root in (Path(waiting), folder):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(waiting) / name).write_text(content, "utf-8")
        for name in contents:
            (Path(waiting) / name).replace(folder / name)


def read_result(path: Path) -> ResultRecord:
    """The result in a file that `trellis eval` wrote.

    Raises:
        InputError: It cannot be read, or is no result of this version; every fault with its place.
    """
    return read_file(path, ResultRecord, syntax=Syntax.JSON, error=InputError)

"""Reports on disk."""

from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from eval.json_lines import read_text
from eval.records import ResultRecord
from eval.reporting.document import make_document
from eval.reporting.page import page
from eval.reporting.text import text
from models.base import Fault
from recommender.errors import InputError

__all__ = ["ReportFiles", "read_result", "write_report"]


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
    document = make_document(result, title=title)
    files = ReportFiles(out_dir / "report.html", out_dir / "report.md")
    contents = page(document), text(document)
    out_dir.mkdir(parents=True, exist_ok=True)
    for path, content in zip(files, contents, strict=True):
        path.write_text(content, "utf-8")
    return files


def read_result(path: Path) -> ResultRecord:
    """The result in a file that `trellis eval` wrote.

    Raises:
        InputError: It cannot be read, or is no result of this version; every fault with its place.
    """
    try:
        return ResultRecord.model_validate_json(read_text(path))
    except ValidationError as error:
        raise InputError(
            [
                Fault(
                    pointer="".join(f"/{part}" for part in details["loc"]),
                    detail=f"This is no result of `trellis eval`: {details['msg']}.",
                    file=str(path),
                )
                for details in error.errors(include_url=False)
            ]
        ) from error

"""The report as Markdown: the same sections, with tables for charts."""

from collections.abc import Iterator

from eval.reporting.blocks import Block, Figure, Items, Paragraph, ReportDocument, Section, TableBlock
from eval.results.markdown import table

__all__ = ["text"]


def text(document: ReportDocument) -> str:
    """The whole document."""
    parts = [f"# {document.title}", *document.lead]
    for section in document.sections:
        parts += _section(section, 2)
    return "\n\n".join(parts) + "\n"


def _section(section: Section, level: int) -> Iterator[str]:
    yield f"{'#' * level} {section.title}"
    for block in section.blocks:
        yield from _block(block)
    for part in section.parts:
        yield from _section(part, level + 1)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(words):
            yield words
        case Items(texts):
            yield "\n".join(f"- {one}" for one in texts)
        case TableBlock(caption, header, rows):
            yield f"{caption}:"
            # A bar would end a cell, and titles may hold one.
            yield table(header, [[cell.replace("|", "\\|") for cell in row] for row in rows])
        case Figure(_, _, twin):
            yield from _block(twin)

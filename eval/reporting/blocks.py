"""What a report is made of. Says nothing of how it looks; `page` and `text` write it as HTML and as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.reporting.charts import Chart

__all__ = ["Block", "Figure", "Items", "Paragraph", "ReportDocument", "Section", "TableBlock"]


@dataclass(frozen=True)
class Paragraph:
    """Some sentences."""

    text: str


@dataclass(frozen=True)
class Items:
    """A list of short texts."""

    texts: Sequence[str]


@dataclass(frozen=True)
class TableBlock:
    """A table; the first column names the row."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    folded: bool = False
    """Long or secondary: a page may show it closed at first."""


@dataclass(frozen=True)
class Figure:
    """A chart and the same in words and numbers."""

    caption: str
    chart: Chart
    twin: TableBlock


Block = Paragraph | Items | TableBlock | Figure


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it."""

    id: str
    title: str
    blocks: Sequence[Block] = ()
    parts: Sequence["Section"] = ()


@dataclass(frozen=True)
class ReportDocument:
    """A whole report."""

    title: str
    lead: Sequence[str]
    """Sentences that say what the report found."""
    sections: Sequence[Section]

"""The report as one HTML page that needs nothing else: no network, no script, charts inside."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources
from string import Template

import eval as evaluation
from eval.reporting.blocks import Block, Figure, Items, Paragraph, ReportDocument, Section, TableBlock

__all__ = ["page"]

_PAGE = Template(
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$title</title>
<style>
$style</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header>
<h1>$title</h1>
$lead
<nav aria-label="Sections">
$nav
</nav>
</header>
<main id="main">
$body
</main>
</body>
</html>
"""
)


def page(document: ReportDocument) -> str:
    """The whole page."""
    style = (resources.files(evaluation) / "data" / "report.css").read_text("utf-8")
    return _PAGE.substitute(
        title=escape(document.title),
        style=style,
        lead="\n".join(f"<p>{_inline(sentence)}</p>" for sentence in document.lead),
        nav=_nav(document.sections),
        body="\n".join(line for section in document.sections for line in _section(section, 2)),
    )


def _nav(sections: Sequence[Section]) -> str:
    items = []
    for section in sections:
        inner = "".join(f'<li><a href="#{escape(part.id)}">{escape(part.title)}</a></li>' for part in section.parts)
        link = f'<a href="#{escape(section.id)}">{escape(section.title)}</a>'
        items.append(f"<li>{link}{f'<ul>{inner}</ul>' if inner else ''}</li>")
    return f"<ul>{''.join(items)}</ul>"


def _section(section: Section, level: int) -> Iterator[str]:
    yield f'<section id="{escape(section.id)}" aria-labelledby="{escape(section.id)}-title">'
    yield f'<h{level} id="{escape(section.id)}-title">{escape(section.title)}</h{level}>'
    for block in section.blocks:
        yield _block(block)
    for part in section.parts:
        yield from _section(part, level + 1)
    yield "</section>"


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return f"<p>{_inline(text)}</p>"
        case Items(texts):
            return "<ul>" + "".join(f"<li>{_inline(text)}</li>" for text in texts) + "</ul>"
        case TableBlock():
            return _table(block)
        case Figure(caption, chart, twin):
            # A chart is never the only way to a number.
            table = _folded("The same as a table", _plain_table(twin)) if twin.folded else _plain_table(twin)
            return (
                f'<figure><figcaption>{_inline(caption)}</figcaption><div class="scroll chart" role="group"'
                f' aria-label="Chart; the table below says the same" tabindex="0">{chart}</div>'
                f"{table}</figure>"
            )


def _table(block: TableBlock) -> str:
    return _folded(block.caption, _plain_table(block)) if block.folded else _plain_table(block)


def _folded(summary: str, content: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def _plain_table(block: TableBlock) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in block.header)
    rows = []
    for row in block.rows:
        first, *rest = row
        cells = "".join(f"<td{_align(cell)}>{escape(cell)}</td>" for cell in rest)
        short = ' class="number"' if first.isdigit() else ""
        rows.append(f'<tr><th scope="row"{short}>{escape(first)}</th>{cells}</tr>')
    caption = escape(block.caption)
    return (
        f'<div class="scroll" role="group" aria-label="{caption}" tabindex="0"><table>'
        f"<caption>{_inline(block.caption)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _inline(text: str) -> str:
    """Escaped, with what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _align(cell: str) -> str:
    return ' class="number"' if cell[:1].isdigit() or cell[:1] in "+-<" else ' class="text"' if len(cell) > 40 else ""

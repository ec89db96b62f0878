"""Small charts as SVG text, each drawn twice: for wide and for narrow screens, of which the page shows one.

Colors and fonts are the page's (classes); no chart says anything by color alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Chart", "ChartMark", "Curve", "bar_chart", "curve_chart", "mark_chart"]

Chart = str
"""Two `<svg>` elements of the classes `wide` and `narrow`, without titles: caption and twin table speak for them."""

_WIDE, _NARROW = 760, 340
_RIGHT = 74


@dataclass(frozen=True)
class ChartMark:
    """A row of `mark_chart`."""

    label: str
    value: float | None
    """None leaves the row without a mark."""
    low: float | None = None
    high: float | None = None
    other: float | None = None
    """A second value, shown as a hollow mark."""
    strong: bool = False
    """Ours, or what the row is about: drawn as a square and in bold."""


@dataclass(frozen=True)
class Curve:
    """A line of `curve_chart`."""

    label: str
    points: Sequence[tuple[float, float]]
    """At least one; x ascending."""
    strong: bool = False


def mark_chart(marks: Sequence[ChartMark], *, axis: str, zero: bool = False) -> Chart:
    """A row a mark: its value, with its interval as a line through it.

    Args:
        marks: Top to bottom.
        axis: What is measured.
        zero: Draw a line at 0 and keep it in view.
    """
    return _marks(marks, axis, zero, narrow=False) + _marks(marks, axis, zero, narrow=True)


def _marks(marks: Sequence[ChartMark], axis: str, zero: bool, *, narrow: bool) -> str:
    """Labels stand left of the marks, or above them where it is narrow."""
    width, left, row_height = (_NARROW, 10, 42) if narrow else (_WIDE, 270, 26)
    known = [v for mark in marks for v in (mark.value, mark.low, mark.high, mark.other) if v is not None]
    scale = _Scale([*known, 0.0] if zero or not known else known, left, width - _RIGHT)
    height = row_height * len(marks) + 48
    parts = _x_axis(scale, axis, top=4, bottom=height - 44, middle=(left + width - _RIGHT) / 2)
    if zero:
        parts.append(_line("zero", scale(0), 4, scale(0), height - 44))
    for row, mark in enumerate(marks):
        y = 4 + row_height * (row + 1) - 13
        weight = " strong" if mark.strong else ""
        if narrow:
            parts.append(_text(f"label{weight}", 0, y - 12, _short(mark.label, 48), "start"))
        else:
            parts.append(_text(f"label{weight}", left - 10, y + 4, _short(mark.label), "end"))
        if mark.value is None and mark.other is None:
            parts.append(_text("value", width - 4, y + 4, "none", "end"))
            continue
        if mark.low is not None and mark.high is not None:
            parts.append(_line(f"whisker{weight}", scale(mark.low), y, scale(mark.high), y))
        if mark.other is not None:
            if mark.value is not None:
                parts.append(_line("link", scale(mark.value), y, scale(mark.other), y))
            parts.append(f'<circle class="hollow" cx="{scale(mark.other):.1f}" cy="{y:.1f}" r="5"/>')
        if mark.value is None:
            continue
        x = scale(mark.value)
        if mark.strong:
            parts.append(f'<rect class="mark strong" x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"/>')
        else:
            parts.append(f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>')
        shown = f"{mark.value:+.3f}" if zero else f"{mark.value:.3f}"
        parts.append(_text(f"value{weight}", width - 4, y + 4, shown, "end"))
    return _svg(height, parts, narrow=narrow)


def bar_chart(values: Sequence[float], *, axis: str, across: str) -> Chart:
    """A bar a value, from 0 up or down, in the given order.

    Args:
        values: Left to right.
        axis: What the height measures.
        across: What a bar is.
    """
    return _bars(values, axis, across, narrow=False) + _bars(values, axis, across, narrow=True)


def _bars(values: Sequence[float], axis: str, across: str, *, narrow: bool) -> str:
    height, left, right, bottom = 260, 60, (_NARROW if narrow else _WIDE) - 8, 222
    scale = _Scale([*values, 0.0], bottom, 12)
    parts = _y_axis(scale, axis, left, right)
    step = (right - left) / max(1, len(values))
    for place, value in enumerate(values):
        top, base = sorted((scale(value), scale(0)))
        name = "bar up" if value >= 0 else "bar down"
        x, width = left + step * place + step * 0.12, max(1.0, step * 0.76)
        parts.append(
            f'<rect class="{name}" x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{max(1.0, base - top):.1f}"/>'
        )
    parts.append(_line("zero", left, scale(0), right, scale(0)))
    parts.append(_text("axis", (left + right) / 2, height - 10, across, "middle"))
    return _svg(height, parts, narrow=narrow)


def curve_chart(curves: Sequence[Curve], *, x_axis: str, y_axis: str, diagonal: bool = False) -> Chart:
    """Lines with a key beside them; dashed unless strong.

    Args:
        curves: Drawn in this order, later ones above.
        x_axis: What runs across.
        y_axis: What runs up.
        diagonal: Draw the line from corner to corner for comparison.
    """
    drawn = [_curves(curves, x_axis, y_axis, diagonal, narrow=narrow) for narrow in (False, True)]
    return "".join(drawn)


def _curves(curves: Sequence[Curve], x_axis: str, y_axis: str, diagonal: bool, *, narrow: bool) -> str:
    """The key stands beside the lines, or below them where it is narrow."""
    left, bottom = 60, 272
    right = _NARROW - 12 if narrow else _WIDE - 200
    height = 320 + (22 * len(curves) if narrow else 0)
    key_left, key_top = (left, 334) if narrow else (right + 16, 24)
    xs = [x for curve in curves for x, _ in curve.points]
    ys = [y for curve in curves for _, y in curve.points]
    across, up = _Scale([*xs, 0.0], left, right), _Scale([*ys, 0.0], bottom, 12)
    parts = _y_axis(up, y_axis, left, right)
    for tick in across.ticks:
        parts.append(_text("tick", across(tick), bottom + 18, _number(tick), "middle"))
    parts.append(_text("axis", (left + right) / 2, 312, x_axis, "middle"))
    if diagonal:
        parts.append(_line("zero", across(0), up(0), across(1), up(1)))
    for number, curve in enumerate(curves):
        weight = " strong" if curve.strong else f" dash{number % 4}"
        path = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in curve.points)
        parts.append(f'<polyline class="curve{weight}" points="{path}"/>')
        if curve.strong:
            parts += [f'<circle class="mark" cx="{across(x):.1f}" cy="{up(y):.1f}" r="3.5"/>' for x, y in curve.points]
        row = key_top + 22 * number
        parts.append(f'<polyline class="curve{weight}" points="{key_left},{row} {key_left + 32},{row}"/>')
        parts.append(_text(f"value{weight}", key_left + 40, row + 4, _short(curve.label, 20), "start"))
    return _svg(height, parts, narrow=narrow)


class _Scale:
    """From values to pixels, with round ticks that enclose the values."""

    def __init__(self, values: Sequence[float], start: float, stop: float) -> None:
        low, high = min(values), max(values)
        if high - low < 1e-9:
            low, high = low - 0.5, high + 0.5
        raw = (high - low) / 5
        power = 10.0 ** math.floor(math.log10(raw))
        step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw - 1e-12)
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        self.ticks = [step * number for number in range(first, last + 1)]
        self._low, self._range = self.ticks[0], self.ticks[-1] - self.ticks[0]
        self._start, self._stop = start, stop

    def __call__(self, value: float) -> float:
        return self._start + (value - self._low) / self._range * (self._stop - self._start)


def _x_axis(scale: _Scale, axis: str, *, top: float, bottom: float, middle: float) -> list[str]:
    parts = []
    for tick in scale.ticks:
        parts.append(_line("grid", scale(tick), top, scale(tick), bottom))
        parts.append(_text("tick", scale(tick), bottom + 18, _number(tick), "middle"))
    parts.append(_text("axis", middle, bottom + 38, axis, "middle"))
    return parts


def _y_axis(scale: _Scale, axis: str, left: float, right: float) -> list[str]:
    parts = []
    for tick in scale.ticks:
        parts.append(_line("grid", left, scale(tick), right, scale(tick)))
        parts.append(_text("tick", left - 8, scale(tick) + 4, _number(tick), "end"))
    middle = (scale(scale.ticks[0]) + scale(scale.ticks[-1])) / 2
    parts.append(
        f'<text class="axis" transform="translate(14 {middle:.1f}) rotate(-90)" text-anchor="middle">'
        f"{escape(axis)}</text>"
    )
    return parts


def _svg(height: float, parts: Sequence[str], *, narrow: bool) -> str:
    width = _NARROW if narrow else _WIDE
    # The chart itself is hidden from screen readers: its table says the same, in order.
    return (
        f'<svg class="{"narrow" if narrow else "wide"}" viewBox="0 0 {width} {height:.0f}" width="{width}"'
        f' height="{height:.0f}" aria-hidden="true"'
        f' focusable="false">{"".join(parts)}</svg>'
    )


def _line(name: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{name}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(name: str, x: float, y: float, text: str, anchor: str) -> str:
    return f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _short(label: str, most: int = 36) -> str:
    return label if len(label) <= most else label[: most - 1] + "…"


def _number(tick: float) -> str:
    return f"{round(tick, 10):g}"

"""Where levels lie on a drawn scale from 1 to 4: in percents of its width, so that it fits phones and paper."""

from typing import NamedTuple

from api.text.language import speaker
from api.text.scales import band
from recommender.instruments import LoadedInstrument

__all__ = ["ScaleMark", "Tick", "level_names", "mark_at", "ticks"]

_LEFT, _RIGHT = 3.0, 97.0


class ScaleMark(NamedTuple):
    """A level with its band, drawn."""

    at: str
    """Of the dot."""
    low: str
    """Of the left end of the bar; empty when the band is not to be shown."""
    width: str
    """Of the bar; empty likewise."""


class Tick(NamedTuple):
    """One level of the scale."""

    at: str
    name: str
    anchor: str
    """How its name is aligned: the outer ones stay inside."""


def mark_at(mean: float, se: float | None = None) -> ScaleMark:
    """A dot at a mean of 1 to 4, with its 95 % band where the standard error may be shown."""
    if se is None:
        return ScaleMark(_percent(_place(mean)), "", "")
    low, high = (_place(level) for level in band(mean, se))
    return ScaleMark(_percent(_place(mean)), _percent(low), _percent(high - low))


def level_names(instrument: LoadedInstrument) -> tuple[str, ...]:
    """Names of the levels, from 1."""
    levels = sorted(level.value for level in instrument.instrument.levels)
    return tuple(speaker(instrument).tell(f"level.{level}") for level in levels)


def ticks(instrument: LoadedInstrument) -> tuple[Tick, ...]:
    """The four levels of the scale, from the left."""
    names = level_names(instrument)
    anchors = ("start", *["middle"] * (len(names) - 2), "end")
    places = (0.0, *map(_place, range(2, len(names))), 100.0)
    return tuple(map(Tick, map(_percent, places), names, anchors))


def _place(level: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * (level - 1) / 3


def _percent(value: float) -> str:
    return f"{value:.1f}%"

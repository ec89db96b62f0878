"""Numbers drawn with text: a level with its band, and a share as a bar."""

from dataclasses import dataclass

__all__ = ["ASCII", "UNICODE", "Glyphs", "band", "level_scale", "share_bar"]

_Z95 = 1.959963984540054


@dataclass(frozen=True)
class Glyphs:
    """The signs that a scale is drawn with, one column each."""

    rail: str
    tick: str
    band: str
    dot: str
    full: str
    empty: str
    bullet: str


UNICODE = Glyphs(rail="┄", tick="┼", band="━", dot="●", full="█", empty="░", bullet="•")
ASCII = Glyphs(rail=".", tick="|", band="=", dot="O", full="#", empty=".", bullet="-")


def band(mean: float, se: float) -> tuple[float, float]:
    """The 95 % band of a level, as far as it lies within 1 to 4."""
    return max(1.0, mean - _Z95 * se), min(4.0, mean + _Z95 * se)


def level_scale(mean: float | None, se: float | None, *, glyphs: Glyphs, step: int = 5) -> str:
    """A rail from level 1 to 4 with a dot at the mean and its 95 % band, `3 * step + 1` columns wide.

    Args:
        mean: 1 to 4; None draws the bare rail.
        se: standard error in levels; None draws no band.
        glyphs: the signs.
        step: columns from one level to the next.
    """
    signs = [glyphs.tick if column % step == 0 else glyphs.rail for column in range(3 * step + 1)]
    if mean is not None:
        if se is not None:
            low, high = band(mean, se)
            for column in range(round((low - 1) * step), round((high - 1) * step) + 1):
                signs[column] = glyphs.band
        signs[round((mean - 1) * step)] = glyphs.dot
    return "".join(signs)


def share_bar(share: float, *, glyphs: Glyphs, width: int = 10) -> str:
    """A bar filled to `share`, clipped to 0 to 1."""
    filled = round(min(max(share, 0.0), 1.0) * width)
    return glyphs.full * filled + glyphs.empty * (width - filled)

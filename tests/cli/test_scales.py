"""Scales drawn with text, checked by eye."""

import pytest

from api.text.scales import ASCII, level_scale, share_bar


@pytest.mark.parametrize(
    ("mean", "se", "drawn"),
    [
        (None, None, "|....|....|....|"),
        (1.0, None, "O....|....|....|"),
        (2.4, None, "|....|.O..|....|"),
        (4.0, None, "|....|....|....O"),
        (2.5, 0.2551, "|....===O==....|"),  # 2.0 to 3.0: from tick to tick
        (1.2, 0.6, "=O======..|....|"),
    ],
)
def test_a_level_scale(mean: float | None, se: float | None, drawn: str) -> None:
    assert level_scale(mean, se, glyphs=ASCII) == drawn


@pytest.mark.parametrize(("share", "drawn"), [(-0.1, "....."), (0.0, "....."), (0.5, "##..."), (1.2, "#####")])
def test_a_share_bar(share: float, drawn: str) -> None:
    assert share_bar(share, glyphs=ASCII, width=5) == drawn

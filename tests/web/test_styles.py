"""Style sheets that browsers of older school devices read, too: Safari before 17.5, Chrome before 123."""

import re
from pathlib import Path

import pytest

from api.web.kit.rendering import STATIC_FOLDERS

SHEETS = sorted(path for folder in STATIC_FOLDERS for path in folder.glob("*.css"))
TOKEN = re.compile(r"(--[\w-]+): (#[0-9a-f]{3,6});")


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_no_color_depends_on_what_older_browsers_do_not_know(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    # A declaration with var() is read by any browser, and is invalid as a whole where it holds an unknown function.
    assert "light-dark(" not in text


def test_every_color_is_plain_and_each_has_one_for_the_dark() -> None:
    text = next(path for path in SHEETS if path.name == "app.css").read_text("utf-8")
    plain, dark = text.split("@media screen and (prefers-color-scheme: dark)")
    colors = dict(TOKEN.findall(plain))
    assert len(colors) > 20
    assert set(dict(TOKEN.findall(dark[: dark.index("}")]))) == set(colors)

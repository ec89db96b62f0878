"""Each package that we import is declared, and what only the evaluation imports is not asked of a server."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.cli import ExtraMissing, app

ROOT = Path(__file__).parents[2]
OURS = {"api", "eval", "models", "recommender", "trellis"}
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
BROUGHT_BY = {
    "anyio": "fastapi",
    "click": "uvicorn",
    "huggingface-hub": "sentence-transformers",
    "pydantic-core": "pydantic",
    "starlette": "fastapi",
    "transformers": "sentence-transformers",
}
"""What a declared package always brings, in a version of its own choice."""


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: Iterable[str]) -> set[str]:
    return {plain(re.split(r"[^\w.-]", one)[0]) for one in requirements}


def imported(*rooms: str) -> set[str]:
    """Distributions that modules import, inside functions too."""
    tops: set[str] = set()
    for path in (path for room in rooms for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                tops |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                tops.add((node.module or "").partition(".")[0])
    found = packages_distributions()
    names = {plain(found[top][0]) for top in tops - OURS - sys.stdlib_module_names}
    return {BROUGHT_BY.get(name, name) for name in names}


def test_what_a_server_runs_is_declared() -> None:
    assert imported("models", "recommender", "api", "trellis") <= declared(PROJECT["dependencies"])


def test_only_the_extra_has_what_only_the_evaluation_imports() -> None:
    base, extra = declared(PROJECT["dependencies"]), declared(PROJECT["optional-dependencies"]["eval"])
    assert imported("eval") - base == extra
    assert not base & declared(PROJECT["optional-dependencies"]["dev"])


def test_the_evaluation_says_in_one_sentence_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    result = CliRunner().invoke(app, ["judged"])
    assert isinstance(result.exception, ExtraMissing)
    assert "pip install 'trellis-recommender[eval]'" in str(result.exception)

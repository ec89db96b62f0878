"""One name, one meaning: what a class is called in one place, nothing else is called in another."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("models", "recommender", "api", "eval")
TABLES = "api/storage/tables.py"
"""A row has the name of the noun that it keeps, and so may the noun's value in `models`: they are one thing."""


def classes() -> dict[str, list[str]]:
    """Names of the classes at the top of modules, with where each is defined."""
    found = defaultdict(list)
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.ClassDef) and where != TABLES and not node.name.startswith("_"):
                    found[node.name].append(f"{where}:{node.lineno}")
    return found


def test_no_two_classes_have_one_name() -> None:
    doubled = {name: places for name, places in classes().items() if len(places) > 1}
    assert classes()
    assert not doubled, doubled

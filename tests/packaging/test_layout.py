"""In a wheel everything lies below `trellis`: what the build makes of our modules."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("api", "eval", "models", "recommender")
MODULES = sorted(path for room in (*ROOMS, "trellis") for path in (ROOT / room).rglob("*.py"))
NAMES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in MODULES
    if path.relative_to(ROOT).parts[0] != "trellis"
}
Rewrite = Callable[[bytes], bytes]


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def other_lines(source: bytes) -> list[bytes]:
    """What the build may not change."""
    return [line for line in source.splitlines() if not re.match(rb"\s*(from|import) ", line)]


def test_no_built_module_imports_a_short_name_and_each_compiles(below_home: Rewrite) -> None:
    assert len(MODULES) > 400
    seen = 0
    for path in MODULES:
        source = path.read_bytes()
        built = below_home(source)
        tree = ast.parse(built)
        compile(tree, str(path), "exec")
        names = list(imported(tree))
        assert not [name for name in names if name.partition(".")[0] in ROOMS], path
        seen += sum(name.startswith("trellis.") for name in names)
        assert other_lines(built) == other_lines(source), path
    assert seen > 1000


def test_no_string_names_a_module_of_ours() -> None:
    """The build leaves strings alone, so that one which names a module would be wrong in a wheel."""
    wrong = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_bytes())):
            match node:
                case ast.Constant(value=str(text)) if re.fullmatch(r"[a-z_]+(\.\w+)+(:\w+)?", text):
                    names = {text, text.partition(":")[0], text.rpartition(".")[0]}
                    wrong += [f"{path}:{node.lineno} {text}"] if names & NAMES else []
                # A single word may be anything; as the anchor of files it is a package.
                case ast.Call(
                    func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Constant(value=str(text)), *_]
                ):
                    if name in {"files", "import_module", "find_spec"} and text.partition(".")[0] in ROOMS:
                        wrong.append(f"{path}:{node.lineno} {ast.unparse(node)}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("written", "built"),
    [
        ("from api.app import create_app", "from trellis.api.app import create_app"),
        ("from api import web", "from trellis.api import web"),
        ("from   models.base import (\n    Value,\n)", "from   trellis.models.base import (\n    Value,\n)"),
        ("import recommender", "from trellis import recommender"),
        ("import eval as evaluation", "import trellis.eval as evaluation"),
        ("import eval.cli", "import trellis.eval.cli; from trellis import eval"),
        ("import os, api.app as app, json", "import os; import trellis.api.app as app; import json"),
        ("if True: import models; x = 1", "if True: from trellis import models; x = 1"),
        (
            "def f():\n    from api import x  # from api import x",
            "def f():\n    from trellis.api import x  # from api import x",
        ),
        (
            "é = 'from api.app import x'; from api.app import x",
            "é = 'from api.app import x'; from trellis.api.app import x",
        ),
        (
            '"""\nfrom api.app import x\n"""\nfrom apiary import api',
            '"""\nfrom api.app import x\n"""\nfrom apiary import api',
        ),
        (
            "from . import api\nfrom .models import x\napi = {'models': eval}",
            "from . import api\nfrom .models import x\napi = {'models': eval}",
        ),
    ],
)
def test_only_imports_are_renamed(below_home: Rewrite, written: str, built: str) -> None:
    assert below_home(written.encode()).decode() == built

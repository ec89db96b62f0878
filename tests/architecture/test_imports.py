"""The arrows between the packages, and what the pure core may never reach for."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.places import ROOT

ALLOWED = {
    "models": {"models"},
    "recommender": {"models", "recommender"},
    "eval": {"models", "recommender", "eval"},
    "api": {"models", "recommender", "api", "eval"},
}
# The one crossing: the command mounts the evaluation's commands.
MAY_IMPORT_EVAL = {"api/cli/main.py"}
NEVER_IN_CORE = {
    "fastapi",
    "starlette",
    "typer",
    "click",
    "rich",
    "uvicorn",
    "sqlalchemy",
    "httpx2",
    "requests",
    "socket",
    "time",
    "random",
}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every imported module of a file, inside functions too, with its line."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively; the checks here read full names"
            yield node.module or "", node.lineno


@pytest.mark.parametrize("package", ALLOWED)
def test_packages_import_only_along_the_arrows(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(package)
        for name, line in imports(path)
        if (top := name.partition(".")[0]) in ALLOWED
        and (
            top not in ALLOWED[package]
            or (package == "api" and top == "eval" and path.relative_to(ROOT).as_posix() not in MAY_IMPORT_EVAL)
        )
    ]
    assert modules(package)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", ["models", "recommender"])
def test_the_core_knows_no_web_no_terminal_no_clock_no_chance_no_network(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(package)
        for name, line in imports(path)
        if name.partition(".")[0] in NEVER_IN_CORE
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", ["models", "recommender"])
def test_the_core_reads_no_environment_no_clock_and_prints_nothing(package: str) -> None:
    wrong = []
    for path in modules(package):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name = f"{node.value.id}.{node.attr}"
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name = node.func.id
            else:
                continue
            if name in {"os.environ", "os.getenv", "datetime.now", "datetime.today", "date.today", "print", "input"}:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} uses {name}")
    assert not wrong, "\n".join(wrong)


def test_models_open_no_files() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules("models")
        for name, line in imports(path)
        if name.partition(".")[0] in {"os", "io", "pathlib", "importlib"}
    ]
    assert not wrong, "\n".join(wrong)


def test_the_arrow_check_sees_imports_inside_functions(tmp_path: Path) -> None:
    file = tmp_path / "sample.py"
    file.write_text("def f():\n    from fastapi.routing import APIRouter\n    import eval.cli\n")
    assert [name for name, _ in imports(file)] == ["fastapi.routing", "eval.cli"]

"""How the wheel is laid out; everything else about the project is in pyproject.toml.

In the checkout `api`, `eval`, `models` and `recommender` are top-level packages with short names. A wheel with such
names would take them from everybody who installs it, so there they lie below `trellis`, and each import says so.
An editable install (`pip install -e`) leaves the short names as they are.
"""

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py
from setuptools.command.editable_wheel import editable_wheel

HOME = "trellis"
ROOMS = ("api", "eval", "models", "recommender")


class BuildBelowHome(build_py):
    """Copies the modules, with imports that name the home."""

    def run(self) -> None:
        """Build anew: what an earlier build left would get into the wheel."""
        if not self.editable_mode:
            shutil.rmtree(Path(self.build_lib) / HOME, ignore_errors=True)
        super().run()

    def build_module(self, module: str, module_file: str, package: str) -> tuple[str, bool]:
        """Copy one module."""
        built: tuple[str, bool] = super().build_module(module, module_file, package)
        if not self.editable_mode:
            path = Path(built[0])
            path.write_bytes(below_home(path.read_bytes()))
        return built


class EditWithShortNames(editable_wheel):
    """An editable install finds the packages where and as they are in the checkout."""

    def run(self) -> None:
        """Install the checkout."""
        self.distribution.packages = [HOME, *ROOMS]
        self.distribution.package_dir = {}
        super().run()


def below_home(source: bytes) -> bytes:
    """A module whose imports of our packages name the home; everything else, strings too, is as it was.

    Args:
        source: a Python module in UTF-8.
    """
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    # From the end to the beginning, so that the places before stay where they are.
    for node in sorted(_imports(ast.parse(source)), key=lambda node: (node.lineno, node.col_offset), reverse=True):
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        source = source[:begin] + _renamed(node, source[begin:end]) + source[end:]
    return source


def _imports(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in ast.walk(tree):
        match node:
            case ast.Import() if any(_is_ours(alias.name) for alias in node.names):
                yield node
            case ast.ImportFrom(module=str(module), level=0) if _is_ours(module):
                yield node


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in ROOMS


def _renamed(node: ast.Import | ast.ImportFrom, statement: bytes) -> bytes:
    if isinstance(node, ast.ImportFrom):
        return re.sub(rb"^from[\s\\]+", lambda found: found[0] + f"{HOME}.".encode(), statement)
    return "; ".join(_import(alias) for alias in node.names).encode()


def _import(alias: ast.alias) -> str:
    if not _is_ours(alias.name) or alias.asname:
        return (
            f"import {HOME}.{alias.name} as {alias.asname}" if _is_ours(alias.name) else f"import {ast.unparse(alias)}"
        )
    # `import api.app` binds `api`.
    top, _, below = alias.name.partition(".")
    return f"import {HOME}.{alias.name}; from {HOME} import {top}" if below else f"from {HOME} import {top}"


if __name__ == "__main__":
    packages = find_packages(include=[pattern for room in ROOMS for pattern in (room, f"{room}.*")])
    setup(
        packages=[HOME, *(f"{HOME}.{package}" for package in packages)],
        package_dir={f"{HOME}.{room}": room for room in ROOMS},
        cmdclass={"build_py": BuildBelowHome, "editable_wheel": EditWithShortNames},
    )

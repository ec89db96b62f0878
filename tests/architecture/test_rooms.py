"""The rooms of the house: which may know which, where queries live, and how many modules stand in one folder."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("models", "recommender", "api", "eval")

FLOORS: Sequence[set[str]] = (
    {"errors"},
    {"settings", "text"},
    {"storage"},
    {"access", "engine"},
    {"http", "runs"},
    {"people", "teams", "assessments", "catalog", "operating"},
    {"reviews"},
    {"recommending", "evaluation"},
    {"web"},  # the folder alone, whose files are looked up; it holds no code
    {"web.kit"},
    {f"web.{visitor}" for visitor in ("account", "catalog", "check", "desk", "lead", "quality", "start", "team")},
    {"web.pages", "routers"},
    {"app"},
    {"cli"},
)
"""The rooms of `api` from the ground up. A room knows those below it; rooms of one floor do not know each other."""
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
MOST_MODULES = 18
"""More of them in one folder, and nobody finds their way without searching."""

ASKING = {
    "add",
    "add_all",
    "begin",
    "begin_nested",
    "commit",
    "connection",
    "delete",
    "execute",
    "expire",
    "get",
    "get_one",
    "merge",
    "query",
    "refresh",
    "rollback",
    "scalar",
    "scalars",
    "stream",
}
"""What asks or changes a database through a session. Only `flush` is left: it sends what a use case changed in a row
that it was given, so that the database's refusal comes at its own line."""


def api_modules() -> list[Path]:
    return sorted((ROOT / "api").rglob("*.py"))


def room_of(module: str) -> str:
    """`web.lead` for `api.web.lead.teams`, `people` for `api.people.routes`, empty for the package itself."""
    parts = module.split(".")[1:]
    return ".".join(parts[:2] if parts[:1] == ["web"] else parts[:1])


def module_of(path: Path, root: Path = ROOT) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """What a file imports from `api`, inside functions too: `api.web.lead` for `from api.web import lead`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            is_folder = node.module in ("api", "api.web")
            yield from ((f"{node.module}.{a.name}" if is_folder else node.module, node.lineno) for a in node.names)


def upward(module: str, tree: ast.AST) -> list[str]:
    """The imports of a module of `api` that do not lead down."""
    own = FLOOR_OF.get(room_of(module))
    return [
        f"{module}:{line} imports {name}"
        for name, line in imported(tree)
        if name.partition(".")[0] == "api" and room_of(name) != room_of(module)
        if own is None or FLOOR_OF.get(room_of(name), len(FLOORS)) >= own
    ]


def keeps_rows(module: str) -> bool:
    return module.startswith("api.storage") or module.endswith((".rows", "_rows"))


def asks_a_database(module: str, tree: ast.AST) -> list[str]:
    """The places of a module at which it builds a statement or asks a session."""
    wrong = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "sqlalchemy":
            names = {alias.name for alias in node.names}
            if not (node.module == "sqlalchemy.exc" or (node.module == "sqlalchemy.orm" and names == {"Session"})):
                wrong.append(f"{module}:{node.lineno} imports {sorted(names)} from {node.module}")
        elif isinstance(node, ast.Import) and any(alias.name.startswith("sqlalchemy") for alias in node.names):
            wrong.append(f"{module}:{node.lineno} imports sqlalchemy")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKING:
            asked = node.func.value
            name = asked.attr if isinstance(asked, ast.Attribute) else asked.id if isinstance(asked, ast.Name) else ""
            if name.strip("_") == "session":
                wrong.append(f"{module}:{node.lineno} calls {name}.{node.func.attr}")
    return wrong


def test_no_import_of_a_room_runs_up_or_across() -> None:
    wrong = [one for path in api_modules() for one in upward(module_of(path), ast.parse(path.read_text("utf-8")))]
    assert not wrong, "\n".join(wrong)


def test_every_room_has_its_floor() -> None:
    rooms = {room_of(module_of(path)) for path in api_modules()} - {""}
    assert rooms == set(FLOOR_OF)


def test_an_import_that_runs_up_is_seen() -> None:
    tree = ast.parse(
        "def f():\n    from api.web import kit\n    from api.teams.rows import teams\n    import api.cli.main\n"
    )
    assert upward("api.people.routes", tree) == [
        "api.people.routes:2 imports api.web.kit",
        "api.people.routes:3 imports api.teams.rows",
        "api.people.routes:4 imports api.cli.main",
    ]
    assert upward("api.web.lead.teams", ast.parse("from api.teams.rows import teams")) == []
    assert upward("api.teams.routes", ast.parse("from api import nowhere")) == [
        "api.teams.routes:1 imports api.nowhere"
    ]


def test_queries_stand_in_rows_only() -> None:
    wrong = [
        one
        for path in api_modules()
        if not keeps_rows(module_of(path))
        for one in asks_a_database(module_of(path), ast.parse(path.read_text("utf-8")))
    ]
    assert not wrong, "\n".join(wrong)


def test_a_query_outside_of_rows_is_seen() -> None:
    tree = ast.parse(
        "from sqlalchemy import select\nfrom sqlalchemy.orm import Session\n"
        "def f(session, values):\n    values.get('a')\n    self._session.scalars(1)\n    session.flush()\n"
        "    session.get(A, 1)\n"
    )
    assert [one.partition(" ")[2] for one in asks_a_database("api.x", tree)] == [
        "imports ['select'] from sqlalchemy",
        "calls _session.scalars",
        "calls session.get",
    ]


def test_pages_know_nothing_of_the_storage() -> None:
    wrong = [
        f"{module_of(path)}:{line} imports {name}"
        for path in sorted((ROOT / "api" / "web").rglob("*.py"))
        for name, line in imported(ast.parse(path.read_text("utf-8")))
        if name.startswith("api.storage")
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_folder_holds_more_modules_than_one_can_overlook(package: str) -> None:
    folders = {path.parent for path in (ROOT / package).rglob("*.py")}
    sizes = {
        folder.relative_to(ROOT).as_posix(): sum(1 for path in folder.glob("*.py") if path.name != "__init__.py")
        for folder in folders
    }
    assert sizes
    assert not {folder: size for folder, size in sizes.items() if size > MOST_MODULES}

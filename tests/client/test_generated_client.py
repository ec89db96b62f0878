"""The client that `make client` generates from the API's description, against a server over real HTTP."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.places import ROOT
from tests.fixtures.processes import ServiceProcess, service_process

FOLDER = ROOT / "build/client"
PYTHON = ROOT / ".venv/client-generator/bin/python"
"""Of the client's own environment, which has what it needs, and nothing of ours."""
SCRIPT = '''
import sys

from trellis_client import AuthenticatedClient
from trellis_client.api.supports import list_supports
from trellis_client.api.teams import create_team, get_team, list_teams
from trellis_client.models import Form, NewTeam, Problem, TeamView


def tell(url: str, key: str) -> tuple[str, int, int]:
    """Make a team, read it back, list supports."""
    with AuthenticatedClient(base_url=url, token=key) as client:
        made = create_team.sync(client=client, body=NewTeam(name="Riverside on-track team", form=Form.TEAM))
        assert isinstance(made, TeamView), made
        again = get_team.sync(made.id, client=client)
        assert isinstance(again, TeamView)
        assert again.created_at == made.created_at
        missing = get_team.sync("none", client=client)
        assert isinstance(missing, Problem)
        teams = list_teams.sync(client=client)
        supports = list_supports.sync(client=client, q="run charts", limit=3)
        assert teams is not None and not isinstance(teams, Problem)
        assert supports is not None and not isinstance(supports, Problem)
        return missing.type_, len(teams.items), len(supports.items)


if __name__ == "__main__":
    print(*tell(sys.argv[1], sys.argv[2]))
'''


@pytest.fixture(scope="module", autouse=True)
def generated() -> None:
    if not (FOLDER / "trellis_client/__init__.py").exists() or not PYTHON.exists():
        why = "there is no generated client: run `make client`; it is NOT tested"
        if os.environ.get("TRELLIS_TEST_CLIENT") == "required":
            pytest.fail(why)
        pytest.skip(why)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with service_process(tmp_path_factory.mktemp("client")) as process:
        yield process


@pytest.fixture
def portal(tmp_path: Path) -> Path:
    """The script of a portal."""
    path = tmp_path / "portal.py"
    path.write_text(SCRIPT)
    return path


def run(*words: str | Path, **environment: str) -> str:
    done = subprocess.run(words, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_speaks_with_a_real_server(server: ServiceProcess, portal: Path) -> None:
    told = run(PYTHON, portal, server.url, server.key("portal"), PYTHONPATH=str(FOLDER))
    assert told.split() == ["/problems/no-such-thing", "1", "3"]


def test_its_types_fit_their_use(portal: Path) -> None:
    options = [
        "--strict",
        "--follow-imports=silent",
        "--config-file=",
        f"--cache-dir={portal.parent}",
        f"--python-executable={PYTHON}",
    ]
    run(sys.executable, "-m", "mypy", *options, portal, MYPYPATH=str(FOLDER))


def test_every_operation_is_in_it() -> None:
    listed = (ROOT / "tests/golden/openapi_operations.txt").read_text().splitlines()
    modules = {path.stem.replace("_", "") for path in (FOLDER / "trellis_client/api").glob("*/*.py")}
    assert {line.split()[0].lower() for line in listed} <= modules

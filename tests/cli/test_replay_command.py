"""`trellis replay` on the database of the settings."""

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from api.storage.tables import Run
from tests.fixtures.runs import team_with_results
from tests.fixtures.service import Service

Trellis = Callable[..., Result]


@pytest.fixture
def run_id(service: Service, monkeypatch: pytest.MonkeyPatch) -> str:
    """A stored run in the database that the settings name."""
    monkeypatch.setenv("TRELLIS_DATABASE_URL", service.database.url.render_as_string(hide_password=False))
    team_id = team_with_results(service, share_with=[])
    made: str = service.as_("portal").post(f"/v1/teams/{team_id}/recommendations", json={"k": 3}).json()["id"]
    return made


def test_a_run_that_is_the_same_again_ends_well(trellis: Trellis, run_id: str) -> None:
    result = trellis("replay", run_id)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"{run_id}: The run was made again, byte for byte (sha256 ")


def test_a_difference_is_named_and_ends_with_code_1(trellis: Trellis, run_id: str, service: Service) -> None:
    with service.database.writing() as session:
        run = session.get_one(Run, run_id)
        run.document = run.document.replace('"team_name":"', '"team_name":"X', 1)
    result = trellis("replay", run_id)
    assert result.exit_code == 1
    assert "The first difference is at run /team_name: stored" in result.stdout
    as_json = trellis("replay", run_id, "--json")
    assert as_json.exit_code == 1
    assert json.loads(as_json.stdout)["difference"]["pointer"] == "/team_name"


def test_a_run_of_another_version_cannot_be_made_again(trellis: Trellis, run_id: str, service: Service) -> None:
    with service.database.writing() as session:
        run = session.get_one(Run, run_id)
        run.versions = {**run.versions, "trellis": "0.0.1"}
    result = trellis("replay", run_id)
    assert result.exit_code == 1
    assert "Cannot replay: the version of Trellis was 0.0.1" in result.stdout


def test_a_run_that_is_not_there_is_a_usage_error(trellis: Trellis, run_id: str) -> None:
    result = trellis("replay", run_id + "x")
    assert result.exit_code == 2
    assert "there is no run" in result.stderr

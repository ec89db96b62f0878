"""The README names every command and every setting."""

import re

from typer.main import get_command

from api.cli.main import app
from api.settings import Settings
from tests.fixtures.places import ROOT

README = (ROOT / "README.md").read_text("utf-8")
OPERATIONS = (ROOT / "tests/golden/openapi_operations.txt").read_text("utf-8")


def test_every_setting_is_documented() -> None:
    for name in Settings.model_fields:
        assert f"`TRELLIS_{name.upper()}`" in README


def test_every_command_is_documented() -> None:
    for name in get_command(app).commands:  # type: ignore[attr-defined]
        assert f"`trellis {name}" in README


def test_it_opens_with_the_two_commands() -> None:
    commands = [line.split("#")[0].strip() for line in README.splitlines() if line.startswith("make ")]
    assert commands[:2] == ["make demo", "make test"]


def test_every_curl_line_calls_an_operation_that_there_is() -> None:
    operations = {(method, re.sub(r"{\w+}", "{}", path)) for _, method, path in map(str.split, OPERATIONS.splitlines())}
    lines = [line for line in README.splitlines() if re.match(r"(curl|call) .*localhost:8000", line)]
    called = []
    for line in lines:
        path = re.search(r"localhost:8000(/[^\s'?]*)", line)
        method = re.search(r"-X (\w+)", line)
        assert path, line
        called.append((method[1] if method else "POST" if " -d " in line or "--data" in line else "GET", path[1]))
    assert len(called) >= 10
    assert {(method, re.sub(r"\$\w+", "{}", path)) for method, path in called} <= operations

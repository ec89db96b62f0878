"""The portal's walkthrough, run as it stands in docs/portal.md against a real server."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.places import ROOT
from tests.fixtures.processes import service_process

TEXT = (ROOT / "docs/portal.md").read_text("utf-8")
SECTION = "=" * 20


def commands() -> list[tuple[str, list[str]]]:
    """Each command of the console blocks, with the lines that it is said to print."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line.startswith("> "):
                found[-1] = (f"{found[-1][0]}\n{line[2:]}", [])
            else:
                found[-1][1].append(line)
    return found


def test_every_address_in_it_is_a_route_or_the_beginning_of_one() -> None:
    listed = (ROOT / "tests/golden/openapi_operations.txt").read_text("utf-8").splitlines()
    routes = [re.sub(r"\{[^}]*\}", "$ID", line.split()[2]) for line in listed]
    addresses = {
        re.sub(r"\$\w+", "$ID", address.partition("?")[0])
        for command, _ in commands()
        for address in re.findall(r"(?:127\.0\.0\.1:8000|\$[A-Z]+)(/v1/[^\s\"']*)", command)
    }
    assert len(addresses) > 10
    assert {one for one in addresses if not any(f"{route}/".startswith(f"{one}/") for route in routes)} == set()


@pytest.mark.full
def test_every_command_does_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    trellis = tmp_path / "bin/trellis"
    trellis.write_text(f"#!/bin/sh\nexec '{sys.executable}' -c 'from api.cli.main import run; run()' \"$@\"\n")
    trellis.chmod(0o755)
    steps = commands()
    with service_process(tmp_path) as server:
        # A refused call is part of the story where its type is shown; curl still prints the problem then.
        script = "set -eu\n" + "".join(f"{command}\necho '{SECTION}'\n" for command, _ in steps)
        script = script.replace("http://127.0.0.1:8000", server.url)
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env=os.environ
            | {
                "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT),
                "TRELLIS_DATABASE_URL": server.database_url,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        printed = ran.stdout.split(f"{SECTION}\n")
        last = steps[min(len(printed) - 1, len(steps) - 1)][0]
        problem = next((path.read_text() for path in tmp_path.glob("*.json") if "/problems/" in path.read_text()), "")
        assert ran.returncode == 0, f"{last}\n{printed[-1]}\n{problem}\n{ran.stderr}"
        for (command, expected), shown in zip(steps, printed, strict=False):
            assert shown.splitlines() == expected, f"{command}\n{ran.stderr}"
        assert not [line for line in server.lines() if line.get("status") == 500]
    assert len(steps) > 40

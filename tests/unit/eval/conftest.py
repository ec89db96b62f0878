"""Small sets of judged teams, cut from the shipped ones."""

import json
from importlib.resources import files
from pathlib import Path

import pytest


@pytest.fixture
def three_teams(tmp_path: Path) -> Path:
    source = Path(str(files("eval") / "data" / "judged"))
    folder = tmp_path / "three"
    folder.mkdir()
    lines = (source / "assessments.jsonl").read_text("utf-8").splitlines()[:3]
    ids = {json.loads(line)["assessment_id"] for line in lines}
    (folder / "assessments.jsonl").write_text("\n".join(lines), "utf-8")
    judged = [line for line in (source / "qrels.txt").read_text("utf-8").splitlines() if line.split()[0] in ids]
    (folder / "qrels.txt").write_text("\n".join(judged), "utf-8")
    return folder

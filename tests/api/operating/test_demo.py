"""The sample data of `trellis serve --demo`."""

import asyncio
from pathlib import Path

from fastapi.testclient import TestClient

from api.access.principals import Scope
from api.app import create_app
from api.settings import Settings
from api.storage.migrate import upgrade
from api.web.start.fill import Demo, fill
from recommender.pipeline import Recommender
from tests.fixtures.service import START


def demo(recommender: Recommender, folder: Path) -> tuple[TestClient, Demo]:
    app = create_app(Settings(data_dir=folder), recommender)
    upgrade(app.state.database)
    made = asyncio.run(fill(app, now=START))
    return TestClient(app), made


def test_it_has_a_team_mid_way_one_reviewed_and_one_retaken(starter: Recommender, tmp_path: Path) -> None:
    client, made = demo(starter, tmp_path)
    officer = {"Authorization": f"Bearer {made.keys[Scope.OFFICER]}"}
    portal = {"Authorization": f"Bearer {made.keys[Scope.PORTAL]}"}

    [window] = client.get(f"/v1/teams/{made.teams['mid-way']}/assessments", headers=portal).json()["items"]
    assert window["phase"] == "individual"
    [run] = client.get(f"/v1/teams/{made.teams['reviewed']}/recommendations", headers=portal).json()["items"]
    assert run["review"]["state"] == "released"
    last, first = client.get(f"/v1/teams/{made.teams['retaken']}/recommendations", headers=officer).json()["items"]
    assert (last["review"]["state"], first["review"]["state"]) == ("waiting", "released")
    assert {past["status"] for past in last["request"]["history"]} == {"finished", "declined", "removed"}
    growth = client.get(f"/v1/assessments/{last['assessment_id']}/growth", headers=portal).json()
    assert any(domain["verdict"] in ("reliable", "possible") for domain in growth["domains"])

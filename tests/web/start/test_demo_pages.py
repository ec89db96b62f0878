"""The start page of `trellis serve --demo`: every door lets in, and none exists without sample data."""

import asyncio
import re

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.http.browsers import SESSION_COOKIE
from api.settings import Settings
from api.storage.migrate import upgrade
from api.web.kit.visitors import CHECK_COOKIE, check_path
from api.web.start.fill import Demo, fill
from api.web.start.rooms import start_page
from recommender.pipeline import Recommender
from tests.fixtures.service import START, Service
from tests.fixtures.visitors import visitor


@pytest.fixture(scope="module")
def demo(starter: Recommender, tmp_path_factory: pytest.TempPathFactory) -> tuple[TestClient, Demo]:
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("demo")), starter, clock=lambda: START)
    upgrade(app.state.database)
    made = app.state.demo = asyncio.run(fill(app, now=START))
    return TestClient(app, base_url="http://localhost", headers={"Accept": "text/html"}, follow_redirects=False), made


def test_the_start_page_has_the_three_teams_and_the_roles(demo: tuple[TestClient, Demo]) -> None:
    client, _ = demo
    client.cookies.clear()
    page = client.get("/")
    assert page.status_code == 200
    for words in ("in the middle of its check", "with a plan", "took the check again", "Program officer", "Curator"):
        assert words in page.text
    assert "The start page" in client.get("/sign-in").text


def test_every_door_leads_to_a_page_in_one_click(demo: tuple[TestClient, Demo]) -> None:
    client, made = demo
    client.cookies.clear()
    keys = re.findall(r'name="door" value="([\w-]+)"', client.get("/").text)
    doors = {door.key: door for room in start_page(made).rooms for door in room.doors}
    assert sorted(keys) == sorted(doors)
    for key in keys:
        client.cookies.clear()
        entered = client.post("/demo/enter", data={"door": key})
        assert (entered.status_code, entered.headers["Location"]) == (303, doors[key].address)
        cookie = entered.headers["Set-Cookie"]
        assert cookie.startswith(f"{SESSION_COOKIE if doors[key].scope else CHECK_COOKIE}=")
        assert {"HttpOnly", "SameSite=lax"} <= set(cookie.split("; "))
        assert client.get(doors[key].address, follow_redirects=True).status_code == 200, doors[key]


def test_the_member_may_open_the_own_check_alone(demo: tuple[TestClient, Demo]) -> None:
    client, made = demo
    client.cookies.clear()
    cookie = client.post("/demo/enter", data={"door": "answer"}).headers["Set-Cookie"]
    assert f"Path={check_path(made.respondent)}" in cookie
    assert client.get("/teams").status_code == 303


def test_an_unknown_door_is_not_there(demo: tuple[TestClient, Demo]) -> None:
    client, _ = demo
    assert client.post("/demo/enter", data={"door": "vault"}).status_code == 404


def test_without_sample_data_there_are_no_doors(service: Service) -> None:
    client = visitor(service)
    answer = client.post("/demo/enter", data={"door": "teams"})
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (404, False)
    assert client.get("/").headers["Location"] == "/sign-in"
    assert "demo" not in client.get("/sign-in").text

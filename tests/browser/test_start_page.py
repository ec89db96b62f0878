"""The start page of sample data: every door is one click away, on a phone and on a desk."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from api.web.start.fill import fill
from api.web.start.rooms import start_page
from tests.fixtures.browser import Device, Windows, axe, picture
from tests.fixtures.service import START
from tests.fixtures.sites import Site


@pytest.mark.parametrize(
    ("device", "dark"), [(Device.PHONE, False), pytest.param(Device.DESKTOP, True, marks=pytest.mark.full)]
)
def test_each_door_is_one_click_away(windows: Windows, site: Site, device: Device, dark: bool) -> None:
    app = site.service.app
    with ThreadPoolExecutor(1) as own_thread:  # where no event loop of the browser's is running
        made = app.state.demo = own_thread.submit(asyncio.run, fill(app, now=START)).result()
    page = windows.open(device, dark=dark)
    page.goto(site.url("/"))
    axe(page)
    picture(page, "start")
    for room in start_page(made).rooms:
        for door in room.doors:
            page.goto(site.url("/"))
            page.locator(f'button[value="{door.key}"]').click()
            expect(page).to_have_url(re.compile(re.escape(site.url(door.address))))
            expect(page.locator("h1")).to_be_visible()
            page.context.clear_cookies()

"""Until when, and where? Moments are the reader's own by a script, and say their zone without one."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.fixtures.sites import Site
from tests.fixtures.stories import accepted, new_team, open_assessment

FOUR_IN_CALIFORNIA = "2027-03-15T16:00:00-07:00"


@pytest.mark.parametrize(
    ("scripts", "zone", "shown"),
    [
        (True, "America/Los_Angeles", r"Mar 15, 2027, 4:00\sPM"),
        (True, "Pacific/Auckland", r"Mar 16, 2027, 12:00\sPM"),
        (False, "America/Los_Angeles", "Mar 15, 2027, 11:00 PM UTC"),
    ],
)
def test_a_check_closes_in_the_readers_own_time(
    chromium: Browser, site: Site, scripts: bool, zone: str, shown: str
) -> None:
    assessment = open_assessment(site.service, new_team(site.service), closes_at=FOUR_IN_CALIFORNIA)
    place = accepted(site.service.as_("portal").post(f"/v1/assessments/{assessment}/respondents", json={}))
    with chromium.new_context(
        base_url=site.address, locale="en-US", timezone_id=zone, java_script_enabled=scripts
    ) as context:
        page = context.new_page()
        page.goto(f"/join/{place['invitation']}")
        expect(page.locator("main")).to_contain_text(re.compile(rf"{shown}(?! UTC)"))
        page.get_by_role("button", name="I agree: begin").click()
        expect(page.locator("main")).to_contain_text(re.compile(shown))

"""A school's server without a certificate: browsers say less about where a form comes from, and ours are taken."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.fixtures.browser import SCHOOL_HOST
from tests.fixtures.sites import Site
from tests.fixtures.stories import accepted, new_team, open_assessment


@pytest.mark.parametrize("scripts", [True, False])
def test_our_own_forms_are_taken_over_plain_http(chromium: Browser, site: Site, scripts: bool) -> None:
    service = site.service
    assessment = open_assessment(service, new_team(service), closes_at="2026-10-24T09:00:00Z")
    place = accepted(service.as_("portal").post(f"/v1/assessments/{assessment}/respondents", json={}))
    address = f"http://{SCHOOL_HOST}:{urlsplit(site.address).port}"
    with chromium.new_context(base_url=address, java_script_enabled=scripts) as context:
        page = context.new_page()
        page.goto(f"/join/{place['invitation']}")
        with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
            page.get_by_role("button", name="I agree: begin").click()
        headers = sent.value.request.all_headers()
        assert "sec-fetch-site" not in headers, "else this test shows nothing that others do not"
        assert headers["origin"] == address
        assert sent.value.status == 303
        assert sent.value.headers["location"].endswith(f"/check/{place['id']}?done=joined")

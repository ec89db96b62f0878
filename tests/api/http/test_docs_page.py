"""The page that shows the API works where there is no way out."""

import base64
import hashlib
import re

from tests.fixtures.service import Service


def test_the_page_fetches_nothing_from_elsewhere(service: Service) -> None:
    page = service.anonymous().get("/docs").text
    parts = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(parts) >= 2
    for part in parts:
        assert part.startswith("/"), part
        assert service.anonymous().get(part).status_code == 200, part
    assert "https://" not in page


def test_the_page_runs_no_script_but_its_own(service: Service) -> None:
    answer = service.anonymous().get("/docs")
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    inline = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    allowed = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in inline]
    assert inline
    assert policy["script-src"].split() == ["'self'", *(f"'sha256-{one}'" for one in allowed)]

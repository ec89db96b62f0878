"""The page that shows the API works where there is no way out."""

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

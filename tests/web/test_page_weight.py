"""No page is heavy: what a browser loads for its first look, before any compression."""

import re
from functools import cache

from tests.fixtures.told import Told
from tests.fixtures.visits import visits

LIMIT = 150_000
"""In bytes: page, style sheets and scripts, without images."""
PARTS = re.compile(r'<(?:link rel="stylesheet" href|script[^>]* src|link rel="modulepreload" href)="(/[^"]+)"')


def test_no_page_is_over_150_kilobytes(told: Told) -> None:
    client = told.browser()

    @cache
    def part(address: str) -> tuple[int, tuple[str, ...]]:
        """The size of a file, and what it loads in turn."""
        answer = client.get(address)
        assert answer.status_code == 200, address
        more = re.findall(r'(?:import|from)\s+"(\.?/[^"]+)"', answer.text) if ".js" in address else []
        return len(answer.content), tuple(one.replace("./", "/static/", 1) for one in more)

    def add(address: str, seen: dict[str, int]) -> None:
        if address not in seen:
            seen[address], more = part(address)
            for one in more:
                add(one, seen)

    weights = {}
    for visit in visits():
        page = told.page(visit)
        seen = {"the page": len(page.content)}
        for address in PARTS.findall(page.text):
            add(address, seen)
        weights[visit.name] = seen
    assert len(weights) > 1
    assert all(len(parts) > 1 for parts in weights.values()), "pages without a style sheet"
    heavy = {name: parts for name, parts in weights.items() if sum(parts.values()) > LIMIT}
    assert not heavy, heavy

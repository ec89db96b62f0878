"""No page is heavy: what a browser loads for its first look, before any compression."""

import re
import shutil
from pathlib import Path

from fastapi.testclient import TestClient

from recommender.pipeline import Recommender
from tests.fixtures.sample import make_sample
from tests.fixtures.service import running_service
from tests.fixtures.visits import browser_of, visits

LIMIT = 150_000
"""In bytes: page, style sheets and scripts, without images."""
PARTS = re.compile(r'<(?:link rel="stylesheet" href|script[^>]* src|link rel="modulepreload" href)="(/[^"]+)"')


def imports(client: TestClient, address: str, seen: dict[str, int]) -> None:
    """Add the sizes of a file and of what it loads in turn."""
    if address in seen:
        return
    answer = client.get(address)
    assert answer.status_code == 200, address
    seen[address] = len(answer.content)
    for more in re.findall(r'(?:import|from)\s+"(\.?/[^"]+)"', answer.text) if ".js" in address else ():
        imports(client, more.replace("./", "/static/", 1), seen)


def test_no_page_is_over_150_kilobytes(starter: Recommender, tmp_path: Path, migrated_file: Path) -> None:
    shutil.copy(migrated_file, tmp_path / "trellis.sqlite")
    with running_service(starter, tmp_path, url=f"sqlite:///{tmp_path / 'trellis.sqlite'}") as service:
        sample = make_sample(service)
        weights = {}
        for visit in visits():
            client = browser_of(service, sample, visit.by)
            answer = client.get(visit.at(sample), follow_redirects=True)
            seen = {"the page": len(answer.content)}
            for address in PARTS.findall(answer.text):
                imports(client, address, seen)
            weights[visit.name] = seen
    assert len(weights) > 1
    heavy = {name: parts for name, parts in weights.items() if sum(parts.values()) > LIMIT}
    assert not heavy, heavy
    print("\n".join(f"{sum(parts.values()):7} {name}" for name, parts in weights.items()))

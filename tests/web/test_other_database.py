"""Every page on PostgreSQL: the same pages, with the same words, over the same sample."""

from pathlib import Path

from recommender.pipeline import Recommender
from tests.fixtures.postgres import PostgresServer
from tests.fixtures.sample import make_sample
from tests.fixtures.service import running_service
from tests.fixtures.visits import browser_of, visits


def test_every_page_opens_on_postgresql(
    starter: Recommender, tmp_path: Path, postgres_server: PostgresServer, migrated_name: str
) -> None:
    with (
        postgres_server.database(template=migrated_name) as url,
        running_service(starter, tmp_path, url=url) as service,
    ):
        sample = make_sample(service)
        for visit in visits():
            page = browser_of(service, sample, visit.by).get(visit.at(sample), follow_redirects=True)
            assert (page.status_code, visit) == (200, visit), page.text[:300]

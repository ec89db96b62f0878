"""Runs that an earlier version stored are read and made again: `runs-of-schema-1.backup` was written by one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from api.operating.backup import restore
from api.runs.stored import run_document
from api.storage.tables import Run
from recommender.pipeline import Recommender
from tests.fixtures.service import Service, running_service
from tests.fixtures.sites import session_token

BACKUP = Path(__file__).parents[2] / "golden" / "runs-of-schema-1.backup"


@pytest.fixture
def restored(starter: Recommender, tmp_path: Path, empty_url: str) -> Iterator[Service]:
    """The service over the restored backup."""
    with running_service(starter, tmp_path, url=empty_url) as service:
        yield service


@pytest.fixture
def empty_url(tmp_path: Path) -> str:
    from api.storage.database import Database

    url = f"sqlite:///{tmp_path / 'trellis.sqlite'}"
    database = Database(url)
    restore(database, BACKUP)
    database.close()
    return url


def runs(service: Service) -> list[str]:
    with service.database.reading() as session:
        return list(session.scalars(select(Run.id).order_by(Run.id)))


def test_runs_without_messages_are_read_with_their_sentences(restored: Service) -> None:
    found = runs(restored)
    assert len(found) == 3
    for run_id in found:
        with restored.database.reading() as session:
            run = session.get_one(Run, run_id)
            document = run_document(run)
        assert document.schema_version == 1
        assert document.notice_messages is None
        for match in (match for ranked in document.lists for match in ranked.matches):
            assert match.why
            assert match.why_messages is None


def test_what_a_run_from_answers_was_made_of_is_not_read_any_more(restored: Service) -> None:
    for run_id in runs(restored):
        admin, officer = restored.as_("admin"), restored.as_("officer", "A program")
        answer = admin.get(f"/v1/runs/{run_id}/replay").json()
        assert answer["outcome"] == "not_possible"
        assert "would tell single answers" in answer["detail"]
        listed = officer.get(f"/v1/runs/{run_id}").json()["run"]["lists"][0]["matches"][0]["support_id"]
        why_not = officer.get(f"/v1/runs/{run_id}/why-not/{listed}")
        assert why_not.status_code == 409
        assert "make a new run" in why_not.json()["detail"]


def test_pages_show_runs_without_messages(restored: Service) -> None:
    token = session_token(restored, "officer", "A program")
    for run_id in runs(restored):
        page = restored.anonymous().get(
            f"/desk/runs/{run_id}", headers={"Accept": "text/html", "Cookie": f"trellis_session={token}"}
        )
        assert page.status_code == 200
        with restored.database.reading() as session:
            first = run_document(session.get_one(Run, run_id)).lists[0].matches[0]
        assert first.why[0] in page.text


def test_a_stored_run_with_an_unknown_kind_is_refused_in_one_sentence(restored: Service) -> None:
    run_id = runs(restored)[0]
    with restored.database.writing() as session:
        run = session.get_one(Run, run_id)
        run.document = run.document.replace('"kind":"provider"', '"kind":"gathering"', 1)
    token = session_token(restored, "officer", "A program")
    page = restored.anonymous().get(
        f"/desk/runs/{run_id}", headers={"Accept": "text/html", "Cookie": f"trellis_session={token}"}
    )
    assert page.status_code == 409
    assert f"cannot read the stored run {run_id}: it does not know what stands at /lists/1" in page.text

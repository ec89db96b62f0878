"""Deleting a team leaves nothing of it but lines of the audit, in any table and, on SQLite, in the file itself."""

from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from api.storage.tables import AuditLine, Base
from tests.fixtures.rows import belongs_to_team, fill_every_table, ids_of, mark_of
from tests.fixtures.service import Service

TABLES = Base.metadata.tables
OF_TEAM = sorted(name for name, table in TABLES.items() if belongs_to_team(table))


def organization_of(service: Service) -> str:
    portal = service.as_("portal")
    team = portal.post("/v1/teams", json={"name": "Stays", "form": "team"}).json()["id"]
    with service.database.reading() as session:
        found = session.execute(text("SELECT organization_id FROM teams WHERE id = :id"), {"id": team}).scalar_one()
    return str(found)


def everything(service: Service) -> dict[str, list[Any]]:
    """All rows of all tables that the database has, also of tables that the code does not know."""
    with service.database.reading() as session:
        return {
            name: [tuple(map(str, row)) for row in session.execute(select(table))] for name, table in TABLES.items()
        }


def filled(service: Service) -> dict[str, Any]:
    organization = organization_of(service)
    with service.database.writing() as session:
        return fill_every_table(session, service.clock(), organization_id=organization)


def test_the_tables_of_a_team_are_those_that_one_would_name() -> None:
    assert {"teams", "assessments", "answers", "respondents", "snapshots", "runs", "reviews", "review_events"} <= set(
        OF_TEAM
    )
    assert {"match_statuses", "feedback_events", "cohort_grants", "stored_answers"} <= set(OF_TEAM)
    assert not {"audit", "organizations", "api_keys", "people", "cohorts", "artifacts"} & set(OF_TEAM)


def test_nothing_of_a_deleted_team_remains_in_any_table(service: Service) -> None:
    made = filled(service)
    before = everything(service)
    for name in OF_TEAM:
        assert any(mark_of(name) in str(row) or made["teams"]["id"] in str(row) for row in before[name]), name

    assert service.as_("portal").delete(f"/v1/teams/{made['teams']['id']}").status_code == 204
    after = everything(service)
    gone = ids_of(made, of_team=True)
    for table, rows in after.items():
        for row in rows:
            assert not any(mark_of(name) in str(row) for name in OF_TEAM), table
            assert table == "audit" or not any(one in str(row) for one in gone), table
    assert len(after["teams"]) == 1, "another team of the organization stays"
    for table in sorted(set(TABLES) - set(OF_TEAM)):
        assert len(after[table]) >= len(before[table]), table


def test_a_line_of_the_audit_stays_and_has_no_content(service: Service) -> None:
    made = filled(service)
    service.as_("portal").delete(f"/v1/teams/{made['teams']['id']}")
    with service.database.reading() as session:
        line = session.scalars(select(AuditLine).where(AuditLine.action == "team.delete")).one()
    assert (line.subject, line.detail, line.at) == (made["teams"]["id"], {}, service.clock())
    assert line.actor.startswith("key:")


def test_the_answers_kept_for_repeated_calls_go_with_the_team(service: Service) -> None:
    portal = service.as_("portal")
    headers = {"Idempotency-Key": "once"}
    body = {"name": "Marigold", "form": "team"}
    first = portal.post("/v1/teams", json=body, headers=headers)
    assert portal.delete(first.headers["Location"]).status_code == 204
    assert "Marigold" not in str(everything(service))
    again = portal.post("/v1/teams", json=body, headers=headers)
    assert again.status_code == 201
    assert again.json()["id"] != first.json()["id"]


def test_the_files_of_the_database_forget_too(service: Service) -> None:
    made = filled(service)
    if not service.database.is_sqlite:
        return  # PostgreSQL's files are its own; VACUUM reuses what is deleted
    files = Path(str(service.database.url.database)).parent

    def found() -> set[str]:
        content = b"".join(
            file.read_bytes() for file in files.glob(f"{service.database.url.database}*".rpartition("/")[2])
        )
        return {name for name in OF_TEAM if mark_of(name).encode() in content}

    assert found() == set(OF_TEAM)
    assert service.as_("portal").delete(f"/v1/teams/{made['teams']['id']}").status_code == 204
    assert found() == set()

"""Every query of every repository runs on both databases, and every page opens on both.

`make test` has no other test of PostgreSQL; `make check` runs every test of the API on it. A query that is added
without a place in this walk fails here.
"""

import shutil
from pathlib import Path
from typing import Any

import httpx2
from fastapi.testclient import TestClient
from httpx2 import Response
from typer.testing import CliRunner

from api.access.oidc import identity_provider
from api.cli.main import app
from api.settings import Settings
from recommender.pipeline import Recommender
from tests.fixtures.catalogs import catalog_texts
from tests.fixtures.identity_provider import running_provider
from tests.fixtures.postgres import PostgresServer
from tests.fixtures.queries import queries_of_the_code, recorded
from tests.fixtures.sample import Sample, make_sample
from tests.fixtures.service import Service, running_service
from tests.fixtures.visits import browser_of, visits

PASSWORD = "correct horse battery"
DANA = {"email": "dana@example.org", "name": "Dana Reyes", "scope": "officer"}
SAM = {"email": "sam@example.org", "name": "Sam Ortiz", "scope": "portal"}


def test_every_query_and_every_page_on_sqlite(starter: Recommender, tmp_path: Path, migrated_file: Path) -> None:
    shutil.copy(migrated_file, tmp_path / "trellis.sqlite")
    walk(starter, tmp_path, f"sqlite:///{tmp_path / 'trellis.sqlite'}")


def test_every_query_and_every_page_on_postgresql(
    starter: Recommender, tmp_path: Path, postgres_server: PostgresServer, migrated_name: str
) -> None:
    with postgres_server.database(template=migrated_name) as url:
        walk(starter, tmp_path, url)


def walk(starter: Recommender, folder: Path, url: str) -> None:
    with recorded() as sent, running_service(starter, folder, url=url) as service:
        sample = make_sample(service)
        for visit in visits():
            page = browser_of(service, sample, visit.by).get(visit.at(sample), follow_redirects=True)
            assert (page.status_code, visit) == (200, visit), page.text[:300]
        use_keys_and_people(service, sample, url)
        enter_by_an_identity_provider(service, sample)
        bring_in_a_catalog(service, sample)
        read_lists(service, sample)
        answer_and_leave(service, sample)
        end_things(service, sample)
    locks = {("api/http/rows.py", "lock_stored_answer")} if url.startswith("sqlite") else set()
    assert queries_of_the_code() - sent - locks == set(), "queries that this walk does not send"


def use_keys_and_people(service: Service, sample: Sample, url: str) -> None:
    admin = service.as_("admin", sample.program)
    key = done(admin.post("/v1/keys", json={"scope": "portal", "label": "the portal"}))["id"]
    assert key in ids(admin.get("/v1/keys"))
    done(admin.post(f"/v1/keys/{key}:revoke"))
    for _ in range(2):
        once, key_of_call = {"name": "A team made once", "form": "team"}, {"Idempotency-Key": "a-key-of-a-portal"}
        done(service.as_("portal", sample.portal).post("/v1/teams", json=once, headers=key_of_call))
    person = done(admin.post("/v1/people", json=DANA))["id"]
    assert ids(admin.get("/v1/people"))
    assert ids(admin.get("/v1/audit"))
    client = browser(service)
    done(client.post(done(admin.post(f"/v1/people/{person}:link"))["url"]))
    done(client.put("/v1/me/password", json={"password": PASSWORD}))
    done(client.post("/sign-in", json={"email": DANA["email"], "password": PASSWORD}))
    done(client.post("/sign-out"))
    events, officer = f"/v1/runs/{sample.runs['retaken']}/review/events", service.as_("officer", sample.program)
    version = officer.get(events.removesuffix("/events")).headers["ETag"]
    body = {"action": "assign", "assignee": f"person:{person}"}
    done(officer.post(events, json=body, headers={"If-Match": version}))
    done(admin.post(f"/v1/people/{person}:disable"))
    for command in ("keys", "people"):
        listed = CliRunner().invoke(app, [command, "list", "--json"], env={"TRELLIS_DATABASE_URL": url})
        assert (listed.exit_code, sample.program in listed.stdout) == (0, True), listed.output


def enter_by_an_identity_provider(service: Service, sample: Sample) -> None:
    done(service.as_("admin", sample.portal).post("/v1/people", json=SAM))
    with running_provider(int(service.clock().timestamp())) as provider:
        settings = {
            "oidc_issuer": provider.issuer,
            "oidc_client_id": provider.client_id,
            "oidc_client_secret": provider.secret,
        }
        service.app.state.identity_provider = identity_provider(Settings.model_validate(settings))
        provider.user = {"sub": "u-7", "email": SAM["email"]}
        client = browser(service)
        back = httpx2.get(client.get("/sign-in/oidc").headers["Location"]).headers["Location"]
        done(client.get(back))
    assert done(client.get("/v1/me"))["name"] == SAM["name"]


def bring_in_a_catalog(service: Service, sample: Sample) -> None:
    """Checked and stored by the pages, and put in use by the API."""
    operator = browser_of(service, sample, "operator")
    text = catalog_texts(without={sample.support})["resources"]
    report = operator.post("/catalog/import", data={"resource_text": text, "provider_text": ""})
    done(report)
    done(operator.post(f"{report.headers['Location']}/store"))
    version = report.headers["Location"].rpartition("/")[2]
    done(service.as_("operator").post(f"/v1/catalog/versions/{version}:activate"))
    curator = browser_of(service, sample, "curator")
    done(curator.post(f"/catalog/own/{sample.additions}/use"))


def read_lists(service: Service, sample: Sample) -> None:
    team, run = sample.teams["released"], sample.runs["released"]
    portal, officer = service.as_("portal", sample.portal), service.as_("officer", sample.program)
    assert {team, sample.teams["open"]} <= ids(officer.get("/v1/teams"))
    assert run in ids(portal.get(f"/v1/teams/{team}/recommendations"))
    assert len(done(portal.get(f"/v1/teams/{team}/feedback"))["items"]) == 4
    assert done(officer.get(f"/v1/teams/{team}/matches"))["items"]
    done(portal.post(f"/v1/teams/{team}/recommendations:what-if", json={}))
    missing = portal.post(f"/v1/teams/{team}/recommendations:what-if", json={"assessment_id": "missing"})
    assert missing.status_code == 404
    assert done(service.as_("evaluator", sample.program).get("/v1/exports/judgments"), text=True)


def answer_and_leave(service: Service, sample: Sample) -> None:
    portal, person, client = service.as_("portal", sample.portal), sample.people["fresh"], browser(service)
    done(client.post(f"/join/{person.invitation}"))
    assert client.get(f"/join/{person.invitation}").status_code == 410
    done(client.post(f"/check/{person.id}/answers", data={"answers/la1": "2", "age:answers/la1": "1000"}))
    done(client.post(f"/check/{person.id}/withdraw"))
    done(portal.delete(f"/v1/assessments/{sample.windows['open']}/respondents/{person.id}"))
    closed = f"/v1/assessments/{sample.windows['released']}"
    done(portal.post(f"{closed}:reopen"))
    done(portal.post(f"{closed}:close"))


def end_things(service: Service, sample: Sample) -> None:
    team = sample.teams["released"]
    officer, portal = service.as_("officer", sample.program), service.as_("portal", sample.portal)
    done(portal.delete(f"/v1/cohorts/{sample.cohort}/teams/{team}"))
    assert team not in ids(officer.get("/v1/teams"))
    done(portal.delete(f"/v1/teams/{team}"))
    assert portal.get(f"/v1/teams/{team}").status_code == 404


def browser(service: Service) -> TestClient:
    return service.anonymous(base_url="http://127.0.0.1:8000", follow_redirects=False)


def done(answer: Response, *, text: bool = False) -> Any:
    """The body of an answer that must not be a failure; None where it has none."""
    assert answer.status_code < 400, (answer.url, answer.text[:300])
    if text:
        return answer.text
    is_json = answer.content and answer.headers.get("Content-Type", "").startswith("application/json")
    return answer.json() if is_json else None


def ids(answer: Response) -> set[str]:
    return {one["id"] for one in done(answer)["items"]}

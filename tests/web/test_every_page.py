"""Every page and every form: who may see and send it, and that no text of anybody becomes markup.

What a route takes is read from its own dependencies, so that a page without protection is found, not forgotten.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import select

from api.access.principals import GRANTED, Permission, Scope
from api.storage.database import Database
from api.storage.tables import Base
from api.web.kit.visitors import Asks, check_path
from api.web.kit.visitors import _invited as invited
from api.web.kit.visitors import _person as person
from tests.fixtures.service import Service
from tests.fixtures.told import HERE, Told
from tests.fixtures.visits import VISITS, Visit, page_routes, visits

OPEN = {"/", "/leave", "/check/{respondent_id}/leave"}
"""For everybody, also those who have nothing to leave; beside them only what is below these."""
OPEN_BELOW = ("/sign-in", "/join", "/demo")
PLANT = re.compile(r"data-planted=([\w-]+)")
NEVER_SHOWN = {
    "external-id": "the portal's own id of a team",
    "feedback-note": "what a portal tells of a team's use of a support",
}
"""Fields whose text no page has to show."""


class Guarded(NamedTuple):
    """A route, and what it asks for: a permission, an invitation, or nothing."""

    method: str
    path: str
    permission: Permission | None
    invited: bool
    person: bool
    """Whether anybody who is signed in may come."""

    @property
    def is_open(self) -> bool:
        return self.permission is None and not self.invited and not self.person

    def lets_through(self, scope: Scope) -> bool:
        if self.permission is None:
            return self.person
        return self.permission in GRANTED[scope]


def guarded(service: Service) -> list[Guarded]:
    pages = set(page_routes(service.app))
    found = []
    for context in iter_route_contexts(service.app.routes):
        route = context.original_route
        if not isinstance(route, APIRoute):
            continue
        for method in sorted(route.methods):
            if (method, str(context.path)) in pages:
                calls = list(calls_of(context.dependant))  # with what the routers around it ask for
                asked = [call.permission for call in calls if isinstance(call, Asks)]
                assert len(set(asked)) <= 1, f"{context.path} asks for several permissions; say here which one counts"
                permission = asked[0] if asked else None
                found.append(Guarded(method, str(context.path), permission, invited in calls, person in calls))
    return found


def calls_of(dependant: Dependant) -> Iterator[Any]:
    for part in dependant.dependencies:
        yield part.call
        yield from calls_of(part)


def address(route: Guarded, ids: dict[str, str]) -> str:
    names = re.findall(r"{(\w+)(?::\w+)?}", route.path)
    unknown = [name for name in names if name not in ids]
    assert not unknown, f"{route.path}: say in Told.ids what stands for {unknown}"
    return re.sub(r"{(\w+)(?::\w+)?}", lambda found: ids[found[1]], route.path)


def contents(database: Database) -> dict[str, list[Any]]:
    """Every row of every table."""
    with database.reading() as session:
        return {
            name: sorted(repr(tuple(row)) for row in session.execute(select(*table.columns)))
            for name, table in Base.metadata.tables.items()
        }


def test_every_page_has_a_visit(told: Told) -> None:
    pages = {route.path for route in page_routes(told.service.app) if route.method == "GET"}
    assert pages - set(VISITS) == set(), "pages without a visit in tests/fixtures/visits.py"
    assert set(VISITS) - pages == set(), "visits of pages that are gone"


def test_no_page_is_open_but_those_that_must_be(told: Told) -> None:
    unprotected = {route.path for route in guarded(told.service) if route.is_open}
    assert {path for path in unprotected - OPEN if not path.startswith(OPEN_BELOW)} == set()


def test_nobody_is_led_to_the_sign_in_and_can_send_nothing(told: Told) -> None:
    nobody, ids = told.browser(), told.ids()
    before = contents(told.service.database)
    for route in guarded(told.service):
        if route.is_open:
            continue
        answer = nobody.request(route.method, address(route, ids))
        what = (route, answer.status_code, answer.text[:300])
        if route.method == "GET" and not route.invited:
            assert answer.status_code == 303, what
            assert answer.headers["Location"].startswith("/sign-in?next=%2F"), what
        else:
            assert answer.status_code == 401, what
        assert not PLANT.search(answer.text), what
    assert contents(told.service.database) == before


@pytest.mark.parametrize("scope", list(Scope))
def test_a_page_of_another_role_says_so(told: Told, scope: Scope) -> None:
    client, ids = told.browser(scope), told.ids()
    before = contents(told.service.database)
    for route in guarded(told.service):
        if route.permission is not None and not route.lets_through(scope):
            answer = client.request(route.method, address(route, ids))
            what = (route, answer.status_code, answer.text[:300])
            assert answer.status_code == 403, what
            assert "data-planted=team" not in answer.text, what
    assert contents(told.service.database) == before


@pytest.mark.parametrize("scope", list(Scope))
def test_another_organization_learns_nothing_whatever_it_opens(told: Told, scope: Scope) -> None:
    client, ids = told.browser(f"foreign:{scope}"), told.ids()
    before = contents(told.service.database)
    theirs = ("team_id", "assessment_id", "run_id", "cohort_id", "respondent_id", "checked")
    for route in guarded(told.service):
        if not route.lets_through(scope):
            continue
        belongs = any("{" + name in route.path for name in theirs)
        if route.method != "GET" and not belongs:
            continue
        answer = client.request(route.method, address(route, ids))
        what = (route, answer.status_code, answer.text[:300])
        assert answer.status_code < 500, what
        if belongs:
            # A page that is not for officers says so before it looks.
            assert answer.status_code in ((403, 404) if scope is Scope.OFFICER else (404,)), what
        seen = {mark for mark in PLANT.findall(answer.text) if not mark.startswith(("catalog-", "support-"))}
        assert seen <= {"person-name"}, what
    assert contents(told.service.database) == before


def test_an_invitation_opens_its_own_check_only(told: Told) -> None:
    ids = told.ids() | {"respondent_id": told.sample.people["done"].id}
    client = told.browser("person:begun")
    before = contents(told.service.database)
    for route in guarded(told.service):
        if route.invited:
            answer = client.request(route.method, address(route, ids))
            what = (route, answer.status_code, answer.text[:300])
            assert answer.status_code == 401, what
            assert not PLANT.search(answer.text), what
    assert contents(told.service.database) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": HERE},
    ],
    ids=lambda headers: ",".join(headers.values()),
)
def test_forms_of_other_sites_change_nothing(told: Told, headers: dict[str, str]) -> None:
    ids, clients = told.ids(), {scope: told.browser(scope) for scope in Scope}
    holder = told.browser("person:begun")
    before = contents(told.service.database)
    sent = 0
    for route in guarded(told.service):
        if route.method in ("GET", "HEAD"):
            continue
        who = [clients[scope] for scope in Scope if route.lets_through(scope)] or [holder]
        for client in who:
            answer = client.request(route.method, address(route, ids), headers=headers, data={"name": "x"})
            assert answer.status_code == 403, (route, answer.status_code, answer.text[:300])
            assert "Set-Cookie" not in answer.headers, route
            sent += 1
    assert sent, "the walk must find the forms"
    assert contents(told.service.database) == before


class Markup(HTMLParser):
    """Collects what a page must not hold."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_script = tag == "script"
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on")):
                self.faults.append(f"<{tag} {name}>")
            if name == "data-planted":
                self.faults.append(f"planted markup: {value}")
            if name in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
                self._link(tag, name, value or "")
            if name.startswith("hx-vals") and (value or "").lstrip().startswith(("js:", "javascript:")):
                self.faults.append(f"<{tag} {name}={value}>")

    def _link(self, tag: str, name: str, value: str) -> None:
        if not re.match(r"(https?://|/(?!/)|#|\?|mailto:|$)", value):
            self.faults.append(f"<{tag} {name}={value}>")
        if re.match(r"https?://", value) and name != "href":
            self.faults.append(f"<{tag} {name}={value}> loads from elsewhere")

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.faults.append(f"inline script: {data[:60]}")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


@pytest.mark.parametrize("visit", visits(), ids=lambda visit: visit.name)
def test_a_page_holds_no_markup_of_others_and_forbids_inline_scripts(told: Told, visit: Visit) -> None:
    answer = told.page(visit)
    assert answer.status_code == 200, (answer.status_code, answer.text[:300])
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["Cache-Control"] == "private, no-store"
    markup = Markup()
    markup.feed(answer.text)
    assert not markup.faults, markup.faults
    assert "<svg/data-planted" not in answer.text
    assert "&amp;lt;svg" not in answer.text, "escaped twice"


def test_the_walk_sees_every_text_that_people_write(told: Told) -> None:
    """Each planted field shows up, escaped, on some page; otherwise the test above proves nothing of it."""
    seen = set()
    for visit in visits():
        seen |= set(PLANT.findall(told.page(visit).text))
    fields = set(re.findall(r'say\(\s*f?"([\w-]+)"', Path("tests/fixtures/sample.py").read_text("utf-8")))
    fields |= {"words-strengths", "words-challenges", "words-hoped_for_support", "person-name"}
    assert fields - seen - set(NEVER_SHOWN) == set()
    assert not seen & set(NEVER_SHOWN), "shown after all: take it out of NEVER_SHOWN"


def test_what_people_write_runs_in_its_own_direction(told: Told) -> None:
    boxes = re.compile(r"<(?:textarea|blockquote|q)\b[^>]*>|<input\b[^>]*type=\"(?:text|search)\"[^>]*>")
    seen, wrong = 0, []
    for visit in visits():
        for tag in boxes.findall(told.browser(visit.by).get(visit.at(told.sample), follow_redirects=True).text):
            seen += 1
            if "dir=" not in tag and "inputmode=" not in tag:
                wrong.append((visit.name, tag))
    assert seen > 20
    assert not wrong


@pytest.mark.parametrize("base_url", [HERE, "https://trellis.example.org"])
def test_cookies_are_closed_to_scripts_and_travel_by_tls_only(told: Told, base_url: str) -> None:
    person = told.sample.people["agreed"]
    client = told.browser(base_url=base_url)
    given = [client.post(f"/join/{person.invitation}"), client.get(f"/join/{person.invitation}")]
    cookies = [value for answer in given for value in answer.headers.get_list("set-cookie")]
    assert cookies, [answer.status_code for answer in given]
    for cookie in cookies:
        words = set(re.split("; *", cookie.lower()))
        assert {"httponly", "samesite=lax", f"path={check_path(person.id).lower()}"} <= words, cookie
        assert ("secure" in words) == base_url.startswith("https"), cookie

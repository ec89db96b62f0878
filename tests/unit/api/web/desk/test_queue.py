"""The first page of the review desk as values: which teams, in which order, with which words."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from api.access.principals import Principal, Scope
from api.errors import InvalidParameter
from api.storage.tables import Organization, Team
from api.web.desk.queue import DeskQueuePage, DeskQueueQuery, next_run, queue_page
from api.web.desk.words import due_of
from models.review import ReviewState
from tests.fixtures.reviewing import done
from tests.fixtures.service import Service
from tests.fixtures.stored_runs import PROGRAM, StoredRun, stored_run

NOW = datetime(2026, 10, 15, 9, 0, tzinfo=UTC)


def officer(service: Service, program: str = PROGRAM) -> Principal:
    service.key("officer", program)  # makes the organization
    with service.database.reading() as session:
        organization = session.scalars(select(Organization.id).where(Organization.name == program)).one()
    return Principal("person:dana", organization, Scope.OFFICER)


def shown(service: Service, *, who: Principal | None = None, **query: object) -> DeskQueuePage:
    who = who or officer(service)
    with service.database.reading() as session:
        return queue_page(session, who, DeskQueueQuery.model_validate(query), now=service.clock())


def named(service: Service, name: str, run: StoredRun) -> StoredRun:
    with service.database.writing() as session:
        session.get_one(Team, run.team_id).name = name
    return run


def teams(page: DeskQueuePage) -> list[str]:
    return [row.team for row in page.rows]


@pytest.mark.parametrize(
    ("days", "overdue", "words"),
    [
        (7, False, "Due in 7 days"),
        (1, False, "Due tomorrow"),
        (0, False, "Due today"),
        (-1, False, "Was due yesterday"),
        (-3, False, "Was due 3 days ago"),
        (0, True, "Overdue since today"),
        (-1, True, "Overdue by 1 day"),
        (-2, True, "Overdue by 2 days"),
    ],
)
def test_due_days_are_words(days: int, overdue: bool, words: str) -> None:
    due = due_of(NOW + timedelta(days=days), overdue=overdue, now=NOW)
    assert (due.words, due.overdue) == (words, overdue)
    assert due_of(None, overdue=False, now=NOW).words == "No due date"


def test_an_address_says_what_is_not_as_usual_and_begins_at_the_first_place() -> None:
    query = DeskQueueQuery(state=ReviewState.RELEASED, mine=True, cursor="x", done="through")
    assert query.at() == "/desk?state=released&mine=true"
    assert query.at(state="open", mine=False) == "/desk"
    assert (query.n_narrowing, DeskQueueQuery().n_narrowing) == (1, 0)


def test_what_needs_work_comes_by_day_due_and_each_state_is_counted(service: Service) -> None:
    for name in ("First", "Second", "Third"):
        run = named(service, name, stored_run(service))
        if name == "Second":
            done(service.as_("officer", PROGRAM), run, "release")
    assert teams(shown(service)) == ["First", "Third"]
    assert teams(shown(service, state="released")) == ["Second"]
    assert teams(shown(service, state="all", sort="age")) == ["First", "Second", "Third"]
    counts = {count.words: (count.n, count.here) for count in shown(service).counts}
    assert (counts["Needs work"], counts["Released"], counts["All"]) == ((2, True), (1, False), (3, False))
    (released,) = shown(service, state="released").rows
    assert (released.due.words, released.due.overdue) == ("", False)


def test_filters_narrow_the_list(service: Service) -> None:
    many = named(service, "Many", stored_run(service, sample="veteran-team"))
    few = named(service, "Few", stored_run(service, sample="veteran-team", raters=2))
    gaps = named(service, "Gaps", stored_run(service, sample="new-school-team"))
    flags = {row.team: row.flags for row in shown(service).rows}
    assert "Few answers" in flags["Few"]
    assert any("without a match" in flag for flag in flags["Gaps"])
    assert teams(shown(service, few=True)) == ["Few"]
    assert teams(shown(service, unmet=True)) == ["Gaps"]
    assert teams(shown(service, cohort=many.cohort_id)) == ["Many"]
    assert teams(shown(service, cohort="")) == ["Many", "Few", "Gaps"]
    assert [page.n_all for page in (shown(service), shown(service, few=True))] == [3, 1]
    assert teams(shown(service, mine=True)) == []
    assert few.run_id != gaps.run_id
    service.clock.forward(days=7, hours=1)
    assert teams(shown(service, overdue=True)) == ["Many", "Few", "Gaps"]
    assert {row.due.words for row in shown(service).rows} == {"Overdue since today"}


def test_a_long_queue_comes_page_by_page(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.web.desk.queue._PAGE", 2)
    for number in range(3):
        named(service, f"Team{number}", stored_run(service))
    first = shown(service)
    cursor = first.more.partition("cursor=")[2]
    rest = shown(service, cursor=cursor.replace("%3A", ":").replace("%2B", "+").replace("%2C", ","))
    assert (teams(first), teams(rest), rest.more) == (["Team0", "Team1"], ["Team2"], "")
    with pytest.raises(InvalidParameter):
        shown(service, cursor="nonsense")


def test_next_leads_round_the_queue_and_ends_when_no_other_needs_work(service: Service) -> None:
    first, second = stored_run(service), stored_run(service)
    who = officer(service)

    def after(run: StoredRun | None) -> str | None:
        with service.database.reading() as session:
            due = {row.run_id: row.due.day for row in shown(service).rows}
            return next_run(session, who, (due[run.run_id], run.run_id) if run else None, now=service.clock())

    assert [after(None), after(first), after(second)] == [first.run_id, second.run_id, first.run_id]
    done(service.as_("officer", PROGRAM), first, "release")
    assert after(second) is None


def test_another_program_sees_no_team(service: Service) -> None:
    stored_run(service)
    page = shown(service, who=officer(service, "Another program"), state="all")
    assert (page.rows, page.n_all, page.cohorts) == ((), 0, ())

"""The way into a check and out of it: whom a link lets in, what a browser keeps, and what a person takes back."""

from urllib.parse import urlsplit

import pytest

from api.web.kit.visitors import CHECK_COOKIE
from tests.fixtures.service import Service
from tests.fixtures.stories import accepted, answer, new_team, open_assessment
from tests.web.check.test_check import Person, consensus, invite, new_browser, new_person, page, words


@pytest.fixture
def person(service: Service) -> Person:
    return new_person(service)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_was_kept_lets_nobody_in_after_its_person_opened_it(person: Person, method: str) -> None:
    person.send("/team-and-time", {"answers/tt1": "3"})
    keeper = new_browser(person.service)
    text = words(page(keeper.request(method, f"/join/{person.invitation}"), 410))
    assert "This link was opened before" in text
    assert keeper.cookies == {}
    bearer = person.service.invited(person.invitation)
    where = f"/v1/assessments/{person.assessment}/respondents/{person.id}"
    refused = [
        bearer.get(f"{where}/answers"),
        bearer.patch(f"{where}/answers", json={"share_text": True}),
        bearer.delete(f"{where}/answers"),
        bearer.post(f"{where}:submit"),
    ]
    assert {one.status_code for one in refused} == {401}
    page(keeper.get(person.home, headers={"Cookie": f"{CHECK_COOKIE}={person.invitation}"}), 401)
    assert person.own()["answers"] == {"tt1": 3}


def test_consent_that_was_given_before_the_person_came_does_not_count(service: Service) -> None:
    window = open_assessment(service, new_team(service))
    before = {"answers": {"la1": 2}, "open_text": {"strengths": "Not mine."}, "share_text": True}
    respondent, invitation = answer(service, window, before)
    person = Person(service, window, respondent, invitation, new_browser(service))
    page(person.browser.post(f"/join/{invitation}"))
    own = person.own()
    assert (own["share_text"], own["answers"]) == (False, {"la1": 2}), "and the person sees what was written"


def test_the_own_link_opens_the_answers_anywhere_and_says_when_it_was_first_opened(person: Person) -> None:
    person.send("/team-and-time", {"answers/tt1": "3"})
    text = person.see("/link")
    link = f"/join/{person.token}"
    assert link in text
    other = new_browser(person.service)
    assert "This check was first opened on Oct 15, 2026, 9:00 AM UTC." in words(page(other.get(link)))
    assert "1 of 50 lines answered" in words(page(other.post(link)))
    assert "1 of 50 lines answered" in words(person.see()), "and the first device still holds it"


def test_the_teams_link_stays_one_link_for_all(service: Service) -> None:
    _, team = consensus(service, [2, 3])
    page(new_browser(service).post(f"/join/{team.invitation}"))
    page(team.browser.post(f"/join/{team.invitation}"))
    assert team.token == team.invitation


@pytest.mark.parametrize("below", ["", "/words", "/team-and-time", "/link"])
def test_every_page_can_leave_the_device_and_then_nothing_can_be_read_there(person: Person, below: str) -> None:
    person.send("/words", {"open_text/strengths": "Only mine."})
    assert f'action="{person.home}/leave"' in person.see(below)
    left = person.browser.post(f"{person.home}/leave")
    assert "You have left this device" in page(left)
    assert f'data-left="{person.id}"' in left.text, "by which the script takes out what was not sent"
    assert person.browser.cookies == {}
    assert "Only mine." not in person.see("/words", status=401)


def test_a_browser_that_is_closed_has_forgotten_the_check(service: Service) -> None:
    person = invite(service, open_assessment(service, new_team(service)))
    person.send("/words", {"open_text/strengths": "Only mine."})
    for cookie in list(person.browser.cookies.jar):
        if cookie.discard:
            person.browser.cookies.jar.clear(cookie.domain, cookie.path, cookie.name)
    assert "Only mine." not in person.see("/words", status=401)


def test_a_person_takes_back_all_answers_in_one_step_while_the_check_is_open(service: Service) -> None:
    person = new_person(service, roster_size=3)
    assert "Take back all my answers" not in person.see()
    person.send("/team-and-time", {"answers/tt1": "3"})
    person.send("/submit")
    assert "Take back all my answers" in person.see()
    assert "All your answers are deleted." in words(person.send("/withdraw"))
    own = person.own()
    assert (own["answers"], own["progress"]["saved_at"], own["progress"]["submitted_at"]) == ({}, None, None)
    refused = service.as_("portal").post(f"/v1/assessments/{person.assessment}:close")
    assert refused.json()["type"] == "/problems/no-results-yet", "nothing counts any more"
    person.send("/team-and-time", {"answers/tt2": "2"})
    assert person.own()["answers"] == {"tt2": 2}, "and the person may begin again"


def test_answers_that_are_frozen_are_not_taken_back(service: Service) -> None:
    person = new_person(service)
    person.send("/team-and-time", {"answers/tt1": "3"})
    accepted(service.as_("portal").post(f"/v1/assessments/{person.assessment}:close"))
    assert "Take back all my answers" not in person.see()
    person.send("/withdraw")
    assert person.own()["answers"] == {"tt1": 3}


def test_a_renewed_link_begins_anew_and_says_what_counts(service: Service) -> None:
    person = new_person(service)
    person.send("/team-and-time", {"answers/tt1": "3", "answers/tt2": "3"})
    service.clock.forward(hours=1)
    where = f"/v1/assessments/{person.assessment}/respondents/{person.id}"
    link = accepted(service.as_("portal").post(f"{where}:renew"))["invitation"]
    newer = Person(service, person.assessment, person.id, link, new_browser(service))
    service.clock.forward(hours=1)
    page(newer.browser.post(f"/join/{link}"))
    assert "It counts until you save a first answer now." in words(newer.see("/team-and-time"))
    newer.send("/team-and-time", {"answers/tt3": "1"})
    assert "You have a newer link" not in newer.see()
    assert newer.own()["answers"] == {"tt3": 1}
    accepted(service.as_("portal").post(f"/v1/assessments/{person.assessment}:close"))
    assert stored_paths(service, person.id) == {"answers/tt3"}, "one place holds one person's answers"


def stored_paths(service: Service, respondent_id: str) -> set[str]:
    from sqlalchemy import select

    from api.storage.tables import Answer

    with service.database.reading() as session:
        return set(session.scalars(select(Answer.path).where(Answer.respondent_id == respondent_id)))


def another_device(person: Person) -> Person:
    """The same person in a second browser, by the own link."""
    other = Person(person.service, person.assessment, person.id, person.token, new_browser(person.service))
    page(other.browser.post(f"/join/{person.token}"))
    return other


def at(person: Person, minutes: int, **fields: str) -> dict[str, object]:
    """What the page is told that sends fields chosen some minutes ago."""
    sent = {name.replace("__", "/"): value for name, value in fields.items()}
    ages = {f"age:{name}": str(minutes * 60_000) for name in sent}
    found: dict[str, object] = accepted(person.browser.post(f"{person.home}/answers", data={**sent, **ages}))
    return found


def test_an_older_choice_that_arrives_later_changes_nothing_and_is_told(person: Person) -> None:
    laptop = another_device(person)
    person.service.clock.forward(minutes=30)
    at(laptop, 0, answers__la1="4", answers__la2="4", open_text__strengths="Later.")
    person.service.clock.forward(minutes=30)
    told = at(person, 45, answers__la1="2", answers__la3="1", open_text__strengths="Earlier.")
    assert told["newer"] == {"answers/la1": "4", "open_text/strengths": "Later."}
    assert laptop.own()["answers"] == {"la1": 4, "la2": 4, "la3": 1}
    # What was chosen at :15 and arrived at :60 is older than a choice of :20 that arrives last.
    assert at(laptop, 40, answers__la3="3")["newer"] == {}
    assert laptop.own()["answers"]["la3"] == 3


def test_one_device_sends_in_order_however_long_each_choice_took_to_arrive(person: Person) -> None:
    at(person, 0, answers__la1="2")
    assert at(person, 1, answers__la1="3")["newer"] == {}
    assert at(person, 2, answers__la1="")["newer"] == {}
    assert at(person, 3, answers__la1="4")["newer"] == {}
    assert person.own()["answers"] == {"la1": 4}


def test_what_was_taken_out_later_is_not_brought_back(person: Person) -> None:
    person.send("/team-and-time", {"answers/tt1": "3"})
    person.service.clock.forward(minutes=30)
    at(another_device(person), 0, answers__tt1="")
    person.service.clock.forward(minutes=30)
    assert at(person, 45, answers__tt1="2")["newer"] == {"answers/tt1": None}
    at(person, 0, answers__tt2="2")
    person.send("/withdraw")
    person.service.clock.forward(minutes=5)
    assert at(person, 20, answers__tt3="2")["newer"] == {"answers/tt3": None}
    assert person.own()["answers"] == {}


@pytest.mark.parametrize("age", ["-1", "x", "1e3", "9" * 13, "²"])
def test_an_age_that_is_none_is_refused(person: Person, age: str) -> None:
    sent = {"answers/la1": "2", "age:answers/la1": age}
    refused = person.browser.post(f"{person.home}/answers", data=sent, headers={"Accept": "application/json"})
    assert refused.status_code == 422
    assert person.own()["answers"] == {}


def test_the_page_of_the_own_link_is_the_persons_alone(person: Person) -> None:
    assert urlsplit(page(person.browser.get(f"{person.home}/link")).split("<code>")[1].split("<")[0]).path == (
        f"/join/{person.token}"
    )
    page(new_browser(person.service).get(f"{person.home}/link"), 401)

"""The questionnaire's pages: the invitation, the answers of one domain, own words, and what nobody may lose."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any, NamedTuple

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.web.kit.rendering import static_file
from api.web.kit.visitors import CHECK_COOKIE
from models.vocab import Form
from recommender.instruments import default_instrument
from tests.fixtures.service import Service
from tests.fixtures.stories import accepted, answer, level_answers, new_team, open_assessment

DAYS_9 = "2026-10-24T09:00:00Z"
EVIL = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
INSTRUMENT = default_instrument()


class Person(NamedTuple):
    """Somebody with an invitation, in a browser that has opened it."""

    service: Service
    assessment: str
    id: str
    invitation: str
    browser: TestClient

    @property
    def home(self) -> str:
        return f"/check/{self.id}"

    @property
    def token(self) -> str:
        """What opens the check now: the own token of the browser, or the invitation that it has not opened yet."""
        mine = (one for one in self.browser.cookies.jar if one.path == self.home)
        held = (one.value for one in mine if one.name == CHECK_COOKIE)
        return next(held, None) or self.invitation

    def see(self, below: str = "", *, status: int = 200) -> str:
        return page(self.browser.get(self.home + below), status)

    def send(self, below: str = "", fields: Mapping[str, str] | None = None, *, status: int = 200) -> str:
        return page(self.browser.post(self.home + below, data=dict(fields or {})), status)

    def save_one(self, **fields: str) -> Response:
        """What the script sends."""
        data = {name.replace("__", "/").replace("_1", "-"): value for name, value in fields.items()}
        return self.browser.post(f"{self.home}/answers", data=data, headers={"Accept": "application/json"})

    def own(self) -> dict[str, Any]:
        where = f"/v1/assessments/{self.assessment}/respondents/{self.id}/answers"
        headers = {"Authorization": f"Bearer {self.token}"}
        found: dict[str, Any] = accepted(self.service.anonymous().get(where, headers=headers))
        return found


def page(response: Response, status: int = 200) -> str:
    assert response.status_code == status, (response.status_code, response.text)
    return str(response.text)


def words(html: str) -> str:
    """A page's words as they are read."""
    return re.sub(r" ([.,;])", r"\1", " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split()))


def new_browser(service: Service) -> TestClient:
    client = service.anonymous(base_url="http://localhost")
    client.headers["Accept"] = "text/html"
    return client


def invite(service: Service, assessment: str, *, joined: bool = True, **body: Any) -> Person:
    place = accepted(service.as_("portal").post(f"/v1/assessments/{assessment}/respondents", json=body))
    person = Person(service, assessment, place["id"], place["invitation"], new_browser(service))
    if joined:
        page(person.browser.post(f"/join/{person.invitation}"))
    return person


def new_person(service: Service, *, form: str = "team", **window: Any) -> Person:
    return invite(service, open_assessment(service, new_team(service, form=form), **window))


def close(service: Service, assessment: str) -> None:
    accepted(service.as_("portal").post(f"/v1/assessments/{assessment}:close"))


@pytest.fixture
def person(service: Service) -> Person:
    return new_person(service, closes_at=DAYS_9)


# The invitation


def test_the_invitation_tells_what_this_is_and_looking_at_it_changes_nothing(service: Service) -> None:
    person = invite(service, open_assessment(service, new_team(service), closes_at=DAYS_9), joined=False)
    for _ in range(3):
        response = person.browser.get(f"/join/{person.invitation}")
        assert person.browser.head(f"/join/{person.invitation}").status_code == 200
        assert person.browser.cookies == {}
    text = words(page(response))
    for told in (
        "An invitation for A team",
        "50 lines in 10 parts",
        "About 22 minutes",
        INSTRUMENT.instrument.instrument.privacy_note,
        "at least 3 people have answered",
        "from 5 people on",
        "share its results with: Our program officer",
        "Taking part is your choice",
        "Oct 24, 2026, 9:00 AM UTC",
    ):
        assert " ".join(told.split()) in text, told
    assert response.headers["Referrer-Policy"] == "same-origin"
    page(person.browser.get(person.home), 401)


@pytest.mark.parametrize(("fields", "kept"), [({}, False), ({"device": "own"}, True)])
def test_beginning_gives_the_browser_a_cookie_for_this_check_only(
    service: Service, fields: dict[str, str], kept: bool
) -> None:
    person = invite(service, open_assessment(service, new_team(service)), joined=False)
    response = person.browser.post(f"/join/{person.invitation}", data=fields, follow_redirects=False)
    assert (response.status_code, response.headers["Location"]) == (303, f"{person.home}?done=joined")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith(f"{CHECK_COOKIE}=trellis_invitation_")
    for part in ("HttpOnly", "SameSite=lax", f"Path={person.home}"):
        assert part in cookie
    assert ("Max-Age=7776000" in cookie, "xpires" in cookie) == (kept, kept and "xpires" in cookie)
    assert "Secure" not in cookie
    elsewhere = TestClient(service.app, base_url="https://trellis.example", follow_redirects=False)
    assert "Secure" in elsewhere.post(f"/join/{person.token}").headers["Set-Cookie"]
    assert person.token not in person.see()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_invitation_that_is_unknown_or_was_replaced_says_so_and_keeps_what_was_saved(
    person: Person, method: str
) -> None:
    person.send("/team-and-time", {"answers/tt1": "3"})
    person.service.clock.forward(hours=1)
    renewed = f"/v1/assessments/{person.assessment}/respondents/{person.id}:renew"
    newer = accepted(person.service.as_("portal").post(renewed))["invitation"]
    for token in (person.invitation, person.token, "trellis_invitation_unknown", "x"):
        text = words(page(person.browser.request(method, f"/join/{token}"), 404))
        assert "This invitation does not work" in text
    assert "This browser does not hold your check" in person.see(status=401)
    page(person.browser.post(f"/join/{newer}"))
    text = words(person.see())
    assert "You have a newer link since" in text
    assert "0 of 50 lines answered" in text


def test_guessing_invitations_is_slowed_down(service: Service) -> None:
    client = new_browser(service)
    codes = {client.get(f"/join/guess-{number}").status_code for number in range(70)}
    assert codes == {404, 429}


def test_the_own_link_goes_on_on_another_device(person: Person) -> None:
    person.send("/team-and-time", {"answers/tt1": "3", "go": "next"})
    other = new_browser(person.service)
    assert "Go on with my check" in page(other.get(f"/join/{person.token}"))
    assert "1 of 50 lines answered" in page(other.post(f"/join/{person.token}"))


def test_nobody_sees_the_check_of_somebody_else(person: Person) -> None:
    other = invite(person.service, person.assessment)
    for below in ("", "/team-and-time", "/words"):
        page(new_browser(person.service).get(person.home + below), 401)
        cookies = {"Cookie": f"{CHECK_COOKIE}={other.token}"}
        page(new_browser(person.service).get(person.home + below, headers=cookies), 401)
    for below in ("", "/team-and-time", "/words", "/answers", "/submit"):
        response = new_browser(person.service).post(person.home + below, data={"answers/tt1": "4"})
        assert response.status_code == 401
    assert person.own()["answers"] == {}


def test_another_site_cannot_send_the_forms(person: Person) -> None:
    for below in ("", "/team-and-time", "/words", "/answers", "/submit"):
        headers = {"Sec-Fetch-Site": "cross-site"}
        response = person.browser.post(person.home + below, data={"answers/tt1": "4"}, headers=headers)
        assert response.status_code == 403
    assert person.own()["progress"]["submitted_at"] is None
    assert person.own()["answers"] == {}


# The way through


def test_the_overview_tells_where_a_person_is_and_what_comes_next(person: Person) -> None:
    first = person.own()["progress"]["domains"][0]["domain"]
    assert f'href="{person.home}/{first}' in person.see()
    assert "Start: " in person.see()
    items = [item.id for item in INSTRUMENT.domains[first].items]
    person.send(f"/{first}", {f"answers/{item}": "2" for item in items[:2]})
    html = person.see()
    assert "2 of 50 lines answered" in html
    assert "2 of 5 answered" in html
    assert f'href="{person.home}/{first}#line-{items[2]}"' in html
    assert "48 lines are still blank" in words(html)


def test_every_line_shows_its_four_pictures_and_the_answers_without_a_level(person: Person) -> None:
    html = person.see("/team-and-time")
    for item in INSTRUMENT.domains["team-and-time"].items:  # type: ignore[index]  # a StrEnum compares by its word
        assert item.text in unescape(html)
        for level in item.levels.values():
            assert level in unescape(html)
        assert html.count(f'type="radio" name="answers/{item.id}"') == (6 if item.na_ok else 5)
    assert "skipped" not in html
    assert "Emerging" not in html


def test_hints_for_hubs_are_shown_on_the_hub_form_only(service: Service, person: Person) -> None:
    hint = "Count kinds of expertise"
    assert hint not in person.see("/team-and-time")
    hub = new_person(service, form="hub")
    assert hint in hub.see("/team-and-time")
    assert "the staff who lead and support the network" in hub.see("/network-leadership")
    page(person.browser.get(f"{person.home}/network-leadership"), 404)


def test_a_short_form_asks_core_lines_and_focus_domains_in_full(service: Service) -> None:
    person = new_person(service, length="short", focus_domains=["team-and-time"])
    assert person.see("/team-and-time").count("data-counts") == 5
    assert person.see("/equity-and-voice").count("data-counts") == 2
    assert "About 10 minutes" in words(page(person.browser.get(f"/join/{person.token}")))


def test_answers_are_kept_without_scripts_and_the_buttons_lead_on(person: Person) -> None:
    order = [domain["domain"] for domain in person.own()["progress"]["domains"]]
    fields = {"answers/tt1": "3", "answers/tt2": "not_sure", "answers/tt4": "not_applicable", "go": "stay"}
    html = person.send("/team-and-time", fields)
    assert "Saved." in html
    assert html.count(" checked") == 3
    at = order.index("team-and-time")
    response = person.browser.post(f"{person.home}/team-and-time", data={"go": "next"}, follow_redirects=False)
    following = order[at + 1] if at + 1 < len(order) else "words"
    assert response.headers["Location"] == f"{person.home}/{following}"
    assert person.own()["answers"] == {"tt1": 3, "tt2": "not_sure", "tt4": "not_applicable"}


def test_an_answer_can_be_taken_out(person: Person) -> None:
    person.send("/team-and-time", {"answers/tt1": "3", "answers/tt2": "1"})
    response = person.browser.post(
        f"{person.home}/team-and-time",
        data={"answers/tt1": "3", "answers/tt2": "2", "clear": "answers/tt1"},
        follow_redirects=False,
    )
    assert response.headers["Location"].endswith("?done=cleared#line-tt1")
    assert person.own()["answers"] == {"tt2": 2}


def test_pressing_enter_in_a_line_takes_no_answer_out(person: Person) -> None:
    # Browsers press the first button of a form then.
    form = person.see("/team-and-time").partition("<form")[2]
    assert form.index('value="stay"') < form.index('name="clear"')


def test_a_fourth_part_among_the_top_three_is_refused_kindly_and_what_else_was_sent_is_still_there(
    person: Person,
) -> None:
    for domain in ("team-and-time", "equity-and-voice", "sustainability"):
        person.send(f"/{domain}", {f"importance/{domain}": "top_three"})
    fields = {"importance/improvement-methods": "top_three", "answers/im1": "4", "go": "next"}
    html = person.send("/improvement-methods", fields, status=422)
    told = words(html)
    assert "You already have a top three: “Team and time”, “Equity and voice” and “Sustainability”." in told
    assert 'href="#importance"' in html
    assert 'value="4" checked' in html
    assert 'value="top_three" checked' in html
    assert person.own()["answers"] == {}
    assert "Your top three are taken" in words(person.see("/improvement-methods"))


def test_how_to_start_is_asked_of_the_top_three(person: Person) -> None:
    fields = {"importance/team-and-time": "top_three", "readiness/team-and-time/rd1": "3"}
    person.send("/team-and-time", fields)
    assert person.own()["readiness"] == {"team-and-time": {"rd1": 3}}
    assert "If help with this began next month" in person.see("/team-and-time")


def test_fields_that_no_page_has_are_not_passed_over(person: Person) -> None:
    for name in ("answers", "mood", "answers/tt1/x", "readiness/team-and-time", "respondent"):
        person.send("/team-and-time", {"answers/tt2": "2", name: "1"}, status=422)
    for name, value in (("answers/zz", "1"), ("answers/tt1", "5"), ("answers/tt1", "not_applicable")):
        html = person.send("/team-and-time", {"answers/tt2": "2", name: value}, status=422)
        assert "Not saved yet" in html
    assert person.own()["answers"] == {}


def test_a_role_is_saved_and_taken_out(person: Person) -> None:
    assert "Saved." in person.send("", {"role": "coach"})
    assert '<option value="coach" selected>' in person.see()
    person.send("", {"role": ""})
    assert person.own()["role"] is None
    assert "Please choose again" in person.send("", {"role": "wizard"}, status=422)


# Saving at once


def test_single_fields_are_saved_one_by_one(person: Person) -> None:
    saved = person.save_one(answers__tt1="2")
    assert (saved.status_code, saved.json()) == (
        200,
        {"saved_at": "2026-10-15T09:00:00+00:00", "reopened": False, "newer": {}},
    )
    person.save_one(answers__tt2="not_sure", share_text="yes")
    person.save_one(answers__tt1="")
    own = person.own()
    assert (own["answers"], own["share_text"]) == ({"tt2": "not_sure"}, True)


def test_faults_of_single_fields_are_told_by_field(person: Person) -> None:
    refused = person.save_one(open_text__strengths="x" * 10_000, answers__tt1="2")
    assert refused.status_code == 422
    assert list(refused.json()["faults"]) == ["open_text/strengths"]
    assert "10,000 characters. There is room for 2,000" in refused.json()["faults"]["open_text/strengths"]
    assert person.own()["answers"] == {}


def test_two_tabs_keep_what_each_of_them_changed(person: Person) -> None:
    person.see("/team-and-time")
    person.see("/team-and-time")
    person.save_one(answers__tt1="2")
    person.save_one(answers__tt2="4")
    person.send("/equity-and-voice", {"answers/ev1": "1", "go": "next"})
    person.save_one(answers__tt1="3")
    assert person.own()["answers"] == {"tt1": 3, "tt2": 4, "ev1": 1}


def test_a_save_after_the_end_tells_the_script_why(person: Person) -> None:
    person.save_one(answers__tt1="2")
    person.service.clock.forward(days=10)
    refused = person.save_one(answers__tt1="3")
    assert refused.status_code == 409
    assert "This check is closed" in refused.json()["closed"]
    assert person.own()["answers"] == {"tt1": 2}


# Own words


def test_own_words_are_saved_with_their_consent(person: Person) -> None:
    fields = {"open_text/strengths": "Two\r\nlines", "share_text": "yes", "go": "stay"}
    assert ">\nTwo\nlines</textarea>" in person.send("/words", fields)
    own = person.own()
    assert (own["open_text"]["strengths"], own["share_text"]) == ("Two\nlines", True)
    person.send("/words", {"open_text/strengths": " ", "share_text": "no"})
    own = person.own()
    assert (own["open_text"]["strengths"], own["share_text"]) == ("", False)


def test_ten_thousand_characters_are_refused_and_still_in_their_field(person: Person) -> None:
    long = "word " * 2000
    fields = {"open_text/strengths": long, "open_text/challenges": "Time.", "share_text": "yes"}
    html = person.send("/words", fields, status=422)
    assert long in html
    assert "Time." in html
    assert 'name="share_text" value="yes" checked' in html
    assert "This text has 10,000 characters. There is room for 2,000." in words(html)
    assert 'href="#text-strengths"' in html
    assert person.own()["open_text"]["challenges"] == ""


def test_as_many_characters_as_there_is_room_for_are_taken_however_lines_end(person: Person) -> None:
    text = "x\r\n" * 1000
    person.send("/words", {"open_text/hoped_for_support": text})
    assert len(person.own()["open_text"]["hoped_for_support"]) == 2000


# Being done


def test_being_done_is_said_twice_without_harm_and_shows_the_own_picture(person: Person) -> None:
    person.save_one(**{f"answers__{item}": "3" for item in level_answers(3, domains=["team-and-time"])})  # type: ignore[list-item]
    assert "Your own picture" not in person.see()
    for _ in range(2):
        text = words(person.send("/submit"))
        assert "Thank you. You are done." in text
    assert "yours alone" in text
    assert "Team and time between Applying and Leading (3.0)" in text
    assert "This part is open until Oct 24, 2026" in text


def test_saving_after_being_done_opens_the_check_again_and_says_so(person: Person) -> None:
    person.save_one(answers__tt1="3")
    person.send("/submit")
    assert "You said that you are done" in person.see("/team-and-time")
    # The back button, and the same form once more: nothing has changed, so nothing is opened again.
    person.send("/team-and-time", {"answers/tt1": "3"})
    assert person.own()["progress"]["submitted_at"] is not None
    assert "your check is open again" in person.send("/team-and-time", {"answers/tt1": "4"})
    assert person.own()["progress"]["submitted_at"] is None
    person.send("/submit")
    assert person.save_one(answers__tt1="1").json()["reopened"] is True


def test_words_in_the_address_are_never_shown(person: Person) -> None:
    assert "pirates" not in person.see("?done=pirates")


# Before, after, and in another phase


def test_before_the_opening_the_page_says_when_and_takes_nothing(service: Service) -> None:
    person = new_person(service, opens_at="2026-10-17T09:00:00Z")
    assert "Look at the questions" in page(person.browser.get(f"/join/{person.token}"))
    for below in ("", "/team-and-time", "/words"):
        assert "This check is not open yet. It opens on Oct 17, 2026, 9:00 AM UTC." in words(person.see(below))
    assert 'type="radio"' not in person.see("/team-and-time")
    person.send("/team-and-time", {"answers/tt1": "2"}, status=409)
    service.clock.forward(days=3)
    assert 'type="radio"' in person.see("/team-and-time")


def test_a_window_that_closes_while_somebody_answers_loses_nothing(person: Person) -> None:
    person.send("/team-and-time", {"answers/tt1": "2"})
    person.send("/words", {"open_text/strengths": "Saved in time."})
    person.service.clock.forward(days=10)
    html = person.send("/team-and-time", {"answers/tt1": "2", "answers/tt2": "4"}, status=409)
    assert "What you just sent was not saved." in html
    assert html.count("Chosen") == 2
    html = person.send("/words", {"open_text/challenges": "Too late, but still here."}, status=409)
    assert "Too late, but still here." in html
    assert "closed" in words(person.send("/submit", status=409))
    assert "closed" in words(person.send("", {"role": "coach"}, status=409))
    text = words(person.see())
    assert "This check is closed. It closed on Oct 24, 2026" in text
    assert "1 of 50 lines answered" in text
    assert person.see("/team-and-time").count("Chosen") == 1
    assert "Saved in time." in person.see("/words")
    assert "Look at what I saved" in page(person.browser.get(f"/join/{person.token}"))


def test_results_are_linked_once_there_are_some(person: Person) -> None:
    for _ in range(2):
        answer(person.service, person.assessment, {"answers": level_answers(2)})
    person.save_one(answers__tt1="2")
    link = f'href="{person.home}/team/results"'
    assert link not in person.see()
    person.service.clock.forward(days=10)
    assert link in person.see()


def consensus(service: Service, levels: list[int]) -> tuple[Person, Person]:
    """Somebody who answered alone, and the team agreeing; `levels` are those of everybody."""
    assessment = open_assessment(service, new_team(service), mode="individual_then_consensus")
    alone = invite(service, assessment)
    alone.save_one(answers__la1="1", answers__la2="1", answers__la3="1")
    for level in levels:
        answer(service, assessment, {"answers": level_answers(level)})
    close(service, assessment)
    return alone, invite(service, assessment)


def test_a_team_agrees_with_a_guide_that_shows_what_may_be_shown(service: Service) -> None:
    alone, team = consensus(service, [1, 1, 4, 4, 4])
    assert "only you see them" in alone.see()
    text = words(alone.see("/leadership-alignment"))
    assert "The part that you answer alone is over." in text
    assert 'type="radio"' not in alone.see("/leadership-alignment")
    text = words(team.see("/leadership-alignment"))
    assert "Agreed answers of your team" in text
    assert "Talk first Alone, your team came out between Developing and Applying, 2.5" in text
    assert "Your team has two pictures of this part" in text
    assert "choose the lower one" in text
    assert "differ by frequency" in text
    assert f'href="{team.home}/team/results"' in team.see("/leadership-alignment")
    team.send("/leadership-alignment", {"answers/la1": "2"})
    assert team.own()["answers"] == {"la1": 2}
    assert "Your team is done" in words(team.send("/submit"))
    assert "agreed" in words(page(team.browser.get(f"/join/{team.token}")))
    assert "main role" not in team.see()


@pytest.mark.parametrize(
    ("levels", "shown", "hidden"),
    [
        ([4], "no result is shown", ["2.5", "Your team has two pictures", "Your answers were"]),
        ([1, 4, 4], "between Developing and Applying, 2.5", ["Your team has two pictures", "Your answers were"]),
    ],
)
def test_the_guide_hides_what_few_people_answered(
    service: Service, levels: list[int], shown: str, hidden: list[str]
) -> None:
    _, team = consensus(service, levels)
    text = words(team.see("/leadership-alignment"))
    assert shown in text
    for number in hidden:
        assert number not in text, number


def test_agreed_answers_wait_while_people_answer_alone_again(service: Service) -> None:
    alone, team = consensus(service, [2, 3])
    team.save_one(answers__la1="2")
    accepted(service.as_("portal").post(f"/v1/assessments/{alone.assessment}:reopen", json={}))
    assert "People answer alone again" in words(team.see())
    assert 'type="radio"' in alone.see("/leadership-alignment")


def test_a_team_that_only_agrees_has_a_guide_without_results(service: Service) -> None:
    team = new_person(service, mode="consensus")
    text = words(team.see("/leadership-alignment"))
    assert "There are no results from people alone to look at" in text
    assert "/team/results" not in team.see("/leadership-alignment")
    assert "Together." in words(page(team.browser.get(f"/join/{team.token}")))


# What everybody relies on


def test_markup_in_what_people_write_is_only_text(service: Service) -> None:
    team = accepted(service.as_("portal").post("/v1/teams", json={"name": EVIL, "form": "team", "context": {}}))
    person = invite(service, open_assessment(service, team["id"]))
    person.send("/words", {f"open_text/{key}": EVIL for key in ("strengths", "challenges", "hoped_for_support")})
    pages = [
        page(person.browser.get(f"/join/{person.token}")),
        person.see(),
        person.see("/words"),
        person.see("/team-and-time"),
        person.see(f"?done={EVIL}"),
        person.send("", {"role": EVIL}, status=422),
        person.send("/team-and-time", {"answers/tt1": EVIL, "importance/team-and-time": EVIL}, status=422),
        person.send("/words", {"open_text/strengths": EVIL * 100, "share_text": EVIL}, status=422),
        person.send("/team-and-time", {EVIL: EVIL}, status=422),
        page(person.browser.get(f"{person.home}/{EVIL.replace('/', '')}"), 404),
    ]
    for html in pages:
        assert "<script>alert" not in html
        assert "<img src=x" not in html
    assert EVIL in unescape(person.see("/words"))


def test_pages_run_no_script_and_no_style_of_their_own(person: Person) -> None:
    for below in ("", "/team-and-time", "/words"):
        html = person.see(below)
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", html)
        assert html.count("<h1") == 1


def test_the_heaviest_page_weighs_less_than_150_kb(service: Service) -> None:
    fields = {f"answers/{item}": "2" for item in level_answers(1, form="hub")}
    person = new_person(service, form="hub")
    person.save_one(**{name.replace("/", "__"): value for name, value in fields.items()})
    files = ("app.css", "check.css", "check.js", "htmx-2.0.11.min.js")
    assets = sum(static_file(name).stat().st_size for name in files)
    pages = [person.see(f"/{domain}") for domain in INSTRUMENT.form_domains(Form.HUB)]
    assert all(all(f"/static/{name}" in html for name in files) for html in pages)
    assert max(len(html.encode()) for html in pages) + assets < 150_000

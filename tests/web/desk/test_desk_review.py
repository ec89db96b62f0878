"""One team on the review desk: what is shown, and what is done there."""

import re
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.storage.tables import Snapshot, Team
from api.web.kit.rendering import static_file
from models.review import RemovalReason
from tests.fixtures.desks import act, done, officer, page_of, supports_on, text_of, version_of
from tests.fixtures.reviewing import review_of
from tests.fixtures.service import Service
from tests.fixtures.stored_runs import PROGRAM, StoredRun, stored_run
from tests.fixtures.visitors import visitor

LIMIT = 152_000
"""Bytes of the page, its style and scripts before compression, htmx with 52 kB among them."""
MARKUP = "<img src=x onerror=alert(1)>"


def cards(page: str) -> list[str]:
    return re.findall(r"<article.*?</article>", page, re.S)


def review(service: Service, run: StoredRun) -> dict[str, Any]:
    found: dict[str, Any] = review_of(service.as_("officer", PROGRAM), run)["review"]
    return found


def excluded_support(service: Service, run: StoredRun) -> str:
    """A support that a rule keeps out for the team."""
    client = service.as_("officer", PROGRAM)
    for support in service.app.state.engine.catalog.supports:
        answer = client.get(f"/v1/runs/{run.run_id}/why-not/{support.id}").json()
        if answer["why_not"]["outcome"] == "excluded":
            return str(support.id)
    raise AssertionError("the catalog has nothing that this team may not have")


def test_one_page_shows_the_team_its_needs_and_its_matches(service: Service) -> None:
    run = stored_run(service, sample="veteran-team")
    page = page_of(officer(service), run)
    text = text_of(page)
    for words in (
        "Kestrel Harbor High School graduation team",
        "6 people answered",
        "Knowledge and spread Start here",
        "Gap 0.70 × importance 1.00 = 0.70",
        "Top three · views far apart · two pictures",
        "Students give us surveys back and we thank them.",
        "Resources 10",
        "Providers 5",
        "0 of 15 decided",
        "made the recommendations",
    ):
        assert words in text, words
    assert len(cards(page)) == 15
    assert page.count("<h1") == 1


def test_the_named_parts_of_each_match_add_up(service: Service) -> None:
    run = stored_run(service, sample="veteran-team")
    client = officer(service)
    page = page_of(client, run)
    for card in cards(page):
        parts = [int(points) for points in re.findall(r'<span class="p\d">[^<]* (-?\d+)</span>', card)]
        total = re.search(r"<b>= (\d+) of 100</b>", card)
        assert total is not None
        assert sum(parts) == int(total[1])
    listed = supports_on(page)[0]
    answer = client.get(f"/desk/runs/{run.run_id}/matches/{listed}")
    pieces = [float(points) for points in re.findall(r'class="number">([+-][\d.]+)</td>', answer.text)]
    stored = service.as_("officer", PROGRAM).get(f"/v1/runs/{run.run_id}").json()["run"]["lists"][0]["matches"][0]
    assert sum(pieces) == pytest.approx(100 * stored["score"], abs=0.05 + 1e-9)
    for rule in stored["rules"]:
        assert f"<code>{rule['id']}</code>" in answer.text
    assert client.get(f"/desk/runs/{run.run_id}/matches/res-unknown").status_code == 404


def test_a_team_of_two_shows_no_number_of_its_own(service: Service) -> None:
    run = stored_run(service, sample="veteran-team", raters=2)
    page = page_of(officer(service), run)
    panel = page[page.index('aria-labelledby="about"') : page.index('<div id="matches"')]
    text = text_of(re.sub(r'<dl class="facts small">.*?</dl>', "", panel, flags=re.S))
    assert "Not shown: too few people" in text
    assert "Own words are shown once at least 5 people have answered." in text
    assert re.findall(r"\d\.\d|\d+%", text) == []
    assert "Students give us surveys" not in page


def test_only_words_whose_writers_share_them_are_shown(service: Service) -> None:
    run = stored_run(service, sample="veteran-team")
    with service.database.writing() as session:
        snapshot = session.query(Snapshot).filter_by(assessment_id=run.assessment_id).one()
        assert '"share_text": true' in snapshot.assessment
        snapshot.assessment = snapshot.assessment.replace('"share_text": true', '"share_text": false')
    page = page_of(officer(service), run)
    assert "Students give us surveys" not in page
    assert "Nobody shares own words with you." in page


def test_approving_leads_to_the_next_match_that_waits(service: Service) -> None:
    run = stored_run(service)
    client = officer(service)
    first, second, third, *_ = supports_on(page_of(client, run))
    answer = act(client, run, f"approve {second}")
    where = urlsplit(answer.headers["Location"])
    assert (where.path, where.query, where.fragment) == (
        f"/desk/runs/{run.run_id}",
        f"done=2&at={third}",
        f"m-{third}",
    )
    page = client.get(answer.headers["Location"]).text
    assert re.search(r'<p id="told" role="status">You approved “.*”\. 1 of \d+ decided\.</p>', page)
    assert f'data-at="{third}"' in page
    answer = act(client, run, f"approve {first}")
    assert answer.headers["Location"].endswith(f"#m-{third}")
    again = done(client, run, "undo 3")
    assert "You took back: approved" in text_of(again)
    assert [entry["approved"] for entry in review(service, run)["lists"][0]["kept"]][:2] == [False, True]


def test_a_match_is_removed_for_a_reason_of_the_list_and_brought_back(service: Service) -> None:
    run = stored_run(service)
    client = officer(service)
    first = supports_on(page_of(client, run))[0]
    form = page_of(client, run, f"?form=remove&of={first}")
    assert all(f'value="{reason}"' in form for reason in RemovalReason)
    page = done(client, run, f"remove {first}", reason="already_used", note=MARKUP)
    assert first not in supports_on(page)
    assert "Removed (1)" in page
    assert "You: the team has it or had it" in text_of(page)
    assert MARKUP not in page
    assert review(service, run)["lists"][0]["removed"][0]["removal"]["note"] == MARKUP
    undo = re.search(r'value="(undo \d+)">Bring back', page)
    assert undo is not None
    assert supports_on(done(client, run, undo[1]))[0] == first


def test_what_was_typed_comes_back_beside_what_is_wrong_with_it(service: Service) -> None:
    run = stored_run(service)
    client = officer(service)
    first = supports_on(page_of(client, run))[0]
    answer = act(client, run, f"remove {first}", note="They told me <so>")
    assert answer.status_code == 422
    assert 'id="what-happened"' in answer.text
    assert "They told me &lt;so&gt;</textarea>" in answer.text
    assert "Say why." in answer.text
    late = act(client, run, "defer", until="2020-01-01", reason="After the break")
    assert late.status_code == 422
    assert "After the break</textarea>" in late.text
    assert 'value="2020-01-01" aria-invalid="true" aria-describedby="again-until-fault"' in late.text
    long = act(client, run, "comment", text="x" * 10_000)
    assert long.status_code == 422
    assert "Keep it under 2,000 characters." in long.text
    assert "x" * 10_000 in long.text
    assert version_of(page_of(client, run)) == "1"


def test_pins_and_moves_keep_to_their_places(service: Service) -> None:
    run = stored_run(service)
    client = officer(service)
    first, second, third, *_ = supports_on(page_of(client, run))
    page = done(client, run, f"pin {third}")
    assert supports_on(page)[:3] == [third, first, second]
    assert 'value="unpin ' in cards(page)[0]
    assert 'data-pinned="1"' in page
    assert supports_on(done(client, run, f"move {first} 3"))[:3] == [third, second, first]
    outside = act(client, run, f"move {first} 1")
    assert outside.status_code == 422
    assert "have the places 2 to" in outside.text
    assert supports_on(done(client, run, f"unpin {third}"))[:3] == [third, second, first]


def test_whoever_saw_an_older_list_is_told_who_did_what_and_loses_no_word(service: Service) -> None:
    run = stored_run(service)
    dana, ola = officer(service), officer(service, name="Ola <Brandt>")
    first, second, *_ = supports_on(page_of(dana, run))
    seen = version_of(page_of(dana, run))
    done(ola, run, f"remove {first}", reason="quality")
    answer = act(dana, run, f"comment {second}", version=seen, text="Ask them for a trial", for_team="yes")
    assert answer.status_code == 412
    assert "Ola &lt;Brandt&gt;</b> removed" in answer.text
    assert "not good enough for anyone" in answer.text
    assert "Ask them for a trial</textarea>" in answer.text
    assert re.search(r'name="for_team" value="yes" checked', answer.text)
    assert review(service, run)["comments"] == []
    fields = {"text": "Ask them for a trial", "for_team": "yes"}
    done(dana, run, f"comment {second}", version=version_of(answer.text), **fields)
    assert [one["text"] for one in review(service, run)["comments"]] == ["Ask them for a trial"]


@pytest.mark.parametrize("do", ["release", "approve", "comment"])
def test_a_form_sent_twice_is_done_once(service: Service, do: str) -> None:
    run = stored_run(service)
    client = officer(service)
    page = page_of(client, run)
    if do == "approve":
        do = f"approve {supports_on(page)[0]}"
    fields = {"text": "A good list"} if do == "comment" else {}
    answers = [act(client, run, do, version=version_of(page), **fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"].split("&")[0] == answers[1].headers["Location"].split("&")[0]
    assert version_of(page_of(client, run)) == "2"
    # The same wish of another person is another one.
    assert act(officer(service, name="Ola"), run, do, version="1", **fields).status_code == 412


def test_a_release_locks_the_list_until_it_is_taken_back(service: Service) -> None:
    run = stored_run(service)
    client = officer(service)
    page = done(client, run, "approve-all")
    assert "You approved all that remained." in page
    assert "Approve the other" not in page
    page = done(client, run, "release")
    assert "The team has seen this list since" in page
    assert 'value="approve ' not in page
    assert 'value="release"' not in page
    first = supports_on(page)[0]
    refused = act(client, run, f"pin {first}")
    assert refused.status_code == 409
    assert "recall it first" in refused.text
    assert act(client, run, "recall").status_code == 422
    page = done(client, run, "recall", reason="A better one came up")
    assert "took the list back from the team (A better one came up)" in text_of(page)
    assert 'value="release"' in page


def test_a_second_reader_is_asked_and_holds_the_release(service: Service) -> None:
    run = stored_run(service)
    dana, ola = officer(service), officer(service, name="Ola Brandt")
    page = page_of(dana, run)
    reader = re.search(r'<select id="reader".*?value="(person:[^"]+)">Ola Brandt', page, re.S)
    assert reader is not None
    page = done(dana, run, "request_second_reader", reader=reader[1])
    assert "You asked for a second reader: Ola Brandt." in page
    assert "This waits for the second reader." in page
    assert 'value="release"' not in page
    assert "Your word as second reader" not in page
    assert act(dana, run, "release").status_code == 409
    assert "Your word as second reader" in page_of(ola, run)
    assert act(ola, run, "second_read").status_code == 422
    page = done(ola, run, "second_read", verdict="agree", note="Fine")
    assert "You read it second and agreed: Fine" in text_of(page)
    assert 'value="release"' in page_of(dana, run)


def test_a_review_is_put_off_given_away_and_commented_on(service: Service) -> None:
    run = stored_run(service)
    client = officer(service)
    page = done(client, run, "defer", until="2026-11-02", reason=MARKUP)
    assert "Put off:" in page
    assert MARKUP not in page
    assert "Due in 18 days" in text_of(page)
    page = done(client, run, "assign me")
    assert "With You" in text_of(page)
    page = done(client, run, "assign", assignee="")
    assert "With nobody yet" in text_of(page)
    page = done(client, run, "comment", text=MARKUP, for_team="yes")
    assert MARKUP not in page
    assert "to the team" in page
    assert act(client, run, "assign person:somebody").status_code == 422


def test_a_support_is_added_and_one_against_a_rule_only_with_a_reason(service: Service) -> None:
    run = stored_run(service)
    client = officer(service)
    page = client.get(f"/desk/runs/{run.run_id}/why-not?q=coaching").text
    add = re.search(r'value="(add ([^"]+))"', page)
    assert add is not None
    added = done(client, run, add[1], reason="They know them")
    assert add[2] in supports_on(added)
    assert "Added by You · They know them" in text_of(added)
    barred = excluded_support(service, run)
    answer = act(client, run, f"add {barred}")
    assert answer.status_code == 422
    assert "Rules exclude it for this team." in answer.text
    assert 'name="override" value="yes"' in answer.text
    assert act(client, run, f"add {barred}", override="yes").status_code == 422
    page = done(client, run, f"add {barred}", override="yes", reason="They asked for it")
    assert "Against a rule:" in page
    assert barred in supports_on(page)
    assert act(client, run, "add res-unknown").status_code == 422


def test_the_page_is_small_with_twenty_matches(service: Service) -> None:
    run = stored_run(service, sample="veteran-team")
    again = service.as_("portal").post(f"/v1/teams/{run.team_id}/recommendations", json={"k": 10})
    twenty = StoredRun(run.team_id, again.json()["id"], run.assessment_id, run.cohort_id)
    page = page_of(officer(service), twenty)
    assert len(cards(page)) == 20
    files = re.findall(r'(?:href|src)="/static/([\w.-]+\.(?:css|js))\?', page)
    assert {"app.css", "desk.css", "desk.js"} <= set(files)
    total = len(page.encode()) + sum(static_file(name).stat().st_size for name in set(files))
    assert total < LIMIT, f"{len(page.encode())} + {total - len(page.encode())} bytes"


def test_a_hundred_matches_and_none_at_all_are_shown(service: Service) -> None:
    run = stored_run(service, sample="veteran-team")
    again = service.as_("portal").post(f"/v1/teams/{run.team_id}/recommendations", json={"k": 50})
    most = StoredRun(run.team_id, again.json()["id"], run.assessment_id, run.cohort_id)
    client = officer(service)
    page = page_of(client, most)
    assert len(cards(page)) > 50
    assert len(page.encode()) < 4000 * len(cards(page))
    assert "Move to…" in page
    listed = supports_on(page_of(client, run))
    for support in listed:
        done(client, run, f"remove {support}", reason="not_relevant")
    page = page_of(client, run)
    assert cards(page) == []
    assert "No resources in the list." in page
    assert "0 of 0" in text_of(page)


def test_the_history_tells_every_step_and_folds_a_long_one(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.web.desk.review_page._HISTORY", 2)
    run = stored_run(service)
    client = officer(service)
    for support in supports_on(page_of(client, run))[:3]:
        done(client, run, f"approve {support}")
    page = page_of(client, run)
    assert "Show 2 earlier" in page
    assert "made the recommendations" not in page
    whole = page_of(client, run, "?history=all")
    assert "made the recommendations" in whole
    times = [int(number) for number in re.findall(r'value="undo (\d+)" class="small">Undo<', whole)]
    assert all(later > earlier for later, earlier in pairwise(times))


def test_what_the_team_made_of_a_match_is_told_after_the_release(service: Service) -> None:
    run = stored_run(service)
    client = officer(service)
    first = supports_on(done(client, run, "release"))[0]
    where = f"/v1/teams/{run.team_id}/matches/{first}/status"
    step = {"status": "declined", "reason": "no_time", "note": MARKUP}
    assert service.as_("portal").post(where, json=step).status_code == 201
    page = page_of(client, run)
    assert "The team does not want it: we have no time for it" in text_of(page)
    assert MARKUP not in page


def test_a_run_is_closed_to_others(service: Service) -> None:
    run = stored_run(service)
    listed = supports_on(page_of(officer(service), run))[0]
    stranger = officer(service, organization="Another program")
    ends = ("", "/changes", "/what-if", "/why-not?q=data", f"/matches/{listed}")
    for end in ends:
        assert stranger.get(f"/desk/runs/{run.run_id}{end}").status_code == 404, end
        assert visitor(service, "portal").get(f"/desk/runs/{run.run_id}{end}").status_code == 403, end
        assert visitor(service).get(f"/desk/runs/{run.run_id}{end}").status_code == 303, end
    assert stranger.post(f"/desk/runs/{run.run_id}/act", data={"version": "1", "do": "release"}).status_code == 404
    with service.database.writing() as session:
        team = session.get_one(Team, run.team_id)
        team.context = {**team.context, "share_with": []}
    for end in ends:
        assert officer(service).get(f"/desk/runs/{run.run_id}{end}").status_code == 403, end

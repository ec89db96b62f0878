"""Questions about a list on the review desk: why not something, what if, and what changed; and cohorts."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from api.storage.database import Database
from api.storage.tables import Base
from models.vocab import SupportKind
from tests.fixtures.desks import done, officer, page_of, supports_on, text_of
from tests.fixtures.service import Service
from tests.fixtures.stored_runs import stored_run
from tests.fixtures.visitors import visitor


def contents(database: Database) -> dict[str, list[str]]:
    """Every row of every table."""
    with database.reading() as session:
        return {
            name: sorted(repr(tuple(row)) for row in session.execute(select(*table.columns)))
            for name, table in Base.metadata.tables.items()
        }


def test_a_search_tells_where_each_support_stands_and_why_one_is_not_listed(service: Service) -> None:
    run = stored_run(service, sample="veteran-team")
    client = officer(service)
    first, second, *_ = supports_on(page_of(client, run))
    done(client, run, f"remove {first}", reason="quality")
    page = text_of(client.get(f"/desk/runs/{run.run_id}/why-not?q={first}").text)
    assert "1 support found" in page
    assert "Removed from this list" in page
    assert "In the list, place 1" in text_of(client.get(f"/desk/runs/{run.run_id}/why-not?q={second}").text)
    page = client.get(f"/desk/runs/{run.run_id}/why-not?q=attendance").text
    assert re.search(r"It would come at place \d+ of all that fit the rules, with \d+ of 100\.", page)
    assert page.count('value="add ') == 1, "one answer at a time"
    other = re.findall(r'href="([^"]+)"[^>]*>Why is it not in the list', page)[0].replace("&amp;", "&")
    assert client.get(other).text.count('value="add ') == 1
    assert "Nothing in the catalog has these words." in client.get(f"/desk/runs/{run.run_id}/why-not?q=qqqq").text
    assert client.get(f"/desk/runs/{run.run_id}/why-not").status_code == 200
    assert "<i>x</i>" not in client.get(f"/desk/runs/{run.run_id}/why-not?q=%3Ci%3Ex%3C/i%3E").text


def test_what_is_kept_out_by_a_rule_asks_for_a_reason_in_its_form(service: Service) -> None:
    run = stored_run(service, sample="veteran-team", grade_bands=["high"])
    client = officer(service)
    catalog = service.app.state.engine.catalog
    barred = next(one.id for one in catalog.by_kind[SupportKind.RESOURCE] if one.grade_bands == ("elementary",))
    page = client.get(f"/desk/runs/{run.run_id}/why-not?q={barred}").text
    assert "Add it against the rule" in page
    assert 'name="override" value="yes"' in page
    assert re.search(r'name="reason"[^>]* required', page)


def test_what_if_compares_the_lists_and_stores_nothing(service: Service) -> None:
    run = stored_run(service, sample="veteran-team")
    client = officer(service)
    before = contents(service.database)
    form = client.get(f"/desk/runs/{run.run_id}/what-if").text
    assert "Nothing is stored" in form
    assert "Choose a change, then try it." in form
    given = re.findall(r'name="(\w+)" value="([^"]*)" checked', form)
    chosen = re.findall(r'<select id="\w+" name="(\w+)">.*?<option value="([^"]*)" selected', form, re.S)
    sent = [("try", "1"), *given, *(pair for pair in chosen if pair[0] != "budget"), ("as_of", "")]
    same = client.get(f"/desk/runs/{run.run_id}/what-if", params=[*sent, *(p for p in chosen if p[0] == "budget")])
    assert "You changed nothing yet." in same.text
    changed = [pair for pair in sent if pair[0] != "focus_areas"] + [("focus_areas", "math"), ("budget", "none")]
    page = client.get(f"/desk/runs/{run.run_id}/what-if", params=[*changed, ("level-equity-and-voice", "4")])
    assert page.status_code == 200
    assert "You changed: Focus, Budget, Equity and voice: Leading." in text_of(page.text)
    assert re.search(r"\d+ new, \d+ gone, \d+ at another place, \d+ the same", page.text)
    assert contents(service.database) == before


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"as_of": "soon"}, "Choose a day"),
        ({"budget": "a-lot"}, "a-lot"),
        ({"modality": ["by-owl"]}, "by-owl"),
        ({"focus_areas": ["math", "literacy", "science", "attendance"]}, "focus_areas"),
    ],
)
def test_what_cannot_be_tried_is_said_beside_what_was_chosen(
    service: Service, params: dict[str, str | list[str]], words: str
) -> None:
    run = stored_run(service, sample="veteran-team")
    page = officer(service).get(f"/desk/runs/{run.run_id}/what-if", params={"try": "1", **params})
    assert page.status_code == 422
    assert "This cannot be tried." in page.text
    assert words in page.text


def test_beside_levels_that_are_tried_a_small_team_tells_no_answer(service: Service) -> None:
    differences = []
    for level in (1, 4):
        run = stored_run(service, sample="veteran-team", raters=2, level=level)
        page = officer(service).get(f"/desk/runs/{run.run_id}/what-if?try=1&level-equity-and-voice=4")
        assert page.status_code == 200
        differences.append(re.sub(r"run_\w+|asm_\w+|team_\w+", "", text_of(page.text)))
    assert differences[0] == differences[1]


def test_changes_since_the_run_before_are_sums_of_their_causes(service: Service) -> None:
    first = stored_run(service, sample="veteran-team")
    client = officer(service)
    assert "This is the first list of this team." in client.get(f"/desk/runs/{first.run_id}/changes").text
    second = stored_run(service, sample="new-school-team", team_id=first.team_id)
    answer = client.get(f"/desk/runs/{second.run_id}/changes")
    assert answer.status_code == 200
    sums = re.findall(r'<p class="sum">(.*?)</p>', answer.text)
    assert sums
    for line in sums:
        parts = [float(part.replace("−", "-")) for part in re.findall(r" ([+−][\d.]+)</span>", line)]
        total = re.search(r"<b>= ([+−]\d+)</b>", line)
        assert total is not None
        assert sum(parts) == pytest.approx(float(total[1].replace("−", "-")))
    assert f'href="/desk/runs/{first.run_id}"' in answer.text


def test_a_cohort_is_made_once_and_hands_out_its_code(service: Service) -> None:
    client = officer(service)
    page = client.get("/desk/cohorts").text
    assert "You have no cohort yet." in page
    once = re.search(r'name="once" value="([^"]+)"', page)
    assert once is not None
    form = {"once": once[1], "name": "  Spring <b>2027</b> "}
    answers = [client.post("/desk/cohorts", data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    page = client.get(answers[0].headers["Location"]).text
    assert "Spring &lt;b&gt;2027&lt;/b&gt;" in page
    code = re.search(r'<code class="code">(\w+)</code>', page)
    assert code is not None
    assert answers[0].headers["Location"] == f"/desk/cohorts/{code[1]}?done=created"
    assert "No team is in this cohort yet." in page
    assert client.get("/desk/cohorts").text.count("Spring &lt;b&gt;") == 1
    refused = client.post("/desk/cohorts", data={"once": "x", "name": "y" * 300})
    assert refused.status_code == 422
    assert "Give the cohort a name of 1 to 200 characters." in refused.text
    assert "y" * 300 in refused.text
    stranger = officer(service, organization="Another program")
    assert stranger.get(f"/desk/cohorts/{code[1]}").status_code == 404
    assert visitor(service, "portal").get("/desk/cohorts").status_code == 403


def test_a_cohort_tells_where_each_team_stands(service: Service) -> None:
    run = stored_run(service)
    client = officer(service)
    cohort = f"/desk/cohorts/{run.cohort_id}"
    assert "Juniper Flats Elementary improvement team Team New School network" in text_of(client.get(cohort).text)
    done(client, run, "release")
    page = client.get(cohort).text
    assert "improvement team Team Released School network" in text_of(page)
    assert f'href="/desk/runs/{run.run_id}"' in page
    context: dict[str, Any] = {"context": {"share_with": []}}
    portal = service.as_("portal")
    etag = portal.get(f"/v1/teams/{run.team_id}").headers["ETag"]
    assert portal.patch(f"/v1/teams/{run.team_id}", json=context, headers={"If-Match": etag}).status_code == 200
    page = client.get(cohort).text
    assert "Does not share its results" in page
    assert run.run_id not in page

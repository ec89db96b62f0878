"""When results may be released anew: never so that two releases can be subtracted, and whatever anybody said.

The rule, as a property: beside every earlier release of a window a new one differs by the acts of at least three people
or of nobody, altogether and in every part that a figure is made of; since the last one, at least three people acted.
It is checked against a book of acts that the test keeps itself, in two windows with the same acts and other answers.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recommender.pipeline import Recommender
from tests.fixtures.service import Service, running_service
from tests.fixtures.twins import ITEMS, READINESS, ROLES
from tests.fixtures.windows import State, Window, everything, parts

DOMAINS = list(ITEMS)[:3]
LEAST = 3


@pytest.fixture(scope="module")
def service(starter: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service; these tests make windows of their own in it."""
    folder: Path = tmp_path_factory.mktemp("releases")
    with running_service(starter, folder) as service:
        yield service


def differing(then: State, now: State) -> dict[str, set[str]]:
    """By part, the people whose answers differ between two times."""
    found: dict[str, set[str]] = defaultdict(set)
    for person in then.keys() | now.keys():
        before, after = parts(then.get(person, {})), parts(now.get(person, {}))
        for part in before.keys() | after.keys():
            if before.get(part) != after.get(part):
                found[part].add(person)
    return found


def assert_hides_each(window: Window) -> None:
    """No earlier release can be subtracted from the last one."""
    now, _ = window.released[-1]
    for number, (then, at) in enumerate(window.released[:-1]):
        touched: dict[str, set[str]] = defaultdict(set)
        for person, times in window.saved.items():
            for part, when in times.items():
                if when > at and (person in then or person in now):
                    touched[part].add(person)
        for part, people in differing(then, now).items():
            assert len(touched[part] | people) >= LEAST, (number, part, people)
    if len(window.released) > 1:
        _, last = window.released[-2]
        acted = {person for person, times in window.saved.items() if max(times.values()) > last}
        assert len(acted) >= LEAST


def drawn_pieces(acts: random.Random, values: random.Random) -> dict[str, Any]:
    """What somebody saves: where is drawn from `acts`, what from `values`."""
    domain = acts.choice(DOMAINS)
    match acts.choice(("all", "all", "one", "out", "out_all", "importance", "readiness", "role", "words", "consent")):
        case "all":
            return {"answers": {item: values.randint(1, 4) for one in DOMAINS for item in ITEMS[one]}}
        case "one":
            return {"answers": {acts.choice(ITEMS[domain]): values.choice((1, 2, 3, 4, "not_sure"))}}
        case "out":
            return {"answers": {acts.choice(ITEMS[domain]): None}}
        case "out_all":
            return {"answers": dict.fromkeys(item for one in DOMAINS for item in ITEMS[one])}
        case "importance":
            return {"importance": {domain: values.choice(("not_now", "useful", "important", "top_three"))}}
        case "readiness":
            return {"readiness": {domain: {part: values.randint(1, 4) for part in READINESS}}}
        case "role":
            return {"role": values.choice(ROLES)}
        case "words":
            return {"open_text": {"challenges": f"Words {values.randint(1, 99)}"}}
    return {"share_text": values.random() < 0.5, "match_from_answers": values.random() < 0.5}


def check_sequence(service: Service, seed: int, *, length: int) -> int:
    """Two windows with the same acts and other answers; how many releases there were."""
    acts = random.Random(seed)
    windows = [(Window(service), random.Random(f"{seed} {number}")) for number in range(2)]
    # Now and then few act, now and then all of them the same way: else a new release would be rare.
    for _ in range(length):
        who = acts.sample([f"person-{number}" for number in range(7)], acts.choice((1, 2, 3, 4, 7)))
        same, state = acts.random() < 0.6, acts.getstate()
        for person in who:
            if same:
                acts.setstate(state)
            before = acts.getstate()
            for window, values in windows:
                acts.setstate(before)
                window.say(person, **drawn_pieces(acts, values))
        if windows[0][0].released or any(parts(said).keys() - {"role"} for said in windows[0][0].said.values()):
            new = [window.close() for window, _ in windows]
            assert new[0] == new[1], "whether there are new results depends on what was said"
            for window, _ in windows:
                if new[0]:
                    assert_hides_each(window)
    return len(windows[0][0].released)


def test_random_sequences_never_let_two_releases_be_subtracted(service: Service) -> None:
    assert sum(check_sequence(service, seed, length=8) for seed in range(4)) > 4


@pytest.mark.full
def test_long_random_sequences_never_let_two_releases_be_subtracted(service: Service) -> None:
    assert sum(check_sequence(service, seed, length=25) for seed in range(100, 130)) > 40


def of_five(service: Service, **window: Any) -> Window:
    """A window with a release of five people."""
    made = Window(service, **window)
    for number in range(5):
        made.say(f"person-{number}", **everything(2, *DOMAINS))
    assert made.close()
    return made


def test_three_who_answer_a_part_anew_make_a_new_release(service: Service) -> None:
    window = of_five(service)
    for number in range(3):
        window.say(f"person-{number}", **everything(3))
    assert window.close()
    assert not window.close()


def test_one_who_takes_an_answer_out_does_not_hide_behind_three_who_change_another_part(service: Service) -> None:
    window = of_five(service)
    window.say("person-0", answers={ITEMS[DOMAINS[0]][0]: None})
    for number in range(1, 4):
        window.say(f"person-{number}", **everything(3, DOMAINS[1]))
    assert not window.close()


def test_one_who_changes_answers_does_not_hide_behind_two_who_mark_importance_and_readiness(service: Service) -> None:
    window = of_five(service)
    window.say("person-0", **everything(3, DOMAINS[0]))
    window.say("person-1", importance={DOMAINS[0]: "useful"})
    window.say("person-2", readiness={DOMAINS[0]: dict.fromkeys(READINESS, 2)})
    assert not window.close()


def test_one_who_changes_does_not_hide_behind_people_who_came_and_went(service: Service) -> None:
    """The releases of three times would else tell, first and last subtracted, what one person changed."""
    window = of_five(service)
    for number in range(5, 8):
        window.say(f"person-{number}", **everything(4))
    assert window.close()
    for number in range(5, 8):
        window.say(f"person-{number}", answers=dict.fromkeys(everything(4)["answers"]))
    window.say("person-0", **everything(3))
    assert not window.close()


def test_nobody_is_told_which_words_an_agreed_rating_keeps_to_itself(service: Service) -> None:
    """Whoever writes a guess over unshared words and closes would else be told whether it fits."""
    window = Window(service, mode="consensus")
    window.say("the-team", **everything(2), open_text={"challenges": "We have no time."})
    assert window.close()
    for guess in ("We have no trust.", "We have no time."):
        window.say("the-team", open_text={"challenges": guess})
        assert not window.close()
    window.say("the-team", **everything(3))
    assert window.close()

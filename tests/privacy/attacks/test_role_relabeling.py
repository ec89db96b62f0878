"""Attack: roles are set so that one person is a group, or relabeled so that two sets of groups can be subtracted."""

import random
from itertools import product
from pathlib import Path

from recommender.diagnosis.groups import role_counts
from recommender.diagnosis.release import released_groups
from recommender.diagnosis.suppression import shown_groups
from recommender.pipeline import Recommender
from tests.fixtures.service import Service, running_service
from tests.fixtures.twins import ITEMS, ROLES, draw_document, parsed, released
from tests.fixtures.windows import Window, everything


def test_no_relabeling_makes_a_group_of_few() -> None:
    """Every way to call eight people teachers or coaches: none shows a group with fewer than five in or out of it."""
    document = draw_document(random.Random(4), 8)
    for number, response in enumerate(document["responses"]):
        response["answers"] = {item: 1 + number % 4 for items in ITEMS.values() for item in items}
    shown = 0
    for roles in product((ROLES[0], ROLES[1]), repeat=8):
        for response, role in zip(document["responses"], roles, strict=True):
            response["role"] = role
        groups = {group.group for domain in released_groups(released([document])[0].release) for group in domain.groups}
        assert all(roles.count(group) >= 5 and 8 - roles.count(group) in (0, *range(5, 9)) for group in groups)
        assert groups <= set(shown_groups(role_counts(parsed(document).responses)))
        shown += bool(groups)
    assert shown, "some way must show a group, or nothing was tried"


def test_fewer_than_three_who_change_their_role_make_no_new_release(starter: Recommender, tmp_path: Path) -> None:
    with running_service(starter, tmp_path) as service:
        window = of_ten(service)
        for person in ("person-0", "person-1"):
            window.say(person, role=ROLES[1])
        window.say("person-2", importance={"team-and-time": "useful"})
        assert not window.close()


def of_ten(service: Service) -> Window:
    window = Window(service)
    for number in range(10):
        window.say(f"person-{number}", role=ROLES[0], **everything(2))
    assert window.close()
    return window

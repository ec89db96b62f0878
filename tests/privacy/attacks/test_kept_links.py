"""Attack: a link that was kept, or renewed, reads what its person saved."""

from pathlib import Path

from recommender.pipeline import Recommender
from tests.fixtures.service import running_service
from tests.fixtures.twins import ITEMS
from tests.fixtures.windows import Window, everything


def test_neither_the_old_link_nor_a_new_one_reads_what_was_saved(starter: Recommender, tmp_path: Path) -> None:
    with running_service(starter, tmp_path) as service:
        told = []
        for level, words in ((1, "We have no time."), (4, "All is well.")):
            window = Window(service)
            window.say(
                "person-0",
                **everything(level),
                open_text={"challenges": words},
                importance={next(iter(ITEMS)): "useful"},
            )
            kept = window.client("person-0")
            assert words in kept.get(window.place("person-0")).text, "its own person reads it"
            window.renew("person-0")
            old = kept.get(window.place("person-0"))
            assert old.status_code == 401
            new = window.client("person-0").get(window.place("person-0"))
            told.append({name: value for name, value in new.json().items() if not name.endswith("_id")})
            by_key = service.as_("portal").get(window.place("person-0"))
            assert by_key.status_code == 403
        for one in told:
            one.pop("opens_at")
            progress = one.pop("progress")
            one["answered"] = progress["answered"], [domain["answered"] for domain in progress["domains"]]
        assert told[0] == told[1]
        assert not told[0]["answers"]
        assert not told[0]["answered"][0]

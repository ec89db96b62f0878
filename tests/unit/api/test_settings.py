"""Settings that only make sense beside others."""

import pytest

from api.errors import InvalidSetting
from api.settings import load_settings


@pytest.mark.parametrize("public_url", [None, "http://trellis.example.org"])
def test_browsers_are_not_sent_to_an_address_that_is_not_there(public_url: str | None) -> None:
    with pytest.raises(InvalidSetting) as refused:
        load_settings(hsts_seconds=31_536_000, public_url=public_url)
    assert [fault.pointer for fault in refused.value.faults] == ["TRELLIS_HSTS_SECONDS"]
    assert load_settings(hsts_seconds=31_536_000, public_url="https://trellis.example.org").hsts_seconds == 31_536_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"queue_seconds": 0},
        {"rankings_at_once": 0},
        {"header_seconds": -1},
        {"body_seconds": 601},
        {"hsts_seconds": -1},
    ],
)
def test_limits_that_limit_nothing_are_refused_by_name(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidSetting) as refused:
        load_settings(**wrong)
    assert [fault.pointer for fault in refused.value.faults] == [f"TRELLIS_{name.upper()}" for name in wrong]

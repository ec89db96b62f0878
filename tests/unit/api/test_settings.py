"""Settings as people write them in units and files of variables, and those that only make sense beside others."""

import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from api.errors import InvalidSetting
from api.settings import load_settings
from api.storage.database import open_database
from api.storage.ids import new_id
from api.text.whole_files import whole_file

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_a_tilde_is_the_users_home_in_every_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CATALOG_DIR", "DATA_DIR", "RULESET", "CONFIG", "EVALUATION"):
        monkeypatch.setenv(f"TRELLIS_{name}", "~/trellis")
    settings = load_settings()
    paths = (settings.catalog_dir, settings.data_dir, settings.ruleset, settings.config, settings.evaluation)
    assert set(paths) == {tmp_path / "trellis"}
    monkeypatch.setenv("TRELLIS_DATA_DIR", "~nobody-of-this-name/trellis")
    with pytest.raises(InvalidSetting, match=r"TRELLIS_DATA_DIR.*write the path out"):
        load_settings()


@pytest.mark.parametrize("name", ["a?b", "pct%41dir", "a b#c", "50%", "ä;ö", "~"])
def test_the_database_lies_in_the_data_folder_whatever_its_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    database = open_database(load_settings(data_dir=folder))
    with database.writing() as session:
        session.execute(text("CREATE TABLE one (a INTEGER)"))
    database.close()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (folder / "trellis.sqlite").stat().st_size > 0


@pytest.mark.parametrize("written", ["https://trellis.example.org/", " https://trellis.example.org// "])
def test_a_slash_at_the_end_of_the_public_address_is_dropped(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("TRELLIS_PUBLIC_URL", written)
    assert load_settings().base_url == "https://trellis.example.org"


@pytest.mark.parametrize(
    "written",
    ["https://example.org/trellis", '"https://trellis.example.org"', "trellis.example.org", "HTTPS://TRELLIS.ORG"],
)
def test_another_public_address_is_refused_in_words(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("TRELLIS_PUBLIC_URL", written)
    with pytest.raises(InvalidSetting) as caught:
        load_settings()
    (fault,) = caught.value.faults
    assert fault.pointer == "TRELLIS_PUBLIC_URL"
    assert "an address such as https://trellis.example.org, without a path" in fault.detail


def test_an_id_sorts_after_another_one_even_when_the_clock_is_set_back() -> None:
    first = new_id("run", NOW)
    for step in (timedelta(hours=-2), timedelta(0), timedelta(milliseconds=1)):
        assert new_id("run", NOW + step, after=first) > first
    later = new_id("run", NOW + timedelta(days=1), after=first)
    assert later.startswith(new_id("run", NOW + timedelta(days=1))[:14])


def test_a_full_disk_is_told_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "backup.jsonl"
    with pytest.raises(OSError, match=r"No space left.*backup\.jsonl"), whole_file(path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert list(tmp_path.iterdir()) == []


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

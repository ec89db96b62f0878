"""Files that are there whole or not at all."""

from pathlib import Path

import pytest

from api.text.whole_files import whole_file, whole_text


def test_a_file_appears_when_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    with whole_text(path) as file:
        file.write("é\n")
        assert not path.exists()
    assert path.read_bytes() == "é\n".encode()


def test_a_failure_keeps_the_earlier_file_and_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")
    with pytest.raises(TypeError), whole_text(path) as file:
        file.writelines(["half", 0])  # type: ignore[list-item]
    assert [one.name for one in tmp_path.iterdir()] == ["out.txt"]
    assert path.read_text() == "before"


def test_a_file_of_mode_600_is_its_owners_alone(tmp_path: Path) -> None:
    with whole_file(tmp_path / "secret", mode=0o600) as file:
        file.write(b"x")
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_a_missing_folder_is_named_by_the_path_that_was_given(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "out.txt"
    with pytest.raises(FileNotFoundError) as caught, whole_file(path):
        pass
    assert caught.value.filename == str(path)

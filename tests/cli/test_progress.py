import pytest

from api.cli.terminal import progress_bar


def test_each_tenth_has_a_line_and_work_that_begins_again_is_shown_again(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar() as progress:
        for total in (200, 1000):
            for done in range(0, total + 1, 50):
                progress(done, total, "texts encoded")
    lines = capsys.readouterr().err.splitlines()
    assert lines[:5] == [f"texts encoded: {done} of 200" for done in (50, 100, 150, 200)] + [
        "texts encoded: 100 of 1000"
    ]
    assert len(lines) == 14


def test_short_work_is_not_worth_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar() as progress:
        progress(20, 20, "texts encoded")
    assert capsys.readouterr().err == ""

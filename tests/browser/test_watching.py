"""The browser tests would notice."""

import pytest

from tests.fixtures.browser import Windows, axe


def test_a_missing_page_is_a_trouble_unless_it_is_meant(windows: Windows) -> None:
    page = windows.open()
    watch = windows.watch(page)
    page.goto("/nowhere")
    assert any("404" in trouble.what for trouble in watch.troubles)
    watch.troubles.clear()
    with watch.forgiving("status of 404"):
        page.goto("/nowhere")
    assert page.get_by_role("heading", level=1).count() == 1


def test_inline_scripts_and_other_hosts_are_troubles(windows: Windows) -> None:
    page = windows.open()
    watch = windows.watch(page)
    with watch.forgiving("404", "Content Security Policy", "another host", "failed: GET"):
        page.goto("/nowhere")
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))")
        page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://localhost:9/x.png'}))")
        page.wait_for_timeout(200)


def test_axe_names_what_is_wrong(windows: Windows) -> None:
    page = windows.open()
    with windows.watch(page).forgiving("404"):
        page.goto("/nowhere")
    axe(page)
    page.evaluate("document.querySelector('main').append(new Image())")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)

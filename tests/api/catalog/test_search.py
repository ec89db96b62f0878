"""Searching the catalog over the API."""

import pytest

from tests.fixtures.service import Service


@pytest.mark.parametrize("words", [("Colorín", "colorin"), ("jóvenes", "jovenes", "jo\u0301venes", "JÓVENES")])
def test_what_is_typed_with_and_without_accents_finds_the_same(service: Service, words: tuple[str, ...]) -> None:
    curator = service.as_("curator")
    found = [curator.get("/v1/supports", params={"q": word}).json()["items"] for word in words]
    assert found[0], "the starter catalog has this word"
    assert all(one == found[0] for one in found)

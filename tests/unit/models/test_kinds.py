"""Every kind of support and every field of one has its record, and what follows from a record follows for each."""

from collections.abc import Mapping

import pytest
from pydantic import TypeAdapter

from api.text.language import word
from api.text.words import counted
from models.base import Value
from models.kinds import KINDS, HasSizes, Kind, kind_of_id, kinds_of, size_key
from models.rules import EFFECTS, SupportField
from models.support import Support
from models.vocab import RuleEffect, SupportKind
from recommender.config_load import starter_config
from recommender.rules.fields import FIELDS
from recommender.testing import make_provider, make_resource

EXAMPLES: tuple[Support, ...] = (make_resource(), make_provider())


class Counts(HasSizes, Value):
    """What a program reads of a catalog."""

    version: str
    sizes: Mapping[SupportKind, int]
    n_other: int


def test_every_kind_has_one_record_in_the_order_of_the_vocabulary() -> None:
    assert list(KINDS) == list(SupportKind)
    for of_all in ("id_prefix", "plural", "model"):
        assert len({getattr(spec, of_all) for spec in KINDS.values()}) == len(SupportKind)


def test_every_kind_has_its_words_and_its_weights() -> None:
    for kind in SupportKind:
        assert all(word(kind, place) for place in ("", "many", "choice", "for_teams", "many_for_teams", "explained"))
        assert starter_config().kinds[kind].features


def test_every_field_that_a_rule_may_test_has_one_record() -> None:
    assert set(FIELDS) == set(SupportField)


@pytest.mark.parametrize("support", EXAMPLES, ids=lambda support: support.kind)
def test_a_record_belongs_to_the_kind_of_its_id(support: Support) -> None:
    assert KINDS[support.kind].model is type(support)
    assert kind_of_id(support.id) is support.kind
    assert isinstance(support.support_type, KINDS[support.kind].types)


def test_an_id_of_no_kind_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="No kind of support has ids like 'event-1'"):
        kind_of_id("event-1")


def test_a_choice_is_a_kind_or_all_of_them() -> None:
    assert [choice.value for choice in Kind] == [*SupportKind, "all"]
    assert kinds_of([]) == kinds_of([Kind("all")]) == tuple(SupportKind)
    assert kinds_of([Kind("provider")]) == (SupportKind.PROVIDER,)


def test_numbers_of_kinds_are_written_in_their_place_and_read_back() -> None:
    counts = Counts(version="a", sizes={kind: n for n, kind in enumerate(SupportKind)}, n_other=7)
    assert list(counts.model_dump()) == ["version", *map(size_key, SupportKind), "n_other"]
    assert counts.n_supports == sum(range(len(SupportKind)))
    assert Counts.model_validate_json(counts.model_dump_json()) == counts
    schema = TypeAdapter(Counts).json_schema(mode="serialization")
    assert list(schema["properties"]) == schema["required"] == list(counts.model_dump())


def test_a_number_of_supports_takes_the_form_that_it_needs() -> None:
    assert [counted(SupportKind.RESOURCE, n) for n in (0, 1, 1204)] == ["0 resources", "1 resource", "1,204 resources"]


def test_an_effect_decides_who_may_be_listed_or_weighs() -> None:
    assert set(EFFECTS) == set(RuleEffect)
    for spec in EFFECTS.values():
        assert (spec.blocks is None) == (spec.sign != 0)
        assert spec.blocks in (None, spec.against)

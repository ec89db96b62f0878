"""What a person sees who writes a ranking configuration wrongly."""

from pathlib import Path

import pytest

from models.vocab import SupportKind
from recommender.config import RankingConfig
from recommender.config_load import load_config, parse_config, starter_config
from recommender.errors import InvalidConfig, describe
from recommender.ranking.features import FEATURES

GOOD = """\
id: mine
version: 1.0.0
kinds:
  resource:
    features:
      need_focus: 0.5
    k: 3
  provider:
    features: {service_top: 1}
"""


def faults_of(text: str | bytes) -> list[str]:
    with pytest.raises(InvalidConfig) as caught:
        parse_config(text.encode() if isinstance(text, str) else text, file="mine.yaml")
    return [describe(fault) for fault in caught.value.faults]


def test_a_good_configuration_loads_with_defaults() -> None:
    config = parse_config(GOOD.encode(), file="mine.yaml")
    assert config.kinds[SupportKind.RESOURCE].features == {"need_focus": 0.5}
    assert (config.kinds[SupportKind.RESOURCE].k, config.kinds[SupportKind.PROVIDER].k) == (3, 10)


def test_the_shipped_configuration_names_only_features_that_exist_and_weighs_each_kind() -> None:
    for kind in SupportKind:
        settings = starter_config().kinds[kind]
        assert settings.features.keys() <= FEATURES.keys()
        assert 0 < settings.floor < 1


def test_the_hash_changes_with_any_weight_and_not_with_layout() -> None:
    first = parse_config(GOOD.encode(), file="a").content_hash
    assert (
        parse_config(GOOD.replace("{service_top: 1}", "{service_top: 1.0} # more").encode(), file="b").content_hash
        == first
    )
    assert parse_config(GOOD.replace("0.5", "0.51").encode(), file="c").content_hash != first


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("need_focus", "need_fokus",
         ["mine.yaml:6 /kinds/resource/features/need_fokus: 'need_fokus' is not a feature. Did you mean 'need_focus'"]),
        ("need_focus: 0.5", "need_focus: -0.5",
         ["mine.yaml:6 /kinds/resource/features/need_focus: Expected 0 or more; found -0.5"]),
        ("need_focus: 0.5", "need_focus: much",
         ["mine.yaml:6 /kinds/resource/features/need_focus: Expected a number; found 'much'."]),
        ("    k: 3", "    k: 0", ["mine.yaml:7 /kinds/resource/k: Expected 1 or more; found 0"]),
        ("    k: 3", "    flor: 0.3", [
            "mine.yaml:7 /kinds/resource/flor: 'flor' is not a field here. Did you mean 'floor'"]),
        ("  provider:", "  providers:", ["mine.yaml:3 /kinds: The kind 'provider' has no settings",
                                         "mine.yaml:8 /kinds/providers"]),
        ("version: 1.0.0\n", "", ["This is required, but missing."]),
        ("id: mine", "id: [", ["mine.yaml", "Not YAML"]),
        ("id: mine", "id: mine\nid: mine", ["mine.yaml:2"]),
    ],
    ids=["unknown feature", "negative", "not a number", "k of 0", "unknown setting", "unknown kind", "no version",
         "not YAML", "twice"],
)  # fmt: skip
def test_a_fault_names_its_line_its_place_and_what_was_expected(old: str, new: str, said: list[str]) -> None:
    assert old in GOOD
    found = "\n".join(faults_of(GOOD.replace(old, new)))
    for part in said:
        assert part in found


def test_every_fault_is_reported_at_once() -> None:
    text = GOOD.replace("need_focus: 0.5", "need_fokus: 1\n      stage_level: -1").replace("k: 3", "k: none")
    assert len(faults_of(text)) == 3


@pytest.mark.parametrize("text", ["", "- a list", "just words", b"\xff\xfe\x00", "3"])
def test_what_is_no_configuration_is_refused(text: str | bytes) -> None:
    assert faults_of(text)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match=r"none\.yaml"):
        load_config(tmp_path / "none.yaml")


def test_a_file_loads_as_its_text_does(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD)
    assert load_config(path) == parse_config(GOOD.encode(), file="mine.yaml")


def test_the_order_of_weights_changes_neither_hash_nor_order_of_sums() -> None:
    config = starter_config()
    settings = config.model_dump()
    for kind in settings["kinds"].values():
        kind["features"] = dict(reversed(kind["features"].items()))
    turned = RankingConfig.model_validate(settings)
    assert turned.content_hash == config.content_hash
    assert [list(kind.features) for kind in turned.kinds.values()] == [
        list(kind.features) for kind in config.kinds.values()
    ]

"""The score by hand: weights divided by what they can add up to, every part named."""

import numpy as np
import pytest

from models.rules import Ruleset
from models.vocab import SupportKind
from recommender.config import KindConfig
from recommender.ranking.features import FeatureColumns
from recommender.ranking.scoring import START, score_parts
from recommender.rules.load import parse_ruleset

RULES = """\
id: mine
version: 1.0.0
rules:
  - id: gate
    effect: require
    test: {op: among, support: cost, values: [free]}
    because: {met: "Free.", missed: "Not free.", unknown: "Unknown."}
  - id: good
    effect: prefer
    weight: {resource: 0.3, provider: 0.9}
    test: {op: among, support: cost, values: [free]}
    because: {met: "Free.", missed: "Not free.", unknown: "Unknown."}
  - id: bad
    effect: discourage
    weight: 0.2
    test: {op: among, support: cost, values: [paid]}
    because: {met: "Paid.", missed: "Not paid.", unknown: "Unknown."}
  - id: elsewhere
    effect: prefer
    kinds: [provider]
    weight: 5
    test: {op: among, support: serves, values: [US]}
    because: {met: "Here.", missed: "Not here.", unknown: "Unknown."}
"""


def features(**columns: list[float]) -> FeatureColumns:
    n = len(next(iter(columns.values())))
    arrays = {name: np.array(values) for name, values in columns.items()}
    return FeatureColumns(np.arange(n), arrays, np.ones(n), np.zeros((n, 11)))


@pytest.fixture
def ruleset() -> Ruleset:
    return parse_ruleset(RULES, file="mine.yaml")


def test_the_score_is_the_weighted_sum_over_what_the_weights_can_add_up_to(ruleset: Ruleset) -> None:
    config = KindConfig(features={"need_focus": 1.0, "stage_level": 0.5}, diversity=0.1)
    found = score_parts(
        features(need_focus=[1.0, 0.5, 0.0], stage_level=[1.0, 0.0, 0.0]),
        {"good": np.array([0.3, 0.3, 0.0]), "bad": np.array([0.0, 0.0, -0.2])},
        kind=SupportKind.RESOURCE,
        ruleset=ruleset,
        config=config,
    )
    scale = 0.9 / (1.0 + 0.5 + 0.3 + 0.2)
    assert list(found.parts) == [START, "need_focus", "stage_level", "rule:good", "rule:bad"]
    assert found.parts[START] == pytest.approx([0.2 * scale] * 3)
    assert found.parts["need_focus"] == pytest.approx([scale, 0.5 * scale, 0])
    assert found.parts["rule:bad"] == pytest.approx([0, 0, -0.2 * scale])
    assert found.total == pytest.approx([0.9, (0.2 + 0.5 + 0.3) * scale, 0.0])


def test_a_support_without_a_fault_scores_one_less_diversity_and_the_worst_scores_nothing(ruleset: Ruleset) -> None:
    found = score_parts(
        features(need_focus=[1.0, 0.0]),
        {"good": np.array([0.3, 0.0]), "bad": np.array([0.0, -0.2])},
        kind=SupportKind.RESOURCE,
        ruleset=ruleset,
        config=KindConfig(features={"need_focus": 0.4}, diversity=0.25),
    )
    assert found.total == pytest.approx([0.75, 0.0])


def test_weights_of_the_other_kind_do_not_count(ruleset: Ruleset) -> None:
    found = score_parts(
        features(need_focus=[1.0]),
        {"good": np.array([0.9]), "bad": np.array([0.0]), "elsewhere": np.array([5.0])},
        kind=SupportKind.PROVIDER,
        ruleset=ruleset,
        config=KindConfig(features={"need_focus": 1.0}, diversity=0.0),
    )
    assert list(found.parts) == [START, "need_focus", "rule:good", "rule:bad", "rule:elsewhere"]
    assert found.parts["rule:elsewhere"] == pytest.approx([5 / 7.1])


def test_without_any_weight_every_score_is_0() -> None:
    gate = parse_ruleset(RULES.split("  - id: good")[0], file="mine.yaml")
    found = score_parts(
        features(need_focus=[1.0, 0.2]),
        {},
        kind=SupportKind.RESOURCE,
        ruleset=gate,
        config=KindConfig(features={}, diversity=0.1),
    )
    assert found.parts == {}
    assert found.total.tolist() == [0, 0]

"""Oracles T10 to T12 of the diagnostic's design: the graded response model."""

import warnings
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from recommender.diagnosis.irt import (
    GRID,
    PLACEHOLDER,
    DomainState,
    GradedItem,
    category_probabilities,
    eap,
    expected_score,
    item_information,
    most_informative,
    next_item,
)

T10 = GradedItem(1.7, (-1.2, 0.1, 1.4))
T11 = [
    GradedItem(1.7, (-1.2, 0.1, 1.4)),
    GradedItem(1.4, (-1.5, -0.3, 1.0)),
    GradedItem(2.0, (-0.8, 0.4, 1.6)),
    GradedItem(1.2, (-1.0, 0.5, 2.0)),
    GradedItem(1.6, (-1.4, 0.0, 1.2)),
]
ORACLES = "independent check: pip install the extra `oracles`"


def near(value: Any) -> Any:
    return pytest.approx(value, abs=1e-4)


def test_t10_probabilities_and_expected_score() -> None:
    assert category_probabilities(T10, 0.5) == near([0.052650, 0.283611, 0.485746, 0.177994])
    assert float(expected_score(T10, 0.5)) == near(2.7891)


def test_t10_information() -> None:
    theta = [-2, -1, 0, 0.5, 1, 2]
    expected = [0.472565, 0.804369, 0.836157, 0.825376, 0.812713, 0.569568]
    assert item_information(T10, theta) == near(expected)


def test_t10_two_categories_are_the_two_parameter_model() -> None:
    item = GradedItem(1.7, (0.3,))
    assert float(item_information(item, 0.5)) == near(0.702016)


def test_t10_two_categories_agree_with_catsim() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        catsim = pytest.importorskip("catsim.irt", reason="independent check: pip install catsim")
        assert catsim.inf(0.5, 1.7, 0.3, 0, 1) == near(float(item_information(GradedItem(1.7, (0.3,)), 0.5)))


@pytest.mark.parametrize(
    ("answers", "mean", "sd"),
    [
        ([2, 3, 2, 1, 3], -0.1744, 0.4401),
        ([3, 3, 2, None, 3], 0.2642, 0.4502),
        ([4, 4, 4, 4, 4], 2.1587, 0.5678),
        ([1, 1, 1, 1, 1], -1.9817, 0.5852),
        ([2, 2, None, None, None], -0.4428, 0.6093),
        ([None] * 5, 0.0, 0.9996),
    ],
)
def test_t11_eap(answers: Any, mean: float, sd: float) -> None:
    posterior = eap(T11, answers)
    assert posterior.mean == near(mean)
    assert posterior.sd == near(sd)


def test_t11_grid_agrees_with_adaptive_quadrature() -> None:
    answers = [2, 3, 2, 1, 3]

    def density(theta: float) -> float:
        likelihood = np.prod(
            [category_probabilities(item, theta)[answer - 1] for item, answer in zip(T11, answers, strict=True)]
        )
        return float(likelihood * np.exp(-0.5 * theta**2))

    total = quad(density, -10, 10)[0]
    mean = quad(lambda theta: theta * density(theta), -10, 10)[0] / total
    square = quad(lambda theta: theta**2 * density(theta), -10, 10)[0] / total
    assert (mean, (square - mean**2) ** 0.5) == near((-0.174368, 0.440089))


def test_t11_expected_item_score_keeps_the_scale_of_levels() -> None:
    posterior = eap(T11, [2, 3, 2, 1, 3])
    at_estimate = np.mean([expected_score(item, posterior.mean) for item in T11])
    curve = np.mean([expected_score(item, GRID) for item in T11], axis=0)
    mean = posterior.weights @ curve
    assert at_estimate == near(2.2861)
    assert mean == near(2.2909)
    assert np.sqrt(posterior.weights @ (curve - mean) ** 2) == near(0.2988)


def test_t11_test_information() -> None:
    assert sum(float(item_information(item, 0.0)) for item in T11) == near(3.7160)


def test_t12_the_most_informative_open_item_is_asked_next() -> None:
    posterior = eap(T11[:2], [2, 3])
    assert (posterior.mean, posterior.sd) == near((-0.1038, 0.6158))
    information = [float(item_information(item, posterior.mean)) for item in T11[2:]]
    assert information == near([1.1029, 0.4288, 0.7473])
    assert most_informative(T11[2:], posterior.mean) == 0
    state = DomainState(T11, [2, 3, None, None, None], [True, True, False, False, False], wanted=False)
    assert next_item([state]) == (0, 2)


def state(*, n_asked: int, wanted: bool = False, items: int = 5) -> Any:
    answers = [2] * n_asked + [None] * (items - n_asked)
    return DomainState([PLACEHOLDER] * items, answers, [answer is not None for answer in answers], wanted=wanted)


def test_adaptive_session_asks_wanted_domains_first_then_the_least_certain() -> None:
    assert next_item([state(n_asked=2), state(n_asked=3, wanted=True)]) == (1, 3)
    assert next_item([state(n_asked=3), state(n_asked=2)]) == (1, 2)


def test_adaptive_session_ends_by_items_precision_or_length() -> None:
    assert next_item([state(n_asked=5)]) is None
    assert next_item([state(n_asked=2)], stop_sd=0.9) is None
    assert next_item([state(n_asked=2)], max_items=2) is None


def test_agrees_with_girth_on_simulated_raters() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        girth = pytest.importorskip("girth", reason="independent check: pip install girth")
    rng = np.random.default_rng(5)
    theta = rng.standard_normal(600)
    draws = rng.random((5, 600, 1))
    categories = np.stack(
        [
            (category_probabilities(item, theta).cumsum(axis=1) < draws[place]).sum(axis=1) + 1
            for place, item in enumerate(T11)
        ]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = girth.grm_mml(categories)
    items = [
        GradedItem(float(a), tuple(float(x) for x in b))
        for a, b in zip(fit["Discrimination"], fit["Difficulty"], strict=True)
    ]
    ours = [eap(items, [int(answer) for answer in categories[:, person]]).mean for person in range(30)]
    apart = np.abs(np.array(ours) - fit["Ability"][:30])
    assert np.median(apart) < 1e-4
    # Its grid reaches further out than ours, which only raters at the ends of the scale feel.
    assert apart.max() < 5e-3

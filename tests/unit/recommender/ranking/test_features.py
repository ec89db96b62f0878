"""Every feature that can be worked out by hand, on three resources and two providers."""

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest

from models.assessment import OpenText
from models.support import Support
from models.vocab import Domain
from recommender.index import CatalogIndex
from recommender.instruments import default_instrument
from recommender.pipeline import Recommender
from recommender.ranking.features import (
    FEATURES,
    READINESS_TO_USE,
    Feature,
    FeatureColumns,
    team_features,
)
from recommender.ranking.signals import DOMAINS, rubric_queries
from recommender.ranking.support_table import SupportTable
from recommender.testing import make_provider, make_resource
from recommender.words import Speaker
from tests.fixtures.engines import EMBEDDER
from tests.fixtures.teams import make_team, with_words

DATA, METHODS, EQUITY = Domain.DATA_AND_MEASUREMENT, Domain.IMPROVEMENT_METHODS, Domain.EQUITY_AND_VOICE
RESOURCES = [
    make_resource(
        "res-a",
        domains=["improvement-methods", "data-and-measurement"],
        levels=[1],
        focus_areas=["math"],
        grade_bands=["high"],
        audiences=["teacher", "coach"],
        resource_type="guide",
    ),
    make_resource(
        "res-b",
        title="Attendance numbers",
        summary="Reading attendance numbers every week.",
        domains=["data-and-measurement"],
        levels=[],
        focus_areas=["attendance", "math", "general"],
        grade_bands=["high", "middle"],
        audiences=["improvement-team"],
        modality=["self-paced", "facilitated-virtual"],
        resource_type="report",
    ),
    make_resource("res-c", summary="Hearing families.", domains=["equity-and-voice"], levels=[4], audiences=[]),
]
PROVIDERS = [
    make_provider("prov-a", services=[
        {"type": "coaching", "description": "D.", "domains": ["improvement-methods", "data-and-measurement"]},
        {"type": "workshop", "description": "D.", "domains": ["improvement-methods"]},
    ]),
    make_provider("prov-b", modality=["hybrid"], services=[{"type": "coaching", "description": "D.", "domains": []}]),
]  # fmt: skip


def columns(
    supports: Sequence[Support], starter: Recommender, levels: Any, *, rows: Any = None, **fields: Any
) -> FeatureColumns:
    text = fields.pop("words", None)
    team = make_team(levels, **fields)
    if text is not None:
        team = with_words(team, text)
    view = starter._view(team, date(2026, 11, 21))
    index = CatalogIndex.build(supports, EMBEDDER)
    table = SupportTable.of(index, EMBEDDER.encode(rubric_queries(default_instrument()), query=True))
    return team_features(
        table,
        np.arange(len(supports)) if rows is None else np.array(rows),
        evidence=view.evidence,
        instrument=default_instrument(),
        signals=view.signals,
        words=view.words,
        piece_vectors=view.piece_vectors,
    )


def values(name: str, *parts: Any, **fields: Any) -> list[float]:
    found: list[float] = columns(*parts, **fields).columns[name].tolist()
    return found


def test_every_feature_has_a_column_and_words_for_people(starter: Recommender) -> None:
    assert list(columns(RESOURCES, starter, 2).columns) == list(FEATURES)
    assert all(Speaker().tell(f"feature.{feature.name}") for feature in FEATURES.values())


def test_a_feature_that_leaves_something_undecided_cannot_be_made() -> None:
    whole = vars(FEATURES["need_focus"])
    assert Feature(**whole) == FEATURES["need_focus"]
    for field in ("family", "part", "measure"):
        with pytest.raises(TypeError, match=field):
            Feature(**{name: value for name, value in whole.items() if name != field})


def test_level_fit_is_the_chance_of_a_level_that_the_support_suits(starter: Recommender) -> None:
    found = columns(RESOURCES, starter, {METHODS: 1, DATA: 3, EQUITY: 4})
    # Five raters who agree: SE = sqrt(4 x 0.36 / 8 / 5) = 0.19, so 1 is below 1.5 with P = Phi(2.64).
    at_one = 0.5 * math.erfc(-0.5 / math.sqrt(0.036) / math.sqrt(2))
    methods_share = 1 / 1.6
    assert found.level_fit[0] == pytest.approx(methods_share * at_one, abs=1e-6)
    assert found.level_fit[1] == pytest.approx(1)
    assert found.level_fit[2] == pytest.approx(at_one)


def test_need_shares_split_a_support_over_its_needs(starter: Recommender) -> None:
    found = columns(RESOURCES, starter, {METHODS: 1, DATA: 3, EQUITY: 4})
    methods, data = 1 / 1.6 * 1.0, 0.6 / 1.6 * (1 / 3)  # position weight x gap; the importance is the same
    share = found.need_share[:, [DOMAINS.index(domain) for domain in (METHODS, DATA, EQUITY)]]
    assert share[0] == pytest.approx([methods / (methods + data), data / (methods + data), 0])
    assert share[1].tolist() == [0, 1, 0]
    assert share[2].tolist() == [0, 0, 0]


def test_need_focus_is_the_need_times_the_shared_focus(starter: Recommender) -> None:
    found = values("need_focus", RESOURCES, starter, {METHODS: 1, DATA: 1, EQUITY: 4},
                   context={"focus_areas": ["math", "literacy"]})  # fmt: skip
    # Half of the chosen areas for both; `general` alone counts 0.4, and no need leaves nothing.
    assert found == pytest.approx([0.5, 0.5, 0.0])


def test_first_audience_is_met_by_a_respondents_role_or_by_the_form(starter: Recommender) -> None:
    assert values("first_audience", RESOURCES, starter, 2) == [0, 1, 0]
    roles = [{"respondent": "r1", "role": "teacher"}, {"respondent": "r2", "role": "other"}]
    assert values("first_audience", RESOURCES, starter, None, responses=roles) == [1, 1, 0]
    coaches = [{"respondent": "r1", "role": "coach"}]
    assert values("first_audience", RESOURCES, starter, None, responses=coaches) == [0, 1, 0]
    assert values("first_audience", RESOURCES, starter, 2, form="hub") == [0, 0, 0]


@pytest.mark.parametrize(
    ("bands", "expected"),
    [(["high"], [1, 0, 0]), (["middle", "high"], [0, 1, 0]), (["all"], [0, 0, 1]), ([], [0, 0, 0])],
)
def test_grade_exact_needs_the_same_grades(starter: Recommender, bands: list[str], expected: list[float]) -> None:
    assert values("grade_exact", RESOURCES, starter, 2, context={"grade_bands": bands}) == expected
    assert values("grade_exact", RESOURCES, starter, 2) == [0, 0, 0]


def test_focus_features(starter: Recommender) -> None:
    chosen = {"focus_areas": ["math", "attendance"]}
    assert values("primary_focus", RESOURCES, starter, 2, context=chosen) == [1, 1, 0]
    assert values("focus_specific", RESOURCES, starter, 2) == pytest.approx([0.8, 0.6, 1.0])
    # Of three supports two are about math and one about attendance.
    math_, attendance = math.log(4 / 3) / math.log(5), math.log(4 / 2) / math.log(5)
    rarity = values("focus_rarity", RESOURCES, starter, 2, context=chosen)
    assert rarity == pytest.approx([math_ / 1.5, (math_ + attendance) / 1.5, 0])


def test_modality_share_counts_hybrid_as_virtual_and_in_person(starter: Recommender) -> None:
    virtual = {"modality": ["facilitated-virtual"]}
    assert values("modality_share", RESOURCES, starter, 2, context=virtual) == [0, 0.5, 0]
    assert values("modality_share", PROVIDERS, starter, 2, context=virtual) == pytest.approx([0, 1 / 3])
    assert values("modality_share", PROVIDERS, starter, 2, context={"modality": ["hybrid"]}) == [0, 1]


def test_service_top_is_the_share_of_services_for_the_top_three(starter: Recommender) -> None:
    wants = {"importance": {DATA.value: "top_three"}}
    assert values("service_top", PROVIDERS, starter, 2, **wants) == pytest.approx([1 / 3, 0])
    assert values("service_top", PROVIDERS, starter, 2) == [0, 0]


def test_primary_importance_squares_the_importance_of_the_first_domain(starter: Recommender) -> None:
    wants = {METHODS.value: "important", DATA.value: "top_three", EQUITY.value: "not_now"}
    found = values("primary_importance", RESOURCES, starter, 2, importance=wants)
    assert found == pytest.approx([(0.5 / 0.75) ** 2, 1, 0])


def test_ready_to_use_goes_by_type(starter: Recommender) -> None:
    expected = [READINESS_TO_USE[resource.resource_type] for resource in RESOURCES]
    assert values("ready_to_use", RESOURCES, starter, 2) == expected == [1, 0, 1]
    assert values("ready_to_use", PROVIDERS, starter, 2) == [0, 0]


def test_hoped_words_are_found_in_the_document(starter: Recommender) -> None:
    hoped = OpenText(hoped_for_support="Help with reading our attendance numbers every week.")
    found = values("hoped_words", RESOURCES, starter, 2, words=hoped)
    assert found[1] == 1
    assert found[2] < found[1]
    assert values("hoped_words", RESOURCES, starter, 2) == [0, 0, 0]
    assert values("hoped_words", RESOURCES, starter, 2, words=OpenText(challenges="Attendance numbers.")) == [0, 0, 0]


def test_own_words_lift_what_says_the_same(starter: Recommender) -> None:
    said = OpenText(challenges="Reading attendance numbers every week is what we never do.")
    before = values("focus_words", RESOURCES, starter, 2, context={"focus_areas": ["math", "attendance"]})
    after = values("focus_words", RESOURCES, starter, 2, context={"focus_areas": ["math", "attendance"]}, words=said)
    assert after[1] - before[1] > after[0] - before[0]


def test_coverage_of_a_support_that_touches_every_need_is_one(starter: Recommender) -> None:
    found = values("need_coverage", RESOURCES, starter, {METHODS: 1, DATA: 1}, importance={METHODS.value: "top_three"})
    # The other domains have no answers: the wide prior gives them a gap of one half at the importance of one half.
    others = 8 * 0.5 * 0.5
    assert found == pytest.approx([1.5 / (1.5 + others), 0.5 / (1.5 + others), 0.25 / (1.5 + others)])


def test_chosen_rows_have_the_values_they_have_among_all(starter: Recommender) -> None:
    fields: dict[str, Any] = {"context": {"focus_areas": ["math"], "grade_bands": ["high"]}}
    whole, some = (columns(RESOURCES, starter, 2, rows=rows, **fields) for rows in (None, [0, 2]))
    for name in FEATURES:
        assert some.columns[name].tolist() == whole.columns[name][[0, 2]].tolist(), name
    assert some.rows.tolist() == [0, 2]


def test_an_empty_table_has_empty_columns(starter: Recommender) -> None:
    found = columns([], starter, 2)
    assert all(column.shape == (0,) for column in found.columns.values())
    assert found.need_share.shape == (0, 11)

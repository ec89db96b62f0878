"""Oracles T5 to T9 and T15 of the diagnostic's design: reliability across raters, items and differences."""

import math
import warnings

import numpy as np
import pytest

from recommender.diagnosis.reliability import (
    alpha,
    difference_reliability,
    icc_oneway,
    omega,
    raters_needed,
    spearman_brown,
)

ORACLES = "independent check: pip install the extra `oracles`"
TEAMS = [
    [2, 2.4, 2.2, 2.6],
    [3, 3.2, 2.8, 3.4],
    [1.6, 2, 1.8, 1.4],
    [2.8, 2.4, 3, 2.6],
    [3.4, 3.6, 3.2, 3.8],
]
UNEQUAL = [[2, 2.4, 2.2], [3, 3.2, 2.8, 3.4, 3.1], [1.6, 2], [2.8, 2.4, 3, 2.6]]
ROWS = [
    [1, 2, 1, 2, 1],
    [2, 2, 2, 3, 2],
    [3, 3, 2, 3, 3],
    [2, 3, 3, 2, 2],
    [4, 3, 4, 4, 3],
    [1, 1, 2, 1, 2],
    [3, 4, 3, 3, 4],
    [2, 2, 1, 2, 2],
    [4, 4, 4, 3, 4],
    [3, 2, 3, 3, 2],
]


def near(value):
    return pytest.approx(value, abs=1e-4)


def with_gaps():
    rows = [list(row) for row in ROWS]
    rows[1][3] = rows[6][0] = None
    return rows


def test_t5_equal_teams():
    result = icc_oneway(TEAMS)
    assert result.msb == near(1.9520)
    assert result.msw == near(0.066667)
    assert result.k0 == near(4)
    assert result.icc1 == near(0.8761)
    assert result.icc2 == near(0.9658)
    assert result.f == near(29.28)


def long_table():
    pandas = pytest.importorskip("pandas", reason=ORACLES)
    return pandas.DataFrame(
        [(g, r, score) for g, team in enumerate(TEAMS) for r, score in enumerate(team)],
        columns=["team", "rater", "score"],
    )


def test_t5_agrees_with_pingouin():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pingouin = pytest.importorskip("pingouin", reason=ORACLES)
        table = pingouin.intraclass_corr(data=long_table(), targets="team", raters="rater", ratings="score")
    values = table["ICC"].to_numpy(dtype=float)
    result = icc_oneway(TEAMS)
    # The first of single and of average measures are the one-way forms.
    assert values[0] == near(result.icc1)
    assert values[3] == near(result.icc2)


def test_t5_agrees_with_statsmodels_anova():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        formula = pytest.importorskip("statsmodels.formula.api", reason=ORACLES)
        anova = pytest.importorskip("statsmodels.stats.anova", reason=ORACLES)
        table = anova.anova_lm(formula.ols("score ~ C(team)", data=long_table()).fit())
    assert table["F"].iloc[0] == near(icc_oneway(TEAMS).f)


def test_t5_agrees_with_a_mixed_model():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        formula = pytest.importorskip("statsmodels.formula.api", reason=ORACLES)
        table = long_table()
        fit = formula.mixedlm("score ~ 1", table, groups=table["team"]).fit(reml=True)
    between = float(fit.cov_re.iloc[0, 0])
    assert between / (between + fit.scale) == pytest.approx(icc_oneway(TEAMS).icc1, abs=1e-3)


def test_t6_unequal_teams():
    result = icc_oneway(UNEQUAL)
    assert result.msb == near(1.016429)
    assert result.msw == near(0.056000)
    assert result.k0 == near(3.380952)
    assert result.icc1 == near(0.8353)
    assert result.icc2 == near(0.9449)


def test_t7_reliability_of_the_mean_and_raters_needed():
    assert spearman_brown(0.20, 5) == near(0.5556)
    assert raters_needed(0.20, 0.70) == pytest.approx(9.33, abs=0.005)
    assert math.ceil(raters_needed(0.20, 0.70)) == 10


def test_icc_of_alike_teams_is_negative_as_reported():
    assert icc_oneway([[1, 4], [2, 4], [1, 3]]).icc1 < 0


@pytest.mark.parametrize("teams", [[], [[1, 2, 3]], [[1], [2]], [[2, 2], [2, 2]]])
def test_icc_is_unknown_where_nothing_can_be_told_apart(teams):
    assert icc_oneway(teams) is None


def test_t8_alpha():
    assert alpha(ROWS) == near(0.9245)


def test_t8_alpha_uses_complete_cases_only():
    assert alpha(with_gaps()) == near(0.9298)


def test_t8_agrees_with_pingouin():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pandas = pytest.importorskip("pandas", reason=ORACLES)
        pingouin = pytest.importorskip("pingouin", reason=ORACLES)
        whole, interval = pingouin.cronbach_alpha(data=pandas.DataFrame(ROWS))
        gaps = pandas.DataFrame(with_gaps(), dtype=float)
        listwise, _ = pingouin.cronbach_alpha(data=gaps, nan_policy="listwise")
        pairwise, _ = pingouin.cronbach_alpha(data=gaps)
    assert whole == near(alpha(ROWS))
    assert list(interval) == pytest.approx([0.812, 0.979], abs=5e-4)
    assert listwise == near(alpha(with_gaps()))
    assert pairwise == near(0.9350)


@pytest.mark.parametrize("rows", [[], [[1, 2]], [[1, 2], [None, 3]], [[1], [2]], [[1, 2], [2, 1]]])
def test_alpha_is_unknown_without_two_complete_rows_two_items_and_spread(rows):
    assert alpha(rows) is None


def test_t9_omega_and_the_alpha_it_implies():
    loadings = np.array([0.80, 0.75, 0.70, 0.65, 0.60])
    implied = np.outer(loadings, loadings)
    np.fill_diagonal(implied, 1.0)
    assert omega(loadings.tolist()) == near(0.8291)
    assert 5 / 4 * (1 - 5 / implied.sum()) == near(0.8270)


@pytest.mark.parametrize("method", ["pa", "ml"])
def test_t9_a_one_factor_fit_recovers_the_loadings(method):
    loadings = np.array([0.80, 0.75, 0.70, 0.65, 0.60])
    implied = np.outer(loadings, loadings)
    np.fill_diagonal(implied, 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        factor = pytest.importorskip("statsmodels.multivariate.factor", reason=ORACLES)
        model = factor.Factor(corr=implied, n_factor=1, method=method, nobs=500)
        fit = model.fit(maxiter=2000, tol=1e-12) if method == "pa" else model.fit()
    assert np.abs(fit.loadings[:, 0]) == pytest.approx(loadings, abs=1e-5)
    assert omega(np.abs(fit.loadings[:, 0]).tolist()) == near(0.8291)


def test_t15_difference_scores_are_less_reliable_than_either_rating():
    assert difference_reliability(0.8, 0.7, 0.4) == near(0.5833)

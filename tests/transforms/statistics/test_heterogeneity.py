"""Differences between groups against Welch's analysis of variance and Cochran's Q."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.oneway import anova_oneway

from transforms.statistics.heterogeneity import heterogeneity

TOLERANCE = 1e-9


def test_it_is_welchs_analysis_of_variance() -> None:
    rng = np.random.default_rng(3)
    groups = [rng.normal(mean, scale, size) for mean, scale, size in ((0, 1, 5), (0.5, 2, 9), (1, 0.5, 14))]
    means, errors = np.array([each.mean() for each in groups]), np.array([stats.sem(each) for each in groups])
    found = heterogeneity(means, errors, np.array([each.size - 1.0 for each in groups]))
    assert found is not None
    expected = anova_oneway(groups, use_var="unequal", welch_correction=True)
    assert found.p_value == pytest.approx(expected.pvalue, abs=TOLERANCE)


def test_with_errors_that_are_known_it_is_cochrans_q() -> None:
    # weights 4, 1, 1; mean (4·1 + 2 + 3) / 6 = 1.5; Q = 4·0.25 + 0.25 + 2.25 = 3.5
    found = heterogeneity(np.array([1.0, 2.0, 3.0]), np.array([0.5, 1.0, 1.0]), np.full(3, math.inf))
    assert found is not None
    assert found.q == pytest.approx(3.5, abs=TOLERANCE)
    assert found.p_value == pytest.approx(stats.chi2.sf(3.5, 2), abs=TOLERANCE)


def test_one_group_has_nothing_to_differ_from() -> None:
    assert heterogeneity(np.ones(1), np.ones(1), np.ones(1)) is None
    assert heterogeneity(np.zeros(0), np.zeros(0), np.zeros(0)) is None

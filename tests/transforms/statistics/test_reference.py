"""Reference distributions against scipy.stats."""

import math

import numpy as np
import pytest
from scipy import stats

from transforms.statistics.reference import f_p_value, sql_parameters, t_p_value, two_sided_quantile

TOLERANCE = 1e-12


@pytest.mark.parametrize("dof", [1, 2.5, 30, 1e6])
def test_t_is_that_of_scipy(dof: float) -> None:
    assert two_sided_quantile(dof) == pytest.approx(stats.t.ppf(0.975, dof), rel=TOLERANCE)
    assert t_p_value(-2.1, dof) == pytest.approx(2 * stats.t.sf(2.1, dof), rel=TOLERANCE)


def test_infinite_degrees_of_freedom_are_the_limit() -> None:
    assert two_sided_quantile(math.inf) == pytest.approx(stats.norm.ppf(0.975), rel=TOLERANCE)
    assert t_p_value(2.1, math.inf) == pytest.approx(2 * stats.norm.sf(2.1), rel=TOLERANCE)
    assert f_p_value(1.7, 4, math.inf) == pytest.approx(stats.chi2.sf(6.8, 4), rel=TOLERANCE)


def test_f_is_that_of_scipy() -> None:
    assert f_p_value(2.3, 3.4, 17.5) == pytest.approx(stats.f.sf(2.3, 3.4, 17.5), rel=TOLERANCE)


def test_sql_parameters_give_the_quantile_of_their_place() -> None:
    parameters = sql_parameters()
    quantiles = np.array(parameters["t_quantiles"])
    assert quantiles == pytest.approx(stats.t.ppf(0.975, np.arange(1, quantiles.size + 1)), rel=TOLERANCE)
    assert parameters["normal_quantile"] == pytest.approx(1.959963984540054, rel=TOLERANCE)

"""Benjamini–Hochberg against statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from transforms.statistics.multiplicity import benjamini_hochberg

TOLERANCE = 1e-9


def test_is_that_of_statsmodels() -> None:
    p_values = np.random.default_rng(3).beta(0.4, 2, 60).round(3)
    expected = multipletests(p_values, method="fdr_bh")[1]
    assert benjamini_hochberg(p_values) == pytest.approx(expected, abs=TOLERANCE)


def test_what_was_not_tested_does_not_count() -> None:
    q_values = benjamini_hochberg(np.array([0.01, np.nan, 0.04]))
    assert q_values[[0, 2]] == pytest.approx([0.02, 0.04], abs=TOLERANCE)
    assert np.isnan(q_values[1])


def test_no_test_gives_no_q() -> None:
    assert benjamini_hochberg(np.array([])).size == 0
    assert np.isnan(benjamini_hochberg(np.array([np.nan]))).all()

"""The fractional logit against statsmodels."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from tests.transforms.statistics.samples import disputes
from transforms.statistics.design import build_model
from transforms.statistics.fractional import Fractional
from transforms.statistics.matrix import Matrix
from transforms.statistics.newton import maximise
from transforms.statistics.sandwich import plain_covariance
from transforms.statistics.terms import Numeric

COEFFICIENTS = 1e-6
STD_ERRORS = 1e-4
SLOPES = ("evidence_advantage", "rules_advantage")


def _shares() -> tuple[Matrix, np.ndarray]:
    matrix = build_model(disputes(1_500, 80).lazy(), [Numeric(name, name) for name in SLOPES]).matrix
    rng = np.random.default_rng(4)
    mean = 1 / (1 + np.exp(-(0.4 + 0.7 * matrix.dense[0] - 0.5 * matrix.dense[1])))
    share = np.clip(rng.beta(2 * mean, 2 * (1 - mean)).round(2), 0, 1)
    share[rng.random(share.size) < 0.2] = 1.0
    return replace(matrix, outcome=share), share


def test_coefficients_and_clustered_errors_are_those_of_statsmodels() -> None:
    matrix, share = _shares()
    assert ((share == 0) | (share == 1)).any()
    fitted = maximise(matrix, Fractional(), matrix.estimable, np.zeros(3))
    owner = np.repeat(np.arange(matrix.cluster_ids.size), np.diff(matrix.cluster_starts))
    oracle = sm.GLM(share, sm.add_constant(matrix.dense.T), family=sm.families.Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": owner}, tol=1e-12
    )
    ours = np.concatenate([fitted.intercepts, fitted.slopes])
    errors = plain_covariance(matrix, Fractional(), fitted)
    assert errors is not None
    assert fitted.status == "ok"
    assert ours == pytest.approx(oracle.params, rel=COEFFICIENTS)
    n = share.size
    # statsmodels also multiplies by (n − 1) / (n − p)
    assert np.sqrt(np.diag(errors)) == pytest.approx(oracle.bse * np.sqrt((n - 3) / (n - 1)), rel=STD_ERRORS)

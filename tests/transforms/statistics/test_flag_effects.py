"""Effects of a few flags against those of all terms, which are tested by themselves."""

import numpy as np
import polars as pl
import pytest

from tests.transforms.statistics.samples import disputes
from transforms.statistics.design import build_model
from transforms.statistics.flag_effects import flag_effects
from transforms.statistics.logit import Logit
from transforms.statistics.marginal_effects import average_marginal_effects
from transforms.statistics.matrix import CHUNK_ROWS, Matrix
from transforms.statistics.newton import fit
from transforms.statistics.ordinal import Ordinal
from transforms.statistics.terms import ADVANTAGES, CONTROLS, Flag

TOLERANCE = 1e-12
FLAGS = ("a", "b", "c")


@pytest.fixture(scope="module")
def matrix() -> Matrix:
    frame = disputes(CHUNK_ROWS + 500)
    rng = np.random.default_rng(4)
    flags = {name: rng.random(frame.height) < share for name, share in zip(FLAGS, (0.5, 0.1, 0.9), strict=True)}
    missing = pl.when(pl.col("dispute_id").str.ends_with("3").not_()).then("tone_advantage")
    with_flags = frame.with_columns(missing.alias("tone_advantage"), **{k: pl.Series(v) for k, v in flags.items()})
    return build_model(with_flags.lazy(), [*ADVANTAGES, *(Flag(name, name) for name in FLAGS), *CONTROLS]).matrix


@pytest.mark.parametrize("family", [Logit(2), Logit(1), Ordinal()])
def test_effects_and_gradients_are_those_of_all_terms(matrix: Matrix, family: Logit | Ordinal) -> None:
    free = matrix.estimable
    free[matrix.dense_terms.index("rules_advantage")] = False
    fitted = fit(matrix, family, free)
    assert fitted.status == "ok"
    everything = average_marginal_effects(matrix, family, fitted)
    places = [matrix.dense_terms.index(name) for name in ("c", "a")]
    found = flag_effects(matrix, family, fitted, places)
    assert found.effects == pytest.approx(everything.effects[places], abs=TOLERANCE)
    assert found.gradient == pytest.approx(everything.gradient[places], abs=TOLERANCE)


def test_no_flag_has_no_effect(matrix: Matrix) -> None:
    fitted = fit(matrix, Logit(2), matrix.estimable)
    assert flag_effects(matrix, Logit(2), fitted, []).effects.size == 0

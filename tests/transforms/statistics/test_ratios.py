"""Parts of a sum and Fieller's intervals."""

import numpy as np
import pytest

from transforms.statistics.ratios import parts_of_sum


def test_parts_add_up_to_one() -> None:
    parts = parts_of_sum(np.array([3.0, -1.0, 2.0]), None, 10)
    assert parts is not None
    assert [part.estimate for part in parts] == pytest.approx([0.75, -0.25, 0.5])
    assert parts[0].ci_low is None


def test_intervals_solve_the_equation_of_fieller() -> None:
    estimates, spread = np.array([3.0, 1.0]), np.array([[0.4, 0.1], [0.1, 0.3]])
    parts = parts_of_sum(estimates, spread, np.inf)
    assert parts is not None
    for end in (parts[0].ci_low, parts[0].ci_high):
        assert end is not None
        # estimate − r · total, by the weights (1 − r, −r)
        weights = np.array([1 - end, -end])
        assert abs(weights @ estimates) / np.sqrt(weights @ spread @ weights) == pytest.approx(1.959964, rel=1e-6)


def test_intervals_cover() -> None:
    rng = np.random.default_rng(1)
    spread = np.array([[0.4, 0.1], [0.1, 0.3]]) / 2
    held = n = 0
    for draw in rng.multivariate_normal([2.0, 1.0], spread, 4_000):
        parts = parts_of_sum(draw, spread, np.inf)
        if parts is not None:
            n += 1
            held += (parts[0].ci_low or 0) <= 2 / 3 <= (parts[0].ci_high or 0)
    assert n > 3_900
    assert held / n == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("estimates", [[1.0, -1.5], [0.2, 0.3], [0.0, 0.0]])
def test_a_sum_that_may_be_zero_has_no_parts(estimates: list[float]) -> None:
    assert parts_of_sum(np.array(estimates), np.eye(2), np.inf) is None

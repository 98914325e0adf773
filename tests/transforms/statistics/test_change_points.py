"""Change points: errors without a change, planted changes, confidence sets."""

import numpy as np
import pytest

from transforms.statistics.change_points import (
    FEWEST_MONTHS,
    Change,
    Series,
    find_changes,
    wandering_variance,
)
from transforms.statistics.clusters import Floats

#: Of 200 series at 5 %, 10 are expected to show a change; more than 19 do with a chance of 0.3 %.
REPLICATES = 200
MOST_FALSE = 19


def _series(values: Floats, covariance: Floats | None = None) -> Series:
    spread = np.eye(values.size) if covariance is None else covariance
    return Series(values, spread, np.full(values.size, 0.5) * np.diag(spread).min())


def _near_neighbours(n: int) -> Floats:
    """Sampling errors that months share with the months beside them."""
    place = np.arange(n)
    return np.asarray(0.5 * np.eye(n) + 1.5 * np.exp(-np.abs(place[:, None] - place) / 3))


#: name, number of months, covariance of the sampling errors, standard deviation of the wandering
NULLS: list[tuple[str, int, Floats, float]] = [
    ("five months", 5, np.eye(5), 0.0),
    ("a year", 12, np.eye(12), 0.0),
    ("six months that wander", 6, np.eye(6), 4.0),
    ("a year that wanders", 12, np.eye(12), 4.0),
    ("three years that wander", 36, np.eye(36), 2.0),
    ("growing months", 12, np.diag(np.linspace(3, 0.5, 12) ** 2), 0.0),
    ("growing months that wander", 12, np.diag(np.linspace(3, 0.5, 12) ** 2), 1.5),
    ("sellers who stay for all", 18, np.eye(18) + 5, 0.0),
    ("sellers who stay for some months", 18, _near_neighbours(18), 0.0),
]


@pytest.mark.parametrize(
    ("n", "covariance", "wandering"), [null[1:] for null in NULLS], ids=[null[0] for null in NULLS]
)
def test_without_a_change_few_series_show_one(n: int, covariance: Floats, wandering: float) -> None:
    rng = np.random.default_rng(n)
    found = 0
    for _ in range(REPLICATES):
        errors = rng.multivariate_normal(np.zeros(n), covariance) + wandering * rng.standard_normal(n)
        found += bool(find_changes(_series(errors, covariance)).changes)
    assert found <= MOST_FALSE


def _levels(n: int, *steps: tuple[int, float]) -> Floats:
    levels = np.zeros(n)
    for place, size in steps:
        levels[place:] += size
    return levels


#: name, levels, least share of series in which exactly these changes are found
PLANTED: list[tuple[str, Floats, float]] = [
    ("a step in six months", _levels(6, (3, 9.0)), 0.95),
    ("a step in a year", _levels(12, (7, 6.0)), 0.9),
    ("a step in 18 months", _levels(18, (9, 4.0)), 0.85),
    ("the newest month", _levels(18, (17, 9.0)), 0.9),
    ("a step down", _levels(12, (4, -6.0)), 0.9),
    ("one month", _levels(12, (7, 9.0), (8, -9.0)), 0.9),
    ("some months", _levels(12, (5, 6.0), (9, -6.0)), 0.9),
    ("a step and half of it back", _levels(24, (8, 6.0), (16, -3.0)), 0.7),
]


@pytest.mark.parametrize(("levels", "least"), [case[1:] for case in PLANTED], ids=[case[0] for case in PLANTED])
def test_planted_changes_are_found_and_nothing_else(levels: Floats, least: float) -> None:
    rng = np.random.default_rng(2)
    expected = [int(place) for place in np.flatnonzero(np.diff(levels)) + 1]
    exact = too_many = 0
    for _ in range(100):
        found = [change.place for change in find_changes(_series(levels + rng.standard_normal(levels.size))).changes]
        exact += found == expected
        too_many += len(found) > len(expected)
    assert exact >= least * 100
    # of 100 at 5 %: 5 expected, 12 or more with a chance of 0.4 %
    assert too_many < 12


@pytest.mark.parametrize("size", [2.5, 4.0])
def test_confidence_sets_hold_the_month_of_the_change(size: float) -> None:
    rng = np.random.default_rng(3)
    levels = _levels(16, (8, size))
    held = widths = n = 0
    for _ in range(150):
        changes = find_changes(_series(levels + rng.standard_normal(16))).changes
        if len(changes) == 1:
            n += 1
            held += changes[0].low <= 8 <= changes[0].high
            widths += changes[0].high - changes[0].low
    assert n > 100
    # 95 %, less three standard errors
    assert held / n > 0.89
    assert widths / n < 4


def test_levels_and_p_value_of_a_clear_step() -> None:
    levels = _levels(12, (5, 20.0))
    values = levels + np.random.default_rng(4).standard_normal(12)
    changes = find_changes(_series(values))
    assert changes.status == "ok"
    change: Change = changes.changes[0]
    assert (change.place, change.low, change.high) == (5, 5, 5)
    assert change.before == pytest.approx(values[:5].mean())
    assert change.after == pytest.approx(values[5:].mean())
    assert change.p_value == changes.p_value == pytest.approx(1 / 2_000)


def test_weights_are_those_of_the_months() -> None:
    # the first month is so uncertain that it does not move its level
    spread = np.diag([1e6, *[1.0] * 11])
    values = np.array([500.0, *np.random.default_rng(5).standard_normal(11)]) + _levels(12, (6, 20.0))
    change = find_changes(_series(values, spread)).changes[0]
    assert change.place == 6
    assert change.before == pytest.approx(values[1:6].mean(), abs=0.01)


def test_wandering_is_told_from_sampling_errors_and_from_a_step() -> None:
    rng = np.random.default_rng(6)
    still, wandering = rng.standard_normal(400), rng.standard_normal(400) * 3
    assert wandering_variance(_series(still)) < 0.2
    # 3² = 1 of sampling and 8 of wandering
    assert wandering_variance(_series(wandering)) == pytest.approx(8, rel=0.25)
    step = wandering_variance(_series(still + _levels(400, (200, 50.0))))
    assert step == pytest.approx(wandering_variance(_series(still)), abs=0.1)


def test_the_result_is_the_same_on_every_run() -> None:
    values = np.random.default_rng(7).standard_normal(14) + _levels(14, (6, 3.0))
    assert find_changes(_series(values)) == find_changes(_series(values))


def test_few_months_and_estimates_without_error_say_so() -> None:
    few = find_changes(_series(np.arange(FEWEST_MONTHS - 1, dtype=np.float64)))
    assert (few.changes, few.p_value, few.status) == ((), None, "too_few_months")
    exact = find_changes(Series(np.arange(12.0), np.zeros((12, 12)), np.zeros(12)))
    assert (exact.changes, exact.p_value, exact.status) == ((), None, "no_variation")


def test_equal_months_have_no_change() -> None:
    changes = find_changes(_series(np.full(12, 3.0)))
    assert (changes.changes, changes.status) == ((), "ok")
    assert changes.p_value == 1


def test_levels_without_any_noise_are_found() -> None:
    changes = find_changes(_series(_levels(12, (6, 100.0))))
    assert [change.place for change in changes.changes] == [6]


def test_a_drift_is_told_from_steps() -> None:
    rng = np.random.default_rng(4)
    drift, step = 0, 0
    for _ in range(20):
        errors = rng.standard_normal(24)
        slow = find_changes(_series(np.linspace(0, 6, 24) + errors))
        drift += bool(slow.changes) and slow.may_be_drift
        sudden = find_changes(_series(_levels(24, (9, 4.0)) + errors))
        step += bool(sudden.changes) and not sudden.may_be_drift
    assert drift >= 15
    assert step == 20
    assert not find_changes(_series(rng.standard_normal(24))).may_be_drift

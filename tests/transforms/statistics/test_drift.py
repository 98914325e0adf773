"""What moved between two deliveries, and what only seems to have."""

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from benchmarks.drift import count_alarms
from transforms.statistics.drift import drift_table

ERROR_TOLERANCE = 0.02
REPLICATES = 200


def _disputes(seed: int, move: float = 0.0, n_sellers: int = 120) -> pl.LazyFrame:
    """Sellers with leanings of their own, in both deliveries; the share of a moves by `move` in the second."""
    random = np.random.default_rng(seed)
    sellers = np.repeat(np.arange(n_sellers), random.integers(2, 20, n_sellers))
    is_new = random.random(sellers.size) < 0.3
    leaning = np.clip(0.5 + 0.2 * random.standard_normal(n_sellers), 0.05, 0.95)[sellers]
    is_a = random.random(sellers.size) < np.clip(leaning + move * is_new, 0, 1)
    columns = {"is_new": is_new, "seller_id": sellers.astype(str), "outcome": np.where(is_a, "a", "b")}
    return pl.LazyFrame(columns)


def _table(frame: pl.LazyFrame, volumes: tuple[int, ...] = (100,)) -> pl.DataFrame:
    return drift_table({"all": frame}, {"all": ["outcome"]}, volumes)


def test_the_difference_and_its_error_are_those_of_a_regression_clustered_by_seller() -> None:
    frame = _disputes(1, 0.1).collect()
    row = _table(frame.lazy()).row(0, named=True)
    is_new = frame["is_new"].to_numpy().astype(float)
    fitted = sm.OLS((frame["outcome"] == "a").to_numpy().astype(float), sm.add_constant(is_new)).fit(
        cov_type="cluster", cov_kwds={"groups": frame["seller_id"].cast(pl.Int64).to_numpy()}
    )
    assert row["difference_pp"] == pytest.approx(100 * fitted.params[1])
    half_width = (row["ci_high"] - row["ci_low"]) / 2
    # ours leaves out one seller at a time, which is a little wider, and uses fewer degrees of freedom
    assert half_width == pytest.approx(196 * fitted.bse[1], rel=5 * ERROR_TOLERANCE)


def test_a_move_is_found() -> None:
    table = _table(_disputes(2, 0.2))
    assert table.filter(pl.col("measure") == "outcome")["is_moved"].to_list() == [True, True]


def test_chance_is_no_move() -> None:
    moved = sum(bool(_table(_disputes(seed))["is_moved"].any()) for seed in range(REPLICATES))
    # q < 0.01 in a table of two tests that are one; 3 pp besides
    assert moved <= 0.03 * REPLICATES


@pytest.mark.parametrize(
    ("frame", "status"),
    [
        (_disputes(3).filter(pl.col("is_new")), "nothing_before"),
        (_disputes(3).head(60), "too_few_disputes"),
        (_disputes(3).with_columns(outcome=pl.lit(None, pl.String)), "no_variation"),
        (_disputes(3).with_columns(seller_id=pl.lit(None, pl.String)), "not_clustered"),
    ],
    ids=["first", "few", "all null", "no sellers"],
)
def test_thin_data_has_a_status(frame: pl.LazyFrame, status: str) -> None:
    table = _table(frame)
    assert set(table.filter(pl.col("measure") == "outcome")["status"]) == {status}
    for column in table.select(pl.selectors.float()):
        assert not column.is_nan().any()


@pytest.mark.parametrize(
    ("volumes", "is_moved"),
    [
        ((1000, 1100, 950, 1020, 990), False),
        ((1000, 1100, 950, 1020, 40), True),
        ((1000, 1100, 950, 1020, 9000), True),
        ((1000, 40), False),
        ((), False),
    ],
)
def test_an_unusual_volume(volumes: tuple[int, ...], is_moved: bool) -> None:
    row = _table(_disputes(4), volumes).filter(pl.col("measure") == "volume").row(0, named=True)
    assert row["is_moved"] is is_moved


def test_a_table_of_many_measures_does_not_cry_wolf() -> None:
    found = count_alarms(30, move=0.0)
    # q < 0.01 over the table: one alarm in a hundred tables is allowed
    assert found.named + found.wrong <= 1


def test_a_measure_that_moved_is_named_and_hardly_another() -> None:
    found = count_alarms(10, move=0.35, first_seed=1000)
    assert found.named == 10
    assert found.wrong <= 1

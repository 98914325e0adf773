"""Whether high credit goes with a sooner ruling."""

import math

import polars as pl
import pytest

from tests.transforms.claims.samples import World, draw, draw_disputes
from transforms.claims.durations import time_ratio

SCORE, MANY = "buyer_reputation", 10**9
#: Log time ratio per standard deviation; in per cent 100 (exp(−0.2) − 1) = −18.1.
SPEED = -0.2


def _disputes(speed: float = SPEED) -> pl.DataFrame:
    return draw_disputes(draw(World(n=4_000, n_sellers=300)), speed)


def test_a_planted_ratio_is_found() -> None:
    found = time_ratio(_disputes().lazy(), SCORE, MANY)
    truth = 100 * math.expm1(SPEED)
    assert found.ci_low is not None
    assert found.ci_high is not None
    assert found.ci_low < truth < found.ci_high < 0
    assert (found.n, found.is_sampled, found.status) == (4_000, False, "ok")


def test_without_an_effect_none_is_found() -> None:
    found = time_ratio(_disputes(0.0).lazy(), SCORE, MANY)
    assert found.p_value is not None
    assert found.p_value > 0.05


def test_what_is_not_ruled_is_censored_and_not_left_out() -> None:
    disputes = _disputes()
    whole = time_ratio(disputes.lazy(), SCORE, MANY)
    ruled = time_ratio(disputes.filter("is_closed_by_ruling").lazy(), SCORE, MANY)
    assert ruled.n < whole.n
    # long disputes are missing among the ruled ones, so that they differ less
    assert ruled.estimate is not None
    assert whole.estimate is not None
    assert ruled.estimate > whole.estimate


def test_a_sample_says_so() -> None:
    found = time_ratio(_disputes().lazy(), SCORE, 1_000)
    assert found.is_sampled
    assert 500 < found.n < 2_000


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (pl.col("hours_to_close") * float("nan"), "not_recorded"),
        (-pl.col("hours_to_close"), "not_recorded"),
        (pl.lit(0.0).alias("hours_to_close"), "not_recorded"),
        (pl.lit(None, dtype=pl.Float64).alias(SCORE), "not_recorded"),
        (pl.lit(0.5).alias(SCORE), "constant"),
        (pl.lit(value=False).alias("is_closed_by_ruling"), "too_few_disputes"),
        (pl.format("S{}", pl.int_range(pl.len()) % 5).alias("seller_id"), "too_few_sellers"),
    ],
)
def test_what_says_nothing(change: pl.Expr, status: str) -> None:
    found = time_ratio(_disputes().with_columns(change).lazy(), SCORE, MANY)
    assert (found.estimate, found.p_value, found.status) == (None, None, status)


def test_no_disputes() -> None:
    assert time_ratio(_disputes().head(0).lazy(), SCORE, MANY).status == "not_recorded"

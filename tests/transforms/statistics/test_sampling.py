"""Sampling whole sellers by a hash of their id."""

import polars as pl
import pytest

from tests.transforms.statistics.timed import World, timed_disputes
from transforms.statistics.sampling import sample_sellers

FRAME = timed_disputes(World(n=10_000, sellers=3_000))


def test_few_rows_are_left_as_they_are() -> None:
    rows, is_sampled = sample_sellers(FRAME.lazy(), 10_000)
    assert not is_sampled
    assert rows.collect().equals(FRAME)


def test_a_seller_is_kept_with_all_disputes_or_not_at_all() -> None:
    rows, is_sampled = sample_sellers(FRAME.lazy(), 4_000)
    kept = rows.collect()
    assert is_sampled
    # a standard deviation is about the square root of the sum of squared sizes
    assert 3_200 < kept.height < 4_800
    whole = FRAME.filter(pl.col("seller_id").is_in(kept["seller_id"].unique().to_list()))
    assert kept.height == whole.height


def test_more_rows_hold_the_sellers_of_fewer() -> None:
    small, large = (set(sample_sellers(FRAME.lazy(), n)[0].collect()["seller_id"]) for n in (2_000, 5_000))
    assert small < large


def test_disputes_without_a_seller_are_sampled_one_by_one() -> None:
    rows, _ = sample_sellers(FRAME.with_columns(seller_id=pl.lit(None, dtype=pl.String)).lazy(), 4_000)
    # standard deviation 49
    assert 3_750 < rows.collect().height < 4_250


@pytest.mark.parametrize("n_sellers", [1, 2, 3, 5, 12])
def test_where_few_sellers_have_all_disputes_are_drawn(n_sellers: int) -> None:
    frame = FRAME.with_columns(seller_id=pl.format("S{}", pl.int_range(pl.len()) % n_sellers))
    rows, is_sampled = sample_sellers(frame.lazy(), 4_000)
    kept = rows.collect()
    assert is_sampled
    # standard deviation 49
    assert 3_750 < kept.height < 4_250
    assert kept["seller_id"].n_unique() == n_sellers


@pytest.mark.parametrize("giant", ["A", "B", "C", "D"])
def test_a_seller_with_half_of_the_disputes_is_not_left_out(giant: str) -> None:
    half = pl.int_range(pl.len()) % 2 == 0
    frame = FRAME.with_columns(seller_id=pl.when(half).then(pl.lit(giant)).otherwise("seller_id"))
    kept = sample_sellers(frame.lazy(), 2_000)[0].collect()
    assert 1_800 < kept.height < 2_200
    assert 0.45 < kept.filter(seller_id=giant).height / kept.height < 0.55

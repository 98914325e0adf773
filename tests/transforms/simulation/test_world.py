"""Sizes of sellers, takers of part, and times of opening."""

import numpy as np
import pytest

from transforms.simulation.plan import SimulationPlan
from transforms.simulation.world import build_world, opening_times, seller_shares


@pytest.mark.parametrize("disputes", [50, 5_000, 200_000])
def test_few_big_and_many_small_sellers_below_a_ceiling(disputes: int) -> None:
    plan = SimulationPlan(disputes=disputes)
    shares = seller_shares(plan)
    assert shares.sum() == pytest.approx(1.0, abs=1e-12)
    assert np.all(np.diff(shares) <= 0)
    assert shares[0] * disputes <= max(plan.largest_seller, disputes / plan.seller_count) * (1 + 1e-9)


def test_the_biggest_tenth_of_sellers_has_more_than_half_of_the_disputes() -> None:
    shares = seller_shares(SimulationPlan(disputes=50_000))
    assert shares[: len(shares) // 10].sum() > 0.5


def test_last_dispute_of_a_user() -> None:
    world = build_world(SimulationPlan(disputes=300, seed=3))
    for user, last in enumerate(world.seller_last):
        own = np.flatnonzero(world.seller_of == user)
        assert last == (own[-1] if len(own) else -1)


def test_opening_times_lie_in_the_window_and_follow_the_numbers_by_day() -> None:
    world = build_world(SimulationPlan(disputes=5_000, seed=4))
    draws = np.random.default_rng(0).random((3, 5_000))
    opened = opening_times(world, np.arange(5_000), draws)
    assert opened.min() >= world.month_starts[0]
    assert opened.max() < world.end
    assert np.all(np.diff((opened - world.month_starts[0]) // 86_400) >= 0)


def test_every_month_has_about_its_share() -> None:
    world = build_world(SimulationPlan(disputes=20_000, seed=5))
    draws = np.random.default_rng(1).random((3, 20_000))
    opened = opening_times(world, np.arange(20_000), draws)
    counts = np.histogram(opened, bins=world.month_starts)[0]
    assert counts == pytest.approx(np.diff(world.month_cdf) * 20_000, abs=2)

"""The reputation table: regular snapshots of every user, independent of outcomes, and traps after a last dispute."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.simulation.columns import identifiers, numbers, timestamps
from transforms.simulation.disputes import USER_DIGITS
from transforms.simulation.late import lay_traps
from transforms.simulation.latent import BUYER, SELLER, Latent
from transforms.simulation.seeds import Floats, Integers, Stream, generator, logistic
from transforms.simulation.world import DAY_SECONDS, World

USERS_PER_BLOCK = 20_000
_STREAMS = (Stream.BUYER_SNAPSHOTS, Stream.SELLER_SNAPSHOTS)
_PREFIXES = ("B", "S")
# Months between two snapshots of a buyer and of a seller.
_INTERVAL_MONTHS = (6, 3)
_NEW_USER_SHARE = 0.06
_LOWEST_CREDIT, _HIGHEST_CREDIT = 350, 950
_OLDEST_DAYS = 2_800
# Mean of each count is exp(intercept + slope * latent reputation).
_BUYER_COUNTS = {"claims_90d": (-0.2, -0.7), "unjustified_claims_365d": (-1.1, -0.8)}
_SELLER_COUNTS = {
    "complaints_365d": (0.5, -0.6),
    "penalties_365d": (-1.3, -0.9),
    "counterfeit_penalties_365d": (-3.0, -0.9),
}
# A penalty for selling fakes is one of the penalties.
_AT_LEAST = {"penalties_365d": "counterfeit_penalties_365d"}
_LATE_CREDIT_LOSS = 150
_LATE_COUNT = 6


@dataclass(frozen=True)
class Snapshots:
    """The moments at which users were looked at.

    Attributes:
        party: 0 for buyers, 1 for sellers.
        user: Users, from 0.
        time: Epoch seconds.
        member_since: Epoch days.
        trades: Completed trades.
    """

    party: int
    user: Integers
    time: Integers
    member_since: Integers
    trades: Integers


def snapshot_blocks(world: World, party: int) -> int:
    """Returns the number of blocks of users of one party."""
    users = len(_reputation(world, party))
    return -(-users // USERS_PER_BLOCK)


def snapshots_frame(world: World, party: int, block: int) -> pl.DataFrame:
    """Writes down the regular snapshots of one block of users.

    Args:
        world: What all blocks share.
        party: 0 for buyers, 1 for sellers.
        block: Number of the block of users.

    Returns:
        The contract's columns, one row per user and moment, sorted so.
    """
    rng = generator(world.plan.seed, _STREAMS[party], block)
    users = np.arange(block * USERS_PER_BLOCK, min(len(_reputation(world, party)), (block + 1) * USERS_PER_BLOCK))
    return _frame(world, _schedule(world, party, users, rng), rng, is_late=False)


def late_reputation_frame(world: World, truth: Latent, block: int) -> pl.DataFrame:
    """Writes down the fallen reputation of losers after the ruling of their last dispute.

    Args:
        world: What all blocks share.
        truth: Latent truth of the block of disputes.
        block: Number of the block of disputes.

    Returns:
        The contract's columns.
    """
    traps = lay_traps(world, truth, block, Stream.LATE_REPUTATION, world.plan.late.reputation)
    frames = []
    for party, user_of, last in ((BUYER, truth.buyer, world.buyer_last), (SELLER, truth.seller, world.seller_last)):
        chosen = (traps.loser == party) & (last[user_of[traps.row]] == truth.index[traps.row])
        user, time = user_of[traps.row[chosen]], traps.time[chosen]
        rng = generator(world.plan.seed, _STREAMS[party], snapshot_blocks(world, party) + block)
        since = (time // DAY_SECONDS) - rng.integers(100, _OLDEST_DAYS, len(user))
        late = Snapshots(party, user, time, since, rng.integers(1, 200, len(user)))
        frames.append(_frame(world, late, rng, is_late=True))
    return pl.concat(frames)


def _reputation(world: World, party: int) -> Floats:
    return world.buyer_reputation if party == BUYER else world.seller_reputation


def _schedule(world: World, party: int, users: Integers, rng: np.random.Generator) -> Snapshots:
    """Every few months from before the first month on; new users from a later month, some users never."""
    plan = world.plan
    span = world.end - int(world.month_starts[0])
    step = span * _INTERVAL_MONTHS[party] // plan.months
    per_user = -(-plan.months // _INTERVAL_MONTHS[party]) + 1
    first = int(world.month_starts[0]) - (rng.random(len(users)) * step).astype(np.int64) - DAY_SECONDS
    time = first[:, None] + step * np.arange(per_user)[None, :]
    is_new = rng.random(len(users)) < _NEW_USER_SHARE
    joined_days = rng.integers(60, _OLDEST_DAYS, len(users))
    joined = np.where(
        is_new, first + (rng.random(len(users)) * span).astype(np.int64), first - joined_days * DAY_SECONDS
    )
    has_any = rng.random(len(users)) >= plan.nulls.no_snapshot
    kept = (time > joined[:, None]) & (time < world.end) & has_any[:, None]
    pace = np.exp((-4.2, -2.6)[party] + 0.9 * rng.standard_normal(len(users)))
    trades = (pace[:, None] * (time - joined[:, None]) / DAY_SECONDS).astype(np.int64)
    row = np.nonzero(kept)[0]
    return Snapshots(party, users[row], time[kept], joined[row] // DAY_SECONDS, trades[kept])


def _frame(world: World, shots: Snapshots, rng: np.random.Generator, *, is_late: bool) -> pl.DataFrame:
    """The columns of snapshots; what belongs to the other role is not recorded."""
    standing = _reputation(world, shots.party)[shots.user]
    count = len(shots.user)
    credit = (
        np.round(680 + 60 * standing + 20 * rng.standard_normal(count)).astype(np.int64) - is_late * _LATE_CREDIT_LOSS
    )
    good = rng.binomial(shots.trades, logistic(3.6 + 0.7 * standing))
    rate = np.round(good / np.maximum(shots.trades, 1), 4)
    null_share = world.plan.nulls.field
    columns = {
        "user_id": identifiers(_PREFIXES[shots.party], shots.user + 1, USER_DIGITS),
        "as_of": timestamps(shots.time),
        "credit_score": numbers(np.clip(credit, _LOWEST_CREDIT, _HIGHEST_CREDIT), rng.random(count) < null_share),
        "member_since": pl.Series(shots.member_since.astype(np.int32)).cast(pl.Date),
        "completed_trades": numbers(shots.trades),
        "positive_rate": numbers(rate, shots.trades == 0),
    }
    return pl.DataFrame(columns | _counts(shots, standing, rng, is_late=is_late))


def _counts(shots: Snapshots, standing: Floats, rng: np.random.Generator, *, is_late: bool) -> dict[str, pl.Series]:
    own = _BUYER_COUNTS if shots.party == BUYER else _SELLER_COUNTS
    drawn = {
        name: rng.poisson(np.exp(intercept + slope * standing)).astype(np.int64) + is_late * _LATE_COUNT
        for name, (intercept, slope) in own.items()
    }
    for whole, part in _AT_LEAST.items():
        if whole in own:
            drawn[whole] = np.maximum(drawn[whole], drawn[part])
    unknown = pl.Series([None] * len(standing), dtype=pl.Int64)
    return {name: numbers(drawn[name]) if name in own else unknown for name in _BUYER_COUNTS | _SELLER_COUNTS}

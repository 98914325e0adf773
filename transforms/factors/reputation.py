"""Reputation: what was known of a side before the dispute.

Every side starts at one half. Where a snapshot from before the opening is known its figures count; otherwise rates
from the user's own earlier disputes whose rulings were known by then; a user of whom neither is known stays at one
half and is marked. Rates are shrunk towards a fixed mean, ``(count + volume0 * mean) / (volume + volume0)``, and a
rate ``r`` is worth ``(mean - r) / (mean + r)`` of its gain or loss: nothing at the mean, all of the gain at 0, and half
of the loss at three times the mean. The means are weights, not averages of the data, so that no later fact moves an
earlier score.
"""

from typing import Final

import polars as pl

from transforms.factors.history import LATELY, YEAR, earlier_disputes, latest_snapshots
from transforms.factors.parts import BOTH, BUYER, SELLER, Part, part_column
from transforms.factors.points import MILLE, SCALE
from transforms.factors.weights import (
    CreditWeights,
    RatePrior,
    RateWeights,
    ReputationWeights,
    SaturatingWeights,
    StandingWeights,
)
from transforms.registry.model import Label

PARTS: Final[tuple[Part, ...]] = (
    Part("base", BOTH, Label("neutral start", "中性起点")),
    Part("credit", (BUYER,), Label("credit score", "信用分")),
    Part("standing", BOTH, Label("years and trades", "注册年限与交易数")),
    Part("claim_frequency", (BUYER,), Label("how often they claimed lately", "近期维权频率")),
    Part("unjustified_claims", (BUYER,), Label("unjustified claims", "无理维权")),
    Part("positive_rate", (SELLER,), Label("positive ratings", "好评率")),
    Part("complaints", (SELLER,), Label("complaints", "被投诉")),
    Part("penalties", (SELLER,), Label("penalties", "处罚")),
    Part("counterfeit_penalties", (SELLER,), Label("penalties for counterfeits", "售假处罚")),
    Part("from_history", BOTH, Label("from earlier disputes, no snapshot (0 points)", "由既往纠纷推算（0 分）")),
    Part("new_user", BOTH, Label("no completed trade yet (0 points)", "尚无完成交易（0 分）")),
    Part("unknown", BOTH, Label("nothing known of the user (0 points)", "用户信息未知（0 分）")),
)

_NEUTRAL: Final = SCALE // 2
_POINTS_PER_MILLE: Final = SCALE // MILLE
#: What the facts of a dispute need of a side beside its points: for the buyer the claims, for the seller the penalties.
COUNTS: Final = ("claims_90d", "penalties_365d")
_SIDE: Final = ("user_id", "known_before", "reputation_recorded")
_YEAR_DAYS: Final = 365.25


def score_reputation(
    sides: pl.LazyFrame,
    snapshots: pl.LazyFrame,
    history: pl.LazyFrame,
    weights: ReputationWeights,
    carry: tuple[str, ...] = (),
) -> pl.LazyFrame:
    """Score the reputation of sides; may be called on any users, with all that is known of them.

    Args:
        sides: What ``reputation_sides`` returns.
        snapshots: The reputation table of the same users.
        history: What ``reputation_history`` returns, of the same users.
        weights: Worth of what was known.
        carry: Further columns of ``sides`` to keep.

    Returns:
        ``dispute_id``, ``party``, ``carry``, one Int32 column for each part and the Int64 columns ``COUNTS``, in no
        particular order of rows. All parts are null where nothing is known of the user and the batch of the dispute has
        no reputation table.
    """
    return score_seen(latest_snapshots(sides, snapshots), history, weights, carry)


def score_seen(
    seen: pl.LazyFrame, history: pl.LazyFrame, weights: ReputationWeights, carry: tuple[str, ...] = ()
) -> pl.LazyFrame:
    """Score the reputation of sides that have been joined with their snapshots; see ``score_reputation``.

    Args:
        seen: What ``latest_snapshots`` returns.
        history: What ``reputation_history`` returns, of the same users.
        weights: Worth of what was known.
        carry: Further columns of ``seen`` to keep.

    Returns:
        As ``score_reputation``.
    """
    keys = ("dispute_id", "party", *carry)
    points = _snapshot_points(weights)
    # Both branches below start from it, and the optimizer does not see that they share it.
    named = (expression.alias(name) for name, expression in (points | _snapshot_counts()).items())
    scored = seen.select(*keys, *_SIDE, *named).cache()
    # A snapshot that says nothing about the role is as good as none.
    says_something = pl.any_horizontal(*(pl.col(name).is_not_null() for name in points if name != "new_user"))
    unseen = earlier_disputes(scored.filter(~says_something).select(*keys, *_SIDE).cache(), history)
    past = _history_points(weights) | _history_counts(weights)
    derived = unseen.select(*keys, *(expression.alias(name) for name, expression in past.items()))
    base = pl.lit(_NEUTRAL, pl.Int32).alias("base")
    from_snapshots = scored.filter(says_something).select(*keys, base, *points, *COUNTS)
    return pl.concat([_complete(from_snapshots, keys), _complete(derived, keys)])


def pivot_sides(scored: pl.LazyFrame, disputes: pl.LazyFrame) -> pl.LazyFrame:
    """Lay out scored sides as one row per dispute.

    Args:
        scored: What ``score_reputation`` returns (of all users of the disputes).
        disputes: One row per dispute with ``dispute_id``.

    Returns:
        The wide frame of ``PARTS``, one row per dispute; the parts of a side whose user is not recorded are null.
    """
    wide = disputes.select("dispute_id")
    for party in BOTH:
        names = {part.name: part_column(party, part.name) for part in PARTS if party in part.parties}
        side = scored.filter(pl.col("party") == party).select("dispute_id", *names).rename(names)
        wide = wide.join(side, on="dispute_id", how="left")
    return wide


def _complete(points: pl.LazyFrame, keys: tuple[str, ...]) -> pl.LazyFrame:
    """All parts in order; those that the frame does not have are null."""
    present = set(points.collect_schema().names())
    parts = [pl.col(part.name) if part.name in present else pl.lit(None, pl.Int32).alias(part.name) for part in PARTS]
    counts = [pl.col(name) if name in present else pl.lit(None, pl.Int64).alias(name) for name in COUNTS]
    return points.select(*keys, *parts, *counts)


def _snapshot_points(weights: ReputationWeights) -> dict[str, pl.Expr]:
    """Points of each part from the snapshot of the side's user, for the role that the user has."""
    is_buyer = pl.col("party") == BUYER
    is_seller = pl.col("party") == SELLER
    trades = pl.col("completed_trades")
    years = (pl.col("known_before").dt.date() - pl.col("member_since")).dt.total_days().clip(0) / _YEAR_DAYS
    negative = 1.0 - pl.col("positive_rate")
    # Where the number of trades is not recorded, a rate is taken half-way to the mean.
    rated = trades.fill_null(weights.negative_rate.prior.prior_volume)

    def per_trade(count: str, rate: RateWeights, window: float) -> pl.Expr:
        return _rate_points(pl.col(count), _trades_in(trades, years, window, weights), rate.prior, rate)

    quarter = LATELY.days / _YEAR_DAYS
    year = YEAR.days / _YEAR_DAYS
    parts = {
        "credit": pl.when(is_buyer).then(_credit_points(weights.credit)),
        "standing": pl.when(is_buyer | is_seller).then(_standing_points(years, trades, weights.standing)),
        "claim_frequency": pl.when(is_buyer).then(per_trade("claims_90d", weights.claim_frequency, quarter)),
        "unjustified_claims": pl.when(is_buyer).then(
            per_trade("unjustified_claims_365d", weights.unjustified_claims, year)
        ),
        "positive_rate": pl.when(is_seller).then(
            _rate_points(negative * rated, rated, weights.negative_rate.prior, weights.negative_rate)
        ),
        "complaints": pl.when(is_seller).then(per_trade("complaints_365d", weights.complaints, year)),
        "penalties": pl.when(is_seller).then(_count_points(pl.col("penalties_365d"), weights.penalties)),
        "counterfeit_penalties": pl.when(is_seller).then(
            _count_points(pl.col("counterfeit_penalties_365d"), weights.counterfeit_penalties)
        ),
    }
    return {name: _whole(points) for name, points in parts.items()} | {
        "new_user": pl.when(trades == 0).then(pl.lit(0, pl.Int32))
    }


def _snapshot_counts() -> dict[str, pl.Expr]:
    """How often the buyer claimed, and how often the seller was penalised, from the snapshot."""
    claims, penalties, counterfeit = (
        pl.col(name) for name in ("claims_90d", "penalties_365d", "counterfeit_penalties_365d")
    )
    # Penalties include those for counterfeits; where only these are recorded, none of them does not say none at all.
    at_least = pl.max_horizontal(penalties, counterfeit)
    known = penalties.is_not_null() | (counterfeit > 0)
    return {
        "claims_90d": pl.when(pl.col("party") == BUYER).then(claims),
        "penalties_365d": pl.when((pl.col("party") == SELLER) & known).then(at_least),
    }


def _history_points(weights: ReputationWeights) -> dict[str, pl.Expr]:
    """Points of each part from the earlier disputes of the side's user; a marked neutral where there are none."""
    is_buyer = pl.col("party") == BUYER
    is_known = pl.col("closed") > 0
    priors = weights.history
    one_window = pl.lit(1.0)
    against = pl.col("against_365d") / 2
    uses_history = _uses_history(weights)
    is_unknown = ~is_known & pl.col("reputation_recorded")
    claim_frequency = _rate_points(
        pl.col("closed_90d"), one_window, priors.claim_frequency, weights.claim_frequency, count_is_part=False
    )
    unjustified = _rate_points(against, pl.col("ruled_365d"), priors.unjustified_claims, weights.unjustified_claims)
    complaints = _rate_points(against, pl.col("ruled_365d"), priors.complaints, weights.complaints)
    parts = {
        "base": pl.when(uses_history | is_unknown).then(_NEUTRAL),
        "claim_frequency": pl.when(uses_history & is_buyer).then(claim_frequency),
        "unjustified_claims": pl.when(uses_history & is_buyer).then(unjustified),
        "complaints": pl.when(uses_history & ~is_buyer).then(complaints),
        "from_history": pl.when(uses_history).then(0),
        "unknown": pl.when(is_unknown).then(0),
    }
    return {name: _whole(points) for name, points in parts.items()}


def _uses_history(weights: ReputationWeights) -> pl.Expr:
    # Without a reputation table a user of whom nothing is known was not recorded, rather than new.
    return (pl.col("closed") > 0) & (pl.col("reputation_recorded") | weights.derive_without_table)


def _history_counts(weights: ReputationWeights) -> dict[str, pl.Expr]:
    """How often the buyer claimed, from the earlier disputes; of penalties they say nothing."""
    claims = pl.when(_uses_history(weights) & (pl.col("party") == BUYER)).then(pl.col("closed_90d").cast(pl.Int64))
    return {"claims_90d": claims}


def _whole(points: pl.Expr) -> pl.Expr:
    return points.cast(pl.Float64).round().cast(pl.Int32)


def _trades_in(trades: pl.Expr, years: pl.Expr, window: float, weights: ReputationWeights) -> pl.Expr:
    """Trades that fall in a window of so many years if they are spread evenly; 0 where they are not recorded."""
    length = pl.max_horizontal(years.fill_null(weights.assumed_years), window)
    return (trades * window / length).fill_null(0.0)


def _rate_points(
    count: pl.Expr, volume: pl.Expr, prior: RatePrior, worth: RateWeights, *, count_is_part: bool = True
) -> pl.Expr:
    """Points of a shrunk rate against its mean; null where the count is.

    Args:
        count: How often it happened.
        volume: In how many cases it could have happened.
        prior: Mean and the volume that it weighs as much as.
        worth: The most it gives and takes.
        count_is_part: Whether each count is one of the cases, so that the volume is at least the count.
    """
    cases = pl.max_horizontal(volume, count) if count_is_part else volume
    rate = (count + prior.prior_volume * prior.mean) / (cases + prior.prior_volume)
    effect = (prior.mean - rate) / (prior.mean + rate)
    return effect * pl.when(effect > 0).then(worth.gain).otherwise(worth.loss) * _POINTS_PER_MILLE


def _credit_points(credit: CreditWeights) -> pl.Expr:
    effect = ((pl.col("credit_score") - credit.neutral) / credit.span).clip(-1, 1)
    return effect * pl.when(effect > 0).then(credit.gain).otherwise(credit.loss) * _POINTS_PER_MILLE


def _standing_points(years: pl.Expr, trades: pl.Expr, standing: StandingWeights) -> pl.Expr:
    by_years = standing.years_gain * years / (years + standing.years_half)
    by_trades = standing.trades_gain * trades / (trades + standing.trades_half)
    points = (by_years.fill_null(0) + by_trades.fill_null(0)) * _POINTS_PER_MILLE
    return pl.when(years.is_not_null() | trades.is_not_null()).then(points.floor())


def _count_points(count: pl.Expr, worth: SaturatingWeights) -> pl.Expr:
    """Points that the first, second … of something take together."""
    return (1.0 - worth.keep**count) * (-worth.loss * _POINTS_PER_MILLE)

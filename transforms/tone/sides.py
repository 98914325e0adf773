"""The tone score of each side of a dispute, as parts that add up to it.

Counts come from integer sums over the side's own counted messages, so that the result does not depend on threads; the
few floats are made once per side. Points are whole ten-thousandths, cut towards zero: the parts of a side add up to
its score exactly, and no rounding can carry the score out of [0, 1].
"""

from typing import Final

import polars as pl

from transforms.tone.messages import HOSTILE_FROM
from transforms.tone.weights import ToneWeights

PART_SCHEMA: Final = {
    "dispute_id": pl.String,
    "party": pl.String,
    "factor": pl.String,
    "part": pl.String,
    "points": pl.Float64,
}

_POLITE: Final = ("courtesy", "apology", "offer", "cooperation")
_HOSTILE: Final = ("insult", "threat", "contempt", "demand", "refusal", "stalling")
_SIDE: Final = ("dispute_id", "party")
_BUYER: Final = "buyer"
_PARTIES: Final = (_BUYER, "seller")
_SCALE: Final = 10_000
_PACK_BITS: Final = 20  # three counters of up to a million messages in one integer
_PACKED: Final = 3
_HOUR: Final = 3_600_000_000  # microseconds


def score_tone(messages_scored: pl.LazyFrame, disputes: pl.LazyFrame, weights: ToneWeights) -> pl.LazyFrame:
    """Score the tone of both sides of each dispute that has counted messages, part by part.

    Args:
        messages_scored: As for :func:`tone_of_disputes`.
        disputes: As for :func:`tone_of_disputes`.
        weights: The parameters.

    Returns:
        Parts in long format (``PART_SCHEMA``), in no particular order. Parts without points are left out, but for
        ``base`` and ``no_words``. The score of a side is the sum of its parts, in [0, 1]. A dispute in which no person
        has a counted message has no rows: its tone is null.
    """
    kept = (pl.col("points") != 0) | pl.col("part").is_in(["base", "no_words"])
    return (
        tone_sides(messages_scored, disputes, weights)
        .unpivot(index=list(_SIDE), variable_name="part", value_name="points")
        .filter(pl.col("points").is_not_null() & kept)
        .select(*_SIDE, pl.lit("tone").alias("factor"), "part", (pl.col("points") / _SCALE).round(4).alias("points"))
    )


def tone_sides(messages_scored: pl.LazyFrame, disputes: pl.LazyFrame, weights: ToneWeights) -> pl.LazyFrame:
    """Score the tone of both sides, one row per side.

    Args:
        messages_scored: As for :func:`tone_of_disputes`.
        disputes: As for :func:`tone_of_disputes`.
        weights: The parameters.

    Returns:
        ``dispute_id``, ``party`` and one column per part, as :func:`tone_of_disputes` has them for each side, in no
        particular order of rows.
    """
    wide = tone_of_disputes(messages_scored, disputes, weights)
    parts = _points(weights, _BUYER)
    return pl.concat(
        wide.select(
            "dispute_id", pl.lit(party).alias("party"), *(pl.col(side_column(party, p)).alias(p) for p in parts)
        )
        for party in _PARTIES
    )


def tone_of_disputes(messages_scored: pl.LazyFrame, disputes: pl.LazyFrame, weights: ToneWeights) -> pl.LazyFrame:
    """Score the tone of both sides, one row per dispute: to group by one column costs half of what two cost.

    Args:
        messages_scored: What ``score_messages`` returns, with ``dispute_id``, ``sender``, ``audience``, ``sent_at`` and
            ``counted`` (bool: sent before the ruling). Only counted messages are looked at.
        disputes: One row per dispute with ``dispute_id`` and ``ruled_at``.
        weights: The parameters.

    Returns:
        ``dispute_id`` and for each side (see :func:`side_column`) one column per part in whole ten-thousandths:
        ``base``; each act by audience (``insult``, ``insult_to_agent`` …); ``contempt`` (hostile without insult or
        threat); ``promptness``; ``silence`` (long silences while the other side waited); ``no_words`` (0 where the side
        wrote nothing, else null). Every dispute in which a person has a counted message is there.
    """
    counted = messages_scored.filter(pl.col("counted") & pl.col("sender").is_in(["buyer", "seller", "agent"]))
    rulings = disputes.select("dispute_id", pl.col("ruled_at").dt.timestamp("us"))
    counts = (
        _count_acts(counted.filter(pl.col("sender") != "agent"))
        .join(_response_times(counted, weights), on="dispute_id", how="left")
        .join(rulings, on="dispute_id", how="left")
        .with_columns(
            pl.col(side_column(party, name)).fill_null(0)
            for party in _PARTIES
            for name in ("answers", "prompt_answers", "silences")
        )
        .with_columns(_silences(party, weights) for party in _PARTIES)
    )
    points = (
        points.alias(side_column(party, part)) for party in _PARTIES for part, points in _points(weights, party).items()
    )
    return counts.select("dispute_id", *points)


def side_column(party: str, name: str) -> str:
    """Name of the column of one side."""
    return f"{party}__{name}"


def _is_of(party: str, column: str) -> pl.Expr:
    return (pl.col(column) == party).alias(party)


def _of(party: str, name: str) -> pl.Expr:
    return pl.col(side_column(party, name))


def _flags() -> dict[str, pl.Expr]:
    """What is counted of each message: acts by audience, and the message itself."""
    to_agent = pl.col("audience").eq_missing("agent")
    contempt = (pl.col("hostility") >= HOSTILE_FROM) & ~pl.col("insult") & ~pl.col("threat")
    acts = {name: contempt if name == "contempt" else pl.col(name) for name in (*_POLITE, *_HOSTILE)}
    flags: dict[str, pl.Expr] = {"messages": pl.lit(value=True)}
    for name, act in acts.items():
        flags[name] = act & ~to_agent
        flags[f"{name}_to_agent"] = act & to_agent
    return flags


def _count_acts(written: pl.LazyFrame) -> pl.LazyFrame:
    """Count each flag per dispute and side; several counters share one integer, for the group-by is what costs."""
    flags = _flags()
    names = list(flags)
    groups = [names[start : start + _PACKED] for start in range(0, len(names), _PACKED)]
    packed = [
        pl.sum_horizontal(
            flags[name].fill_null(value=False).cast(pl.Int64) * (1 << (_PACK_BITS * place))
            for place, name in enumerate(group)
        ).alias(f"packed_{i}")
        for i, group in enumerate(groups)
    ]
    sums = (
        written.select("dispute_id", *(_is_of(party, "sender") for party in _PARTIES), *packed)
        .group_by("dispute_id")
        .agg(
            pl.when(party).then(f"packed_{i}").otherwise(0).sum().alias(f"{party}_packed_{i}")
            for party in _PARTIES
            for i in range(len(groups))
        )
    )
    mask = (1 << _PACK_BITS) - 1
    return sums.select(
        "dispute_id",
        *(
            (pl.col(f"{party}_packed_{i}") // (1 << (_PACK_BITS * place)))
            .and_(pl.lit(mask))
            .alias(side_column(party, name))
            for party in _PARTIES
            for i, group in enumerate(groups)
            for place, name in enumerate(group)
        ),
    )


def _response_times(counted: pl.LazyFrame, weights: ToneWeights) -> pl.LazyFrame:
    """Count answers, prompt answers and long silences per side, and note since when an unanswered one is waited for.

    The other side waits from its first message to this side that was not yet answered; any later message of this side
    ends the wait. A wait still open at the last message of the dispute lasted until then.
    """
    prompt = pl.col("wait") <= int(weights.prompt_hours * _HOUR)
    silent = pl.col("wait") >= int(weights.silence_hours * _HOUR)
    counts = {"answers": pl.col("is_answer"), "prompt_answers": pl.col("is_answer") & prompt, "silences": silent}
    columns = []
    for party in _PARTIES:
        columns += [
            (count & pl.col(party)).sum().cast(pl.Int64).alias(side_column(party, name))
            for name, count in counts.items()
        ]
        asked = pl.when(pl.col(party) & ~pl.col("is_answer")).then("asked").max()
        columns.append(asked.alias(side_column(party, "asked_last")))
    return _waits(_timed(counted)).group_by("dispute_id").agg(columns)


def _silences(party: str, weights: ToneWeights) -> pl.Expr:
    """Long silences; who never wrote at all is waited for until the ruling.

    A wait of one who wrote before is not drawn out so far: the last words of a talk often want no answer.
    """
    silences = _of(party, "silences")
    is_long = (pl.col("ruled_at") - _of(party, "asked_last")) >= int(weights.silence_hours * _HOUR)
    never_wrote = (_of(party, "messages") == 0) & is_long.fill_null(value=False)
    return (
        pl.when(never_wrote).then(pl.max_horizontal(silences, 1)).otherwise(silences).alias(silences.meta.output_name())
    )


def _timed(counted: pl.LazyFrame) -> pl.LazyFrame:
    """Order the messages of each dispute in time, each with the time of the last one."""
    time = pl.col("sent_at").dt.timestamp("us").alias("time")
    asks = pl.col("audience").ne_missing("agent").alias("asks")
    last = pl.col("dispute_id").ne_missing(pl.col("dispute_id").shift(-1))
    return (
        counted.filter(pl.col("sent_at").is_not_null())
        .select("dispute_id", pl.col("sender").cast(pl.String), time, asks)
        .sort("dispute_id", "time", "sender", "asks")
        .with_columns(pl.when(last).then("time").backward_fill().alias("end"))
        .filter(pl.col("sender") != "agent")
    )


def _waits(timed: pl.LazyFrame) -> pl.LazyFrame:
    """List each wait: which side is waited for, since when and how long (microseconds), whether an answer ended it."""
    starts = (pl.col("dispute_id") != pl.col("dispute_id").shift(1)) | (pl.col("sender") != pl.col("sender").shift(1))
    same_dispute = (pl.col("dispute_id") == pl.col("dispute_id").shift(-1)).fill_null(value=False)
    return (
        timed.with_columns(starts.fill_null(value=True).alias("starts"))
        .with_columns(pl.col("starts").cum_sum().alias("run"))
        .with_columns(
            pl.when("asks").then("time").backward_fill().alias("asked"),
            pl.when("asks").then("run").backward_fill().alias("asked_run"),
        )
        .filter("starts")  # one row per run of one sender
        .with_columns(same_dispute.alias("is_answer"), pl.col("time").shift(-1).alias("next"))
        .filter(pl.col("asked_run") == pl.col("run"))  # the run addressed the other side
        .select(
            "dispute_id",
            *(~_is_of(party, "sender") for party in _PARTIES),
            "is_answer",
            "asked",
            (pl.when("is_answer").then("next").otherwise("end") - pl.col("asked")).alias("wait"),
        )
    )


def _share(count: pl.Expr, messages: pl.Expr, start: float, share: float) -> pl.Expr:
    """Smoothed share n / (n + start + share·N), below 1; one more such message never lowers it."""
    return count / (count + start + share * messages)


def _cut(points: pl.Expr) -> pl.Expr:
    """Whole ten-thousandths, cut towards zero."""
    return (points * _SCALE + 1e-6).cast(pl.Int64)


def _points(weights: ToneWeights, party: str) -> dict[str, pl.Expr]:
    """Points of each part of a side, in ten-thousandths."""
    parts = {"base": pl.lit(round(weights.base * _SCALE), pl.Int64)}
    for name in _POLITE:
        parts |= _by_audience(party, name, getattr(weights, name), weights.polite_start, weights.polite_share)
    for name in _HOSTILE:
        parts |= _by_audience(party, name, -getattr(weights, name), weights.hostile_start, weights.hostile_share)
    prompt = _of(party, "prompt_answers") / (_of(party, "answers") + weights.polite_start)
    silent = _of(party, "silences") / (_of(party, "silences") + weights.polite_start)
    parts["promptness"] = _cut(weights.promptness * prompt)
    parts["silence"] = -_cut(weights.silence * silent)
    parts["no_words"] = pl.when(_of(party, "messages") == 0).then(pl.lit(0, pl.Int64))
    return parts


def _by_audience(party: str, name: str, weight: float, start: float, share: float) -> dict[str, pl.Expr]:
    """Points of one act, divided between the two audiences by how often each heard it."""
    to_other, to_agent = _of(party, name), _of(party, f"{name}_to_agent")
    both = to_other + to_agent
    total = _cut(abs(weight) * _share(both, _of(party, "messages"), start, share))
    agent_part = pl.when(both > 0).then(total * to_agent // both).otherwise(0)
    sign = 1 if weight > 0 else -1
    return {name: sign * (total - agent_part), f"{name}_to_agent": sign * agent_part}

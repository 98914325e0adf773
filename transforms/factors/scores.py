"""The scores of both sides, their differences, and the weighted sum of the differences."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from transforms.factors.parts import BOTH, part_column
from transforms.factors.points import SCALE
from transforms.factors.weights import Weights
from transforms.registry.enumerations import FACTOR
from transforms.registry.outputs import output_table

_DECIMALS: Final = 4
_OVERALL: Final = "overall_advantage"


def factor_scores(
    disputes: pl.LazyFrame, parts: Mapping[str, pl.LazyFrame], weights: Weights, extra_factors: Mapping[str, str]
) -> pl.LazyFrame:
    """Assemble ``core.factor_scores``.

    A score is the sum of its parts, null where none applies. An advantage is the buyer's score minus the seller's, null
    where either is. ``overall_advantage`` is the weighted sum of the advantages that are known, the weights scaled so
    that those of the known factors add up to 1; null where none is known.

    Args:
        disputes: One row per dispute with ``dispute_id`` and the columns of the extra factors.
        parts: Factor to its wide frame of parts (see ``transforms.factors.parts``); a dispute without a row there has
            no score.
        weights: All weights.
        extra_factors: Name of each extra factor and the column of ``disputes`` that holds it, in order.

    Returns:
        One row per dispute: the declared columns in their order (floats of four decimals), then the extra factors.

    Raises:
        ValueError: A factor has no frame of parts, or an extra factor bears the name of a declared column.
    """
    declared = output_table("core.factor_scores").column_names
    if missing := [factor for factor in FACTOR.values if factor not in parts]:
        raise ValueError(f"no parts for {', '.join(missing)}; got {', '.join(parts) or 'none'}")
    if taken := [name for name in extra_factors if name in declared]:
        raise ValueError(f"extra factor {taken[0]!r} bears the name of a column of core.factor_scores; choose another")
    scores = disputes.select("dispute_id", *(pl.col(column).alias(name) for name, column in extra_factors.items()))
    for factor in FACTOR.values:
        scores = scores.join(_side_scores(parts[factor], factor), on="dispute_id", how="left")
    points = {factor: pl.col(f"buyer_{factor}") - pl.col(f"seller_{factor}") for factor in FACTOR.values}
    columns = {f"{party}_{factor}": pl.col(f"{party}_{factor}") for factor in FACTOR.values for party in BOTH}
    columns |= {f"{factor}_advantage": difference for factor, difference in points.items()}
    shares = {name: _share(column) for name, column in columns.items()} | {_OVERALL: _overall(points, weights.overall)}
    return scores.select(
        *(shares[name].alias(name) if name in shares else pl.col(name) for name in declared), *extra_factors
    )


def _share(points: pl.Expr) -> pl.Expr:
    # Polars divides by a constant through its reciprocal, so that 9994 / 10000 is 0.9994000000000001 until rounded.
    return (points.cast(pl.Float64) / float(SCALE)).round(_DECIMALS)


def _side_scores(parts: pl.LazyFrame, factor: str) -> pl.LazyFrame:
    """Add up the parts of each side in points."""
    present = parts.collect_schema().names()
    sums = []
    for party in BOTH:
        columns = [name for name in present if name.startswith(part_column(party, ""))]
        if not columns:
            raise ValueError(f"the parts of {factor} have no column of the {party}")
        recorded = pl.any_horizontal(*(pl.col(name).is_not_null() for name in columns))
        total = pl.sum_horizontal(*(pl.col(name) for name in columns)).cast(pl.Int64)
        sums.append(pl.when(recorded).then(total).alias(f"{party}_{factor}"))
    return parts.select("dispute_id", *sums)


def _overall(differences: Mapping[str, pl.Expr], overall: Mapping[str, int]) -> pl.Expr:
    """Weighted mean of the known differences; all sums are of integers, one division at the end."""
    weighted = pl.sum_horizontal(*(difference * overall[factor] for factor, difference in differences.items()))
    known = pl.sum_horizontal(
        *(
            pl.when(difference.is_not_null()).then(overall[factor]).otherwise(0)
            for factor, difference in differences.items()
        )
    )
    mean = weighted.cast(pl.Float64) / (known * SCALE).cast(pl.Float64)
    return pl.when(known > 0).then(mean.round(_DECIMALS))

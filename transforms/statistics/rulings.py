"""Ruled disputes in the order of their sellers, with the clusters that intervals allow for."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import polars as pl

from transforms.statistics.clusters import NO_SELLER, Clustering, Integers, by_seller
from transforms.statistics.specs import NOT_RECORDED, OUTCOMES, FactorSpec

BUYER_WINS = OUTCOMES.index("buyer_wins")


@dataclass(frozen=True)
class Rulings:
    """Ruled disputes sorted by seller (those without one first) and dispute.

    Attributes:
        frame: Their columns.
        outcome: Code of the outcome, shape (n,).
        sellers: Code of the seller, ascending, ``NO_SELLER`` where there is none, shape (n,).
        clusters: Number of the cluster from 0, ascending, shape (n,); a dispute without a seller is one of its own.
    """

    frame: pl.DataFrame
    outcome: Integers
    sellers: Integers
    clusters: Integers

    @property
    def n(self) -> int:
        """Number of disputes."""
        return self.outcome.size

    def clustering(self, rows: Integers | None = None) -> Clustering:
        """How disputes are spread over sellers.

        Args:
            rows: Places of some disputes, ascending; all by default.
        """
        clusters, sellers = (self.clusters, self.sellers) if rows is None else (self.clusters[rows], self.sellers[rows])
        sizes = np.diff(np.append(run_starts(clusters), clusters.size))
        return Clustering(clusters.size, sizes.size, int(sizes @ sizes), bool((sellers != NO_SELLER).any()))


def order_rulings(frame: pl.DataFrame) -> Rulings:
    """Put ruled disputes in the order of their sellers.

    Args:
        frame: One row per dispute: dispute_id, outcome, seller_id and whatever else is wanted. Rows with other outcomes
            than the three of a ruling are left out. It is taken over.

    Returns:
        The disputes; the order of ``frame`` does not matter.
    """
    is_ruled = frame["outcome"].is_in(OUTCOMES)
    ruled, sellers = by_seller(frame if is_ruled.all(ignore_nulls=False) else frame.filter(is_ruled))
    outcome = ruled["outcome"].cast(pl.Enum(OUTCOMES)).to_physical().cast(pl.Int64).to_numpy()
    begins = (np.diff(sellers, prepend=NO_SELLER) != 0) | (sellers == NO_SELLER)
    return Rulings(ruled, outcome, sellers, np.cumsum(begins) - 1)


def level_column(spec: FactorSpec) -> str:
    """What the column of a factor's level codes is called beside other columns; no extra factor is called so."""
    return f"level of {spec.name}"


def with_levels(frame: pl.DataFrame, levels: pl.DataFrame, specs: Sequence[FactorSpec]) -> pl.DataFrame:
    """Put level codes beside other columns of disputes.

    Args:
        frame: One row per dispute: dispute_id and others.
        levels: dispute_id and for each factor a column of level codes of its name.
        specs: The factors.

    Returns:
        The rows of ``frame`` with a column ``level_column`` for each factor.
    """
    codes = levels.select("dispute_id", *(pl.col(spec.name).alias(level_column(spec)) for spec in specs))
    if codes["dispute_id"].equals(frame["dispute_id"]):
        return frame.hstack(codes.drop("dispute_id"))
    return frame.join(codes, on="dispute_id", how="left")


def run_starts(codes: Integers) -> Integers:
    """Where each run of equal codes begins, shape (runs,)."""
    if codes.size == 0:
        return np.zeros(0, dtype=np.int64)
    return np.concatenate([[0], np.flatnonzero(np.diff(codes)) + 1])


def coded_text(series: pl.Series) -> tuple[tuple[str, ...], Integers]:
    """Labels in alphabetical order, and the place of each value among them; null is ``not_recorded``."""
    text = series.cast(pl.String).fill_null(NOT_RECORDED)
    labels = tuple(text.unique().sort())
    return labels, text.cast(pl.Enum(labels)).to_physical().cast(pl.Int64).to_numpy()


def rows_frame(rows: Sequence[Any], row_type: type[Any]) -> pl.DataFrame:
    """A frame with the columns and types of a dataclass.

    Args:
        rows: Instances of the dataclass.
        row_type: The dataclass, whose fields are text, whole numbers, yes or no, or numbers; each may be None.
    """
    types: dict[str, pl.DataType] = {"str": pl.String(), "int": pl.Int64(), "bool": pl.Boolean()}
    names = {field.name: str(getattr(field.type, "__name__", field.type)).split(" ")[0] for field in fields(row_type)}
    schema = {name: types.get(kind, pl.Float64()) for name, kind in names.items()}
    return pl.DataFrame([tuple(getattr(row, name) for name in names) for row in rows], schema=schema, orient="row")

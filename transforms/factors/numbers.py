"""Whole numbers in place of the identifiers of disputes while a piece is scored.

To join and to group by a number costs a part of what text costs. Functions that score ask only that ``dispute_id`` is
of one type in all their frames.
"""

from typing import Final

import polars as pl

#: Place of a dispute among those of its piece.
NUMBER: Final = "__number"


def by_number(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Name disputes by their number.

    Args:
        frame: Has ``dispute_id`` and ``NUMBER``.

    Returns:
        The frame with the number as ``dispute_id``, and without ``NUMBER``.
    """
    return frame.with_columns(pl.col(NUMBER).alias("dispute_id")).drop(NUMBER)


def by_name(frame: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    """Name disputes by their identifier again.

    Args:
        frame: Has numbers as ``dispute_id``.
        names: The identifiers in order of their numbers.

    Returns:
        The frame with the identifiers.
    """
    return frame.with_columns(names.gather(frame["dispute_id"]).alias("dispute_id"))

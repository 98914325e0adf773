"""Dummies of a categorical column: which levels stand for themselves and which are pooled."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.statistics.clusters import Integers
from transforms.statistics.levels import MOST_CATEGORIES, POOLED
from transforms.statistics.matrix import Block
from transforms.statistics.specs import NOT_RECORDED

#: A level with fewer disputes is pooled.
FEWEST_PER_DUMMY = 20
#: The status of a column none of whose levels, or only one, is frequent enough.
RARE_LEVELS = "rare_levels"


@dataclass(frozen=True)
class Coded:
    """A categorical column: ``codes`` of shape (n,) are places in ``labels``, which are in alphabetical order."""

    labels: tuple[str, ...]
    codes: Integers


@dataclass(frozen=True)
class Levels:
    """The dummies of a column, or why there are none.

    Attributes:
        name: Of the column in the model.
        labels: Of the dummies, the base level first; empty where there are none.
        places: Each level of the column, and its place among them.
        pooled: Levels that were pooled; none where they are more than ``MOST_CATEGORIES``: nobody reads them.
        status: ``ok``, or why there are none.
    """

    name: str
    labels: tuple[str, ...]
    places: tuple[tuple[str, int], ...]
    pooled: tuple[str, ...]
    status: str

    def block(self, coded: Coded) -> Block:
        """The dummies of some rows of the column."""
        place_of = dict(self.places)
        places = np.array([place_of.get(label, 0) for label in coded.labels], dtype=np.int64)
        return Block(self.name, self.labels, places[coded.codes])


def code_column(series: pl.Series) -> Coded:
    """Code a column; what is not recorded is a level of its own."""
    text = series.cast(pl.String).fill_null(NOT_RECORDED)
    labels = tuple(text.unique().sort())
    return Coded(labels, text.cast(pl.Enum(labels)).to_physical().to_numpy().astype(np.int64))


def count_levels(coded: Coded) -> dict[str, int]:
    """Count the rows of each level, in the order of the labels."""
    counts = np.bincount(coded.codes, minlength=len(coded.labels))
    return {label: int(count) for label, count in zip(coded.labels, counts, strict=True)}


def choose_levels(name: str, counts: Mapping[str, int]) -> Levels:
    """Choose the dummies of a column.

    Place 0 is the most frequent level, the others are in alphabetical order. Levels with fewer than
    ``FEWEST_PER_DUMMY`` rows, and those beyond the ``MOST_CATEGORIES`` most frequent, join ``other``; where that is
    rare itself, the most frequent level.

    Args:
        name: Name of the column in the model.
        counts: Rows of each level, in alphabetical order.

    Returns:
        The dummies; none where fewer than two levels are left.
    """
    kept = _kept_labels(counts)
    totals: dict[str, int] = {}
    for label, count in counts.items():
        if label in kept:
            totals[kept[label]] = totals.get(kept[label], 0) + count
    ranked = sorted(totals, key=lambda label: (-totals[label], label))
    labels = (*ranked[:1], *sorted(ranked[1:]))
    if len(labels) < 2:  # noqa: PLR2004 - a dummy needs a level to be compared with
        return Levels(name, (), (), (), _why_none(kept))
    place_of = {label: place for place, label in enumerate(labels)}
    places = tuple((label, place_of[target]) for label, target in kept.items())
    pooled = tuple(sorted(label for label, target in kept.items() if label != target))
    return Levels(name, labels, places, pooled if len(pooled) <= MOST_CATEGORIES else (), "ok")


def _why_none(kept: Mapping[str, str]) -> str:
    """Why a column has fewer than two levels in the model."""
    if set(kept) <= {NOT_RECORDED}:
        return NOT_RECORDED
    return "constant" if len(kept) == 1 else RARE_LEVELS


def _kept_labels(counts: Mapping[str, int]) -> dict[str, str]:
    """What each level that occurs is called in the model."""
    occurring = [(label, count) for label, count in counts.items() if count]
    ranked = sorted(occurring, key=lambda row: (-row[1], row[0]))
    rare = [row for place, row in enumerate(ranked) if row[1] < FEWEST_PER_DUMMY or place >= MOST_CATEGORIES]
    in_pool = sum(n for value, n in ranked if value == POOLED) + sum(n for value, n in rare if value != POOLED)
    target = POOLED if in_pool >= FEWEST_PER_DUMMY or not ranked else ranked[0][0]
    return {value: value for value, _ in ranked} | {value: target for value, _ in rare}

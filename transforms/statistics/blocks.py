"""Dummies of a categorical column: which levels stand for themselves and which are pooled."""

from collections.abc import Mapping, Sequence
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
class BlockOrWhy:
    """The dummies of a column with the levels that were pooled, or why there are none.

    Of more than ``MOST_CATEGORIES`` levels that were pooled none is named: nobody reads them.
    """

    block: Block | None
    pooled: tuple[str, ...]
    status: str


def code_column(series: pl.Series) -> Coded:
    """Code a column; what is not recorded is a level of its own."""
    text = series.cast(pl.String).fill_null(NOT_RECORDED)
    labels = tuple(text.unique().sort())
    return Coded(labels, text.cast(pl.Enum(labels)).to_physical().to_numpy().astype(np.int64))


def make_block(name: str, coded: Coded) -> BlockOrWhy:
    """Make the dummies of some rows of a column.

    Code 0 is the most frequent level, the others are in alphabetical order. Levels with fewer than
    ``FEWEST_PER_DUMMY`` rows, and those beyond the ``MOST_CATEGORIES`` most frequent, join ``other``; where that is
    rare itself, the most frequent level.

    Args:
        name: Name of the column in the model.
        coded: The rows.

    Returns:
        The block; none where fewer than two levels are left.
    """
    counts = np.bincount(coded.codes, minlength=len(coded.labels))
    kept = _kept_labels(coded.labels, [int(count) for count in counts])
    totals: dict[str, int] = {}
    for label, count in zip(coded.labels, counts, strict=True):
        if label in kept:
            totals[kept[label]] = totals.get(kept[label], 0) + int(count)
    ranked = sorted(totals, key=lambda label: (-totals[label], label))
    labels = (*ranked[:1], *sorted(ranked[1:]))
    if len(labels) < 2:  # noqa: PLR2004 - a dummy needs a level to be compared with
        return BlockOrWhy(None, (), _why_none(kept))
    place_of = {label: place for place, label in enumerate(labels)}
    places = [place_of[kept[label]] if label in kept else 0 for label in coded.labels]
    pooled = tuple(sorted(label for label, target in kept.items() if label != target))
    named = pooled if len(pooled) <= MOST_CATEGORIES else ()
    return BlockOrWhy(Block(name, labels, np.array(places, dtype=np.int64)[coded.codes]), named, "ok")


def _why_none(kept: Mapping[str, str]) -> str:
    """Why a column has fewer than two levels in the model."""
    if set(kept) <= {NOT_RECORDED}:
        return NOT_RECORDED
    return "constant" if len(kept) == 1 else RARE_LEVELS


def _kept_labels(labels: Sequence[str], counts: Sequence[int]) -> dict[str, str]:
    """What each level that occurs is called in the model."""
    occurring = [(label, count) for label, count in zip(labels, counts, strict=True) if count]
    ranked = sorted(occurring, key=lambda row: (-row[1], row[0]))
    rare = [row for place, row in enumerate(ranked) if row[1] < FEWEST_PER_DUMMY or place >= MOST_CATEGORIES]
    in_pool = sum(n for value, n in ranked if value == POOLED) + sum(n for value, n in rare if value != POOLED)
    target = POOLED if in_pool >= FEWEST_PER_DUMMY or not ranked else ranked[0][0]
    return {value: value for value, _ in ranked} | {value: target for value, _ in rare}

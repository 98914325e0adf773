"""Numbers and flags as columns of a model: what was recorded, on which scale, and whether it tells anything."""

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.statistics.clusters import Floats
from transforms.statistics.matrix import Booleans
from transforms.statistics.specs import NOT_RECORDED
from transforms.statistics.terms import Flag, Numeric, Scale

#: The square of a number beyond this is no number any more.
_LARGEST_SQUARED = 1e100


@dataclass(frozen=True)
class Scaling:
    """What a number is measured in: it is what was recorded less ``centre``, over ``scale``."""

    centre: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class DenseColumn:
    """A dense column: its values on the scale of the model, 0 where nothing was recorded."""

    values: Floats
    is_missing: Booleans
    scaling: Scaling = Scaling()


def dense_column(term: Numeric | Flag, series: pl.Series, known: Scaling | None) -> DenseColumn:
    """One number or flag on the scale of the model, or on a known one."""
    values, is_missing = recorded_values(term, series)
    scaling = Moments.of(values[~is_missing]).scaling(term) if known is None else known
    return DenseColumn(np.where(is_missing, 0.0, (values - scaling.centre) / scaling.scale), is_missing, scaling)


def recorded_values(term: Numeric | Flag, series: pl.Series) -> tuple[Floats, Booleans]:
    """The values of a number or flag before they are scaled, and where nothing was recorded."""
    values = series.cast(pl.Float64).to_numpy().astype(np.float64)
    is_missing = ~np.isfinite(values)
    if isinstance(term, Numeric) and term.scale == Scale.LOG1P:
        is_missing |= np.where(is_missing, 0.0, values) < 0
        values = np.log1p(np.where(is_missing, 0.0, values))
    return values, is_missing


@dataclass(frozen=True)
class Moments:
    """Count, range, mean and sum of squared deviations of some numbers.

    Attributes:
        n: How many there are; without any the others mean nothing.
        low: The least.
        high: The largest.
        unit: What mean and squares are measured in: 1, or the largest number where its square would be none any more.
        mean: Their mean.
        squares: Sum of squared deviations from it.
    """

    n: int
    low: float
    high: float
    unit: float
    mean: float
    squares: float

    @classmethod
    def of(cls, values: Floats) -> "Moments":
        """Measure some numbers."""
        if not values.size:
            return cls(0, 0.0, 0.0, 1.0, 0.0, 0.0)
        largest = float(np.abs(values).max())
        unit = largest if largest > _LARGEST_SQUARED else 1.0
        scaled = values / unit
        mean = scaled.mean()
        squares = float(((scaled - mean) ** 2).sum())
        return cls(values.size, float(values.min()), float(values.max()), unit, float(mean), squares)

    def __add__(self, other: "Moments") -> "Moments":
        """Those of both taken together. Source: Chan, Golub and LeVeque (1983)."""
        if not self.n or not other.n:
            return self if self.n else other
        unit, n = max(self.unit, other.unit), self.n + other.n
        (own, squares), (added, more) = (
            (each.mean * (each.unit / unit), each.squares * (each.unit / unit) ** 2) for each in (self, other)
        )
        apart = added - own
        squares += more + apart**2 * (self.n * other.n / n)
        low, high = min(self.low, other.low), max(self.high, other.high)
        return Moments(n, low, high, unit, own + apart * (other.n / n), squares)

    def scaling(self, term: Numeric | Flag) -> Scaling:
        """Mean and standard deviation (n − 1) of a number that is to be standardised, else 0 and 1."""
        is_scaled = isinstance(term, Numeric) and term.scale == Scale.STANDARD
        if not is_scaled or self.low == self.high:
            return Scaling()
        deviation = math.sqrt(self.squares / (self.n - 1)) * self.unit
        # numbers may be too small for their squares
        return Scaling(self.mean * self.unit, deviation) if deviation else Scaling()

    def status(self, scaling: Scaling) -> str:
        """Whether the numbers, so scaled, tell anything: ``ok``, ``constant``, or that nothing was recorded."""
        if not self.n:
            return NOT_RECORDED
        low, high = ((end - scaling.centre) / scaling.scale for end in (self.low, self.high))
        return "constant" if low == high else "ok"

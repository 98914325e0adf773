"""A model of buyer_wins that was fitted on some disputes and predicts others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.statistics.clusters import Floats
from transforms.statistics.design import MISSING_SUFFIX, Design, Prepared, prepare
from transforms.statistics.effects import FittedModel, fit_model
from transforms.statistics.families import logistic
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Matrix, linear_predictor
from transforms.statistics.specs import NOT_RECORDED, OUTCOMES
from transforms.statistics.terms import Categorical, Numeric, Scale

BUYER_WINS = OUTCOMES.index("buyer_wins")


@dataclass(frozen=True)
class NumericPart:
    """What a number adds to the log odds: ``slope`` · (value − mean) / scale, or ``missing`` where not recorded."""

    column: str
    is_logarithm: bool
    mean: float
    scale: float
    slope: float
    missing: float


@dataclass(frozen=True)
class CategoricalPart:
    """What each level adds to the log odds; a level that the fit did not see counts as the base level."""

    column: str
    slopes: Mapping[str, float]


@dataclass(frozen=True)
class Predictor:
    """Log odds of buyer_wins as a sum of parts; ``status`` is not ``ok`` where the model could not be fitted."""

    intercept: float
    numbers: tuple[NumericPart, ...]
    names: tuple[CategoricalPart, ...]
    status: str

    def predict(self, rows: pl.DataFrame) -> Floats:
        """Predict the chance of buyer_wins.

        Args:
            rows: Disputes with the columns of all terms.

        Returns:
            Shape (n,).
        """
        eta = np.full(rows.height, self.intercept)
        for part in self.numbers:
            values = _numbers(rows[part.column], part.is_logarithm)
            eta += np.where(np.isnan(values), part.missing, part.slope * (values - part.mean) / part.scale)
        for name in self.names:
            labels = rows[name.column].cast(pl.String).fill_null(NOT_RECORDED)
            added = labels.replace_strict(
                list(name.slopes), list(name.slopes.values()), default=0.0, return_dtype=pl.Float64
            )
            eta += added.to_numpy()
        return logistic(eta)


def fit_predictor(frame: pl.LazyFrame, terms: Sequence[Numeric | Categorical]) -> Predictor:
    """Fit a logit of buyer_wins.

    Args:
        frame: One row per dispute: dispute_id, outcome, seller_id and the columns of the terms.
        terms: Numbers and names.

    Returns:
        The model with means, scales and levels of these disputes.
    """
    prepared = prepare(frame, terms)
    design = prepared.design(terms)
    model = fit_model("buyer_wins", design.matrix, Logit(BUYER_WINS))
    if model.fitted is None:
        return Predictor(0.0, (), (), model.status)
    slopes = _finite_slopes(design.matrix, model, float(model.fitted.intercepts[0]), model.fitted.slopes)
    by_term = dict(zip(design.matrix.terms, slopes, strict=True))
    numbers = [
        _numeric_part(term, prepared, by_term)
        for term in terms
        if isinstance(term, Numeric) and {term.name, f"{term.name}{MISSING_SUFFIX}"} & by_term.keys()
    ]
    names = [
        CategoricalPart(term.column, _level_slopes(term.name, prepared, design, slopes))
        for term in terms
        if isinstance(term, Categorical)
    ]
    return Predictor(float(model.fitted.intercepts[0]), tuple(numbers), tuple(names), "ok")


def _numbers(series: pl.Series, is_logarithm: bool) -> Floats:
    """Values as the model takes them, before centring; NaN where not recorded."""
    values = series.cast(pl.Float64).to_numpy().astype(np.float64)
    values = np.where(np.isfinite(values) & ~(is_logarithm & (values < 0)), values, np.nan)
    return np.log1p(values) if is_logarithm else values


def _numeric_part(term: Numeric, prepared: Prepared, by_term: Mapping[str, float]) -> NumericPart:
    is_logarithm = term.scale == Scale.LOG1P
    mean, scale = 0.0, 1.0
    if term.scale == Scale.STANDARD and term.name in by_term:
        values = _numbers(prepared.rows[term.column], is_logarithm)
        recorded = values[~np.isnan(values)]
        mean, scale = float(recorded.mean()), float(recorded.std(ddof=1))
    missing = by_term.get(f"{term.name}{MISSING_SUFFIX}", 0.0)
    return NumericPart(term.column, is_logarithm, mean, scale, by_term.get(term.name, 0.0), missing)


def _level_slopes(name: str, prepared: Prepared, design: Design, slopes: Floats) -> dict[str, float]:
    """What each level of a column adds, a pooled one as much as the pool."""
    matrix, coded = design.matrix, prepared.coded[name]
    for block, start in zip(matrix.blocks, matrix.offsets, strict=False):
        if block.name == name:
            level = np.zeros(len(coded.labels), dtype=np.int64)
            level[coded.codes] = block.codes
            return {label: float(slopes[start + code]) for label, code in zip(coded.labels, level, strict=True)}
    return {}


def _finite_slopes(matrix: Matrix, model: FittedModel[Matrix], intercept: float, slopes: Floats) -> Floats:
    """The slopes, with a finite one for indicators and levels whose disputes all ended alike.

    Their coefficient is infinite; they get the one at which their disputes are predicted at (wins + ½) / (n + 1) on
    average in log odds. Source: Haldane (1956).
    """
    finite = slopes.copy()
    eta = linear_predictor(matrix, slice(0, matrix.n), slopes) + intercept
    wins = matrix.outcome >= BUYER_WINS
    for place, status in enumerate(model.term_status):
        if status == "separation":
            rows = _rows_at(matrix, place)
            won, n = int(wins[rows].sum()), int(rows.sum())
            finite[place] = np.log((won + 0.5) / (n - won + 0.5)) - float(eta[rows].mean())
    return finite


def _rows_at(matrix: Matrix, place: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Rows whose indicator or level at a place is 1."""
    n_dense = matrix.dense.shape[0]
    if place < n_dense:
        return np.asarray(matrix.dense[place] == 1)
    block = int(np.searchsorted(matrix.offsets, place, side="right")) - 1
    return np.asarray(matrix.blocks[block].codes == place - matrix.offsets[block])

"""The probability that the published model of the outcome gives to a dispute's own ruling.

Everything is recovered from the release: the coefficients from ``marts.factor_effects``, means and standard deviations
from the scores of the ruled disputes. What a term is, and how it is scaled, is said in transforms.statistics.design.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.explain.release import Row, clean, rows
from flows.explain.scores import Scores
from transforms.registry.enumerations import RULED_OUTCOMES
from transforms.statistics.design import LOG_PRICE, MISSING_SUFFIX
from transforms.statistics.levels import POOLED
from transforms.statistics.specs import CORE_FACTORS, NOT_RECORDED

if TYPE_CHECKING:
    import duckdb

MODEL: Final = "ordinal"
_THRESHOLDS: Final = ("threshold_partial", "threshold_buyer_wins")
_INTERCEPT: Final = "intercept"
#: Terms without a coefficient that add nothing: what they say is said by the intercepts or by other terms.
_ADDS_NOTHING: Final = frozenset({"reference", "constant", "collinear", NOT_RECORDED})


@dataclass(frozen=True)
class ModelProbability:
    """What the published model says of a ruling.

    Attributes:
        model: The model's name in ``marts.factor_effects``.
        probability: Of the dispute's own ruling, four decimals; None where ``status`` says why.
        status: ``ok``, ``not_ruled``, ``no_model`` (none was fitted) or ``term_not_estimated`` (the model says
            nothing of disputes like this one).
    """

    model: str
    probability: float | None
    status: str


class _NotEstimatedError(Exception):
    """A term that the dispute needs has no coefficient."""


@dataclass(frozen=True)
class _Model:
    """Coefficients by term, and why others have none."""

    coefficients: dict[str, float]
    statuses: dict[str, str]

    def of(self, term: str) -> float:
        """The coefficient of a term; 0 where it adds nothing."""
        if term in self.coefficients:
            return self.coefficients[term]
        if self.statuses.get(term) in _ADDS_NOTHING:
            return 0.0
        raise _NotEstimatedError(term)

    def of_level(self, name: str, value: str) -> float:
        """The coefficient of a value of a categorical term; a rare one is called ``other``, or counts as reference."""
        if self.statuses.get(name) in _ADDS_NOTHING:
            return 0.0
        term = f"{name}={value}"
        if self.statuses.get(term) != "pooled":
            return self.of(term)
        pool = f"{name}={POOLED}"
        return self.of(pool) if self.statuses.get(pool, "pooled") != "pooled" else 0.0


def read_probability(connection: "duckdb.DuckDBPyConnection", dispute: Row, scores: Scores) -> ModelProbability:
    """Find how probable the model thought the ruling.

    Args:
        connection: A release.
        dispute: Its row of ``core.disputes``.
        scores: Its scores.

    Returns:
        The probability, or why there is none.
    """
    if not dispute["is_ruled"]:
        return ModelProbability(MODEL, None, "not_ruled")
    effects = rows(
        connection, "select term, coefficient, status from marts.factor_effects where model = $model", {"model": MODEL}
    )
    model = _Model(
        {row["term"]: row["coefficient"] for row in effects if row["coefficient"] is not None},
        {row["term"]: row["status"] for row in effects},
    )
    if not ({*_THRESHOLDS} <= model.coefficients.keys() or _INTERCEPT in model.coefficients):
        return ModelProbability(MODEL, None, "no_model")
    try:
        eta = _linear_predictor(connection, model, dispute, scores)
    except _NotEstimatedError:
        return ModelProbability(MODEL, None, "term_not_estimated")
    probability = _probabilities(connection, model, eta).get(dispute["outcome"], 0.0)
    return ModelProbability(MODEL, round(probability, 4), "ok")


def _linear_predictor(connection: "duckdb.DuckDBPyConnection", model: _Model, dispute: Row, scores: Scores) -> float:
    numeric = _numeric_columns(connection)
    values: dict[str, float | str | None] = {spec.column: scores.factor(spec.name).advantage for spec in CORE_FACTORS}
    values |= {name: value for name, value in scores.extra.items() if name in numeric}
    scales = _scales(connection, {name: numeric[name] for name in values})
    terms = {name: None if value is None else scales[name].of(float(value)) for name, value in values.items()}
    price = dispute["item_price_cny"]
    terms[LOG_PRICE] = None if price is None else math.log1p(price)
    levels = {name: value for name, value in scores.extra.items() if name not in numeric}
    levels |= {"category": dispute["category"], "claim": dispute["claim"], "month": _month(dispute)}
    return math.fsum(
        [
            *(_numeric_term(model, name, value) for name, value in terms.items()),
            *(model.of_level(name, NOT_RECORDED if level is None else str(level)) for name, level in levels.items()),
        ]
    )


def _month(dispute: Row) -> str:
    """The month that the model sees, as flows.statistics takes it."""
    moment = dispute["ruled_at"] or dispute["opened_at"]
    return f"{moment:%Y-%m}" if moment else "unknown"


def _numeric_term(model: _Model, name: str, value: float | None) -> float:
    if value is not None:
        return model.of(name) * value
    # What no ruled dispute has recorded is no term, and has no indicator beside it.
    return 0.0 if model.statuses.get(name) == NOT_RECORDED else model.of(f"{name}{MISSING_SUFFIX}")


@dataclass(frozen=True)
class _Scale:
    """Mean and standard deviation of a column over the ruled disputes."""

    mean: float
    deviation: float

    def of(self, value: float) -> float:
        """The value as the model sees it; a constant is 0."""
        return (value - self.mean) / self.deviation if self.deviation > 0 else 0.0


def _numeric_columns(connection: "duckdb.DuckDBPyConnection") -> dict[str, str]:
    """Numeric columns of the scores: the name as it is shown, and as SQL writes it."""
    query = """
        select column_name from duckdb_columns()
        where database_name = current_database() and schema_name = 'core' and table_name = 'factor_scores'
            and data_type <> 'VARCHAR'
    """
    names = [name for (name,) in connection.execute(query).fetchall()]
    return {clean(name): '"' + name.replace('"', '""') + '"' for name in names}


def _scales(connection: "duckdb.DuckDBPyConnection", columns: dict[str, str]) -> dict[str, _Scale]:
    moments = ", ".join(f"avg({column}), coalesce(stddev_samp({column}), 0)" for column in columns.values())
    # Sums of floats differ with threads, so this one query has a single thread.
    connection.execute("set threads = 1")
    found = connection.execute(
        f"select {moments} from core.factor_scores where dispute_id in "
        "(select dispute_id from core.disputes where is_ruled)"
    ).fetchone()
    connection.execute("reset threads")
    numbers = [float(value or 0.0) for value in found or ()]
    return {name: _Scale(*numbers[2 * place : 2 * place + 2]) for place, name in enumerate(columns)}


def _probabilities(connection: "duckdb.DuckDBPyConnection", model: _Model, eta: float) -> dict[str, float]:
    """Probability of each outcome, by transforms.statistics.ordinal, or by the logit where only two occur."""
    if _INTERCEPT in model.coefficients:
        found = rows(connection, "select distinct outcome from core.disputes where is_ruled")
        occurring = [outcome for outcome in RULED_OUTCOMES if {"outcome": outcome} in found]
        upper = _logistic(model.coefficients[_INTERCEPT] + eta)
        return dict(zip(occurring, (1 - upper, upper), strict=True))
    below = [0.0, *(_logistic(model.coefficients[threshold] - eta) for threshold in _THRESHOLDS), 1.0]
    return {outcome: high - low for outcome, low, high in zip(RULED_OUTCOMES, below[:-1], below[1:], strict=True)}


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))

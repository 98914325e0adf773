"""Validation out of time: models are fitted on the older rulings and judged on the newest fifth.

Nothing of the newest rulings enters a fit: means, scales, levels and rates are those of the older ones, and there are
no terms for months (docs/decisions/084-validation.md).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime

import numpy as np
import polars as pl

from transforms.statistics.accuracy import (
    Estimate,
    Judged,
    Measured,
    auc,
    brier,
    calibration_intercept,
    calibration_slope,
    infer,
    log_loss,
)
from transforms.statistics.calibration import Bin, calibration_curve
from transforms.statistics.clusters import NO_SELLER, Clustering, Floats, by_seller, describe_clusters
from transforms.statistics.effects import FEWEST_PER_CLASS
from transforms.statistics.predictor import BUYER_WINS, fit_predictor
from transforms.statistics.sampling import sample_sellers
from transforms.statistics.specs import NOT_RECORDED, OUTCOMES, OVERALL, FactorSpec
from transforms.statistics.terms import ADVANTAGES, CONTROLS, Categorical, Numeric, extra_term
from transforms.statistics.time_split import split_by_time

SPLIT = "newest_fifth"
FOUR_FACTORS, OVERALL_ADVANTAGE, WITH_EXTRA, BASE_RATE = (
    "four_factors", "overall_advantage", "with_extra_factors", "base_rate",
)  # fmt: skip
#: More rulings than this do not make the judgement better than it needs to be; whole sellers are sampled.
MOST_ROWS = 300_000
#: The rate of a category and claim counts as if so many disputes at the rate of all had been added.
PRIOR_DISPUTES = 20
#: What is read beside the terms of the models.
_COLUMNS = ("dispute_id", "outcome", "seller_id", "ruled_at", "opened_at", "category", "claim")
#: Measures in the order of the columns, and whether zero is worth a test.
_MEASURES = {
    "auc": False, "brier": False, "log_loss": False, "calibration_slope": False, "calibration_intercept": False,
    "auc_gain": True, "brier_gain": True, "log_loss_gain": True,
}  # fmt: skip
#: Measures of the base rates that stand beside those of each model.
_COMPARED = ("auc", "brier", "log_loss", "calibration_slope")
_TYPES: dict[str, pl.DataType] = {
    "split": pl.String(), "model": pl.String(), "status": pl.String(), "cut_at": pl.Datetime("us", "UTC"),
    "n": pl.Int64(), "n_clusters": pl.Int64(), "n_fitted": pl.Int64(), "is_sampled": pl.Boolean(),
}  # fmt: skip


@dataclass(frozen=True)
class ModelScore:
    """A model on the newest rulings; measures are None where ``status`` says why.

    Attributes:
        model: Its name.
        auc: Chance that a won dispute is ranked above one that is not.
        brier: Mean squared error of the chance.
        log_loss: Mean negative log-likelihood.
        calibration_slope: 1 if chances are right.
        calibration_intercept: 0 if chances are right on average, in log odds.
        auc_gain: AUC less that of the base rates.
        brier_gain: Brier score of the base rates less this one; positive is better.
        log_loss_gain: Log loss of the base rates less this one; positive is better.
        status: ``ok``, what is to be said of the intervals, or why there are no measures.
    """

    model: str
    auc: Estimate | None = None
    brier: Estimate | None = None
    log_loss: Estimate | None = None
    calibration_slope: Estimate | None = None
    calibration_intercept: Estimate | None = None
    auc_gain: Estimate | None = None
    brier_gain: Estimate | None = None
    log_loss_gain: Estimate | None = None
    status: str = "ok"


@dataclass(frozen=True)
class Validation:
    """All models on the newest rulings.

    Attributes:
        scores: One per model, the base rates last.
        bins: Calibration curve by model.
        cut: First moment of the newest part; None where there is no older one.
        n_fitted: Older rulings.
        clustering: The newest rulings, and the sellers behind them.
        is_sampled: Whether both parts are samples of sellers.
    """

    scores: tuple[ModelScore, ...]
    bins: dict[str, tuple[Bin, ...]]
    cut: datetime | None
    n_fitted: int
    clustering: Clustering
    is_sampled: bool


@dataclass(frozen=True)
class Gain:
    """What the four factors add to the AUC of the base rates; None where ``status`` says why."""

    n: int
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    status: str


def validate(frame: pl.LazyFrame, extra: Sequence[FactorSpec], most_rows: int = MOST_ROWS) -> Validation:
    """Fit on the older four fifths of the rulings and judge on the newest fifth.

    Models of buyer_wins: a logit on the four advantages, category, claim and log price; one that has the extra
    factors, too, if there are any; one on the overall advantage alone; and the rate of the same category and claim,
    drawn to the rate of all.

    Args:
        frame: One row per dispute: dispute_id, outcome, seller_id, ruled_at, opened_at, category, claim,
            item_price_cny, the four advantages, overall_advantage and the columns of ``extra``. The order of rows does
            not matter.
        extra: Extra factors.
        most_rows: Rows above which whole sellers are sampled.

    Returns:
        Measures with intervals by seller. They hold for the models as fitted; that another fit would have been a
        little different is not in them.
    """
    terms = _models(extra)
    columns = {term.column for each in terms.values() for term in each} | set(_COLUMNS)
    ruled = frame.filter(pl.col("outcome").is_in(OUTCOMES)).select(sorted(columns))
    ruled, is_sampled = sample_sellers(ruled, most_rows)
    split = split_by_time(ruled.collect().lazy())
    rows, judged = _newest(split.newest)
    n_fitted = int(split.older.select(pl.len()).collect().item())
    status = _too_little(judged, n_fitted, split.cut)
    if status != "ok":
        scores = tuple(ModelScore(name, status=status) for name in (*terms, BASE_RATE))
        return Validation(scores, {}, split.cut, n_fitted, judged.clustering, is_sampled)
    chances: dict[str, Floats | str] = {name: _chances(split.older, rows, each) for name, each in terms.items()}
    chances[BASE_RATE] = base_rates(split.older, rows)
    usable = {name: each for name, each in chances.items() if not isinstance(each, str)}
    scores = tuple(
        ModelScore(name, status=each) if isinstance(each, str) else _score(name, judged, each, usable[BASE_RATE])
        for name, each in chances.items()
    )
    bins = {name: tuple(calibration_curve(judged, each)) for name, each in usable.items()}
    return Validation(scores, bins, split.cut, n_fitted, judged.clustering, is_sampled)


def _models(extra: Sequence[FactorSpec]) -> dict[str, list[Numeric | Categorical]]:
    """Terms of each model; months are not among them, since a new month has no rulings to learn from."""
    controls = [term for term in CONTROLS if isinstance(term, Numeric | Categorical) and term.name != "month"]
    added = [term for spec in extra if isinstance(term := extra_term(spec), Numeric | Categorical)]
    models: dict[str, list[Numeric | Categorical]] = {
        FOUR_FACTORS: [*ADVANTAGES, *controls],
        OVERALL_ADVANTAGE: [Numeric(OVERALL.column, OVERALL.column)],
    }
    if added:
        models[WITH_EXTRA] = [*ADVANTAGES, *controls, *added]
    return models


def _newest(newest: pl.LazyFrame) -> tuple[pl.DataFrame, Judged]:
    """The rows that are to be judged, by seller (disputes without one first) and dispute."""
    rows, sellers = by_seller(newest.collect())
    starts = np.flatnonzero((np.diff(sellers, prepend=NO_SELLER) != 0) | (sellers == NO_SELLER))
    is_win = (rows["outcome"] == OUTCOMES[BUYER_WINS]).to_numpy()
    return rows, Judged(is_win, np.append(starts, sellers.size), describe_clusters(sellers))


def _too_little(judged: Judged, n_fitted: int, cut: datetime | None) -> str:
    """Why nothing can be judged, or ``ok``."""
    n, wins = judged.clustering.n, int(judged.is_win.sum())
    if n + n_fitted == 0:
        return "nothing_ruled"
    if cut is None:
        return "one_moment"
    if min(wins, n - wins) >= FEWEST_PER_CLASS:
        return "ok"
    return "one_outcome" if wins in {0, n} and n >= 2 * FEWEST_PER_CLASS else "too_few_disputes"


def _chances(older: pl.LazyFrame, rows: pl.DataFrame, terms: Sequence[Numeric | Categorical]) -> Floats | str:
    """Chances by a model of the older rulings, or why there is none."""
    factors = [term.column for term in terms if term not in CONTROLS]
    recorded = older.select(pl.col(name).is_not_null().any() for name in factors).collect()
    if not any(recorded.row(0)):
        return NOT_RECORDED
    predictor = fit_predictor(older, terms)
    return predictor.predict(rows) if predictor.status == "ok" else predictor.status


def base_rates(older: pl.LazyFrame, rows: pl.DataFrame) -> Floats:
    """Rate of buyer_wins in the same category and claim, drawn to the rate of all where disputes are few.

    Args:
        older: Rulings that the rates are taken from.
        rows: Disputes to predict.

    Returns:
        (wins + m · rate of all) / (n + m) with m = ``PRIOR_DISPUTES``, for each dispute. Source: Cestnik (1990).
    """
    cell = [pl.col(name).cast(pl.String).fill_null(NOT_RECORDED).alias(name) for name in ("category", "claim")]
    wins = (pl.col("outcome") == OUTCOMES[BUYER_WINS]).sum().alias("wins")
    counts = older.with_columns(cell).group_by("category", "claim").agg(wins, pl.len().alias("n")).collect()
    overall = float(counts["wins"].sum()) / float(counts["n"].sum())
    rate = (pl.col("wins") + PRIOR_DISPUTES * overall) / (pl.col("n") + PRIOR_DISPUTES)
    rates = counts.select("category", "claim", rate.alias("rate"))
    found = rows.select(cell).join(rates, on=["category", "claim"], how="left", maintain_order="left")
    return found["rate"].fill_null(overall).to_numpy()


def _score(name: str, judged: Judged, chances: Floats, base: Floats) -> ModelScore:
    """Judge one model, by itself and against the base rates."""
    measures = [(auc, 1.0), (brier, -1.0), (log_loss, -1.0)]
    own = [measure(judged, chances) for measure, _ in measures]
    score = ModelScore(
        name,
        auc=infer(judged, own[0], 0.0, 1.0),
        brier=infer(judged, own[1], 0.0, 1.0),
        log_loss=infer(judged, own[2], 0.0),
        calibration_slope=calibration_slope(judged, chances),
        calibration_intercept=calibration_intercept(judged, chances),
        status=judged.clustering.status,
    )
    if name == BASE_RATE:
        return score
    gains = [
        infer(judged, _signed(each - measure(judged, base), sign))
        for each, (measure, sign) in zip(own, measures, strict=True)
    ]
    return replace(score, auc_gain=gains[0], brier_gain=gains[1], log_loss_gain=gains[2])


def _signed(measured: Measured, sign: float) -> Measured:
    return Measured(sign * measured.estimate, sign * measured.influences)


def auc_gain(validation: Validation, model: str = FOUR_FACTORS) -> Gain:
    """What a model adds to the AUC of the base rates, out of time.

    Args:
        validation: The judged models.
        model: One of them.

    Returns:
        Difference of AUC with its interval by seller.
    """
    score = next(each for each in validation.scores if each.model == model)
    n = validation.clustering.n
    if score.auc_gain is None:
        return Gain(n, None, None, None, None, score.status)
    gain = score.auc_gain
    return Gain(n, gain.estimate, gain.ci_low, gain.ci_high, gain.p_value, score.status)


def validation_table(validation: Validation) -> pl.DataFrame:
    """Lay out ``marts.model_validation``: one row per model, each with the measures of the base rates beside its own.

    Args:
        validation: The judged models.

    Returns:
        Columns as in the registry; measures that are not there are null.
    """
    base = validation.scores[-1]
    rows = [
        {
            "split": SPLIT,
            "model": score.model,
            "cut_at": validation.cut,
            "n": validation.clustering.n,
            "n_clusters": validation.clustering.n_clusters,
            "n_fitted": validation.n_fitted,
        }
        | _numbers(score)
        | {f"base_{name}": value for name, value in _numbers(base).items() if name in _COMPARED}
        | {"is_sampled": validation.is_sampled, "status": score.status}
        for score in validation.scores
    ]
    schema = {name: _TYPES.get(name, pl.Float64()) for name in rows[0]}
    return pl.DataFrame(rows, schema=schema)


def _numbers(score: ModelScore) -> dict[str, float | None]:
    """Estimates, intervals and p values by column."""
    found: dict[str, float | None] = {}
    for name, has_test in _MEASURES.items():
        estimate: Estimate | None = getattr(score, name)
        found[name] = estimate.estimate if estimate else None
        found[f"{name}_ci_low"] = estimate.ci_low if estimate else None
        found[f"{name}_ci_high"] = estimate.ci_high if estimate else None
        if has_test:
            found[f"{name}_p_value"] = estimate.p_value if estimate else None
    return found


def calibration_table(validation: Validation) -> pl.DataFrame:
    """Lay out ``marts.calibration``.

    Args:
        validation: The judged models.

    Returns:
        One row per model and bin.
    """
    rows = [{"split": SPLIT, "model": model} | asdict(each) for model, bins in validation.bins.items() for each in bins]
    schema: dict[str, pl.DataType] = {"split": pl.String(), "model": pl.String()}
    types: dict[object, pl.DataType] = {str: pl.String(), int: pl.Int64()}
    schema |= {field.name: types.get(field.type, pl.Float64()) for field in fields(Bin)}
    return pl.DataFrame(rows, schema=schema).rename({"number": "bin"})

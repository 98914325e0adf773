"""Disputes with something against disputes without it: counts, crude shares and the adjusted difference.

All that is compared stands in one model, so that the effect of one thing is not mistaken for that of another which
comes with it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from transforms.statistics.clusters import Clustering, Floats
from transforms.statistics.design import Design, prepare
from transforms.statistics.effects import FittedModel, fit_model
from transforms.statistics.flag_effects import flag_effects
from transforms.statistics.logit import Logit
from transforms.statistics.marginal_effects import covariance_of_constant
from transforms.statistics.matrix import Matrix
from transforms.statistics.newton import Fit
from transforms.statistics.reference import t_p_value, two_sided_quantile
from transforms.statistics.sandwich import covariance
from transforms.statistics.specs import OUTCOMES
from transforms.statistics.terms import Flag, Term

#: With fewer disputes on one side of a comparison there is no effect to speak of.
FEWEST_PER_SIDE = 20
#: Of more disputes the models take a sample of about so many; counts and shares are of all.
MOST_FITTED = 500_000
SELLER_WINS, BUYER_WINS = OUTCOMES[0], OUTCOMES[-1]
#: For each outcome the logit that answers for it, and the sign with which its effects are those on the outcome.
_MODELS = {BUYER_WINS: (Logit(2), 1.0), SELLER_WINS: (Logit(1), -1.0)}
#: Status of an effect that is estimated on a sample; its interval holds the error of sampling.
SAMPLED = "sampled"
_PERCENT = 100.0
_HASH_PARTS = 1 << 20


@dataclass(frozen=True)
class Question:
    """What is compared.

    Attributes:
        name: Unique among the questions of a table.
        present: Whether a dispute has it; never null.
        absent: Whether a dispute is one of those without it; never null. A dispute may be neither: such disputes are
            told apart from those without it in the model.
        favoured: The outcome that the effect is on, ``BUYER_WINS`` or ``SELLER_WINS``.
    """

    name: str
    present: pl.Expr
    absent: pl.Expr
    favoured: str


@dataclass(frozen=True)
class Comparison:
    """The answer; numbers are None where ``status`` says why.

    Attributes:
        n: Ruled disputes that were looked at.
        n_clusters: Sellers behind them.
        n_fitted: Disputes that the effect was estimated on; 0 without an effect.
        n_with: Disputes that have it.
        n_without: Disputes without it.
        favoured_with: Share of the favoured outcome among those that have it.
        favoured_without: The same among those without it.
        effect_pp: Average marginal effect on the favoured outcome in percentage points.
        ci_low: Lower end of its 95 % interval.
        ci_high: Upper end.
        p_value: Of no effect.
        status: ``ok``, ``sampled``, what is to be said of the interval, or why there is no effect.
    """

    n: int
    n_clusters: int
    n_with: int
    n_without: int
    favoured_with: float | None
    favoured_without: float | None
    n_fitted: int = 0
    effect_pp: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    status: str = "ok"


@dataclass(frozen=True)
class Support:
    """What an interval rests on: the fewest sellers of a side, degrees of freedom, what is to be said of it."""

    n_clusters: int
    dof: float
    status: str


@dataclass(frozen=True)
class _Effect:
    """An effect on a probability, its standard error (NaN: none) and what it rests on."""

    estimate: float
    std_error: float
    n_fitted: int
    support: Support


def compare(frame: pl.LazyFrame, questions: Sequence[Question], others: Sequence[Term]) -> list[Comparison]:
    """Answer questions about the same disputes.

    The effect is the average marginal effect of a logit of the favoured outcome that holds all questions with enough
    disputes on both sides and ``others``. Standard errors are clustered by seller; degrees of freedom are those of the
    smaller side of the comparison, since few sellers with the thing compared say little however many there are
    without it (Carter, Schnepel and Steigerwald 2017).

    Args:
        frame: One row per dispute: dispute_id, outcome, seller_id and what questions and terms read. Rows with other
            outcomes than the three of a ruling are left out.
        questions: The questions.
        others: Further terms of the models.

    Returns:
        One answer per question, in order.
    """
    ruled = frame.filter(pl.col("outcome").is_in(OUTCOMES))
    answers = _count(ruled, questions)
    asked = [place for place, answer in enumerate(answers) if answer.status == "ok"]
    if not asked:
        return answers
    sampled = _sample(ruled, answers[0].n)
    design = _design(sampled, {f"{place}": questions[place] for place in asked}, others)
    favoured = sorted({questions[place].favoured for place in asked})
    effects: dict[str, _Effect | str] = {}
    for outcome in favoured:
        names = [f"{place}" for place in asked if questions[place].favoured == outcome]
        effects |= _effects(design, outcome, names)
    found = [_with_effect(answer, effects.get(f"{place}", answer.status)) for place, answer in enumerate(answers)]
    return [_said_sampled(answer) for answer in found] if answers[0].n > MOST_FITTED else found


def _said_sampled(answer: Comparison) -> Comparison:
    """Say that an effect rests on a sample, where nothing else is to be said of it."""
    return replace(answer, status=SAMPLED) if answer.status == "ok" and answer.effect_pp is not None else answer


def _count(ruled: pl.LazyFrame, questions: Sequence[Question]) -> list[Comparison]:
    """Whole numbers and shares, and whether there is enough on both sides."""
    sums = [pl.len().alias("n"), (pl.col("seller_id").n_unique()).alias("sellers")]
    for place, question in enumerate(questions):
        is_favoured = pl.col("outcome") == question.favoured
        for name, side in (("with", question.present), ("without", question.absent)):
            sums.append(side.sum().cast(pl.Int64).alias(f"{name} {place}"))
            sums.append((side & is_favoured).sum().cast(pl.Int64).alias(f"favoured {name} {place}"))
    no_seller = pl.col("seller_id").is_null().sum().alias("no_seller")
    row = ruled.select(*sums, no_seller).collect().row(0, named=True)
    # Null is one of the distinct values; each dispute without a seller is a cluster of its own.
    n_clusters = row["sellers"] - (row["no_seller"] > 0) + row["no_seller"]
    return [_counted(row, place, int(n_clusters)) for place in range(len(questions))]


def _counted(row: Mapping[str, int], place: int, n_clusters: int) -> Comparison:
    sides = {name: row[f"{name} {place}"] for name in ("with", "without")}
    share = {name: row[f"favoured {name} {place}"] / count if count else None for name, count in sides.items()}
    status = "ok"
    if row["n"] == 0:
        status = "nothing_ruled"
    elif min(sides.values()) == 0:
        status = "constant"
    elif min(sides.values()) < FEWEST_PER_SIDE:
        status = "too_few_disputes"
    return Comparison(
        row["n"], n_clusters, sides["with"], sides["without"], share["with"], share["without"], status=status
    )


def _sample(ruled: pl.LazyFrame, n: int) -> pl.LazyFrame:
    """Disputes chosen by the hash of their id, all where there are few enough."""
    if n <= MOST_FITTED:
        return ruled
    return ruled.filter(pl.col("dispute_id").hash() % _HASH_PARTS < MOST_FITTED * _HASH_PARTS // n)


def _design(ruled: pl.LazyFrame, asked: Mapping[str, Question], others: Sequence[Term]) -> Design:
    """The model matrix: a flag for each question, another where disputes are neither with nor without."""
    flags = {name: question.present for name, question in asked.items()}
    flags |= {f"neither {name}": ~question.present & ~question.absent for name, question in asked.items()}
    counts = (
        ruled.select(expression.sum().alias(name) for name, expression in flags.items()).collect().row(0, named=True)
    )
    used = [name for name, count in counts.items() if count >= FEWEST_PER_SIDE]
    terms = [*others, *(Flag(name, name) for name in used)]
    return prepare(ruled.with_columns(flags[name].alias(name) for name in used), terms).design(terms)


def _effects(design: Design, outcome: str, names: Sequence[str]) -> dict[str, _Effect | str]:
    """The effect of each flag on one outcome, or why it has none."""
    family, sign = _MODELS[outcome]
    model = fit_model(outcome, design.matrix, family)
    terms = model.matrix.dense_terms
    # A flag may be too rare in a sample.
    status: dict[str, _Effect | str] = dict.fromkeys(names, "too_few_disputes")
    status |= {name: model.term_status[terms.index(name)] for name in names if name in terms}
    free = [name for name in names if status[name] == "ok"]
    if model.fitted is None:
        return status | dict.fromkeys(free, model.status)
    found = _estimate(model, model.fitted, [terms.index(name) for name in free], sign)
    return status | dict(zip(free, found, strict=True))


def _estimate(model: FittedModel[Matrix], fitted: Fit, places: Sequence[int], sign: float) -> list[_Effect]:
    """Effects of the flags at some places, with the delta method."""
    matrix = model.matrix
    effects = flag_effects(matrix, model.family, fitted, places)
    errors = covariance(matrix, model.family, fitted)
    std_errors = np.full(len(places), np.nan)
    if errors is not None:
        full = covariance_of_constant(model.family, errors, fitted)
        std_errors = np.sqrt(np.maximum(((effects.gradient @ full) * effects.gradient).sum(axis=1), 0.0))
    return [
        _Effect(sign * float(effect), float(error), matrix.n, smaller_side(matrix, matrix.dense[place]))
        for effect, error, place in zip(effects.effects, std_errors, places, strict=True)
    ]


def smaller_side(matrix: Matrix, flag: Floats) -> Support:
    """How the disputes with a flag and those without it are spread over sellers.

    Args:
        matrix: The rows.
        flag: 0 or 1 for each row, both occurring, shape (n,).

    Returns:
        The smaller number of sellers, and the smaller number of degrees of freedom: those of as many sellers of equal
        size, less one (Kish 1965). Source: Carter, Schnepel and Steigerwald (2017).
    """
    if not matrix.has_sellers:
        return Support(matrix.n, math.inf, matrix.clustering.status)
    present = np.add.reduceat(flag, matrix.cluster_starts[:-1])
    sides = []
    for sizes in (present, np.diff(matrix.cluster_starts) - present):
        side = Clustering(int(sizes.sum()), int(np.count_nonzero(sizes)), int(sizes @ sizes), has_sellers=True)
        sides.append(Support(side.n_clusters, max(side.n**2 / side.sum_squares - 1, 1.0), side.status))
    fewest = min(sides, key=lambda side: side.n_clusters)
    return replace(fewest, dof=min(side.dof for side in sides))


def _with_effect(answer: Comparison, effect: _Effect | str) -> Comparison:
    """Fill in effect, interval and test."""
    if isinstance(effect, str):
        return replace(answer, status=effect)
    support = effect.support
    filled = replace(answer, effect_pp=effect.estimate * _PERCENT, n_fitted=effect.n_fitted, status=support.status)
    if math.isnan(effect.std_error) or support.n_clusters == 1:
        return filled
    if effect.std_error <= 0:
        return replace(filled, status="no_variation")
    half_width = two_sided_quantile(support.dof) * effect.std_error
    return replace(
        filled,
        ci_low=max(effect.estimate - half_width, -1.0) * _PERCENT,
        ci_high=min(effect.estimate + half_width, 1.0) * _PERCENT,
        p_value=t_p_value(effect.estimate / effect.std_error, support.dof),
    )

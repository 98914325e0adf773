"""The model of buyer_wins month by month, all months on one scale.

What is no factor is adjusted for by one number per dispute, its log odds by category, claim, price and extra factors
in a model of all months. So a month needs no dummies of its own, and months with few disputes have estimates, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from transforms.statistics.clusters import Clustering, Floats, Integers
from transforms.statistics.design import MISSING_SUFFIX, Design
from transforms.statistics.effects import fit_model
from transforms.statistics.families import logistic
from transforms.statistics.inference import Inferred
from transforms.statistics.jackknife import infer_by_jackknife, leave_out, with_variance
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Matrix, linear_predictor
from transforms.statistics.newton import Fit
from transforms.statistics.predictor import BUYER_WINS
from transforms.statistics.scales import Scales
from transforms.statistics.specs import CORE_FACTORS, NOT_RECORDED

ALL = "all"
CASE_MIX = "case_mix"
MONTH = "month"
#: The model of all months is fitted on about so many disputes.
ROWS_TO_POOL = 100_000
#: Effects in percentage points are means over so many disputes of all months.
ROWS_TO_AVERAGE = 20_000
#: A month has an estimate with so many disputes of the rarer outcome for each coefficient.
FEWEST_PER_TERM = 5
#: Clusters whose influences are held at a time.
CHUNK_CLUSTERS = 20_000


@dataclass(frozen=True)
class Standard:
    """Some disputes of all months, by which every month is measured.

    Attributes:
        log_odds: Of buyer_wins by the model of all months, shape (m,).
        deviations: The part of them that is not of the month, less its mean, shape (m,).
        starts: Where the disputes of each seller begin, shape (g,).
        scales: What the standard deviations may err by in which coefficients are measured.
    """

    log_odds: Floats
    deviations: Floats
    starts: Integers
    scales: Scales

    @property
    def density(self) -> float:
        """Mean change of the chance of buyer_wins with the log odds."""
        chance = logistic(self.log_odds)
        return float((chance * (1 - chance)).mean())

    def share(self, level: float) -> float:
        """Share of buyer_wins if a dispute as all are on average had the log odds ``level``."""
        return float(logistic(self.deviations + level).mean())

    def widened(self, name: str, found: Inferred) -> Inferred:
        """A level or coefficient of a month with what the standard itself may err by."""
        if name != ALL:
            return self.scales.widened(found, name)
        return with_variance(found, self._averaging_variance(found.estimate), self.scales.dof)

    def _averaging_variance(self, level: float) -> float:
        """What other sellers with other disputes would make of the share, as a variance of ``level``.

        The disputes that all months are measured by are those of these sellers; the jackknife leaves out each. Source:
        Terza (2016).
        """
        chance = logistic(self.deviations + level)
        sizes = np.diff(np.append(self.starts, chance.size))
        if sizes.size == 1:
            return 0.0
        changes = np.add.reduceat(chance - chance.mean(), self.starts) / (chance.size - sizes)
        slope = float((chance * (1 - chance)).mean())
        return float(changes @ changes) * (1 - 1 / sizes.size) / slope**2


@dataclass(frozen=True)
class Pooled:
    """All disputes as the models of the months take them.

    Attributes:
        matrix: Advantages, log odds by the case mix, indicators; no dummies.
        standard: What the months are measured by.
        missing: Share of disputes without each factor, by factor.
    """

    matrix: Matrix
    standard: Standard
    missing: dict[str, float]


@dataclass(frozen=True)
class MonthEstimate:
    """One number of one month, on the scale of log odds.

    Attributes:
        inferred: The level (``all``), or the coefficient of a factor, and its error by leaving out each seller.
        least: Variance as if rulings were independent.
        influences: By how much each cluster moved the estimate, shape (g,).
    """

    inferred: Inferred
    least: float
    influences: Floats

    @property
    def estimate(self) -> float:
        """Level or coefficient."""
        return self.inferred.estimate

    @property
    def variance(self) -> float | None:
        """By seller; None where nothing can be said of it."""
        return self.inferred.std_error**2 if self.inferred.has_error else None


@dataclass(frozen=True)
class MonthFit:
    """One month.

    Attributes:
        clustering: Disputes in the fit, and the sellers behind them.
        cluster_ids: Sellers, ascending, shape (g,).
        estimates: By series, ``all`` or a factor.
        status: Why a series has no estimate, for those that have none.
    """

    clustering: Clustering
    cluster_ids: Integers
    estimates: dict[str, MonthEstimate]
    status: dict[str, str]


def pool(design: Design, scales: Scales) -> Pooled | str:
    """Fit the model of all months, and put what is no factor into one number per dispute.

    Args:
        design: Advantages, controls with months, extra factors.
        scales: What the standard deviations of the advantages may err by.

    Returns:
        The disputes in the order of ``design.matrix``; or why the model could not be fitted.
    """
    matrix = design.matrix
    sample = matrix.take(np.arange(0, matrix.n, max(matrix.n // ROWS_TO_POOL, 1)))
    model = fit_model("pooled", sample, Logit(BUYER_WINS))
    if model.fitted is None:
        return model.status
    slopes, rows = model.fitted.slopes, slice(0, matrix.n)
    factors = [name for name in _columns() if name in matrix.dense_terms]
    of_factors = np.isin(np.arange(matrix.n_slopes), [matrix.dense_terms.index(name) for name in factors])
    of_months = np.array([term.startswith(f"{MONTH}=") for term in matrix.terms], dtype=np.bool_)
    of_months[: matrix.dense.shape[0]] = False
    case_mix = linear_predictor(matrix, rows, np.where(of_factors | of_months, 0.0, slopes))
    deviations = linear_predictor(matrix, rows, np.where(of_months, 0.0, slopes))
    log_odds = linear_predictor(matrix, rows, slopes) + model.fitted.intercepts[0]
    step = max(matrix.n // ROWS_TO_AVERAGE, 1)
    every = slice(None, None, step)
    # the first row of each seller that is kept, if any is
    starts = np.unique(-(-matrix.cluster_starts[:-1] // step))
    return Pooled(
        _reduced(matrix, factors, case_mix - case_mix.mean()),
        Standard(
            log_odds[every],
            (deviations - deviations.mean())[every],
            starts[starts * step < matrix.n],
            scales,
        ),
        {name: float(matrix.dense[matrix.dense_terms.index(name)].mean()) for name in factors if _is_indicator(name)},
    )


def _columns() -> list[str]:
    """Advantages, then their indicators."""
    advantages = [spec.column for spec in CORE_FACTORS]
    return [*advantages, *(f"{name}{MISSING_SUFFIX}" for name in advantages)]


def _is_indicator(name: str) -> bool:
    return name.endswith(MISSING_SUFFIX)


def _reduced(matrix: Matrix, factors: Sequence[str], case_mix: Floats) -> Matrix:
    """The same rows with the case mix in one column."""
    advantages = [name for name in factors if not _is_indicator(name)]
    indicators = [name for name in factors if _is_indicator(name)]
    columns = {name: matrix.dense[matrix.dense_terms.index(name)] for name in factors} | {CASE_MIX: case_mix}
    terms = (*advantages, CASE_MIX, *indicators)
    return replace(
        matrix,
        dense=np.stack([columns[name] for name in terms]),
        dense_terms=terms,
        n_indicators=len(indicators),
        n_flags=0,
        blocks=(),
    )


def fit_month(pooled: Pooled, rows: Integers) -> MonthFit | str:
    """Fit the logit of buyer_wins to the disputes of one month.

    Args:
        pooled: All disputes.
        rows: Those of the month, ascending.

    Returns:
        Level and coefficients; or why there are none.
    """
    matrix = pooled.matrix.take(rows)
    wins = int((matrix.outcome >= BUYER_WINS).sum())
    n_terms = 1 + int((np.ptp(matrix.dense, axis=1) > 0).sum())
    if wins in {0, matrix.n}:
        return "one_outcome"
    if min(wins, matrix.n - wins) < FEWEST_PER_TERM * n_terms:
        return "too_few_disputes"
    model = fit_model(MONTH, matrix, Logit(BUYER_WINS))
    if model.fitted is None:
        return model.status
    return _month_fit(pooled, model.matrix, model.fitted, _reasons(matrix, model.term_status))


def _reasons(matrix: Matrix, term_status: Sequence[str]) -> dict[str, str]:
    """Why a factor has no coefficient in a month, for those that have none."""
    found = {}
    for spec in CORE_FACTORS:
        if spec.column not in matrix.dense_terms:
            continue
        place = matrix.dense_terms.index(spec.column)
        if term_status[place] != "ok":
            indicator = f"{spec.column}{MISSING_SUFFIX}"
            is_missing = indicator in matrix.dense_terms and bool(
                matrix.dense[matrix.dense_terms.index(indicator)].all()
            )
            is_constant = np.ptp(matrix.dense[place]) == 0
            found[spec.name] = NOT_RECORDED if is_missing else "constant" if is_constant else term_status[place]
    return found


def _month_fit(pooled: Pooled, matrix: Matrix, fitted: Fit, reasons: dict[str, str]) -> MonthFit:
    free = np.flatnonzero(fitted.free)
    gradients = {ALL: np.zeros(1 + free.size)}
    gradients[ALL][0] = 1.0
    for column, place in enumerate(free):
        # a dispute as all are on average is without a factor as often as all are
        gradients[ALL][1 + column] = pooled.missing.get(matrix.dense_terms[place], 0.0)
    for spec in CORE_FACTORS:
        if spec.column in matrix.dense_terms and spec.name not in reasons:
            gradients[spec.name] = np.zeros(1 + free.size)
            gradients[spec.name][1 + np.searchsorted(free, matrix.dense_terms.index(spec.column))] = 1.0
    parameters = np.concatenate([fitted.intercepts, fitted.slopes[free]])
    directions = np.stack(list(gradients.values()))
    plain = ((directions @ np.linalg.inv(fitted.information)) * directions).sum(axis=1)
    model = (matrix, Logit(BUYER_WINS), fitted)
    moved = leave_out(*model, directions)
    inferred = infer_by_jackknife(model, directions @ parameters, directions, moved)
    estimates = {
        name: MonthEstimate(inferred[place], float(plain[place]), moved.changes[:, place])
        for place, name in enumerate(gradients)
    }
    return MonthFit(matrix.clustering, matrix.cluster_ids, estimates, reasons)


def joint_covariance(months: Sequence[MonthFit], name: str) -> Floats:
    """Covariance of one series over the months: sellers who come back move several of them.

    Args:
        months: Fits that have the series with a variance.
        name: The series.

    Returns:
        Shape (m, m), with the months' own variances on the diagonal. Source: Liang and Zeger (1986), estimating
        equations of all months stacked.
    """
    size = len(months)
    products = np.zeros((size, size))
    last = max(int(month.cluster_ids[-1]) for month in months) + 1
    for first in range(0, last, CHUNK_CLUSTERS):
        block = np.zeros((CHUNK_CLUSTERS, size))
        for column, month in enumerate(months):
            here = slice(*np.searchsorted(month.cluster_ids, [first, first + CHUNK_CLUSTERS]))
            block[month.cluster_ids[here] - first, column] = month.estimates[name].influences[here]
        products += block.T @ block
    scale = np.sqrt([(month.estimates[name].variance or 0.0) for month in months])
    spread = np.sqrt(np.diag(products))
    ratio = np.divide(scale, spread, out=np.zeros(size), where=spread > 0)
    return np.asarray(products * np.outer(ratio, ratio))

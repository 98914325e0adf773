"""A model of the outcome on the rows that it could use, or why there is none."""

from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

import numpy as np

from transforms.statistics.clusters import Floats, Integers, Responses
from transforms.statistics.families import Family
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Matrix, independent_places, plain_gram
from transforms.statistics.newton import Fit, class_counts, fit
from transforms.statistics.ordinal import Ordinal
from transforms.statistics.passes import Rows, summed
from transforms.statistics.separation import SEPARATED, prune

#: A class with fewer disputes cannot carry a model.
FEWEST_PER_CLASS = 10
_Rows = TypeVar("_Rows", bound=Rows)
_Rows_co = TypeVar("_Rows_co", bound=Rows, covariant=True)


@dataclass(frozen=True)
class FittedModel(Generic[_Rows_co]):
    """A model on the rows that it could use.

    Attributes:
        name: As in the table.
        matrix: The rows that were fitted.
        family: The model.
        fitted: The fit; None where ``status`` is not ``ok``.
        term_status: What became of each place, shape (n_slopes,): ``ok`` or why it was not estimated.
        status: ``ok`` or why nothing was estimated.
    """

    name: str
    matrix: _Rows_co
    family: Family
    fitted: Fit | None
    term_status: tuple[str, ...]
    status: str


def ordinal_family(rows: Rows) -> Family:
    """The proportional-odds model, or the logit that it comes to where only two outcomes occur."""
    return family_for(np.sum(rows.each(_outcome_counts), axis=0))


def family_for(counts: Integers) -> Family:
    """The same from the rulings of each outcome, shape (3,)."""
    occurring = np.flatnonzero(counts)
    if occurring.size != 2:  # noqa: PLR2004 - all three, or too few for any model
        return Ordinal()
    return Logit(int(occurring[1]), has_probability=bool(occurring[1] == 2))  # noqa: PLR2004 - code of buyer_wins


def _outcome_counts(matrix: Matrix) -> Integers:
    return np.bincount(matrix.outcome, minlength=3)


def fit_model(name: str, rows: _Rows, family: Family) -> FittedModel[_Rows]:
    """Fit one model, or find out why it cannot be fitted.

    Flags and dummies whose disputes all ended at the same end of the outcome have no finite coefficient; they leave
    with their disputes, which changes no other estimate (status ``separation``). What depends linearly on terms before
    it leaves, too (``collinear``).

    Args:
        name: As in the table.
        rows: All rows.
        family: The model.

    Returns:
        The fit with its status.
    """
    term_status, counts = np.where(rows.estimable, "ok", "reference").astype(object), class_counts(rows, family)
    status = _too_little(counts, 0)
    if status != "ok":
        return FittedModel(name, rows, family, None, tuple(term_status), status)
    pruned = prune(rows, partial(_ends, family=family))
    if pruned.separated.any():
        rows, counts = pruned.matrix, class_counts(pruned.matrix, family)
        term_status[pruned.separated] = SEPARATED
        if _too_little(counts, 0) != "ok":
            return FittedModel(name, rows, family, None, tuple(term_status), SEPARATED)
    (gram,) = summed(rows, _gram)
    free = independent_places(gram, term_status == "ok")
    lost = (term_status == "ok") & ~free
    term_status[lost] = np.where(np.diag(gram)[1:] > 0, "collinear", "no_disputes")[lost]
    status = _too_little(counts, int(free.sum()))
    if status != "ok":
        return FittedModel(name, rows, family, None, tuple(term_status), status)
    fitted = fit(rows, family, free, counts)
    usable = fitted if fitted.status == "ok" else None
    return FittedModel(name, rows, family, usable, tuple(term_status), fitted.status)


def _gram(matrix: Matrix) -> tuple[Floats]:
    return (plain_gram(matrix),)


def _ends(outcome: Responses, family: Family) -> Integers:
    """−1 for rulings in the lowest class, 1 in the highest, 0 between."""
    classes = family.classes(outcome)
    return np.asarray((classes == family.n_intercepts).astype(np.int64) - (classes == 0))


def _too_little(counts: Integers, n_terms: int) -> str:
    """Why so many rows of each class cannot carry the model, or ``ok``."""
    n = int(counts.sum())
    if n == 0:
        return "nothing_ruled"
    if np.count_nonzero(counts) < counts.size:
        return "one_outcome"
    enough = counts.min() >= FEWEST_PER_CLASS and n >= 2 * (n_terms + counts.size - 1)
    return "ok" if enough else "too_few_disputes"

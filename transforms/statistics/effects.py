"""A model of the outcome on the rows that it could use, or why there is none."""

from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import Integers
from transforms.statistics.families import Family
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Matrix, independent_places, plain_gram
from transforms.statistics.newton import Fit, fit
from transforms.statistics.ordinal import Ordinal
from transforms.statistics.separation import SEPARATED, prune

#: A class with fewer disputes cannot carry a model.
FEWEST_PER_CLASS = 10


@dataclass(frozen=True)
class FittedModel:
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
    matrix: Matrix
    family: Family
    fitted: Fit | None
    term_status: tuple[str, ...]
    status: str


def ordinal_family(matrix: Matrix) -> Family:
    """The proportional-odds model, or the logit that it comes to where only two outcomes occur."""
    occurring = np.flatnonzero(np.bincount(matrix.outcome, minlength=3))
    if occurring.size != 2:  # noqa: PLR2004 - all three, or too few for any model
        return Ordinal()
    return Logit(int(occurring[1]), has_probability=bool(occurring[1] == 2))  # noqa: PLR2004 - code of buyer_wins


def fit_model(name: str, matrix: Matrix, family: Family) -> FittedModel:
    """Fit one model, or find out why it cannot be fitted.

    Flags and dummies whose disputes all ended at the same end of the outcome have no finite coefficient; they leave
    with their disputes, which changes no other estimate (status ``separation``). What depends linearly on terms before
    it leaves, too (``collinear``).

    Args:
        name: As in the table.
        matrix: All rows.
        family: The model.

    Returns:
        The fit with its status.
    """
    term_status = np.where(matrix.estimable, "ok", "reference").astype(object)
    status = _too_little(matrix, family, 0)
    if status != "ok":
        return FittedModel(name, matrix, family, None, tuple(term_status), status)
    pruned = prune(matrix, _ends(matrix, family))
    matrix = pruned.matrix
    term_status[pruned.separated] = SEPARATED
    if _too_little(matrix, family, 0) != "ok":
        return FittedModel(name, matrix, family, None, tuple(term_status), SEPARATED)
    gram = plain_gram(matrix)
    free = independent_places(gram, term_status == "ok")
    lost = (term_status == "ok") & ~free
    term_status[lost] = np.where(np.diag(gram)[1:] > 0, "collinear", "no_disputes")[lost]
    status = _too_little(matrix, family, int(free.sum()))
    if status != "ok":
        return FittedModel(name, matrix, family, None, tuple(term_status), status)
    fitted = fit(matrix, family, free)
    usable = fitted if fitted.status == "ok" else None
    return FittedModel(name, matrix, family, usable, tuple(term_status), fitted.status)


def _ends(matrix: Matrix, family: Family) -> Integers:
    """−1 for rulings in the lowest class, 1 in the highest, 0 between."""
    classes = family.classes(matrix.outcome)
    return np.asarray((classes == family.n_intercepts).astype(np.int64) - (classes == 0))


def _too_little(matrix: Matrix, family: Family, n_terms: int) -> str:
    """Why the rows cannot carry the model, or ``ok``."""
    counts = np.bincount(family.classes(matrix.outcome), minlength=family.n_intercepts + 1)
    if matrix.n == 0:
        return "nothing_ruled"
    if np.count_nonzero(counts) < counts.size:
        return "one_outcome"
    enough = counts.min() >= FEWEST_PER_CLASS and matrix.n >= 2 * (n_terms + family.n_intercepts)
    return "ok" if enough else "too_few_disputes"

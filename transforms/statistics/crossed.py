"""What rulings of one person have in common adds to a variance by seller, where that person deals with many sellers."""

import numpy as np

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.families import Likelihood
from transforms.statistics.inference import Inferred
from transforms.statistics.jackknife import degrees_of_changes, with_variance
from transforms.statistics.matrix import Matrix, linear_predictor, projected
from transforms.statistics.newton import Fit


def with_crossed(
    model: tuple[Matrix, Likelihood, Fit], directions: Floats, found: list[Inferred], persons: Integers
) -> list[Inferred]:
    """Widen intervals by seller by what rulings of one person have in common.

    The variance clustered both ways is that by seller, and that by person less that by both (Cameron, Gelbach and
    Miller 2011). The difference is added where it is positive, times G/(G − 1) for G persons, with degrees of freedom
    of its own; so nothing is ever narrower than by seller alone.

    Args:
        model: Matrix, family and fit.
        directions: What was inferred, as functions of intercepts and free slopes, shape (q, K + p).
        found: The estimates with their errors by seller, q of them.
        persons: Code of the person of each row, negative where there is none, shape (n,).
    """
    matrix, family, fitted = model
    known = np.flatnonzero(persons >= 0)
    n_persons = np.unique(persons[known]).size
    if n_persons in {0, 1, known.size}:
        return found
    by_coefficient = np.asarray(np.linalg.solve(fitted.information, directions.T), dtype=np.float64)
    pulls = _pulls(matrix, family, fitted, by_coefficient)[:, known]
    sellers = np.repeat(np.arange(matrix.cluster_ids.size), np.diff(matrix.cluster_starts))[known]
    by_person = _sums(persons[known], pulls)
    by_both = _sums(persons[known] * matrix.cluster_ids.size + sellers, pulls)
    added = ((by_person**2).sum(axis=1) - (by_both**2).sum(axis=1)) * (n_persons / (n_persons - 1))
    degrees = degrees_of_changes(by_person)
    return [with_variance(each, float(more), float(dof)) for each, more, dof in zip(found, added, degrees, strict=True)]


def _pulls(matrix: Matrix, family: Likelihood, fitted: Fit, by_coefficient: Floats) -> Floats:
    """By how much each row moves each function, to first order, shape (q, n)."""
    k = fitted.intercepts.size
    slopes = np.zeros((matrix.n_slopes, by_coefficient.shape[1]))
    slopes[fitted.free] = by_coefficient[k:]
    found = np.zeros((by_coefficient.shape[1], matrix.n))
    for rows in matrix.chunks():
        eta = linear_predictor(matrix, rows, fitted.slopes)
        part = family.derivatives(family.classes(matrix.outcome[rows]), eta, fitted.intercepts)
        found[:, rows] = by_coefficient[:k].T @ part.intercept_scores
        found[:, rows] += projected(matrix, rows, slopes).T * part.score
    return found


def _sums(codes: Integers, pulls: Floats) -> Floats:
    """Sums of each row by code, shape (q, codes that occur)."""
    _, places = np.unique(codes, return_inverse=True)
    return np.stack([np.bincount(places, own) for own in pulls])

"""What rulings of one person have in common adds to a variance by seller, where that person deals with many sellers."""

import math
from dataclasses import replace

import numpy as np

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.families import Likelihood
from transforms.statistics.inference import Inferred
from transforms.statistics.jackknife import leave_out, with_variance
from transforms.statistics.matrix import Booleans, Matrix, linear_predictor, projected
from transforms.statistics.newton import Fit
from transforms.statistics.rulings import run_starts
from transforms.statistics.satterthwaite import variances_by_likeness


def with_crossed(
    model: tuple[Matrix, Likelihood, Fit], directions: Floats, found: list[Inferred], persons: Integers
) -> list[Inferred]:
    """Widen intervals by seller by what rulings of one person have in common.

    The variance clustered both ways is that by seller, and that by person less that by both (Cameron, Gelbach and
    Miller 2011). What a person does is measured by leaving the person out (`jackknife.py`): of a few persons with an
    attribute each draws the fit towards itself. Two who happen to be alike would still say little of how persons
    differ, so at least as much is added as follows from how alike rulings of one person are among all persons (Moulton
    1986), with degrees of freedom by persons. An interval is never narrower than by seller alone.

    Args:
        model: Matrix, family and fit.
        directions: What was inferred, as functions of intercepts and free slopes, shape (q, K + p).
        found: The estimates with their errors by seller, q of them.
        persons: Code of the person of each row, negative where there is none, shape (n,).
    """
    matrix, family, fitted = model
    known = persons >= 0
    n_persons = np.unique(persons[known]).size
    if n_persons in {0, 1, int(known.sum())}:
        return found
    by_persons = _sorted_by(matrix, persons, np.argsort(persons, kind="stable"))
    left_out = leave_out(by_persons, family, fitted, directions)
    # clusters of those without a person, each by itself, come first
    excess = (left_out.changes[-n_persons:] ** 2).sum(axis=0) - _squares_by_both(model, directions, persons, known)
    variances, degrees = variances_by_likeness(by_persons, family, fitted, directions)
    alone = ((directions @ np.linalg.inv(fitted.information)) * directions).sum(axis=1)
    added = np.maximum(excess, variances - alone)
    return [
        _widened(each, float(more), float(dof), bool(is_lone))
        for each, more, dof, is_lone in zip(found, added, degrees, left_out.is_lone, strict=True)
    ]


def _widened(found: Inferred, more: float, dof: float, is_lone: bool) -> Inferred:
    if not found.has_error:
        return found
    if is_lone:
        return replace(found, std_error=math.nan, dof=math.nan, status="lone_cluster")
    wider = with_variance(found, more, dof)
    # more degrees of freedom may outweigh a little more variance
    return wider if wider.half_width >= found.half_width else replace(wider, dof=found.dof)


def _sorted_by(matrix: Matrix, persons: Integers, order: Integers) -> Matrix:
    """The rows in the order of persons, each a cluster; each row of nobody is one."""
    sorted_persons = persons[order]
    n_unknown = int((sorted_persons < 0).sum())
    starts = np.concatenate([np.arange(n_unknown), n_unknown + run_starts(sorted_persons[n_unknown:])])
    return replace(
        matrix,
        dense=matrix.dense[:, order],
        blocks=tuple(replace(block, codes=block.codes[order]) for block in matrix.blocks),
        outcome=matrix.outcome[order],
        cluster_starts=np.append(starts, order.size),
        cluster_ids=np.arange(starts.size),
        has_sellers=True,
    )


def _squares_by_both(
    model: tuple[Matrix, Likelihood, Fit], directions: Floats, persons: Integers, known: Booleans
) -> Floats:
    """Squared changes by person and seller, summed, shape (q,); to first order, for each is small."""
    matrix, family, fitted = model
    by_coefficient = np.asarray(np.linalg.solve(fitted.information, directions.T), dtype=np.float64)
    pulls = _pulls(matrix, family, fitted, by_coefficient)[:, known]
    sellers = np.repeat(np.arange(matrix.cluster_ids.size), np.diff(matrix.cluster_starts))[known]
    _, places = np.unique(persons[known] * matrix.cluster_ids.size + sellers, return_inverse=True)
    return np.array([float((np.bincount(places, own) ** 2).sum()) for own in pulls])


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

"""Average effects against numeric differences of the mean response, and their gradients against numeric ones."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from tests.transforms.statistics.samples import disputes
from transforms.statistics.clusters import Floats
from transforms.statistics.contrasts import Estimate, Response, products_of
from transforms.statistics.design import build_model
from transforms.statistics.effects import fit_model
from transforms.statistics.families import Family, logistic
from transforms.statistics.logit import Logit
from transforms.statistics.marginal_effects import average_marginal_effects
from transforms.statistics.matrix import Matrix
from transforms.statistics.ordinal import Ordinal
from transforms.statistics.terms import Categorical, Flag, Interaction, Numeric, Term

STEP, TOLERANCE = 1e-5, 1e-7
SAME = 1e-10
TERMS: tuple[Term, ...] = (
    Numeric("evidence", "evidence_advantage"),
    Numeric("tone", "tone_advantage"),
    Flag("often", "often"),
    Interaction("evidence_x_tone", "evidence", "tone"),
    Interaction("evidence_x_often", "evidence", "often"),
    Categorical("category", "category"),
)


def _matrix() -> Matrix:
    frame = disputes(1_200, 90)
    often = pl.int_range(pl.len()) % 3 == 0
    return build_model(frame.with_columns(often=often).lazy(), TERMS).matrix


def _response(family: Family, **more: int) -> Response:
    matrix = _matrix()
    model = fit_model("any", matrix, family)
    assert model.fitted is not None
    counted = np.arange(matrix.n) % 4 != 0
    return Response(matrix, model.fitted, products_of(matrix.dense_terms, TERMS), counted, **more)


def _place(response: Response, term: str) -> int:
    return response.matrix.dense_terms.index(term)


def _means(response: Response, moved: dict[str, Floats]) -> Floats:
    """The response of each row that counts, some columns moved and the products with them."""
    matrix, fitted = response.matrix, response.fitted
    dense = {name: moved.get(name, matrix.dense[place]) for place, name in enumerate(matrix.dense_terms)}
    dense["evidence_x_tone"] = dense["evidence"] * dense["tone"]
    dense["evidence_x_often"] = dense["evidence"] * dense["often"]
    eta = response.sign * fitted.intercepts[response.intercept] + sum(
        fitted.slopes[place] * dense[name] for place, name in enumerate(matrix.dense_terms)
    )
    for block, start in zip(matrix.blocks, matrix.offsets, strict=False):
        eta = eta + fitted.slopes[start:][block.codes]
    return np.asarray(logistic(eta)[response.counted])


def _column(response: Response, term: str) -> Floats:
    column: Floats = response.matrix.dense[_place(response, term)]
    return column


def test_means_and_changes_are_those_of_moved_columns() -> None:
    response = _response(Logit(2))
    often, zero = _place(response, "often"), np.zeros(response.matrix.n)
    after, before = _means(response, {"often": zero + 1}), _means(response, {"often": zero})
    assert response.change(often).value == pytest.approx((after - before).mean(), rel=SAME)
    assert response.mean().value == pytest.approx(_means(response, {}).mean(), rel=SAME)


def test_slopes_go_through_products() -> None:
    response = _response(Logit(2))
    evidence = _column(response, "evidence")
    high, low = (_means(response, {"evidence": evidence + step}) for step in (STEP, -STEP))
    slope = response.slope(_place(response, "evidence"))
    assert slope.value == pytest.approx(((high - low) / (2 * STEP)).mean(), abs=TOLERANCE)


def test_interactions_are_second_differences() -> None:
    response = _response(Logit(2))
    with_tone, with_often = response.products
    evidence, tone = _column(response, "evidence"), _column(response, "tone")
    step = 1e-3
    corners = {
        (a, b): _means(response, {"evidence": evidence + a * step, "tone": tone + b * step}).mean()
        for a in (-1, 1)
        for b in (-1, 1)
    }
    cross = (corners[1, 1] - corners[1, -1] - corners[-1, 1] + corners[-1, -1]) / (4 * step**2)
    assert response.second_difference(with_tone, False).value == pytest.approx(cross, abs=1e-6)
    slopes = [
        (_means(response, {"evidence": evidence + STEP, "often": flag})
         - _means(response, {"evidence": evidence - STEP, "often": flag})).mean() / (2 * STEP)
        for flag in (np.zeros(response.matrix.n), np.ones(response.matrix.n))
    ]  # fmt: skip
    found = response.second_difference(with_often, True).value
    assert found == pytest.approx(slopes[1] - slopes[0], abs=TOLERANCE)


ESTIMANDS: dict[str, Callable[[Response], Estimate]] = {
    "mean": lambda response: response.mean({0: 0.3, 1: -0.2}),
    "change": lambda response: response.change(_place(response, "often")),
    "slope": lambda response: response.slope(_place(response, "evidence")),
    "cross": lambda response: response.second_difference(response.products[0], False),
    "difference": lambda response: response.second_difference(response.products[1], True),
}


@pytest.mark.parametrize("name", ESTIMANDS)
@pytest.mark.parametrize(
    ("family", "more"),
    [(Logit(1), {}), (Ordinal(), {"intercept": 1, "sign": -1}), (Ordinal(), {"intercept": 0, "sign": -1})],
)
def test_gradients_are_the_numeric_ones(name: str, family: Family, more: dict[str, int]) -> None:
    response = _response(family, **more)
    estimand, k = ESTIMANDS[name], response.fitted.intercepts.size

    def moved(place: int, step: float) -> float:
        intercepts, slopes = response.fitted.intercepts.copy(), response.fitted.slopes.copy()
        if place < k:
            intercepts[place] += step
        else:
            slopes[place - k] += step
        return estimand(replace(response, fitted=replace(response.fitted, intercepts=intercepts, slopes=slopes))).value

    places = [*range(k), *(np.flatnonzero(response.fitted.free) + k)]
    numeric = [(moved(place, STEP) - moved(place, -STEP)) / (2 * STEP) for place in places]
    assert estimand(response).gradient[places] == pytest.approx(np.array(numeric), abs=TOLERANCE)


def test_without_products_they_are_the_average_marginal_effects() -> None:
    frame = disputes(900, 60).with_columns(often=pl.int_range(pl.len()) % 3 == 0)
    terms = [term for term in TERMS if not isinstance(term, Interaction)]
    matrix = build_model(frame.lazy(), terms).matrix
    model = fit_model("any", matrix, Ordinal())
    assert model.fitted is not None
    response = Response(matrix, model.fitted, (), np.ones(matrix.n, dtype=np.bool_), intercept=1, sign=-1)
    free = model.fitted.free
    effects = average_marginal_effects(matrix, Ordinal(), model.fitted)
    for place, found in ((0, response.slope(0)), (2, response.change(2))):
        assert found.value == pytest.approx(effects.effects[place], rel=SAME)
        assert found.gradient[2:][free] == pytest.approx(effects.gradient[place, 1:][free], rel=1e-8, abs=SAME)
        assert found.gradient[1] == pytest.approx(-effects.gradient[place, 0], rel=1e-8, abs=SAME)


def test_averaging_varies_as_leaving_out_each_seller_says() -> None:
    response = _response(Logit(2))
    place, starts = _place(response, "evidence"), response.matrix.cluster_starts
    found = response.slope(place)
    left_out = []
    for first, last in pairwise(starts):
        rows = np.arange(response.matrix.n)
        left_out.append(response.among((rows < first) | (rows >= last)).slope(place).value - found.value)
    jackknife = (1 - 1 / len(left_out)) * float(np.square(left_out).sum())
    assert found.averaging_variance == pytest.approx(jackknife, rel=1e-9)
    difference = found - response.slope(_place(response, "tone"))
    assert difference.averaging_variance > 0
    assert found.times(2.0).averaging_variance == pytest.approx(4 * jackknife, rel=1e-9)

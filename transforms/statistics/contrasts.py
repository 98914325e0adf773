"""Average effects of single terms on a mean response, with gradients for the delta method.

The response of a row is logistic(constant + eta); its mean over some rows is looked at as it is, or with some columns
set to other values. Interactions of the model follow: a product column changes with the columns that it multiplies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from transforms.statistics.clusters import Floats
from transforms.statistics.families import logistic
from transforms.statistics.matrix import Booleans, Matrix, Sums, linear_predictor
from transforms.statistics.newton import Fit
from transforms.statistics.terms import Interaction


@dataclass(frozen=True)
class Estimate:
    """A function of the coefficients, perhaps averaged over rows.

    Attributes:
        value: At the estimates.
        gradient: By intercepts and all slopes, shape (K + n_slopes,).
        deviations: By how much an average moves when the rows of a cluster are left out, coefficients held, shape
            (clusters,) or (1,) with a zero where nothing is averaged. Other sellers would have other disputes.
    """

    value: float
    gradient: Floats
    deviations: Floats = field(default_factory=lambda: np.zeros(1))

    def __add__(self, other: "Estimate") -> "Estimate":
        return Estimate(self.value + other.value, self.gradient + other.gradient, self.deviations + other.deviations)

    def __sub__(self, other: "Estimate") -> "Estimate":
        return self + other.times(-1.0)

    def times(self, factor: float) -> "Estimate":
        """The same on another scale."""
        return Estimate(self.value * factor, self.gradient * factor, self.deviations * factor)

    @property
    def averaging_variance(self) -> float:
        """Variance of the average over sellers drawn anew, the coefficients held, by the jackknife.

        It adds to that of the coefficients: given the predictors, what the coefficients err by is zero on average.
        Source: Terza (2016).
        """
        return float(self.deviations @ self.deviations) * (1 - 1 / self.deviations.size)


@dataclass(frozen=True)
class Product:
    """A product column and the columns that it multiplies, as places among the dense columns."""

    place: int
    first: int
    second: int

    def partner(self, place: int) -> int:
        """The other column."""
        return self.second if place == self.first else self.first


@dataclass(frozen=True)
class Response:
    """The mean of logistic(constant + eta) over some rows of a fitted model.

    Attributes:
        matrix: What was fitted.
        fitted: Its estimates.
        products: Product columns of the model.
        counted: Rows to average over, shape (n,).
        intercept: Place of the intercept that is the constant.
        sign: Sign with which it is; −1 for the threshold of an ordinal model.
    """

    matrix: Matrix
    fitted: Fit
    products: tuple[Product, ...]
    counted: Booleans
    intercept: int = 0
    sign: int = 1

    def among(self, rows: Booleans) -> "Response":
        """The same over fewer rows."""
        return Response(self.matrix, self.fitted, self.products, self.counted & rows, self.intercept, self.sign)

    @property
    def n(self) -> int:
        """Rows that are averaged over."""
        return int(self.counted.sum())

    def mean(self, settings: Mapping[int, float] | None = None) -> Estimate:
        """Mean response with some dense columns set to one value for all rows."""
        total = _Total(self)
        for rows in self.matrix.chunks():
            point = _Point(self, rows, settings or {})
            total.add(point, point.probability, point.density)
        return total.mean()

    def change(self, place: int) -> Estimate:
        """Change of the mean response when a 0/1 column turns from 0 to 1 for all rows. Source: Bartus (2005)."""
        return self.mean({place: 1.0}) - self.mean({place: 0.0})

    def slope(self, place: int, settings: Mapping[int, float] | None = None) -> Estimate:
        """Average derivative by a column, through its products too. Source: Cameron and Trivedi (2005), section 14.3.

        Args:
            place: The column.
            settings: Columns that are set to one value for all rows.
        """
        total = _Total(self)
        for rows in self.matrix.chunks():
            point = _Point(self, rows, settings or {})
            coefficient, by_slopes = point.coefficient(place)
            total.add(point, point.density * coefficient, point.curvature * coefficient)
            for own, factor in by_slopes:
                total.add_slope(own, point, point.density * factor)
        return total.mean()

    def second_difference(self, product: Product, is_flag: bool) -> Estimate:
        """Average interaction on the scale of the response. Source: Ai and Norton (2003).

        Args:
            product: The product column and its two columns.
            is_flag: Whether the second column is a 0/1 column: then the difference between 1 and 0 of the derivative
                by the first one, else the cross derivative.
        """
        if is_flag:
            return self.slope(product.first, {product.second: 1.0}) - self.slope(product.first, {product.second: 0.0})
        return self._cross_derivative(product)

    def _cross_derivative(self, product: Product) -> Estimate:
        total = _Total(self)
        interaction = float(self.fitted.slopes[product.place])
        for rows in self.matrix.chunks():
            point = _Point(self, rows, {})
            (first, by_first), (second, by_second) = point.coefficient(product.first), point.coefficient(product.second)
            value = interaction * point.density + first * second * point.curvature
            total.add(point, value, interaction * point.curvature + first * second * point.third)
            total.add_slope(product.place, point, point.density)
            for (own, factor), other in [(each, second) for each in by_first] + [(each, first) for each in by_second]:
                total.add_slope(own, point, point.curvature * other * factor)
        return total.mean()


class _Point:
    """Some rows at some setting: the linear predictor, the logistic function and its derivatives, each shape (m,)."""

    def __init__(self, response: Response, rows: slice, settings: Mapping[int, float]) -> None:
        matrix, fitted = response.matrix, response.fitted
        self.response, self.rows = response, rows
        self.weight = response.counted[rows].astype(np.float64)
        self.values: dict[int, Floats] = {place: np.full(self.weight.size, value) for place, value in settings.items()}
        for product in response.products:
            if product.first in settings or product.second in settings:
                self.values[product.place] = self.column(product.first) * self.column(product.second)
        eta = linear_predictor(matrix, rows, fitted.slopes) + response.sign * fitted.intercepts[response.intercept]
        for place, value in self.values.items():
            eta += fitted.slopes[place] * (value - matrix.dense[place, rows])
        self.probability = logistic(eta)
        self.density = self.probability * (1 - self.probability)
        self.curvature = self.density * (1 - 2 * self.probability)

    @property
    def third(self) -> Floats:
        """Third derivative of the logistic function."""
        return np.asarray(self.density * (1 - 6 * self.density))

    def column(self, place: int) -> Floats:
        """A dense column at this setting."""
        found = self.values.get(place)
        return self.response.matrix.dense[place, self.rows] if found is None else found

    def coefficient(self, place: int) -> tuple[Floats, list[tuple[int, Floats]]]:
        """Derivative of eta by a column, and its own derivatives by slopes: place and factor of each."""
        slopes = self.response.fitted.slopes
        by_slopes: list[tuple[int, Floats]] = [(place, np.ones(self.weight.size))]
        through = [product for product in self.response.products if place in {product.first, product.second}]
        by_slopes += [(product.place, self.column(product.partner(place))) for product in through]
        return np.asarray(sum(slopes[own] * factor for own, factor in by_slopes)), by_slopes


class _Total:
    """Sums over rows of a value and its gradient."""

    def __init__(self, response: Response) -> None:
        self._response = response
        self._k = response.fitted.intercepts.size
        self._value = 0.0
        self._gradient = np.zeros(self._k + response.matrix.n_slopes)
        # what eta conveys: by columns as they are, and by those that are set to some value
        self._sums, self._of_set = Sums(response.matrix, 1), dict[int, float]()
        sizes = np.diff(response.matrix.cluster_starts)
        self._owner = np.repeat(np.arange(sizes.size), sizes)
        self._by_cluster, self._counts = np.zeros((2, sizes.size))

    def add(self, point: _Point, value: Floats, by_eta: Floats) -> None:
        """Add the value of some rows and its gradient by eta."""
        response, weighted = self._response, by_eta * point.weight
        self._value += float(value @ point.weight)
        owner = self._owner[point.rows]
        here = slice(int(owner[0]), int(owner[-1]) + 1)
        self._by_cluster[here] += np.bincount(owner - owner[0], value * point.weight)
        self._counts[here] += np.bincount(owner - owner[0], point.weight)
        self._gradient[response.intercept] += response.sign * weighted.sum()
        self._sums.add(point.rows, weighted[None, :])
        for place, column in point.values.items():
            self._of_set[place] = self._of_set.get(place, 0.0) + float(column @ weighted)

    def add_slope(self, place: int, point: _Point, by_slope: Floats) -> None:
        """Add to the gradient by one slope what eta does not convey."""
        self._gradient[self._k + place] += float(by_slope @ point.weight)

    def mean(self) -> Estimate:
        """The sums over the number of rows; what was not estimated has no gradient."""
        gradient = self._gradient.copy()
        (by_eta,) = self._sums.total()
        for place, value in self._of_set.items():
            by_eta[place] = value
        gradient[self._k :] += by_eta
        gradient /= self._response.n
        gradient[self._k :][~self._response.fitted.free] = 0.0
        mean = self._value / self._response.n
        rest = self._response.n - self._counts
        moved = self._by_cluster - mean * self._counts
        deviations = np.divide(moved, rest, out=np.zeros(rest.size), where=rest > 0)
        return Estimate(mean, gradient, deviations)


def products_of(dense_terms: Sequence[str], terms: Sequence[object]) -> tuple[Product, ...]:
    """Find the product columns of a model.

    Args:
        dense_terms: Names of the dense columns of the model matrix.
        terms: The terms that it was built of.

    Returns:
        One for each interaction that is in the matrix.
    """
    places = {name: place for place, name in enumerate(dense_terms)}
    return tuple(
        Product(places[term.name], places[term.first], places[term.second])
        for term in terms
        if isinstance(term, Interaction) and {term.name, term.first, term.second} <= places.keys()
    )

"""How sure the standard deviations are that effects are measured in."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from transforms.statistics.clusters import NO_SELLER, describe_clusters
from transforms.statistics.dense import DenseColumn
from transforms.statistics.design import Prepared
from transforms.statistics.inference import Inferred
from transforms.statistics.jackknife import with_variance
from transforms.statistics.specs import CORE_FACTORS

#: Fewer values have no standard deviation that could vary.
_FEWEST = 2


@dataclass(frozen=True)
class Scales:
    """What the advantages' standard deviations may err by.

    Attributes:
        variances: Of each standard deviation in units of itself, by name of the factor; 0 where it is constant.
        dof: Degrees of freedom of these.
    """

    variances: Mapping[str, float]
    dof: float

    def widened(self, effect: Inferred, factor: str) -> Inferred:
        """An effect per standard deviation with the error of the standard deviation."""
        return with_variance(effect, effect.estimate**2 * self.variances.get(factor, 0.0), self.dof)


def measure_scales(prepared: Prepared) -> Scales:
    """Leave out each seller from the standard deviations of the advantages.

    An effect per standard deviation is a coefficient times that deviation. An attribute of sellers is known by few
    sellers, and so is its deviation. The coefficient errs by zero on average whatever the deviation, so the two
    variances add up. Source: Yuan and Chan (2011), standardised coefficients with random predictors; Wolter (2007),
    chapter 4, the jackknife by group.

    Args:
        prepared: Columns on the scale of the model.
    """
    variances = {spec.name: _relative_variance(prepared, prepared.dense[spec.column]) for spec in CORE_FACTORS}
    return Scales(variances, describe_clusters(prepared.sellers).dof)


def _relative_variance(prepared: Prepared, column: DenseColumn) -> float:
    places = np.flatnonzero(~column.is_missing)
    values, sellers = column.values[places], prepared.sellers[places]
    if values.size < _FEWEST or values.min() == values.max():
        return 0.0
    starts = np.flatnonzero((np.diff(sellers, prepend=NO_SELLER) != 0) | (sellers == NO_SELLER))
    if starts.size < _FEWEST:
        return 0.0
    # ln s = ln(s²) / 2, of which each value moves (z² − 1) / 2
    sums = np.add.reduceat((values**2 - 1) / 2, starts)
    changes = sums / (values.size - np.diff(np.append(starts, values.size)))
    return float(changes @ changes)

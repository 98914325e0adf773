"""The disputes on both sides of a comparison, and whether there are enough of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from transforms.statistics.matrix import Booleans, Matrix

#: With fewer disputes, or fewer sellers, on either side a claim cannot be tested.
FEWEST_DISPUTES = 20
FEWEST_SELLERS = 10
TOO_FEW_DISPUTES = "too_few_disputes"
TOO_FEW_SELLERS = "too_few_sellers"


@dataclass(frozen=True)
class Side:
    """Some disputes of a model: their number and that of their sellers."""

    n: int
    n_sellers: int


def describe_side(matrix: Matrix, members: Booleans) -> Side:
    """Count disputes and sellers.

    Args:
        matrix: The rows.
        members: Which of them, shape (n,).

    Returns:
        Counts; a dispute without a seller is a seller of its own.
    """
    if matrix.n == 0:
        return Side(0, 0)
    sizes = np.add.reduceat(members.astype(np.int64), matrix.cluster_starts[:-1])
    return Side(int(sizes.sum()), int(np.count_nonzero(sizes)))


def shortage(sides: Sequence[Side]) -> str:
    """Why the sides cannot be compared, or ``ok``."""
    if min(side.n for side in sides) == 0 and len(sides) > 1 and max(side.n for side in sides) > 0:
        return "constant"
    if min(side.n for side in sides) < FEWEST_DISPUTES:
        return TOO_FEW_DISPUTES
    if min(side.n_sellers for side in sides) < FEWEST_SELLERS:
        return TOO_FEW_SELLERS
    return "ok"

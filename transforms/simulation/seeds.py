"""Random streams: one generator per purpose and block, so that no result depends on how blocks are grouped."""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Stream(IntEnum):
    """The purposes of random numbers; a purpose added later must not renumber the others."""

    SELLERS = 1
    BUYERS = 2
    ASSIGNMENT = 3
    LATENT = 4
    DISPUTES = 5
    EVIDENCE = 6
    VIOLATIONS = 7
    MESSAGES = 8
    BUYER_SNAPSHOTS = 9
    SELLER_SNAPSHOTS = 10
    LATE_EVIDENCE = 11
    LATE_VIOLATIONS = 12
    LATE_MESSAGES = 13
    LATE_REPUTATION = 14
    DECIDERS = 15
    NULLS = 16


def generator(seed: int, stream: Stream, block: int = 0) -> np.random.Generator:
    """Returns the generator of one purpose and block.

    Args:
        seed: Seed of the plan.
        stream: Purpose.
        block: Number of the block, from 0.

    Returns:
        A PCG64 generator seeded by the three numbers together.
    """
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, int(stream), block])))


def logistic(values: Floats) -> Floats:
    """Returns 1 / (1 + exp(-x)), element by element."""
    return 1.0 / (1.0 + np.exp(-values))

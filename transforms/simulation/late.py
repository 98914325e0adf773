"""Which disputes get a trap: a fact dated after the ruling that betrays the outcome."""

from dataclasses import dataclass

import numpy as np

from transforms.simulation import latent as lt
from transforms.simulation.disputes import exported_times
from transforms.simulation.latent import BUYER, SELLER, Latent
from transforms.simulation.seeds import Integers, Stream, generator
from transforms.simulation.world import World

_LATEST_SECONDS = 5 * 86_400
_SOONEST_SECONDS = 60


@dataclass(frozen=True)
class Traps:
    """Disputes in which something after the ruling betrays the outcome.

    Attributes:
        row: Position of the dispute within its block.
        winner: 0 for the buyer, 1 for the seller.
        time: Epoch seconds, after the ruling and before the export.
    """

    row: Integers
    winner: Integers
    time: Integers

    @property
    def loser(self) -> Integers:
        """The side that lost."""
        return BUYER + SELLER - self.winner


def lay_traps(world: World, truth: Latent, block: int, stream: Stream, share: float) -> Traps:
    """Draws the disputes with a trap among those that one side won.

    Args:
        world: What all blocks share.
        truth: Latent truth of the block.
        block: Number of the block.
        stream: Random stream of the kind of trap.
        share: Share of won disputes that get one.

    Returns:
        The traps in the order of the disputes.
    """
    rng = generator(world.plan.seed, stream, block)
    draws = rng.random((2, len(truth.index)))
    is_won = (truth.ending == lt.BUYER_WINS) | (truth.ending == lt.SELLER_WINS)
    row = np.flatnonzero(is_won & (draws[0] < share))
    span = np.minimum(exported_times(world, truth)[row] - truth.closed[row], _LATEST_SECONDS) - _SOONEST_SECONDS
    time = truth.closed[row] + _SOONEST_SECONDS + np.floor(draws[1, row] * span).astype(np.int64)
    return Traps(row, np.where(truth.ending[row] == lt.BUYER_WINS, BUYER, SELLER), time)

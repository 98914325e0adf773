"""The scores of both sides by evidence, rules, tone and reputation, and the parts that they consist of.

Every factor is one module of the same shape: ``PARTS`` declares what its scores consist of, and its function turns
records into a wide frame of parts (see ``transforms.factors.parts``).
"""

from typing import Final

from transforms.factors import evidence, reputation, rules, tone
from transforms.factors.parts import Factor, Part

__all__ = ["FACTORS", "Factor", "Part"]

FACTORS: Final[tuple[Factor, ...]] = (
    Factor("evidence", evidence.PARTS),
    Factor("rules", rules.PARTS),
    Factor("tone", tone.PARTS),
    Factor("reputation", reputation.PARTS),
)

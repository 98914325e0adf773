"""A simulated export of disputes with planted effects; knows nothing of the scorer and shares no word list with it."""

from transforms.simulation.plan import (
    FACTORS,
    ClosedShares,
    Coefficients,
    LateShares,
    NullShares,
    PlanError,
    PolicyChange,
    Reversal,
    SimulationPlan,
)

__all__ = [
    "FACTORS",
    "ClosedShares",
    "Coefficients",
    "LateShares",
    "NullShares",
    "PlanError",
    "PolicyChange",
    "Reversal",
    "SimulationPlan",
]

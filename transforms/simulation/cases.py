"""Planted cases for tests of the statistics: what a good analysis must find, and what it must not."""

from dataclasses import replace

from transforms.simulation.plan import Coefficients, PolicyChange, Reversal, SimulationPlan

_STRONG = 0.9


def all_four(disputes: int, seed: int) -> SimulationPlan:
    """Evidence > rules > tone > reputation > 0, no interaction, no broken rows."""
    return SimulationPlan(disputes=disputes, seed=seed, trust=0.0, has_flaws=False)


def tone_none(disputes: int, seed: int) -> SimulationPlan:
    """As `all_four`, but tone has no effect."""
    return replace(all_four(disputes, seed), coefficients=Coefficients(tone=0.0))


def reputation_only_as_trust(disputes: int, seed: int) -> SimulationPlan:
    """Reputation has no effect of its own; it only scales how much a side's own evidence counts."""
    return replace(all_four(disputes, seed), coefficients=Coefficients(reputation=0.0), trust=_STRONG)


def reputation_only_as_advantage_interaction(disputes: int, seed: int) -> SimulationPlan:
    """Reputation has no effect of its own; its advantage times the evidence advantage has one."""
    plan = replace(all_four(disputes, seed), coefficients=Coefficients(reputation=0.0))
    return replace(plan, advantage_interaction=_STRONG)


def reversed_in_category(
    disputes: int, seed: int, factor: str = "evidence", category: str = "apparel"
) -> SimulationPlan:
    """As `all_four`, but one factor's effect has the opposite sign in one category."""
    return replace(all_four(disputes, seed), reversal=Reversal(category, factor))


def policy_change(disputes: int, seed: int, month: int = 9) -> SimulationPlan:
    """As `all_four`, but rulings from one month on (counted from 0, by `ruled_at`) favour the buyer more."""
    return replace(all_four(disputes, seed), policy=PolicyChange(month=month, shift=_STRONG))


def effect_change(disputes: int, seed: int, month: int = 9, factor: str = "evidence") -> SimulationPlan:
    """As `all_four`, but from one month on one factor no longer counts."""
    return replace(all_four(disputes, seed), policy=PolicyChange(month=month, factor=factor, coefficient=0.0))


def no_effect(disputes: int, seed: int) -> SimulationPlan:
    """No factor has an effect; outcomes are clustered by seller and every trap after the ruling is laid."""
    return replace(
        all_four(disputes, seed),
        coefficients=Coefficients(evidence=0.0, rules=0.0, tone=0.0, reputation=0.0),
        credit_speed=0.0,
        decider_effect_sd=0.0,
        seller_effect_sd=0.5,
    )

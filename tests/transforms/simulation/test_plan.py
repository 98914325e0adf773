"""Plans that cannot be simulated are refused in words."""

from dataclasses import replace
from datetime import date

import pytest

from transforms.simulation import PlanError, PolicyChange, Reversal, SimulationPlan, cases


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"disputes": 0}, "disputes is 0"),
        ({"disputes": -5}, "disputes is -5"),
        ({"disputes": 10**11}, "expected a number from 1"),
        ({"months": 0}, "0 months"),
        ({"first_month": date(2025, 1, 2)}, "first of a month"),
        ({"cut_points": (0.5, 0.5)}, "first below the second"),
        ({"reversal": Reversal("apparel", "charm")}, "'charm' is no factor"),
        ({"reversal": Reversal("groceries", "tone")}, "'groceries' is no category"),
        ({"policy": PolicyChange(month=3, factor="luck")}, "'luck' is no factor"),
        ({"category_effects": {"groceries": 1.0}}, "'groceries' is no category"),
        ({"claim_effects": {"boredom": 1.0}}, "'boredom' is no claim"),
    ],
)
def test_refused_with_the_value_and_what_was_expected(change: dict[str, object], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        replace(SimulationPlan(disputes=10), **change)  # type: ignore[arg-type]


def test_months_run_over_the_turn_of_the_year() -> None:
    plan = SimulationPlan(disputes=1, first_month=date(2025, 11, 1), months=3)
    assert [plan.month_start(month) for month in range(4)] == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]


def test_default_sample_covers_eighteen_months_to_a_fixed_date() -> None:
    plan = SimulationPlan(disputes=5_000)
    assert (plan.month_start(0), plan.month_start(plan.months)) == (date(2025, 1, 1), date(2026, 7, 1))


def test_case_without_effect_keeps_the_clusters_and_the_traps() -> None:
    plan = cases.no_effect(100, 1)
    assert [plan.coefficients.of(factor) for factor in ("evidence", "rules", "tone", "reputation")] == [0.0] * 4
    assert (plan.trust, plan.advantage_interaction, plan.credit_speed) == (0.0, 0.0, 0.0)
    assert plan.seller_effect_sd > 0
    assert min(plan.late.messages, plan.late.evidence, plan.late.violations, plan.late.reputation) > 0

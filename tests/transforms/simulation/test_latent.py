"""What was planted can be found again in the latent truth, by statsmodels."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from tests.transforms.simulation.tables import is_trap, tables_of
from transforms.simulation import FACTORS, SimulationPlan, cases
from transforms.simulation.export import truth_frame
from transforms.simulation.latent import CATEGORIES
from transforms.simulation.phrases import PHRASES

DISPUTES = 20_000
SEED = 5
# A planted coefficient lies this many standard errors from its estimate at most; seeds are fixed.
MOST_ERRORS = 3.5
RULED = ("seller_wins", "partial", "buyer_wins")
ADVANTAGES = [f"{factor}_advantage" for factor in FACTORS]


def _plain(plan: SimulationPlan) -> SimulationPlan:
    """Without anything unobserved or of another kind, so that the logit's coefficients are those planted."""
    return replace(plan, seller_effect_sd=0.0, decider_effect_sd=0.0, category_effects={}, claim_effects={})


def _fit(truth: pl.DataFrame, columns: list[str]) -> tuple[np.ndarray, np.ndarray]:
    ruled = truth.filter(pl.col("outcome").is_in(RULED))
    won = (ruled["outcome"] == "buyer_wins").to_numpy().astype(float)
    fit = sm.Logit(won, sm.add_constant(ruled.select(columns).to_numpy())).fit(disp=0)
    return fit.params[1:], fit.bse[1:]


def _assert_recovered(truth: pl.DataFrame, planted: dict[str, float]) -> None:
    estimates, errors = _fit(truth, list(planted))
    for name, estimate, error in zip(planted, estimates, errors, strict=True):
        assert abs(estimate - planted[name]) < MOST_ERRORS * error, name
        assert error < 0.06, name


def _planted(plan: SimulationPlan) -> dict[str, float]:
    return {f"{factor}_advantage": plan.coefficients.of(factor) for factor in FACTORS}


@pytest.mark.parametrize("case", [cases.all_four, cases.tone_none, cases.no_effect])
def test_coefficients_are_recovered(case: object) -> None:
    assert callable(case)
    plan = _plain(case(DISPUTES, SEED))
    _assert_recovered(truth_frame(plan), _planted(plan))


def test_order_of_the_factors_shows_with_sellers_and_deciders_too() -> None:
    estimates, _ = _fit(truth_frame(cases.all_four(DISPUTES, SEED)), ADVANTAGES)
    assert list(np.argsort(-estimates)) == [0, 1, 2, 3]
    assert estimates[3] > 0.1


def test_reputation_only_as_trust_in_own_evidence() -> None:
    plan = _plain(cases.reputation_only_as_trust(DISPUTES, SEED))
    buyer, seller = (pl.col(f"{side}_reputation") * pl.col(f"{side}_evidence") for side in ("buyer", "seller"))
    truth = truth_frame(plan).with_columns(((buyer - seller) / 2**0.5).alias("trust"))
    _assert_recovered(truth, _planted(plan) | {"trust": plan.trust})
    assert plan.coefficients.reputation == 0.0


def test_reputation_only_as_interaction_of_advantages() -> None:
    plan = _plain(cases.reputation_only_as_advantage_interaction(DISPUTES, SEED))
    product = (pl.col("evidence_advantage") * pl.col("reputation_advantage")).alias("product")
    planted = _planted(plan) | {"product": plan.advantage_interaction}
    _assert_recovered(truth_frame(plan).with_columns(product), planted)


def test_effect_is_reversed_in_one_category_only() -> None:
    plan = _plain(cases.reversed_in_category(DISPUTES, SEED))
    truth = truth_frame(plan)
    category = CATEGORIES.index("apparel")
    _assert_recovered(truth.filter(pl.col("category") != category), _planted(plan))
    inside = _fit(truth.filter(pl.col("category") == category), ADVANTAGES)[0]
    assert inside[0] == pytest.approx(-plan.coefficients.evidence, abs=0.25)
    assert inside[1] == pytest.approx(plan.coefficients.rules, abs=0.25)


def _by_policy(plan: SimulationPlan) -> tuple[pl.DataFrame, pl.Expr]:
    assert plan.policy is not None
    start = pl.lit(plan.month_start(plan.policy.month)).cast(pl.Datetime("us")).dt.replace_time_zone("Asia/Shanghai")
    ruled = tables_of(replace(plan, messages=3.0, evidence_items=0.0))["disputes"].select("dispute_id", "ruled_at")
    return truth_frame(plan).join(ruled, on="dispute_id"), pl.col("ruled_at") >= start


def test_policy_shifts_rulings_from_one_month_on() -> None:
    plan = _plain(cases.policy_change(DISPUTES, SEED))
    truth, is_after = _by_policy(plan)
    assert plan.policy is not None
    planted = _planted(plan) | {"after": plan.policy.shift}
    _assert_recovered(truth.with_columns(is_after.cast(pl.Float64).alias("after")), planted)


def test_effect_ends_with_one_month() -> None:
    plan = _plain(cases.effect_change(DISPUTES, SEED))
    truth, is_after = _by_policy(plan)
    _assert_recovered(truth.filter(~is_after), _planted(plan))
    _assert_recovered(truth.filter(is_after), _planted(plan) | {"evidence_advantage": 0.0})


def _design_effect(truth: pl.DataFrame) -> float:
    """Variance of the share won with clusters over that without (Kish 1965)."""
    ruled = truth.filter(pl.col("outcome").is_in(RULED))
    won = (ruled["outcome"] == "buyer_wins").to_numpy().astype(float)
    residual = won - won.mean()
    return float((np.bincount(ruled["seller"].to_numpy(), residual) ** 2).sum() / (residual**2).sum())


@pytest.mark.parametrize("disputes", [50_000, 200_000])
def test_design_effect_is_about_five_at_any_size(disputes: int) -> None:
    assert _design_effect(truth_frame(SimulationPlan(disputes=disputes, seed=SEED))) == pytest.approx(5.0, abs=1.5)


def test_without_seller_effect_the_design_effect_is_about_one() -> None:
    plan = _plain(cases.no_effect(50_000, SEED))
    assert _design_effect(truth_frame(plan)) == pytest.approx(1.0, abs=0.4)


def _says(*acts: str) -> pl.Expr:
    """1 where a message holds a buyer's phrase without slots of one of the acts, else 0."""
    phrases = [
        phrase
        for (speaker, _, act), listed in PHRASES.items()
        for phrase in listed
        if speaker == "buyer" and act in acts and "{" not in phrase
    ]
    return pl.col("text").str.contains_any(phrases).cast(pl.Int64)


def _correlation(truth: pl.DataFrame, sums: pl.DataFrame, latent: str) -> float:
    joined = truth.join(sums, on="dispute_id", how="left").with_columns(pl.col("sum").fill_null(0))
    return float(joined.select(pl.corr(latent, "sum")).item())


def test_records_show_the_latent_quality() -> None:
    """Simple sums of what is recorded go with the latent factor of the same side."""
    plan = SimulationPlan(disputes=10_000, seed=SEED)
    tables, truth = tables_of(plan), truth_frame(plan)
    clear = tables["evidence"].filter(~is_trap("evidence_id"), pl.col("party") == "buyer", pl.col("clear"))
    proven = tables["violations"].filter(~is_trap("violation_id"), pl.col("party") == "seller", pl.col("substantiated"))
    for rows, latent, sign in ((clear, "buyer_evidence", 1), (proven, "seller_rules", -1)):
        assert sign * _correlation(truth, rows.group_by("dispute_id").agg(pl.len().alias("sum")), latent) > 0.4, latent
    buyers = tables["messages"].filter(~is_trap("message_id"), pl.col("sender") == "buyer")
    points = _says("courtesy", "apology", "cooperation", "offer") - _says("insult", "threat", "demand", "refusal")
    assert _correlation(truth, buyers.group_by("dispute_id").agg(points.sum().alias("sum")), "buyer_tone") > 0.4
    shots = tables["reputation"].filter(pl.col("user_id").str.starts_with("S")).group_by("user_id")
    credit = shots.agg(pl.col("credit_score").mean())
    sellers = truth.with_columns(user_id="S" + (pl.col("seller") + 1).cast(pl.String).str.zfill(6))
    assert sellers.join(credit, on="user_id").select(pl.corr("seller_reputation", "credit_score")).item() > 0.7

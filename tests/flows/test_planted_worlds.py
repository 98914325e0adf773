"""Simulated exports with planted effects, from the files through the scoring to the marts: that is found, no more.

The export is written by a simulator that knows nothing of the scorer, and holds traps: what is said, uploaded and
recorded after the ruling tells who won.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from flows.configuration import load_scorer
from flows.ingest.run import ingest
from flows.resolve import resolve
from flows.sample import FileFormat, SampleOptions, write_sample
from flows.scoring import score
from flows.statistics import estimate
from tests.builders import KEY, settings_for
from transforms.simulation import Coefficients, LateShares, PolicyChange, SimulationPlan, cases

N = 8_000
SEED = 31
FACTORS = ("evidence", "rules", "tone", "reputation")
#: In every third dispute, not in every twentieth: a leak would show.
MANY_TRAPS = LateShares(messages=0.3, evidence=0.3, violations=0.3, reputation=0.3)
#: Rulings favour the buyer more from October on, evidence counts the other way in apparel, tone does not count at all.
CHANGED = replace(
    cases.reversed_in_category(N, SEED, "evidence", "apparel"),
    policy=PolicyChange(month=9, shift=1.0),
    coefficients=Coefficients(tone=0.0, reputation=0.6),
)
PLANS = {
    "changed": CHANGED,
    "trust": cases.reputation_only_as_trust(N, SEED),
    "nothing": cases.no_effect(N, SEED),
}
Marts = Mapping[str, pl.DataFrame]


def _marts(plan: SimulationPlan, root: Path) -> Marts:
    """Everything that is estimated of an export."""
    plan = replace(plan, messages=4.0, late=MANY_TRAPS)
    write_sample(root / "inbox" / "batch", plan.disputes, plan.seed, SampleOptions(FileFormat.PARQUET), plan)
    settings = settings_for(root)
    resolved = resolve(ingest(settings, KEY), settings.layout)
    return estimate(score(resolved, load_scorer(), root / "work", settings), (), root / "ruled")


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Marts]:
    return {name: _marts(plan, tmp_path_factory.mktemp(name)) for name, plan in PLANS.items()}


def _verdicts(marts: Marts) -> dict[str, str]:
    return dict(marts["claim_findings"].select("claim_id", "verdict").rows())


def _effects(marts: Marts, model: str = "ordinal") -> dict[str, tuple[float, float, float]]:
    """Marginal effects with their intervals by term."""
    table = marts["factor_effects"].filter(model=model)
    return {term: each for term, *each in table.select("term", "ame_pp", "ame_ci_low", "ame_ci_high").rows()}  # type: ignore[misc]


def test_the_change_of_policy_is_found_in_its_month_and_no_other(worlds: Mapping[str, Marts]) -> None:
    shifts = worlds["changed"]["trend"].filter("shift")
    assert shifts.select("factor", "month").rows() == [("all", "2025-10")]
    assert shifts["shift_pp"].item() > 5


def test_the_reversed_effect_is_found_in_its_category_and_no_other(worlds: Mapping[str, Marts]) -> None:
    strata = worlds["changed"]["stratum_effects"]
    assert strata.filter("is_reversed").select("factor", "stratifier", "value").rows() == [
        ("evidence", "category", "apparel")
    ]
    apparel = strata.filter(factor="evidence", stratifier="category", value="apparel").row(0, named=True)
    assert apparel["ci_high"] < 0


def test_tone_that_does_not_count_is_not_found_to(worlds: Mapping[str, Marts]) -> None:
    effects, verdicts = _effects(worlds["changed"]), _verdicts(worlds["changed"])
    _, low, high = effects["tone_advantage"]
    assert low < 0 < high
    assert max(-low, high) < 2
    assert {verdicts[claim] for claim in ("T1", "T4b", "T5a", "T5b", "G2d", "G2a")} <= {"negligible", "inconclusive"}
    assert {verdicts[claim] for claim in ("E1", "R5", "G2b", "G2c", "G2e")} == {"supported"}
    shares = dict(worlds["changed"]["factor_importance"].select("factor", "share").rows())
    assert shares["tone"] < 0.03
    assert min(shares["evidence"], shares["rules"]) > 0.15


def test_reputation_that_only_colours_evidence_is_found_to_do_that(worlds: Mapping[str, Marts]) -> None:
    verdicts, sides = _verdicts(worlds["trust"]), _effects(worlds["trust"], "ordinal_sides_interactions")
    assert verdicts["P4a"] == "supported"
    assert verdicts["G2e"] in {"negligible", "inconclusive"}
    assert sides["buyer_evidence_x_buyer_reputation"][1] > 0
    assert sides["seller_evidence_x_seller_reputation"][2] < 0
    others = [name for name in sides if "_x_" in name and "reputation" not in name]
    assert len(others) == 3
    for name in others:
        assert sides[name][1] < 0 < sides[name][2]


def test_where_nothing_counts_nothing_is_found(worlds: Mapping[str, Marts]) -> None:
    marts = worlds["nothing"]
    assert set(_verdicts(marts).values()) <= {"inconclusive", "negligible", "not_testable"}
    # What a claim is about moves both its outcome and its evidence, so evidence goes with the outcome unless adjusted.
    beside = marts["factor_association"].filter(~pl.col("factor").is_in(["evidence", "overall"]))
    assert beside.filter(pl.col("q_value") < 0.05).is_empty()
    assert set(marts["factor_importance"]["status"]) == {"no_effect_found"}
    assert marts["trend"].filter("shift").is_empty()
    for table in ("stratum_effects", "reversals"):
        assert marts[table].filter("is_reversed").is_empty()
    for table in ("evidence_kinds", "violation_rules", "decider_effects"):
        assert marts[table].filter(pl.col("q_value") < 0.05).is_empty()
    for factor in FACTORS:
        _, low, high = _effects(marts)[f"{factor}_advantage"]
        assert low < 0 < high

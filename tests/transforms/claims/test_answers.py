"""Claims put to simulated disputes: planted effects, an oracle, samples, the order of rows."""

from functools import cache

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from tests.transforms.claims.samples import Drawn, World, draw_disputes, simulate
from transforms.claims.answers import Data, answer
from transforms.claims.catalogue import PARTS
from transforms.claims.columns import complete, cut_groups, derived
from transforms.claims.definitions import Definition
from transforms.claims.estimating import own_definition
from transforms.claims.findings import ClaimTables, claim_tables
from transforms.claims.found import Found
from transforms.claims.models import MODELS
from transforms.claims.verdicts import Judge
from transforms.statistics.clusters import Floats
from transforms.statistics.design import prepare
from transforms.statistics.estimate import factor_effects
from transforms.statistics.importance import measure_importance
from transforms.statistics.specs import OUTCOMES, factor_specs
from transforms.statistics.validation import validate

#: The last step of a fit is at most 2e-3, so its estimates are off by some millionths.
EFFECT, STD_ERROR = 1e-4, 5e-3
#: Standard errors that an estimate may be off its planted value in one world.
FAR = 3.5
#: Of 84 intervals at 95 %, 74 or fewer cover with a chance of about one in a hundred.
REPLICATES, FEWEST_COVERED = 12, 75
BY_ID = {part.claim_id: part for part in PARTS}
BY_MODEL = {model.name: model for model in MODELS}
PLANTED = {
    "evidence_advantage": 0.8,
    "rules_advantage": 0.5,
    "buyer_tone": 0.4,
    "buyer_has_chat_record": 0.6,
    "seller_has_pre_shipment_record": -0.7,
    "seller_proven_off_platform_deal": 0.9,
    "shipped_on_time": -0.5,
    "seller_stalls": 0.6,
    "buyer_is_frequent_claimant": -0.7,
}
#: The other half of the claims: refunds lean to constructive sellers.
OTHERS = {
    "tone_advantage": 0.5,
    "reputation_advantage": 0.4,
    "buyer_has_clear_media": 0.6,
    "buyer_has_full_process_video": 0.8,
    "buyer_has_accredited_report": 0.8,
    "seller_has_listing_snapshot": -0.6,
    "seller_has_purchase_proof": -0.6,
    "seller_has_negotiation_record": -0.6,
    "seller_proven_false_description": 0.8,
    "buyer_proven_malicious_return": -0.8,
    "negotiated_first": 0.6,
    "paid_on_platform": 0.6,
    "applied_in_window": 0.6,
    "seller_tone": -0.3,
    "buyer_stalls": -0.6,
    "seller_is_penalised": 0.7,
    "buyer_tone*buyer_evidence": -0.4,
    "buyer_evidence*buyer_is_frequent_claimant": -0.8,
    "seller_reputation*seller_evidence": -0.4,
}
OTHER = World(n=12_000, n_sellers=900, seed=7, planted=OTHERS, refund={"seller_tone": -1.5}, seller_sd=0.4)
LARGE = World(n=12_000, n_sellers=900, seed=6, planted=PLANTED)


@cache
def _large() -> Drawn:
    return simulate(LARGE)


@cache
def _tables() -> ClaimTables:
    ruled = _large().frame.with_columns(ruled_at=pl.datetime(2025, 1, 1) + pl.duration(minutes=pl.int_range(pl.len())))
    lazy = ruled.with_columns(opened_at="ruled_at").lazy()
    importance, validation = measure_importance(lazy, []), validate(lazy, [])
    return claim_tables(Data(lazy, draw_disputes(ruled, -0.2).lazy(), (), importance, validation))


def _row(claim_id: str) -> dict[str, object]:
    return _tables().findings.row(by_predicate=pl.col("claim_id") == claim_id, named=True)


def _found(found: dict[tuple[str, Definition], Found], claim_id: str) -> Found:
    part = BY_ID[claim_id]
    return found[claim_id, own_definition(part, BY_MODEL[part.model])]


def test_planted_claims_are_supported_and_the_others_are_not() -> None:
    verdicts = dict(_tables().findings.select("claim_id", "verdict").rows())
    planted = ("E1", "E4", "E7", "R2", "R5", "R6e", "T1", "T4b", "T5b", "P1b", "P2b", "P5", "G2b", "G2c", "G2f")
    assert {claim_id: verdicts[claim_id] for claim_id in planted} == dict.fromkeys(planted, "supported")
    nothing = ("E2", "E3", "E5a", "E5b", "E6", "E8", "R1", "R3", "R6a", "R6b", "R6c", "R6d", "T2", "T3", "P2a", "P3")
    assert {verdicts[claim_id] for claim_id in nothing} <= {"negligible", "inconclusive"}


SUPPORTED = (
    "E2", "E3", "E5a", "E6", "E8", "R1", "R3", "R6a", "R6b", "R6c", "R6d", "T2", "T3", "T4a", "T5a",
    "P1a", "P3", "P4a", "P4b",
)  # fmt: skip


def test_the_other_half_of_the_claims_is_supported_too() -> None:
    frame = simulate(OTHER).frame
    tables = claim_tables(Data(frame.lazy(), draw_disputes(frame, 0.2).lazy()))
    verdicts = dict(tables.findings.select("claim_id", "verdict").rows())
    assert {claim_id: verdicts[claim_id] for claim_id in SUPPORTED} == dict.fromkeys(SUPPORTED, "supported")
    assert verdicts["E5b"] != "supported"
    # buyers of high credit wait longer here
    assert verdicts["P2b"] == "contradicted"
    row = tables.findings.row(by_predicate=pl.col("claim_id") == "P1a", named=True)
    assert "In log odds too" in row["finding_en"]


def test_shares_of_importance_are_percentage_points_too() -> None:
    row = _row("P5")
    assert row["estimate_pp"] == row["estimate"]
    assert _row("P2b")["estimate_pp"] is None


@pytest.mark.parametrize(
    ("thresholds", "expected"),
    [((-0.5, 0.5), "supported"), ((-0.9, 0.1), "contradicted"), ((-0.1, 0.9), "contradicted")],
)
def test_neither_side_wins_by_default(thresholds: tuple[float, float], expected: str) -> None:
    planted = {"evidence_advantage": 0.8, "rules_advantage": 0.5}
    world = World(n=60_000, n_sellers=6_000, seed=8, planted=planted, seller_sd=0.1, thresholds=thresholds)
    frame = simulate(world).frame
    found = answer(Data(frame.lazy(), frame.head(0).lazy()), only=("advantages",))["G1", Definition.ORDERED]
    assert Judge().verdict(BY_ID["G1"], found, found.p_value) == expected


@pytest.mark.parametrize(
    ("claim_id", "flag", "side"),
    [
        ("E7", "seller_has_pre_shipment_record", "seller"),
        ("R2", "seller_proven_off_platform_deal", "buyer"),
        ("R6e", "shipped_on_time", "seller"),
        ("T5b", "seller_stalls", "buyer"),
        ("P1b", "buyer_is_frequent_claimant", "buyer"),
        ("R6b", "paid_on_platform", "buyer"),
    ],
)
def test_effects_are_the_planted_ones(claim_id: str, flag: str, side: str) -> None:
    row = _row(claim_id)
    half_width = (float(str(row["ci_high"])) - float(str(row["ci_low"]))) / 2
    assert abs(float(str(row["estimate_pp"])) - _large().change(flag, side)) < FAR * half_width / 1.96


def test_numbers_have_the_planted_slopes() -> None:
    for claim_id, number in (("T1", "buyer_tone"), ("R5", "rules_advantage")):
        row = _row(claim_id)
        assert float(str(row["ci_low"])) - 1 < _large().slope(number) < float(str(row["ci_high"])) + 1


def test_intervals_cover_the_planted_effects() -> None:
    asked = {
        "E7": ("seller_has_pre_shipment_record", "seller"), "E8": ("seller_has_negotiation_record", "seller"),
        "R2": ("seller_proven_off_platform_deal", "buyer"), "R6e": ("shipped_on_time", "seller"),
        "T5b": ("seller_stalls", "buyer"), "P1b": ("buyer_is_frequent_claimant", "buyer"),
        "P3": ("seller_is_penalised", "buyer"),
    }  # fmt: skip
    covered = 0
    for seed in range(REPLICATES):
        drawn = simulate(World(n=1_500, n_sellers=150, seed=100 + seed, planted=PLANTED))
        data = Data(drawn.frame.lazy(), drawn.frame.head(0).lazy())
        found = answer(data, only=("evidence", "rules", "conduct"))
        for claim_id, (flag, side) in asked.items():
            each = _found(found, claim_id)
            assert each.ci_low is not None
            assert each.ci_high is not None
            covered += each.ci_low <= drawn.change(flag, side) <= each.ci_high
    assert covered >= FEWEST_COVERED


def test_the_headline_is_that_of_the_table_of_effects() -> None:
    effects = factor_effects(_large().frame.lazy(), factor_specs())
    for claim_id, term in (("E1", "evidence_advantage"), ("R5", "rules_advantage")):
        theirs = effects.row(by_predicate=(pl.col("model") == "ordinal") & (pl.col("term") == term), named=True)
        ours = _row(claim_id)
        for name, other in (("estimate_pp", "ame_pp"), ("ci_low", "ame_ci_low"), ("ci_high", "ame_ci_high")):
            assert float(str(ours[name])) == pytest.approx(theirs[other], rel=1e-6)


def _expanded(claim_id: str) -> tuple[Floats, Floats, Floats, int]:
    """The whole matrix of a part's model, its outcome, its clusters and the column that is asked about."""
    model = BY_MODEL[BY_ID[claim_id].model]
    frame = complete(_large().frame.lazy())
    columns = derived(frame.collect_schema().names(), cut_groups(frame))
    prepared = prepare(frame.with_columns(columns), model.terms, [model.population])
    matrix = prepared.design(model.terms, prepared.rows[model.population].to_numpy() == 1).matrix
    dummies = [np.eye(len(block.labels))[block.codes][:, 1:] for block in matrix.blocks]
    full = np.column_stack([np.ones(matrix.n), *matrix.dense, *dummies])
    owner = np.repeat(np.arange(matrix.cluster_ids.size), np.diff(matrix.cluster_starts))
    place = 1 + matrix.dense_terms.index(BY_ID[claim_id].focal[0])
    return full, matrix.outcome.astype(np.float64), owner.astype(np.float64), place


def test_an_effect_is_that_of_statsmodels() -> None:
    full, outcome, owner, place = _expanded("E4")
    fitted = sm.Logit((outcome == 2).astype(float), full).fit(
        disp=0, tol=1e-12, cov_type="cluster", cov_kwds={"groups": owner, "use_correction": False}
    )
    with_it, without = full.copy(), full.copy()
    with_it[:, place], without[:, place] = 1.0, 0.0
    chances = [1 / (1 + np.exp(-each @ fitted.params)) for each in (with_it, without)]
    slopes = [(chance * (1 - chance)) @ each for chance, each in zip(chances, (with_it, without), strict=True)]
    gradient = (slopes[0] - slopes[1]) / outcome.size
    n_clusters = np.unique(owner).size
    error = np.sqrt(gradient @ fitted.cov_params() @ gradient * n_clusters / (n_clusters - 1))
    row = _row("E4")
    assert float(str(row["estimate_pp"])) == pytest.approx(100 * (chances[0] - chances[1]).mean(), rel=EFFECT)
    half_width = (float(str(row["ci_high"])) - float(str(row["ci_low"]))) / 2
    # t with the degrees of freedom of the smaller side is within 2 % of the normal one here
    assert half_width == pytest.approx(196 * error, rel=0.02 + STD_ERROR)


def test_what_is_a_buyers_own_allows_for_buyers_who_come_back() -> None:
    """With buyers of whom each is of one kind and has a level of his own."""
    world, rng = simulate(World(2_000, 1_500, 6, seller_sd=0.0)).frame, np.random.default_rng(6)
    buyers, frequent, level = rng.integers(0, 60, world.height), rng.random(60) < 0.5, rng.normal(size=60)
    code = np.digitize(1.5 * level[buyers] + rng.logistic(size=world.height), [-0.5, 0.5])
    frame = world.with_columns(
        outcome=pl.Series(np.array(OUTCOMES)[code]), buyer_is_frequent_claimant=pl.Series(frequent[buyers])
    )
    named = frame.with_columns(buyer_id=pl.Series(buyers).cast(pl.String))
    alone, both = (answer(Data(each.lazy(), draw_disputes(frame).lazy()), only={"conduct"}) for each in (frame, named))
    assert _width(_found(both, "P1b")) > 2 * _width(_found(alone, "P1b"))
    assert _found(both, "P3") == _found(alone, "P3")


def _width(found: Found) -> float:
    assert found.ci_low is not None
    assert found.ci_high is not None
    return found.ci_high - found.ci_low


def test_the_order_of_rows_does_not_matter() -> None:
    frame = simulate(World(n=1_200, n_sellers=100)).frame
    disputes = draw_disputes(frame)
    straight = claim_tables(Data(frame.lazy(), disputes.lazy()))
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=3), disputes.sample(fraction=1.0, shuffle=True, seed=4)
    turned = claim_tables(Data(shuffled[0].lazy(), shuffled[1].lazy()))
    assert straight.findings.equals(turned.findings)
    assert straight.definitions.equals(turned.definitions)


def test_a_sample_says_so_and_keeps_the_headline_whole() -> None:
    drawn = _large()
    tables = claim_tables(Data(drawn.frame.lazy(), draw_disputes(drawn.frame).lazy()), most_rows=4_000)
    rows = {row["claim_id"]: row for row in tables.findings.iter_rows(named=True)}
    for claim_id in ("E1", "R5", "T1", "P2a", "G1", "G2a"):
        assert not rows[claim_id]["is_sampled"]
        assert rows[claim_id]["n"] == LARGE.n
    for claim_id in ("E4", "R2", "T3", "P2b"):
        assert rows[claim_id]["is_sampled"]
        assert rows[claim_id]["n"] < LARGE.n
    assert rows["E1"]["estimate"] == _row("E1")["estimate"]
    # in the standard deviations of the whole, and within the error of the sample
    low, high = float(rows["T4b"]["ci_low"]), float(rows["T4b"]["ci_high"])
    assert low - 1 < float(str(_row("T4b")["estimate"])) < high + 1
    assert "a sample of sellers" in rows["E4"]["finding_en"]
    assert set(tables.definitions["is_sampled"]) == {True}

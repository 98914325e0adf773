"""Shares of the four factors: against brute force, against refits without each seller, planted truths, bad inputs."""

from collections.abc import Callable
from itertools import permutations

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from scipy.stats import chi2
from statsmodels.miscmodels.ordinal_model import OrderedModel

from tests.transforms.statistics.samples import disputes
from tests.transforms.statistics.test_matrix import written_out
from tests.transforms.statistics.timed import World, timed_disputes
from transforms.statistics.clusters import Floats
from transforms.statistics.design import build_design
from transforms.statistics.effects import FittedModel, fit_model, ordinal_family
from transforms.statistics.importance import (
    FACTORS,
    LONE,
    NO_EFFECT,
    Importance,
    importance_table,
    measure_importance,
)
from transforms.statistics.matrix import Matrix
from transforms.statistics.newton import Fit
from transforms.statistics.shapley import play, shapley_weights
from transforms.statistics.share_difference import share_difference
from transforms.statistics.share_interval import Chance, share_interval
from transforms.statistics.specs import FactorKind, FactorSpec

#: Shares follow from maxima of the likelihood, in which both programs agree to about 1e-9.
SHARE_TOLERANCE = 1e-6
#: OrderedModel maximises on numeric derivatives.
LOG_LIKELIHOOD_TOLERANCE = 1e-8
#: One Newton step without a seller against refits.
JACKKNIFE_TOLERANCE = 0.05
#: Standard error of a standard deviation from 120 replicates is 6.5 %.
BOOTSTRAP_TOLERANCE = 0.2
CONFIGURED = {"evidence": 450, "rules": 250, "tone": 150, "reputation": 150}


def _shares(importance: Importance) -> Floats:
    return np.array([np.nan if factor.share is None else factor.share for factor in importance.factors])


def _fitted(frame: pl.DataFrame) -> tuple[FittedModel[Matrix], Fit]:
    design = build_design(frame.lazy(), [])
    model = fit_model("ordinal", design.matrix, ordinal_family(design.matrix))
    assert model.fitted is not None
    return model, model.fitted


def _brute_force(worth: Floats, n_players: int) -> Floats:
    """Mean gain of each player over all orders."""
    values = np.zeros(n_players)
    orders = list(permutations(range(n_players)))
    for order in orders:
        members = 0
        for player in order:
            values[player] += worth[members | 1 << player] - worth[members]
            members |= 1 << player
    return values / len(orders)


@pytest.mark.parametrize("n_players", [1, 2, 3, 4])
def test_weights_are_those_of_all_orders(n_players: int) -> None:
    worth = np.random.default_rng(n_players).normal(size=2**n_players)
    expected = _brute_force(worth, n_players)
    assert shapley_weights(n_players) @ worth == pytest.approx(expected, abs=1e-12)


def test_shares_are_those_of_sixteen_logits_of_statsmodels() -> None:
    frame = disputes(1_200).filter(pl.col("outcome") != "partial")
    model, _ = _fitted(frame)
    predictors = sm.add_constant(written_out(model.matrix)[:, model.matrix.estimable])
    won = model.matrix.outcome >= 1
    worth = np.zeros(16)
    for number in range(16):
        # columns: constant, the four advantages, controls
        kept = [0, *(1 + player for player in range(4) if number >> player & 1), *range(5, predictors.shape[1])]
        worth[number] = sm.Logit(won, predictors[:, kept]).fit(disp=0, method="newton", tol=1e-12).llf
    values = _brute_force(worth, 4)
    found = measure_importance(frame.lazy(), [])
    assert _shares(found) == pytest.approx(values / values.sum(), rel=SHARE_TOLERANCE)
    null = sm.Logit(won, predictors[:, :1]).fit(disp=0).llf
    evidence = found.factors[0]
    assert evidence.r2_alone == pytest.approx((worth[1] - worth[0]) / -null, rel=SHARE_TOLERANCE)
    assert evidence.r2_given_others == pytest.approx((worth[15] - worth[14]) / -null, rel=SHARE_TOLERANCE)
    assert evidence.r2_part == pytest.approx(values[0] / -null, rel=SHARE_TOLERANCE)


def test_ordinal_likelihoods_are_those_of_statsmodels() -> None:
    model, fitted = _fitted(disputes(800))
    game = play(model, fitted, [np.array([player]) for player in range(4)])
    assert game is not None
    predictors = written_out(model.matrix)[:, model.matrix.estimable]
    for number in (0, 6, 15):
        kept = [player for player in range(4) if number >> player & 1] + list(range(4, predictors.shape[1]))
        expected = OrderedModel(model.matrix.outcome, predictors[:, kept], distr="logit").fit(disp=0, method="bfgs")
        assert game.log_likelihoods[number] == pytest.approx(expected.llf, rel=LOG_LIKELIHOOD_TOLERANCE)


@pytest.mark.parametrize("outcomes", [3, 2])
def test_tests_without_sellers_are_plain_likelihood_ratios(outcomes: int) -> None:
    frame = disputes(900).with_columns(seller_id=pl.lit(None, dtype=pl.String))
    frame = frame if outcomes == 3 else frame.filter(pl.col("outcome") != "partial")
    model, fitted = _fitted(frame)
    game = play(model, fitted, [np.array([player]) for player in range(4)])
    assert game is not None
    found = measure_importance(frame.lazy(), [])
    assert found.p_value == pytest.approx(chi2.sf(2 * game.total, 4), rel=1e-6)
    assert found.factors[1].p_value == pytest.approx(chi2.sf(2 * game.given_others(1), 1), rel=1e-6)
    assert found.factors[0].status == "not_clustered"


def test_standard_errors_are_those_of_leaving_out_each_seller() -> None:
    frame = timed_disputes(World(n=1_500, sellers=60, months=3), 5)
    whole = measure_importance(frame.lazy(), [])
    sellers = frame["seller_id"].unique().sort().to_list()
    without = np.array(
        [_shares(measure_importance(frame.filter(pl.col("seller_id") != seller).lazy(), [])) for seller in sellers]
    )
    jackknife = ((_shares(whole) - without) ** 2).sum(axis=0)
    assert whole.share_covariance is not None
    assert np.sqrt(np.diag(whole.share_covariance)) == pytest.approx(np.sqrt(jackknife), rel=JACKKNIFE_TOLERANCE)
    assert whole.share_covariance.sum(axis=1) == pytest.approx(np.zeros(4), abs=1e-12)  # shares add up to one


def test_standard_errors_are_those_of_a_bootstrap_of_sellers() -> None:
    frame = timed_disputes(World(n=1_200, sellers=150, months=3), 6)
    whole = measure_importance(frame.lazy(), [])
    parts = frame.partition_by("seller_id")
    rng = np.random.default_rng(3)
    drawn = []
    for _ in range(120):
        # a seller drawn twice is two sellers
        chosen = [
            parts[place].with_columns(pl.concat_str("seller_id", pl.lit(f"/{draw}")).alias("seller_id"))
            for draw, place in enumerate(rng.integers(0, len(parts), len(parts)))
        ]
        again = pl.concat(chosen).with_row_index().with_columns(pl.col("index").cast(pl.String).alias("dispute_id"))
        drawn.append(_shares(measure_importance(again.lazy(), [])))
    assert whole.share_covariance is not None
    errors = np.sqrt(np.diag(whole.share_covariance))
    # reputation, the seller's own, is near 0, where a share is not normal
    assert errors[:2] == pytest.approx(np.std(drawn, axis=0)[:2], rel=BOOTSTRAP_TOLERANCE)


def test_planted_order_is_found() -> None:
    found = measure_importance(timed_disputes(World(effects=(0.9, 0.6, 0.35, 0.0), likeness=0.2), 2).lazy(), [])
    shares = _shares(found)
    assert shares.sum() == pytest.approx(1.0)
    assert list(np.argsort(-shares)) == [0, 1, 2, 3]
    # independent factors of unit variance: shares are about as the squares of the effects
    expected = np.array([0.9, 0.6, 0.35, 0.0]) ** 2 / (0.9**2 + 0.6**2 + 0.35**2)
    for factor, share in zip(found.factors, expected, strict=True):
        assert factor.ci_low is not None
        assert factor.ci_high is not None
        assert factor.ci_low - 0.02 < share < factor.ci_high + 0.02
    assert found.factors[3].ci_low == 0
    assert found.factors[3].p_value is not None
    assert found.factors[3].p_value > 0.01
    difference = share_difference(found, "evidence", "reputation")
    assert difference.ci_low is not None
    assert difference.ci_low > 0.3


def test_a_difference_the_other_way_is_its_mirror_image() -> None:
    found = measure_importance(timed_disputes(World(n=2_000)).lazy(), [])
    there, back = share_difference(found, "evidence", "rules"), share_difference(found, "rules", "evidence")
    assert there.estimate == -(back.estimate or 0)
    assert (there.ci_low, there.ci_high) == pytest.approx((-(back.ci_high or 0), -(back.ci_low or 0)))
    assert there.p_value == pytest.approx(back.p_value)


def test_learnt_weights_are_the_planted_ones() -> None:
    # per unit of advantage: 0.8 · 4, 0.5 · 5, 0.3 · 6, 0.2 · 7
    planted = np.array([3.2, 2.5, 1.8, 1.4]) / 8.9
    found = measure_importance(timed_disputes(World(n=20_000, sellers=4_000, likeness=0.2), 3).lazy(), [])
    weights = [factor.learnt_weight for factor in found.factors]
    assert sum(weight or 0 for weight in weights) == pytest.approx(1.0)
    for factor, weight in zip(found.factors, planted, strict=True):
        assert factor.learnt_ci_low is not None
        assert factor.learnt_ci_high is not None
        assert factor.learnt_ci_low - 0.01 < weight < factor.learnt_ci_high + 0.01


def test_a_factor_that_is_there_twice_is_divided_equally() -> None:
    frame = disputes(2_000).with_columns(tone_advantage=pl.col("rules_advantage"))
    found = {factor.factor: factor for factor in measure_importance(frame.lazy(), []).factors}
    assert found["tone"].share == pytest.approx(found["rules"].share)
    assert found["tone"].r2_given_others == pytest.approx(0.0, abs=1e-12)
    assert found["tone"].status == "collinear"


def test_an_indicator_goes_with_its_factor() -> None:
    frame = timed_disputes(World(n=3_000))
    is_won = pl.col("outcome") == "buyer_wins"
    # what is not recorded says much here: half of the won disputes lack their tone, and one in twenty of the others
    missing = pl.int_range(pl.len()) % pl.when(is_won).then(2).otherwise(20) == 0
    gaps = frame.with_columns(tone_advantage=pl.when(~missing).then("tone_advantage"))
    before, after = (measure_importance(each.lazy(), []).factors[2] for each in (frame, gaps))
    assert (after.r2_given_others or 0) > (before.r2_given_others or 0) + 0.1


@pytest.mark.parametrize("share", [0.0, 1e-9, 0.02, 0.5, 0.98, 1.0])
@pytest.mark.parametrize("noise", [(0.0, 0.0), (0.01, 0.03), (0.5, 0.9)])
def test_intervals_of_shares_stay_within_bounds(share: float, noise: tuple[float, float]) -> None:
    low, high = share_interval(share, 0.01 * share * (1 - share), Chance(noise[0], 2, noise[1]), 30)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1


def test_intervals_of_shares_cover_a_factor_without_effect() -> None:
    # a share that chance makes: half a chi-squared over a large total, variance by the delta method
    rng = np.random.default_rng(1)
    for components in (1, 2):
        squares = rng.chisquare(components, 4_000) / 2 / 500
        lows = np.array(
            [
                share_interval(each, each * 4 / 2 / 500, Chance(components / 1000, components, 0.0), 1e9)[0]
                for each in squares
            ]
        )
        # 95 % of 4,000, give or take four standard errors
        assert 0.935 < float((lows == 0).mean()) < 0.965


def test_no_effect_has_no_shares() -> None:
    found = 0
    for seed in range(40):
        importance = measure_importance(
            timed_disputes(World(n=800, sellers=150, effects=(0, 0, 0, 0)), seed).lazy(), []
        )
        found += importance.status != NO_EFFECT
        if importance.status == NO_EFFECT:
            assert all(factor.share is None and factor.status == NO_EFFECT for factor in importance.factors)
            assert share_difference(importance, "evidence", "reputation").status == NO_EFFECT
    # of 40 at 5 %: 2 expected, 7 or more with a chance of 1 %
    assert found < 7


def _of_one_seller(frame: pl.DataFrame, factor: str, others: float | None) -> pl.DataFrame:
    """One seller with about a tenth of the disputes is the only one whose advantage is anything but ``others``."""
    own = pl.col("seller_id") == "S2"
    return frame.with_columns(pl.when(own).then(factor).otherwise(pl.lit(others, pl.Float64)).alias(factor))


@pytest.mark.parametrize("others", [None, 0.0])
def test_a_factor_of_one_seller_is_not_tested(others: float | None) -> None:
    frame = _of_one_seller(disputes(900, 60), "tone_advantage", others)
    assert frame.filter(pl.col("seller_id") == "S2").height >= 37
    found = measure_importance(frame.lazy(), [])
    evidence, rules, tone, reputation = found.factors
    assert (tone.status, tone.p_value, tone.ci_low, tone.ci_high) == (LONE, None, None, None)
    assert tone.share is not None
    assert all(factor.learnt_weight is not None and factor.learnt_ci_low is None for factor in found.factors)
    assert found.p_value is not None
    assert found.p_value < 0.001
    for factor in (evidence, rules, reputation):
        assert factor.status == found.clustering.status
        assert factor.p_value is not None
        assert factor.ci_low is not None
    for pair in (("evidence", "tone"), ("tone", "evidence")):
        difference = share_difference(found, *pair)
        assert (difference.p_value, difference.ci_low, difference.status) == (None, None, LONE)


def test_where_one_seller_alone_lacks_a_factor_the_factor_is_tested() -> None:
    frame = disputes(900, 60)
    lacks = pl.col("seller_id") == "S2"
    found = measure_importance(
        frame.with_columns(rules_advantage=pl.when(~lacks).then("rules_advantage")).lazy(), []
    ).factors[1]
    whole = measure_importance(frame.filter(~lacks).lazy(), []).factors[1]
    # Wald's test of rules alone, for what the seller's level is without rules is known from that seller only
    assert found.p_value is not None
    assert whole.p_value is not None
    assert np.log(found.p_value) == pytest.approx(np.log(whole.p_value), rel=0.2)
    assert found.status == "ok"
    assert found.learnt_ci_low is not None


def test_without_effect_a_factor_of_one_seller_makes_no_shares() -> None:
    frame = timed_disputes(World(n=800, sellers=150, effects=(0, 0, 0, 0)), 1)
    largest = frame["seller_id"].value_counts(sort=True)["seller_id"][0]
    found = measure_importance(
        frame.with_columns(tone_advantage=pl.when(pl.col("seller_id") == largest).then("tone_advantage")).lazy(), []
    )
    assert found.status == NO_EFFECT
    assert [factor.status for factor in found.factors] == [NO_EFFECT, NO_EFFECT, LONE, NO_EFFECT]


def test_whole_sellers_are_sampled_above_a_number_of_rows() -> None:
    frame = timed_disputes(World(n=8_000, sellers=1_000))
    sampled = measure_importance(frame.lazy(), [], most_rows=4_000)
    assert sampled.is_sampled
    assert 3_000 < sampled.clustering.n < 5_000
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=4)
    again = importance_table(measure_importance(shuffled.lazy(), [], most_rows=4_000), CONFIGURED)
    assert again.equals(importance_table(sampled, CONFIGURED))
    whole = measure_importance(frame.lazy(), [])
    assert not whole.is_sampled
    assert _shares(sampled) == pytest.approx(_shares(whole), abs=0.1)


def test_extra_factors_are_controls() -> None:
    frame = timed_disputes(World(n=2_000)).with_columns(
        twin=pl.col("evidence_advantage") + 0.001 * pl.int_range(pl.len())
    )
    extra = [FactorSpec("twin", "twin"), FactorSpec("band", "claim", FactorKind.CATEGORICAL)]
    without, beside = measure_importance(frame.lazy(), []), measure_importance(frame.lazy(), extra)
    assert [factor.factor for factor in beside.factors] == list(FACTORS)
    assert (beside.factors[0].r2_alone or 0) < (without.factors[0].r2_alone or 0)


def test_table() -> None:
    table = importance_table(measure_importance(timed_disputes(World(n=2_000)).lazy(), []), CONFIGURED)
    assert table["factor"].to_list() == list(FACTORS)
    assert table["configured_weight"].to_list() == [0.45, 0.25, 0.15, 0.15]
    assert table["n"].to_list() == [2_000] * 4
    assert table["share"].sum() == pytest.approx(1.0)


PLACE = pl.int_range(pl.len())
Change = Callable[[pl.DataFrame], pl.DataFrame]
#: name, change, status of evidence, of tone
CASES: list[tuple[str, Change, str, str]] = [
    ("nothing ruled", lambda f: f.clear(), "not_recorded", "not_recorded"),
    ("one dispute", lambda f: f.head(1), "constant", "constant"),
    ("ten disputes", lambda f: f.head(10), "too_few_disputes", "too_few_disputes"),
    ("one outcome", lambda f: f.with_columns(outcome=pl.lit("partial")), "one_outcome", "one_outcome"),
    ("constant factor", lambda f: f.with_columns(tone_advantage=0.5), "ok", "constant"),
    ("factor of nulls", lambda f: f.with_columns(tone_advantage=None), "ok", "not_recorded"),
    ("all null", lambda f: f.select("dispute_id", "outcome", *(pl.lit(None).alias(name) for name in f.columns[2:] if
     name != "outcome"), seller_id=pl.lit(None)), "not_recorded", "not_recorded"),
    ("separation", lambda f: f.sort("evidence_advantage").with_columns(
        outcome=pl.Series(np.repeat(["seller_wins", "partial", "buyer_wins"], 200))), "separation", "separation"),
    ("one seller", lambda f: f.with_columns(seller_id=pl.lit("S")), "one_cluster", "one_cluster"),
    ("two sellers", lambda f: f.with_columns(seller_id=(PLACE % 2).cast(pl.String)), NO_EFFECT, NO_EFFECT),
    ("no sellers", lambda f: f.with_columns(seller_id=pl.lit(None)), "not_clustered", "not_clustered"),
    ("no partial", lambda f: f.filter(pl.col("outcome") != "partial"), "ok", "ok"),
    ("only evidence", lambda f: f.with_columns(rules_advantage=None, tone_advantage=None, reputation_advantage=None),
     "only_factor", "not_recorded"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "evidence", "tone"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_degenerate_inputs(change: Change, evidence: str, tone: str) -> None:
    importance = measure_importance(change(disputes(600, 150)).lazy(), [])
    table = importance_table(importance, CONFIGURED)
    assert table.height == 4
    assert (table["status"][0], table["status"][2]) == (evidence, tone)
    values = table.select(pl.col(pl.Float64)).unpivot()["value"].drop_nulls()
    assert bool(values.is_finite().all())
    assert bool((table["share"].drop_nulls() <= 1).all())
    estimated = {"ok", "only_factor", "one_cluster", "few_clusters", "not_clustered", NO_EFFECT, "collinear"}
    assert all(status in estimated for status in table.filter(pl.col("share").is_not_null())["status"])
    silent = share_difference(importance, "evidence", "tone")
    assert (silent.estimate is None) == (table["share"][0] is None or table["share"][2] is None)

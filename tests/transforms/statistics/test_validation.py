"""Judging out of time: the split, what may be known at the split, planted truths, bad inputs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from tests.transforms.statistics.timed import World, timed_disputes
from transforms.statistics.clusters import Floats
from transforms.statistics.predictor import fit_predictor
from transforms.statistics.specs import FactorKind, FactorSpec
from transforms.statistics.terms import Categorical, Numeric, Scale
from transforms.statistics.time_split import split_by_time
from transforms.statistics.validation import (
    BASE_RATE,
    FOUR_FACTORS,
    OVERALL_ADVANTAGE,
    PRIOR_DISPUTES,
    WITH_EXTRA,
    Validation,
    auc_gain,
    base_rates,
    calibration_table,
    validate,
    validation_table,
)

PREDICTION_TOLERANCE = 1e-6
START = datetime(2025, 1, 1, tzinfo=UTC)
TERMS: list[Numeric | Categorical] = [
    Numeric("evidence_advantage", "evidence_advantage"),
    Numeric("log_price", "item_price_cny", Scale.LOG1P),
    Categorical("category", "category"),
]


def _at(days: list[int]) -> pl.LazyFrame:
    moments = [START + timedelta(days=day) for day in days]
    return pl.LazyFrame({"ruled_at": moments, "opened_at": moments, "place": range(len(days))})


def _n(frame: pl.LazyFrame) -> int:
    return frame.collect().height


@pytest.mark.parametrize(
    ("days", "n_older"),
    [
        (list(range(10)), 8),
        ([0] * 7 + [1] * 3, 7),  # ties stay together, whichever side is nearer to a fifth
        ([0, 1, 1, 1, 1, 1, 1, 1, 2, 2], 8),
        ([5, 4, 3, 2, 1], 4),
    ],
)
def test_the_newest_fifth_is_split_off(days: list[int], n_older: int) -> None:
    split = split_by_time(_at(days))
    assert (_n(split.older), _n(split.newest)) == (n_older, len(days) - n_older)
    assert split.newest.collect()["ruled_at"].min() == split.cut
    assert _n(split.older.filter(pl.col("ruled_at") >= split.cut)) == 0


def test_one_moment_cannot_be_split() -> None:
    split = split_by_time(_at([3, 3, 3]))
    assert split.cut is None
    assert _n(split.newest) == 0


def test_the_opening_stands_in_for_a_ruling_without_time_and_no_time_is_left_out() -> None:
    frame = _at(list(range(10))).with_columns(
        ruled_at=pl.when(pl.col("place") != 9).then("ruled_at"),
        opened_at=pl.when(pl.col("place") != 8).then("opened_at"),
    )
    split = split_by_time(frame.with_columns(ruled_at=pl.when(pl.col("place") != 8).then("ruled_at")))
    assert split.newest.collect()["place"].to_list() == [7, 9]
    assert _n(split.older) == 7


def test_predictions_are_those_of_statsmodels() -> None:
    frame = timed_disputes(World(n=1_500))
    older, newest = frame.head(1_200), frame.tail(300)
    found = fit_predictor(older.lazy(), TERMS).predict(newest)
    labels = sorted(frame["category"].unique())

    def predictors(rows: pl.DataFrame) -> Floats:
        dummies = [(rows["category"] == label).cast(pl.Float64).to_numpy() for label in labels[1:]]
        price = np.log1p(rows["item_price_cny"].to_numpy())
        return np.column_stack([np.ones(rows.height), rows["evidence_advantage"].to_numpy(), price, *dummies])

    won = (older["outcome"] == "buyer_wins").to_numpy()
    expected = sm.Logit(won, predictors(older)).fit(disp=0, method="newton", tol=1e-12)
    assert found == pytest.approx(expected.predict(predictors(newest)), rel=PREDICTION_TOLERANCE)


def test_what_the_fit_did_not_see_is_as_the_base_level_or_the_mean() -> None:
    frame = timed_disputes(World(n=1_500))
    predictor = fit_predictor(frame.lazy(), TERMS)
    rows = frame.head(2)
    counts = frame["category"].value_counts().sort(["count", "category"], descending=[True, False])
    base = rows.with_columns(category=pl.lit(counts["category"][0]))
    unseen = rows.with_columns(category=pl.lit("never seen"))
    assert predictor.predict(unseen).tolist() == predictor.predict(base).tolist()
    mean = rows.with_columns(evidence_advantage=frame["evidence_advantage"].mean())
    missing = rows.with_columns(evidence_advantage=pl.lit(None, dtype=pl.Float64))
    assert predictor.predict(missing) == pytest.approx(predictor.predict(mean))


def test_a_category_that_always_wins_is_predicted_to_win() -> None:
    always = pl.col("category") == "category 3"
    frame = timed_disputes(World(n=1_500)).with_columns(
        outcome=pl.when(always).then(pl.lit("buyer_wins")).otherwise("outcome")
    )
    chances = fit_predictor(frame.lazy(), TERMS).predict(frame.filter(always))
    n = frame.filter(always).height
    # (n + ½) / (n + 1) in the middle of the log odds
    assert float(np.log(chances / (1 - chances)).mean()) == pytest.approx(np.log((n + 0.5) / 0.5))


def test_base_rates_are_drawn_to_the_rate_of_all() -> None:
    older = pl.LazyFrame(
        {
            "category": ["a"] * 4 + ["b"] * 6,
            "claim": ["x"] * 4 + [None] * 6,
            "outcome": ["buyer_wins"] * 3 + ["partial"] * 2 + ["seller_wins"] * 5,
        }
    )
    rows = pl.DataFrame({"category": ["a", "b", "b", "c"], "claim": ["x", None, "x", "x"]})
    # by hand: of all 3 in 10; a and x 3 of 4, b without claim 0 of 6, the others unknown
    m = PRIOR_DISPUTES
    expected = [(3 + m * 0.3) / (4 + m), (m * 0.3) / (6 + m), 0.3, 0.3]
    assert base_rates(older, rows) == pytest.approx(expected)


def _score(validation: Validation, model: str) -> dict[str, float]:
    row: dict[str, float] = validation_table(validation).row(by_predicate=pl.col("model") == model, named=True)
    return row


def test_planted_factors_beat_the_base_rates() -> None:
    validation = validate(timed_disputes(World()).lazy(), [])
    four, base = _score(validation, FOUR_FACTORS), _score(validation, BASE_RATE)
    assert four["n"] + four["n_fitted"] == 6_000
    assert four["n"] == pytest.approx(1_200, abs=2)
    assert four["auc_gain_ci_low"] > 0.05
    assert four["log_loss_gain_ci_low"] > 0
    assert four["brier_gain_ci_low"] > 0
    assert four["calibration_slope_ci_low"] < 1 < four["calibration_slope_ci_high"]
    assert four["calibration_intercept_ci_low"] < 0 < four["calibration_intercept_ci_high"]
    assert four["base_auc"] == base["auc"]
    assert four["auc_gain"] == pytest.approx(four["auc"] - base["auc"])
    gain = auc_gain(validation)
    assert (gain.estimate, gain.ci_low) == (four["auc_gain"], four["auc_gain_ci_low"])


def test_nothing_of_the_newest_rulings_enters_a_fit() -> None:
    frame = timed_disputes(World(n=2_000))
    cut = validate(frame.lazy(), []).cut
    is_new = pl.col("ruled_at") >= cut
    # other values and outcomes in a part of the newest rulings leave the chances of the others as they were
    touched = is_new & (pl.int_range(pl.len()) % 2 == 0)
    changed = frame.with_columns(
        evidence_advantage=pl.when(touched).then(0.99).otherwise("evidence_advantage"),
        category=pl.when(touched).then(pl.lit("new")).otherwise("category"),
        item_price_cny=pl.when(touched).then(None).otherwise("item_price_cny"),
        outcome=pl.when(touched).then(pl.lit("seller_wins")).otherwise("outcome"),
    )
    rows = frame.filter(is_new & ~touched)
    chances = []
    for each in (frame, changed):
        older = split_by_time(each.lazy()).older
        chances.append([fit_predictor(older, TERMS).predict(rows), base_rates(older, rows)])
    assert np.array_equal(chances[0][0], chances[1][0])
    assert np.array_equal(chances[0][1], chances[1][1])


def test_a_trap_that_is_known_only_of_old_rulings_does_not_help() -> None:
    # an extra factor that betrays the outcome of older rulings, and is noise in the newest ones
    frame = timed_disputes(World(n=4_000))
    cut = validate(frame.lazy(), []).cut
    betrayal = pl.when(pl.col("outcome") == "buyer_wins").then(1.0).otherwise(-1.0)
    noise = pl.Series("noise", np.random.default_rng(1).normal(size=4_000))
    trapped = frame.with_columns(noise).with_columns(
        clue=pl.when(pl.col("ruled_at") < cut).then(0.3 * betrayal + pl.col("noise")).otherwise("noise")
    )
    validation = validate(trapped.lazy(), [FactorSpec("clue", "clue")])
    assert _score(validation, WITH_EXTRA)["auc"] < _score(validation, FOUR_FACTORS)["auc"]
    assert _score(validation, WITH_EXTRA)["calibration_slope_ci_high"] < 1


def test_extra_factors_alone_are_judged_where_the_four_are_not_recorded() -> None:
    frame = timed_disputes(World(n=3_000)).with_columns(
        band=pl.when(pl.col("evidence_advantage") > 0).then(pl.lit("high")).otherwise(pl.lit("low"))
    )
    bare = frame.with_columns(
        pl.lit(None, dtype=pl.Float64).alias(name) for name in frame.columns if name.endswith("_advantage")
    )
    validation = validate(bare.lazy(), [FactorSpec("band", "band", FactorKind.CATEGORICAL)])
    assert [score.status for score in validation.scores] == ["not_recorded", "not_recorded", "ok", "ok"]
    assert _score(validation, WITH_EXTRA)["auc_gain_ci_low"] > 0
    assert auc_gain(validation).status == "not_recorded"


def test_without_effect_there_is_no_gain() -> None:
    found = 0
    for seed in range(60):
        frame = timed_disputes(World(n=1_200, sellers=120, effects=(0, 0, 0, 0)), seed)
        gain = auc_gain(validate(frame.lazy(), []))
        assert gain.ci_low is not None
        found += gain.ci_low > 0
    # of 60 at 2.5 %: 1.5 expected, 6 or more with a chance of less than 1 %
    assert found < 6


def test_the_order_of_rows_does_not_matter() -> None:
    frame = timed_disputes(World(n=1_500))
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=3)
    first, second = validate(frame.lazy(), []), validate(shuffled.lazy(), [])
    assert validation_table(first).equals(validation_table(second))
    assert calibration_table(first).equals(calibration_table(second))


def test_a_sample_says_so() -> None:
    frame = timed_disputes(World(n=6_000, sellers=600))
    validation = validate(frame.lazy(), [], most_rows=3_000)
    assert validation.is_sampled
    assert 2_000 < validation.n_fitted + validation.clustering.n < 4_000


PLACE = pl.int_range(pl.len())
Change = Callable[[pl.DataFrame], pl.DataFrame]
#: name, change, status of the four factors
CASES: list[tuple[str, Change, str]] = [
    ("nothing ruled", lambda f: f.clear(), "nothing_ruled"),
    ("one dispute", lambda f: f.head(1), "one_moment"),
    ("one moment", lambda f: f.with_columns(ruled_at=START), "one_moment"),
    ("ten disputes", lambda f: f.head(10), "too_few_disputes"),
    ("one outcome", lambda f: f.with_columns(outcome=pl.lit("buyer_wins")), "one_outcome"),
    ("one outcome before", lambda f: f.sort("ruled_at").with_columns(outcome=pl.when(PLACE < 600).then(
        pl.lit("buyer_wins")).otherwise(pl.lit("seller_wins"))), "one_outcome"),
    ("constant", lambda f: f.with_columns(tone_advantage=0.5), "ok"),
    ("all null", lambda f: f.with_columns(pl.lit(None).alias(name) for name in f.columns if "_advantage" in name),
     "not_recorded"),
    ("separation", lambda f: f.with_columns(outcome=pl.when(pl.col("evidence_advantage") > 0).then(pl.lit("buyer_wins"))
     .otherwise(pl.lit("partial"))), "separation"),
    ("one seller", lambda f: f.with_columns(seller_id=pl.lit("S")), "one_cluster"),
    ("two sellers", lambda f: f.with_columns(seller_id=(PLACE % 2).cast(pl.String)), "few_clusters"),
    ("no sellers", lambda f: f.with_columns(seller_id=pl.lit(None)), "not_clustered"),
    ("one category, no claim", lambda f: f.with_columns(category=pl.lit("a"), claim=pl.lit(None)), "ok"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "status"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_degenerate_inputs(change: Change, status: str) -> None:
    validation = validate(change(timed_disputes(World(n=900, sellers=200))).lazy(), [])
    table, curve = validation_table(validation), calibration_table(validation)
    assert table["model"].to_list() == [FOUR_FACTORS, OVERALL_ADVANTAGE, BASE_RATE]
    # with few sellers in the newest part that is what is to be said
    assert table["status"][0] == status
    for frame in (table, curve):
        values = frame.select(pl.col(pl.Float64)).unpivot()["value"].drop_nulls()
        assert bool(values.is_finite().all())
    assert curve.filter(pl.col("ci_low") > pl.col("share")).is_empty()
    assert (table["auc"][0] is None) == (status not in {"ok", "one_cluster", "few_clusters", "not_clustered"})

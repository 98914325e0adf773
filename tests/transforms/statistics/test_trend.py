"""Months: against statsmodels, planted changes of policy, what is no change, bad inputs."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from tests.transforms.statistics.timed import World, timed_disputes
from transforms.statistics.design import build_design, prepare
from transforms.statistics.months import ALL, CASE_MIX, MonthFit, Pooled, fit_month, joint_covariance, pool
from transforms.statistics.scales import measure_scales
from transforms.statistics.specs import CORE_FACTORS, FactorKind, FactorSpec
from transforms.statistics.terms import ADVANTAGES, CONTROLS
from transforms.statistics.trend import MOST_LACKING, QUICK_ONLY, SERIES, trend

COEFFICIENT_TOLERANCE = 1e-6
#: Ours leaves out each of 200 sellers, statsmodels takes scores as they are; test_jackknife.py has the exact figures.
LEVERAGE_TOLERANCE = 0.08
FIRST = datetime(2023, 12, 31, 16, tzinfo=UTC)  # the beginning of 2024 in China


def _shifts(table: pl.DataFrame) -> set[tuple[str, str]]:
    return set(table.filter("shift").select("factor", "month").rows())


def _pooled(frame: pl.DataFrame) -> tuple[Pooled, list[MonthFit]]:
    """The model of all months and its months, none of them without an estimate."""
    terms = [*ADVANTAGES, *CONTROLS]
    prepared = prepare(frame.lazy(), terms)
    pooled = pool(prepared.design(terms), measure_scales(prepared))
    assert isinstance(pooled, Pooled)
    months = prepared.rows["month"]
    fits = [fit_month(pooled, np.flatnonzero((months == month).to_numpy())) for month in months.unique().sort()]
    return pooled, [each for each in fits if isinstance(each, MonthFit)]


def test_a_month_is_the_logit_of_statsmodels() -> None:
    frame = timed_disputes(World(n=3_000, months=5))
    pooled, fits = _pooled(frame)
    rows = np.flatnonzero((prepare(frame.lazy(), list(ADVANTAGES), ("month",)).rows["month"] == "2024-02").to_numpy())
    matrix = pooled.matrix.take(rows)
    assert matrix.dense_terms == (*(spec.column for spec in CORE_FACTORS), CASE_MIX)
    owner = np.repeat(np.arange(matrix.cluster_ids.size), np.diff(matrix.cluster_starts))
    expected = sm.Logit(matrix.outcome == 2, sm.add_constant(matrix.dense.T)).fit(
        disp=0, method="newton", tol=1e-12, cov_type="cluster", cov_kwds={"groups": owner}
    )
    for place, name in enumerate(SERIES):
        found = fits[1].estimates[name]
        assert found.estimate == pytest.approx(expected.params[place], rel=COEFFICIENT_TOLERANCE)
        assert found.variance == pytest.approx(expected.bse[place] ** 2, rel=LEVERAGE_TOLERANCE)
        assert (found.influences**2).sum() == pytest.approx(found.variance)


def test_the_case_mix_is_what_the_controls_say_and_centred() -> None:
    frame = timed_disputes(World(n=3_000, months=5))
    pooled, _ = _pooled(frame)
    case_mix = pooled.matrix.dense[pooled.matrix.dense_terms.index(CASE_MIX)]
    assert case_mix.mean() == pytest.approx(0.0, abs=1e-12)
    category = prepare(frame.lazy(), list(ADVANTAGES), ("category",)).rows["category"]
    # category 1 was planted to win more
    assert case_mix[(category == "category 1").to_numpy()].mean() > 0.3
    assert build_design(frame.lazy(), []).matrix.n == case_mix.size


def test_months_share_the_errors_of_the_sellers_they_share() -> None:
    _, fits = _pooled(timed_disputes(World(n=3_000, sellers=50, months=3, likeness=1.5)))
    found = joint_covariance(fits, ALL)
    moved = np.zeros((50, 3))
    for column, fitted in enumerate(fits):
        moved[fitted.cluster_ids, column] = fitted.estimates[ALL].influences
    assert found == pytest.approx(moved.T @ moved, rel=1e-9)
    # sellers are alike in all months, so the months err together
    correlation = found[0, 1] / np.sqrt(found[0, 0] * found[1, 1])
    assert correlation > 0.3


def test_effects_are_the_planted_ones_and_the_adjusted_share_that_of_the_month() -> None:
    frame = timed_disputes(World(n=12_000, sellers=2_000, months=6, likeness=0.0))
    table = trend(frame.lazy(), [])
    assert table.columns[:2] == ["month", "factor"]
    assert table["factor"].to_list() == list(SERIES) * 6
    # without a change of case mix the adjusted share is about the plain one
    level = table.filter(factor=ALL)
    assert (level["effect_pp"] / 100).to_numpy() == pytest.approx(level["share_buyer_wins"].to_numpy(), abs=0.02)
    # planted 0.8, 0.5, 0.3, 0.2 per standard deviation in log odds
    means = {name: table.filter(factor=name)["effect_pp"].to_numpy().mean() for name in SERIES[1:]}
    density = float((means["evidence"] + means["rules"]) / (0.8 + 0.5))
    for name, planted in zip(SERIES[1:], (0.8, 0.5, 0.3, 0.2), strict=True):
        assert means[name] == pytest.approx(planted * density, abs=1.5)
    tone = table.filter(factor="tone")
    covered = (tone["ci_low"] < 0.3 * density) & (tone["ci_high"] > 0.3 * density)
    assert covered.sum() >= 4


def test_counts_and_shares_are_exact() -> None:
    frame = timed_disputes(World(n=2_000, months=4)).with_columns(
        outcome=pl.when(pl.int_range(pl.len()) % 50 == 0).then(pl.lit("settled")).otherwise("outcome")
    )
    table = trend(frame.lazy(), [], most_rows=1_000).filter(factor=ALL)
    assert table["is_sampled"].all()
    for row in table.iter_rows(named=True):
        month = frame.filter(pl.col("month") == row["month"], pl.col("outcome") != "settled")
        assert row["n"] == month.height
        assert row["n_clusters"] == month["seller_id"].n_unique()
        assert row["share_partial"] == pytest.approx((month["outcome"] == "partial").mean())
        assert 0 < row["n_fitted"] < row["n"]


@pytest.mark.parametrize(
    ("world", "expected"),
    [
        (World(shift=7), {("all", "2024-08")}),
        (World(effect_change=7), {("evidence", "2024-08")}),
        (World(n=9_000, shift=7, is_blip=True), {("all", "2024-08"), ("all", "2024-09")}),
        (World(mix_change=6), set()),
    ],
    ids=["policy", "effect of evidence", "policy for one month", "case mix"],
)
def test_a_planted_change_is_found_at_its_month_and_nothing_else(world: World, expected: set[tuple[str, str]]) -> None:
    exact = sum(_shifts(trend(timed_disputes(world, seed).lazy(), [])) == expected for seed in range(20))
    # five series each at most at 5 %, most of them far below since months do not wander here
    assert exact >= 17


@pytest.mark.parametrize(
    "world", [World(), World(wandering=0.4), World(likeness=1.2)], ids=["plain", "wandering", "sellers"]
)
def test_without_a_change_few_series_show_one(world: World) -> None:
    found = dict.fromkeys(SERIES, 0)
    for seed in range(40):
        for name, _ in _shifts(trend(timed_disputes(world, 100 + seed).lazy(), [])):
            found[name] += 1
    # of 40 at 5 %: 2 expected; 7 or more with a chance of 0.3 % (a stretch counts twice)
    assert max(found.values()) < 7


def test_a_change_is_described() -> None:
    table = trend(timed_disputes(World(n=9_000, shift=7)).lazy(), [])
    row = table.row(by_predicate=pl.col("shift") & (pl.col("factor") == ALL), named=True)
    assert row["shift_low"] <= "2024-08" <= row["shift_high"]
    # 0.6 in log odds
    assert 8 < row["shift_pp"] < 17
    assert row["shift_p_value"] < 0.01
    others = table.filter((pl.col("factor") == ALL) & ~pl.col("shift"))
    assert others["shift_pp"].null_count() == others.height
    assert others["series_p_value"].to_list() == [row["series_p_value"]] * others.height


def test_the_first_rulings_of_an_export_are_the_quick_ones() -> None:
    # disputes opened from 2024 on and ruled after three weeks on average: in January most rulings should be of disputes
    # from before
    frame = timed_disputes(World(n=4_000, months=6))
    rng = np.random.default_rng(1)
    opened, took = rng.uniform(0, 150, 4_000), rng.exponential(21, 4_000) + 1e-3
    days = frame.with_columns(opened=pl.Series(opened * 86_400), ruled=pl.Series((opened + took) * 86_400))
    times = days.with_columns(
        opened_at=pl.lit(FIRST) + pl.duration(seconds="opened"), ruled_at=pl.lit(FIRST) + pl.duration(seconds="ruled")
    ).with_columns(month=pl.col("ruled_at").dt.convert_time_zone("Asia/Shanghai").dt.strftime("%Y-%m"))
    table = trend(times.lazy(), []).filter(factor=ALL)
    january = table.row(0, named=True)
    assert (january["month"], january["status"], january["shift"]) == ("2024-01", QUICK_ONLY, None)
    assert january["effect_pp"] is not None
    # by hand: of rulings due in February exp(-31/21) and fewer are of disputes from before, 12 % on average
    assert np.exp(-np.linspace(31, 60, 100) / 21).mean() < MOST_LACKING
    assert table["status"][1] != QUICK_ONLY


def test_the_order_of_rows_does_not_matter() -> None:
    frame = timed_disputes(World(n=2_000, months=6))
    assert trend(frame.lazy(), []).equals(trend(frame.sample(fraction=1.0, shuffle=True, seed=3).lazy(), []))


def test_extra_factors_belong_to_the_case_mix() -> None:
    # what moves the share is an extra factor, not policy
    frame = timed_disputes(World(n=6_000)).with_columns(noise=pl.Series(np.random.default_rng(3).uniform(size=6_000)))
    is_later = pl.col("month") >= "2024-07"
    frame = frame.with_columns(
        band=pl.when(pl.col("noise") < pl.when(is_later).then(0.6).otherwise(0.1))
        .then(pl.lit("x"))
        .otherwise(pl.lit("y"))
    )
    won = (pl.col("band") == "x") & (pl.col("outcome") == "seller_wins")
    frame = frame.with_columns(outcome=pl.when(won).then(pl.lit("buyer_wins")).otherwise("outcome"))
    extra = [FactorSpec("band", "band", FactorKind.CATEGORICAL)]
    assert (ALL, "2024-07") in _shifts(trend(frame.lazy(), []))
    assert ALL not in {name for name, _ in _shifts(trend(frame.lazy(), extra))}


PLACE = pl.int_range(pl.len())
Change = Callable[[pl.DataFrame], pl.DataFrame]
IN_MARCH = pl.col("month") == "2024-03"
#: name, change, series, statuses by month, status of the series
CASES: list[tuple[str, Change, str, Sequence[str], str]] = [
    ("a month of few", lambda f: f.filter(~IN_MARCH | (PLACE % 20 == 0)), "all",
     ["ok"] * 2 + ["too_few_disputes"] + ["ok"] * 3, "ok"),
    ("one outcome in a month", lambda f: f.with_columns(outcome=pl.when(IN_MARCH).then(pl.lit("partial"))
     .otherwise("outcome")), "all", ["ok"] * 2 + ["one_outcome"] + ["ok"] * 3, "ok"),
    ("not recorded in a month", lambda f: f.with_columns(tone_advantage=pl.when(~IN_MARCH).then("tone_advantage")),
     "tone", ["ok"] * 2 + ["not_recorded"] + ["ok"] * 3, "ok"),
    ("constant in a month", lambda f: f.with_columns(tone_advantage=pl.when(IN_MARCH).then(0.0)
     .otherwise("tone_advantage")), "tone", ["ok"] * 2 + ["constant"] + ["ok"] * 3, "ok"),
    ("never recorded", lambda f: f.with_columns(tone_advantage=None), "tone", ["not_recorded"] * 6, "too_few_months"),
    ("all null", lambda f: f.with_columns(pl.lit(None).alias(name) for name in f.columns if "_advantage" in name),
     "rules", ["not_recorded"] * 6, "too_few_months"),
    ("all null, share", lambda f: f.with_columns(pl.lit(None).alias(n) for n in f.columns if "_advantage" in n),
     "all", ["ok"] * 6, "ok"),
    ("one month", lambda f: f.filter(IN_MARCH), "evidence", ["ok"], "too_few_months"),
    ("nothing ruled", lambda f: f.clear(), "all", [], ""),
    ("one dispute", lambda f: f.head(1), "all", ["one_outcome"], "too_few_months"),
    ("one outcome", lambda f: f.with_columns(outcome=pl.lit("partial")), "all", ["one_outcome"] * 6, "too_few_months"),
    ("separation", lambda f: f.with_columns(outcome=pl.when(pl.col("evidence_advantage") > 0).then(pl.lit("buyer_wins"))
     .otherwise(pl.lit("partial"))), "evidence", ["separation"] * 6, "too_few_months"),
    ("one seller", lambda f: f.with_columns(seller_id=pl.lit("S")), "all", ["one_cluster"] * 6, "too_few_months"),
    ("two sellers", lambda f: f.with_columns(seller_id=(PLACE % 2).cast(pl.String)), "all", ["few_clusters"] * 6, "ok"),
    ("no sellers", lambda f: f.with_columns(seller_id=pl.lit(None)), "all", ["not_clustered"] * 6, "ok"),
    ("no month", lambda f: f.with_columns(month=pl.lit(None)), "all", ["ok"], "too_few_months"),
    ("no times", lambda f: f.with_columns(pl.lit(None, dtype=f.schema["ruled_at"]).alias(n) for n in ("ruled_at",
     "opened_at")), "all", ["ok"] * 6, "ok"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "name", "status", "series"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_degenerate_inputs(change: Change, name: str, status: Sequence[str], series: str) -> None:
    table = trend(change(timed_disputes(World(n=2_400, sellers=400, months=6))).lazy(), [])
    rows = table.filter(factor=name)
    assert rows["status"].to_list() == list(status)
    assert set(rows["series_status"]) == ({series} if series else set())
    values = table.select(pl.col(pl.Float64)).unpivot()["value"].drop_nulls()
    assert bool(values.is_finite().all())
    assert bool((values.abs() <= 1_000).all())
    assert (rows["shift"].null_count() == rows.height) == (series != "ok")
    estimated = table.filter(pl.col("effect_pp").is_not_null() & pl.col("ci_low").is_not_null())
    assert estimated.filter(
        (pl.col("ci_low") > pl.col("effect_pp")) | (pl.col("ci_high") < pl.col("effect_pp"))
    ).is_empty()

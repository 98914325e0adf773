"""Effects within groups: a planted reversal and no other, nothing where there is nothing, odd data."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.transforms.statistics.samples import disputes
from transforms.statistics.design import build_model
from transforms.statistics.effects import fit_model
from transforms.statistics.logit import Logit
from transforms.statistics.marginal_effects import average_marginal_effects
from transforms.statistics.specs import CORE_FACTORS, OUTCOMES
from transforms.statistics.stratum_effects import StratumRow, _judged, quarter_of, stratum_effects
from transforms.statistics.terms import ADVANTAGES, CONTROLS

TOLERANCE = 1e-9
PLACE = pl.int_range(pl.len())
STRATIFIERS = ["all", "category", "claim", "quarter", "price_band", "decided_by"]


def _frame(n: int = 2_500, seed: int = 1) -> pl.DataFrame:
    decided_by = pl.when(PLACE % 3 == 0).then(pl.lit("jury")).otherwise(pl.lit("agent"))
    return disputes(n, 150, seed, likeness=0.4).with_columns(decided_by=decided_by)


def _reversed_in_luxury(n: int, seed: int) -> pl.DataFrame:
    """Evidence counts against the buyer in luxury, for the buyer elsewhere."""
    frame, rng = _frame(n, seed), np.random.default_rng(seed)
    evidence = frame["evidence_advantage"].to_numpy() * 4
    sign = np.where(frame["category"].to_numpy() == "luxury", -1.0, 1.0)
    code = np.digitize(0.8 * sign * evidence + rng.logistic(size=n), [-0.5, 0.7])
    return frame.with_columns(outcome=pl.Series(np.array(OUTCOMES)[code]))


def _reversals(table: pl.DataFrame) -> list[tuple[str, ...]]:
    return table.filter("is_reversed").select("factor", "stratifier", "value").rows()


def test_a_planted_reversal_is_found_and_nothing_else() -> None:
    table = stratum_effects(_reversed_in_luxury(6_000, 3).lazy(), [])
    assert _reversals(table) == [("evidence", "category", "luxury")]
    luxury = table.row(by_predicate=(pl.col("factor") == "evidence") & (pl.col("value") == "luxury"), named=True)
    assert luxury["coefficient"] == pytest.approx(-0.8, abs=4 * luxury["std_error"])
    tests = table.filter(pl.col("heterogeneity_q_value") < 0.05).select("factor", "stratifier").unique().rows()
    assert tests == [("evidence", "category")]


def test_where_one_group_alone_has_the_effect_the_others_are_not_reversed_by_chance() -> None:
    one = StratumRow("evidence", "category", "luxury", 900, 90, 0.8, 0.1, None, 15.0, 11.0, 19.0, p_value=1e-15)
    by_chance = StratumRow("evidence", "category", "home", 900, 90, -0.2, 0.08, None, -4.0, -7.2, -0.8, p_value=0.012)
    nothing = [replace(one, value=f"c{i}", coefficient=0.0, effect_pp=0.0, ci_low=-2.0, ci_high=2.0, p_value=0.9)
               for i in range(20)]  # fmt: skip
    whole = replace(one, stratifier="all", value="all", ci_low=1.0, ci_high=5.0, p_value=1e-4)
    judged = {row.value: row for row in _judged([whole, one, by_chance, *nothing])}
    assert (judged["home"].heterogeneity_q_value or 1.0) < 0.001
    assert judged["home"].is_reversed is False
    surely = {row.value: row for row in _judged([whole, one, replace(by_chance, p_value=1e-4), *nothing])}
    assert surely["home"].is_reversed is True


@pytest.mark.parametrize("seed", range(4))
def test_where_groups_are_alike_nothing_is_reversed(seed: int) -> None:
    table = stratum_effects(_frame(2_500, seed).lazy(), [])
    assert _reversals(table) == []
    # twenty tests of nothing: a few may be under 0.05, none once corrected, but for one world in twenty
    assert table.filter(pl.col("heterogeneity_q_value") < 0.01).is_empty()


def test_every_factor_and_group_has_a_row() -> None:
    table = stratum_effects(_frame().lazy(), [])
    keys = table.select("factor", "stratifier").unique(maintain_order=True).rows()
    assert keys == [(spec.name, name) for spec in CORE_FACTORS for name in STRATIFIERS]
    bands = table.filter(factor="tone", stratifier="price_band")
    assert bands["value"].to_list() == ["1", "2", "3", "4", "5"]
    for name in STRATIFIERS:
        assert table.filter(factor="tone", stratifier=name)["n"].sum() == 2_500
    assert table.filter(factor="tone", stratifier="quarter")["value"].to_list() == ["2025-Q1", "2025-Q2"]


def test_effects_are_those_of_a_model_of_the_group() -> None:
    frame = _frame()
    table = stratum_effects(frame.lazy(), [])
    # all disputes: advantages are on the scale of the model itself
    matrix = build_model(frame.lazy(), [*ADVANTAGES, *CONTROLS]).matrix
    model = fit_model("buyer_wins", matrix, Logit(2))
    assert model.fitted is not None
    effects = average_marginal_effects(matrix, Logit(2), model.fitted)
    whole = table.filter(stratifier="all")
    assert whole["coefficient"].to_list() == pytest.approx(model.fitted.slopes[:4].tolist(), abs=TOLERANCE)
    assert whole["effect_pp"].to_list() == pytest.approx((100 * effects.effects[:4]).tolist(), abs=1e-7)
    # a group: the same model with its own scale, brought to that of all disputes
    home = frame.filter(category="home")
    inside = build_model(home.lazy(), [*ADVANTAGES, *CONTROLS]).matrix
    fitted = fit_model("buyer_wins", inside, Logit(2)).fitted
    assert fitted is not None
    names = [spec.column for spec in CORE_FACTORS]
    ratio = [float(frame[name].std()) / float(home[name].std()) for name in names]  # type: ignore[arg-type]
    found = table.filter(stratifier="category", value="home")["coefficient"].to_list()
    assert found == pytest.approx((fitted.slopes[:4] * ratio).tolist(), abs=1e-7)


def test_the_order_of_rows_does_not_matter() -> None:
    frame = _frame(1_200)
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=5)
    assert stratum_effects(frame.lazy(), []).equals(stratum_effects(shuffled.lazy(), []))


def test_more_rows_than_wanted_are_sampled_by_seller() -> None:
    table = stratum_effects(_frame(1_200).lazy(), [], most_rows=900)
    assert bool(table["is_sampled"].all())
    assert table["n"].max() < 1_200  # type: ignore[operator]


@pytest.mark.parametrize(
    ("month", "quarter"),
    [("2025-01", "2025-Q1"), ("2025-03", "2025-Q1"), ("2025-04", "2025-Q2"), ("2024-12", "2024-Q4"),
     ("unknown", "not_recorded"), ("", "not_recorded")],
)  # fmt: skip
def test_quarters(month: str, quarter: str) -> None:
    assert quarter_of(month) == quarter


def _separated(frame: pl.DataFrame) -> pl.DataFrame:
    outcomes = np.repeat(OUTCOMES, frame.height // 3 + 1)[: frame.height]
    return frame.sort("evidence_advantage").with_columns(outcome=pl.Series(outcomes))


#: name, change, factor, stratifier, status of its first row
CASES: list[tuple[str, Callable[[pl.DataFrame], pl.DataFrame], str, str, str]] = [
    ("nothing ruled", lambda frame: frame.clear(), "evidence", "all", "not_recorded"),
    ("one dispute", lambda frame: frame.head(1), "evidence", "category", "constant"),
    ("few disputes", lambda frame: frame.head(60), "rules", "category", "too_few_disputes"),
    ("one outcome", lambda f: f.with_columns(outcome=pl.lit("partial")), "tone", "claim", "one_outcome"),
    ("constant factor", lambda f: f.with_columns(tone_advantage=0.5), "tone", "all", "constant"),
    ("no factor", lambda f: f.with_columns(tone_advantage=pl.lit(None, pl.Float64)), "tone", "all", "not_recorded"),
    ("separation", _separated, "rules", "all", "separation"),
    ("one seller", lambda f: f.with_columns(seller_id=pl.lit("S")), "evidence", "all", "one_cluster"),
    ("two sellers", lambda f: f.with_columns(seller_id=(PLACE % 2).cast(pl.String)), "evidence", "all", "few_clusters"),
    ("no sellers", lambda f: f.with_columns(seller_id=pl.lit(None, pl.String)), "evidence", "all", "not_clustered"),
    ("nothing to divide by", lambda f: f.with_columns(decided_by=pl.lit(None, pl.String)), "evidence", "decided_by",
     "ok"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "factor", "stratifier", "status"), CASES, ids=[case[0] for case in CASES])
def test_odd_data(
    name: str, change: Callable[[pl.DataFrame], pl.DataFrame], factor: str, stratifier: str, status: str
) -> None:
    table = stratum_effects(change(_frame(1_200)).lazy(), [])
    numbers = table.select(pl.col(pl.Float64)).unpivot()["value"].drop_nulls()
    assert bool(numbers.is_finite().all())
    assert table["status"].null_count() == 0
    row = table.filter(factor=factor, stratifier=stratifier).row(0, named=True)
    assert row["status"] == status
    if status not in {"ok", "few_clusters", "not_clustered"}:
        assert row["ci_low"] is None
        assert row["is_reversed"] is None
    if name == "nothing to divide by":
        assert (row["value"], row["heterogeneity_p_value"]) == ("not_recorded", None)

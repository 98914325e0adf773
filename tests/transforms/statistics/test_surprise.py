"""Surprising rulings: the probabilities, what is listed first and why, and that no ruling explains itself."""

import numpy as np
import polars as pl
import pytest
from statsmodels.miscmodels.ordinal_model import OrderedModel

from tests.transforms.statistics.odd_cases import ODD_CASES, assert_honest, assert_same_for_any_order, ruled
from transforms.statistics.newton import Fit
from transforms.statistics.ordinal import Ordinal
from transforms.statistics.specs import OUTCOMES, FactorKind, FactorSpec, factor_specs
from transforms.statistics.surprise import FOLDS, MOST_SURPRISING, outcome_probabilities, surprising_rulings

SPECS = factor_specs()
RELATIVE = 1e-6
PROBABILITIES = ("p_seller_wins", "p_partial", "p_buyer_wins")


def _table(frame: pl.DataFrame, most: int = MOST_SURPRISING) -> pl.DataFrame:
    return surprising_rulings(frame.lazy(), SPECS, most)


def _fit(*intercepts: float) -> Fit:
    return Fit("ok", np.array(intercepts), np.zeros(0), np.zeros(0, dtype=np.bool_), np.zeros((0, 0)), 0.0)


def test_probabilities_are_those_of_the_model() -> None:
    eta = np.array([-3.0, 0.0, 2.0, 40.0])
    found = outcome_probabilities(Ordinal(), _fit(-0.5, 1.0), eta, np.arange(3))
    below = [1 / (1 + np.exp(-(threshold - eta))) for threshold in (-0.5, 1.0)]
    assert found[0] == pytest.approx(below[0], rel=RELATIVE)
    assert found[1] == pytest.approx(below[1] - below[0], rel=RELATIVE, abs=1e-20)
    assert found.sum(axis=0) == pytest.approx(np.ones(4), rel=RELATIVE)
    # 1 − below would be 0 and its partner lose all digits; P(partial) at 40 is (e^{1 − 40} − e^{−0.5 − 40}).
    assert found[1, 3] == pytest.approx(np.exp(-39.0) - np.exp(-40.5), rel=RELATIVE)


def test_a_ruling_is_predicted_by_the_rulings_of_other_sellers() -> None:
    # Ten sellers with 60 rulings each: the parts are whole sellers, so a model per seller's part can be fitted anew.
    frame = ruled(600).with_columns(seller_id=pl.concat_str(pl.lit("S"), pl.int_range(600) % 10))
    for name in ("category", "claim", "month"):
        frame = frame.with_columns(pl.lit("same").alias(name))
    frame = frame.with_columns(item_price_cny=pl.lit(10.0))
    table = _table(frame, 600)
    assert table.height == 600
    columns = [f"{name}_advantage" for name in ("evidence", "rules", "tone", "reputation")]
    folds = frame.select(fold=pl.col("seller_id").hash(seed=1) % (FOLDS * 10_000) % FOLDS).to_series()
    code = frame["outcome"].cast(pl.Enum(OUTCOMES)).to_physical().to_numpy()
    predictors = frame.select(columns).to_numpy()
    scaled = (predictors - predictors.mean(axis=0)) / predictors.std(axis=0, ddof=1)
    for fold in sorted(set(folds)):
        others = (folds != fold).to_numpy()
        fitted = OrderedModel(code[others], scaled[others], distr="logit").fit(method="bfgs", disp=False, gtol=1e-8)
        expected = np.asarray(fitted.model.predict(fitted.params, exog=scaled[~others]))
        ids = frame.filter(folds == fold)["dispute_id"]
        found = pl.DataFrame({"dispute_id": ids}).join(table, on="dispute_id", how="left", maintain_order="left")
        assert found.select(PROBABILITIES).to_numpy() == pytest.approx(expected, abs=1e-5)
        assert set(found["n_fitted"]) == {int(others.sum())}


def test_surprise_is_the_logarithm_of_the_probability_of_the_ruling() -> None:
    table = _table(ruled(1_000))
    chances = table.select(PROBABILITIES).to_numpy()
    places = table["outcome"].cast(pl.Enum(OUTCOMES)).to_physical().to_numpy()
    assert -np.log(chances[np.arange(table.height), places]) == pytest.approx(table["surprise"].to_numpy(), abs=1e-9)
    assert table["surprise"].is_sorted(descending=True)
    assert table["rank"].to_list() == list(range(1, MOST_SURPRISING + 1))
    assert (table["ci_low"] <= table["surprise"]).all()
    assert (table["surprise"] <= table["ci_high"]).all()
    most_probable = [OUTCOMES[place] for place in chances.argmax(axis=1)]
    assert table["expected_outcome"].to_list() == most_probable


def test_contributions_add_up_to_the_distance_from_the_average_ruling() -> None:
    table = _table(ruled(1_000), 1_000)
    parts = [f"{name}_log_odds" for name in ("evidence", "rules", "tone", "reputation", "context")]
    total = table.select(pl.sum_horizontal(parts)).to_series().to_numpy()
    buyer = table["p_buyer_wins"].to_numpy()
    log_odds = np.log(buyer / (1 - buyer))
    # Within a part the two differ by a constant: the threshold and the average.
    for size in set(table["n_fitted"]):
        rows = (table["n_fitted"] == size).to_numpy()
        assert np.ptp(log_odds[rows] - total[rows]) < 1e-6


def test_a_planted_wrong_ruling_is_listed_first_with_its_reason() -> None:
    frame = ruled(2_000).with_row_index("place")
    is_odd = pl.col("place") == 77
    frame = frame.with_columns(
        outcome=pl.when(is_odd).then(pl.lit("seller_wins")).otherwise("outcome"),
        rules_advantage=pl.when(is_odd).then(0.3).otherwise("rules_advantage"),
        evidence_advantage=pl.when(is_odd).then(1.6).otherwise("evidence_advantage"),
    )
    first = _table(frame).row(0, named=True)
    assert first["dispute_id"] == frame["dispute_id"][77]
    assert (first["outcome"], first["expected_outcome"]) == ("seller_wins", "buyer_wins")
    assert first["top_reason_factor"] == "evidence"
    assert first["evidence_advantage"] == 1.6
    assert first["evidence_log_odds"] > first["rules_log_odds"] > 0


def test_a_seller_does_not_explain_its_own_rulings() -> None:
    # Only the seller W of a category of its own loses in it, always: its own rulings would make that certain.
    frame = ruled(2_000).with_row_index("place")
    is_own = pl.col("place") < 60
    frame = frame.with_columns(
        category=pl.when(is_own).then(pl.lit("vehicles")).otherwise("category"),
        seller_id=pl.when(is_own).then(pl.lit("W")).otherwise("seller_id"),
        outcome=pl.when(is_own).then(pl.lit("buyer_wins")).otherwise("outcome"),
    )
    table = _table(frame, 2_000)
    own = table.filter(pl.col("dispute_id").is_in(frame.head(60)["dispute_id"].implode()))
    assert own["p_buyer_wins"].mean() < 0.7  # type: ignore[operator]
    assert own["surprise"].mean() > 0.4  # type: ignore[operator]


def test_a_level_whose_rulings_all_ended_alike_makes_another_ruling_surprising_but_not_impossible() -> None:
    frame = ruled(2_000).with_row_index("place")
    in_level = pl.col("place") < 60
    frame = frame.with_columns(
        category=pl.when(in_level).then(pl.lit("vehicles")).otherwise("category"),
        seller_id=pl.when(in_level).then(pl.concat_str(pl.lit("V"), "place")).otherwise("seller_id"),
        outcome=pl.when(pl.col("place") == 0)
        .then(pl.lit("seller_wins"))
        .when(in_level)
        .then(pl.lit("buyer_wins"))
        .otherwise("outcome"),
    )
    found = _table(frame, 2_000).filter(pl.col("dispute_id") == frame["dispute_id"][0]).row(0, named=True)
    assert 0.8 < found["p_buyer_wins"] < 0.9999


def test_equals_are_in_the_order_of_their_ids() -> None:
    frame = ruled(800)
    twins = pl.concat([frame, frame.with_columns(dispute_id=pl.concat_str("dispute_id", pl.lit("+")))])
    table = _table(twins, 101)
    surprise, ids = table["surprise"].to_list(), table["dispute_id"].to_list()
    pairs = [(surprise[place], ids[place]) for place in range(101)]
    assert pairs == sorted(pairs, key=lambda pair: (-pair[0], pair[1]))
    # The 101st has a twin that is left out: the one whose id comes later.
    assert ids[100] + "+" not in ids
    assert sum(dispute_id.endswith("+") for dispute_id in ids) == 50
    assert_same_for_any_order(table, _table(twins.sample(fraction=1, shuffle=True, seed=4), 101))


def test_models_are_fitted_on_part_of_the_sellers_and_say_so() -> None:
    frame = ruled(4_000, n_sellers=400)
    table = surprising_rulings(frame.lazy(), SPECS, most=10, most_fitted=1_500)
    assert table["n"].unique().to_list() == [4_000]
    assert table["n_fitted"].is_between(900, 2_100).all()


def test_extra_factors_count_as_context() -> None:
    colour = np.random.default_rng(2).choice(["red", "blue"], 1_000)
    frame = ruled(1_000).with_columns(
        colour=pl.Series(colour),
        outcome=pl.when(pl.Series(colour == "red")).then(pl.lit("buyer_wins")).otherwise("outcome"),
    )
    specs = factor_specs([FactorSpec("colour", "colour", FactorKind.CATEGORICAL)])
    table = surprising_rulings(frame.lazy(), specs)
    assert "context" in table["top_reason_factor"].to_list()


@pytest.mark.parametrize("name", ODD_CASES)
def test_odd_cases(name: str) -> None:
    table = _table(ODD_CASES[name])
    assert_honest(table)
    expected = {
        "nothing ruled": "nothing_ruled",
        "outcomes that are not rulings": "nothing_ruled",
        "one dispute": "one_cluster",
        "one outcome": "one_outcome",
        "one seller": "one_cluster",
        "perfect separation": "separation",
    }
    if name in expected:
        assert table.select("rank", "dispute_id", "status").rows() == [(0, None, expected[name])]
    else:
        assert table["rank"][0] == (0 if name == "two disputes" else 1)
    if name == "two outcomes":
        assert set(table["p_partial"]) == {0.0}

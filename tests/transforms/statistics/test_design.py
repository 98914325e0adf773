"""The model matrix from a frame."""

import numpy as np
import polars as pl
import pytest

from tests.transforms.statistics.samples import disputes
from transforms.statistics.design import LeftOut, build_design, build_model, prepare
from transforms.statistics.specs import FactorKind, FactorSpec
from transforms.statistics.terms import Categorical, Flag, Interaction, Numeric, Scale, Term


def test_terms_and_their_values() -> None:
    frame = disputes(400)
    design = build_design(frame.lazy(), [])
    matrix = design.matrix
    assert matrix.dense_terms == (
        "evidence_advantage", "rules_advantage", "tone_advantage", "reputation_advantage", "log_price",
    )  # fmt: skip
    ordered = frame.sort("seller_id", "dispute_id")
    evidence = ordered["evidence_advantage"].to_numpy()
    assert matrix.dense[0] == pytest.approx((evidence - evidence.mean()) / evidence.std(ddof=1))
    assert matrix.dense[4] == pytest.approx(np.log1p(ordered["item_price_cny"].to_numpy()))
    category = matrix.blocks[0]
    most_frequent = frame["category"].value_counts().sort("count", descending=True)["category"][0]
    assert category.labels[0] == most_frequent
    assert [category.labels[code] for code in category.codes] == ordered["category"].to_list()
    assert design.left_out == ()


def test_what_is_not_recorded_is_zero_with_an_indicator() -> None:
    missing = pl.int_range(pl.len()) % 4 == 0
    frame = disputes(400).with_columns(tone_advantage=pl.when(~missing).then("tone_advantage"))
    matrix = build_design(frame.lazy(), []).matrix
    indicator = matrix.dense[matrix.dense_terms.index("tone_advantage_not_recorded")]
    tone = matrix.dense[matrix.dense_terms.index("tone_advantage")]
    assert matrix.n_indicators == 1
    assert indicator.sum() == 100
    assert (tone[indicator == 1] == 0).all()
    recorded = tone[indicator == 0]
    assert [recorded.mean(), recorded.std(ddof=1)] == pytest.approx([0, 1], abs=1e-12)
    assert matrix.complete().n == 300
    assert matrix.complete().n_indicators == 0


def test_what_cannot_enter_is_named() -> None:
    frame = disputes(400).with_columns(
        rules_advantage=pl.lit(0.25),
        reputation_advantage=pl.lit(None, dtype=pl.Null),
        claim=pl.lit("counterfeit"),
        month=pl.lit(None, dtype=pl.String),
    )
    assert build_design(frame.lazy(), []).left_out == (
        LeftOut("rules_advantage", "constant"),
        LeftOut("reputation_advantage", "not_recorded"),
        LeftOut("claim", "constant"),
        LeftOut("month", "not_recorded"),
    )


def test_rare_levels_are_pooled() -> None:
    place = pl.int_range(pl.len())
    category = (
        pl.when(place < 15).then(pl.lit("virtual")).when(place < 30).then(pl.lit("vehicles")).otherwise("category")
    )
    design = build_design(disputes(400).with_columns(category=category).lazy(), [])
    assert "other" in design.matrix.blocks[0].labels
    assert LeftOut("category=vehicles", "pooled") in design.left_out
    alone = pl.when(place < 5).then(pl.lit("virtual")).otherwise("category")
    design = build_design(disputes(400).with_columns(category=alone).lazy(), [])
    assert "other" not in design.matrix.blocks[0].labels
    assert design.left_out == (LeftOut("category=virtual", "pooled"),)


def test_extra_factors_are_terms() -> None:
    frame = disputes(400).with_columns(
        repeat_player=pl.int_range(pl.len()) % 7, band=pl.concat_str(pl.lit("b"), pl.int_range(pl.len()) % 3)
    )
    extra = [FactorSpec("repeats", "repeat_player"), FactorSpec("age_band", "band", FactorKind.CATEGORICAL)]
    terms = build_design(frame.lazy(), extra).matrix.terms
    assert "repeats" in terms
    assert {"age_band=b0", "age_band=b1", "age_band=b2"} <= set(terms)


def test_an_extra_factor_may_stand_on_a_column_of_the_contract() -> None:
    extra = [FactorSpec("price", "item_price_cny"), FactorSpec("kind", "category", FactorKind.CATEGORICAL)]
    matrix = build_design(disputes(400).lazy(), extra).matrix
    assert "price" in matrix.terms
    assert matrix.blocks[0].labels == matrix.blocks[-1].labels


def test_disputes_without_a_seller_are_clusters_of_their_own() -> None:
    frame = disputes(400, 30)
    some = frame.with_columns(seller_id=pl.when(pl.int_range(pl.len()) >= 50).then("seller_id"))
    clustering = build_design(some.lazy(), []).matrix.clustering
    assert clustering.n_clusters == 50 + some["seller_id"].drop_nulls().n_unique()
    assert clustering.has_sellers
    none = frame.with_columns(seller_id=pl.lit(None, dtype=pl.Null))
    assert not build_design(none.lazy(), []).matrix.has_sellers


def _with_flags() -> pl.DataFrame:
    place = pl.int_range(pl.len())
    often = pl.when(place % 7 > 0).then(place % 3 == 0)
    return disputes(400).with_columns(often=often, kept=place % 4, late=pl.when(place % 7 > 0).then(place % 5 == 0))


def test_flags_come_after_numbers_and_before_what_is_not_recorded() -> None:
    terms: list[Term] = [
        Flag("often", "often"),
        Numeric("kept", "kept", Scale.PLAIN),
        Numeric("tone", "tone_advantage"),
        Interaction("tone_x_often", "tone", "often"),
        Categorical("claim", "claim"),
    ]
    matrix = build_model(_with_flags().lazy(), terms).matrix
    assert matrix.dense_terms == ("kept", "tone", "tone_x_often", "often", "often_not_recorded")
    assert (matrix.n_indicators, matrix.n_flags) == (2, 1)
    assert set(np.unique(matrix.dense[0])) == {0.0, 1.0, 2.0, 3.0}
    assert matrix.dense[2] == pytest.approx(matrix.dense[1] * matrix.dense[3])
    assert (matrix.dense[3][matrix.dense[4] == 1] == 0).all()
    complete = matrix.complete()
    assert complete.dense_terms == ("kept", "tone", "tone_x_often", "often")
    assert (complete.n, complete.n_indicators, complete.n_flags) == (400 - 58, 1, 1)


def test_a_required_term_leaves_rows_out_and_needs_no_indicator() -> None:
    matrix = build_model(_with_flags().lazy(), [Flag("often", "often", is_required=True)]).matrix
    assert matrix.dense_terms == ("often",)
    assert matrix.n == 400 - 58


def test_what_was_not_recorded_together_shares_an_indicator() -> None:
    design = build_model(_with_flags().lazy(), [Flag("often", "often"), Flag("late", "late")])
    assert design.matrix.dense_terms == ("often", "late", "often_not_recorded")
    assert design.left_out == (LeftOut("late_not_recorded", "collinear"),)


def test_an_interaction_leaves_with_its_terms() -> None:
    terms: list[Term] = [
        Numeric("tone", "tone_advantage"),
        Flag("never", "never"),
        Interaction("both", "tone", "never"),
    ]
    design = build_model(disputes(400).with_columns(never=False).lazy(), terms)
    assert design.left_out == (LeftOut("never", "constant"), LeftOut("both", "constant"))


def test_models_of_some_rows_keep_the_scale_of_all() -> None:
    terms: list[Term] = [Numeric("tone", "tone_advantage"), Categorical("category", "category")]
    prepared = prepare(disputes(400).lazy(), terms, ["claim"])
    chosen = prepared.rows["claim"].to_numpy() == "counterfeit"
    matrix = prepared.design(terms, chosen).matrix
    assert matrix.n == chosen.sum()
    assert matrix.dense[0] == pytest.approx(prepared.dense["tone"].values[chosen])
    counts = prepared.rows.filter(pl.Series(chosen))["category"].value_counts().sort("count", descending=True)
    assert matrix.blocks[0].labels[0] == counts["category"][0]
    part = prepare(disputes(400).head(100).lazy(), terms, scales=prepared.scales)
    column = part.dense["tone"]
    assert column.scaling == prepared.dense["tone"].scaling
    assert column.values.mean() != pytest.approx(0, abs=1e-6)


def test_values_beyond_all_measure_are_standardised_all_the_same() -> None:
    huge = pl.when(pl.int_range(pl.len()) % 100 == 0).then(1e300).otherwise(pl.int_range(pl.len()) % 7)
    design = build_model(disputes(400).with_columns(huge=huge).lazy(), [Numeric("huge", "huge")])
    assert design.left_out == ()
    # one in a hundred is 1, the others 0, but for a factor and rounding
    assert design.matrix.dense[0].max() == pytest.approx(0.99 / np.sqrt(0.01 * 0.99 * 400 / 399))


@pytest.mark.parametrize(
    ("n_values", "status"), [(400, "rare_levels"), (20, "ok"), (1, "constant"), (0, "not_recorded")]
)
def test_a_column_of_many_names_says_why_it_has_no_dummies(n_values: int, status: str) -> None:
    name = pl.format("v{}", pl.int_range(pl.len()) % n_values) if n_values else pl.lit(None, pl.String)
    design = build_model(disputes(400).with_columns(name=name).lazy(), [Categorical("name", "name")])
    assert design.left_out == (() if status == "ok" else (LeftOut("name", status),))


def test_of_very_many_rare_names_none_is_listed() -> None:
    place = pl.int_range(pl.len())
    rare = pl.when(place % 2 == 0).then(pl.lit("often")).otherwise(pl.format("v{}", place))
    design = build_model(disputes(400).with_columns(name=rare).lazy(), [Categorical("name", "name")])
    assert design.matrix.blocks[0].labels == ("often", "other")
    assert design.left_out == ()

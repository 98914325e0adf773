"""Kinds of evidence and breaches: planted effects, none at all, and what cannot be said."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
import pytest

from transforms.registry import output_table
from transforms.registry.enumerations import EVIDENCE_KIND, RULE
from transforms.registry.facts import Theme, alleged, facts_of, has_kind, proven
from transforms.statistics.kinds import evidence_kinds, violation_rules
from transforms.statistics.specs import OUTCOMES

#: The smallest effect of interest.
NEGLIGIBLE_PP = 2.0
#: Half-way between the outcomes on the scale of log odds.
THRESHOLDS = (-0.4, 0.6)
SIDES = ("buyer", "seller")

Floats = np.ndarray[Any, np.dtype[np.float64]]


def _logistic(eta: Floats) -> Floats:
    return 1 / (1 + np.exp(-eta))


def world(
    n: int = 8_000, seed: int = 1, effects: Mapping[str, float] | None = None, likeness: float = 0.0
) -> tuple[pl.DataFrame, Floats]:
    """Ruled disputes with facts; a careful side shows more of everything, so that kinds come together.

    Args:
        n: Disputes.
        seed: Of the random numbers.
        effects: What each fact adds to the log odds for the buyer; others add nothing.
        likeness: How much sellers differ.

    Returns:
        The frame, and the log odds for the buyer.
    """
    rng = np.random.default_rng(seed)
    seller = np.minimum((rng.pareto(1.5, n) * 40).astype(np.int64), 399)
    care = {"buyer": rng.normal(size=n), "seller": rng.normal(size=n) + rng.normal(size=400)[seller]}
    facts = {
        has_kind(side, kind): care[side] + rng.normal(size=n) > 1.0 for side in SIDES for kind in EVIDENCE_KIND.values
    }
    anger = rng.normal(size=n)
    for side in SIDES:
        for rule in RULE.values:
            said = anger + rng.normal(size=n) > 1.8
            facts[alleged(side, rule)] = said
            facts[proven(side, rule)] = said & (rng.random(n) < 0.6)
    advantages = {f"{name}_advantage": rng.normal(size=n) / 4 for name in ("evidence", "rules", "tone", "reputation")}
    category, claim, month = (rng.integers(0, levels, n) for levels in (4, 3, 5))
    eta = 2.0 * advantages["tone_advantage"] + 0.4 * (category == 1) + likeness * rng.normal(size=400)[seller]
    for name, effect in (effects or {}).items():
        eta = eta + effect * facts[name]
    frame = pl.DataFrame(
        {
            "dispute_id": [f"D{number:06d}" for number in range(n)],
            "seller_id": [f"S{number}" for number in seller],
            "outcome": np.array(OUTCOMES)[np.digitize(eta + rng.logistic(size=n), THRESHOLDS)],
            "category": np.array(["digital_3c", "luxury", "apparel", "home"])[category],
            "claim": np.array(["not_as_described", "counterfeit", "not_received"])[claim],
            "month": np.array([f"2025-{number:02d}" for number in range(1, 6)])[month],
            "item_price_cny": rng.lognormal(5, 1, n).round(2),
            **advantages,
            **facts,
        }
    )
    return frame, eta


def truth_pp(frame: pl.DataFrame, eta: Floats, fact: str, effect: float, favoured: str) -> float:
    """The effect of a planted fact on the favoured outcome, averaged over all disputes."""
    without = eta - effect * frame[fact].to_numpy()
    if favoured == "buyer_wins":
        change = _logistic(without + effect - THRESHOLDS[1]) - _logistic(without - THRESHOLDS[1])
    else:
        change = _logistic(THRESHOLDS[0] - without - effect) - _logistic(THRESHOLDS[0] - without)
    return float(100 * change.mean())


def row_of(table: pl.DataFrame, **keys: str) -> dict[str, Any]:
    return table.row(by_predicate=pl.all_horizontal(pl.col(name) == key for name, key in keys.items()), named=True)


def crude_pp(row: dict[str, Any]) -> float:
    return float(100 * (row["favoured_with"] - row["favoured_without"]))


def test_a_planted_kind_is_found_and_not_its_companions() -> None:
    effects = {"buyer_has_video": 0.9, "seller_has_pre_shipment_record": -0.7}
    frame, eta = world(effects=effects)
    table = evidence_kinds(frame.lazy())
    assert table.select("kind", "party").rows() == [(kind, side) for kind in EVIDENCE_KIND.values for side in SIDES]
    for fact, favoured in (("buyer_has_video", "buyer_wins"), ("seller_has_pre_shipment_record", "seller_wins")):
        party, kind = fact.split("_has_")
        row = row_of(table, kind=kind, party=party)
        assert row["favoured"] == favoured
        assert row["ci_low"] < truth_pp(frame, eta, fact, effects[fact], favoured) < row["ci_high"]
        assert row["ci_low"] > NEGLIGIBLE_PP
        assert row["q_value"] < 1e-6
    companions = [row for row in table.rows(named=True) if has_kind(row["party"], row["kind"]) not in effects]
    # Counted alone, what comes along with the planted kinds seems to help.
    assert crude_pp(row_of(table, kind="photo", party="buyer")) > 2 * NEGLIGIBLE_PP
    assert [row["kind"] for row in companions if row["q_value"] < 0.05] == []
    assert all(row["status"] == "ok" and row["n"] == row["n_fitted"] == 8_000 for row in companions)


def test_a_planted_breach_costs_its_side_and_no_other() -> None:
    effects = {"seller_proven_concealed_defect": 1.2, "buyer_proven_malicious_return": -0.9}
    frame, eta = world(effects=effects)
    table = violation_rules(frame.lazy())
    assert table.select("rule", "party").rows() == [(rule, side) for rule in RULE.values for side in SIDES]
    for rule, party, favoured in (
        ("concealed_defect", "seller", "buyer_wins"), ("malicious_return", "buyer", "seller_wins"),
    ):  # fmt: skip
        row = row_of(table, rule=rule, party=party)
        effect = effects[proven(party, rule)]
        assert (row["favoured"], row["compared"]) == (favoured, "proven")
        assert row["ci_low"] < truth_pp(frame, eta, proven(party, rule), effect, favoured) < row["ci_high"]
        assert row["q_value"] < 1e-6
    others = [row for row in table.rows(named=True) if proven(row["party"], row["rule"]) not in effects]
    assert [row["rule"] for row in others if row["q_value"] < 0.05] == []


def test_an_allegation_alone_is_no_breach() -> None:
    # Here to be accused is enough, whether or not it is proven: proof against nothing must show the whole effect, which
    # it would not if disputes with an allegation only were counted as without.
    frame, eta = world(effects={"seller_alleged_item_swap": 1.0})
    row = row_of(violation_rules(frame.lazy()), rule="item_swap", party="seller")
    assert row["ci_low"] < truth_pp(frame, eta, "seller_alleged_item_swap", 1.0, "buyer_wins") < row["ci_high"]
    assert row["n_alleged"] == frame["seller_alleged_item_swap"].sum()
    assert row["n_proven"] == row["n_with"] == frame["seller_proven_item_swap"].sum()
    assert row["n_without"] == 8_000 - row["n_alleged"]


def test_where_proof_is_not_recorded_allegations_are_compared() -> None:
    frame, eta = world(effects={"seller_alleged_item_swap": 1.0})
    known = frame.with_columns(
        pl.when(~pl.col(alleged(side, rule))).then(pl.lit(value=False)).alias(proven(side, rule))
        for side in SIDES
        for rule in RULE.values
    )
    row = row_of(violation_rules(known.lazy()), rule="item_swap", party="seller")
    assert (row["compared"], row["n_proven"]) == ("alleged", 0)
    assert row["n_with"] == row["n_alleged"] == frame["seller_alleged_item_swap"].sum()
    assert row["ci_low"] < truth_pp(frame, eta, "seller_alleged_item_swap", 1.0, "buyer_wins") < row["ci_high"]


def test_where_nothing_has_an_effect_hardly_anything_is_found() -> None:
    # Sellers differ and show the same evidence again and again; nothing has an effect.
    found, tested, tables = 0, 0, 0
    for seed in range(25):
        table = evidence_kinds(world(2_000, seed, likeness=0.7)[0].lazy())
        tested += table["p_value"].count()
        found += int((table["p_value"] < 0.05).sum())
        tables += bool((table["q_value"] < 0.05).any())
    assert tested == 25 * 16
    # Of 400 tests at 5 % 20 are expected, 36 or more with a chance of 0.1 % (more, were sellers not respected); of 25
    # tables corrected at 5 %, five or more with a chance of 1 %.
    assert 4 < found < 36
    assert tables < 5


def test_the_order_of_rows_changes_nothing() -> None:
    frame, _ = world(1_500)
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=3)
    assert evidence_kinds(frame.lazy()).equals(evidence_kinds(shuffled.lazy()))
    assert violation_rules(frame.lazy()).equals(violation_rules(shuffled.lazy()))


def test_the_tables_are_those_declared() -> None:
    frame, _ = world(1_500)
    for name, table in (
        ("evidence_kinds", evidence_kinds(frame.lazy())), ("violation_rules", violation_rules(frame.lazy())),
    ):  # fmt: skip
        assert table.schema == pl.Schema(output_table(f"marts.{name}").polars_schema)


def test_only_disputes_with_the_records_are_looked_at() -> None:
    frame, _ = world(3_000)
    half = pl.int_range(pl.len()) % 2 == 0
    gone = frame.with_columns(pl.when(half).then(pl.col(*facts_of_kinds())))
    table = evidence_kinds(gone.lazy())
    assert table["n"].unique().to_list() == [1_500]
    assert table.drop("n_clusters").equals(evidence_kinds(frame.filter(half).lazy()).drop("n_clusters"))


def facts_of_kinds() -> list[str]:
    return [has_kind(side, kind) for side in SIDES for kind in EVIDENCE_KIND.values]


def _rare(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(buyer_has_video=pl.int_range(pl.len()) < 19)


def _unrecorded(frame: pl.DataFrame) -> pl.DataFrame:
    names = [name for theme in (Theme.EVIDENCE, Theme.RULES) for name in facts_of(theme) if name in frame.columns]
    return frame.with_columns(pl.lit(None, pl.Boolean).alias(name) for name in names)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (_rare, "too_few_disputes"),
        (lambda frame: frame.with_columns(buyer_has_video=pl.lit(value=False)), "constant"),
        (lambda frame: frame.with_columns(buyer_has_video="buyer_has_photo"), "collinear"),
        (_unrecorded, "not_recorded"),
        (lambda frame: frame.clear(), "nothing_ruled"),
        (lambda frame: frame.head(1), "constant"),
        (lambda frame: frame.with_columns(outcome=pl.lit("buyer_wins")), "one_outcome"),
        (lambda frame: frame.with_columns(outcome=pl.lit("withdrawn")), "nothing_ruled"),
        (
            lambda frame: frame.with_columns(
                outcome=pl.when("buyer_has_video").then(pl.lit("buyer_wins")).otherwise("outcome")
            ),
            "separation",
        ),
        (lambda frame: frame.with_columns(seller_id=pl.lit("S")), "one_cluster"),
        (lambda frame: frame.with_columns(seller_id=pl.lit(None, pl.String)), "not_clustered"),
    ],
)
def test_what_cannot_be_said_is_said_in_words(change: Any, status: str) -> None:  # noqa: ANN401 - a function of frames
    frame = change(world(1_500)[0])
    table = evidence_kinds(frame.lazy())
    row = row_of(table, kind="video", party="buyer")
    assert row["status"] == status
    has_number = status in {"one_cluster", "not_clustered"}
    assert (row["effect_pp"] is not None) is has_number
    assert (row["ci_low"] is not None) is (status == "not_clustered")
    for each in (table, violation_rules(frame.lazy())):
        numbers = each.select(pl.col(pl.Float64)).unpivot()["value"].drop_nulls()
        assert numbers.is_finite().all()
        assert each["status"].null_count() == 0
        assert each.height in {16, 18}

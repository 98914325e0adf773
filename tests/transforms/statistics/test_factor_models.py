"""Single sides, interactions and samples: what is planted is found, in the model that asks for it."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.transforms.statistics.samples import disputes
from transforms.statistics import factor_models
from transforms.statistics.clusters import Floats
from transforms.statistics.design import build_model
from transforms.statistics.effects import fit_model
from transforms.statistics.factor_models import (
    ADVANTAGE_PAIRS,
    INTERACTIONS,
    SIDE_PAIRS,
    SIDE_SCORES,
    SIDES,
    SIDES_INTERACTIONS,
    factor_effects,
)
from transforms.statistics.logit import Logit
from transforms.statistics.ordinal import Ordinal
from transforms.statistics.specs import OUTCOMES, FactorKind, FactorSpec, factor_specs
from transforms.statistics.terms import ADVANTAGES, CONTROLS, Term

SPECS = factor_specs()
MODELS = ("ordinal", "buyer_wins", "not_seller_wins")
#: Derivatives of means by moving the scores themselves.
STEP, TOLERANCE = 1e-3, 1e-4
#: P values of what is not planted are hardly ever smaller.
UNLIKELY = 0.001


def _row(table: pl.DataFrame, model: str, term: str) -> dict[str, Any]:
    row: dict[str, Any] = table.row(by_predicate=(pl.col("model") == model) & (pl.col("term") == term), named=True)
    return row


def _standard(frame: pl.DataFrame, name: str) -> Floats:
    values = frame[name].to_numpy()
    return np.asarray((values - values.mean()) / values.std(ddof=1))


@pytest.fixture(scope="module")
def planted() -> pl.DataFrame:
    """Reputation works through evidence only; of the sides, the buyer's evidence and the seller's rules count."""
    frame, rng = disputes(5_000, 400, 2), np.random.default_rng(2)
    evidence, reputation = (_standard(frame, f"{name}_advantage") for name in ("evidence", "reputation"))
    eta = 0.7 * evidence + 0.35 * evidence * reputation
    code = np.digitize(eta + rng.logistic(size=frame.height), [-0.5, 0.7])
    return frame.with_columns(outcome=pl.Series(np.array(OUTCOMES)[code]))


@pytest.fixture(scope="module")
def table(planted: pl.DataFrame) -> pl.DataFrame:
    return factor_effects(planted.lazy(), SPECS)


def test_models_in_their_order(table: pl.DataFrame) -> None:
    suffixes = ("", SIDES, INTERACTIONS, SIDES_INTERACTIONS)
    expected = [f"{model}{suffix}" for suffix in suffixes for model in MODELS]
    expected.insert(3, "proportional_odds")
    assert table["model"].unique(maintain_order=True).to_list() == expected
    assert table.filter(pl.struct("model", "term").is_duplicated()).is_empty()
    assert table.filter(pl.col("is_sampled")).is_empty()


def test_a_planted_interaction_is_found_and_no_other(table: pl.DataFrame) -> None:
    name = "evidence_advantage_x_reputation_advantage"
    found = _row(table, "ordinal_interactions", name)
    assert found["coefficient"] == pytest.approx(0.35, abs=4 * found["std_error"])
    assert found["ame_ci_low"] > 0
    others = table.filter(
        (pl.col("model") == "ordinal_interactions") & pl.col("term").str.contains("_x_") & (pl.col("term") != name)
    )
    assert others.height == len(ADVANTAGE_PAIRS) - 1
    # what is not planted may be under 0.05 now and then, hardly ever under 0.001
    assert others["p_value"].min() > UNLIKELY  # type: ignore[operator]
    # reputation as such has no effect where evidence is even
    assert _row(table, "ordinal_interactions", "reputation_advantage")["p_value"] > UNLIKELY


def test_single_sides_have_their_own_effects(planted: pl.DataFrame) -> None:
    rng = np.random.default_rng(4)
    eta = 0.8 * _standard(planted, "buyer_evidence") - 0.5 * _standard(planted, "seller_rules")
    code = np.digitize(eta + rng.logistic(size=planted.height), [-0.5, 0.7])
    frame = planted.with_columns(outcome=pl.Series(np.array(OUTCOMES)[code]))
    table = factor_effects(frame.lazy(), SPECS)
    effects = {"buyer_evidence": 0.8, "seller_rules": -0.5}
    for model in ("ordinal_sides", "buyer_wins_sides", "not_seller_wins_sides"):
        for term in SIDE_SCORES:
            row = _row(table, model, term.name)
            assert row["coefficient"] == pytest.approx(effects.get(term.name, 0.0), abs=4 * row["std_error"])
    pairs = table.filter(
        (pl.col("model") == "ordinal_sides_interactions") & pl.col("term").is_in([pair.name for pair in SIDE_PAIRS])
    )
    assert pairs.height == len(SIDE_PAIRS)
    assert pairs["p_value"].min() > UNLIKELY  # type: ignore[operator]


@pytest.mark.parametrize(("name", "family"), [("ordinal", Ordinal()), ("buyer_wins", Logit(2))])
def test_effects_with_interactions_are_numeric_derivatives(
    planted: pl.DataFrame, table: pl.DataFrame, name: str, family: Logit | Ordinal
) -> None:
    terms: list[Term] = [*ADVANTAGES, *ADVANTAGE_PAIRS, *CONTROLS]
    matrix = build_model(planted.lazy(), terms).matrix
    fitted = fit_model(name, matrix, family).fitted
    assert fitted is not None
    names = [*(term.name for term in ADVANTAGES), *(term.name for term in ADVANTAGE_PAIRS)]
    places = {name: matrix.dense_terms.index(name) for name in names}

    def mean(**moves: float) -> float:
        dense = matrix.dense.copy()
        for column, move in moves.items():
            dense[places[column]] += move
        for pair in ADVANTAGE_PAIRS:
            dense[places[pair.name]] = dense[places[pair.first]] * dense[places[pair.second]]
        eta = family.probability_sign * fitted.intercepts[-1] + fitted.slopes[: len(dense)] @ dense
        for block, start in zip(matrix.blocks, matrix.offsets, strict=False):
            eta = eta + fitted.slopes[start:][block.codes]
        return float((1 / (1 + np.exp(-eta))).mean())

    first, second = "evidence_advantage", "reputation_advantage"
    slope = (mean(**{first: STEP}) - mean(**{first: -STEP})) / (2 * STEP)
    corners = {(a, b): mean(**{first: a * STEP, second: b * STEP}) for a in (-1, 1) for b in (-1, 1)}
    cross = (corners[1, 1] - corners[1, -1] - corners[-1, 1] + corners[-1, -1]) / (4 * STEP**2)
    model = f"{name}{INTERACTIONS}"
    assert _row(table, model, first)["ame_pp"] == pytest.approx(100 * slope, abs=TOLERANCE)
    assert _row(table, model, f"{first}_x_{second}")["ame_pp"] == pytest.approx(100 * cross, abs=TOLERANCE)


def test_many_rows_are_sampled_beside_the_main_models(planted: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factor_models, "MOST_ROWS_BESIDE", 2_500)
    table = factor_effects(planted.lazy(), SPECS)
    sampled = table.filter("is_sampled")["model"].unique().to_list()
    assert sorted(sampled) == sorted(f"{model}{suffix}" for suffix in (SIDES, INTERACTIONS, SIDES_INTERACTIONS)
                                     for model in MODELS)  # fmt: skip
    assert _row(table, "ordinal", "evidence_advantage")["n"] == 5_000
    assert _row(table, "ordinal_sides", "buyer_evidence")["n"] < 3_500


def test_extra_factors_stand_in_all_models(planted: pl.DataFrame) -> None:
    place = pl.int_range(pl.len())
    extra = [FactorSpec("band", "band", FactorKind.CATEGORICAL), FactorSpec("repeats", "repeats")]
    frame = planted.head(1_500).with_columns(band=(place % 3).cast(pl.String), repeats=place % 7)
    table = factor_effects(frame.lazy(), factor_specs(extra))
    for suffix in ("", SIDES, INTERACTIONS, SIDES_INTERACTIONS):
        terms = table.filter(model=f"ordinal{suffix}")["term"].to_list()
        assert {"repeats", "band=0", "band=1", "band=2", "log_price"} <= set(terms)


def test_what_one_side_lacks_is_said() -> None:
    frame = disputes(900).with_columns(seller_tone=pl.lit(None, pl.Float64), buyer_rules=0.5)
    table = factor_effects(frame.lazy(), SPECS)
    status = {
        "seller_tone": "not_recorded", "buyer_rules": "constant", "seller_evidence_x_seller_tone": "not_recorded",
    }  # fmt: skip
    for term, expected in status.items():
        row = _row(table, "ordinal_sides_interactions", term)
        assert row["status"] == expected
        assert row["coefficient"] is None

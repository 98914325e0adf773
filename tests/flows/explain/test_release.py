"""Explanations of a release that the pipeline built, against the release itself and against the fitted model."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from flows.explain import Language, explain
from flows.explain.data import read_explanation
from flows.explain.like import read_like_cases
from flows.explain.model import read_probability
from flows.explain.release import columns_of, rows
from flows.explain.scores import read_scores
from flows.release_connection import open_release
from flows.settings import Layout
from tests.conftest import Built
from tests.flows.explain.cases import OWN, write_release
from transforms.registry import output_table
from transforms.registry.enumerations import FACTOR, PARTY, RULED_OUTCOMES
from transforms.statistics.design import build_design
from transforms.statistics.effects import fit_model, ordinal_family
from transforms.statistics.estimate import factor_effects
from transforms.statistics.specs import CORE_FACTORS, FactorKind, FactorSpec

#: Probabilities are told with four decimals.
ROUNDING = 5e-5 + 1e-9
#: Categories that are so rare that the model pools them.
RARE = {2: "home", 5: "sports"}
EXTRA = (FactorSpec("repeat", "repeat"), FactorSpec("tier", "tier", FactorKind.CATEGORICAL))


@pytest.fixture
def connection(release: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """The release of the pipeline."""
    with open_release(Layout(release.data)) as opened:
        yield opened


def disputes_of(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """All rows of core.disputes."""
    listed = columns_of(output_table("core.disputes"))
    return rows(connection, f"select {listed} from core.disputes order by dispute_id")


def test_the_parts_of_every_score_add_up_to_it(connection: duckdb.DuckDBPyConnection) -> None:
    n_scores = 0
    for dispute in disputes_of(connection)[:60]:
        for factor in read_scores(connection, dispute["dispute_id"]).factors:
            for party in PARTY.values:
                score = factor.of(party)
                assert (score.score is None) == (not score.parts)
                if score.score is not None:
                    assert round(sum(part.points for part in score.parts), 4) == score.score
                    n_scores += 1
            if factor.buyer.score is not None and factor.seller.score is not None:
                assert factor.advantage == round(factor.buyer.score - factor.seller.score, 4)
    assert n_scores > 400


def test_levels_are_those_of_the_release(connection: duckdb.DuckDBPyConnection) -> None:
    labels = {(row["factor"], row["code"]): row["level"] for row in rows(connection, "from core.factor_level_bounds")}
    codes = {row["dispute_id"]: row for row in rows(connection, "from core.factor_levels")}
    ruled = [dispute for dispute in disputes_of(connection) if dispute["is_ruled"]][:60]
    for dispute in ruled:
        dispute_id = dispute["dispute_id"]
        like = read_like_cases(connection, dispute_id, dispute, read_scores(connection, dispute_id))
        expected = [labels[factor, codes[dispute_id][factor]] for factor in FACTOR.values]
        assert [level.level for level in like.levels] == expected


def test_like_cases_are_those_that_a_count_finds(connection: duckdb.DuckDBPyConnection) -> None:
    told = 0
    for dispute in [each for each in disputes_of(connection) if each["is_ruled"]][:80]:
        dispute_id = dispute["dispute_id"]
        like = read_like_cases(connection, dispute_id, dispute, read_scores(connection, dispute_id))
        same = "".join(f" and theirs.{name} = mine.{name}" for name in like.same if name != "category")
        same += " and theirs.category is not distinct from mine.category" if "category" in like.same else ""
        query = f"""
            with coded as (select * from core.factor_levels join core.disputes using (dispute_id))
            select count(*) from coded as mine join coded as theirs
            on theirs.dispute_id <> mine.dispute_id and theirs.claim is not distinct from mine.claim {same}
            where mine.dispute_id = $id
        """
        found = connection.execute(query, {"id": dispute_id}).fetchall()
        if like.n is not None:
            assert found == [(like.n,)]
            told += 1
    assert told > 20


def test_a_batch_without_breaches_and_reputation_says_so(release: Built) -> None:
    text = explain(Layout(release.data), "h1", Language.EN)
    assert text.count("Breaches: not recorded, the dispute's batch has no such table.") == 2
    assert "+ no time           photo (counted: no time recorded)" in text
    assert "[手机号]" in text
    assert "13800138000" not in text


def test_late_facts_of_the_simulation_are_told_apart(release: Built, connection: duckdb.DuckDBPyConnection) -> None:
    late = "select dispute_id, evidence_id from core.evidence where not counted order by evidence_id limit 3"
    found = connection.execute(late).fetchall()
    assert found
    for dispute_id, evidence_id in found:
        facts = {fact.fact_id: fact for fact in read_explanation(Layout(release.data), dispute_id).facts}
        assert facts[evidence_id].standing == "after_ruling"


def modelled_disputes(n: int) -> pl.DataFrame:
    """Disputes whose outcome follows the evidence, with missing values, rare categories and extra factors."""
    random = np.random.default_rng(5)
    evidence = random.normal(0.1, 0.4, n).round(4)
    cut = np.digitize(evidence + random.logistic(0, 0.4, n), (-0.2, 0.3))
    number = np.arange(n)
    return pl.DataFrame(
        {
            "dispute_id": [f"X-{place:03}" for place in number],
            "outcome": [RULED_OUTCOMES[place] for place in cut],
            "seller_id": [f"s{place % 70}" for place in number],
            "category": [RARE.get(int(p) % 30, "luxury" if p % 2 else "digital_3c") for p in number],
            "claim": [("counterfeit", None)[place % 2] for place in number],
            "month": [("2026-05", "2026-06")[place // 7 % 2] for place in number],
            "item_price_cny": [None if place % 11 == 0 else 10.0 + place for place in number],
            "evidence_advantage": evidence,
            "rules_advantage": [None if place % 5 == 0 else place % 13 / 20 for place in number],
            "tone_advantage": [0.25] * n,
            "reputation_advantage": [None] * n,
            "repeat": [None if place % 17 == 0 else float(place % 4) for place in number],
            "tier": [("gold", "silver")[place // 5 % 2] for place in number],
        },
        schema_overrides={"reputation_advantage": pl.Float64},
    )


def write_modelled(root: Path, frame: pl.DataFrame) -> Layout:
    """A release that holds these disputes and the model fitted to them."""
    layout = write_release(root, neighbours=())
    sides = [f"{party}_{spec.name}" for party in ("buyer", "seller") for spec in CORE_FACTORS]
    with_sides = frame.with_columns(pl.lit(None, pl.Float64).alias(name) for name in sides)
    effects = factor_effects(with_sides.lazy(), (*CORE_FACTORS, *EXTRA))
    scores = frame.select("dispute_id", *(spec.column for spec in (*CORE_FACTORS, *EXTRA)))
    times = pl.concat_str("month", pl.lit("-15 00:00:00+08"))
    ruled = frame.with_columns(is_ruled=True, ruled_at=times)
    disputes = ruled.drop(*scores.columns[1:], "month")
    with duckdb.connect(str(layout.database)) as connection:
        connection.execute("alter table core.factor_scores add column repeat double")
        connection.execute("alter table core.factor_scores add column tier varchar")
        for table in ("core.disputes", "core.factor_scores", "marts.factor_effects"):
            connection.execute(f"delete from {table}")
        for table, rows_of_it in (
            ("core.disputes", disputes), ("core.factor_scores", scores), ("marts.factor_effects", effects),
        ):  # fmt: skip
            connection.register("rows_of_it", rows_of_it)
            connection.execute(f"insert into {table} by name select * from rows_of_it")
    return layout


def test_the_probability_is_that_of_the_fitted_model(tmp_path: Path) -> None:
    frame = modelled_disputes(400)
    design = build_design(frame.lazy(), EXTRA)
    matrix = design.matrix
    model = fit_model("ordinal", matrix, ordinal_family(matrix))
    assert model.fitted is not None
    eta = matrix.dense.T @ model.fitted.slopes[: len(matrix.dense)]
    start = len(matrix.dense)
    for block in matrix.blocks:
        eta = eta + model.fitted.slopes[start : start + len(block.labels)][block.codes]
        start += len(block.labels)
    below = 1 / (1 + np.exp(-(model.fitted.intercepts[:, None] - eta)))
    cumulative = np.vstack([np.zeros_like(eta), below, np.ones_like(eta)])
    fitted = np.diff(cumulative, axis=0)[matrix.outcome, np.arange(matrix.n)]
    layout = write_modelled(tmp_path / "data", frame)
    with open_release(layout) as connection:
        told = {
            dispute["dispute_id"]: read_probability(connection, dispute, read_scores(connection, dispute["dispute_id"]))
            for dispute in disputes_of(connection)[:60]
        }
    # The matrix has its rows by seller and dispute.
    order = [row[0] for row in frame.sort("seller_id", "dispute_id").select("dispute_id").rows()]
    expected = dict(zip(order, fitted, strict=True))
    assert {each.status for each in told.values()} == {"ok"}
    for dispute_id, found in told.items():
        assert found.probability == pytest.approx(expected[dispute_id], abs=ROUNDING)


def test_where_two_outcomes_occur_the_logit_tells_the_probability(tmp_path: Path) -> None:
    frame = modelled_disputes(240).filter(pl.col("outcome") != "partial")
    layout = write_modelled(tmp_path / "data", frame)
    with open_release(layout) as connection:
        total = 0.0
        for dispute in disputes_of(connection):
            found = read_probability(connection, dispute, read_scores(connection, dispute["dispute_id"]))
            assert found.probability is not None
            won = dispute["outcome"] == "buyer_wins"
            total += found.probability if won else 1 - found.probability
    # A logit with an intercept predicts as many victories of the buyer as there are.
    assert total == pytest.approx(frame.filter(pl.col("outcome") == "buyer_wins").height, abs=0.05)


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ("delete from marts.factor_effects", "no_model", "as none was fitted"),
        (
            "update marts.factor_effects set coefficient = null, status = 'separation' where term like 'claim=%'",
            "term_not_estimated", "as it has no estimate for disputes like this one",
        ),
    ],
)  # fmt: skip
def test_a_model_that_cannot_tell_says_why(tmp_path: Path, change: str, status: str, sentence: str) -> None:
    layout = write_release(tmp_path / "data")
    with duckdb.connect(str(layout.database)) as connection:
        connection.execute(change)
    ruling = read_explanation(layout, OWN).ruling
    assert (ruling.model.status, ruling.model.probability, ruling.by_model) == (status, None, None)
    assert sentence in " ".join(explain(layout, OWN, Language.EN).split())

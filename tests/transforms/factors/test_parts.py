"""The declared parts, and the wide frames that hold them."""

import polars as pl
import pytest

from tests.transforms.factors.records import WEIGHTS, disputes, evidence, reputation, violations
from transforms.factors import FACTORS
from transforms.factors.evidence import score_evidence
from transforms.factors.history import reputation_history, reputation_sides
from transforms.factors.parts import BOTH
from transforms.factors.reputation import pivot_sides, score_reputation
from transforms.factors.rules import score_rules
from transforms.factors.scores import factor_scores
from transforms.factors.time_rules import mark_counted
from transforms.registry.enumerations import FACTOR


def frames() -> dict[str, pl.LazyFrame]:
    table = disputes({"buyer_id": "b", "seller_id": "s"})
    sides, history = reputation_sides(table), reputation_history(table)
    items = mark_counted(evidence({}), table, "submitted_at")
    scored = score_reputation(sides, reputation(), history, WEIGHTS.reputation)
    return {
        "evidence": score_evidence(items, table, WEIGHTS.evidence),
        "rules": score_rules(violations(), table, WEIGHTS.rules),
        "reputation": pivot_sides(scored, table),
    }


def test_factors_are_those_of_the_registry_in_order() -> None:
    assert tuple(factor.name for factor in FACTORS) == FACTOR.values


@pytest.mark.parametrize("factor", FACTORS, ids=lambda factor: factor.name)
def test_names_are_stable_and_labelled_in_both_languages(factor: object) -> None:
    parts = next(known.parts for known in FACTORS if known is factor)
    names = [part.name for part in parts]
    assert len(set(names)) == len(names)
    for part in parts:
        assert part.name.isidentifier()
        assert "__" not in part.name
        assert part.parties
        assert set(part.parties) <= set(BOTH)
        assert part.label.en
        assert any(character > "\u4e00" for character in part.label.zh)


def test_frames_have_the_declared_columns_as_whole_points() -> None:
    columns = {factor.name: factor.columns for factor in FACTORS}
    for name, frame in frames().items():
        schema = frame.collect().schema
        assert set(schema.names()) == {"dispute_id", *columns[name]}
        assert {schema[column] for column in columns[name]} == {pl.Int32}


def test_plans_are_lazy(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("a plan was run while it was made")

    monkeypatch.setattr(pl.LazyFrame, "collect", refuse)
    monkeypatch.setattr(pl.LazyFrame, "fetch", refuse, raising=False)
    parts = frames()
    factor_scores(disputes({}), parts | {"tone": parts["rules"]}, WEIGHTS, {})

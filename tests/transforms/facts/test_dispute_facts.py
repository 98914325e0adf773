"""All facts of a dispute in one row, against the registry."""

import polars as pl
import pytest

from tests.transforms.factors.records import disputes, evidence, violations
from transforms.facts import dispute_facts, evidence_facts, rule_facts
from transforms.registry import output_table
from transforms.registry.enumerations import PARTY
from transforms.registry.facts import FACTS, Fact, Theme, facts_of


def nothing(*themes: Theme) -> list[pl.LazyFrame]:
    """Themes without a row."""
    return [
        pl.LazyFrame(schema={"dispute_id": pl.String, **dict.fromkeys(facts_of(theme), pl.Null)}) for theme in themes
    ]


def test_one_row_per_dispute_in_the_order_of_ids_with_the_declared_types() -> None:
    cases = disputes({"dispute_id": "B"}, {"dispute_id": "A"})
    found = dispute_facts(
        cases,
        rule_facts(violations({"dispute_id": "B"}), cases),
        evidence_facts(evidence({"dispute_id": "A"}), cases),
        *nothing(Theme.TONE, Theme.REPUTATION, Theme.DURATIONS),
    ).collect()
    assert found.schema == pl.Schema({"dispute_id": pl.String(), **{fact.name: fact.kind.polars for fact in FACTS}})
    assert found["dispute_id"].to_list() == ["A", "B"]
    assert found["buyer_has_photo"].to_list() == [True, False]
    assert found["seller_alleged_false_description"].to_list() == [False, True]


def test_themes_that_are_not_there_leave_their_facts_open() -> None:
    row = dispute_facts(disputes({}), *nothing(*Theme)).collect().row(0)
    assert row == ("D", *[None] * len(FACTS))


def test_a_forgotten_theme_is_an_error() -> None:
    cases = disputes({})
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        dispute_facts(cases, evidence_facts(evidence({}), cases)).collect()


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_a_fact_names_its_side(fact: Fact) -> None:
    named = next((party for party in PARTY.values if fact.name.startswith(f"{party}_")), None)
    assert fact.party == named
    assert any(character > "\u4e00" for character in fact.label.zh)


def test_the_table_is_declared_from_the_registry_of_facts() -> None:
    table = output_table("core.dispute_facts")
    assert table.column_names == ("dispute_id", *(fact.name for fact in FACTS))
    assert len({fact.label.en for fact in FACTS}) == len({fact.label.zh for fact in FACTS}) == len(FACTS)

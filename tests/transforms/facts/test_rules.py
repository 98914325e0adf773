"""Which breaches each side is accused of and which are proven, worked out by hand."""

from typing import Any

import pytest

from tests.transforms.factors.records import Row, disputes, violations
from transforms.facts import rule_facts
from transforms.registry.enumerations import PARTY, RULE
from transforms.registry.facts import Theme, alleged, facts_of, proven


def facts(*breaches: Row, **dispute: object) -> dict[str, Any]:
    cases = disputes({"violations_recorded": True, **dispute})
    return rule_facts(violations(*breaches), cases).collect().row(0, named=True)


def true_facts(found: dict[str, Any]) -> set[str]:
    return {name for name, value in found.items() if value is True}


@pytest.mark.parametrize("party", PARTY.values)
@pytest.mark.parametrize("rule", RULE.values)
def test_a_breach_is_that_of_its_side_and_rule(party: str, rule: str) -> None:
    found = facts({"party": party, "rule": rule, "substantiated": True})
    assert true_facts(found) == {alleged(party, rule), proven(party, rule)}
    assert tuple(found) == ("dispute_id", *facts_of(Theme.RULES))
    said = facts({"party": party, "rule": rule, "substantiated": False})
    assert true_facts(said) == {alleged(party, rule)}
    assert [name for name, value in said.items() if value is None] == ["buyer_procedure_kept"]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([True], True),
        ([False, None, True], True),
        ([False, None], None),
        ([None], None),
        ([False, False], False),
        ([], False),
    ],
)
def test_proof_has_three_values(records: list[bool | None], expected: bool | None) -> None:
    breaches = [{"party": "buyer", "rule": "item_swap", "substantiated": record} for record in records]
    other = {"party": "seller", "rule": "item_swap", "substantiated": False}
    found = facts(*breaches, other, {"party": "buyer", "rule": "malicious_return", "substantiated": False})
    assert found["buyer_proven_item_swap"] is expected
    assert found["buyer_alleged_item_swap"] is bool(records)
    assert found["seller_proven_item_swap"] is False


def test_what_was_recorded_after_the_ruling_is_as_good_as_nothing() -> None:
    late = {"party": "seller", "rule": "late_shipment", "substantiated": True, "counted": False}
    assert true_facts(facts(late)) == set()
    assert facts(late, violations_recorded=False)["seller_alleged_late_shipment"] is None


def test_without_a_table_no_breach_is_known() -> None:
    assert set(facts(violations_recorded=False).values()) == {"D", None}
    known = facts({"party": "seller", "rule": "late_shipment"}, violations_recorded=False)
    assert known["seller_alleged_late_shipment"] is True
    assert known["seller_alleged_counterfeit_sale"] is False


@pytest.mark.parametrize(
    ("flags", "kept"),
    [
        ((True, True, True), 3),
        ((True, False, True), 2),
        ((False, False, False), 0),
        ((True, None, True), None),
        ((None, None, None), None),
    ],
)
def test_steps_of_the_procedure_are_counted_where_all_are_recorded(
    flags: tuple[bool | None, ...], kept: int | None
) -> None:
    names = ("paid_on_platform", "applied_in_window", "negotiated_first")
    found = facts(**dict(zip(names, flags, strict=True)), shipped_on_time=False, violations_recorded=False)
    assert found["buyer_procedure_kept"] == kept

"""Names of terms, levels and values in both languages."""

import pytest

from flows.report import names
from transforms.registry import INPUT_TABLES, Label
from transforms.registry.enumerations import OUTCOME


@pytest.mark.parametrize(
    ("term", "label", "factor"),
    [
        ("evidence_advantage", Label("Evidence advantage", "证据优势"), "evidence"),
        ("tone_advantage_not_recorded", Label("Tone: not recorded", "语气：未记录"), ""),
        ("category=luxury", Label("Category: Luxury", "商品类目：奢侈品"), ""),
        ("claim=not_recorded", Label("Claim: Not recorded", "买家主张：未记录"), ""),
        ("month=2026-05", Label("Month: 2026-05", "月份：2026-05"), ""),
        ("month", Label("Month", "月份"), ""),
        ("log_price", Label("Price of the item (logarithm)", "商品价格（对数）"), ""),
        (
            "log_price_not_recorded",
            Label("Price of the item (logarithm): not recorded", "商品价格（对数）：未记录"),
            "",
        ),
        ("AGE_BAND=11_20", Label("AGE_BAND=11_20", "AGE_BAND=11_20"), ""),
    ],
)
def test_term(term: str, label: Label, factor: str) -> None:
    name = names.term_name(term)
    assert (name.label, name.factor) == (label, factor)
    assert (name.group is names.TermGroup.FACTOR) == bool(factor)


@pytest.mark.parametrize(
    ("level", "low", "high", "expected"),
    [
        ("not_recorded", None, None, "Not recorded"),
        ("1", -1.0, -0.4, "Fifth 1:\n−1.00 … −0.40"),
        ("3", 0.0, 0.0, "Fifth 3:\n0.00"),
        ("2", 18.0, 27.0, "Fifth 2:\n18 … 27"),
        ("4", 4.0, 4.0, "4"),
        ("0.25", 0.25, 0.25, "0.25"),
        ("<b>", None, None, "<b>"),
    ],
)
def test_level(level: str, low: float | None, high: float | None, expected: str) -> None:
    assert names.level_label(level, low, high).en == expected


def test_every_value_of_the_registry_has_a_name_of_its_own() -> None:
    for column in INPUT_TABLES["disputes"].columns:
        if column.enumeration is not None:
            labels = [names.value_label(column.name, value) for value in column.enumeration.values]
            assert all(label.zh != value for label, value in zip(labels, column.enumeration.values, strict=True))
            assert len(set(labels)) == len(labels)
    assert {names.outcome_label(outcome) for outcome in names.OUTCOME_ORDER} == {
        names.outcome_label(outcome) for outcome in (*OUTCOME.values, "open")
    }


def test_an_unknown_status_is_shown_as_it_is() -> None:
    assert names.status_label("unheard_of") == Label("status unheard_of", "状态 unheard_of")

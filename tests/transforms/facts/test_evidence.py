"""Which kinds of evidence each side showed, worked out by hand."""

from typing import Any

import pytest

from tests.transforms.factors.records import Row, disputes, evidence
from transforms.facts import evidence_facts
from transforms.registry.enumerations import EVIDENCE_KIND, PARTY
from transforms.registry.facts import Theme, facts_of, has_kind


def facts(*items: Row, recorded: bool = True) -> dict[str, Any]:
    cases = disputes({"evidence_recorded": recorded})
    return evidence_facts(evidence(*items), cases).collect().row(0, named=True)


def true_facts(found: dict[str, Any]) -> set[str]:
    return {name for name, value in found.items() if value is True}


@pytest.mark.parametrize("party", PARTY.values)
@pytest.mark.parametrize("kind", EVIDENCE_KIND.values)
def test_an_item_shows_its_own_kind_for_its_own_side(party: str, kind: str) -> None:
    plain = {"clear": False, "full_process": False, "accredited": False}
    found = facts({"party": party, "kind": kind, **plain})
    assert true_facts(found) == {has_kind(party, kind)}
    assert tuple(found) == ("dispute_id", *facts_of(Theme.EVIDENCE))
    assert None not in found.values()


def test_kinds_of_both_sides_add_up() -> None:
    found = facts(
        {"party": "seller", "kind": "negotiation_record"},
        {"party": "seller", "kind": "negotiation_record"},
        {"party": "seller", "kind": "photo", "clear": True},
        {"party": "buyer", "kind": "photo", "clear": False},
        {"party": "buyer", "kind": "chat_record"},
    )
    assert true_facts(found) == {
        "buyer_has_photo", "buyer_has_chat_record",
        "seller_has_photo", "seller_has_negotiation_record", "seller_has_clear_media",
    }  # fmt: skip
    assert found["buyer_has_clear_media"] is False


# By hand: any yes is yes; else any blank leaves it open; else no. Only items of the kinds in question are asked.
_CLEAR: list[tuple[list[tuple[str, bool | None]], bool | None]] = [
    ([], False),
    ([("photo", True)], True),
    ([("video", True)], True),
    ([("photo", False), ("photo", True), ("photo", None)], True),
    ([("photo", False), ("video", False)], False),
    ([("photo", False), ("video", None)], None),
    ([("photo", None)], None),
    ([("chat_record", True)], False),
    ([("chat_record", None)], False),
]


@pytest.mark.parametrize(("items", "expected"), _CLEAR)
@pytest.mark.parametrize("party", PARTY.values)
def test_a_quality_has_three_values(party: str, items: list[tuple[str, bool | None]], expected: bool | None) -> None:
    found = facts(*({"party": party, "kind": kind, "clear": clear} for kind, clear in items))
    other = "seller" if party == "buyer" else "buyer"
    assert found[has_kind(party, "clear_media")] is expected
    assert found[has_kind(other, "clear_media")] is False


@pytest.mark.parametrize(
    ("fact", "kind", "quality", "other_kind"),
    [
        ("full_process_video", "video", "full_process", "photo"),
        ("accredited_report", "inspection_report", "accredited", "purchase_proof"),
    ],
)
def test_each_quality_belongs_to_its_kind(fact: str, kind: str, quality: str, other_kind: str) -> None:
    assert facts({"kind": kind, quality: True})[f"buyer_has_{fact}"] is True
    assert facts({"kind": kind, quality: None})[f"buyer_has_{fact}"] is None
    assert facts({"kind": kind, quality: False})[f"buyer_has_{fact}"] is False
    assert facts({"kind": other_kind, quality: True})[f"buyer_has_{fact}"] is False


def test_what_was_rejected_or_came_after_the_ruling_is_as_good_as_nothing() -> None:
    rejected = {"kind": "photo", "clear": True, "admitted": False}
    late = {"kind": "video", "full_process": None, "counted": False}
    found = facts(rejected, late, {"kind": "chat_record", "admitted": None})
    assert true_facts(found) == {"buyer_has_chat_record"}
    assert found["buyer_has_full_process_video"] is False


def test_without_a_table_nothing_is_known_unless_items_came_otherwise() -> None:
    assert set(facts(recorded=False).values()) == {"D", None}
    assert facts(recorded=True)["buyer_has_photo"] is False
    # Late items are no sign that the table was delivered: what comes after the ruling changes nothing.
    assert facts({"kind": "photo", "counted": False}, recorded=False)["buyer_has_photo"] is None
    found = facts({"kind": "photo"}, recorded=False)
    assert (found["buyer_has_photo"], found["seller_has_video"]) == (True, False)

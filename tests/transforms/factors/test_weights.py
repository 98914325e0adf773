"""The weights file: what it says, and what is refused."""

import copy
import re
from typing import Any

import pytest

from tests.transforms.factors.records import MAPPING, WEIGHTS
from transforms.factors.weights import Weights, WeightsError

Mapping = dict[str, Any]


def changed(path: str, value: object) -> Mapping:
    """The shipped weights with one value changed."""
    mapping = copy.deepcopy(MAPPING)
    *tables, key = path.split(".")
    target = mapping
    for name in tables:
        target = target[name]
    target[key] = value
    return mapping


def without(path: str) -> Mapping:
    """The shipped weights without one key."""
    mapping = copy.deepcopy(MAPPING)
    *tables, key = path.split(".")
    target = mapping
    for name in tables:
        target = target[name]
    del target[key]
    return mapping


def test_shipped_weights() -> None:
    assert WEIGHTS.overall == {"evidence": 450, "rules": 250, "tone": 150, "reputation": 150}
    assert WEIGHTS.evidence.strength_of("buyer", "video", "functional_fault") == 550
    assert WEIGHTS.evidence.strength_of("buyer", "video", "default") == 400
    assert WEIGHTS.evidence.category_multiplier("inspection_report", "luxury") == 1000
    assert WEIGHTS.evidence.category_multiplier("inspection_report", "apparel") == 750
    assert WEIGHTS.evidence.category_multiplier("photo", "apparel") == 1000


def test_the_hash_follows_the_content_and_not_the_layout() -> None:
    reordered = dict(reversed(list(copy.deepcopy(MAPPING).items())))
    assert Weights.from_mapping(reordered).content_hash == WEIGHTS.content_hash
    other = Weights.from_mapping(changed("rules.gravity.item_swap", 0.99))
    assert other.content_hash != WEIGHTS.content_hash
    assert other.label.startswith("1+")
    assert len(other.label) == len("1+") + 12


def test_tone_is_passed_on_and_hashed() -> None:
    with_tone = Weights.from_mapping(MAPPING | {"tone": {"base": 0.5}})
    assert with_tone.tone == {"base": 0.5}
    assert with_tone.content_hash != Weights.from_mapping(MAPPING | {"tone": {"base": 0.4}}).content_hash


_PHOTO = "evidence.strength.buyer.photo"
_REFUSED: list[tuple[str, object, str]] = [
    ("version", 1, "version: expected a text, got 1"),
    ("evidense", {}, "evidense is not known; did you mean 'evidence'"),
    ("zzz", {}, "zzz is not known; known are evidence,"),
    ("overall.tone", 0.2, "overall: expected values that add up to 1, got 1.05"),
    (f"{_PHOTO}.default", 1.2, "photo.default: expected a number from 0.001 to 0.95, got 1.2"),
    (f"{_PHOTO}.default", True, "expected a number from 0.001 to 0.95, got True"),
    (f"{_PHOTO}.default", float("nan"), "expected a number from 0.001 to 0.95, got nan"),
    (f"{_PHOTO}.default", "0.3", "expected a number from 0.001 to 0.95, got '0.3'"),
    (f"{_PHOTO}.default", 0.1234, "expected at most three decimals, got 0.1234"),
    (f"{_PHOTO}.defect", 0.1, "photo.defect is not known"),
    ("evidence.quality.photo.clear", 0.5, "evidence.quality.photo: expected values that add up to 1, got 1.2"),
    ("evidence.quality.photo.floor", 0, "evidence.quality.photo.floor: expected a number from 0.001 to 1, got 0"),
    ("evidence.rebuttal.rebuttal_listing.claims", ["broken"], "claims: expected a list of different names out of"),
    ("evidence.rebuttal.rebuttal_listing.claims", [], "claims: expected a list of different names out of"),
    ("rules.base", 0.9, "rules.procedure.buyer: expected gains that add up to 0.1 at most, got 0.15"),
    ("rules.severity.minor", 0.7, "rules.severity.minor: expected at most rules.severity.major"),
    ("rules.severity.unknown", 0.2, "rules.severity.minor: expected at most rules.severity.unknown"),
    ("rules.status.alleged", 0.6, "rules.status.alleged: expected at most rules.status.unverified"),
    ("reputation.derive_without_table", 1, "derive_without_table: expected true or false, got 1"),
    ("reputation.credit.gain", 0.3, "reputation (buyer): expected gains that add up to 0.5 at most"),
    ("reputation.penalties.loss", 0.3, "reputation (seller): expected losses that add up to 0.5 at most"),
    ("reputation.history.complaints.mean", 0, "history.complaints.mean: expected a number from 1e-06 to 1, got 0"),
    ("reputation.history.complaints.gain", 0.1, "history.complaints.gain is not known"),
    ("facts.frequent_claims_90d", 0, "facts.frequent_claims_90d: expected a number from 1 to 1e+09, got 0"),
    ("facts.frequent_claims", 3, "facts.frequent_claims is not known; did you mean 'frequent_claims_90d'"),
]


@pytest.mark.parametrize(("path", "value", "message"), _REFUSED)
def test_a_wrong_value_is_refused_with_its_place(path: str, value: object, message: str) -> None:
    with pytest.raises(WeightsError, match=re.escape(message)):
        Weights.from_mapping(changed(path, value))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("rules", "rules: expected a table, got nothing"),
        ("evidence.strength.seller.video", "evidence.strength.seller.video: expected a table, got nothing"),
        ("overall.tone", "overall.tone: expected a number from 0 to 1, got nothing"),
    ],
)
def test_what_is_missing_is_named(path: str, message: str) -> None:
    with pytest.raises(WeightsError, match=re.escape(message)):
        Weights.from_mapping(without(path))

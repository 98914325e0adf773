"""The catalogue: ids are a promise, every part has a model that holds what it asks for."""

import re
from collections import Counter
from pathlib import Path

import pytest

from transforms.claims.catalogue import CLAIMS, PARTS, ExtraFactor, claim_label, extra_parts
from transforms.claims.model import Kind, Outcome, Part
from transforms.claims.models import MODELS
from transforms.registry.enumerations import FACTOR
from transforms.statistics.specs import FactorKind, FactorSpec

TEXT = Path(__file__).parents[4] / "shared" / "claims.md"
#: The parts, a frozen copy.
IDS = (
    "E1", "E2", "E3", "E4", "E5a", "E5b", "E6", "E7", "E8",
    "R1", "R2", "R3", "R4", "R5", "R6a", "R6b", "R6c", "R6d", "R6e",
    "T1", "T2", "T3", "T4a", "T4b", "T5a", "T5b",
    "P1a", "P1b", "P2a", "P2b", "P3", "P4a", "P4b", "P5",
    "G1", "G2a", "G2b", "G2c", "G2d", "G2e", "G2f",
)  # fmt: skip
BY_MODEL = {model.name: model for model in MODELS}


def test_ids_are_the_promised_ones_in_order() -> None:
    assert [part.claim_id for part in PARTS] == list(IDS)


def test_the_first_part_carries_the_verdict() -> None:
    firsts = [part for part in PARTS if part.is_first]
    assert [part.claim for part in firsts] == list(dict.fromkeys(part.claim for part in PARTS))
    assert {part.claim_id: part.claim for part in PARTS}["E5b"] == "E5"
    assert not {part.claim_id: part.is_first for part in PARTS}["G2f"]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: str(part.claim_id))
def test_a_part_says_everything_in_both_languages(part: Part) -> None:
    for label in (part.statement, part.estimand):
        assert label.en
        assert re.search(r"[\u4e00-\u9fff]", label.zh)
        assert not re.search(r"[\u4e00-\u9fff]", label.en)
    assert part.factor in {*FACTOR.values, "overall"}
    assert part.direction in {-1, 1} or part.claim_id == "G1"


@pytest.mark.parametrize(
    "part", [part for part in PARTS if part.model in BY_MODEL], ids=lambda part: str(part.claim_id)
)
def test_a_part_asks_for_terms_of_its_model(part: Part) -> None:
    model = BY_MODEL[part.model]
    assert part.focal
    assert set(part.focal) <= {term.name for term in model.terms}
    assert bool(part.among and part.others) == (part.kind is Kind.CONTRAST)


def test_every_model_answers_a_part() -> None:
    assert {part.model for part in PARTS} == {*BY_MODEL, "duration", "importance", "validation"}


def test_a_part_is_adjusted_for_the_rest_of_its_factor_and_the_other_advantages() -> None:
    evidence = {term.name for term in BY_MODEL["evidence"].terms}
    assert {"rules_advantage", "tone_advantage", "reputation_advantage", "buyer_has_photo"} <= evidence
    assert "evidence_advantage" not in evidence
    rules = {term.name for term in BY_MODEL["rules"].terms}
    assert {"evidence_advantage", "paid_on_platform", "seller_broke_counterfeit_sale"} <= rules
    assert "rules_advantage" not in rules


def test_a_claim_of_several_parts_has_a_sentence_of_its_own() -> None:
    parts = Counter(part.claim for part in PARTS)
    assert {claim for claim, count in parts.items() if count > 1} == set(CLAIMS)
    assert claim_label(PARTS[0]) == PARTS[0].statement
    assert claim_label(next(part for part in PARTS if part.claim_id == "T4b")) == CLAIMS["T4"]


def test_extra_factors_become_claims() -> None:
    numeric = ExtraFactor(FactorSpec("repeat_player", "repeat_player"), "seller")
    named = ExtraFactor(FactorSpec("region", "region", FactorKind.CATEGORICAL))
    first, second = extra_parts([numeric, named])
    assert (first.claim_id, first.claim, first.is_first) == ("X_repeat_player", "X_repeat_player", True)
    assert (first.outcome, first.direction, first.kind) == (Outcome.SELLER_WINS, 1, Kind.SLOPE)
    assert "repeat_player" in first.statement.en
    assert (second.direction, second.kind) == (0, Kind.LEVELS)


def test_the_text_promises_the_same_claims() -> None:
    if not TEXT.is_file():
        pytest.skip("the text of the claims lies outside the project and is not here; the frozen copy was tested")
    promised = re.findall(r"^\| ([ERTPG]\d) \|", TEXT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert promised == list(dict.fromkeys(part.claim for part in PARTS))

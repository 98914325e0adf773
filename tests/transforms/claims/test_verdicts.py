"""The rules of the verdict and the E-values."""

from dataclasses import replace

import pytest

from transforms.claims.catalogue import PARTS, ExtraFactor, extra_parts
from transforms.claims.found import Found
from transforms.claims.model import Part
from transforms.claims.robustness import e_value, e_value_of, robustness
from transforms.claims.verdicts import Judge, Verdict
from transforms.claims.wording import finding
from transforms.registry.model import Label
from transforms.statistics.specs import FactorKind, FactorSpec

BY_ID = {part.claim_id: part for part in PARTS}
UP, DOWN, LEVEL = BY_ID["E1"], BY_ID["T2"], BY_ID["G1"]
LOOSE = extra_parts([ExtraFactor(FactorSpec("age", "age"))])[0]
NAMES = extra_parts([ExtraFactor(FactorSpec("type", "type", FactorKind.CATEGORICAL))])[0]
CLAIMED_NAMES = replace(NAMES, direction=1)


@pytest.mark.parametrize(
    ("part", "low", "high", "q_value", "expected"),
    [
        (UP, 3.0, 6.0, 0.01, Verdict.SUPPORTED),
        (UP, 0.5, 6.0, 0.01, Verdict.SUPPORTED),
        (UP, 0.5, 6.0, 0.06, Verdict.INCONCLUSIVE),
        (UP, -6.0, -0.5, 0.01, Verdict.CONTRADICTED),
        (UP, -6.0, -0.5, 0.2, Verdict.INCONCLUSIVE),
        (UP, -1.0, 6.0, 0.3, Verdict.INCONCLUSIVE),
        (UP, -1.0, 1.9, 0.9, Verdict.NEGLIGIBLE),
        # significant and yet too small to matter
        (UP, 0.5, 1.5, 0.001, Verdict.NEGLIGIBLE),
        (UP, 0.5, 2.5, 0.001, Verdict.SUPPORTED),
        (UP, None, None, 0.001, Verdict.INCONCLUSIVE),
        (UP, 3.0, 6.0, None, Verdict.NOT_TESTABLE),
        (DOWN, -6.0, -3.0, 0.01, Verdict.SUPPORTED),
        (DOWN, 3.0, 6.0, 0.01, Verdict.CONTRADICTED),
        # no difference is claimed: a small interval supports it, a large one off zero contradicts it
        (LEVEL, -1.9, 1.0, 0.6, Verdict.SUPPORTED),
        (LEVEL, 0.1, 1.9, 0.01, Verdict.SUPPORTED),
        (LEVEL, 0.1, 4.0, 0.01, Verdict.CONTRADICTED),
        (LEVEL, -4.0, -0.1, 0.01, Verdict.CONTRADICTED),
        (LEVEL, -4.0, 3.0, 0.6, Verdict.INCONCLUSIVE),
        (LOOSE, -6.0, -3.0, 0.01, Verdict.SUPPORTED),
        (LOOSE, -6.0, 3.0, 0.5, Verdict.INCONCLUSIVE),
        (NAMES, None, None, 0.01, Verdict.SUPPORTED),
        (NAMES, None, None, 0.5, Verdict.INCONCLUSIVE),
        # names have no order, so none of them can favour a side by being higher
        (CLAIMED_NAMES, None, None, 0.01, Verdict.NOT_TESTABLE),
    ],
)
def test_verdicts(part: Part, low: float | None, high: float | None, q_value: float | None, expected: Verdict) -> None:
    middle = None if low is None or high is None else (low + high) / 2
    assert Judge().verdict(part, Found(100, 50, middle, low, high, q_value), q_value) is expected


def test_the_smallest_effect_of_interest_is_a_setting() -> None:
    found = Found(100, 50, 1.0, 0.5, 1.5, 0.001)
    assert Judge(smallest=1.0).verdict(UP, found, 0.001) is Verdict.SUPPORTED


@pytest.mark.parametrize(("ratio", "expected"), [(3.9, 7.26), (0.8, 1.81), (1.0, 1.0), (2.0, 3.41)])
def test_e_values_are_the_published_ones(ratio: float, expected: float) -> None:
    # VanderWeele and Ding (2017): 3.9 gives 7.26 (breastfeeding), 0.80 gives 1.81
    assert e_value(ratio) == pytest.approx(expected, abs=0.005)


def test_e_value_of_an_effect() -> None:
    # from 40 % to 50 %: a risk ratio of 1.25; at the low end from 40 % to 44 %: 1.1
    values = e_value_of(UP, Found(100, 50, 10.0, 4.0, 16.0, 0.001, reference=0.4))
    assert values is not None
    assert values.estimate == pytest.approx(1.25 + (1.25 * 0.25) ** 0.5)
    assert values.interval == pytest.approx(1.1 + (1.1 * 0.1) ** 0.5)
    crossing = e_value_of(UP, Found(100, 50, 1.0, -4.0, 6.0, 0.6, reference=0.4))
    assert crossing is not None
    assert crossing.interval == 1.0


def test_e_value_of_a_time_ratio() -> None:
    # hours fall by a fifth: a ratio of 0.8
    values = e_value_of(BY_ID["P2b"], Found(100, 50, -20.0, -30.0, -10.0, 0.001))
    assert values is not None
    assert values.estimate == pytest.approx(1.81, abs=0.005)


@pytest.mark.parametrize("claim_id", ["T4a", "E5b", "P5", "G1"])
def test_what_is_no_effect_on_a_mean_has_another_statement(claim_id: str) -> None:
    found = Found(100, 50, 4.0, 3.0, 5.0, 0.001)
    assert e_value_of(BY_ID[claim_id], found) is None
    said = robustness(BY_ID[claim_id], found, None, 2.0)
    assert isinstance(said, Label)
    assert "3.0" in said.en
    assert "3.0" in said.zh


def test_a_finding_that_rests_on_few_sellers_says_so() -> None:
    found = Found(status="few_clusters", n=900, estimate=4.0, ci_low=3.0, ci_high=5.0)
    few = finding(UP, found, Verdict.SUPPORTED, 0.001)
    many = finding(UP, replace(found, status="ok"), Verdict.SUPPORTED, 0.001)
    assert few.en.removeprefix(many.en).startswith(" It rests on few sellers")
    assert few.zh.removeprefix(many.zh).startswith("所依据的卖家较少")

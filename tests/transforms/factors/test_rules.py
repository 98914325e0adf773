"""Rules: worked examples of each rule, and what holds for any breaches."""

import math
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.factors.records import WEIGHTS, Row, disputes, parts_of, scores_of, violations
from transforms.factors.rules import PARTS, score_rules
from transforms.factors.weights import PROCEDURES, UNKNOWN
from transforms.registry.enumerations import PARTY, RULE, SEVERITY

_SUBSTANTIATED = {"severity": "major", "substantiated": True}


def score(breaches: Sequence[Row], **dispute: object) -> pl.LazyFrame:
    return score_rules(violations(*breaches), disputes(dispute), WEIGHTS.rules)


def points(party: str, *breaches: Row, **dispute: object) -> int:
    return sum(parts_of(score([{"party": party, **breach} for breach in breaches], **dispute), party).values())


# --- breaches -------------------------------------------------------------------------------------------------------


def test_breach_by_hand() -> None:
    # severity major 0.50 * proven 1 * gravity 0.80 = 0.40 of the clean 0.85: 0.34 lost
    parts = parts_of(score([_SUBSTANTIATED]), "seller")
    assert parts == {"base": 8500, "false_description_substantiated": -3400}


def test_two_breaches_by_hand() -> None:
    # 0.40 (false description) and 0.50 * 0.15 * 0.75 = 0.05625 (alleged off-platform deal)
    # lost share 1 - 0.60 * 0.94375 = 0.43375 of 8500 = 3686.875; nats 0.510826 : 0.057894
    # floor(3687 * 0.510826 / 0.568720) = 3311, the rest 376
    alleged = {"rule": "off_platform_deal", "severity": "major", "substantiated": False}
    parts = parts_of(score([alleged, _SUBSTANTIATED]), "seller")
    assert parts == {"base": 8500, "false_description_substantiated": -3311, "off_platform_deal_alleged": -376}


@pytest.mark.parametrize("rule", RULE.values)
@pytest.mark.parametrize("party", PARTY.values)
def test_graver_and_proven_breaches_cost_more(party: str, rule: str) -> None:
    def score_of(severity: str | None, substantiated: bool | None) -> int:
        return points(party, {"rule": rule, "severity": severity, "substantiated": substantiated})

    assert score_of("minor", True) > score_of("major", True) > score_of("severe", True)
    assert score_of("minor", True) > score_of(None, True) > score_of("severe", True)
    assert score_of("major", False) > score_of("major", None) > score_of("major", True)
    lost = [8500 - score_of("major", substantiated) for substantiated in (False, True)]
    assert lost[1] > 4 * lost[0]


def test_returns_without_cause_again_and_again_cost_more() -> None:
    again = {"rule": "malicious_return", **_SUBSTANTIATED}
    once, twice, thrice = (points("buyer", *[again] * times) for times in (1, 2, 3))
    assert 8500 > once > twice > thrice > 0
    assert 8500 - once > once - twice > twice - thrice


def test_alleged_proven_and_unverified_breaches_are_parts_of_their_own() -> None:
    breaches = [{"rule": "item_swap", "party": "buyer", "substantiated": value} for value in (False, True, None)]
    assert set(parts_of(score(breaches), "buyer")) == {
        "base",
        "item_swap_alleged",
        "item_swap_substantiated",
        "item_swap_unverified",
    }


def test_a_rule_of_the_other_side_counts_as_another_breach() -> None:
    breach = {"party": "buyer", "rule": "off_platform_deal", **_SUBSTANTIATED}
    # 0.50 * 0.75 of 8500 = 3187.5
    assert parts_of(score([breach]), "buyer") == {"base": 8500, "other_breach_substantiated": -3188}
    assert parts_of(score([breach]), "seller") == {"base": 8500}


def test_breaches_that_came_after_the_ruling_count_nothing() -> None:
    assert parts_of(score([{**_SUBSTANTIATED, "counted": False}]), "seller") == {"base": 8500}


# --- procedure ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("party", "flag"), [(party, flag) for party, flags in PROCEDURES.items() for flag in flags])
def test_each_step_of_the_procedure_counts_for_its_side(party: str, flag: str) -> None:
    other = "seller" if party == "buyer" else "buyer"
    kept, unknown, broken = (points(party, **{flag: value}) for value in (True, None, False))
    assert kept > unknown > broken
    assert unknown == points(other, **{flag: False}) == 8500
    assert flag in parts_of(score([], **{flag: True}), party)


def test_all_kept_is_a_full_score() -> None:
    kept: dict[str, object] = dict.fromkeys((flag for flags in PROCEDURES.values() for flag in flags), True)
    assert points("buyer", **kept) == points("seller", **kept) == 10_000


# --- not recorded ---------------------------------------------------------------------------------------------------


def test_clean_where_breaches_are_recorded_and_null_where_nothing_is() -> None:
    both = disputes({"dispute_id": "clean"}, {"dispute_id": "null", "violations_recorded": False})
    wide = score_rules(violations(), both, WEIGHTS.rules)
    for party in PARTY.values:
        assert scores_of(wide, party) == {"clean": 8500, "null": None}


def test_without_breaches_a_side_is_scored_from_its_own_procedure() -> None:
    wide = score([], violations_recorded=False, shipped_on_time=True)
    assert parts_of(wide, "seller") == {"base": 8500, "shipped_on_time": 1500, "breaches_not_recorded": 0}
    assert parts_of(wide, "buyer") == {}


def test_what_another_batch_brought_was_recorded() -> None:
    wide = score([_SUBSTANTIATED], violations_recorded=False)
    assert sum(parts_of(wide, "seller").values()) == 5100
    assert parts_of(wide, "buyer") == {"base": 8500}


# --- any breaches ---------------------------------------------------------------------------------------------------

_BREACH = st.fixed_dictionaries(
    {
        "party": st.sampled_from(PARTY.values),
        "rule": st.sampled_from(RULE.values),
        "severity": st.sampled_from([None, *SEVERITY.values]),
        "substantiated": st.sampled_from([None, False, True]),
    }
)
_PROCEDURE = st.fixed_dictionaries(
    {flag: st.sampled_from([None, False, True]) for flags in PROCEDURES.values() for flag in flags}
)


def expected(breaches: list[dict[str, Any]], party: str, procedure: Row) -> float:
    """The score in points, in floats."""
    weights = WEIGHTS.rules
    status = {None: "unverified", False: "alleged", True: "substantiated"}
    clean = weights.base + sum(
        {None: 0, False: -step.broken, True: step.kept}[procedure[flag]]
        for flag, step in weights.procedure[party].items()
    )
    kept = math.prod(
        1
        - weights.severity[breach["severity"] or UNKNOWN]
        * weights.status[status[breach["substantiated"]]]
        * weights.gravity[breach["rule"]]
        / 1e9
        for breach in breaches
        if breach["party"] == party
    )
    return clean * 10 * kept


@settings(max_examples=40)
@given(breaches=st.lists(_BREACH, max_size=8), procedure=_PROCEDURE)
def test_score_is_the_formula(breaches: list[dict[str, Any]], procedure: dict[str, Any]) -> None:
    wide = score(breaches, **procedure)
    for party in PARTY.values:
        found = scores_of(wide, party)["D"]
        assert found is not None
        assert 0 <= found <= 10_000
        assert found == pytest.approx(expected(breaches, party, procedure), abs=0.51)


@settings(max_examples=40)
@given(breaches=st.lists(_BREACH, max_size=6), added=_BREACH, procedure=_PROCEDURE)
def test_no_added_breach_raises_a_score(
    breaches: list[dict[str, Any]], added: dict[str, Any], procedure: dict[str, Any]
) -> None:
    rows = [{**breach, "dispute_id": name} for name in ("before", "after") for breach in breaches]
    rows.append({**added, "dispute_id": "after"})
    both = disputes(*({"dispute_id": name, **procedure} for name in ("before", "after")))
    wide = score_rules(violations(*rows), both, WEIGHTS.rules)
    for party in PARTY.values:
        found = scores_of(wide, party)
        assert found["before"] is not None
        assert found["after"] is not None
        assert found["before"] >= found["after"]


@settings(max_examples=40)
@given(breaches=st.lists(_BREACH, min_size=1, max_size=6), procedure=_PROCEDURE, data=st.data())
def test_a_step_kept_never_lowers_a_score_and_order_does_not_matter(
    breaches: list[dict[str, Any]], procedure: dict[str, Any], data: st.DataObject
) -> None:
    flag = data.draw(st.sampled_from(sorted(procedure)))
    names = ("broken", "unknown", "kept")
    rows = [{**breach, "dispute_id": name} for name in names for breach in data.draw(st.permutations(breaches))]
    three = disputes(
        *(
            {"dispute_id": name, **procedure, flag: value}
            for name, value in zip(names, (False, None, True), strict=True)
        )
    )
    wide = score_rules(violations(*rows), three, WEIGHTS.rules)
    for party in PARTY.values:
        found = scores_of(wide, party)
        assert [found[name] for name in names] == sorted(value for value in found.values() if value is not None)


def test_every_part_can_occur() -> None:
    rows: list[Row] = [
        {"dispute_id": "all", "party": party, "rule": rule, "substantiated": substantiated}
        for party in PARTY.values
        for rule in RULE.values
        for substantiated in (None, False, True)
    ]
    known: dict[str, object] = dict.fromkeys((flag for flags in PROCEDURES.values() for flag in flags), True)
    both = disputes({"dispute_id": "all", **known}, {"dispute_id": "unrecorded", "violations_recorded": False, **known})
    wide = score_rules(violations(*rows), both, WEIGHTS.rules).collect()
    assert [name for name in wide.columns if wide[name].is_null().all()] == []
    assert set(wide.columns) == {"dispute_id", *(column for part in PARTS for column in part.columns)}

"""Evidence: worked examples of each rule, and what holds for any items."""

import math
from collections.abc import Sequence
from itertools import product
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.factors.records import WEIGHTS, Row, disputes, evidence, parts_of, scores_of
from transforms.factors.evidence import PARTS, score_evidence
from transforms.factors.weights import QUALITIES, REBUTTALS
from transforms.registry.enumerations import CATEGORY, CLAIM, EVIDENCE_KIND, PARTY

_ALL_GOOD = dict.fromkeys((*QUALITIES, "admitted"), True)
_ALL_BAD = dict.fromkeys(QUALITIES, False) | {"admitted": True}


def score(items: Sequence[Row], **dispute: object) -> pl.LazyFrame:
    return score_evidence(evidence(*items), disputes(dispute), WEIGHTS.evidence)


def buyer(*items: Row, **dispute: object) -> int:
    return sum(parts_of(score(list(items), **dispute), "buyer").values())


def seller(*items: Row, **dispute: object) -> int:
    return sum(parts_of(score([{**item, "party": "seller"} for item in items], **dispute), "seller").values())


# --- strength of one item -------------------------------------------------------------------------------------------


def test_photo_by_hand() -> None:
    # not as described: 0.38; floor 0.40 + clear 0.30 + half of the 0.15 for angles not recorded = 0.775; no close-up
    # 0.38 * 0.775 = 0.2945
    photo = {"clear": True, "close_up": False, "admitted": True}
    assert parts_of(score([photo], claim="not_as_described"), "buyer") == {"photo_clear": 2945}


def test_report_by_hand() -> None:
    # counterfeit 0.85, category apparel 0.75, accredited 0.35 + 0.55 + unknown sharpness 0.05 = 0.95, admission 0.85
    # 0.85 * 0.75 * 0.95 * 0.85 = 0.51478
    report = {"kind": "inspection_report", "accredited": True}
    parts = parts_of(score([report], claim="counterfeit", category="apparel"), "buyer")
    assert parts == {"inspection_report_accredited": 5148}


def test_two_items_have_diminishing_returns() -> None:
    # 0.38 each: 1 - 0.62 ** 2 = 0.6156
    photo = {**_ALL_GOOD}
    assert buyer(photo, claim="not_as_described") == 3800
    assert buyer(photo, photo, claim="not_as_described") == 6156


def test_a_tenth_photo_adds_little() -> None:
    photos = [_ALL_GOOD] * 10
    first = buyer(photos[0], claim="damaged_in_transit")
    tenth = buyer(*photos, claim="damaged_in_transit") - buyer(*photos[:9], claim="damaged_in_transit")
    assert first == 4200
    assert 0 < tenth < 40


# --- the buyer's evidence -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quality", ["clear", "multi_angle", "close_up"])
def test_photos_should_be_sharp_from_several_angles_and_close(quality: str) -> None:
    bad, good, unknown = ({**_ALL_BAD, quality: value} for value in (False, True, None))
    assert buyer(bad) < buyer(unknown) < buyer(good)


def test_for_functional_faults_a_video_of_the_whole_operation_says_more_than_photos() -> None:
    photo, video = _ALL_GOOD, {"kind": "video", **_ALL_GOOD}
    partial = {**video, "full_process": False}
    assert buyer(photo, claim="functional_fault") < buyer(partial, claim="functional_fault")
    assert buyer(partial, claim="functional_fault") < buyer(video, claim="functional_fault")
    parts = parts_of(score([photo, video, partial], claim="functional_fault"), "buyer")
    assert set(parts) == {"photo_clear", "video_clear", "video_full_process_clear"}


def test_a_promise_in_the_chat_counts_more_where_it_is_the_issue() -> None:
    chat = {"kind": "chat_record", **_ALL_GOOD}
    assert buyer(chat, claim="not_as_described") > buyer(chat, claim="changed_mind")
    assert set(parts_of(score([chat]), "buyer")) == {"chat_record"}


def test_accredited_reports_count_above_all_in_3c_and_luxury() -> None:
    accredited = {"kind": "inspection_report", **_ALL_GOOD}
    other = {**accredited, "accredited": False}
    for category in ("digital_3c", "luxury"):
        assert buyer(accredited, category=category) > buyer(accredited, category="apparel")
        assert buyer(accredited, category=category) > 2 * buyer(other, category=category)
    assert buyer(accredited, category=None) == buyer(accredited, category="apparel")


# --- the seller's evidence ------------------------------------------------------------------------------------------


def test_a_record_before_shipping_answers_broken_when_it_left() -> None:
    record = {"kind": "pre_shipment_record", **_ALL_GOOD}
    # 0.36 for the record, 0.30 for the rebuttal: 1 - 0.64 * 0.70 = 0.552
    parts = parts_of(score([{**record, "party": "seller"}], claim="functional_fault"), "seller")
    assert set(parts) == {"pre_shipment_record", "rebuttal_pre_shipment"}
    assert sum(parts.values()) == 5520
    assert seller(record, claim="not_received") == 3000


def test_a_listing_snapshot_answers_not_as_described() -> None:
    listing = {"kind": "listing_snapshot", "party": "seller", **_ALL_GOOD}
    assert set(parts_of(score([listing], claim="not_as_described"), "seller")) == {
        "listing_snapshot",
        "rebuttal_listing",
    }
    assert set(parts_of(score([listing], claim="functional_fault"), "seller")) == {"listing_snapshot"}


def test_purchase_proof_answers_counterfeit() -> None:
    proof = {"kind": "purchase_proof", "party": "seller", **_ALL_GOOD}
    assert set(parts_of(score([proof], claim="counterfeit"), "seller")) == {"purchase_proof", "rebuttal_purchase_proof"}
    assert set(parts_of(score([proof], claim="not_as_described"), "seller")) == {"purchase_proof"}


def test_a_record_of_negotiating_helps_the_seller() -> None:
    assert seller({"kind": "negotiation_record", **_ALL_GOOD}) == 2500


def test_a_rebuttal_counts_once_by_its_best_record() -> None:
    good, bad = {"kind": "pre_shipment_record", **_ALL_GOOD}, {"kind": "pre_shipment_record", **_ALL_BAD}
    # both records: 0.36, and 0.36 * 0.40 = 0.144; one rebuttal of 0.30: 1 - 0.64 * 0.856 * 0.70 = 0.616512
    assert seller(good, bad, claim="functional_fault") == 6165


def test_the_buyer_has_no_rebuttal() -> None:
    record = {"kind": "pre_shipment_record", **_ALL_GOOD}
    assert set(parts_of(score([record], claim="functional_fault"), "buyer")) == {"pre_shipment_record"}


# --- what does not count --------------------------------------------------------------------------------------------


def test_rejected_and_uncounted_items_count_nothing() -> None:
    rejected, late = {**_ALL_GOOD, "admitted": False}, {**_ALL_GOOD, "counted": False}
    assert parts_of(score([rejected, late]), "buyer") == {"nothing_shown": 0}


def test_unknown_admission_lies_between() -> None:
    assert 0 < buyer({**_ALL_GOOD, "admitted": None}) < buyer(_ALL_GOOD)


def test_nothing_shown_is_zero_and_not_recorded_is_null() -> None:
    both = disputes({"dispute_id": "none"}, {"dispute_id": "null", "evidence_recorded": False})
    wide = score_evidence(evidence(), both, WEIGHTS.evidence)
    for party in PARTY.values:
        assert scores_of(wide, party) == {"none": 0, "null": None}


def test_what_another_batch_brought_was_recorded() -> None:
    wide = score([_ALL_GOOD], evidence_recorded=False)
    assert parts_of(wide, "buyer") == {"photo_clear": 3000}
    assert parts_of(wide, "seller") == {"nothing_shown": 0}


# --- any items ------------------------------------------------------------------------------------------------------

_FLAG = st.sampled_from([None, False, True])
_ITEM = st.fixed_dictionaries(
    {
        "party": st.sampled_from(PARTY.values),
        "kind": st.sampled_from(EVIDENCE_KIND.values),
        "admitted": _FLAG,
        **dict.fromkeys(QUALITIES, _FLAG),
    }
)
_DISPUTE = st.fixed_dictionaries(
    {"claim": st.sampled_from([None, *CLAIM.values]), "category": st.sampled_from([None, *CATEGORY.values])}
)
_WORSE_TO_BETTER = {None: (True,), False: (None, True), True: ()}


def strength(item: Row, dispute: Row) -> tuple[float, float]:
    """Strength of an item and of its rebuttal, from the weights in floats."""
    weights = WEIGHTS.evidence
    if item["admitted"] is False:
        return 0.0, 0.0
    adds = weights.quality[item["kind"]]
    worth = {None: weights.unknown_quality / 1000, False: 0.0, True: 1.0}
    quality = (adds["floor"] + sum(adds[name] * worth[item[name]] for name in QUALITIES)) / 1000
    quality *= 1.0 if item["admitted"] else weights.unknown_admission / 1000
    kind, claim = item["kind"], dispute["claim"] or "default"
    base = weights.strength_of(item["party"], kind, claim) / 1000
    base *= weights.category_multiplier(kind, dispute["category"] or "default") / 1000
    rebuttal = sum(
        weights.rebuttals[name].strength / 1000
        for name, answering in REBUTTALS.items()
        if item["party"] == "seller" and answering == kind and claim in weights.rebuttals[name].claims
    )
    return base * quality, rebuttal * quality


def expected(items: list[dict[str, Any]], party: str, dispute: Row) -> float:
    """The score in points by the formula of factors.md."""
    left = 1.0
    best: dict[str, float] = {}
    for item in items:
        if item["party"] == party:
            own, rebuttal = strength(item, dispute)
            left *= 1 - own
            best[item["kind"]] = max(best.get(item["kind"], 0.0), rebuttal)
    return 10_000 * (1 - left * math.prod(1 - value for value in best.values()))


@settings(max_examples=40)
@given(items=st.lists(_ITEM, max_size=8), dispute=_DISPUTE)
def test_score_is_the_formula(items: list[dict[str, Any]], dispute: dict[str, Any]) -> None:
    wide = score(items, **dispute)
    for party in PARTY.values:
        points = scores_of(wide, party)["D"]
        assert points is not None
        assert 0 <= points <= 10_000
        assert points == pytest.approx(expected(items, party, dispute), abs=0.51)


@settings(max_examples=40)
@given(items=st.lists(_ITEM, max_size=6), added=_ITEM, dispute=_DISPUTE)
def test_no_added_item_lowers_a_score_of_either_side(
    items: list[dict[str, Any]], added: dict[str, Any], dispute: dict[str, Any]
) -> None:
    rows = [{**item, "dispute_id": name} for name in ("before", "after") for item in items]
    rows.append({**added, "dispute_id": "after"})
    both = disputes(*({"dispute_id": name, **dispute} for name in ("before", "after")))
    wide = score_evidence(evidence(*rows), both, WEIGHTS.evidence)
    for party in PARTY.values:
        points = scores_of(wide, party)
        assert points["before"] is not None
        assert points["after"] is not None
        assert points["before"] <= points["after"]


@settings(max_examples=40)
@given(items=st.lists(_ITEM, min_size=1, max_size=4), dispute=_DISPUTE)
def test_better_quality_never_lowers_a_score(items: list[dict[str, Any]], dispute: dict[str, Any]) -> None:
    """Every single improvement of the first item, each in a dispute of its own."""
    improved = [
        {**items[0], name: better} for name in (*QUALITIES, "admitted") for better in _WORSE_TO_BETTER[items[0][name]]
    ]
    variants = [items, *([item, *items[1:]] for item in improved)]
    rows = [{**item, "dispute_id": str(number)} for number, variant in enumerate(variants) for item in variant]
    all_disputes = disputes(*({"dispute_id": str(number), **dispute} for number in range(len(variants))))
    wide = score_evidence(evidence(*rows), all_disputes, WEIGHTS.evidence)
    points = scores_of(wide, items[0]["party"])
    assert min(value for value in points.values() if value is not None) == points["0"]


@settings(max_examples=20)
@given(items=st.permutations([{**_ALL_GOOD, "kind": kind} for kind in EVIDENCE_KIND.values]), data=st.data())
def test_the_order_of_rows_does_not_matter(items: list[dict[str, Any]], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(items))
    wide = [score(list(rows), claim="counterfeit").collect() for rows in (items, shuffled)]
    assert wide[0].equals(wide[1])


def test_every_part_can_occur() -> None:
    """Each declared part is reached by some item, so that no column is always null."""
    items = [
        {"party": party, "kind": kind, "clear": clear, "full_process": full, "accredited": clear}
        for party, kind, clear, full in product(PARTY.values, EVIDENCE_KIND.values, (True, False), (True, False))
    ]
    rows = [{**item, "dispute_id": claim} for claim in CLAIM.values for item in items]
    both = disputes(*({"dispute_id": claim, "claim": claim} for claim in CLAIM.values), {"dispute_id": "empty"})
    wide = score_evidence(evidence(*rows), both, WEIGHTS.evidence).collect()
    assert [name for name in wide.columns if wide[name].is_null().all()] == []
    assert set(wide.columns) == {"dispute_id", *(column for part in PARTS for column in part.columns)}

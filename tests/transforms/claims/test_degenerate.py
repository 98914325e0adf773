"""Data that say little: rows with a status and a verdict, never a crash, never NaN."""

from collections.abc import Callable

import polars as pl
import pytest

from tests.transforms.claims.samples import World, draw, draw_disputes
from transforms.claims.answers import Data
from transforms.claims.catalogue import PARTS, ExtraFactor
from transforms.claims.findings import ClaimTables, claim_tables
from transforms.claims.verdicts import Verdict
from transforms.registry.facts import FACTS
from transforms.statistics.importance import measure_importance
from transforms.statistics.specs import FactorKind, FactorSpec
from transforms.statistics.validation import validate

N = 600
Change = Callable[[pl.DataFrame], pl.DataFrame]
_FACTS = [fact.name for fact in FACTS]
_SCORES = [f"{side}{factor}{rest}" for factor in ("evidence", "rules", "tone", "reputation")
           for side, rest in (("buyer_", ""), ("seller_", ""), ("", "_advantage"))]  # fmt: skip


def _place() -> pl.Expr:
    return pl.int_range(pl.len())


def _only(outcome: str) -> Change:
    return lambda frame: frame.with_columns(outcome=pl.lit(outcome))


def _sellers(count: int) -> Change:
    return lambda frame: frame.with_columns(seller_id=pl.format("S{}", _place() % count))


def _null(*names: str) -> Change:
    return lambda frame: frame.with_columns(pl.lit(None).alias(name) for name in names)


def _tables(frame: pl.DataFrame, extra: tuple[ExtraFactor, ...] = ()) -> ClaimTables:
    moments = frame.with_columns(ruled_at=pl.datetime(2025, 1, 1) + pl.duration(hours=_place()), opened_at=None)
    specs = [each.spec for each in extra]
    complete = moments.with_columns(
        pl.lit(None, dtype=pl.Float64).alias(name)
        for name in (*_SCORES, "overall_advantage")
        if name not in moments.columns
    ).lazy()
    importance, validation = measure_importance(complete, specs), validate(complete, specs)
    durations = draw_disputes(frame) if frame.height and "buyer_reputation" in frame.columns else frame
    if durations.schema.get("buyer_reputation") == pl.Null:
        durations = frame
    return claim_tables(Data(frame.lazy(), durations.lazy(), extra, importance, validation))


NOTHING_TESTABLE: dict[str, Change] = {
    "nothing ruled": lambda frame: frame.head(0),
    "one dispute": lambda frame: frame.head(1),
    "only other outcomes": _only("settled"),
    "the buyer always wins": lambda frame: _only("buyer_wins")(frame.with_columns(refund_ratio=1.0)),
    "the seller always wins": lambda frame: _only("seller_wins")(frame.with_columns(refund_ratio=0.0)),
    "one seller": _sellers(1),
    "two sellers": _sellers(2),
    "nine sellers": _sellers(9),
    "all null": lambda frame: _null(*_SCORES, *[name for name in _FACTS if name in frame.columns])(
        frame.with_columns(pl.lit(None, dtype=pl.Boolean).alias(name) for name in ("paid_on_platform",
            "applied_in_window", "negotiated_first", "shipped_on_time"))
    ),
    "no scores and no facts": lambda frame: frame.select(
        "dispute_id", "seller_id", "outcome", "category", "claim", "month", "item_price_cny", "refund_ratio"
    ),
    "constant": lambda frame: frame.with_columns(
        *(pl.lit(0.5).alias(name) for name in _SCORES),
        *(pl.lit(value=True).alias(name) for name, kind in frame.schema.items() if kind == pl.Boolean),
        *(pl.lit(0.5).alias(name) for name in frame.columns if name.endswith("_otherwise")),
        buyer_procedure_kept=pl.lit(3),
    ),
}  # fmt: skip


def _is_sound(tables: ClaimTables, n_parts: int = len(PARTS)) -> None:
    """All rows are there, with a verdict and a status in words, and no number is NaN or infinite."""
    assert tables.findings.height == n_parts
    for table in (tables.findings, tables.definitions):
        numbers = table.select(pl.col(pl.Float64))
        assert all(series.drop_nulls().is_finite().all() for series in numbers.iter_columns())
        assert set(table["verdict"]) <= {each.value for each in Verdict}
        assert table["status"].null_count() == 0
        assert (table["status"] != "").all()
    without = tables.findings.filter(verdict="not_testable")
    assert (without["reason_en"] != "").all()
    assert (without["reason_zh"] != "").all()
    assert (without["status"] != "ok").all()
    assert without["q_value"].null_count() == without.height


@pytest.mark.parametrize("case", NOTHING_TESTABLE)
def test_nothing_is_testable(case: str) -> None:
    frame = NOTHING_TESTABLE[case](draw(World(n=N, n_sellers=60)))
    tables = _tables(frame)
    _is_sound(tables)
    # the hours are those of all disputes; category and price may foretell rulings without any factor
    beside = tables.findings.filter(~pl.col("claim_id").is_in(["P2b", "G2f"]))
    assert set(beside["verdict"]) == {"not_testable"}


SOME_TESTABLE: dict[str, tuple[Change, tuple[str, ...], str]] = {
    "no evidence table": (
        _null(*[name for name in _FACTS if "_has_" in name]), ("E2", "E5a", "E7", "R4"), "not_recorded"
    ),
    "no violations table": (
        _null(*[name for name in _FACTS if "_alleged_" in name or "_proven_" in name]), ("R1", "R2", "R3"),
        "not_recorded",
    ),
    "breaches alleged, proof never recorded": (
        _null(*[name for name in _FACTS if "_proven_" in name]), ("R1", "R2", "R3"), "not_recorded"
    ),
    "no tone": (
        _null("buyer_tone", "seller_tone", "tone_advantage", "buyer_stalls", "seller_stalls"),
        ("T1", "T2", "T3", "T4a", "T5a", "G1", "G2a", "G2d"), "not_recorded",
    ),
    "nobody is penalised": (lambda frame: frame.with_columns(seller_is_penalised=False), ("P3",), "constant"),
    "twelve frequent claimants": (
        lambda frame: frame.with_columns(buyer_is_frequent_claimant=_place() < 12), ("P1a", "P1b"), "too_few_disputes"
    ),
    "thirty frequent claimants against three sellers": (
        lambda frame: frame.with_columns(
            buyer_is_frequent_claimant=_place() < 30,
            seller_id=pl.when(_place() < 30).then(pl.format("T{}", _place() % 3)).otherwise("seller_id"),
        ),
        ("P1a", "P1b"), "too_few_sellers",
    ),
    "a flag that decides": (
        lambda frame: frame.with_columns(
            outcome=pl.when(pl.col("seller_stalls")).then(pl.lit("buyer_wins")).otherwise("outcome")
        ),
        ("T5b",), "separation",
    ),
    "a side that decides": (
        lambda frame: frame.with_columns(
            outcome=pl.when(pl.col("shipped_on_time")).then("outcome").otherwise(pl.lit("buyer_wins"))
        ),
        ("R6e",), "separation",
    ),
    "a flag that is another one": (
        lambda frame: frame.with_columns(buyer_has_chat_record="buyer_has_photo"), ("E4",), "collinear"
    ),
    "no 3C and no luxury": (
        lambda frame: frame.with_columns(category=pl.lit("home")), ("E5a", "E5b"), "no_such_disputes"
    ),
    "no category is recorded": (_null("category"), ("E5a", "E5b"), "not_recorded"),
    "no claim is recorded": (_null("claim"), ("E2", "E3", "E4"), "not_recorded"),
    "no claim that needs a picture": (
        lambda frame: frame.with_columns(claim=pl.lit("not_received")), ("E2", "E3", "E4"), "no_such_disputes"
    ),
    "evidence of all buyers is alike": (
        lambda frame: frame.with_columns(buyer_evidence=0.5), ("T3", "T4b"), "constant"
    ),
    "sellers are alike in tone but for a few": (
        lambda frame: frame.with_columns(seller_tone=pl.when(_place() % 20 > 0).then(0.5).otherwise(0.7)),
        ("T3",), "too_many_ties",
    ),
    "no refund is recorded": (_null("refund_ratio"), ("T2",), "not_recorded"),
}  # fmt: skip


@pytest.mark.parametrize("case", SOME_TESTABLE)
def test_what_cannot_be_tested_says_why(case: str) -> None:
    change, claims, status = SOME_TESTABLE[case]
    tables = _tables(change(draw(World(n=N, n_sellers=60, planted={"rules_advantage": 1.0}))))
    _is_sound(tables)
    rows = {row["claim_id"]: row for row in tables.findings.iter_rows(named=True)}
    assert {claim_id: (rows[claim_id]["verdict"], rows[claim_id]["status"]) for claim_id in claims} == dict.fromkeys(
        claims, ("not_testable", status)
    )
    assert rows["R5"]["verdict"] in {"supported", "inconclusive"}


def test_a_category_with_one_dispute() -> None:
    frame = draw(World(n=N, n_sellers=60)).with_columns(
        category=pl.when(_place() == 0).then(pl.lit("vehicles")).otherwise("category")
    )
    tables = _tables(frame)
    _is_sound(tables)
    assert tables.findings.filter(claim_id="E1")["status"].to_list() == ["ok"]


def test_no_sellers_are_recorded() -> None:
    tables = _tables(_null("seller_id")(draw(World(n=N))))
    _is_sound(tables)
    assert tables.findings.filter(claim_id="E1")["status"].to_list() == ["not_clustered"]
    assert tables.findings.filter(claim_id="E1")["n_clusters"].to_list() == [N]
    # a share varies less than a yes or no: its errors are robust all the same
    shares = tables.definitions.filter(claim_id="E1")
    width = dict(zip(shares["definition"], shares["ci_high"] - shares["ci_low"], strict=True))
    assert width["refund_ratio"] < 0.97 * width["not_seller_wins"]
    assert set(shares["status"]) == {"not_clustered"}


def test_a_court_file_has_only_extra_factors() -> None:
    extra = (
        ExtraFactor(FactorSpec("repeat_player", "repeat_player"), "seller"),
        ExtraFactor(FactorSpec("chamber", "chamber", FactorKind.CATEGORICAL)),
    )
    frame = draw(World(n=N, n_sellers=60)).select("dispute_id", "outcome").with_columns(
        repeat_player=pl.when(pl.col("outcome") == "seller_wins").then(_place() % 9).otherwise(_place() % 7) * 1.0,
        chamber=(_place() % 3).cast(pl.String),
        seller_id=pl.lit(None, dtype=pl.String),
    )  # fmt: skip
    full = frame.with_columns(
        pl.lit(None, dtype=pl.String).alias(name) for name in ("category", "claim", "month", "item_price_cny")
    )
    tables = _tables(full, extra)
    _is_sound(tables, len(PARTS) + 1)
    verdicts = dict(tables.findings.select("claim_id", "verdict").rows())
    assert verdicts.pop("X_repeat_player") == "supported"
    assert set(verdicts.values()) == {"not_testable"}
    chamber = tables.definitions.filter(claim_id="X_chamber", definition="buyer_wins")
    assert chamber["verdict"].to_list() == ["inconclusive"]

"""Every mart on data that say little: rows with a status in words, never NaN, infinity or a crash."""

from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest

from flows.ingest.ledger import ExtraColumn
from flows.report.names import status_label
from tests.scored import marts_of, with_times, write_scored
from tests.transforms.claims.samples import World, draw
from transforms.registry import OUTPUT_TABLES
from transforms.registry.enumerations import RULED_OUTCOMES
from transforms.registry.facts import FACTS

N = 400
Change = Callable[[pl.DataFrame], pl.DataFrame]
MARTS = tuple(name.removeprefix("marts.") for name in OUTPUT_TABLES if name.startswith("marts."))
#: Marts that list things found in the data, which may be none.
LISTS = {"decider_effects", "surprising_rulings", "trend", "calibration", "time_to_ruling"}
LISTS |= {"records_by_outcome", "records_by_group"}
#: Words of a status.
WORDS = r"^[a-z][a-z0-9_]*$"
#: Marts that are about all disputes, not only about ruled ones.
OF_ALL = {"closure_rates", "time_to_ruling", "hours_to_end", "claim_findings"}
ROUNDING = 1e-9
EXTRA = (ExtraColumn("lawyer", "lawyer", "numeric", None), ExtraColumn("court", "court", "categorical", None))
_SCORES = [
    f"{side}{factor}{rest}"
    for factor in ("evidence", "rules", "tone", "reputation")
    for side, rest in (("buyer_", ""), ("seller_", ""), ("", "_advantage"))
]
_CONTEXT = (
    "category", "claim", "month", "item_price_cny", "claimed_cny", "decided_by", "decider_id", "seller_id", "ruled_at",
    "opened_at", "refund_ratio", "paid_on_platform", "applied_in_window", "negotiated_first", "shipped_on_time",
)  # fmt: skip


def _place() -> pl.Expr:
    return pl.int_range(pl.len())


def _null(*names: str) -> Change:
    return lambda frame: frame.with_columns(pl.lit(None, frame.schema[name]).alias(name) for name in names)


def _all_null(frame: pl.DataFrame) -> pl.DataFrame:
    facts = [fact.name for fact in FACTS if fact.name in frame.columns]
    return _null(*_SCORES, "overall_advantage", *_CONTEXT, *facts)(frame)


def _constant(frame: pl.DataFrame) -> pl.DataFrame:
    flags = [name for name, kind in frame.schema.items() if kind == pl.Boolean]
    return frame.with_columns(
        *(pl.lit(0.5).alias(name) for name in (*_SCORES, "overall_advantage")),
        *(pl.lit(value=True).alias(name) for name in flags),
        buyer_procedure_kept=pl.lit(3),
    )


def _by(decisive: pl.Expr) -> Change:
    won = pl.when(decisive).then(pl.lit("buyer_wins")).otherwise(pl.lit("seller_wins"))
    return lambda frame: frame.with_columns(outcome=won)


CASES: Mapping[str, Change] = {
    "nothing at all": lambda frame: frame.clear(),
    "nothing ruled": lambda frame: frame.with_columns(outcome=pl.lit("settled")),
    "all open": lambda frame: frame.with_columns(outcome=pl.lit(None, pl.String), ruled_at=None),
    "one dispute": lambda frame: frame.head(1),
    "two disputes": lambda frame: frame.head(2),
    "one outcome": lambda frame: frame.with_columns(outcome=pl.lit("partial")),
    "two outcomes": _by(_place() % 3 == 0),
    "constant factors": _constant,
    "all null": _all_null,
    "perfect separation": _by(pl.col("evidence_advantage") > 0),
    "a fact that decides": _by(pl.col("shipped_on_time")),
    "one seller": lambda frame: frame.with_columns(seller_id=pl.lit("S")),
    "two sellers": lambda frame: frame.with_columns(seller_id=pl.format("S{}", _place() % 2)),
    "a seller for each dispute": lambda frame: frame.with_columns(seller_id=pl.col("dispute_id")),
    "half of the sellers are not recorded": lambda frame: frame.with_columns(
        seller_id=pl.when(_place() % 2 == 0).then("seller_id")
    ),
    "a category and a month with one row": lambda frame: frame.with_columns(
        category=pl.when(_place() == 0).then(pl.lit("vehicles")).otherwise("category"),
        month=pl.when(_place() == 1).then(pl.lit("2019-01")).otherwise("month"),
    ),
    "a category for each hundred disputes, a month for each": lambda frame: frame.with_columns(
        month=pl.format("20{}-0{}", 10 + _place() % 80, 1 + _place() % 9), decider_id=pl.col("dispute_id")
    ),
    "prices beyond all measure": lambda frame: frame.with_columns(
        item_price_cny=pl.when(_place() % 50 == 0).then(9_999_999_999.99).otherwise(0.0),
        claimed_cny=pl.lit(0).cast(pl.Decimal(12, 2)),
    ),
    "scores at the ends": lambda frame: frame.with_columns(
        pl.when(_place() % 7 == 0).then(1.0).otherwise(0.0).alias(name) for name in _SCORES
    ),
}


#: What the model of the outcome says of evidence, and how many claims get a verdict, in the cases that the data decide.
EXPECTED = {
    "nothing at all": ("not_recorded", 0),
    "one dispute": ("constant", 0),
    "two disputes": ("too_few_disputes", 0),
    "all null": ("not_recorded", 0),
    "perfect separation": ("separation", None),
    "one seller": ("one_cluster", 0),
    "two sellers": ("few_clusters", 0),
    "one outcome": ("one_outcome", None),
    "constant factors": ("constant", None),
    "a seller for each dispute": ("ok", None),
}


@pytest.fixture(scope="module")
def disputes() -> pl.DataFrame:
    extra = {"lawyer": (_place() * 37 % 11).cast(pl.Float64), "court": pl.format("court {}", _place() * 31 % 7)}
    return with_times(draw(World(n=N, n_sellers=50, planted={"evidence_advantage": 0.8}))).with_columns(**extra)


@pytest.mark.parametrize("case", CASES)
def test_every_mart_says_something_and_no_nonsense(case: str, disputes: pl.DataFrame, tmp_path: Path) -> None:
    changed = CASES[case](disputes)
    marts = marts_of(write_scored(changed, tmp_path, EXTRA), EXTRA)
    assert set(marts) == set(MARTS)
    n_ruled = int(changed["outcome"].is_in(RULED_OUTCOMES).sum())
    for name, table in marts.items():
        assert table.height or name in LISTS, name
        assert table["status"].null_count() == 0, name
        assert table["status"].str.contains(WORDS).all(), name
        for status in set(table["status"]) - {"ok"}:
            assert not status_label(status).en.startswith("status "), status
        for column in table.select(pl.selectors.float()):
            assert column.drop_nulls().is_finite().all(), (name, column.name)
        if "n" in table.columns:
            assert (table["n"].drop_nulls() <= (changed.height if name in OF_ALL else n_ruled)).all(), name
        _intervals_hold_their_estimates(name, table)
    if case in EXPECTED:
        status, n_judged = EXPECTED[case]
        effect = marts["factor_effects"].filter(model="ordinal", term="evidence_advantage")
        assert effect["status"].to_list() == [status]
        judged = marts["claim_findings"].filter(pl.col("verdict") != "not_testable")
        assert n_judged is None or judged.height == n_judged


def _intervals_hold_their_estimates(name: str, table: pl.DataFrame) -> None:
    """Where there is an interval, its ends are in order, and what it is of lies between them."""
    for low in [column for column in table.columns if column.endswith("ci_low")]:
        high, prefix = low.replace("_low", "_high"), low.removesuffix("ci_low").removesuffix("_")
        assert table.filter(pl.col(low) > pl.col(high)).is_empty(), (name, low)
        owner = next((column for column in (prefix, "estimate", "share", "effect_pp") if column in table.columns), None)
        if owner:
            outside = (pl.col(owner) < pl.col(low) - ROUNDING) | (pl.col(owner) > pl.col(high) + ROUNDING)
            assert table.filter(outside).is_empty(), (name, owner)

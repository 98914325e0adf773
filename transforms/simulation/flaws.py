"""A few broken rows, added to a clean export so that a quarantine has something to show.

Every flaw is a row more; the rows of the clean export stay as they are.
"""

from dataclasses import dataclass

import polars as pl

FLAWED_TABLES: tuple[str, ...] = ("disputes", "evidence", "violations", "messages")
_NO_DISPUTE = "D9999999999"
_BAD_DISPUTE = "D9999999998"
_BAD_AMOUNT = "面议"
_BAD_KIND = "hearsay"
_BAD_RULE = "rudeness"
_FIRST_ORDINAL = 990
_ORDINAL_DIGITS = 3
_KNOWN_AT_END = ("ruled_at", "refunded_cny", "outcome", "decided_by", "decider_id", "votes_buyer", "votes_seller")


@dataclass(frozen=True)
class Flaw:
    """One broken row.

    Attributes:
        table: Table that it is added to.
        key: Its key.
        rule: What is wrong: duplicate, superseded, enumeration, reference or type.
        column: The column at fault; the key for whole rows.
        value: The value at fault.
        row: The row itself; its types are those of the table, but for an unparsable amount.
    """

    table: str
    key: str
    rule: str
    column: str
    value: str
    row: pl.DataFrame


def flaws(table: str, frame: pl.DataFrame) -> list[Flaw]:
    """Makes the broken rows of one table from its first rows.

    Args:
        table: Name of the table.
        frame: Its first chunk, typed, with at least one row.

    Returns:
        The flaws; none for a table without any or a chunk without rows.
    """
    if table not in FLAWED_TABLES or frame.is_empty():
        return []
    if table == "disputes":
        return _dispute_flaws(frame)
    model = frame.slice(frame.height // 2, 1)
    key = frame.columns[0]
    made = []
    if table in {"evidence", "messages"}:
        made.append(Flaw(table, model.item(0, key), "duplicate", key, model.item(0, key), model))
    if table == "evidence":
        made.append(_changed(table, model, "enumeration", "kind", _BAD_KIND))
    if table == "violations":
        made.append(_changed(table, model, "enumeration", "rule", _BAD_RULE))
    if table in {"messages", "violations"}:
        made.append(_changed(table, model, "reference", "dispute_id", _NO_DISPUTE))
    return made


def _changed(table: str, model: pl.DataFrame, rule: str, column: str, value: str) -> Flaw:
    """A new row with one wrong value."""
    key = model.columns[0]
    ordinal = _FIRST_ORDINAL + model.columns.index(column)
    name = f"{model.item(0, key)[:-_ORDINAL_DIGITS]}{ordinal}"
    row = model.with_columns(pl.lit(name).alias(key), pl.lit(value).alias(column))
    return Flaw(table, name, rule, column, value, row)


def _dispute_flaws(frame: pl.DataFrame) -> list[Flaw]:
    """An export of a dispute while it was open, since replaced; and a dispute whose price is no number."""
    closed = frame.filter(pl.col("ruled_at").is_not_null(), pl.col("opened_at").is_not_null())
    if closed.is_empty():
        return []
    model = closed.slice(closed.height // 2, 1)
    older = model.with_columns(
        (pl.col("opened_at") + pl.duration(hours=1)).alias("exported_at"),
        *(pl.lit(None, dtype=model.schema[name]).alias(name) for name in _KNOWN_AT_END),
    )
    priceless = model.with_columns(
        pl.lit(_BAD_DISPUTE).alias("dispute_id"), pl.lit(_BAD_AMOUNT).alias("item_price_cny")
    )
    key = model.item(0, "dispute_id")
    return [
        Flaw("disputes", key, "superseded", "exported_at", str(older.item(0, "exported_at")), older),
        Flaw("disputes", _BAD_DISPUTE, "type", "item_price_cny", _BAD_AMOUNT, priceless),
    ]

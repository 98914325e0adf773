"""What became of every row that was delivered: the books of a run."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from flows.ingest.ledger import Delivery, StagedFile, staged_folder
from flows.ingest.staging import QUARANTINE_SCHEMA
from flows.resolve import Resolved
from transforms.ingest.parse import ROW
from transforms.ingest.versions import FATE, FILE
from transforms.registry import INPUT_TABLES

ORPHAN_RULE = "reference"
FORGOTTEN_RULE = "forgotten"

# What a person can do about each rule, in English and Chinese.
REASONS: dict[str, tuple[str, str]] = {
    "field_count": (
        "The row has another number of fields than the header: look for a missing quote or a stray delimiter.",
        "该行字段数与表头不符：请检查是否缺少引号或多了分隔符。",
    ),
    "open_quote": (
        "A quote in the row is never closed: close it, or double it where it belongs to the text.",
        "该行有未闭合的引号：请补全引号，或将文本中的引号写成两个。",
    ),
    "encoding": (
        "The row holds bytes that are not text in the file's encoding: export it again, or name the encoding.",
        "该行含有不符合文件编码的字节：请重新导出，或在配置档中指明编码。",
    ),
    "json": ("The row is not a JSON object: export it again.", "该行不是 JSON 对象：请重新导出。"),
    "nul": (
        "The row holds NUL characters, which no text has: export it again.",
        "该行含有空字符（NUL），文件可能已损坏：请重新导出。",
    ),
    "row_length": (
        "The row is longer than allowed: look for a missing line end, or raise row_bytes in the settings.",
        "该行超出允许的长度：请检查是否缺少换行，或在设置中提高 row_bytes。",
    ),
    "columns": (
        "The row brings more columns than allowed: check its names, or raise columns in the settings.",
        "该行带来的列数超出上限：请检查列名，或在设置中提高 columns。",
    ),
    "required": ("A required column is empty: fill it in.", "必填列为空：请补全。"),
    "type": (
        "The value cannot be read as the column's type: correct it, or name its form in a profile.",
        "值无法按该列类型读取：请更正，或在配置档中说明其格式。",
    ),
    "enumeration": (
        "The value is not one of those allowed: correct it, or map it in a profile.",
        "取值不在允许范围内：请更正，或在配置档中添加映射。",
    ),
    "rounded": (
        "The identifier was rounded by a spreadsheet and has lost digits: export it as text.",
        "编号被表格软件舍入，尾数已丢失：请以文本格式重新导出。",
    ),
    "range": ("The value lies outside the allowed range: correct it.", "数值超出允许范围：请更正。"),
    "no_time": (
        "The dispute has neither opened_at nor ruled_at: fill in one of them.",
        "纠纷既无申请时间也无判定时间：请至少补充一项。",
    ),
    "refund_above_claim": ("More was refunded than claimed: correct the amounts.", "退款金额大于申请金额：请更正。"),
    "votes": ("There are more votes than jurors: correct the votes.", "票数超过评审员人数：请更正。"),
    ORPHAN_RULE: (
        "The dispute that the row refers to has not arrived; it is taken in once the dispute is delivered.",
        "该行所属的纠纷尚未到达；纠纷送达后会自动载入。",
    ),
    FORGOTTEN_RULE: (
        "The row spoke of a user who was forgotten; nothing is to be done.",
        "该行涉及已被要求删除的用户，内容已清除，无需处理。",
    ),
}


@dataclass(frozen=True)
class Books:
    """The accounts of a run.

    Attributes:
        files: One row per delivered file, for ``meta.files``; rows loaded are counted in the tables themselves.
        orphans: Quarantine rows of facts whose dispute has not arrived.
        reasons: What to do about each rule.
    """

    files: pl.DataFrame
    orphans: pl.DataFrame
    reasons: pl.DataFrame


def make_books(resolved: Resolved) -> Books:
    """Account for every row that was delivered.

    Args:
        resolved: The rows in force.

    Returns:
        The accounts.
    """
    orphans = pl.concat([_orphans(resolved, table) for table in resolved.orphans] or [_nothing()])
    fates = {
        "duplicates": _by_file(resolved, "duplicate"),
        "superseded": _by_file(resolved, "superseded"),
        "orphans": dict(orphans.group_by("file_id").len().iter_rows()),
    }
    rows = [_file_row(place, each, resolved, fates) for place, each in enumerate(resolved.ledger.deliveries)]
    reasons = [{"rule": rule, "reason_en": en, "reason_zh": zh} for rule, (en, zh) in REASONS.items()]
    files = pl.DataFrame(rows, schema=_FILES_SCHEMA) if rows else pl.DataFrame(schema=_FILES_SCHEMA)
    return Books(files, orphans, pl.DataFrame(reasons))


_FILES_SCHEMA: dict[str, pl.DataType] = {
    "delivery": pl.Int64(),
    **dict.fromkeys(("file_id", "batch", "file", "table_name", "profile", "format", "status"), pl.String()),
    **dict.fromkeys(("bytes", "rows_in", "quarantined", "duplicates", "superseded"), pl.Int64()),
    **dict.fromkeys(("not_recorded", "extra_columns", "note"), pl.String()),
}


def _file_row(
    place: int, delivery: Delivery, resolved: Resolved, fates: dict[str, dict[str, int]]
) -> dict[str, object]:
    staged = resolved.ledger.staged.get(delivery.file_id)
    return {
        "delivery": place,
        "file_id": delivery.file_id,
        "batch": delivery.batch,
        "file": delivery.name,
        "table_name": delivery.table,
        "profile": staged.profile if staged else "",
        "format": staged.format if staged else "",
        "status": delivery.status,
        "bytes": delivery.bytes,
        **_fates_of(delivery, staged, fates),
        "not_recorded": ", ".join(staged.not_recorded) if staged else "",
        "extra_columns": ", ".join(staged.extra_columns) if staged else "",
        "note": delivery.note,
    }


def _fates_of(delivery: Delivery, staged: StagedFile | None, fates: dict[str, dict[str, int]]) -> dict[str, int]:
    rows_in = staged.rows_in if staged else 0
    if delivery.status != "loaded" or staged is None:
        # Of a file delivered before every row repeats one that is there already.
        return {"rows_in": rows_in, "quarantined": 0, "duplicates": rows_in, "superseded": 0}
    found = {name: counts.get(delivery.file_id, 0) for name, counts in fates.items()}
    return {
        "rows_in": rows_in,
        "quarantined": staged.quarantined + found["orphans"],
        "duplicates": found["duplicates"],
        "superseded": found["superseded"],
    }


def _by_file(resolved: Resolved, fate: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for excluded in resolved.excluded.values():
        of_fate = excluded.filter(pl.col(FATE) == fate).group_by(FILE).len()
        counts |= dict(of_fate.iter_rows())
    return counts


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(schema=QUARANTINE_SCHEMA)


def _orphans(resolved: Resolved, table: str) -> pl.DataFrame:
    """Describe facts whose dispute has not arrived as rows of quarantine; identifiers of disputes are not personal."""
    names = {file.file_id: file.name for file in resolved.ledger.of_table(table)}
    waiting = resolved.orphans[table]
    return waiting.select(
        pl.col(FILE).alias("file_id"),
        pl.col(FILE).replace_strict(names, default=None, return_dtype=pl.String).alias("file"),
        pl.lit(table).alias("table_name"),
        pl.col(ROW).alias("row_number"),
        pl.lit(ORPHAN_RULE).alias("rule"),
        pl.lit("dispute_id").alias("column_name"),
        pl.col("dispute_id").alias("got"),
        pl.lit("a dispute that was delivered").alias("expected"),
        pl.lit(1, pl.UInt32).alias("n_broken"),
        pl.lit(None, pl.String).alias("raw"),
    )


def quarantine_paths(resolved: Resolved) -> list[str]:
    """Return the Parquet files with the rows that break a rule of their own."""
    return [
        str(staged_folder(resolved.layout, file.table, file.file_id) / "quarantine.parquet")
        for file in resolved.ledger.staged.values()
        if file.quarantined
    ]


def counts_by_table(books: Books, resolved: Resolved) -> dict[str, dict[str, int]]:
    """Add up the accounts by table; rows in force are counted in what was written, so that the sum is a check.

    Args:
        books: The accounts.
        resolved: The rows in force.

    Returns:
        For each table ``rows_in``, ``loaded``, ``quarantined``, ``duplicates`` and ``superseded``.
    """
    columns = ("rows_in", "quarantined", "duplicates", "superseded")
    loaded = {table: resolved.n_in_force(table) for table in INPUT_TABLES}
    sums = books.files.filter(pl.col("table_name") != "").group_by("table_name").agg(pl.col(columns).sum())
    found = {str(row["table_name"]): {name: int(row[name]) for name in columns} for row in sums.iter_rows(named=True)}
    return {table: {**counts, "loaded": loaded[table]} for table, counts in _in_order(found)}


def _in_order(found: dict[str, dict[str, int]]) -> Iterable[tuple[str, dict[str, int]]]:
    return ((table, found[table]) for table in INPUT_TABLES if table in found)

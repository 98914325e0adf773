"""Why a row is set aside, and what a person can do about it, in English and Chinese."""

from collections.abc import Mapping

import polars as pl

ORPHAN_RULE = "reference"
FORGOTTEN_RULE = "forgotten"
SCHEMA_RULE = "schema"

REASONS: Mapping[str, tuple[str, str]] = {
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
        "The identifier lost digits in a spreadsheet, so several became one: export it again as text.",
        "编号在电子表格中丢失了位数，多个编号变成了同一个：请以文本格式重新导出。",
    ),
    "range": ("The value lies outside the allowed range: correct it.", "数值超出允许范围：请更正。"),
    "no_time": (
        "The dispute has neither opened_at nor ruled_at: fill in one of them.",
        "纠纷既无申请时间也无判定时间：请至少补充一项。",
    ),
    "refund_above_claim": ("More was refunded than claimed: correct the amounts.", "退款金额大于申请金额：请更正。"),
    "votes": ("There are more votes than jurors: correct the votes.", "票数超过评审员人数：请更正。"),
    SCHEMA_RULE: (
        "The columns of the file are otherwise than before: mend the export, name the column in a profile, or let them "
        "evolve in the settings; then run rulings replay.",
        "文件的列与以往不同：请更正导出文件、在配置档中指明该列，"
        "或在设置中允许列变化（evolve），然后运行 rulings replay。",
    ),
    ORPHAN_RULE: (
        "The dispute that the row refers to has not arrived; it is taken in once the dispute is delivered.",
        "该行所属的纠纷尚未到达；纠纷送达后会自动载入。",
    ),
    FORGOTTEN_RULE: (
        "The row spoke of a user who was forgotten; nothing is to be done.",
        "该行涉及已被要求删除的用户，内容已清除，无需处理。",
    ),
}


def with_reasons(rows: pl.DataFrame) -> pl.DataFrame:
    """Add what to do about each row.

    Args:
        rows: Rows set aside, with their ``rule``.

    Returns:
        The rows with ``reason_en`` and ``reason_zh``.
    """
    words = {
        name: {rule: reason[place] for rule, reason in REASONS.items()}
        for place, name in enumerate(("reason_en", "reason_zh"))
    }
    return rows.with_columns(
        pl.col("rule").replace_strict(said, return_dtype=pl.String).alias(name) for name, said in words.items()
    )

"""Rows that cannot be loaded: what may be shown of them, though any field may hold anything.

Where a delimiter is missing, the identifier of a user stands in the column of the category. So what is not understood
is shown only as far as it has the form of something that identifies nobody.
"""

from typing import Final

import polars as pl

from transforms.privacy.addresses import sure_name_pattern
from transforms.privacy.kinds import PersonalData
from transforms.privacy.mask import mask_text
from transforms.registry import Table

HIDDEN: Final = "…"
_WORDS: Final = r"[\p{L}\p{N}_@]+"
# Short numbers, dates and times, in the pieces that `_WORDS` makes of them.
_HARMLESS: Final = (
    r"^(?:[0-9]{1,4}|(?:19|20)[0-9]{6}(?:T[0-9]{0,6}Z?)?|[0-9]{1,2}T[0-9]{1,6}Z?|[0-9]{1,4}年(?:[0-9]{1,2}月(?:[0-9]{1,2}日)?)?"
    r"|[0-9]{1,2}[月日时分秒])$"
)
# Letters with many digits, or many digits: the form of an account, not of a date, an amount or a misspelt word.
_LIKE_AN_ACCOUNT: Final = (
    r"[A-Za-z][A-Za-z_\-]*[0-9]{3,}[A-Za-z0-9_\-]*|[A-Za-z]+_[A-Za-z_]*[0-9]+[A-Za-z0-9_\-]*"
    r"|[0-9]{3,}[A-Za-z_][A-Za-z0-9_\-]*|[0-9]{9,}"
)


def redact_values(values: pl.Series) -> pl.Series:
    """Show values that are not valid in their column without what may identify a person.

    Args:
        values: Values as they were written.

    Returns:
        The values; what is written like a name is masked, what is written like an account is hidden.
    """
    names = values.str.contains(f"^{sure_name_pattern()}$").fill_null(value=False)
    shown = mask_text(values).str.replace_all(_LIKE_AN_ACCOUNT, HIDDEN)
    return shown.set(names, PersonalData.NAME.mask)


def redact_rows(rows: pl.Series, table: Table) -> pl.Series:
    """Show rows that could not be taken apart without what may identify a person.

    Args:
        rows: Rows as they stand in their file.
        table: The table that they belong to.

    Returns:
        The rows with every word hidden that is not a value or a column of the contract, a short number or a date.
    """
    pieces = pl.DataFrame({"row": pl.int_range(rows.len(), eager=True), "piece": rows}).with_columns(
        pl.col("piece").str.extract_all(rf"{_WORDS}|[^\p{{L}}\p{{N}}_@]+")
    )
    piece = pl.col("piece")
    is_word = piece.str.contains(f"^{_WORDS}$")
    harmless = piece.is_in(sorted(_vocabulary(table))) | piece.str.contains(_HARMLESS)
    shown = (
        pieces.explode("piece")
        .with_columns(pl.when(is_word & ~harmless).then(pl.lit(HIDDEN)).otherwise(piece).alias("piece"))
        .group_by("row", maintain_order=True)
        .agg(piece.drop_nulls().str.join(""))
    )
    whole = pieces.select("row").join(shown, on="row", how="left", maintain_order="left")["piece"].fill_null("")
    return whole.set(rows.is_null(), None).alias(rows.name)


def _vocabulary(table: Table) -> set[str]:
    known = {
        "true",
        "false",
        "True",
        "False",
        "TRUE",
        "FALSE",
        "null",
        "NULL",
        "None",
        "是",
        "否",
        "Y",
        "N",
        "yes",
        "no",
    }
    for column in table.columns:
        known.add(column.name)
        if column.enumeration:
            known |= {*column.enumeration.spellings}
    return known

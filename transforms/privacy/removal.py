"""Words that are removed while what was found in them stays.

A message whose text is removed keeps its acts and scores in columns of their own, so that its dispute is scored as
before. They are as the lists said at the time: nobody can read the words again.
"""

from typing import Final

import polars as pl

from transforms.tone.codes import ACTS
from transforms.tone.lexicon import Lexicon
from transforms.tone.messages import score_messages

#: What stands in place of a text that was removed.
REMOVED: Final = "[已删除]"
IS_REMOVED: Final = "__removed"
_SCORES: Final = ("hostility", "civility")
_KEPT: Final = "__kept_"
#: Columns that staged messages have beside those of the contract where a text was removed.
KEPT_SCHEMA: Final[dict[str, pl.DataType]] = {
    IS_REMOVED: pl.Boolean(),
    **{f"{_KEPT}{act}": pl.Boolean() for act in ACTS},
    **{f"{_KEPT}{score}": pl.Float64() for score in _SCORES},
}


def remove_texts(messages: pl.DataFrame, due: pl.Series, lexicon: Lexicon, extra: tuple[str, ...] = ()) -> pl.DataFrame:
    """Remove texts and keep what was found in them.

    Args:
        messages: Staged messages.
        due: Whether the text of each is to be removed; one that was removed before stays as it is.
        lexicon: The compiled word lists.
        extra: Further columns that go with the text.

    Returns:
        The messages in their order, with the columns of ``KEPT_SCHEMA``.
    """
    complete = messages.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in KEPT_SCHEMA.items() if name not in messages.columns
    )
    row = "__place"
    numbered = complete.with_row_index(row)
    leaving = numbered.filter(due & ~complete[IS_REMOVED].fill_null(value=False))
    found = score_messages(leaving.lazy().select(row, "sender", "text"), lexicon).collect()
    kept = found.select(
        row,
        pl.lit(value=True).alias(IS_REMOVED),
        *(pl.col(name).alias(f"{_KEPT}{name}") for name in (*ACTS, *_SCORES)),
        pl.lit(REMOVED).alias("text"),
    )
    updated = numbered.update(kept, on=row, how="left")
    gone = pl.col(IS_REMOVED).fill_null(value=False)
    cleared = (pl.when(~gone).then(pl.col(name)).alias(name) for name in extra)
    return updated.sort(row).with_columns(*cleared).drop(row)


def with_kept_scores(scored: pl.LazyFrame) -> pl.LazyFrame:
    """Give messages whose text was removed the acts and scores that were kept.

    Args:
        scored: Scored messages with the columns of ``KEPT_SCHEMA``.

    Returns:
        The messages without these columns.
    """
    gone = pl.col(IS_REMOVED).fill_null(value=False)
    kept = (
        pl.when(gone).then(pl.col(f"{_KEPT}{name}")).otherwise(pl.col(name)).alias(name) for name in (*ACTS, *_SCORES)
    )
    return scored.with_columns(*kept).drop(*KEPT_SCHEMA)


def without_text_of(sides: pl.DataFrame, messages: pl.DataFrame) -> pl.Series:
    """Tell which messages were written by given sides of disputes.

    Args:
        sides: ``dispute_id`` and ``party``.
        messages: Messages with ``dispute_id`` and ``sender``.

    Returns:
        One boolean a message.
    """
    marked = messages.select("dispute_id", "sender").join(
        sides.select("dispute_id", pl.col("party").alias("sender"), pl.lit(value=True).alias("found")).unique(),
        on=["dispute_id", "sender"],
        how="left",
        maintain_order="left",
    )
    return marked["found"].fill_null(value=False)

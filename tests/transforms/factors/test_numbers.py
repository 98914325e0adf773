"""Numbers in place of identifiers, there and back."""

import polars as pl

from transforms.factors.numbers import NUMBER, by_name, by_number


def test_disputes_are_named_by_their_number_and_by_their_name_again() -> None:
    names = pl.Series(["a", "b", "c"])
    rows = pl.LazyFrame({"at": [1, 2], "dispute_id": ["c", "a"], NUMBER: [2, 0]})
    numbered = by_number(rows).collect()
    assert numbered.to_dict(as_series=False) == {"at": [1, 2], "dispute_id": [2, 0]}
    assert by_name(numbered, names).equals(rows.collect().drop(NUMBER))

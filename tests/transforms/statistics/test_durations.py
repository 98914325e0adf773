"""The tables of how long disputes take."""

from datetime import UTC, datetime

import polars as pl
import pytest

from transforms.statistics.durations import ENDS, QUARTILES, SLICES, time_tables

RULED = datetime(2026, 1, 5, tzinfo=UTC)
SCHEMA = {
    "outcome": pl.String(),
    "ruled_at": pl.Datetime("us", "UTC"),
    "hours_to_close": pl.Float64(),
    "seller_id": pl.String(),
    "category": pl.String(),
    "claim": pl.String(),
    "decided_by": pl.String(),
}


def _disputes(*rows: tuple[str | None, datetime | None, float | None, str | None]) -> pl.LazyFrame:
    records = [(*row, "luxury", None, "jury") for row in rows]
    return pl.LazyFrame(records, schema=SCHEMA, orient="row")


def _some() -> pl.LazyFrame:
    ruled = [("buyer_wins", RULED, float(hours), f"s{hours % 7}") for hours in range(1, 21)]
    still = [(None, None, 30.0, "s1"), (None, None, 5.0, "s2")]
    return _disputes(*ruled, *still, ("settled", RULED, 9.5, "s3"), ("expired", None, 40.0, "s4"))


def test_a_closed_dispute_without_a_time_is_left_out_and_counted() -> None:
    _, quartiles = time_tables(_some())
    row = quartiles.filter(pl.col("slice") == "all").row(0, named=True)
    assert (row["n"], row["n_open"], row["n_without_time"]) == (23, 2, 1)


def test_settled_disputes_end_in_a_way_of_their_own() -> None:
    curves, _ = time_tables(_some())
    rows = curves.filter(pl.col("slice") == "all", pl.col("hours") == 12, pl.col("state") == "closed_unruled")
    # The settled one ends at hour 10. Of 23, nine ended before and one was last seen at hour 5.
    (share,) = rows["share"].to_list()
    survival_before = (1 - 5 / 23) * (1 - 4 / 17)
    assert share == pytest.approx(survival_before / 13)


def test_every_group_has_all_states_and_quartiles() -> None:
    curves, quartiles = time_tables(_some())
    assert set(curves["state"]) == {"still_open", *ENDS}
    assert sorted(set(quartiles["quantile"])) == list(QUARTILES)
    assert set(curves["slice"]) == set(SLICES)


@pytest.mark.parametrize(
    ("disputes", "status"),
    [
        (_disputes(), "no_times"),
        (_disputes(("buyer_wins", None, None, "s1")), "no_times"),
        (_disputes(("buyer_wins", RULED, 3.0, "s1")), "too_few_disputes"),
        (_disputes(*[("buyer_wins", RULED, 3.0, "s1")] * 12), "one_cluster"),
        (_disputes(*[("buyer_wins", RULED, float(n), None) for n in range(1, 60)]), "not_clustered"),
        (_disputes(*[(None, None, float(n), "s") for n in range(1, 60)]), "not_reached"),
    ],
    ids=["nothing", "no times", "one dispute", "one seller", "no sellers", "all open"],
)
def test_thin_data_has_a_status_and_no_numbers_that_are_none(disputes: pl.LazyFrame, status: str) -> None:
    curves, quartiles = time_tables(disputes)
    of_all = quartiles.filter(pl.col("slice") == "all")
    assert set(of_all["status"]) == {status}
    for frame in (curves, quartiles):
        for column in frame.select(pl.selectors.float()):
            assert not column.is_nan().any()
            assert not column.is_infinite().any()


def test_the_order_of_rows_makes_no_difference() -> None:
    forwards, backwards = time_tables(_some()), time_tables(_some().reverse())
    assert forwards[0].equals(backwards[0])
    assert forwards[1].equals(backwards[1])

"""The ranking claims no more than the intervals show."""

import pytest

from flows.report.estimates import Importance
from flows.report.importance import settled_pairs


def _row(factor: str, share: float, low: float | None, high: float | None) -> Importance:
    return Importance(factor, share, low, high, None, None, None, None, None, None, 900, 90, False, "ok")


@pytest.mark.parametrize(
    ("rows", "settled"),
    [
        # apart: each above all below it
        ((("evidence", 0.6, 0.5, 0.7), ("tone", 0.3, 0.2, 0.4), ("rules", 0.1, 0.0, 0.15)),
         {"evidence": ["tone", "rules"], "tone": ["rules"]}),
        # neighbours overlap, the ends do not
        ((("evidence", 0.5, 0.38, 0.6), ("tone", 0.35, 0.2, 0.4), ("rules", 0.15, 0.0, 0.3)), {"evidence": ["rules"]}),
        # all overlap
        ((("evidence", 0.4, 0.1, 0.7), ("tone", 0.35, 0.1, 0.6)), {}),
        # without an interval nothing is settled
        ((("evidence", 0.9, None, None), ("tone", 0.1, 0.0, 0.2)), {}),
    ],
)  # fmt: skip
def test_only_intervals_that_are_apart_settle_an_order(
    rows: tuple[tuple[str, float, float | None, float | None], ...], settled: dict[str, list[str]]
) -> None:
    assert settled_pairs([_row(*row) for row in rows]) == settled

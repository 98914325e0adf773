"""What moved: said in the report, with figures where enough disputes stand behind them."""

from dataclasses import replace

import pytest

from flows.report.blocks import Prose, Table
from flows.report.moved import VOLUME, Move, moved_section

MOVE = Move("outcome", "buyer_wins", 1000, 200, 0.4, 0.6, 20.0, 12.0, 28.0, is_moved=True)


def _said(*moves: Move) -> tuple[list[str], list[Table]]:
    blocks = moved_section(moves).blocks
    prose = [block.text.en for block in blocks if isinstance(block, Prose)]
    return prose, [block for block in blocks if isinstance(block, Table)]


def test_nothing_to_compare_and_nothing_moved() -> None:
    assert "nothing to compare" in _said()[0][0]
    prose, tables = _said(replace(MOVE, is_moved=False))
    assert "is like what was there before" in prose[0]
    assert tables == []


def test_what_moved_is_listed_the_largest_first() -> None:
    smaller = replace(MOVE, measure="category", value="luxury", difference_pp=-5.0)
    prose, (table,) = _said(smaller, replace(MOVE, value="seller_wins", is_moved=False), MOVE)
    assert "differs from what was there before" in prose[0]
    shown = [[cell.text.en for cell in row] for row in table.rows]
    assert [row[:6] for row in shown] == [
        ["Outcome", "Buyer wins", "1,000", "200", "40.0%", "60.0%"],
        ["Category", "Luxury", "1,000", "200", "40.0%", "60.0%"],
    ]
    assert "+20.0 pp" in shown[0][6]
    assert [row[1].text.zh for row in table.rows] == ["支持买家", "奢侈品"]


def test_a_volume_that_moved_is_a_sentence() -> None:
    volume = replace(MOVE, measure=VOLUME, value="disputes", difference_pp=None)
    prose, tables = _said(volume)
    assert "number of new disputes" in prose[1]
    assert tables == []


@pytest.mark.parametrize(
    ("share_before", "share_now", "is_hidden"),
    [(0.4, 0.6, False), (0.0, 0.1, False), (0.0, 0.04, True), (0.005, 0.3, True), (0.5, 0.96, True), (1.0, 0.5, False)],
)
def test_shares_of_few_disputes_are_hidden(share_before: float, share_now: float, is_hidden: bool) -> None:
    _, (table,) = _said(replace(MOVE, share_before=share_before, share_now=share_now))
    assert (table.rows[0][4].text.en == "hidden") is is_hidden


def test_levels_and_what_is_not_recorded_have_names() -> None:
    _, (table,) = _said(
        replace(MOVE, measure="evidence", value="3"), replace(MOVE, measure="tone", value="not_recorded")
    )
    assert [[cell.text.en for cell in row[:2]] for row in table.rows] == [
        ["Evidence", "level 3"],
        ["Tone", "Not recorded"],
    ]

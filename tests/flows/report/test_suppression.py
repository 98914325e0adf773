"""Hidden cells: what is hidden by itself, what goes with it, and that no hidden count can be worked out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.report.deduction import determined
from flows.report.suppression import Cell, Line, suppressed_cells


def _cell(name: str) -> Cell:
    return "slice", "value", name


def _hidden(counts: dict[str, int]) -> set[str]:
    """Hidden names of one sum; the key ``total`` is the sum."""
    parts = tuple(_cell(name) for name in counts if name != "total")
    line = Line(parts, _cell("total"))
    cells = suppressed_cells({_cell(name): n for name, n in counts.items()}, [line])
    return {name for _, _, name in cells}


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param({"a": 10, "b": 20, "total": 30}, set(), id="ten is shown"),
        pytest.param({"a": 9, "b": 20, "c": 30, "total": 59}, {"a", "b"}, id="the smallest other goes with it"),
        pytest.param({"a": 0, "b": 20, "total": 20}, set(), id="nobody stands behind an empty cell"),
        pytest.param({"a": 9, "b": 0, "c": 30, "total": 39}, {"a", "c"}, id="an empty cell protects nothing"),
        pytest.param({"a": 2, "b": 3, "c": 30, "d": 40, "total": 75}, {"a", "b", "c"}, id="2 + 3 would be told"),
        pytest.param({"a": 5, "b": 6, "c": 30, "total": 41}, {"a", "b"}, id="eleven together is enough"),
        pytest.param({"a": 2, "b": 3, "total": 5}, {"a", "b", "total"}, id="a small whole"),
        pytest.param({"a": 2, "b": 0, "total": 2}, {"a", "total"}, id="a small whole with an empty part"),
        pytest.param({"total": 0, "a": 0}, set(), id="nothing at all"),
    ],
)
def test_one_sum(counts: dict[str, int], expected: set[str]) -> None:
    assert _hidden(counts) == expected


def test_a_kept_subtotal_is_hidden_last() -> None:
    counts = {_cell("ruled"): 500, _cell("open"): 3, _cell("total"): 503}
    line = Line((_cell("open"),), _cell("total"), kept=(_cell("ruled"),))
    assert suppressed_cells(counts, [line]) == {_cell("open"), _cell("total")}


def test_shares_of_a_hidden_total_are_hidden_with_it() -> None:
    counts = {_cell("a"): 100, _cell("b"): 200, _cell("c"): 5, _cell("ab"): 300, _cell("all"): 305}
    lines = [
        Line((_cell("a"), _cell("b")), _cell("ab"), are_shares=True),
        Line((_cell("ab"), _cell("c")), _cell("all")),
    ]
    assert suppressed_cells(counts, lines) == {_cell("c"), _cell("ab"), _cell("a"), _cell("b")}


def test_a_line_with_an_unknown_cell_is_passed_over() -> None:
    counts = {_cell("a"): 3, _cell("total"): 50}
    assert suppressed_cells(counts, [Line((_cell("a"), _cell("b")), _cell("total"))]) == {_cell("a")}


def _table_lines(rows: list[tuple[int, int, int]]) -> tuple[dict[Cell, int], list[Line]]:
    """A table of groups by outcomes with both margins, as the report has it."""
    counts: dict[Cell, int] = {}
    lines: list[Line] = []
    columns = ("0", "1", "2")
    whole = tuple(sum(row[place] for row in rows) for place in range(3))
    for place, row in [*((("s", str(place)), row) for place, row in enumerate(rows)), (("all", "all"), whole)]:
        counts |= {(*place, column): n for column, n in zip(columns, row, strict=True)}
        counts[*place, "sum"] = sum(row)
        lines.append(Line(tuple((*place, column) for column in columns), (*place, "sum"), are_shares=True))
    lines += [
        Line(tuple(("s", str(place), column) for place in range(len(rows))), ("all", "all", column))
        for column in (*columns, "sum")
    ]
    return counts, lines


def _determined_by_rank(lines: list[Line], hidden: frozenset[Cell]) -> set[Cell]:
    """Oracle: a count is known if its unit vector adds nothing to the rank of the equations."""
    order = {cell: place for place, cell in enumerate(sorted(hidden))}
    matrix = np.zeros((len(lines), len(order)))
    for row, line in enumerate(lines):
        for cell in line.summands:
            if cell in order:
                matrix[row, order[cell]] += 1
        if line.total in order:
            matrix[row, order[line.total]] -= 1
    rank = np.linalg.matrix_rank(matrix) if matrix.size else 0
    unit = np.eye(len(order))
    return {cell for cell, place in order.items() if np.linalg.matrix_rank(np.vstack([matrix, unit[place]])) == rank}


# the four kinds of count that matter: none, too few, some, many
_COUNTS = st.one_of(st.just(0), st.integers(0, 15), st.integers(0, 60), st.integers(50, 500))


@settings(max_examples=150)
@given(st.lists(st.tuples(_COUNTS, _COUNTS, _COUNTS), min_size=1, max_size=6))
def test_no_small_count_can_be_worked_out(rows: list[tuple[int, int, int]]) -> None:
    counts, lines = _table_lines(rows)
    hidden = suppressed_cells(counts, lines)
    assert {cell for cell, n in counts.items() if 0 < n < 10} <= hidden
    assert not {cell for cell in _determined_by_rank(lines, hidden) if counts[cell] < 10}


def test_several_lines_together_give_nothing_away() -> None:
    # found by the search above: rows and columns each hide two cells, but all sums together gave the 7 away
    counts, lines = _table_lines([(29, 0, 7), (4, 0, 0), (243, 46, 9)])
    hidden = suppressed_cells(counts, lines)
    assert ("s", "0", "2") in hidden
    assert ("s", "0", "2") not in _determined_by_rank(lines, hidden)


@pytest.mark.parametrize(
    ("equations", "expected"),
    [
        pytest.param([], set(), id="no equation"),
        pytest.param([{"a": 1}], {"a"}, id="one unknown"),
        pytest.param([{"a": 1, "b": 1}], set(), id="two unknowns"),
        pytest.param([{"a": 1, "b": 1}, {"a": 1, "b": 1}], set(), id="the same twice"),
        pytest.param([{"a": 1, "b": 1}, {"a": 1, "b": -1}], {"a", "b"}, id="sum and difference"),
        pytest.param([{"a": 1, "b": 1}, {"b": 1, "c": 1}, {"a": 1, "c": 1, "d": 1}], set(), id="one too few"),
        pytest.param([{"a": 1, "b": 1}, {"b": 1, "c": 1}, {"a": 1, "b": 1, "c": 1}], {"a", "b", "c"}, id="a chain"),
    ],
)
def test_determined(equations: list[dict[str, int]], expected: set[str]) -> None:
    assert determined(equations) == expected

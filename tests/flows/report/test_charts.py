"""Charts: text stays text, colours follow the page, layout does not depend on the data's words."""

import re
import xml.etree.ElementTree as ET

import pytest

from flows.report.charts import (
    Accessible,
    ChartRow,
    Mark,
    interval_chart,
    round_scale,
    share_scale,
    trend_chart,
    wrap_label,
)
from tests.flows.report.releases import HOSTILE

_ABOUT = Accessible("key-en", "Title <b>", "What it shows & more")
_SVG = "{http://www.w3.org/2000/svg}"


def _row(name: str, *values: float | None) -> ChartRow:
    marks = tuple(
        None if value is None else Mark("buyer", value, value - 5, value + 5, f"{name}: {value}") for value in values
    )
    return ChartRow(name, "n=10", marks)


def _texts(svg: str, tag: str) -> list[str]:
    return ["".join(element.itertext()) for element in ET.fromstring(svg).iter(f"{_SVG}{tag}")]


def test_an_interval_chart_names_rows_and_marks() -> None:
    svg = interval_chart([_row("奢侈品", 40.0, 20.0), _row("Digital", 30.0, None)], share_scale(45), _ABOUT)
    assert {"奢侈品", "Digital", "n=10", "0%", "60%"} <= set(_texts(svg, "text"))
    titles = _texts(svg, "title")
    assert titles[0] == "Title <b>"
    # each mark has its tooltip on the line and on the dot
    assert sorted(titles[1:]) == ["Digital: 30.0"] * 2 + ["奢侈品: 20.0"] * 2 + ["奢侈品: 40.0"] * 2
    root = ET.fromstring(svg)
    assert root.get("aria-labelledby") == "key-en-title key-en-desc"
    assert root.get("role") == "img"


def _place(svg: str, tag: str) -> float:
    """Where the last element of a kind lies on the axis of the numbers, in pixels."""
    element = list(ET.fromstring(svg).iter(f"{_SVG}{tag}"))[-1]
    return float(re.findall(r"[-\d.]+", element.attrib["transform"])[0])


@pytest.mark.parametrize("n", ["n=10", "n=196,903", "n=10,000,000"])
def test_n_stands_beside_the_marks(n: str) -> None:
    svg = interval_chart([ChartRow("Digital", n, (Mark("buyer", 60.0, 60.0, 60.0, "tip"),))], share_scale(60), _ABOUT)
    # 11 pixels high, and in a wide font 0.64 of that for each character
    assert _place(svg, "text") - len(n) * 0.64 * 11 >= _place(svg, "path") + 6


def test_only_estimates_have_a_tooltip() -> None:
    svg = interval_chart([_row("a", 2.0)], round_scale(-3, 7, " pp"), _ABOUT)
    assert _texts(svg, "title")[1:] == ["a: 2.0"] * 2
    assert {"−5", "0", "+5", "+10"} <= set(_texts(svg, "text"))


def test_colours_follow_the_page() -> None:
    svg = interval_chart([_row("a", 40.0)], share_scale(45), _ABOUT)
    used = {element.get(name, "") for element in ET.fromstring(svg).iter() for name in ("fill", "stroke")}
    assert used - {"", "none"} == {"var(--buyer)", "var(--ink)", "var(--soft)", "var(--grid)"}


def test_hostile_names_stay_text() -> None:
    svg = interval_chart([_row(HOSTILE, 40.0)], share_scale(45), _ABOUT)
    tags = {element.tag.removeprefix(_SVG) for element in ET.fromstring(svg).iter()}
    assert tags == {"svg", "title", "desc", "g", "line", "path", "text", "tspan"}
    assert any(text.startswith(HOSTILE) for text in _texts(svg, "title"))


def test_a_row_without_numbers_and_a_chart_without_rows_are_drawn() -> None:
    assert "Reputation" in _texts(interval_chart([_row("Reputation", None)], share_scale(0), _ABOUT), "text")
    assert "0%" in _texts(interval_chart([], share_scale(0), _ABOUT), "text")


def test_a_mark_without_an_interval_is_a_dot() -> None:
    row = ChartRow("a", "n=3", (Mark("main", 30.0, None, None, "a: 30"),))
    assert _texts(interval_chart([row], share_scale(30), _ABOUT), "title")[1:] == ["a: 30", "a: 30"]


def test_a_trend_is_broken_where_a_number_is_missing() -> None:
    values = [30.0, 35.0, None, 40.0, 45.0]
    rows = [_row(f"2026-{month:02}", value) for month, value in enumerate(values, 1)]
    root = ET.fromstring(trend_chart(rows, share_scale(60), _ABOUT))
    lines = [path for path in root.iter(f"{_SVG}path") if path.get("stroke") == "var(--buyer)"]
    assert len(lines) == 2
    tips = ["".join(title.itertext()) for title in root.iter(f"{_SVG}title")][1:]
    assert tips == ["2026-01: 30.0", "2026-02: 35.0", "2026-04: 40.0", "2026-05: 45.0"]
    assert "2026-01" in ["".join(text.itertext()) for text in root.iter(f"{_SVG}text")]


def test_the_same_chart_has_the_same_bytes() -> None:
    rows = [_row("a", 40.0), _row("b", 30.0)]
    assert interval_chart(rows, share_scale(45), _ABOUT) == interval_chart(rows, share_scale(45), _ABOUT)


@pytest.mark.parametrize(
    ("low", "high", "reference", "ticks"),
    [
        (-8.0, 14.3, 0.0, (-10, 0, 10, 20)),
        (0.05, 0.15, 0.0, (0, 0.05, 0.1, 0.15)),
        (0.0, 0.0, 0.0, None),
        (0.45, 0.81, 0.5, (0.3, 0.5, 0.7, 0.9)),
        (-100.0, 100.0, 0.0, (-100, 0, 100)),
    ],
)
def test_round_scale(low: float, high: float, reference: float, ticks: tuple[float, ...] | None) -> None:
    scale = round_scale(low, high, "", reference)
    assert scale.low <= low <= high <= scale.high
    assert reference in scale.ticks
    assert 2 <= len(scale.ticks) <= 6
    if ticks is not None:
        assert scale.ticks == pytest.approx(ticks)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("not as described", 6.0, ["not as", "described"]),
        ("商品描述截图与聊天记录", 4.0, ["商品描述", "截图与…"]),
        ("Fifth 1:\n−1.00 … −0.40", 8.0, ["Fifth 1:", "−1.00 … −0.40"]),
        ("unbreakable_name_of_a_column", 6.0, ["unbreakabl", "e_name_o…"]),
        ("", 6.0, [""]),
    ],
)
def test_wrap_label(text: str, width: float, lines: list[str]) -> None:
    assert wrap_label(text, width) == lines

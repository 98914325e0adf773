"""Charts as files: they stand alone, and their Chinese is drawn."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from flows.errors import UsageError
from flows.report.blocks import Figure, Figures
from flows.report.chart_files import _drawing_library, chart_files, standalone
from flows.report.data import ReportData, read_release
from flows.report.page import build_page
from tests.flows.report.releases import full_release
from transforms.registry import Label


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> ReportData:
    return read_release(full_release().write(tmp_path_factory.mktemp("charts") / "rulings.duckdb"))


@pytest.fixture(scope="module")
def figure(data: ReportData) -> Figure:
    found = [block for part in build_page(data).sections for block in part.blocks if isinstance(block, Figures)]
    return found[0].figures[0]


def test_a_chart_stands_alone(figure: Figure) -> None:
    svg = standalone(figure, "zh", "run-7")
    texts = [element.text for element in ET.fromstring(svg).iter() if element.tag.endswith("}text")]
    assert figure.title.zh in texts
    assert all(item.text.zh in texts for item in figure.legend)
    assert any("run-7" in (text or "") for text in texts)
    assert "var(" not in svg
    assert "http" not in svg.replace("http://www.w3.org/", "")


def test_chinese_is_drawn_and_not_a_row_of_boxes(figure: Figure) -> None:
    drawn = []
    for title in ("证据规则", "语气信誉"):
        svg = standalone(replace(figure, title=Label("same", title)), "zh", "run-7")
        drawn.append(_drawing_library().svg_to_png(svg))
    assert drawn[0].startswith(b"\x89PNG")
    # characters that the font lacks would look alike
    assert drawn[0] != drawn[1]


def test_each_chart_comes_in_both_languages(data: ReportData, tmp_path: Path) -> None:
    written = chart_files(data, ("rates-category",), "svg", tmp_path)
    assert [path.name for path in written] == ["rates-category-en.svg", "rates-category-zh.svg"]


def test_a_chart_that_is_none_gets_the_closest_ones(data: ReportData, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="rates-category"):
        chart_files(data, ("rate-category",), "svg", tmp_path)

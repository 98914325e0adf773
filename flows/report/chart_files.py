"""The charts of the report as files of their own: with title, legend and source, as SVG or PNG, in both languages."""

import difflib
import importlib.util
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flows.errors import RunError, UsageError
from flows.report.blocks import Figure, Figures, Page
from flows.report.charts import COLOURS, WIDTH, text_width, wrap_label
from flows.report.data import ReportData
from flows.report.groups import LANGUAGES
from flows.report.page import build_page
from transforms.registry import Label

if TYPE_CHECKING:
    from types import ModuleType

_SVG = "http://www.w3.org/2000/svg"
_FONTS = "Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
#: Ships the font that PNG files are drawn with.
_FONT_PACKAGE = "zhplot"
_TITLE, _SMALL = 13, 11
_MARGIN = 8
_SCALE = 3.0


def chart_files(data: ReportData, names: Sequence[str], form: str, out: Path) -> list[Path]:
    """Write charts of the report.

    Args:
        data: What was read from the release; cells that the report hides are not drawn.
        names: Keys of charts, empty for all.
        form: ``svg`` or ``png``.
        out: A folder; files of the same name in it are replaced.

    Returns:
        The files, one for each chart and language.

    Raises:
        RunError: The font for PNG is not installed.
        UsageError: There is no such chart.
    """
    figures = {figure.key: figure for figure in _figures(build_page(data))}
    wanted = list(names) or list(figures)
    for name in wanted:
        if name not in figures:
            near = difflib.get_close_matches(name, figures, n=3, cutoff=0.3) or sorted(figures)
            raise UsageError(f"there is no chart {name}; the closest are {', '.join(near)}")
    source = data.run.run_id if data.run else ""
    out.mkdir(parents=True, exist_ok=True)
    drawing = _drawing_library() if form == "png" else None
    written = []
    for name in wanted:
        for language in LANGUAGES:
            svg = standalone(figures[name], language, source)
            path = out / f"{name}-{language}.{form}"
            path.write_bytes(svg.encode() if drawing is None else drawing.svg_to_png(svg, scale=_SCALE))
            written.append(path)
    return written


def _figures(page: Page) -> Iterator[Figure]:
    for section in page.sections:
        for block in section.blocks:
            if isinstance(block, Figures):
                yield from block.figures


def _drawing_library() -> "ModuleType":
    """The library that draws PNG, with a font that has Chinese."""
    import vl_convert  # noqa: PLC0415 - heavy

    # the package is looked for, not loaded: it would load a plotting library
    spec = importlib.util.find_spec(_FONT_PACKAGE)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        raise RunError(f"the font for PNG is not installed ({_FONT_PACKAGE}); write --format svg, or run: make setup")
    vl_convert.register_font_directory(str(Path(folders[0]) / "fonts"))
    return vl_convert


def standalone(figure: Figure, language: str, source: str) -> str:
    """A chart with its title, legend and source around it, on white, with colours and fonts of its own.

    Args:
        figure: The chart.
        language: One of `LANGUAGES`.
        source: The run that it shows.

    Returns:
        An SVG document.
    """
    ET.register_namespace("", _SVG)
    chart = ET.fromstring(_coloured(getattr(figure.svg, language)))
    width, height = (float(chart.get(name, "0")) for name in ("width", "height"))
    root = ET.Element(f"{{{_SVG}}}svg", {"font-family": _FONTS})
    y = _write_title(root, getattr(figure.title, language))
    y = _write_legend(root, figure, language, y)
    chart.set("x", str(_MARGIN))
    chart.set("y", str(y))
    for element in chart.iter():
        element.attrib.pop("class", None)
    root.append(chart)
    y += height + 4
    about = getattr(_SOURCE, language).format(source)
    for line in wrap_label(about, WIDTH / _SMALL, 4):
        y += _SMALL + 4
        _text(root, _MARGIN, y, line, _SMALL, COLOURS["soft"])
    _finish(root, width + 2 * _MARGIN, y + _MARGIN)
    return ET.tostring(root, encoding="unicode")


_SOURCE = Label(
    "Run {}. Lines and bands are 95% intervals, by seller. Association among rulings, not cause.",
    "运行 {}。线段与色带为按卖家聚类的 95% 区间。为判定中的关联，并非因果。",
)


def _coloured(svg: str) -> str:
    for name, colour in COLOURS.items():
        svg = svg.replace(f"var(--{name})", colour)
    return svg


def _write_title(root: ET.Element, title: str) -> float:
    y = float(_MARGIN)
    for line in wrap_label(title, WIDTH / _TITLE, 4):
        y += _TITLE + 4
        _text(root, _MARGIN, y, line, _TITLE, COLOURS["ink"]).set("font-weight", "bold")
    return y + 6


def _write_legend(root: ET.Element, figure: Figure, language: str, y: float) -> float:
    """Entries in a row, with a new row where one does not fit."""
    x = float(_MARGIN)
    for place, item in enumerate(figure.legend):
        text = getattr(item.text, language)
        size = 14 + text_width(text) * _SMALL + 12
        if x + size > WIDTH + _MARGIN and place:
            x, y = float(_MARGIN), y + _SMALL + 6
        _key(root, item.tone, x + 4, y + 8)
        _text(root, x + 14, y + 12, text, _SMALL, COLOURS["soft"])
        x += size
    return y + _SMALL + 8 if figure.legend else y


def _key(root: ET.Element, tone: str, x: float, y: float) -> None:
    if tone in COLOURS:
        ET.SubElement(root, f"{{{_SVG}}}circle", {"cx": f"{x:g}", "cy": f"{y:g}", "r": "4", "fill": COLOURS[tone]})
        return
    line = {"x1": f"{x:g}", "x2": f"{x:g}", "y1": f"{y - 5:g}", "y2": f"{y + 5:g}"}
    ET.SubElement(root, f"{{{_SVG}}}line", {**line, "stroke": COLOURS["soft"], "stroke-dasharray": "3 2"})


def _text(root: ET.Element, x: float, y: float, text: str, size: int, colour: str) -> ET.Element:
    place = {"x": f"{x:g}", "y": f"{y:g}", "font-size": f"{size}px", "fill": colour}
    element = ET.SubElement(root, f"{{{_SVG}}}text", place)
    element.text = text
    return element


def _finish(root: ET.Element, width: float, height: float) -> None:
    root.set("width", f"{width:g}")
    root.set("height", f"{height:g}")
    root.set("viewBox", f"0 0 {width:g} {height:g}")
    root.insert(0, ET.Element(f"{{{_SVG}}}rect", {"width": "100%", "height": "100%", "fill": "#ffffff"}))

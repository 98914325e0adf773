"""Charts: Altair builds them, vl-convert draws them as SVG, and this module makes the SVG part of the page.

One width serves all (docs/decisions/060-report-page.md): drawn for a phone, enlarged beside each other where there is
room. Labels are marks of the chart, wrapped here, so that neither a label from the data becomes part of an expression
nor the layout depends on the fonts of the machine that draws. Colours become variables of the style sheet, so that
charts turn dark with the page.
"""

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal
from unicodedata import east_asian_width

if TYPE_CHECKING:
    import altair

#: Vega-Lite of the installed Altair, as vl-convert names it.
VEGA_LITE = "6.4"
#: Colours as they are drawn, and the variables of the style sheet that they become.
COLOURS = {
    "buyer": "#1b6ac9",
    "seller": "#b5540a",
    "partial": "#6f6a8a",
    "main": "#14746b",
    "other": "#7a7f87",
    "ink": "#1c2024",
    "soft": "#5a6068",
    "grid": "#e3e5e8",
}
_VARIABLES = {colour: f"var(--{name})" for name, colour in COLOURS.items()}

#: Width of the whole drawing.
WIDTH = 360
#: Least room for the numbers of disputes on the right, and what a figure takes in a font that is wide.
_LEAST_RIGHT = 66
_FIGURE_EMS = 0.64
_BESIDE_N = 14
_LEFTS = (104, 124, 144, 158)
_MOST_LINES = 3
_TOP, _BOTTOM = 6, 24
_FONT = 12
SMALL = 11
_LINE = _FONT + 2
_LABEL_PADDING = 6
_SERIES_STEP = 15
_ROW_PADDING = 14
TREND_HEIGHT = 150
TREND_LEFT = 40
_MAX_MONTH_LABELS = 5
_SVG = "http://www.w3.org/2000/svg"


@dataclass(frozen=True)
class Mark:
    """An estimate with its interval: ``tone`` names a colour, ``tip`` says it in words."""

    tone: str
    value: float
    low: float | None
    high: float | None
    tip: str


@dataclass(frozen=True)
class ChartRow:
    """A row of a chart: its name, its n, and one mark per series (None where there is no number)."""

    name: str
    n: str
    marks: tuple[Mark | None, ...]


@dataclass(frozen=True)
class Scale:
    """The axis of the numbers: its ends, the places of its ticks, what follows a number, a line of reference."""

    low: float
    high: float
    ticks: tuple[float, ...]
    unit: Literal["%", " pp", ""] = ""
    reference: float | None = None


@dataclass(frozen=True)
class Accessible:
    """Fixed id, title and description of a chart, for people who do not see it."""

    key: str
    title: str
    description: str


def share_scale(highest: float) -> Scale:
    """Axis for shares in %, from 0 to the next fifth above the highest."""
    top = min(max(math.ceil(highest / 20) * 20, 20), 100)
    step = 20 if top > 40 else 10  # noqa: PLR2004 - an axis up to 40 has room for every tenth
    return Scale(0, top, tuple(range(0, top + 1, step)), "%")


def round_scale(low: float, high: float, unit: Literal["%", " pp", ""], reference: float = 0.0) -> Scale:
    """Axis with at most five round ticks that holds both ends and the reference, which is one of the ticks."""
    below, above = max(reference - low, 0.0), max(high - reference, 0.0)
    step = _round_up(max(below + above, 1e-6) / 3)
    first, last = -math.ceil(below / step - 1e-9), math.ceil(above / step - 1e-9)
    ticks = tuple(round(reference + step * i, 10) for i in range(first, max(last, first + 1) + 1))
    return Scale(ticks[0], ticks[-1], ticks, unit, reference)


def _round_up(value: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    power: float = 10.0 ** math.floor(math.log10(value))
    return next((factor * power for factor in (1, 2, 2.5, 5) if factor * power >= value), 10 * power)


def text_width(text: str) -> float:
    """Width in ems: a Chinese character takes one, a Latin one about half."""
    return sum(1.0 if east_asian_width(char) in "WF" else 0.56 for char in text)


def wrap_label(text: str, width: float, max_lines: int = 2) -> list[str]:
    """Break a label into lines of at most ``width`` ems, at a space where there is one, and cut what is too long.

    A line feed in the label breaks it too.
    """
    lines = [line for part in text.splitlines() for line in _broken(" ".join(part.split()), width)]
    if len(lines) > max_lines:
        last = lines[max_lines - 1]
        lines = [*lines[: max_lines - 1], last[: _fitting(last, width - 1)].rstrip() + "…"]
    return lines or [""]


def _broken(text: str, width: float) -> list[str]:
    """Lines of at most ``width`` ems."""
    lines: list[str] = []
    rest = text
    while rest:
        size = _fitting(rest, width)
        space = rest.rfind(" ", 1, size + 1) if size < len(rest) else -1
        size = space if space > 0 else size
        lines.append(rest[:size].rstrip())
        rest = rest[size:].lstrip()
    return lines


def _fitting(text: str, width: float) -> int:
    """How many characters fit, at least one."""
    total = 0.0
    for place, char in enumerate(text):
        total += text_width(char)
        if total > width:
            return max(place, 1)
    return len(text)


def tick_text(value: float, scale: Scale) -> str:
    """The label of a tick."""
    signed = scale.unit == " pp" and value > 0
    text = f"{value:+g}" if signed else f"{value:g}"
    return text.replace("-", "\u2212") + ("%" if scale.unit == "%" else "")


def base_properties(height: float, left: int, plot: int, right: int) -> dict[str, Any]:
    """Size and padding of a drawing; nothing is fitted by what it holds."""
    return {
        "width": plot,
        "height": height,
        "padding": {"left": left, "right": right, "top": _TOP, "bottom": _BOTTOM},
        "autosize": "none",
        "background": "transparent",
    }


@contextmanager
def unchecked() -> Iterator[None]:
    """Build charts without Altair's check of every part against its schema, which takes longer than drawing them.

    What is wrong with a chart still shows when it is drawn.
    """
    from altair.utils.schemapi import debug_mode  # noqa: PLC0415 - heavy

    with debug_mode(arg=False):
        yield


def finish(layers: "Sequence[altair.Chart]", properties: Mapping[str, Any], about: Accessible) -> str:
    """Draw a chart and make it part of the page.

    The layers are put together here, since Altair copies every part of them several times over.

    Args:
        layers: What is drawn, the lowest first.
        properties: Size and padding.
        about: What it is.
    """
    import vl_convert  # noqa: PLC0415 - heavy

    context: dict[str, Any] = {"datasets": {}, "top_level": False}
    drawn = [layer.to_dict(validate=False, context=context) for layer in layers]
    spec = {**properties, "config": {"view": {"stroke": None}}, "layer": drawn, "datasets": context["datasets"]}
    return _inline(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[]), about)


def interval_chart(rows: Sequence[ChartRow], scale: Scale, about: Accessible) -> str:
    """Draw rows of estimates with intervals.

    Args:
        rows: Rows from top to bottom, each with the same number of marks.
        scale: Axis of the numbers.
        about: What it is.

    Returns:
        An ``svg`` element.
    """
    import altair as alt  # noqa: PLC0415 - heavy

    n_series = max((len(row.marks) for row in rows), default=1)
    room = _room(rows)
    step = max(n_series * _SERIES_STEP + _ROW_PADDING, room.n_lines * _LINE + _LABEL_PADDING)
    height = max(len(rows), 1) * step
    layers = [*_grid(alt, scale, height), *_names(alt, rows, step, room), *_estimates(alt, rows, step, scale)]
    return finish(layers, base_properties(height, room.left, room.plot, room.right), about)


@dataclass(frozen=True)
class _Room:
    """The room for names on the left and for n on the right, in pixels, and the most lines that a name takes."""

    left: int
    n_lines: int
    right: int

    @property
    def width(self) -> float:
        """Width of a line in ems, with some to spare: text is wide or narrow by its letters."""
        return 0.92 * (self.left - 8) / _FONT

    @property
    def plot(self) -> int:
        """What is left for the marks."""
        return WIDTH - self.left - self.right


def _room(rows: Sequence[ChartRow]) -> _Room:
    """The least room in which every name stands in two lines, else the most room and as many lines as that takes."""
    longest = max((len(row.n) for row in rows), default=0)
    right = max(_LEAST_RIGHT, math.ceil(longest * _FIGURE_EMS * SMALL) + _BESIDE_N)
    for left in _LEFTS:
        width = _Room(left, 1, right).width
        lines = [wrap_label(row.name, width, max_lines=_MOST_LINES) for row in rows]
        n_lines = max((len(each) for each in lines), default=1)
        is_whole = not any(text_width(line) > width or line.endswith("…") for each in lines for line in each)
        is_broken = any(_breaks_word(row.name, each) for row, each in zip(rows, lines, strict=True))
        if n_lines <= 2 and is_whole and not is_broken:  # noqa: PLR2004 - two lines fit beside two marks
            break
    return _Room(left, n_lines, right)


def _breaks_word(name: str, lines: Sequence[str]) -> bool:
    """Whether a word of a language with spaces is broken within."""
    words = name.split()
    return len(words) > 1 and any(word not in words for line in lines for word in line.split())


def _pixel_y(alt: ModuleType, field: str, height: float) -> "altair.Y":
    return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[0, height], reverse=True, nice=False), axis=None)


def _number_x(alt: ModuleType, field: str, scale: Scale) -> "altair.X":
    return alt.X(f"{field}:Q", scale=alt.Scale(domain=[scale.low, scale.high], nice=False), axis=None)


def _grid(alt: ModuleType, scale: Scale, height: float) -> "list[altair.Chart]":
    ticks = [{"x": tick, "label": tick_text(tick, scale), "y": height} for tick in scale.ticks]
    data = alt.Chart(alt.Data(values=ticks)).encode(x=_number_x(alt, "x", scale))
    lines = data.mark_rule(color=COLOURS["grid"], aria=False)
    words = data.mark_text(aria=False, dy=13, fontSize=SMALL, color=COLOURS["soft"], baseline="middle").encode(
        text=alt.Text("label:N"), y=_pixel_y(alt, "y", height)
    )
    if scale.reference is None:
        return [lines, words]
    reference = alt.Chart(alt.Data(values=[{"x": scale.reference}])).encode(x=_number_x(alt, "x", scale))
    return [lines, words, reference.mark_rule(color=COLOURS["soft"], strokeDash=[4, 3], aria=False)]


def _names(alt: ModuleType, rows: Sequence[ChartRow], step: float, room: _Room) -> "list[altair.Chart]":
    height = len(rows) * step
    values = []
    for place, row in enumerate(rows):
        lines = wrap_label(row.name, room.width, _MOST_LINES)
        # a text of several lines hangs from its first; middle them
        top = (place + 0.5) * step - (len(lines) - 1) * _LINE / 2
        values.append({"y": (place + 0.5) * step, "top": top, "name": lines, "n": row.n})
    data = alt.Chart(alt.Data(values=values)).encode(y=_pixel_y(alt, "y", height))
    names = data.mark_text(
        aria=False, align="right", baseline="middle", fontSize=_FONT, color=COLOURS["ink"], lineHeight=_LINE
    ).encode(x=alt.XValue(-8), y=_pixel_y(alt, "top", height), text=alt.Text("name:N"))
    counts = data.mark_text(aria=False, align="right", baseline="middle", fontSize=SMALL, color=COLOURS["soft"]).encode(
        x=alt.XValue(room.plot + room.right - 4), text=alt.Text("n:N")
    )
    return [names, counts]


def _estimates(alt: ModuleType, rows: Sequence[ChartRow], step: float, scale: Scale) -> "list[altair.Chart]":
    height = len(rows) * step
    values = [
        _mark_values(mark, place * step + _ROW_PADDING / 2 + (series + 0.5) * _SERIES_STEP, scale)
        for place, row in enumerate(rows)
        for series, mark in enumerate(row.marks)
        if mark is not None
    ]
    data = alt.Chart(alt.Data(values=values)).encode(
        y=_pixel_y(alt, "y", height),
        color=alt.Color("colour:N", scale=None, legend=None),
        description=alt.Description("tip:N"),
    )
    lines = data.mark_rule(strokeWidth=2.5, strokeCap="round").encode(
        x=_number_x(alt, "low", scale), x2=alt.X2("high:Q")
    )
    dots = data.mark_point(filled=True, size=56, opacity=1).encode(x=_number_x(alt, "value", scale))
    return [lines, dots]


def _mark_values(mark: Mark, y: float, scale: Scale) -> dict[str, Any]:
    """A mark within the ends of the axis; without an interval it is a dot."""

    def clip(value: float | None) -> float:
        return min(max(mark.value if value is None else value, scale.low), scale.high)

    return {
        "y": y,
        "value": clip(mark.value),
        "low": clip(mark.low),
        "high": clip(mark.high),
        "colour": COLOURS[mark.tone],
        "tip": mark.tip,
    }


def trend_chart(rows: Sequence[ChartRow], scale: Scale, about: Accessible, changes: Sequence[int] = ()) -> str:
    """Draw estimates in the order of time as lines with bands; where a number is missing the line is broken.

    Args:
        rows: Months from first to last.
        scale: Axis of the numbers.
        about: What it is.
        changes: Places of the months at which something changed; a dashed line stands before each.

    Returns:
        An ``svg`` element.
    """
    import altair as alt  # noqa: PLC0415 - heavy

    plot = WIDTH - TREND_LEFT - 16
    layers = [*_trend_axes(alt, rows, scale), *_changes(alt, rows, changes), *_trend_lines(alt, rows, scale)]
    return finish(layers, base_properties(TREND_HEIGHT, TREND_LEFT, plot, 16), about)


def _place_x(alt: ModuleType, n: int) -> "altair.X":
    return alt.X("place:Q", scale=alt.Scale(domain=[-0.5, max(n - 0.5, 0.5)], nice=False), axis=None)


def number_y(alt: ModuleType, field: str, scale: Scale) -> "altair.Y":
    """The vertical place of a number."""
    return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[scale.low, scale.high], nice=False), axis=None)


def _changes(alt: ModuleType, rows: Sequence[ChartRow], changes: Sequence[int]) -> "list[altair.Chart]":
    if not changes:
        return []
    data = alt.Chart(alt.Data(values=[{"place": place - 0.5} for place in changes]))
    lines = data.mark_rule(color=COLOURS["soft"], strokeDash=[4, 3], strokeWidth=1.5, aria=False)
    return [lines.encode(x=_place_x(alt, len(rows)))]


def _trend_axes(alt: ModuleType, rows: Sequence[ChartRow], scale: Scale) -> "list[altair.Chart]":
    ticks = [{"y": tick, "label": tick_text(tick, scale)} for tick in scale.ticks]
    across = alt.Chart(alt.Data(values=ticks)).encode(y=number_y(alt, "y", scale))
    lines = across.mark_rule(color=COLOURS["grid"], aria=False)
    numbers = across.mark_text(
        aria=False, align="right", baseline="middle", fontSize=SMALL, color=COLOURS["soft"]
    ).encode(x=alt.XValue(-6), text=alt.Text("label:N"))
    stride = math.ceil(len(rows) / _MAX_MONTH_LABELS)
    months = [{"place": place, "label": row.name} for place, row in enumerate(rows) if place % stride == 0]
    reference = [] if scale.reference is None else [_reference_y(alt, scale)]
    below = alt.Chart(alt.Data(values=months)).mark_text(
        aria=False, fontSize=SMALL, color=COLOURS["soft"], baseline="middle"
    )
    return [
        lines,
        *reference,
        numbers,
        below.encode(x=_place_x(alt, len(rows)), y=alt.YValue(TREND_HEIGHT + 13), text=alt.Text("label:N")),
    ]


def _reference_y(alt: ModuleType, scale: Scale) -> "altair.Chart":
    at = alt.Chart(alt.Data(values=[{"y": scale.reference}])).encode(y=number_y(alt, "y", scale))
    return at.mark_rule(color=COLOURS["soft"], strokeDash=[4, 3], aria=False)


def _trend_lines(alt: ModuleType, rows: Sequence[ChartRow], scale: Scale) -> "list[altair.Chart]":
    values = _trend_values(rows, scale)
    data = alt.Chart(alt.Data(values=values)).encode(
        x=_place_x(alt, len(rows)), color=alt.Color("colour:N", scale=None, legend=None), detail=alt.Detail("segment:N")
    )
    bands = data.mark_area(opacity=0.18, aria=False).encode(y=number_y(alt, "low", scale), y2=alt.Y2("high:Q"))
    lines = data.mark_line(strokeWidth=2, aria=False).encode(y=number_y(alt, "value", scale))
    dots = data.mark_point(filled=True, size=30, opacity=1).encode(
        y=number_y(alt, "value", scale), description=alt.Description("tip:N")
    )
    return [bands, lines, dots]


def _trend_values(rows: Sequence[ChartRow], scale: Scale) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = []
    for series in range(max((len(row.marks) for row in rows), default=0)):
        segment = 0
        for place, row in enumerate(rows):
            mark = row.marks[series]
            if mark is None:
                segment += 1
                continue
            values.append(_mark_values(mark, 0, scale) | {"place": place, "segment": f"{series}-{segment}"})
    return values


def _inline(svg: str, about: Accessible) -> str:
    """Make a drawn chart part of the page: title, description, tooltips, colours of the style sheet."""
    ET.register_namespace("", _SVG)
    root = ET.fromstring(svg)
    _strip(root)
    for element in root.iter():
        _restyle(element)
    _describe(root, about)
    return ET.tostring(root, encoding="unicode")


def _strip(element: ET.Element) -> None:
    """Drop the empty frames that Vega draws around groups."""
    for child in list(element):
        if child.tag == f"{{{_SVG}}}path" and child.get("class") in {"background", "foreground"}:
            element.remove(child)
        else:
            _strip(child)


def _restyle(element: ET.Element) -> None:
    """Turn colours into variables and the description of a mark into a tooltip that needs no script."""
    description = element.attrib.pop("aria-label", "")
    is_mark = element.attrib.pop("role", "") == "graphics-symbol"
    for name in ("aria-roledescription", "aria-hidden", "class", "pointer-events", "font-family"):
        element.attrib.pop(name, None)
    if element.get("opacity") == "1":
        del element.attrib["opacity"]
    for name in ("fill", "stroke"):
        if element.get(name) in _VARIABLES:
            element.set(name, _VARIABLES[element.attrib[name]])
    if is_mark and description and element.tag != f"{{{_SVG}}}text":
        element.set("class", "mark")
        ET.SubElement(element, f"{{{_SVG}}}title").text = description


def _describe(root: ET.Element, about: Accessible) -> None:
    title_id, description_id = f"{about.key}-title", f"{about.key}-desc"
    for name, text, place, key in (
        ("title", about.title, 0, title_id),
        ("desc", about.description, 1, description_id),
    ):
        element = ET.Element(f"{{{_SVG}}}{name}", {"id": key})
        element.text = text
        root.insert(place, element)
    root.set("role", "img")
    root.set("aria-labelledby", f"{title_id} {description_id}")
    root.set("class", "chart")

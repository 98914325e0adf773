"""Charts with a number on both axes: shares over time since the opening, and predicted against observed shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from flows.report.charts import (
    COLOURS,
    SMALL,
    TREND_LEFT,
    WIDTH,
    Accessible,
    Scale,
    base_properties,
    finish,
    number_y,
    tick_text,
)

if TYPE_CHECKING:
    import altair

_RIGHT = 16
_HEIGHT = 170
_SQUARE = 240


@dataclass(frozen=True)
class Point:
    """A place on a curve with the interval of its height, and what it says in words."""

    x: float
    y: float
    low: float | None
    high: float | None
    tip: str


@dataclass(frozen=True)
class Curve:
    """Points of one colour; ``is_joined`` draws a line with a band, else each point has a bar."""

    tone: str
    points: tuple[Point, ...]
    is_joined: bool = True


def curve_chart(
    curves: Sequence[Curve], across: Scale, up: Scale, about: Accessible, *, is_square: bool = False
) -> str:
    """Draw curves.

    Args:
        curves: The curves; the first lies lowest.
        across: Horizontal axis.
        up: Vertical axis.
        about: What it is.
        is_square: Both axes measure the same: a dashed line shows where they agree.

    Returns:
        An ``svg`` element.
    """
    import altair as alt  # noqa: PLC0415 - heavy

    height = _SQUARE if is_square else _HEIGHT
    layers = _axes(alt, across, up, height)
    if is_square:
        layers.append(_diagonal(alt, across, up))
    drawn = [_layers(alt, curve, across, up) for curve in curves]
    # the dots of all curves lie on top, so that each can be pointed at
    layers += [layer for each in drawn for layer in each[:-1]] + [each[-1] for each in drawn]
    return finish(layers, base_properties(height, TREND_LEFT, _plot(), _RIGHT), about)


def _plot() -> int:
    return WIDTH - TREND_LEFT - _RIGHT


def _x(alt: ModuleType, across: Scale) -> "altair.X":
    return alt.X("x:Q", scale=alt.Scale(domain=[across.low, across.high], nice=False), axis=None)


def _axes(alt: ModuleType, across: Scale, up: Scale, height: int) -> "list[altair.Chart]":
    rows = alt.Chart(alt.Data(values=[{"y": tick, "label": tick_text(tick, up)} for tick in up.ticks]))
    columns = alt.Chart(alt.Data(values=[{"x": tick, "label": tick_text(tick, across)} for tick in across.ticks]))
    words = {"aria": False, "fontSize": SMALL, "color": COLOURS["soft"], "baseline": "middle"}
    return [
        rows.mark_rule(color=COLOURS["grid"], aria=False).encode(y=number_y(alt, "y", up)),
        rows.mark_text(align="right", **words).encode(
            y=number_y(alt, "y", up), x=alt.XValue(-6), text=alt.Text("label:N")
        ),
        columns.mark_text(**words).encode(x=_x(alt, across), y=alt.YValue(height + 13), text=alt.Text("label:N")),
    ]


def _diagonal(alt: ModuleType, across: Scale, up: Scale) -> "altair.Chart":
    ends = [{"x": end, "y": end} for end in (across.low, across.high)]
    line = alt.Chart(alt.Data(values=ends)).mark_line(color=COLOURS["soft"], strokeDash=[4, 3], aria=False)
    return line.encode(x=_x(alt, across), y=number_y(alt, "y", up))


def _layers(alt: ModuleType, curve: Curve, across: Scale, up: Scale) -> "list[altair.Chart]":
    colour = COLOURS[curve.tone]
    data = alt.Chart(alt.Data(values=[_values(point, up) for point in curve.points])).encode(x=_x(alt, across))
    dots = data.mark_point(filled=True, size=30, opacity=1, color=colour).encode(
        y=number_y(alt, "y", up), description=alt.Description("tip:N")
    )
    if not curve.is_joined:
        bars = data.mark_rule(strokeWidth=2, color=colour, aria=False)
        return [bars.encode(y=number_y(alt, "low", up), y2=alt.Y2("high:Q")), dots]
    bands = data.mark_area(opacity=0.18, color=colour, aria=False).encode(
        y=number_y(alt, "low", up), y2=alt.Y2("high:Q")
    )
    lines = data.mark_line(strokeWidth=2, color=colour, aria=False).encode(y=number_y(alt, "y", up))
    return [bands, lines, dots]


def _values(point: Point, up: Scale) -> dict[str, Any]:
    def clip(value: float | None) -> float:
        return min(max(point.y if value is None else value, up.low), up.high)

    return {"x": point.x, "y": clip(point.y), "low": clip(point.low), "high": clip(point.high), "tip": point.tip}

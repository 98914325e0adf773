"""Sections: the method in plain words, and the run that published the release."""

from flows.report import words
from flows.report.blocks import Bullets, Cell, Head, Section, Table
from flows.report.data import Run
from flows.report.disclosure import ALL, RULED, TOTAL, Disclosure
from flows.report.numbers import count, same
from transforms.registry import Label, output_table

#: Sizes of the release, and the cells that they are.
_SIZES = {"n_disputes": TOTAL, "n_ruled": RULED}


def method_section() -> Section:
    """How the numbers came about."""
    return Section("method", Label("Method in plain words", "方法说明"), (Bullets(words.METHOD),))


def run_section(run: Run | None, disclosure: Disclosure) -> Section:
    """Run, versions and weights, with the labels of the registry; sizes that the tables hide are hidden here too."""
    heading = Label("Run and versions", "运行与版本")
    if run is None:
        return Section("run", heading, (Bullets((Label("No run is recorded.", "没有运行记录。"),)),))
    declared = output_table("meta.runs")
    hidden = {name for name, total in _SIZES.items() if (ALL, ALL, total) in disclosure.hidden}
    rows = tuple(
        (
            Cell(declared.column(name).label),
            Cell(words.HIDDEN, "muted") if name in hidden else Cell(same(_text(value)), "code"),
        )
        for name, value in vars(run).items()
    )
    head = (Head(Label("What", "项目")), Head(Label("Value", "内容")))
    table = Table(Label("The run that published this release", "发布本次数据的运行"), head, rows, words.TIME_NOTE)
    return Section("run", heading, (table,))


def _text(value: str | int | None) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else count(value)

"""Section: month by month, with the months at which something changed."""

from collections.abc import Sequence

from flows.report import words
from flows.report.associations import status_remark
from flows.report.blocks import (
    Block,
    Cell,
    Figure,
    Figures,
    Head,
    Prose,
    Section,
    Table,
    joined_notes,
    with_remarks,
)  # fmt: skip
from flows.report.charts import ChartRow, Mark, Scale, round_scale, trend_chart
from flows.report.data import ReportData
from flows.report.disclosure import RULED, Disclosure
from flows.report.estimates import Month
from flows.report.groups import LANGUAGES, MOST_TABLE_ROWS, about_chart
from flows.report.listing import of_group
from flows.report.names import FACTORS, factor_label, status_label
from flows.report.numbers import count, decimal, interval, same
from transforms.registry import Label

_ALL = "all"
_FEWEST_MONTHS = 3


def series(data: ReportData, factor: str) -> list[Month]:
    """The months of a factor, or of the share that the buyer wins, in time."""
    return sorted((row for row in data.estimates.trend if row.factor == factor), key=lambda row: row.month)


def shifts(data: ReportData) -> list[Month]:
    """The change points that were found, in time."""
    found = [row for row in data.estimates.trend if row.shift]
    return sorted(found, key=lambda row: (row.month, row.factor))


def _name(factor: str) -> Label:
    if factor == _ALL:
        return Label("the share that the buyer wins", "支持买家的占比")
    label = factor_label(factor)
    return Label(f"the effect of {label.en}", f"{label.zh}的效应")


def shift_label(row: Month) -> Label:
    """What changed, when, by how much, and how sure the month is."""
    name, size = _name(row.factor), decimal(row.shift_pp, signed=True)
    months = Label(row.month, row.month)
    if row.shift_low and row.shift_high and (row.shift_low, row.shift_high) != (row.month, row.month):
        months = Label(
            f"{row.month} (95% confidence set {row.shift_low} to {row.shift_high})",
            f"{row.month}（95% 置信集 {row.shift_low} 至 {row.shift_high}）",
        )
    return Label(f"{name.en} changed by {size} pp from {months.en} on", f"{months.zh} 起{name.zh}变化 {size} 个百分点")


def trend_sentence(data: ReportData) -> Label:
    """Which changes were found, or that none was, or that none could be looked for."""
    found = shifts(data)
    if found:
        listed = [shift_label(row) for row in found]
        text = Label("; ".join(each.en for each in listed), "；".join(each.zh for each in listed))
        drift = _drift(found)
        return Label(f"Change points: {text.en}.{drift.en}", f"变化点：{text.zh}。{drift.zh}")
    looked = [row for row in data.estimates.trend if row.series_status == "ok"]
    if looked:
        n_series, n_months = len({row.factor for row in looked}), len({row.month for row in looked})
        return Label(
            f"No change point was found in {n_series} series over {n_months} months; a small or late change may have "
            "been missed.",
            f"在 {n_months} 个月的 {n_series} 个序列中未发现变化点；幅度小或发生较晚的变化可能未被发现。",
        )
    reasons = sorted({row.series_status or row.status for row in data.estimates.trend} - {"ok"})
    why = words.join([status_label(reason) for reason in reasons]) if reasons else Label("no months", "没有月份")
    return Label(f"Changes over time were not looked for: {why.en}.", f"未检测随时间的变化：{why.zh}。")


def _drift(found: Sequence[Month]) -> Label:
    """Which of the series may as well have changed slowly."""
    factors = list(dict.fromkeys(row.factor for row in found if row.shift_may_be_drift))
    if not factors:
        return same("")
    names = words.join([_name(factor) for factor in factors])
    return Label(
        f" A steady drift fits {names.en} at least as well as steps do: these months then say when a slow change was "
        "noticed, and not that something happened in them.",
        f"对于{names.zh}，匀速漂移至少与分段变化同样吻合：上述月份可能只是缓慢变化被察觉的时间，并非当月发生了什么。",
    )


def _hidden_months(data: ReportData, factor: str, disclosure: Disclosure) -> frozenset[str]:
    """Months whose number of rulings is hidden; for the share that the buyer wins also those with a hidden outcome."""
    return frozenset(
        rate.value
        for rate in data.outcomes
        if rate.slice == "month"
        and (disclosure.hides_total(rate, RULED) or (factor == _ALL and disclosure.hides(rate, RULED)))
    )


def _figure(data: ReportData, factor: str, disclosure: Disclosure) -> Figure | None:
    rows, hidden = series(data, factor), _hidden_months(data, factor, disclosure)
    shown = [row for row in rows if row.effect_pp is not None and row.month not in hidden]
    if len(shown) < _FEWEST_MONTHS:
        return None
    is_share = factor == _ALL
    title = _title(factor)
    ends = [end for row in shown for end in (row.effect_pp, row.ci_low, row.ci_high) if end is not None]
    scale = _share_axis(ends) if is_share else round_scale(min(ends), max(ends), " pp")
    description = words.chart_description(title, len(rows), len(rows))
    changes = [place for place, row in enumerate(rows) if row.shift]
    svgs = {
        language: trend_chart(
            [_chart_row(row, hidden, language) for row in rows],
            scale,
            about_chart(f"trend-{factor}", title, description, language),
            changes,
        )
        for language in LANGUAGES
    }
    table = _table(rows, title, factor, hidden)
    return Figure(f"trend-{factor}", title, description, Label(svgs["en"], svgs["zh"]), (), table)


def _share_axis(ends: Sequence[float]) -> Scale:
    """Shares of all rulings move little: an axis of whole tens around them."""
    low, high = min(ends) // 10 * 10, -(-max(ends) // 10) * 10
    step = 10 if high - low <= 50 else 20  # noqa: PLR2004 - at most six ticks
    ticks = tuple(float(tick) for tick in range(int(low), int(high) + 1, step))
    return Scale(max(low, 0), min(high, 100), tuple(tick for tick in ticks if 0 <= tick <= 100), "%")  # noqa: PLR2004 - per cent


def _title(factor: str) -> Label:
    if factor == _ALL:
        return Label(
            "Share that the buyer wins, adjusted for what the cases were like",
            "支持买家的占比（已按案件构成调整）",
        )
    label = factor_label(factor)
    return Label(f"Effect of one standard deviation more {label.en} advantage, by month", f"各月{label.zh}优势的效应")


def _chart_row(row: Month, hidden: frozenset[str], language: str) -> ChartRow:
    if row.effect_pp is None or row.month in hidden:
        return ChartRow(row.month, "", (None,))
    unit = "%" if row.factor == _ALL else getattr(Label(" pp", " 个百分点"), language)
    is_signed = row.factor != _ALL
    tip = (
        f"{row.month}: {decimal(row.effect_pp, signed=is_signed)}{unit} "
        f"{interval(row.ci_low, row.ci_high, signed=is_signed)}, n={count(row.n_fitted)}"
    )
    return ChartRow(row.month, "", (Mark("main", row.effect_pp, row.ci_low, row.ci_high, tip),))


def _table(rows: Sequence[Month], title: Label, factor: str, hidden: frozenset[str]) -> Table:
    is_signed = factor != _ALL
    head = (
        Head(Label("Month", "月份")),
        Head(Label("Disputes", "纠纷数"), is_number=True),
        Head(
            Label("Share, %", "占比（%）") if factor == _ALL else Label("Effect, pp", "效应（百分点）"), is_number=True
        ),
        Head(Label("95% interval", "95% 区间"), is_number=True),
    )
    shown = rows[-MOST_TABLE_ROWS:]
    cells, remarks = [], []
    for row in shown:
        if row.month in hidden:
            numbers: tuple[Cell, ...] = (Cell(words.HIDDEN, "muted"),) * 3
        else:
            numbers = (
                Cell(same(count(row.n))),
                Cell(same(decimal(row.effect_pp, signed=is_signed))),
                Cell(same(interval(row.ci_low, row.ci_high, signed=is_signed))),
            )
        cells.append((Cell(same(row.month)), *numbers))
        changed = Label("change point", "变化点") if row.shift else status_remark(row.status)
        remarks.append(changed)
    remarked = with_remarks(head, cells, remarks)
    notes = [*remarked.notes, *words.table_notes(cells, len(rows) - len(shown))]
    lists = tuple(of_group("month", row.month) for row in shown)
    query = f"from marts.trend where factor = '{factor}'"
    return Table(title, remarked.head, remarked.rows, joined_notes(notes), query, lists=lists)


def trend_section(data: ReportData, disclosure: Disclosure) -> Section | None:
    """Month by month; none where there are no months."""
    if not data.estimates.trend:
        return None
    found = [_figure(data, factor, disclosure) for factor in (_ALL, *FACTORS)]
    figures = tuple(figure for figure in found if figure is not None)
    blocks: list[Block] = [Prose(trend_sentence(data))]
    if figures:
        few = words.few_sellers([row.status for row in data.estimates.trend])
        blocks += [Prose(_INTRODUCTION), *([Prose(few)] if few else []), Figures(figures)]
    return Section("trend", Label("Month by month", "逐月变化"), tuple(blocks))


_INTRODUCTION = Label(
    "Bands are 95% intervals by seller. A dashed line stands where a new level begins; single months that stick out "
    "are "
    "no change.",
    "色带为按卖家聚类的 95% 区间。虚线表示新水平的开始；个别突出的月份不算变化。",
)

"""Section: where the crude picture misleads: effects that turn round, or differ, once like is compared with like."""

from collections.abc import Iterable, Sequence

from flows.report import words
from flows.report.blocks import Block, Bullets, Cell, Figure, Figures, Head, LegendItem, Prose, Section, Table
from flows.report.charts import ChartRow, Mark, interval_chart, round_scale
from flows.report.data import ReportData
from flows.report.estimates import Reversal, StratumEffect
from flows.report.groups import LANGUAGES, about_chart
from flows.report.listing import of_advantage, of_extra_factor
from flows.report.names import FACTORS, factor_label, sentence_case, slice_label, value_label
from flows.report.numbers import count, decimal, interval, same, span
from flows.report.suppression import K
from transforms.registry import Label
from transforms.registry.enumerations import FACTOR

_PRICE, _QUARTER = "price_band", "quarter"
_MOST_ROWS = 60


def stratifier_label(name: str) -> Label:
    """What disputes are divided by."""
    if name == _PRICE:
        return Label("price band", "价格档")
    if name == _QUARTER:
        return Label("quarter", "季度")
    if name in FACTOR.labels:
        label = FACTOR.labels[name]
        return Label(f"level of {label.en}", f"{label.zh}水平")
    return slice_label(name)


def reversals(data: ReportData) -> list[Reversal]:
    """Effects that certainly turn round within groups."""
    return [row for row in data.estimates.reversals if row.is_reversed]


def reversed_strata(data: ReportData) -> list[StratumEffect]:
    """Groups in which a factor certainly has the opposite effect."""
    return [row for row in data.estimates.strata if row.is_reversed]


def differing(data: ReportData) -> list[tuple[str, str]]:
    """Factors whose effect differs between the groups of a stratifier beyond chance."""
    found = {
        (row.factor, row.stratifier)
        for row in data.estimates.strata
        if row.heterogeneity_q_value is not None and row.heterogeneity_q_value < words.SIGNIFICANT
    }
    return sorted(found)


def misleading_sentence(data: ReportData) -> Label:
    """Whether any crude effect turns round within groups."""
    tested = [row for row in data.estimates.reversals if row.crude_rd_pp is not None and row.adjusted_rd_pp is not None]
    if not tested:
        return Label(
            "Crude effects could not be set against effects within groups.", "无法将粗效应与分层效应进行对比。"
        )
    found = reversals(data)
    if not found:
        return Label(
            f"None of {len(tested)} comparisons turns round: no effect that these rulings show has the opposite sign "
            "within groups of like disputes.",
            f"{len(tested)} 项对比中没有反转：这些判定所显示的效应在同类纠纷分组内均未改变符号。",
        )
    named = [
        Label(
            f"{factor_label(row.factor).en} within {stratifier_label(row.stratifier).en}",
            f"{factor_label(row.factor).zh}（按{stratifier_label(row.stratifier).zh}分层）",
        )
        for row in found
    ]
    listed = words.join(named)
    return Label(
        f"The crude picture has the wrong sign in {len(found)} of {len(tested)} comparisons: {listed.en}.",
        f"{len(tested)} 项对比中有 {len(found)} 项粗效应的符号相反：{listed.zh}。",
    )


def _few(row: Reversal) -> bool:
    return any(0 < (each or 0) < K for each in (row.n, row.n_low, row.n_high))


def _rows(data: ReportData) -> list[Reversal]:
    """Comparisons with both effects; those that turn round first, then the largest shifts."""
    found = [
        row
        for row in data.estimates.reversals
        if row.crude_rd_pp is not None and row.adjusted_rd_pp is not None and not _few(row)
    ]
    return sorted(
        found, key=lambda row: (not row.is_reversed, -_shift(row), row.factor, row.stratifier, row.high_group)
    )


def _shift(row: Reversal) -> float:
    return abs((row.adjusted_rd_pp or 0.0) - (row.crude_rd_pp or 0.0))


def _name(row: Reversal) -> Label:
    factor, within = sentence_case(factor_label(row.factor)), stratifier_label(row.stratifier)
    if row.factor not in FACTORS:
        factor = factor_label(row.factor)
    return Label(f"{factor.en} within {within.en}", f"{factor.zh}，按{within.zh}分层")


def _chart_rows(rows: Sequence[Reversal], language: str) -> list[ChartRow]:
    crude, adjusted = (getattr(label, language) for label in (_CRUDE, _WITHIN))
    found = []
    for row in rows:
        name, n = getattr(_name(row), language), f"n={count(row.n)}"
        pairs = (
            ("other", crude, row.crude_rd_pp, row.crude_rd_ci_low, row.crude_rd_ci_high),
            ("main", adjusted, row.adjusted_rd_pp, row.adjusted_rd_ci_low, row.adjusted_rd_ci_high),
        )
        marks = tuple(
            Mark(
                tone, value or 0.0, low, high,
                f"{name}, {what}: {decimal(value, signed=True)} {interval(low, high, signed=True)}, {n}",
            )
            for tone, what, value, low, high in pairs
        )  # fmt: skip
        found.append(ChartRow(name, n, marks))
    return found


_CRUDE = Label("Crude", "粗效应")
_WITHIN = Label("Within groups (Mantel–Haenszel)", "分层后（Mantel–Haenszel）")
_MOST_DRAWN = 12


def _figure(rows: Sequence[Reversal]) -> Figure | None:
    if not rows:
        return None
    title = Label(
        "Crude effect against effect within groups: highest against lowest third, in percentage points",
        "粗效应与分层效应：最高三分之一对最低三分之一（百分点）",
    )
    shown = rows[:_MOST_DRAWN]
    ends = [
        end
        for row in shown
        for end in (
            row.crude_rd_ci_low, row.crude_rd_ci_high, row.adjusted_rd_ci_low, row.adjusted_rd_ci_high,
            row.crude_rd_pp, row.adjusted_rd_pp,
        )
        if end is not None
    ]  # fmt: skip
    description = words.chart_description(title, len(shown), len(rows))
    svgs = {
        language: interval_chart(
            _chart_rows(shown, language),
            round_scale(min(ends), max(ends), " pp"),
            about_chart("reversals", title, description, language),
        )
        for language in LANGUAGES
    }
    legend = (LegendItem("other", _CRUDE), LegendItem("main", _WITHIN))
    return Figure("reversals", title, description, Label(svgs["en"], svgs["zh"]), legend, _table(rows, title))


def _table(rows: Sequence[Reversal], title: Label) -> Table:
    head = (
        Head(Label("Factor and groups", "因素与分层")),
        Head(Label("Disputes", "纠纷数"), is_number=True),
        Head(Label("Crude, pp", "粗效应（百分点）"), is_number=True),
        Head(Label("Within groups, pp", "分层后（百分点）"), is_number=True),
        Head(Label("Turns round", "是否反转")),
    )
    shown = rows[:_MOST_ROWS]
    cells = tuple(
        (
            Cell(_name(row)),
            Cell(same(count(row.n))),
            _effect(row.crude_rd_pp, row.crude_rd_ci_low, row.crude_rd_ci_high),
            _effect(row.adjusted_rd_pp, row.adjusted_rd_ci_low, row.adjusted_rd_ci_high),
            Cell(Label("yes", "是"), "bad") if row.is_reversed else Cell(Label("no", "否"), "muted"),
        )
        for row in shown
    )
    notes = words.table_notes(cells, len(rows) - len(shown))
    lists = tuple(of_advantage(row.factor) if row.factor in FACTORS else of_extra_factor(row.factor) for row in shown)
    return Table(title, head, cells, notes[0] if notes else None, "from marts.reversals", lists=lists)


def _effect(value: float | None, low: float | None, high: float | None) -> Cell:
    bounds = interval(low, high, signed=True).replace(" ", "\u00a0")
    return Cell(same(decimal(value, signed=True)), detail=bounds)


def _strata(data: ReportData) -> list[Block]:
    """Groups in which a factor's effect is another one, or the opposite."""
    pairs = differing(data)
    turned = reversed_strata(data)
    n_tested = len({(row.factor, row.stratifier) for row in data.estimates.strata if row.effect_pp is not None})
    if not n_tested:
        return []
    heading = Prose(Label("Where effects differ between groups", "效应因分组而异之处"), "heading")
    if not pairs:
        nothing = Label(
            f"No effect of a factor differs between groups beyond chance ({n_tested} comparisons).",
            f"没有因素的效应在分组之间的差异超出偶然（共 {n_tested} 项比较）。",
        )
        return [heading, Prose(nothing)]
    items = [_difference(data, factor, stratifier) for factor, stratifier in pairs]
    blocks: list[Block] = [heading]
    if turned:
        blocks.append(Prose(_turned(turned)))
    few = words.few_sellers([row.status for row in data.estimates.strata if (row.factor, row.stratifier) in pairs])
    blocks += [Prose(few)] if few else []
    return [*blocks, Bullets(tuple(items))]


def _turned(rows: Iterable[StratumEffect]) -> Label:
    said = [_in_group(row) for row in rows]
    listed = Label("; ".join(each.en for each in said), "；".join(each.zh for each in said))
    return Label(
        f"The effect is the opposite of the overall one in: {listed.en}.", f"以下分组的效应与总体相反：{listed.zh}。"
    )


def _in_group(row: StratumEffect) -> Label:
    factor, group = factor_label(row.factor), value_label(row.stratifier, row.value)
    number, bounds = decimal(row.effect_pp, signed=True), span(row.ci_low, row.ci_high, signed=True)
    n = words.HIDDEN if 0 < (row.n or 0) < K else same(count(row.n))
    return Label(
        f"{factor.en} in {group.en}, {number} pp ({bounds.en}, n = {n.en})",
        f"{group.zh}中的{factor.zh}，{number} 个百分点（{bounds.zh}，n = {n.zh}）",
    )


def _difference(data: ReportData, factor: str, stratifier: str) -> Label:
    """The smallest and the largest effect of a factor among the groups of a stratifier."""
    rows = [
        row
        for row in data.estimates.strata
        if (row.factor, row.stratifier) == (factor, stratifier) and row.effect_pp is not None and row.ci_low is not None
    ]
    name, by = sentence_case(factor_label(factor)), stratifier_label(stratifier)
    head = Label(f"{name.en} differs by {by.en}", f"{name.zh}的效应因{by.zh}而异")
    if not rows:
        return Label(f"{head.en}.", f"{head.zh}。")
    rows.sort(key=lambda row: (row.effect_pp or 0.0, row.value))
    least, most = _in_group(rows[0]), _in_group(rows[-1])
    return Label(f"{head.en}: from {least.en} to {most.en}.", f"{head.zh}：从{least.zh}到{most.zh}。")


def misleading_section(data: ReportData) -> Section | None:
    """Crude effects against effects within groups; none where nothing was compared."""
    if not data.estimates.reversals and not data.estimates.strata:
        return None
    blocks: list[Block] = [Prose(misleading_sentence(data)), Prose(_INTRODUCTION)]
    figure = _figure(_rows(data))
    blocks += [Figures((figure,))] if figure else []
    blocks += _strata(data)
    return Section("misleading", Label("Where the crude picture misleads", "粗略比较的误导之处"), tuple(blocks))


_INTRODUCTION = Label(
    "The crude effect compares the disputes with the highest third of an advantage to those with the lowest, whatever "
    "else "
    "they are. Within groups only disputes of the same group are compared. Where both differ much, the crude number "
    "credits the factor with what kind of disputes they are.",
    "粗效应比较优势最高三分之一与最低三分之一的纠纷，不考虑其他差异；分层后只比较同组纠纷。两者差距大时，"
    "粗效应把纠纷类型的差异也算在了该因素上。",
)

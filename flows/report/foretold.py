"""Section: how well models of the older rulings foretell the newest ones."""

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
from flows.report.charts import Scale
from flows.report.curves import Curve, Point, curve_chart
from flows.report.data import ReportData
from flows.report.estimates import CalibrationBin, Validated
from flows.report.groups import LANGUAGES, about_chart
from flows.report.listing import of_newest
from flows.report.names import status_label
from flows.report.numbers import count, decimal, interval, percent, percent_interval, same, span
from flows.report.suppression import K
from transforms.registry import Label

HEADLINE = "four_factors"
_MODELS = {
    HEADLINE: Label("Four factors, with category, claim and price", "四因素（含类目、主张和价格）"),
    "with_extra_factors": Label("With the extra factors too", "另含额外因素"),
    "overall_advantage": Label("Overall score with its configured weights", "综合得分（配置权重）"),
    "base_rate": Label("Rate of the same category and claim", "同类目同主张的基准率"),
}


def _name(model: str) -> Label:
    return _MODELS.get(model, same(model))


def _row(data: ReportData, model: str = HEADLINE) -> Validated | None:
    return next((row for row in data.estimates.validation if row.model == model), None)


def validation_sentence(data: ReportData) -> Label:
    """Whether the four factors foretell new rulings better than category and claim alone."""
    row = _row(data)
    if row is None or row.auc is None:
        why = status_label(row.status if row else "nothing_ruled")
        return Label(
            f"How well the factors foretell new rulings cannot be said: {why.en}.",
            f"无法评估因素对新判定的预测力：{why.zh}。",
        )
    auc, bounds = decimal(row.auc, 2), span(row.auc_ci_low, row.auc_ci_high, 2)
    n, n_fitted = count(row.n), count(row.n_fitted)
    head = Label(
        f"Fitted on the older {n_fitted} rulings and judged on the newest {n}, the four factors rank a dispute that "
        "the "
        f"buyer won above another in {auc} of pairs (AUC, {bounds.en}; 0.5 is chance)",
        f"以较早的 {n_fitted} 个判定拟合、以最新的 {n} 个判定评估，四因素将支持买家的纠纷排在其他纠纷之前的比例为 {auc}"
        f"（AUC，{bounds.zh}；0.5 为随机）",
    )
    gain = _gain(row)
    return Label(f"{head.en}{gain.en}", f"{head.zh}{gain.zh}")


def _gain(row: Validated) -> Label:
    """The gain over the base rates, as far as its interval tells."""
    if row.auc_gain is None or row.auc_gain_ci_low is None or row.auc_gain_ci_high is None:
        return Label(".", "。")
    size, bounds = (
        decimal(row.auc_gain, 2, signed=True),
        span(row.auc_gain_ci_low, row.auc_gain_ci_high, 2, signed=True),
    )
    against = Label(
        f", {size} ({bounds.en}) against the rate of the same category and claim",
        f"，与同类目同主张的基准率相比为 {size}（{bounds.zh}）",
    )
    if row.auc_gain_ci_low > 0:
        return Label(f"{against.en}: better than these rates.", f"{against.zh}：优于基准率。")
    if row.auc_gain_ci_high < 0:
        return Label(f"{against.en}: worse than these rates.", f"{against.zh}：不如基准率。")
    return Label(f"{against.en}: no better beyond chance.", f"{against.zh}：未在超出偶然的程度上更好。")


def calibration_sentence(data: ReportData) -> Label | None:
    """Whether predicted chances are too extreme; None where the slope is not known."""
    row = _row(data)
    if row is None or row.calibration_slope is None:
        return None
    low, high = row.calibration_slope_ci_low, row.calibration_slope_ci_high
    slope, bounds = decimal(row.calibration_slope, 2), span(low, high, 2)
    head = Label(f"Calibration slope {slope} ({bounds.en}; 1 is right)", f"校准斜率 {slope}（{bounds.zh}；1 为准确）")
    if low is None or high is None:
        return Label(f"{head.en}.", f"{head.zh}。")
    if high < 1:
        return Label(f"{head.en}: predicted chances are too extreme.", f"{head.zh}：预测概率过于极端。")
    if low > 1:
        return Label(f"{head.en}: predicted chances are too timid.", f"{head.zh}：预测概率过于保守。")
    return Label(f"{head.en}: nothing speaks against the predicted chances.", f"{head.zh}：没有迹象表明预测概率有偏。")


def hidden_bins(bins: Sequence[CalibrationBin]) -> frozenset[int]:
    """Bins whose share would tell of fewer than k disputes; never a single one, which the total might give away."""

    def smallest(row: CalibrationBin) -> int:
        hits = round(row.n * (row.share or 0.0))
        return min((each for each in (hits, row.n - hits) if each > 0), default=K)

    hidden = {row.bin for row in bins if row.share is not None and smallest(row) < K}
    if len(hidden) == 1:
        others = [row for row in bins if row.share is not None and row.bin not in hidden]
        hidden |= {min(others, key=lambda row: (smallest(row), row.bin)).bin} if others else set()
    return frozenset(hidden)


def _figure(data: ReportData) -> Figure | None:
    bins = [row for row in data.estimates.calibration if row.model == HEADLINE and row.n]
    hidden = hidden_bins(bins)
    shown = [row for row in bins if row.share is not None and row.predicted is not None and row.bin not in hidden]
    if not shown:
        return None
    title = Label(
        "Predicted chance that the buyer wins against the share that did, in %", "预测与实际支持买家的占比（%）"
    )
    description = words.chart_description(title, len(shown), len(bins))
    axis = Scale(0, 100, (0, 25, 50, 75, 100), "%")
    svgs = {
        language: curve_chart(
            [_curve(shown, language)],
            axis,
            axis,
            about_chart("calibration", title, description, language),
            is_square=True,
        )
        for language in LANGUAGES
    }
    return Figure("calibration", title, description, Label(svgs["en"], svgs["zh"]), (), _bins_table(data, bins, hidden))


def _curve(bins: Sequence[CalibrationBin], language: str) -> Curve:
    points = []
    for row in bins:
        low, high = (None if end is None else end * 100 for end in (row.ci_low, row.ci_high))
        said = Label(
            f"predicted {percent(row.predicted)}, observed {percent(row.share)} "
            f"{percent_interval(row.ci_low, row.ci_high)}, n={count(row.n)}",
            f"预测 {percent(row.predicted)}，实际 {percent(row.share)} {percent_interval(row.ci_low, row.ci_high)}，"
            f"n={count(row.n)}",
        )
        points.append(Point((row.predicted or 0.0) * 100, (row.share or 0.0) * 100, low, high, getattr(said, language)))
    return Curve("main", tuple(points), is_joined=False)


def _bins_table(data: ReportData, bins: Sequence[CalibrationBin], hidden: frozenset[int]) -> Table:
    head = (
        Head(Label("Predicted chance", "预测概率")),
        Head(Label("Disputes", "纠纷数"), is_number=True),
        Head(Label("Mean prediction", "平均预测"), is_number=True),
        Head(Label("Buyer won", "支持买家"), is_number=True),
        Head(Label("95% interval", "95% 区间"), is_number=True),
    )
    cells = [
        (
            Cell(same(f"{percent(row.predicted_low)} … {percent(row.predicted_high)}")),
            Cell(same(count(row.n))) if row.n >= K else Cell(words.HIDDEN, "muted"),
            Cell(same(percent(row.predicted))),
            *(
                (Cell(words.HIDDEN, "muted"),) * 2
                if row.bin in hidden
                else (Cell(same(percent(row.share))), Cell(same(percent_interval(row.ci_low, row.ci_high))))
            ),
        )
        for row in bins
    ]
    remarked = with_remarks(head, cells, [status_remark(row.status) for row in bins])
    notes = [*remarked.notes, *words.table_notes(cells)]
    caption = Label("Calibration", "校准")
    query = f"from marts.calibration where model = '{HEADLINE}'"
    cut = next((row.cut_at for row in data.estimates.validation if row.cut_at), None)
    lists = (of_newest(cut), *("" for _ in cells[1:])) if cut else ()
    return Table(caption, remarked.head, remarked.rows, joined_notes(notes), query, lists=lists)


def _measures_table(rows: Sequence[Validated]) -> Table:
    head = (
        Head(Label("Model", "模型")),
        Head(Label("Disputes judged", "评估纠纷数"), is_number=True),
        Head(Label("AUC", "AUC"), is_number=True),
        Head(Label("Gain in AUC over the base rate", "相对基准率的 AUC 增量"), is_number=True),
        Head(Label("Brier score", "Brier 分数"), is_number=True),
        Head(Label("Calibration slope", "校准斜率"), is_number=True),
    )
    cells = [
        (
            Cell(_name(row.model)),
            Cell(same(count(row.n))) if (row.n or 0) >= K or not row.n else Cell(words.HIDDEN, "muted"),
            _measure(row.auc, row.auc_ci_low, row.auc_ci_high),
            _measure(row.auc_gain, row.auc_gain_ci_low, row.auc_gain_ci_high, signed=True),
            _measure(row.brier, row.brier_ci_low, row.brier_ci_high, 3),
            _measure(row.calibration_slope, row.calibration_slope_ci_low, row.calibration_slope_ci_high),
        )
        for row in rows
    ]
    remarked = with_remarks(head, cells, [status_remark(row.status) for row in rows])
    caption = Label("Models judged on the newest fifth of rulings", "以最新五分之一判定评估的模型")
    lists = tuple(of_newest(row.cut_at) if row.cut_at else "" for row in rows)
    query = "from marts.model_validation"
    has_lists = any(lists)
    return Table(
        caption, remarked.head, remarked.rows, joined_notes(remarked.notes), query, lists=lists if has_lists else ()
    )


def _measure(
    value: float | None, low: float | None, high: float | None, places: int = 2, *, signed: bool = False
) -> Cell:
    if value is None:
        return Cell(same("–"), "muted")
    bounds = "" if low is None else interval(low, high, places, signed=signed).replace(" ", "\u00a0")
    return Cell(same(decimal(value, places, signed=signed)), detail=bounds)


def foretold_section(data: ReportData) -> Section | None:
    """Out-of-time validation; none where nothing was validated."""
    rows = sorted(
        data.estimates.validation,
        key=lambda row: (list(_MODELS).index(row.model) if row.model in _MODELS else len(_MODELS), row.model),
    )
    if not rows:
        return None
    blocks: list[Block] = [Prose(validation_sentence(data))]
    calibrated = calibration_sentence(data)
    blocks += [Prose(calibrated)] if calibrated else []
    figure = _figure(data)
    blocks += [Figures((figure,))] if figure else []
    blocks.append(_measures_table(rows))
    return Section("foretold", Label("How well new rulings are foretold", "对新判定的预测"), tuple(blocks))

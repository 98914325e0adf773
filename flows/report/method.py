"""Sections: the method in plain words, and the run that published the release."""

from flows.report import words
from flows.report.blocks import Bullets, Cell, Head, Section, Table
from flows.report.data import Run
from flows.report.disclosure import ALL, RULED, TOTAL, Disclosure
from flows.report.numbers import count, same
from transforms.registry import Label, output_table

#: Sizes of the release, and the cells that they are.
_SIZES = {"n_disputes": TOTAL, "n_ruled": RULED}

_METHOD = (
    Label(
        "Rates count disputes in which somebody decided: for the buyer, partly for each, or for the seller. "
        "Disputes that were settled, withdrawn, expired or are open are shown beside them.",
        "占比只计已判定的纠纷：支持买家、部分支持、支持卖家。协商一致、撤诉、超时关闭和尚未结束的纠纷另行列出。",
    ),
    Label(
        "Each side has a score from 0 to 1 for its evidence, how it kept the rules, its tone and its reputation; "
        "higher is better for that side. The advantage is the buyer's score less the seller's. What was not recorded "
        "is missing, never zero.",
        "买卖双方在证据、规则、语气和信誉上各有 0 至 1 的得分，越高对该方越有利。优势为买家得分减卖家得分。"
        "未记录即缺失，不按零计。",
    ),
    Label(
        "Only what was known before the ruling counts: later evidence, breaches and messages are left out, and "
        "reputation is what was known when customer service was asked to step in.",
        "只计入判定前已知的信息：之后的证据、违规和消息不计入；信誉取申请客服介入时已知的记录。",
    ),
    Label(
        "The same sellers come back, so their rulings are not independent. Every interval and test is clustered by "
        "seller. Intervals of shares are Wilson's, with the effective sample size: the number of "
        "independent disputes that would tell as much.",
        "同一卖家会多次出现，其判定并不独立。所有区间与检验均按卖家聚类。占比采用 Wilson 区间和有效样本量，"
        "即信息量相当的独立纠纷数。",
    ),
    Label(
        "Adjusted effects come from a proportional-odds model of the ordered outcome, with two binary models beside "
        "it. An effect is an average marginal effect in percentage points for one standard deviation more advantage.",
        "调整后效应来自有序结果的比例优势模型，并列两个二分类模型。效应为优势增加一个标准差时的平均边际效应，"
        "以百分点计。",
    ),
    Label(
        "A 95% interval is the range that agrees with the data: a procedure like this one covers the truth in 95 of "
        "100 samples. q values are p values corrected for the number of tests.",
        "95% 区间是与数据相符的取值范围：按此方法重复抽样，100 次中约有 95 次覆盖真值。q 值为按检验次数校正后的 p 值。",
    ),
    Label(
        "Association is not cause. Sides with better evidence may differ in ways that were not recorded.",
        "关联不等于因果。证据更充分的一方，可能在未记录的方面也有所不同。",
    ),
    Label(
        "To protect the people behind the disputes, counts from 1 to 9 are hidden, and with them any count from which "
        "a hidden one could be worked out.",
        "为保护当事人，1 至 9 的计数予以隐去；可由其推算出隐去数值的计数一并隐去。",
    ),
)


def method_section() -> Section:
    """How the numbers came about."""
    return Section("method", Label("Method in plain words", "方法说明"), (Bullets(_METHOD),))


# Of a row of any table the registry says that it is the run which published it.
_RUN = Label("Run", "运行编号")


def run_section(run: Run | None, disclosure: Disclosure) -> Section:
    """Run, versions and weights, with the labels of the registry; sizes that the tables hide are hidden here too."""
    heading = Label("Run and versions", "运行与版本")
    if run is None:
        return Section("run", heading, (Bullets((Label("No run is recorded.", "没有运行记录。"),)),))
    declared = output_table("meta.runs")
    hidden = {name for name, total in _SIZES.items() if (ALL, ALL, total) in disclosure.hidden}
    rows = tuple(
        (
            Cell(_RUN if name == "run_id" else declared.column(name).label),
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

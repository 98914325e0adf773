"""What the further columns of a profile go with, in a sentence."""

from collections.abc import Sequence

from flows.report import words
from flows.report.data import Association, ReportData
from flows.report.disclosure import Disclosure
from flows.report.levels import extra_factor_names
from flows.report.names import factor_label
from flows.report.numbers import count, decimal
from flows.report.suppression import K
from transforms.registry import Label
from transforms.statistics.telling import TELLS_OUTCOME

MEASURE = "cramers_v"
#: Share of false discoveries that is put up with.
LARGEST_Q = 0.05
#: Columns that are named; of more only how many there are is said.
MOST_NAMED = 5


def further_sentence(data: ReportData, disclosure: Disclosure) -> Label | None:
    """Which of the further columns go with the outcome and which are not shown to, the closest first.

    Args:
        data: What was read from the release.
        disclosure: What is hidden.

    Returns:
        One sentence; None without such columns, or where nothing is known of any.
    """
    names = extra_factor_names(data)
    rows = [row for row in data.associations if row.factor in names and row.measure == MEASURE]
    told = [row for row in rows if row.q_value is not None and not _is_hidden(row, disclosure)]
    if not told:
        return None
    told.sort(key=lambda row: (-(row.estimate or 0.0), row.factor))
    with_it = [row for row in told if (row.q_value or 0.0) < LARGEST_Q]
    without = [row for row in told if row not in with_it]
    if len(told) == 1:
        return _only_one(told[0], is_shown=bool(with_it))
    head = Label(
        f"Of the {len(told)} extra factors that could be tested, {len(with_it) or 'none'} "
        f"{'goes' if len(with_it) == 1 else 'go'} with the outcome",
        f"在可检验的{len(told)}个额外因素中，{len(with_it)}个与判定结果相关",
    )
    named = _named([_with_strength(row) for row in with_it], Label(": ", "："))
    rest = _named([factor_label(row.factor) for row in without], Label("; it is not shown for ", "；未显示相关的有"))
    note = Label("; Cramér's V, not adjusted.", "（Cramér V，未调整）。") if with_it else Label(".", "。")
    return Label(f"{head.en}{named.en}{rest.en}{note.en}", f"{head.zh}{named.zh}{rest.zh}{note.zh}")


def telling_notice(data: ReportData) -> Label | None:
    """That further columns tell the outcome by themselves, as what is written down with a ruling does."""
    names = sorted({row.factor for row in data.associations if row.status == TELLS_OUTCOME})
    if not names:
        return None
    named = words.join([factor_label(name) for name in names])
    one = len(names) == 1
    tells, they, are, them = ("tells", "it was", "it is", "it") if one else ("tell", "they were", "they are", "them")
    return Label(
        f"Beware: {named.en} {tells} the outcome almost without exception, as does what is written down with a ruling "
        f"or after it. Unless {they} known before, take {them} out of the profile. Here {are} left out of all models, "
        "so that the other effects stand.",
        f"注意：{named.zh} 与判定结果几乎完全对应，通常是随判定或判定之后才写下的内容。"
        "除非判定前已知，否则应从配置中去掉。此处未将其纳入任何模型，其他效应不受影响。",
    )


def _only_one(row: Association, *, is_shown: bool) -> Label:
    name = _with_strength(row)
    verb = Label("goes", "相关") if is_shown else Label("is not shown to go", "未显示相关")
    return Label(
        f"The one extra factor that could be tested, {name.en}, {verb.en} with the outcome (Cramér's V, not adjusted).",
        f"唯一可检验的额外因素{name.zh}与判定结果{verb.zh}（Cramér V，未调整）。",
    )


def _is_hidden(row: Association, disclosure: Disclosure) -> bool:
    return disclosure.hides_recorded(row.factor) or 0 < (row.n or 0) < K


def _with_strength(row: Association) -> Label:
    name = factor_label(row.factor)
    value, low, high = (decimal(each, 2) for each in (row.estimate, row.ci_low, row.ci_high))
    return Label(
        f"{name.en} {value} ({low} to {high}, n = {count(row.n)})",
        f"{name.zh} {value}（{low} 至 {high}，n = {count(row.n)}）",
    )


def _named(labels: Sequence[Label], before: Label) -> Label:
    """List the first few; nothing where there are none."""
    if not labels:
        return Label("", "")
    more = len(labels) - MOST_NAMED
    shown = [*labels[:MOST_NAMED], *([Label(f"{more} more", f"另外{more}个")] if more > 0 else [])]
    listed = words.join(shown)
    return Label(f"{before.en}{listed.en}", f"{before.zh}{listed.zh}")

"""That something is recorded for some outcomes more than for others, so that its effects may be those of recording."""

from collections.abc import Sequence

from flows.report import words
from flows.report.data import ReportData, Uneven
from flows.report.names import column_label, outcome_label, table_label
from flows.report.numbers import same
from flows.report.suppression import K
from transforms.registry import Label
from transforms.registry.enumerations import PARTY

_ANY = "any"
#: Things that are named in the lead; the section on thin data lists all.
_MOST_NAMED = 3
_NEARLY_ALL, _FEW = Label("nearly all", "几乎全部"), Label("hardly any", "极少")


def uneven_notice(data: ReportData) -> Label | None:
    """What leads the report where recording depends on the outcome; None where it does not."""
    worst = sorted(data.uneven, key=lambda row: (-row.spread_pp, row.table_name, row.column_name, row.party))
    if not worst:
        return None
    shown, more = worst[:_MOST_NAMED], len(worst) - _MOST_NAMED
    told = [_told(row) for row in shown] + ([Label(f"{more} more", f"另有 {more} 项")] if more > 0 else [])
    en, zh = "; ".join(each.en for each in told), "；".join(each.zh for each in told)
    about = words.join(_tables(data.uneven))
    return Label(
        f"Beware: how much is recorded depends on how a dispute was ruled: {en}. Effects of {about.en} may come from "
        "what was written down, or exported, and not from what happened.",
        f"注意：记录的多少取决于判定结果：{zh}。{about.zh}的效应可能来自记录或导出的差异，而非事实本身。",
    )


def uneven_list(data: ReportData) -> tuple[Label, ...]:
    """All of it, a line each."""
    return tuple(Label(f"{each.en}.", f"{each.zh}。") for each in map(_told, data.uneven))


def _told(row: Uneven) -> Label:
    """What is recorded where most and least; shares that would tell a count of a few are not given as numbers."""
    thing, most, least = _thing(row), outcome_label(row.most), outcome_label(row.least)
    high = _NEARLY_ALL if 0 < row.most_lacking < K else same(f"{100 * row.most_share:.0f}%")
    low = _FEW if 0 < row.least_recorded < K else same(f"{100 * row.least_share:.0f}%")
    return Label(
        f"{thing.en} in {high.en} where “{most.en[0].lower()}{most.en[1:]}”, in {low.en} where "
        f"“{least.en[0].lower()}{least.en[1:]}”",
        f"{thing.zh}：“{most.zh}”时 {high.zh}，“{least.zh}”时 {low.zh}",
    )


def _thing(row: Uneven) -> Label:
    if row.column_name == _ANY:
        table = table_label(row.table_name)
        whole = Label(f"any {table.en.lower()}", f"是否有{table.zh}")
    else:
        name = column_label(row.table_name, row.column_name)
        whole = Label(
            f"“{name.en}” ({row.table_name}.{row.column_name})", f"“{name.zh}”（{row.table_name}.{row.column_name}）"
        )
    if row.party not in PARTY.labels:
        return whole
    side = PARTY.labels[row.party]
    return Label(f"{whole.en} of the {side.en}", f"{side.zh}的{whole.zh}")


def _tables(rows: Sequence[Uneven]) -> list[Label]:
    names = list(dict.fromkeys(row.table_name for row in rows))
    labels = [same(name) if name == "disputes" else table_label(name) for name in names]
    return [Label(label.en.lower(), label.zh) for label in labels]

"""That something is recorded for some outcomes more than for others, so that its effects may be those of recording."""

from collections.abc import Iterator, Sequence

from flows.report import words
from flows.report.data import Missing, ReportData, Uneven
from flows.report.misleading import stratifier_label
from flows.report.names import column_label, outcome_label, table_label, value_label
from flows.report.numbers import count, percent, same
from flows.report.suppression import K
from transforms.registry import Label
from transforms.registry.enumerations import PARTY

_ANY = "any"
_MONTH = "month"
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


def missing_notices(data: ReportData) -> Iterator[Label]:
    """What leads the report where a table is empty for whole months or groups, one notice a table."""
    for name in dict.fromkeys(row.table_name for row in data.missing):
        # months say most; a batch without evidence may lack it for categories as well
        row = min((row for row in data.missing if row.table_name == name), key=lambda row: row.slice != _MONTH)
        yield _empty(row)


def _empty(row: Missing) -> Label:
    values = [value_label(row.slice, value) for value in row.missing]
    named, thing, part = words.join(values), table_label(row.table_name), stratifier_label(row.slice)
    where = Label(f"with {part.en} {named.en}", f"{part.zh}为{named.zh}")
    if row.slice == _MONTH:
        where = Label(f"of {named.en}", named.zh)
        if len(values) > _MOST_NAMED:
            first, last, n = values[0].en, values[-1].en, len(values)
            where = Label(f"of {n} months from {first} to {last}", f"{first} 至 {last} 中 {n} 个月")
    en, zh, share = thing.en.lower(), thing.zh, percent(row.share_elsewhere)
    return Label(
        f"Beware: hardly any {en} is recorded in the {count(row.n)} rulings {where.en}, but in {share} of "
        f"the others. If it was not written down, or not exported, it wrongly counts as none: effects of {en}, and the "
        "rank of the factor, are then too small.",
        f"注意：{where.zh}的 {count(row.n)} 个判定中几乎没有{zh}记录，而其余判定中 {share} 有记录。"
        f"若只是未记录或未导出，就被误当作没有：{zh}的效应及该因素的排序会因此偏小。",
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

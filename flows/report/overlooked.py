"""That rulings are alike by buyer or by decider, which the intervals do not allow for."""

import math
from collections.abc import Iterator

from flows.report.data import Overlooked, ReportData
from flows.report.numbers import count, decimal
from transforms.registry import Label

#: From so many times too narrow it is said at the top; below, among what cannot be concluded.
_LEADS_FROM = 1.5
_WHO = {
    "buyer": Label("buyer", "买家"),
    "decider": Label("decider", "判定人"),
}
_OWN = {
    "buyer": Label("a buyer's own (reputation, claims often made)", "买家自身特征（如信誉、申诉频率）"),
    "decider": Label("a decider's own (agent or jury)", "判定人自身特征（如客服或小法庭）"),
}

#: Where it is allowed for (decision 015).
_BUT = {
    "buyer": Label(" (those of claims P1 and P2a do)", "（说法 P1、P2a 的区间除外）"),
    "decider": Label("", ""),
}


def overlooked_notices(data: ReportData) -> Iterator[Label]:
    """What leads the report."""
    for row in data.overlooked:
        if _factor(row) >= _LEADS_FROM:
            said = _told(row)
            yield Label(f"Beware: {said.en[0].lower()}{said.en[1:]}", f"注意：{said.zh}")


def overlooked_limits(data: ReportData) -> Iterator[Label]:
    """What is said further down."""
    yield from (_told(row) for row in data.overlooked if _factor(row) < _LEADS_FROM)


def _factor(row: Overlooked) -> float:
    return math.sqrt(row.design_effect)


def _told(row: Overlooked) -> Label:
    who, own, factor = _WHO[row.alike_by], _OWN[row.alike_by], decimal(_factor(row))
    but = _BUT[row.alike_by]
    alike, n, units = decimal(row.similarity, 2), count(row.n), count(row.n_units)
    return Label(
        f"Rulings of one {who.en} are more alike than their cases explain (correlation {alike}; {units} {who.en}s in "
        f"{n} rulings). Intervals allow for sellers who come back, not for this{but.en}: those of "
        f"shares, and of what is {own.en}, may be up to {factor} times too narrow, and tests of it are too sure.",
        f"同一{who.zh}的判定比案情所能解释的更相似（相关 {alike}；{n} 个判定涉及 {units} 个{who.zh}）。区间只考虑了"
        f"同一卖家多次出现，未考虑这一点{but.zh}：各占比以及{own.zh}的区间应最多放宽至 {factor} 倍，相应检验过于乐观。",
    )

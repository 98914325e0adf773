"""Section: each kind of evidence and each breach of a rule, with its adjusted effect on the side that it helps."""

from collections.abc import Callable, Sequence

from flows.report import words
from flows.report.associations import status_remark
from flows.report.blocks import Block, Cell, Figure, Head, LegendItem, Prose, Section, Table, figures_and_tables
from flows.report.data import ReportData
from flows.report.estimates import KindEffect
from flows.report.forest import Estimate, Subject, forest_figure, forest_table, size
from flows.report.groups import TONES
from flows.report.listing import of_fact
from flows.report.names import sentence_case
from flows.report.numbers import count, percent, same
from flows.report.suppression import K
from transforms.registry import Label
from transforms.registry.enumerations import EVIDENCE_KIND, PARTY, RULE
from transforms.registry.facts import alleged, has_kind, proven

_MORE = (
    Head(Label("Disputes with it", "有该项的纠纷数"), is_number=True),
    Head(Label("Favoured outcome with it, not adjusted", "有该项时有利结果占比（未调整）"), is_number=True),
    Head(Label("Without it", "没有该项时"), is_number=True),
)
_LEGEND = (
    LegendItem("buyer", Label("on the chance that the buyer wins", "对支持买家的概率")),
    LegendItem("seller", Label("on the chance that the seller wins", "对支持卖家的概率")),
)


def tells_of_few(row: KindEffect) -> bool:
    """Whether the sizes of the two groups would speak of fewer than k disputes, by themselves or by taking away."""
    with_it, without = row.n_with or 0, row.n_without or 0
    return any(0 < each < K for each in (with_it, without, (row.n or 0) - with_it - without))


def _shares_tell_of_few(row: KindEffect) -> bool:
    """Whether a share of one of the two groups would."""
    for n, share in ((row.n_with, row.favoured_with), (row.n_without, row.favoured_without)):
        if n and share is not None:
            hits = round(n * share)
            if 0 < hits < K or 0 < n - hits < K:
                return True
    return False


def _name(row: KindEffect, labels: dict[str, Label]) -> Label:
    side, what = PARTY.labels.get(row.party, same(row.party)), labels.get(row.name, same(row.name))
    return Label(f"{sentence_case(side).en}: {what.en}", f"{side.zh}：{what.zh}")


def _said(row: KindEffect, labels: dict[str, Label]) -> Label:
    """The same within a sentence."""
    side, what = PARTY.labels.get(row.party, same(row.party)), labels.get(row.name, same(row.name))
    return Label(f"{what.en} ({side.en})", f"{what.zh}（{side.zh}）")


def _estimate(row: KindEffect, labels: dict[str, Label], fact: Callable[[KindEffect], str]) -> Estimate:
    is_few = tells_of_few(row)
    hidden = Cell(words.HIDDEN, "muted")
    are_shares_hidden = is_few or _shares_tell_of_few(row)
    return Estimate(
        _name(row, labels),
        size(row.n),
        row.effect_pp,
        row.ci_low,
        row.ci_high,
        tone=TONES.get(row.favoured, "other"),
        remark=status_remark(row.status),
        lists=of_fact(fact(row)),
        more=(
            hidden if is_few else Cell(same(count(row.n_with)), detail=percent(row.share_with)),
            hidden if are_shares_hidden else Cell(same(percent(row.favoured_with))),
            hidden if are_shares_hidden else Cell(same(percent(row.favoured_without))),
        ),
    )


def _block(
    rows: Sequence[KindEffect], subject: Subject, labels: dict[str, Label], fact: Callable[[KindEffect], str]
) -> Figure | Table | None:
    """The rows as a chart, the largest effect first; as a table where nothing was estimated."""
    shown = [row for row in rows if row.n_with or row.effect_pp is not None]
    if not shown:
        return None
    shown.sort(key=lambda row: (row.effect_pp is None, -(row.effect_pp or 0.0), row.party, row.name))
    estimates = [_estimate(row, labels, fact) for row in shown]
    return forest_figure(estimates, subject) or forest_table(estimates, subject)


def _evidence_fact(row: KindEffect) -> str:
    return has_kind(row.party, row.name)


def _breach_fact(row: KindEffect) -> str:
    return proven(row.party, row.name) if row.compared == "proven" else alleged(row.party, row.name)


def _clear(rows: Sequence[KindEffect]) -> list[KindEffect]:
    """Rows whose effect stands up to the number of tests."""
    return [row for row in rows if row.q_value is not None and row.q_value < words.SIGNIFICANT and row.effect_pp]


def _sentence(rows: Sequence[KindEffect], labels: dict[str, Label], what: Label) -> Label:
    """Which rows show an effect beyond chance, and how many do not."""
    tested = [row for row in rows if row.q_value is not None]
    clear = sorted(_clear(rows), key=lambda row: -(row.effect_pp or 0.0))
    if not tested:
        return Label(f"No effect of {what.en} could be estimated.", f"无法估计{what.zh}的效应。")
    if not clear:
        return Label(
            f"None of {len(tested)} effects of {what.en} stands up to correction for their number.",
            f"{what.zh}的 {len(tested)} 个效应经检验次数校正后均不成立。",
        )
    named = words.join([_said(row, labels) for row in clear[:3]])
    return Label(
        f"Of {len(tested)} effects of {what.en}, {len(clear)} stand up to correction for their number; the largest: "
        f"{named.en}.",
        f"{what.zh}的 {len(tested)} 个效应中有 {len(clear)} 个经检验次数校正后成立；最大的是{named.zh}。",
    )


def _subject(key: str, title: Label, first: Label, query: str) -> Subject:
    return Subject(
        key=key,
        title=title,
        first_column=first,
        value=Label("Effect, pp", "效应（百分点）"),
        unit=" pp",
        query=query,
        more=_MORE,
        notes=(_NOTE,),
        legend=_LEGEND,
    )


_NOTE = Label(
    "Evidence: effect on the side's own victory. Breach: effect on the other side's victory. Adjusted for all others "
    "of "
    "the table, the other three factors, category, claim, price and month.",
    "证据：对提供方获支持的效应；违规：对另一方获支持的效应。已对表中其他各项、另三项因素、类目、主张、"
    "价格和月份作调整。",
)


def kinds_section(data: ReportData) -> Section | None:
    """Kinds of evidence and breaches of rules; none where neither was recorded."""
    evidence, rules = data.estimates.evidence_kinds, data.estimates.violation_rules
    kinds, breaches = dict(EVIDENCE_KIND.labels), dict(RULE.labels)
    effects_of_evidence = Label("having shown a kind of evidence", "提供某类证据")
    effects_of_breaches = Label("having broken a rule", "违反某项规则")
    found = [
        _block(
            evidence,
            _subject(
                "evidence-kinds",
                Label("Adjusted effect of having shown each kind of evidence", "提供各类证据的调整后效应"),
                Label("Evidence", "证据"),
                "from marts.evidence_kinds",
            ),
            kinds,
            _evidence_fact,
        ),
        _block(
            rules,
            _subject(
                "violation-rules",
                Label("Adjusted effect of having broken each rule", "违反各项规则的调整后效应"),
                Label("Breach", "违规"),
                "from marts.violation_rules",
            ),
            breaches,
            _breach_fact,
        ),
    ]
    if not any(found):
        return None
    blocks: list[Block] = [
        Prose(_sentence(evidence, kinds, effects_of_evidence)),
        Prose(_sentence(rules, breaches, effects_of_breaches)),
    ]
    blocks += figures_and_tables(found)
    return Section("kinds", Label("Kinds of evidence and breaches of rules", "证据类型与违规行为"), tuple(blocks))

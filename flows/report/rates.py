"""Section: who wins, over all disputes and by group, and how disputes ended."""

from collections import defaultdict
from collections.abc import Iterable

from flows.report import words
from flows.report.blocks import Block, Card, Cards, Figure, Prose, Section, Table, figures_and_tables
from flows.report.data import Rate, ReportData
from flows.report.disclosure import ALL, TOTAL, Disclosure
from flows.report.groups import TONES, Group, Subject, group_figure, group_table
from flows.report.listing import of_group, quoted
from flows.report.money import money_tables
from flows.report.names import NOT_RECORDED, OUTCOME_ORDER, RULED_ORDER, outcome_label, slice_label, value_label
from flows.report.numbers import count, percent
from flows.report.quality import unknown_sellers
from transforms.registry import Label

_SLICES = ("category", "claim", "decided_by", "month")


def groups_of(rates: Iterable[Rate], slice_name: str) -> list[Group]:
    """The groups of a slice that hold any dispute, in the order of the rows."""
    by_value: defaultdict[str, dict[str, Rate]] = defaultdict(dict)
    for rate in rates:
        if rate.slice == slice_name:
            by_value[rate.value][rate.outcome] = rate
    groups = {value: Group(value_label(slice_name, value), found) for value, found in by_value.items()}
    return [group for group in groups.values() if group.any_rate.n_total > 0]


def overall_rates(rates: Iterable[Rate]) -> dict[str, Rate]:
    """The rates of all disputes together, by outcome; none where there is no dispute."""
    return {rate.outcome: rate for rate in rates if rate.slice == ALL and rate.n_total > 0}


def _sorted_groups(groups: list[Group], slice_name: str, disclosure: Disclosure) -> list[Group]:
    """Months in time; other groups by the buyer's share, hidden ones and what was not recorded last."""

    def order(group: Group) -> tuple[int, float, str]:
        rate = group.rates.get("buyer_wins")
        value = group.any_rate.value if isinstance(group.any_rate, Rate) else ""
        if value == NOT_RECORDED:
            return 2, 0.0, value
        if slice_name == "month":
            return 0, 0.0, value
        if rate is None or rate.share is None or disclosure.hides(rate):
            return 1, 0.0, value
        return 0, -rate.share, value

    return sorted(groups, key=order)


def headline_cards(data: ReportData, disclosure: Disclosure) -> Cards | None:
    """The share of each outcome in large figures."""
    overall = overall_rates(data.outcomes)
    shown = [overall[outcome] for outcome in RULED_ORDER if outcome in overall]
    cards = tuple(_card(rate) for rate in shown if not disclosure.hides(rate))
    return Cards(cards) if cards else None


def _card(rate: Rate) -> Card:
    bounds, n, total = words.rate_interval(rate), count(rate.n), count(rate.n_total)
    return Card(
        outcome_label(rate.outcome),
        percent(rate.share),
        Label(f"95% interval {bounds} · {n} of {total}", f"95% 区间 {bounds} · {total} 中的 {n}"),
        TONES[rate.outcome],
        f"{of_group('all', 'all')} and outcome = {quoted(rate.outcome)}",
    )


def _figure(
    data: ReportData, slice_name: str, disclosure: Disclosure, reference: float | None
) -> Figure | Table | None:
    groups = _sorted_groups(groups_of(data.outcomes, slice_name), slice_name, disclosure)
    if not groups:
        return None
    name = slice_label(slice_name)
    subject = Subject(
        key=f"rates-{slice_name}",
        title=Label(f"Who wins, by {name.en}", f"各{name.zh}的判定结果"),
        first_column=Label(name.en[:1].upper() + name.en[1:], name.zh),
        outcomes=RULED_ORDER,
        query=f"select * from marts.outcome_rates where slice = '{slice_name}'",
        is_trend=slice_name == "month" and len(groups) > 2,  # noqa: PLR2004 - two months make no trend
    )
    return group_figure(groups, subject, disclosure, reference)


def _endings(data: ReportData, disclosure: Disclosure) -> list[Block]:
    """How all disputes ended, the undecided ones included."""
    groups = groups_of(data.closures, ALL)
    if not groups:
        return []
    renamed = [Group(Label("All disputes", "全部纠纷"), group.rates) for group in groups]
    by_claim = _sorted_groups(groups_of(data.closures, "claim"), "claim", disclosure)
    subject = Subject(
        key="endings",
        title=Label(
            "How disputes ended, by claim, those without a ruling included", "各主张的纠纷如何结束（含未判定）"
        ),
        first_column=Label("Group", "分组"),
        outcomes=OUTCOME_ORDER,
        query="select * from marts.closure_rates where slice in ('all', 'claim')",
        total=TOTAL,
    )
    return [group_table([*renamed, *by_claim], subject, disclosure)]


def rates_section(data: ReportData, disclosure: Disclosure) -> Section:
    """Who wins, by category, claim, decider and month, and how disputes ended."""
    overall = overall_rates(data.outcomes)
    buyer = overall.get("buyer_wins")
    reference = buyer.share if buyer and not disclosure.hides(buyer) else None
    found = [_figure(data, name, disclosure, reference) for name in _SLICES]
    blocks = figures_and_tables(found) or [Prose(words.NOTHING_RULED)]
    if overall and not disclosure.hides_total(next(iter(overall.values()))):
        blocks.insert(0, Prose(words.sellers(next(iter(overall.values())), unknown_sellers(data))))
    return Section(
        "who-wins", Label("Who wins", "谁胜出"), (*blocks, *_endings(data, disclosure), *money_tables(data, disclosure))
    )

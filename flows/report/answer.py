"""Section: the answer in a few sentences, and what cannot be concluded."""

from collections.abc import Iterator

from flows.report import words
from flows.report.blocks import Block, Bullets, Prose, Section
from flows.report.claims import definitions_notice, verdicts_sentence
from flows.report.data import ReportData
from flows.report.disclosure import ALL, RULED, TOTAL, Disclosure
from flows.report.duration import DURATION_UNKNOWN, time_sentence
from flows.report.effects import HEADLINE_MODEL, direction_sentences, factor_effects, ranked_effects, two_ways
from flows.report.further import further_sentence, telling_notice
from flows.report.importance import ranked_importance, ranking_sentence
from flows.report.listing import of_group
from flows.report.misleading import misleading_sentence, reversals
from flows.report.names import FACTORS, RULED_ORDER
from flows.report.overlooked import overlooked_limits, overlooked_notices
from flows.report.quality import file_totals, merged_persons, missing_tables, not_recorded_factors, unknown_sellers
from flows.report.rates import headline_cards, overall_rates
from flows.report.uneven import missing_notices, uneven_notice
from transforms.registry import Label

#: A smaller share of disputes without a seller is not worth a sentence at the top.
_MOST_UNKNOWN = 0.02


def answer_section(data: ReportData, disclosure: Disclosure, changed: Label | None = None) -> Section:
    """The answer in five sentences, led by what hangs on the definition of winning, and what cannot be concluded.

    Args:
        data: What was read from the release.
        disclosure: What is hidden.
        changed: What changed since the release before, if there is one.
    """
    notices = (
        uneven_notice(data),
        *missing_notices(data),
        telling_notice(data),
        *overlooked_notices(data),
        definitions_notice(data),
    )
    blocks: list[Block] = [Prose(notice, "notice") for notice in notices if notice]
    cards = headline_cards(data, disclosure)
    blocks += [cards] if cards else []
    blocks += five_sentences(data, disclosure)
    blocks += [Prose(changed)] if changed else []
    limits = tuple(_limits(data, disclosure))
    blocks += [Prose(Label("What cannot be concluded", "不能得出的结论"), "heading"), Bullets(limits)]
    return Section("answer", Label("The answer in five sentences", "五句话的结论"), tuple(blocks))


def five_sentences(data: ReportData, disclosure: Disclosure) -> list[Prose]:
    """Who wins, which factors rank how, what of the lore holds, how long it takes, and what all this is not.

    Args:
        data: What was read from the release.
        disclosure: What is hidden.

    Returns:
        Five paragraphs of one sentence each. Where the four factors cannot be ranked, the second is about the further
        columns of the profile; elsewhere they have one more paragraph at the end.
    """
    time = time_sentence(data, disclosure) or DURATION_UNKNOWN
    further = further_sentence(data, disclosure)
    is_all_there_is = further is not None and not ranked_importance(data)
    return [
        Prose(_who_wins(data, disclosure), "lead", of_group("all", "all")),
        Prose(further if further is not None and is_all_there_is else _ranking(data), "lead"),
        Prose(verdicts_sentence(data), "lead"),
        Prose(time, "lead", of_group("all", "all", only_ruled=False)),
        Prose(words.NOT_CAUSE, "lead"),
        *([Prose(further)] if further is not None and not is_all_there_is else []),
    ]


def _ranking(data: ReportData) -> Label:
    """How the factors rank, with what a ranking does not tell of their directions."""
    ranking, more = ranking_sentence(data), direction_sentences(data)
    return Label(f"{ranking.en} {more.en}", f"{ranking.zh}{more.zh}") if more else ranking


def _who_wins(data: ReportData, disclosure: Disclosure) -> Label:
    overall = overall_rates(data.outcomes)
    if not overall:
        return words.NOTHING_RULED
    whole = next(iter(overall.values()))
    if disclosure.hides_total(whole):
        return words.TOO_FEW_RULED
    shown = {name: rate for name, rate in overall.items() if rate.share is not None and not disclosure.hides(rate)}
    compared = {"buyer_wins", "seller_wins"} <= set(shown)
    comparison = words.compare_sides(shown["buyer_wins"], shown["seller_wins"]) if compared else None
    return words.headline(shown, whole.n_total, comparison)


def _limits(data: ReportData, disclosure: Disclosure) -> Iterator[Label]:
    ranked = dict(ranked_effects(data))
    if not ranked_importance(data) and further_sentence(data, disclosure) is not None:
        yield ranking_sentence(data)
    yield from _undirected(data)
    if reversals(data):
        yield misleading_sentence(data)
    absent = not_recorded_factors(data)
    if absent:
        yield words.not_recorded_factors(absent)
    unknown = factor_effects(data, HEADLINE_MODEL)
    for factor in FACTORS:
        if factor in unknown and factor not in ranked and factor not in absent:
            yield words.no_effect(factor, unknown[factor].status)
    absent_tables = missing_tables(data)
    if absent_tables:
        yield words.missing_tables(absent_tables)
    yield from _sellers(data)
    yield from overlooked_limits(data)
    yield from _left_out(data, disclosure)


def _undirected(data: ReportData) -> Iterator[Label]:
    """Factors whose direction is open: the interval includes zero, or there is none."""
    ranked = dict(ranked_effects(data))
    turning = {factor for factor, *_ in two_ways(data)}
    doubtful = [f for f, effect in ranked.items() if words.includes_zero(effect) and f not in turning]
    without = [f for f in doubtful if ranked[f].ame_ci_low is None]
    undirected = [f for f in doubtful if f not in without]
    if undirected:
        yield words.undirected(undirected)
    if without:
        yield words.no_intervals(without)


def _sellers(data: ReportData) -> Iterator[Label]:
    """What unknown sellers do to every interval."""
    unknown, merged = unknown_sellers(data), merged_persons(data)
    if merged >= _MOST_UNKNOWN:
        yield words.same_person(merged)
    if any(rate.n_clusters == 1 and rate.status == "one_cluster" for rate in overall_rates(data.outcomes).values()):
        yield words.ONE_SELLER
    if unknown == 1:
        yield words.SELLERS_UNKNOWN
    elif unknown >= _MOST_UNKNOWN:
        yield words.some_sellers_unknown(unknown)


def _left_out(data: ReportData, disclosure: Disclosure) -> Iterator[Label]:
    """Disputes without a ruling, facts that came too late, rows set aside."""
    closures = overall_rates(data.closures)
    if closures:
        n_total = next(iter(closures.values())).n_total
        n_unruled = sum(rate.n for outcome, rate in closures.items() if outcome not in RULED_ORDER)
        is_hidden = (ALL, ALL, RULED) in disclosure.hidden or (ALL, ALL, TOTAL) in disclosure.hidden
        if n_unruled:
            yield words.unruled(None if is_hidden else n_unruled, n_total)
    if any(fact.n for fact in data.late_facts):
        yield words.late_facts(data.late_facts)
    totals = file_totals(data.files)
    if totals["quarantined"]:
        yield words.quarantined(totals["quarantined"], totals["rows_in"])

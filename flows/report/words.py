"""The report's sentences, each written once in English and once in Chinese."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from flows.report.blocks import Cell
from flows.report.data import Effect, LateFacts, LevelRate, Rate, Run
from flows.report.names import factor_label, sentence_case, status_label, table_label
from flows.report.numbers import (
    count,
    decimal,
    percent,
    percent_interval,
    percent_of,
    points,
    same,
    share_with_interval,
    span,
)
from transforms.claims.verdicts import VERDICT_LABELS
from transforms.registry import Label

#: Below this p value a test of the model speaks against it.
SIGNIFICANT = 0.05
HIDDEN = Label("hidden", "隐去")
HIDDEN_NOTE = Label(
    "“hidden”: fewer than 10 disputes, or a count that would give such a one away.",
    "“隐去”：不足 10 个纠纷，或由其可推出此类数值。",
)
NOTHING_RULED = Label(
    "No dispute in this release has been ruled, so nothing can be said about who wins.",
    "本次发布中没有已判定的纠纷，无法说明哪一方胜出。",
)
NOT_CAUSE = Label(
    "All this is association among rulings as they were made, adjusted for the other factors, category, claim, price "
    "and "
    "month, and does not say what would happen if a side acted differently.",
    "以上均为既有判定中的关联，已对其他因素、类目、主张、价格和月份作调整，不代表改变做法就会改变结果。",
)
RANKED = Label(
    "Adjusted effects, the largest first: by how much the chance that the buyer wins is higher when the buyer's "
    "advantage "
    "in that factor is one standard deviation (SD) greater, all else equal. A factor whose interval includes zero has "
    "no "
    "place in the ranking.",
    "调整后效应，从大到小：买家在该因素上的优势增加一个标准差而其他条件相同时，支持买家的概率高出多少。"
    "区间包含零的因素不参与排序。",
)
NO_EFFECTS = Label(
    "No adjusted effect of any factor can be stated from these rulings.",
    "根据这些判定无法给出任何因素的调整后效应。",
)


RATE_NOTE = Label(
    "Each cell: share of the group, below it [95% interval] · number of disputes.",
    "每格上行为组内占比，下行为 [95% 区间] · 纠纷数。",
)
HEADLINE_HIDDEN = Label(
    " The other shares are hidden, because one of them rests on fewer than 10 disputes.",
    "其余占比予以隐去，因其中之一不足 10 个纠纷。",
)
HEADLINE_NOTHING = Label("no share can be shown", "各结果占比均不予显示")
_HEADLINE: dict[str, Callable[[Label], Label]] = {
    "buyer_wins": lambda share: Label(f"the buyer won {share.en}", f"支持买家 {share.zh}"),
    "seller_wins": lambda share: Label(f"the seller won {share.en}", f"支持卖家 {share.zh}"),
    "partial": lambda share: Label(f"{share.en} were decided partly for each", f"部分支持 {share.zh}"),
}


def join(labels: Sequence[Label]) -> Label:
    """List things in a sentence: commas and “and” in English, 、 and 和 in Chinese."""
    if len(labels) == 1:
        return labels[0]
    english, chinese = [label.en for label in labels], [label.zh for label in labels]
    return Label(
        ", ".join(english[:-1]) + " and " + english[-1],
        "、".join(chinese[:-1]) + "和" + chinese[-1],
    )


def headline(shown: Mapping[str, Rate], n: int, comparison: Label | None = None) -> Label:
    """Who wins, with n and intervals, as far as it is shown.

    Args:
        shown: Rates of all rulings by outcome, hidden ones left out.
        n: Ruled disputes.
        comparison: What the intervals say of the two sides, as a part of the sentence.
    """
    rates = {name: share_with_interval(rate.share, rate.ci_low, rate.ci_high) for name, rate in shown.items()}
    parts = [_HEADLINE[name](rates[name]) for name in ("buyer_wins", "seller_wins", "partial") if name in rates]
    told = Label(join(parts).en, "，".join(part.zh for part in parts)) if parts else HEADLINE_NOTHING
    rest = same("") if len(shown) == len(_HEADLINE) else HEADLINE_HIDDEN
    more = Label(f": {comparison.en}", f"：{comparison.zh}") if comparison else same("")
    return Label(
        f"Of {count(n)} ruled disputes, {told.en}{more.en}.{rest.en}",
        f"在 {count(n)} 个已判定纠纷中，{told.zh}{more.zh}。{rest.zh}",
    )


def compare_sides(buyer: Rate, seller: Rate) -> Label:
    """Whether one side wins more often, as far as the intervals tell; a part of a sentence."""
    if buyer.ci_low is None or buyer.ci_high is None or seller.ci_low is None or seller.ci_high is None:
        return Label(
            "without intervals it cannot be said whether one side wins more often",
            "由于没有区间，无法判断哪一方胜出更多",
        )
    if buyer.ci_low > seller.ci_high:
        return Label("buyers win more often than sellers", "买家胜出多于卖家")
    if seller.ci_low > buyer.ci_high:
        return Label("sellers win more often than buyers", "卖家胜出多于买家")
    return Label(
        "the intervals overlap, so these rulings do not show that one side wins more often",
        "两者区间重叠，这些判定不足以说明哪一方胜出更多",
    )


SELLERS_UNKNOWN = Label(
    "Sellers were not recorded, so intervals take rulings as independent and may be too narrow.",
    "数据未记录卖家，区间按判定相互独立计算，可能偏窄。",
)


ONE_SELLER = Label(
    "All rulings are of one seller: they say nothing of others, and no interval can tell how much sellers differ.",
    "所有判定都属于同一卖家：不能说明其他卖家的情况，也无法用区间衡量卖家间的差异。",
)


def sellers(rate: Rate, unknown: float = 0.0) -> Label:
    """How many sellers stand behind the rulings, and what that means for the intervals.

    Args:
        rate: A rate of all rulings.
        unknown: Share of disputes whose seller is not recorded.
    """
    if rate.status == "not_clustered":
        return SELLERS_UNKNOWN
    n, effective = count(rate.n_clusters), decimal(rate.n_effective, 0)
    care = Label(" So few sellers call for care with every interval.", "卖家过少，各区间仅供参考。")
    more = care if rate.status in {"few_clusters", "one_cluster"} else same("")
    if unknown:
        gap = some_sellers_unknown(unknown)
        head = Label(
            f"Sellers behind them, a dispute without one counted as one more: {n}. {gap.en}",
            f"涉及 {n} 个卖家（未记录卖家的纠纷各计一个）。{gap.zh}",
        )
    else:
        head = Label(f"Sellers behind them: {n}.", f"涉及 {n} 个卖家。")
    if rate.n_clusters == 1:
        return ONE_SELLER
    if rate.n_clusters == rate.n_total:
        return Label(f"{head.en} None of them comes back.{more.en}", f"{head.zh}没有重复出现的卖家。{more.zh}")
    return Label(
        f"{head.en} Because the same sellers come back, the rulings tell as much as about {effective} independent "
        f"ones, and all intervals allow for that.{more.en}",
        f"{head.zh}同一卖家会多次出现，因此信息量约等于 {effective} 个相互独立的判定，"
        f"所有区间均已考虑这一点。{more.zh}",
    )


def some_sellers_unknown(unknown: float) -> Label:
    """That some disputes name no seller, and what that does to the intervals."""
    share = percent(unknown)
    return Label(
        f"In {share} of disputes no seller is recorded: they are taken as independent, so that intervals may be too "
        "narrow.",
        f"{share} 的纠纷未记录卖家，按相互独立处理，区间可能偏窄。",
    )


def factor_effect(factor: str, effect: Effect, verdict: str | None = None) -> Label:
    """One factor in a line: verdict if there is one, effect per standard deviation, interval and n."""
    name, size = sentence_case(factor_label(factor)), effect_size(effect, per_deviation=True)
    doubt, judged = _doubt(effect), _VERDICTS.get(verdict or "", same(""))
    return Label(f"{name.en}: {judged.en}{size.en}{doubt.en}.", f"{name.zh}：{judged.zh}{size.zh}{doubt.zh}。")


def effect_size(effect: Effect, *, per_deviation: bool = False) -> Label:
    """An effect with its interval and n, within a sentence."""
    number, bounds = decimal(effect.ame_pp, signed=True), span(effect.ame_ci_low, effect.ame_ci_high, signed=True)
    n = count(effect.n)
    per = Label(" per SD", "（每标准差）") if per_deviation else same("")
    return Label(f"{number} pp{per.en} ({bounds.en}), n = {n}", f"{number} 个百分点{per.zh}（{bounds.zh}），n = {n}")


_VERDICTS = {verdict.value: Label(f"{label.en}, ", f"{label.zh}，") for verdict, label in VERDICT_LABELS.items()}


#: Statuses of every number alike, said once for all of them.
_SAID_ONCE = {"ok", "not_clustered", "few_clusters"}


def _doubt(effect: Effect) -> Label:
    """What is to be said against an effect: the interval includes zero, or a status."""
    remarks: list[Label] = []
    if includes_zero(effect):
        remarks.append(Label("the interval includes zero, so no direction is shown", "区间包含零，方向不明"))
    if effect.status not in _SAID_ONCE:
        remarks.append(status_label(effect.status))
    return Label("".join(f"; {r.en}" for r in remarks), "".join(f"；{r.zh}" for r in remarks))


def includes_zero(effect: Effect) -> bool:
    """Whether the interval of the effect says nothing on its direction."""
    if effect.ame_ci_low is None or effect.ame_ci_high is None:
        return True
    return effect.ame_ci_low <= 0 <= effect.ame_ci_high


def no_effect(factor: str, status: str) -> Label:
    """A factor whose effect cannot be stated, and why."""
    name, why = sentence_case(factor_label(factor)), status_label(status)
    return Label(f"{name.en}: no effect can be stated ({why.en}).", f"{name.zh}：无法给出效应（{why.zh}）。")


def backwards(factor: str, effect: Effect) -> Label:
    """A factor that goes against the side that is better in it."""
    name, size = sentence_case(factor_label(factor)), effect_size(effect, per_deviation=True)
    return Label(
        f"{name.en} goes against the side that is better in it: {size.en}.",
        f"{name.zh}对占优的一方反而不利：{size.zh}。",
    )


def two_ways(factor: str, wins: Effect, gets: Effect) -> Label:
    """A factor that goes with partial rulings, or with clear ones, more than with one side.

    Args:
        factor: Its name.
        wins: Its effect on the chance that the buyer wins.
        gets: Its effect on the chance that the buyer gets something, of the opposite sign.
    """
    name, n = sentence_case(factor_label(factor)), count(wins.n)
    buyer, seller = _step(wins, 1), _step(gets, -1)
    kind = Label("more", "更多") if (wins.ame_pp or 0.0) < 0 else Label("fewer", "更少")
    return Label(
        f"{name.en} does not simply favour one side, but goes with {kind.en} partial rulings: one standard deviation "
        f"more changes the chance that the buyer wins by {buyer.en} and that the seller wins by {seller.en} (n = {n}), "
        "which effects on the ordered outcome do not show.",
        f"{name.zh}并非单纯偏向某一方，而是与{kind.zh}的部分支持相关：其优势增加一个标准差，"
        f"买家胜诉概率变化 {buyer.zh}，卖家胜诉概率变化 {seller.zh}（n = {n}）；有序结果的效应看不出这一点。",
    )


def _step(effect: Effect, sign: int) -> Label:
    """An effect on the chance of one end of the outcome."""
    low, high = effect.ame_ci_low, effect.ame_ci_high
    ends = (low, high) if sign > 0 else (None if high is None else -high, None if low is None else -low)
    number, bounds = decimal(sign * (effect.ame_pp or 0.0), signed=True), span(*ends, signed=True)
    return Label(f"{number} pp ({bounds.en})", f"{number} 个百分点（{bounds.zh}）")


def undirected(factors: Sequence[str]) -> Label:
    """Factors whose interval includes zero."""
    names = join([factor_label(factor) for factor in factors])
    verbs, intervals = ("helps or harms", "the interval includes") if len(factors) == 1 else (
        "help or harm", "their intervals include"
    )  # fmt: skip
    return Label(
        f"Whether {names.en} {verbs} the buyer cannot be concluded: {intervals} zero.",
        f"无法断定{names.zh}对买家有利还是不利：区间包含零。",
    )


def no_intervals(factors: Sequence[str]) -> Label:
    """Factors with an effect and no interval."""
    names = join([factor_label(factor) for factor in factors])
    verbs = "helps or harms" if len(factors) == 1 else "help or harm"
    return Label(
        f"Whether {names.en} {verbs} the buyer cannot be concluded: there is no interval.",
        f"无法断定{names.zh}对买家有利还是不利：没有区间。",
    )


def same_person(share: float) -> Label:
    """That buyer and seller of many disputes are one."""
    part = percent(share)
    return Label(
        f"In {part} of disputes buyer and seller have the same identifier: one of the two is read from the wrong "
        "column, and intervals by seller mean nothing until it is mended.",
        f"{part} 的纠纷中买家与卖家标识相同：其中之一读错了列，更正之前按卖家计算的区间没有意义。",
    )


def not_recorded_factors(factors: Sequence[str]) -> Label:
    """Factors that the export holds nothing on."""
    names = join([factor_label(factor) for factor in factors])
    return Label(
        f"Not recorded in this export, and so not judged: {names.en}.",
        f"本次导出未记录、因而未作评价的因素：{names.zh}。",
    )


def unruled(n_unruled: int | None, n_total: int) -> Label:
    """Disputes that nobody decided."""
    if n_unruled is None:
        return Label(
            "Disputes that were settled, withdrawn, expired or are still open are not part of these rates.",
            "协商一致、撤诉、超时关闭及尚未结束的纠纷不计入上述比例。",
        )
    share = percent(n_unruled / n_total if n_total else None)
    return Label(
        f"{count(n_unruled)} of {count(n_total)} disputes ({share}) were settled, withdrawn, expired or are still "
        "open. They are shown, but not part of these rates; who settles is not a matter of chance.",
        f"{count(n_total)} 个纠纷中有 {count(n_unruled)} 个（{share}）为协商一致、撤诉、超时关闭或尚未结束。"
        "报告列出这些纠纷，但不计入上述比例；是否和解并非随机。",
    )


def late_facts(facts: Sequence[LateFacts]) -> Label:
    """How much came too late to count."""
    n, left_out = sum(fact.n for fact in facts), sum(fact.n_left_out for fact in facts)
    untimed = sum(fact.n_without_time for fact in facts)
    share = percent_of(left_out, n)
    return Label(
        f"{count(left_out)} of {count(n)} records ({share}) were left out of the scores because they were not known "
        f"before the ruling. Records without a time count; there are {count(untimed)}.",
        f"{count(n)} 条记录中有 {count(left_out)} 条（{share}）因在判定前尚不可知而未计入评分；"
        f"另有 {count(untimed)} 条没有时间的记录按计入处理。",
    )


def quarantined(n: int, n_in: int) -> Label:
    """How many rows were set aside."""
    share = percent_of(n, n_in)
    return Label(
        f"{count(n)} of {count(n_in)} rows delivered ({share}) broke a rule and were set aside.",
        f"交付的 {count(n_in)} 行中有 {count(n)} 行（{share}）不符合规则，已隔离。",
    )


def subtitle(run: Run | None, first_month: str | None, last_month: str | None) -> Label:
    """What the page is about: the period and the run."""
    period = Label("", "")
    if first_month and last_month:
        period = Label(f"Rulings from {first_month} to {last_month} · ", f"判定时间 {first_month} 至 {last_month} · ")
    if run is None:
        return Label(f"{period.en}no run recorded", f"{period.zh}无运行记录")
    return Label(f"{period.en}run {run.run_id}", f"{period.zh}运行 {run.run_id}")


def rate_tip(group: Label, outcome: Label, rate_text: str, n_total: str) -> Label:
    """Tooltip of one mark."""
    return Label(
        f"{group.en}, {outcome.en}: {rate_text}, n = {n_total}", f"{group.zh}，{outcome.zh}：{rate_text}，n = {n_total}"
    )


def rate_interval(rate: Rate | LevelRate) -> str:
    """The interval of a share, or nothing where there is none."""
    return "" if rate.ci_low is None or rate.ci_high is None else percent_interval(rate.ci_low, rate.ci_high)


def rows_left(n: int) -> Label:
    """Rows that a table does not list."""
    return Label(f"{count(n)} more in the database.", f"另有 {count(n)} 行见数据库。")


def table_notes(rows: Iterable[Sequence[Cell]], n_left: int = 0) -> list[Label]:
    """What stands below a table: that cells are hidden, that rows are left out."""
    notes = [HIDDEN_NOTE] if any(cell.text == HIDDEN for row in rows for cell in row) else []
    return [*notes, rows_left(n_left)] if n_left > 0 else notes


def few_sellers(statuses: Iterable[str | None]) -> Label | None:
    """What marked intervals of a table or chart are worth (benchmarks/coverage.md); None where none is marked."""
    if "few_clusters" not in statuses:
        return None
    return Label(
        "Some intervals here rest on fewer than 50 sellers, or hang on one or two large ones. In simulations with 40 "
        "sellers of very unequal size such intervals held the truth in 92 to 99 % of cases instead of 95 %; with fewer "
        "or still less equal sellers that was not tried, so take their ends as rough.",
        "此处部分区间所依据的卖家不足 50 个，或取决于一两个大卖家。在 40 个规模悬殊卖家的模拟中，"
        "此类区间包含真值的比例为 92% 至 99%（应为 95%）；卖家更少或更悬殊的情形未作检验，区间端点仅供参考。",
    )


def chart_description(title: Label, n_shown: int, n_total: int) -> Label:
    """What a chart looks like, for someone who does not see it."""
    cut = Label(f" The first {n_shown} of {n_total} rows are drawn.", f"图中仅绘出 {n_total} 行中的前 {n_shown} 行。")
    more = cut if n_shown < n_total else same("")
    return Label(
        f"{title.en}. Dots are estimates, lines or bands are 95% intervals.{more.en} The table below has the numbers.",
        f"{title.zh}。圆点为估计值，线段或色带为 95% 区间。{more.zh}具体数值见下表。",
    )


def effect_tip(name: Label, model: Label, effect: Effect) -> Label:
    """Tooltip of an effect."""
    size, n = points(effect.ame_pp, effect.ame_ci_low, effect.ame_ci_high), count(effect.n)
    return Label(f"{name.en}, {model.en}: {size.en}, n = {n}", f"{name.zh}，{model.zh}：{size.zh}，n = {n}")


LEVELS_INTRODUCTION = Label(
    "A factor's advantage is the buyer's score less the seller's, from −1 to 1; ruled disputes are cut into fifths of "
    "it, or into its natural values where there are few. These shares are not adjusted for anything else.",
    "因素优势为买家得分减卖家得分，取值 −1 至 1；已判定纠纷按其五等分，取值较少时按自然取值。以下占比未作任何调整。",
)
NO_LEVELS = Label("No factor was recorded for any ruled dispute.", "所有已判定纠纷均未记录任何因素。")
EXTRA_INTRODUCTION = Label(
    "Further columns of the export that its profile names for analysis. The adjusted models hold them beside the four "
    "factors: a numeric one by one standard deviation, a categorical one level by level against its most frequent.",
    "配置档指定与四个因素一并分析的其他列，已与四个因素一同纳入调整模型：数值型按增加一个标准差计，"
    "分类型按各水平与最常见水平相比。",
)
STRENGTH_INTRODUCTION = Label(
    "The adjusted effect holds the other factors, category, claim, price and month fixed. In the ordinal model and in "
    "the first binary one it is the change in the chance that the buyer wins; in the second binary one, in the chance "
    "that the seller does not win. The association takes each factor alone.",
    "调整后效应控制其他因素、类目、主张、价格和月份。有序模型与第一个二分类模型给出支持买家概率的变化，"
    "第二个二分类模型给出不支持卖家概率的变化。未调整的关联只看单个因素。",
)
NOTHING_THIN = Label(
    "No group is thin: each tells as much as at least 30 independent disputes and comes from at least 20 sellers.",
    "没有薄弱的组：各组有效样本量不少于 30，且卖家不少于 20 个。",
)


def missing_tables(names: Sequence[str]) -> Label:
    """Tables that the export does not have."""
    listed = join([table_label(name) for name in names])
    return Label(f"No rows in this export: {listed.en}.", f"本次导出没有数据的表：{listed.zh}。")


def file_status(status: str) -> Label:
    """What became of a file."""
    known = {
        "loaded": Label("loaded", "已加载"),
        "delivered_before": Label("delivered before", "此前已交付"),
        "ignored": Label("ignored", "已忽略"),
    }
    return known.get(status, same(status))


#: Checks that do not hold, named in the sentence; the table has all.
_MOST_NAMED_CHECKS = 5


def validation(n_checks: int, failed: Sequence[str], n_unmade: int = 0) -> Label:
    """How many checks hold, which do not, and how many had nothing to check."""
    if n_checks == 0:
        return Label("No validation results were recorded.", "没有校验结果记录。")
    n_made, n_failed = n_checks - n_unmade, len(failed)
    unmade = _unmade(n_unmade)
    if n_failed == 0:
        return Label(f"All {count(n_made)} checks hold.{unmade.en}", f"{count(n_made)} 项校验全部通过。{unmade.zh}")
    named = ", ".join(failed[:_MOST_NAMED_CHECKS]) + (", …" if n_failed > _MOST_NAMED_CHECKS else "")
    verb = "does" if n_failed == 1 else "do"
    return Label(
        f"{count(n_failed)} of {count(n_made)} checks {verb} not hold: {named}.{unmade.en}",
        f"{count(n_made)} 项校验中有 {count(n_failed)} 项不通过：{named}。{unmade.zh}",
    )


def _unmade(n: int) -> Label:
    if n == 0:
        return same("")
    return Label(
        f" {count(n)} more found nothing recorded to check.", f"另有 {count(n)} 项因所查内容未记录而未作校验。"
    )


TOO_FEW_RULED = Label("Too few disputes were ruled to say who wins.", "已判定的纠纷太少，无法说明哪一方胜出。")
TIME_NOTE = Label("Times are those of China.", "时间均为北京时间。")


def proportional_odds(effect: Effect) -> Label:
    """What the test says: whether one effect serves both steps of the outcome."""
    if effect.p_value is None:
        why = status_label(effect.status)
        return Label(
            f"Whether one effect serves both steps of the outcome could not be tested: {why.en}.",
            f"未能检验同一效应是否适用于结果的两个档位：{why.zh}。",
        )
    if effect.p_value < SIGNIFICANT:
        return Label(
            "The effects differ between the two steps of the outcome (from seller wins to partial, from partial to "
            "buyer wins), so read the two binary models beside the ordinal one.",
            "效应在结果的两个档位（从支持卖家到部分支持、从部分支持到支持买家）之间不同，"
            "请将两个二分类模型与有序模型对照阅读。",
        )
    return Label(
        "The test of proportional odds finds no difference between the two steps of the outcome.",
        "比例优势检验未发现结果两个档位之间的效应差异。",
    )

"""Section: how strongly each factor goes with the outcome, adjusted (effects) and not (associations)."""

from collections.abc import Sequence
from dataclasses import replace

from flows.report import words
from flows.report.associations import association_figure, association_table, factor_order, place_in, status_remark
from flows.report.blocks import (
    Block,
    Bullets,
    Cell,
    Figure,
    Figures,
    Head,
    LegendItem,
    Prose,
    Section,
    Table,
    joined_notes,
    with_remarks,
)  # fmt: skip
from flows.report.charts import ChartRow, Mark, interval_chart, round_scale
from flows.report.data import Effect, ReportData
from flows.report.disclosure import Disclosure
from flows.report.forest import size
from flows.report.groups import LANGUAGES, MOST_CHART_ROWS, MOST_TABLE_ROWS, about_chart
from flows.report.importance import importance_blocks
from flows.report.listing import of_advantage
from flows.report.names import FACTORS, TermGroup, factor_label, model_label, sentence_case, term_name
from flows.report.numbers import NO_NUMBER, count, decimal, interval, same
from transforms.claims.verdicts import Verdict
from transforms.registry import Label

HEADLINE_MODEL = "ordinal"
_STEPS = ("buyer_wins", "not_seller_wins")
_MODELS = (HEADLINE_MODEL, *_STEPS)


def factor_effects(data: ReportData, model: str = HEADLINE_MODEL) -> dict[str, Effect]:
    """The effect of each of the four factors in a model."""
    named = ((term_name(effect.term), effect) for effect in data.effects if effect.model == model)
    return {name.factor: effect for name, effect in named if name.group is TermGroup.FACTOR}


def ranked_effects(data: ReportData) -> list[tuple[str, Effect]]:
    """Factors with an effect in the ordinal model, the largest first."""
    found = [(factor, effect) for factor, effect in factor_effects(data).items() if effect.ame_pp is not None]
    return sorted(found, key=lambda item: (-abs(item[1].ame_pp or 0.0), item[0]))


def two_ways(data: ReportData) -> list[tuple[str, Effect, Effect]]:
    """Factors that certainly move the two steps of the outcome in opposite directions.

    The ordered outcome cannot show such a factor: what it takes from the buyer's victories it gives to partial rulings.

    Returns:
        The factor with its effects on P(buyer_wins) and on P(not seller_wins), in the order of the factors.
    """
    wins, gets = (factor_effects(data, model) for model in _STEPS)
    both = [(factor, wins[factor], gets[factor]) for factor in FACTORS if factor in wins and factor in gets]
    return [
        (factor, win, get)
        for factor, win, get in both
        if not (words.includes_zero(win) or words.includes_zero(get)) and (win.ame_pp or 0.0) * (get.ame_pp or 0.0) < 0
    ]


def direction_sentences(data: ReportData) -> Label | None:
    """What a share of what is explained does not tell: which factors work backwards, and which move both sides.

    Returns:
        A sentence for each such factor; None where there is none.
    """
    turning = two_ways(data)
    among = {factor for factor, *_ in turning}
    found = [
        words.backwards(factor, effect)
        for factor, effect in ranked_effects(data)
        if factor not in among and _is_backwards(effect, _verdict(data, factor))
    ]
    found += [words.two_ways(*each) for each in turning]
    return Label(" ".join(each.en for each in found), "".join(each.zh for each in found)) if found else None


def _is_backwards(effect: Effect, verdict: str | None) -> bool:
    """Whether a factor certainly works against the side that has more of it, also after correction for many tests."""
    is_below = effect.ame_ci_high is not None and effect.ame_ci_high < 0
    return is_below and verdict in {None, Verdict.CONTRADICTED.value}


def _known(effect: Effect) -> bool:
    return effect.ame_pp is not None


def _forest(
    key: str, title: Label, rows: Sequence[tuple[Label, Sequence[Effect | None]]], models: Sequence[str], table: Table
) -> Figure:
    """Forest plot: one row per term with a mark for each model."""
    shown = rows[:MOST_CHART_ROWS]
    effects = [effect for _, of_models in shown for effect in of_models if effect is not None]
    ends = [end for e in effects for end in (e.ame_pp, e.ame_ci_low, e.ame_ci_high) if end is not None]
    scale = round_scale(min(ends), max(ends), " pp")
    description = words.chart_description(title, len(shown), len(rows))
    svgs = {
        language: interval_chart(
            [_forest_row(name, of_models, models, language) for name, of_models in shown],
            scale,
            about_chart(key, title, description, language),
        )
        for language in LANGUAGES
    }
    legend = tuple(LegendItem(_model_tone(model), model_label(model)) for model in models)
    return Figure(key, title, description, Label(svgs["en"], svgs["zh"]), legend, table)


def _forest_row(name: Label, of_models: Sequence[Effect | None], models: Sequence[str], language: str) -> ChartRow:
    marks = tuple(_effect_mark(effect, name, model, language) for effect, model in zip(of_models, models, strict=True))
    sizes = [effect.n for effect in of_models if effect is not None and _known(effect)]
    return ChartRow(getattr(name, language), f"n={count(sizes[0])}" if sizes else NO_NUMBER, marks)


def _effect_mark(effect: Effect | None, name: Label, model: str, language: str) -> Mark | None:
    if effect is None or effect.ame_pp is None:
        return None
    tip = words.effect_tip(name, model_label(model), effect)
    return Mark(_model_tone(model), effect.ame_pp, effect.ame_ci_low, effect.ame_ci_high, getattr(tip, language))


def _model_tone(model: str) -> str:
    return {HEADLINE_MODEL: "main", "buyer_wins": "buyer"}.get(model, "other")


def _factors_figure(data: ReportData) -> Figure | None:
    """The adjusted effects of the four factors in each model that has them, ranked by the ordinal one."""
    per_model = {model: factor_effects(data, model) for model in _MODELS}
    models = [model for model in _MODELS if any(_known(effect) for effect in per_model[model].values())]
    if not models:
        return None
    ranking = [factor for factor, _ in ranked_effects(data)]
    listed = [*ranking, *(f for f in FACTORS if f not in ranking and any(f in per_model[m] for m in models))]
    rows = [
        (sentence_case(factor_label(factor)), [per_model[model].get(factor) for model in models]) for factor in listed
    ]
    title = Label(
        "Adjusted effect of one standard deviation more advantage, in percentage points",
        "优势增加一个标准差的调整后效应（百分点）",
    )
    return _forest("effects", title, rows, models, _effects_table(data.effects))


def extra_effects_figure(data: ReportData, names: Sequence[str]) -> Figure | None:
    """The adjusted effects of the extra factors in the ordinal model, the largest first."""
    found = [
        effect
        for effect in data.effects
        if effect.model == HEADLINE_MODEL and _known(effect) and _extra_factor(effect.term, names)
    ]
    if not found:
        return None
    found.sort(key=lambda effect: (-abs(effect.ame_pp or 0.0), effect.term))
    rows = [(term_name(effect.term).label, [effect]) for effect in found]
    title = Label("Adjusted effect of the extra factors, in percentage points", "额外因素的调整后效应（百分点）")
    return _forest("extra-effects", title, rows, [HEADLINE_MODEL], _effects_table(found))


def _extra_factor(term: str, names: Sequence[str]) -> bool:
    """Whether a term is an extra factor or one of its levels; its being recorded at all is none."""
    return any(term == name or term.startswith(f"{name}=") for name in names)


def _effects_table(effects: Sequence[Effect]) -> Table:
    """Terms of the models; of the many levels of controls, only those of the ordinal model."""
    head = (
        Head(Label("Model", "模型")),
        Head(Label("Term", "模型项")),
        Head(Label("Disputes", "纠纷数"), is_number=True),
        Head(Label("Sellers", "卖家数"), is_number=True),
        Head(Label("Effect, pp", "效应（百分点）"), is_number=True),
        Head(Label("95% interval", "95% 区间"), is_number=True),
        Head(Label("Odds ratio", "优势比"), is_number=True),
        Head(Label("95% interval", "95% 区间"), is_number=True),
    )
    shown = sorted(filter(_is_listed, effects), key=_effect_order)[:MOST_TABLE_ROWS]
    cells = [_effect_cells(effect) for effect in shown]
    remarked = with_remarks(head, cells, [status_remark(effect.status) for effect in shown])
    notes = [*remarked.notes, *words.table_notes(cells, len(effects) - len(shown))]
    caption = Label("Terms of the models", "模型各项")
    lists = tuple(_list_of(term_name(effect.term).factor) for effect in shown)
    query = "select * from marts.factor_effects"
    return Table(caption, remarked.head, remarked.rows, joined_notes(notes), query, lists=lists if any(lists) else ())


def _list_of(factor: str) -> str:
    return of_advantage(factor) if factor else ""


def _is_listed(effect: Effect) -> bool:
    is_level, is_cut = "=" in effect.term, effect.term.startswith(("threshold_", "intercept"))
    is_known = effect.model.removesuffix("_complete_case") in _MODELS
    return is_known and not is_cut and (not is_level or (effect.model == HEADLINE_MODEL and effect.status != "pooled"))


def _effect_order(effect: Effect) -> tuple[int, str, bool, tuple[int, str], str]:
    name = term_name(effect.term)
    is_control = name.group is TermGroup.CONTROL
    return place_in(_MODELS, effect.model), effect.model, is_control, factor_order(name.factor), effect.term


def _effect_cells(effect: Effect) -> tuple[Cell, ...]:
    return (
        Cell(model_label(effect.model)),
        Cell(term_name(effect.term).label),
        Cell(size(effect.n)),
        Cell(same(count(effect.n_clusters))),
        Cell(same(decimal(effect.ame_pp, signed=True))),
        Cell(same(interval(effect.ame_ci_low, effect.ame_ci_high, signed=True))),
        Cell(same(decimal(effect.odds_ratio, 2))),
        Cell(same(interval(effect.ci_low, effect.ci_high, 2))),
    )


def _proportional_odds(data: ReportData) -> list[Block]:
    """What the test of the ordinal model says, where it was made."""
    tests = [e for e in data.effects if (e.model, e.term) == ("proportional_odds", "all_factors")]
    return [Prose(words.proportional_odds(test)) for test in tests[:1]]


def ranked_lines(data: ReportData) -> tuple[Label, ...]:
    """One line per factor: verdict, effect, interval and n; those without a direction last, in no order."""
    ranked = ranked_effects(data)
    clear = [item for item in ranked if not words.includes_zero(item[1])]
    unclear = sorted((item for item in ranked if words.includes_zero(item[1])), key=lambda item: FACTORS.index(item[0]))
    return tuple(words.factor_effect(factor, effect, _verdict(data, factor)) for factor, effect in (*clear, *unclear))


def _verdict(data: ReportData, factor: str) -> str | None:
    """What the claim that a factor matters given the others came out as."""
    found = [f.verdict for f in data.estimates.findings if f.factor == factor and f.claim == "G2"]
    return found[0] if found else None


def strength_section(data: ReportData, disclosure: Disclosure) -> Section:
    """How strongly each factor goes with the outcome: importance, adjusted effects, then associations."""
    before, importance = importance_blocks(data)
    effects = _factors_figure(data)
    title = Label("Association, not adjusted (Kendall's tau-b)", "未调整的关联强度（Kendall τ-b）")
    associations = association_figure(data.associations, "kendall_tau_b", "association", title, disclosure)
    figures = tuple(figure for figure in (importance, effects, associations) if figure is not None)
    blocks: list[Block] = [*before]
    lines = ranked_lines(data)
    if lines:
        blocks += [Prose(words.RANKED), Bullets(lines)]
    directions = direction_sentences(data)
    blocks += [Prose(directions)] if directions else []
    blocks.append(Prose(words.STRENGTH_INTRODUCTION if figures else words.NO_EFFECTS))
    if effects is not None:
        blocks += _proportional_odds(data)
    if figures:
        blocks.append(Figures(figures))
    if effects is None and data.effects:
        blocks.append(replace(_effects_table(data.effects), is_folded=True))
    if associations is None and data.associations:
        caption = Label("All measures of association", "全部关联度量")
        blocks.append(association_table(data.associations, disclosure, caption))
    heading = Label("The four factors ranked", "四个因素的排序")
    return Section("strength", heading, tuple(blocks))

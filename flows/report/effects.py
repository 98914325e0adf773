"""Section: how strongly each factor goes with the outcome, adjusted (effects) and not (associations)."""

from flows.report import words
from flows.report.associations import association_figure, association_table, factor_order, place_in
from flows.report.blocks import Block, Cell, Figure, Figures, Head, LegendItem, Prose, Section, Table
from flows.report.charts import ChartRow, Mark, interval_chart, symmetric_scale
from flows.report.data import Effect, ReportData
from flows.report.disclosure import Disclosure
from flows.report.groups import LANGUAGES, about_chart
from flows.report.names import FACTORS, TermGroup, factor_label, model_label, sentence_case, status_label, term_name
from flows.report.numbers import count, decimal, interval, same
from transforms.registry import Label

HEADLINE_MODEL = "ordinal"
_MODELS = (HEADLINE_MODEL, "buyer_wins", "not_seller_wins")


def factor_effects(data: ReportData, model: str = HEADLINE_MODEL) -> dict[str, Effect]:
    """The effect of each of the four factors in a model."""
    named = ((term_name(effect.term), effect) for effect in data.effects if effect.model == model)
    return {name.factor: effect for name, effect in named if name.group is TermGroup.FACTOR}


def ranked_effects(data: ReportData) -> list[tuple[str, Effect]]:
    """Factors with an effect in the ordinal model, the largest first."""
    found = [(factor, effect) for factor, effect in factor_effects(data).items() if effect.ame_pp is not None]
    return sorted(found, key=lambda item: (-abs(item[1].ame_pp or 0.0), item[0]))


def _effects_figure(data: ReportData) -> Figure | None:
    """Forest plot of the factors' adjusted effects in each model that has them."""
    per_model = {model: factor_effects(data, model) for model in _MODELS}
    ranking = [factor for factor, _ in ranked_effects(data)]
    order = [*ranking, *(f for f in FACTORS if f not in ranking and any(f in per_model[m] for m in _MODELS))]
    effects = [e for model in _MODELS for e in per_model[model].values() if e.ame_pp is not None]
    if not effects:
        return None
    ends = [abs(end) for e in effects for end in (e.ame_pp, e.ame_ci_low, e.ame_ci_high) if end is not None]
    scale = symmetric_scale(min(max(ends), 100.0), " pp")
    title = Label("Adjusted effect of one standard deviation more advantage", "优势增加一个标准差的调整后效应")
    description = words.chart_description(title, len(order), len(order))
    svgs = {
        language: interval_chart(
            [_effect_row(factor, per_model, language) for factor in order],
            scale,
            about_chart("effects", title, description, language),
        )
        for language in LANGUAGES
    }
    legend = tuple(
        LegendItem(_model_tone(model), model_label(model)) for model in _MODELS if per_model[model]
    )
    return Figure("effects", title, description, Label(svgs["en"], svgs["zh"]), legend, _effects_table(data))


def _model_tone(model: str) -> str:
    return {HEADLINE_MODEL: "main", "buyer_wins": "buyer"}.get(model, "other")


def _effect_row(factor: str, per_model: dict[str, dict[str, Effect]], language: str) -> ChartRow:
    name = sentence_case(factor_label(factor))
    marks = tuple(_effect_mark(per_model[model].get(factor), name, model, language) for model in _MODELS)
    n = next((effect.n for model in _MODELS if (effect := per_model[model].get(factor)) and effect.n is not None), None)
    return ChartRow(getattr(name, language), f"n={count(n)}", marks)


def _effect_mark(effect: Effect | None, name: Label, model: str, language: str) -> Mark | None:
    if effect is None or effect.ame_pp is None:
        return None
    tip = words.effect_tip(name, model_label(model), effect)
    return Mark(_model_tone(model), effect.ame_pp, effect.ame_ci_low, effect.ame_ci_high, getattr(tip, language))


def _effects_table(data: ReportData) -> Table:
    head = (
        Head(Label("Model", "模型")),
        Head(Label("Term", "模型项")),
        Head(Label("Disputes", "纠纷数"), is_number=True),
        Head(Label("Sellers", "卖家数"), is_number=True),
        Head(Label("Effect, pp", "效应（百分点）"), is_number=True),
        Head(Label("95% interval", "95% 区间"), is_number=True),
        Head(Label("Odds ratio", "优势比"), is_number=True),
        Head(Label("95% interval", "95% 区间"), is_number=True),
        Head(Label("Remark", "备注")),
    )
    ordered = sorted(data.effects, key=_effect_order)
    return Table(
        Label("All terms of the three models", "三个模型的全部项"),
        head,
        tuple(_effect_cells(effect) for effect in ordered),
        query="select * from marts.factor_effects",
    )


def _effect_order(effect: Effect) -> tuple[int, str, bool, tuple[int, str], str]:
    name = term_name(effect.term)
    is_control = name.group is TermGroup.CONTROL
    return place_in(_MODELS, effect.model), effect.model, is_control, factor_order(name.factor), effect.term


def _effect_cells(effect: Effect) -> tuple[Cell, ...]:
    return (
        Cell(model_label(effect.model)),
        Cell(term_name(effect.term).label),
        Cell(same(count(effect.n))),
        Cell(same(count(effect.n_clusters))),
        Cell(same(decimal(effect.ame_pp, signed=True))),
        Cell(same(interval(effect.ame_ci_low, effect.ame_ci_high, signed=True))),
        Cell(same(decimal(effect.odds_ratio, 2))),
        Cell(same(interval(effect.ci_low, effect.ci_high, 2))),
        Cell(same("") if effect.status == "ok" else status_label(effect.status), "muted"),
    )


def strength_section(data: ReportData, disclosure: Disclosure) -> Section:
    """How strongly each factor goes with the outcome: adjusted effects, then associations."""
    effects = _effects_figure(data)
    title = Label("Association, not adjusted (Kendall's tau-b)", "未调整的关联强度（Kendall τ-b）")
    associations = association_figure(data.associations, "kendall_tau_b", "association", title, disclosure)
    figures = tuple(figure for figure in (effects, associations) if figure is not None)
    blocks: list[Block] = [Prose(words.STRENGTH_INTRODUCTION if figures else words.NO_EFFECTS)]
    if figures:
        blocks.append(Figures(figures))
    if effects is None and data.effects:
        blocks.append(_effects_table(data))
    if associations is None and data.associations:
        caption = Label("All measures of association", "全部关联度量")
        blocks.append(association_table(data.associations, disclosure, caption))
    heading = Label("How strongly each factor goes with the outcome", "各因素与结果的关联强度")
    return Section("strength", heading, tuple(blocks))

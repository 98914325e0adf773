"""Sections: outcome by level of each factor, and the extra factors that a profile names."""

from collections import defaultdict

from flows.report import words
from flows.report.associations import association_figure, association_table
from flows.report.blocks import Block, Figure, Prose, Section, Table, figures_and_tables
from flows.report.data import LevelRate, ReportData
from flows.report.disclosure import Disclosure
from flows.report.effects import extra_effects_figure
from flows.report.groups import Group, Subject, group_figure
from flows.report.names import FACTORS, NOT_RECORDED, OVERALL, RULED_ORDER, factor_label, level_label
from transforms.registry import Label

#: Charts of extra factors that are drawn; the others stand in the table of associations.
MOST_EXTRA_FIGURES = 12
#: Levels that a table lists, the most frequent first where they have no order.
MOST_LEVELS = 40


def extra_factor_names(data: ReportData) -> list[str]:
    """Factors beyond the four and the overall score, in alphabetical order."""
    known = {*FACTORS, OVERALL}
    named = {*(r.factor for r in data.levels), *(r.factor for r in data.associations)}
    return sorted(named - known)


def recorded_levels(data: ReportData, factor: str) -> list[Group]:
    """The levels of a factor from low to high, not recorded last; none where every dispute lacks it."""
    by_level: defaultdict[str, dict[str, LevelRate]] = defaultdict(dict)
    for rate in data.levels:
        if rate.factor == factor and rate.n_total > 0:
            by_level[rate.level][rate.outcome] = rate
    rows = sorted(by_level.values(), key=lambda rates: _level_order(next(iter(rates.values()))))
    if all(next(iter(rates.values())).level == NOT_RECORDED for rates in rows):
        return []
    return [_level_group(rates) for rates in rows]


def _level_order(rate: LevelRate) -> tuple[bool, float, int, str]:
    """By value where levels have an order, else the most frequent first."""
    if rate.level_low is None:
        return rate.level == NOT_RECORDED, 0.0, -rate.n_total, rate.level
    return False, rate.level_low, 0, rate.level


def _level_group(rates: dict[str, LevelRate]) -> Group:
    first = next(iter(rates.values()))
    return Group(level_label(first.level, first.level_low, first.level_high), rates)


def _level_figure(data: ReportData, factor: str, key: str, disclosure: Disclosure) -> Figure | Table | None:
    groups = recorded_levels(data, factor)
    if not groups:
        return None
    name = factor_label(factor)
    is_core = factor in FACTORS
    what = Label(f"{name.en} advantage of the buyer", f"买家的{name.zh}优势") if is_core else name
    literal = factor.replace("'", "''")
    subject = Subject(
        key=key,
        title=Label(f"Who wins, by {what.en}", f"判定结果与{what.zh}"),
        first_column=Label("Level, lowest first", "水平（由低到高）"),
        outcomes=RULED_ORDER,
        query=f"select * from marts.factor_outcomes where factor = '{literal}'",
        most_rows=MOST_LEVELS,
    )
    return group_figure(groups, subject, disclosure)


def levels_section(data: ReportData, disclosure: Disclosure) -> Section:
    """Outcome by level of the four factors and of the overall score."""
    found = [_level_figure(data, factor, f"levels-{factor}", disclosure) for factor in (*FACTORS, OVERALL)]
    drawn = figures_and_tables(found)
    blocks = [Prose(words.LEVELS_INTRODUCTION), *drawn] if drawn else [Prose(words.NO_LEVELS)]
    return Section("levels", Label("Outcome by factor level", "各因素水平下的结果"), tuple(blocks))


def extra_section(data: ReportData, disclosure: Disclosure) -> Section | None:
    """The extra factors that the profile names; none if there are none."""
    names = extra_factor_names(data)
    if not names:
        return None
    drawn = enumerate(names[:MOST_EXTRA_FIGURES])
    rows = [row for row in data.associations if row.factor in names]
    caption = Label("How strongly each extra factor goes with the outcome", "各额外因素与结果的关联强度")
    caption_of_chart = Label(f"{caption.en} (Cramér's V)", f"{caption.zh}（Cramér V）")
    found = [
        association_figure(rows, "cramers_v", "extra-association", caption_of_chart, disclosure),
        extra_effects_figure(data, names),
        *(_level_figure(data, name, f"extra-{place}", disclosure) for place, name in drawn),
    ]
    blocks: list[Block] = [Prose(words.EXTRA_INTRODUCTION)]
    if found[0] is None and rows:
        blocks.append(association_table(rows, disclosure, caption))
    blocks += figures_and_tables(found)
    return Section("extra", Label("Extra factors", "额外因素"), tuple(blocks))

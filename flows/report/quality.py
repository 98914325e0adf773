"""Sections: where the data is thin, what was set aside, and what validation found."""

from collections.abc import Iterable, Sequence

from flows.report import words
from flows.report.associations import status_remark
from flows.report.blocks import Block, Bullets, Cell, Head, Prose, Section, Table, joined_notes, with_remarks
from flows.report.data import Breach, Check, Coverage, LevelRate, Rate, ReportData, SourceFile
from flows.report.disclosure import Disclosure
from flows.report.forest import size
from flows.report.names import (
    FACTORS,
    column_label,
    factor_label,
    level_label,
    score_label,
    sentence_case,
    slice_label,
    table_label,
    value_label,
)
from flows.report.numbers import count, decimal, percent, same
from flows.report.uneven import uneven_list
from transforms.registry import INPUT_TABLES, Label

#: A group that tells as much as fewer independent disputes, or comes from fewer sellers, is called thin.
FEWEST_EFFECTIVE = 30
FEWEST_SELLERS = 20
MOST_ROWS = 60
#: A longer table is folded.
MOST_OPEN_ROWS = 12
_TABLE = Head(Label("Table", "表"))
_COLUMN = Head(Label("Column", "列"))
_FILE = Head(Label("File", "文件"))


def _number(en: str, zh: str) -> Head:
    return Head(Label(en, zh), is_number=True)


def not_recorded_factors(data: ReportData) -> list[str]:
    """The factors that no ruled dispute has a score for, on either side."""
    recorded = {coverage.column.partition("_")[2] for coverage in data.scores if coverage.n_recorded > 0}
    return [factor for factor in FACTORS if factor not in recorded]


def _is_thin(rate: Rate | LevelRate) -> bool:
    if rate.n_total == 0:
        return False
    effective = rate.n_effective if rate.n_effective is not None else float(rate.n_total)
    few_sellers = rate.status != "not_clustered" and rate.n_clusters is not None and rate.n_clusters < FEWEST_SELLERS
    return effective < FEWEST_EFFECTIVE or few_sellers


def thin_groups(data: ReportData) -> list[Rate | LevelRate]:
    """One row for each thin group, the thinnest first."""
    rates: Iterable[Rate | LevelRate] = (*data.outcomes, *data.levels)
    thinnest: dict[tuple[str, ...], Rate | LevelRate] = {}
    for rate in filter(_is_thin, rates):
        place = (rate.factor, rate.level) if isinstance(rate, LevelRate) else ("slice", rate.slice, rate.value)
        kept = thinnest.setdefault(place, rate)
        if _effective(rate) < _effective(kept):
            thinnest[place] = rate
    return [rate for _, rate in sorted(thinnest.items(), key=lambda item: (_effective(item[1]), item[0]))]


def _effective(rate: Rate | LevelRate) -> float:
    return float(rate.n_total) if rate.n_effective is None else rate.n_effective


def _group_names(rate: Rate | LevelRate) -> tuple[Label, Label]:
    if isinstance(rate, LevelRate):
        return sentence_case(factor_label(rate.factor)), level_label(rate.level, rate.level_low, rate.level_high)
    whole = Label("All rulings", "全部判定")
    return (whole, same("")) if rate.slice == "all" else (
        sentence_case(slice_label(rate.slice)), value_label(rate.slice, rate.value)
    )  # fmt: skip


def _thin_cells(rate: Rate | LevelRate, disclosure: Disclosure) -> tuple[Cell, ...]:
    divided, group = _group_names(rate)
    hidden = Cell(words.HIDDEN, "muted")
    is_hidden = disclosure.hides_total(rate)
    return (
        Cell(divided),
        Cell(group),
        hidden if is_hidden else Cell(same(count(rate.n_total))),
        hidden if is_hidden else Cell(same(count(rate.n_clusters))),
        hidden if is_hidden else Cell(same(decimal(rate.n_effective, 0))),
    )


def _thin_table(data: ReportData, disclosure: Disclosure) -> Table | None:
    groups = thin_groups(data)
    if not groups:
        return None
    head = (
        Head(Label("Divided by", "分组方式")),
        Head(Label("Group", "组")),
        _number("Disputes", "纠纷数"),
        _number("Sellers", "卖家数"),
        _number("Effective n", "有效样本量"),
    )
    rows = [_thin_cells(rate, disclosure) for rate in groups[:MOST_ROWS]]
    remarked = with_remarks(head, rows, [status_remark(rate.status) for rate in groups[:MOST_ROWS]])
    notes = [*remarked.notes, *words.table_notes(rows, len(groups) - len(rows))]
    caption = Label(
        f"Groups that tell as much as fewer than {FEWEST_EFFECTIVE} independent disputes, or come from fewer than "
        f"{FEWEST_SELLERS} sellers",
        f"有效样本量不足 {FEWEST_EFFECTIVE} 或卖家不足 {FEWEST_SELLERS} 个的组",
    )
    return Table(caption, remarked.head, remarked.rows, joined_notes(notes), is_folded=len(rows) > MOST_OPEN_ROWS)


def _scores_table(data: ReportData) -> Table:
    head = (
        Head(Label("Score", "得分")),
        _number("Ruled disputes", "已判定纠纷数"),
        _number("Recorded", "有记录的占比"),
    )
    named = [(score_label(c.column), c) for c in data.scores] + [(same(c.column), c) for c in data.extra_factors]
    rows = tuple((Cell(name), Cell(size(c.n)), _share_cell(c)) for name, c in named)
    return Table(Label("What was recorded for ruled disputes", "已判定纠纷的记录情况"), head, rows)


def _share_cell(coverage: Coverage) -> Cell:
    if coverage.n_recorded == 0:
        return Cell(Label("not recorded", "未记录"), "bad")
    return Cell(same(percent(coverage.n_recorded / coverage.n)))


def _columns_table(data: ReportData) -> Table | None:
    """Columns of the contract that the release has only in part or not at all."""
    partial = [c for c in data.columns if c.n > 0 and c.n_recorded < c.n]
    if not partial:
        return None
    partial.sort(key=lambda c: (list(INPUT_TABLES).index(c.table.removeprefix("core.")), c.n_recorded / c.n, c.column))
    rows = tuple(
        (
            Cell(table_label(c.table.removeprefix("core."))),
            Cell(same(c.column), "code"),
            Cell(column_label(c.table.removeprefix("core."), c.column)),
            Cell(same(count(c.n))),
            _share_cell(c),
        )
        for c in partial
    )
    head = (
        _TABLE,
        _COLUMN,
        Head(Label("Meaning", "含义")),
        _number("Rows", "行数"),
        _number("Recorded", "有记录的占比"),
    )
    caption = Label("Columns that are recorded only in part or not at all", "仅部分记录或完全未记录的列")
    return Table(caption, head, rows, is_folded=True)


def unknown_sellers(data: ReportData) -> float:
    """Share of disputes whose seller is not recorded."""
    found = [c for c in data.columns if (c.table, c.column) == ("core.disputes", "seller_id") and c.n]
    return 1 - found[0].n_recorded / found[0].n if found else 0.0


def merged_persons(data: ReportData) -> float:
    """Share of disputes whose buyer is their seller, as far as both are recorded."""
    found = [check for check in data.checks if check.expectation == "buyer_is_not_seller" and check.n_checked]
    return (found[0].n_unexpected or 0) / (found[0].n_checked or 1) if found else 0.0


def missing_tables(data: ReportData) -> list[str]:
    """Tables of the contract that the release has no row of."""
    return [name for name in INPUT_TABLES if all(c.n == 0 for c in data.columns if c.table == f"core.{name}")]


def _late_table(data: ReportData) -> Table:
    head = (
        _TABLE,
        _number("Records", "记录数"),
        _number("Left out as too late", "因过晚未计入"),
        _number("Share", "占比"),
        _number("Without a time, counted", "无时间（计入）"),
    )
    rows = tuple(
        (
            Cell(table_label(fact.table)),
            Cell(same(count(fact.n))),
            Cell(same(count(fact.n_left_out))),
            Cell(same(percent(fact.n_left_out / fact.n if fact.n else None))),
            Cell(same(count(fact.n_without_time))),
        )
        for fact in data.late_facts
    )
    return Table(
        Label("Facts left out because they were not known in time", "因当时尚不可知而未计入的事实"), head, rows
    )


_UNEVEN = Label("What is recorded for some outcomes more than for others", "记录多少因判定结果而异的内容")


def thin_section(data: ReportData, disclosure: Disclosure) -> Section:
    """Where the data is thin, what was not recorded and what came too late."""
    blocks: list[Block] = []
    missing, factors = missing_tables(data), not_recorded_factors(data)
    if factors:
        blocks.append(Prose(words.not_recorded_factors(factors)))
    if missing:
        blocks.append(Prose(words.missing_tables(missing)))
    thin = _thin_table(data, disclosure)
    blocks.append(thin if thin else Prose(words.NOTHING_THIN))
    blocks += [_scores_table(data)]
    uneven = uneven_list(data)
    if uneven:
        blocks += [Prose(_UNEVEN, "heading"), Bullets(uneven)]
    blocks += [_late_table(data)]
    columns = _columns_table(data)
    if columns:
        blocks.append(columns)
    return Section("thin", Label("Where the data is thin", "数据薄弱之处"), tuple(blocks))


_COUNTS = ("rows_in", "loaded", "quarantined", "duplicates", "superseded")


def file_totals(files: Iterable[SourceFile]) -> dict[str, int]:
    """Sum of each count over files."""
    listed = list(files)
    return {name: sum(getattr(file, name) or 0 for file in listed) for name in _COUNTS}


def _files_table(data: ReportData) -> Table:
    """The reconciliation: the total, then files, those with rows set aside first."""
    head = (
        _FILE,
        _TABLE,
        Head(Label("Status", "状态")),
        _number("Rows in", "文件行数"),
        _number("Loaded", "已加载"),
        _number("Quarantined", "隔离"),
        _number("Duplicates", "重复"),
        _number("Superseded", "被取代"),
        Head(Label("Remark", "备注")),
    )
    files = sorted(data.files, key=lambda file: (-(file.quarantined or 0), file.batch or "", file.file))
    totals = file_totals(data.files)
    empty = Cell(same(""))
    whole = (
        Cell(Label("All files", "全部文件")), empty, empty,
        *(Cell(same(count(totals[name]))) for name in _COUNTS), _balance_cell(totals),
    )  # fmt: skip
    rows = (whole, *(_file_cells(file) for file in files[:MOST_ROWS]))
    caption = Label(
        "Every file: rows in = loaded + quarantined + duplicates + superseded",
        "逐文件对账：文件行数 = 已加载 + 隔离 + 重复 + 被取代",
    )
    return Table(
        caption,
        head,
        rows,
        joined_notes(words.table_notes(rows, len(files) - MOST_ROWS)),
        "select * from meta.files",
        is_folded=len(files) > MOST_OPEN_ROWS,
    )


def _balance_cell(totals: dict[str, int]) -> Cell:
    rest = totals["rows_in"] - sum(totals[name] for name in _COUNTS[1:])
    if rest == 0:
        return Cell(Label("reconciles", "对账相符"), "good")
    return Cell(Label(f"{count(rest)} rows are not accounted for", f"有 {count(rest)} 行去向不明"), "bad")


def _file_cells(file: SourceFile) -> tuple[Cell, ...]:
    counts = {name: getattr(file, name) or 0 for name in _COUNTS}
    balance = _balance_cell(counts)
    remark = balance if balance.tone == "bad" else Cell(same(file.note or ""), "muted")
    return (
        Cell(same(file.file), "code"),
        Cell(table_label(file.table_name or "")),
        Cell(words.file_status(file.status or "")),
        *(Cell(same(count(counts[name]))) for name in _COUNTS),
        remark,
    )


def _breaches_table(breaches: Sequence[Breach]) -> Table:
    head = (
        _FILE,
        _COLUMN,
        Head(Label("Rule", "规则")),
        _number("Rows", "行数"),
        _number("First row", "首个行号"),
        Head(Label("Example", "示例值")),
        Head(Label("Expected", "期望值")),
        Head(Label("What to do", "处理建议")),
    )
    rows = tuple(_breach_cells(breach) for breach in breaches[:MOST_ROWS])
    caption = Label("Rules that rows broke, with an example of each", "违反的规则及示例")
    return Table(
        caption,
        head,
        rows,
        joined_notes(words.table_notes(rows, len(breaches) - MOST_ROWS)),
        "select * from meta.quarantine",
    )


def _breach_cells(breach: Breach) -> tuple[Cell, ...]:
    return (
        Cell(same(breach.file), "code"),
        Cell(same(breach.column_name or ""), "code"),
        Cell(same(breach.rule), "code"),
        Cell(same(count(breach.n))),
        Cell(same(count(breach.first_row))),
        Cell(same(breach.example or ""), "code"),
        Cell(same(breach.expected or ""), "code"),
        Cell(Label(breach.reason_en or "", breach.reason_zh or "")),
    )


def quarantine_section(data: ReportData) -> Section:
    """What was set aside, with the reconciliation of every file."""
    totals = file_totals(data.files)
    blocks: list[Block] = [Prose(words.quarantined(totals["quarantined"], totals["rows_in"]))]
    if data.breaches:
        blocks.append(_breaches_table(data.breaches))
    blocks.append(_files_table(data))
    return Section("quarantine", Label("What was set aside", "隔离的数据"), tuple(blocks))


def validation_section(data: ReportData) -> Section:
    """What validation found; failures first."""
    failed = [f"{check.table_name}.{check.expectation}" for check in data.checks if check.success is False]
    n_unmade = sum(check.success is None for check in data.checks)
    blocks: list[Block] = [Prose(words.validation(len(data.checks), failed, n_unmade))]
    if data.checks:
        blocks.append(_checks_table(data.checks))
    return Section("validation", Label("Validation", "数据校验"), tuple(blocks))


#: What did not hold comes first, then what could not be checked.
_RESULTS = (False, None, True)


def _checks_table(checks: Sequence[Check]) -> Table:
    head = (
        _TABLE,
        _COLUMN,
        Head(Label("What must hold", "校验项")),
        Head(Label("Result", "结果")),
        _number("Rows checked", "检查行数"),
        _number("Rows that break it", "不符合的行数"),
        Head(Label("Observed", "观测值")),
    )
    ordered = sorted(checks, key=lambda check: (_RESULTS.index(check.success), check.table_name, check.expectation))
    rows = tuple(_check_cells(check) for check in ordered[:MOST_ROWS])
    caption = Label("Results of validation", "校验结果")
    return Table(
        caption,
        head,
        rows,
        joined_notes(words.table_notes(rows, len(checks) - MOST_ROWS)),
        "select * from meta.expectations",
        is_folded=True,
    )


def _check_cells(check: Check) -> tuple[Cell, ...]:
    return (
        Cell(same(check.table_name), "code"),
        Cell(same(check.column_name or ""), "code"),
        Cell(same(check.expectation), "code"),
        _result_cell(check),
        Cell(same(count(check.n_checked))),
        Cell(same(count(check.n_unexpected))),
        Cell(same(check.observed or ""), "code"),
    )


def _result_cell(check: Check) -> Cell:
    if check.success is True:
        return Cell(Label("holds", "通过"), "good")
    if check.success is None:
        return Cell(Label("nothing to check", "无可校验"), "muted")
    if check.severity == "stop":
        return Cell(Label("broken (stops a run)", "不通过（阻止发布）"), "bad")
    return Cell(Label("broken (warning)", "不通过（警告）"), "bad")

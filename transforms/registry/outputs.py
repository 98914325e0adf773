"""The tables of the warehouse: ``core``, ``marts`` and ``meta``."""

from transforms.registry import enumerations as enums
from transforms.registry import inputs
from transforms.registry.model import Column, Enumeration, Kind, Label, Table


def _column(name: str, kind: Kind, en: str, zh: str, unit: str = "") -> Column:
    return Column(name, kind, Label(en, zh), unit=unit)


def _text(name: str, en: str, zh: str) -> Column:
    return _column(name, Kind.TEXT, en, zh)


def _enum(name: str, values: Enumeration, en: str, zh: str) -> Column:
    return Column(name, Kind.ENUM, Label(en, zh), enumeration=values)


def _count(name: str, en: str, zh: str) -> Column:
    return Column(name, Kind.INTEGER, Label(en, zh), minimum=0)


def _share(name: str, en: str, zh: str) -> Column:
    return Column(name, Kind.FLOAT, Label(en, zh), minimum=0, maximum=1)


def _number(name: str, en: str, zh: str, unit: str = "") -> Column:
    return _column(name, Kind.FLOAT, en, zh, unit)


def _flag(name: str, en: str, zh: str) -> Column:
    return _column(name, Kind.BOOLEAN, en, zh)


def _time(name: str, en: str, zh: str) -> Column:
    return _column(name, Kind.TIMESTAMP, en, zh)


RUN_ID = _text("run_id", "Run that published the row", "发布该行的运行编号")
FILE_ID = _text("file_id", "Hash of the file's content", "文件内容哈希")
SOURCE_ROW = Column(
    "source_row",
    Kind.INTEGER,
    Label("Row number in the file, the header not counted", "文件内行号（不含表头）"),
    minimum=1,
)
COUNTED = _flag("counted", "Known before the ruling, so it enters the scores", "判定前已知，计入评分")
STATUS = _text("status", "ok, or why there is no number", "ok，或没有数值的原因")
N_CLUSTERS = _count("n_clusters", "Sellers behind the number; each is one cluster", "涉及的卖家数（聚类数）")
INTERVAL = (
    _number("ci_low", "Lower end of the 95 % interval", "95% 区间下限"),
    _number("ci_high", "Upper end of the 95 % interval", "95% 区间上限"),
)
P_VALUE = _share("p_value", "p value, clustered by seller", "p 值（按卖家聚类）")
Q_VALUE = _share("q_value", "p value after Benjamini-Hochberg correction", "Benjamini-Hochberg 校正后的 p 值")
FACTOR_NAME = _text("factor", "Factor: evidence, rules, tone, reputation, overall or an extra factor", "因素")


def _core_table(source: Table, label: Label, *extra: Column) -> Table:
    return Table(
        "core", source.name, label, source.key, (*source.columns, *extra, FILE_ID, SOURCE_ROW), source.event_time
    )


def _score_columns() -> tuple[Column, ...]:
    columns: list[Column] = []
    for factor, label in enums.FACTOR.labels.items():
        for party, side in enums.PARTY.labels.items():
            columns.append(_share(f"{party}_{factor}", f"{label.en} of the {side.en}", f"{side.zh}{label.zh}得分"))
        columns.append(_advantage(factor, label))
    return tuple(columns)


def _advantage(factor: str, label: Label) -> Column:
    return Column(
        f"{factor}_advantage", Kind.FLOAT,
        Label(f"{label.en}: buyer minus seller", f"{label.zh}优势（买家减卖家）"), minimum=-1, maximum=1,
    )  # fmt: skip


ACTS: dict[str, Label] = {
    "insult": Label("insults", "辱骂"),
    "threat": Label("threatens", "威胁"),
    "demand": Label("demands without grounds", "无理要求"),
    "refusal": Label("refuses", "拒绝"),
    "stalling": Label("stalls", "拖延"),
    "courtesy": Label("is courteous", "礼貌"),
    "apology": Label("apologises", "道歉"),
    "offer": Label("offers a solution", "提出方案"),
    "cooperation": Label("cooperates", "配合"),
}

_LEVELLED = {**enums.FACTOR.labels, "overall": Label("overall", "综合")}
_LEVEL = (
    _text("level", "Level: a fifth from 1 (lowest) to 5, a natural value, or not_recorded", "水平"),
    _number("level_low", "Smallest value in the level", "该水平最小值"),
    _number("level_high", "Largest value in the level", "该水平最大值"),
)


def _level_code(factor: str, label: Label) -> Column:
    return _count(factor, f"Code of the level of {label.en}; 0: not recorded", f"{label.zh}的水平代码；0 表示未记录")


CORE_TABLES = (
    _core_table(
        inputs.DISPUTES,
        Label("One row per dispute, in its latest version", "每个纠纷一行（最新版本）"),
        RUN_ID,
        _flag(
            "is_ruled", "Somebody decided: buyer_wins, partial or seller_wins", "已判定（支持买家、部分支持或支持卖家）"
        ),
        _share("refund_ratio", "Refunded amount over claimed amount", "退款金额占主张金额的比例"),
    ),
    _core_table(inputs.EVIDENCE, Label("One row per item of evidence", "每份证据一行"), COUNTED),
    _core_table(inputs.VIOLATIONS, Label("One row per alleged breach", "每项违规指控一行"), COUNTED),
    Table(
        "core",
        "messages",
        Label("One row per chat message, with the acts found in it", "每条聊天消息一行，含识别出的言语行为"),
        ("message_id",),
        (
            *inputs.MESSAGES.columns,
            COUNTED,
            _share("hostility", "How hostile the words are", "敌意程度"),
            _share("civility", "How civil the words are", "文明程度"),
            *(_flag(act, f"The writer {label.en}", f"发送方{label.zh}") for act, label in ACTS.items()),
            FILE_ID,
            SOURCE_ROW,
        ),
        "sent_at",
    ),
    _core_table(inputs.REPUTATION, Label("One row per user and date", "每个用户每个时点一行"), COUNTED),
    Table(
        "core",
        "factor_scores",
        Label("Scores of both sides of a dispute", "纠纷双方的因素得分"),
        ("dispute_id",),
        (
            inputs.DISPUTE_ID,
            *_score_columns(),
            _advantage("overall", Label("overall", "综合")),
        ),
        is_open=True,
    ),
    Table(
        "core",
        "factor_levels",
        Label("The level of each factor that a ruled dispute is in, as a code", "已判定纠纷在各因素上的水平代码"),
        ("dispute_id",),
        (inputs.DISPUTE_ID, *(_level_code(factor, label) for factor, label in _LEVELLED.items())),
        is_open=True,
    ),
    Table(
        "core",
        "factor_level_bounds",
        Label("What the codes of core.factor_levels mean", "水平代码的含义"),
        ("factor", "code"),
        (
            FACTOR_NAME,
            _count("factor_order", "Place of the factor in tables", "因素的显示顺序"),
            _count("code", "Code of the level; 0: not recorded", "水平代码；0 表示未记录"),
            *_LEVEL,
        ),
    ),
    Table(
        "core",
        "score_points",
        Label(
            "Parts of all scores as whole ten-thousandths, one column each: factor__side__part",
            "所有得分的组成部分（万分之一），每列一项",
        ),
        ("dispute_id",),
        (inputs.DISPUTE_ID,),
        is_open=True,
    ),
    Table(
        "core",
        "score_parts",
        Label("How each score came about; the parts of a score add up to it", "得分构成，各部分之和等于得分"),
        ("dispute_id", "party", "factor", "part"),
        (
            inputs.DISPUTE_ID,
            _enum("party", enums.PARTY, "Side", "一方"),
            _enum("factor", enums.FACTOR, "Factor", "因素"),
            _text("part", "Part of the score", "得分的组成部分"),
            Column(
                "points", Kind.FLOAT, Label("Points that the part gives or takes", "加分或扣分"), minimum=-1, maximum=1
            ),
        ),
    ),
)

_OUTCOME = _enum("outcome", enums.OUTCOME, "How the disputes ended", "结果")
_RATE = (
    _count("n", "Disputes with this outcome", "该结果的纠纷数"),
    _count("n_total", "Disputes in the group", "该组纠纷总数"),
    N_CLUSTERS,
    _number(
        "n_effective", "Independent disputes that carry the same information (n_total over design effect)", "有效样本量"
    ),
    _share("share", "n over n_total", "占比"),
    *INTERVAL,
    STATUS,
)
_SLICE = (
    _text("slice", "What the disputes are divided by: all, category, claim, month, decided_by", "分组方式"),
    _text("value", "The group", "分组取值"),
)

MART_TABLES = (
    Table(
        "marts",
        "outcome_rates",
        Label("How ruled disputes were decided, by group", "已判定纠纷的结果分布"),
        ("slice", "value", "outcome"),
        (*_SLICE, _OUTCOME, *_RATE),
    ),
    Table(
        "marts",
        "closure_rates",
        Label("How all disputes ended, open ones included, by group", "全部纠纷的结束方式（含未结束）"),
        ("slice", "value", "outcome"),
        (*_SLICE, _text("outcome", "How the disputes ended, or open", "结束方式，或未结束"), *_RATE),
    ),
    Table(
        "marts",
        "factor_outcomes",
        Label("How ruled disputes were decided, by level of each factor", "各因素水平下的判定结果"),
        ("factor", "level", "outcome"),
        (
            FACTOR_NAME,
            *_LEVEL,
            _OUTCOME,
            *_RATE,
        ),
    ),
    Table(
        "marts",
        "factor_association",
        Label("How strongly each factor goes with the outcome", "各因素与结果的关联强度"),
        ("factor", "measure"),
        (
            FACTOR_NAME,
            _text("measure", "kendall_tau_b, spearman, cramers_v, auc or mutual_information", "关联度量"),
            _count("n", "Ruled disputes with the factor recorded", "有该因素记录的已判定纠纷数"),
            N_CLUSTERS,
            _number("estimate", "The measure", "估计值"),
            *INTERVAL,
            P_VALUE,
            Q_VALUE,
            STATUS,
        ),
    ),
    Table(
        "marts",
        "factor_effects",
        Label("Effects of each term, adjusted for the others", "各项的调整后效应"),
        ("model", "term"),
        (
            _text("model", "ordinal, buyer_wins or not_seller_wins", "模型"),
            _text("term", "Term of the model", "模型项"),
            _count("n", "Ruled disputes in the fit", "拟合所用纠纷数"),
            N_CLUSTERS,
            _number(
                "coefficient", "Log odds per unit (advantages per standard deviation)", "系数（对数优势，优势按标准差）"
            ),
            _number("std_error", "Standard error, clustered by seller", "标准误（按卖家聚类）"),
            _number("odds_ratio", "Odds ratio", "优势比"),
            _number("ci_low", "Lower end of the 95 % interval of the odds ratio", "优势比 95% 区间下限"),
            _number("ci_high", "Upper end of the 95 % interval of the odds ratio", "优势比 95% 区间上限"),
            P_VALUE,
            _number("ame_pp", "Average marginal effect in percentage points", "平均边际效应（百分点）", "pp"),
            _number("ame_ci_low", "Lower end of its 95 % interval", "平均边际效应 95% 区间下限", "pp"),
            _number("ame_ci_high", "Upper end of its 95 % interval", "平均边际效应 95% 区间上限", "pp"),
            STATUS,
        ),
    ),
)

META_TABLES = (
    Table(
        "meta",
        "runs",
        Label("Published runs, the newest last", "已发布的运行"),
        ("run_id",),
        (
            RUN_ID,
            _time("started_at", "Start of the run", "开始时间"),
            _time("finished_at", "End of loading", "结束时间"),
            _text("profile", "Profile that the headers were read with", "使用的配置档"),
            _text("weights_version", "Version of weights and word lists", "权重与词表版本"),
            _text("code_version", "Version of this program", "程序版本"),
            _text("polars_version", "Version of Polars", "Polars 版本"),
            _text("duckdb_version", "Version of DuckDB", "DuckDB 版本"),
            _count("n_files", "Files loaded so far", "已加载文件数"),
            _count("n_disputes", "Disputes in the release", "纠纷数"),
            _count("n_ruled", "Ruled disputes in the release", "已判定纠纷数"),
        ),
    ),
    Table(
        "meta",
        "files",
        Label("Every file seen; rows in = loaded + quarantined + duplicates + superseded", "每个文件的对账"),
        ("file_id", "file"),
        (
            FILE_ID,
            _text("batch", "Batch that brought it", "批次"),
            _text("file", "Path within the inbox", "文件路径"),
            _text("table_name", "Table that it belongs to", "所属表"),
            _text("profile", "Profile that the headers were read with", "使用的配置档"),
            _text("format", "Format and encoding", "格式与编码"),
            _text("status", "loaded, delivered_before or ignored", "状态"),
            _count("bytes", "Size in bytes", "字节数"),
            _count("rows_in", "Rows in the file", "文件行数"),
            _count("loaded", "Rows loaded", "已加载行数"),
            _count("quarantined", "Rows set aside", "隔离行数"),
            _count("duplicates", "Rows that repeat a row delivered before", "重复行数"),
            _count("superseded", "Rows replaced by a later version", "被新版本取代的行数"),
            _text("not_recorded", "Columns of the contract that the file does not have", "文件未提供的列"),
            _text("extra_columns", "Columns that the contract does not name, kept in Parquet", "额外列"),
            _text("note", "What else is to be said", "说明"),
        ),
    ),
    Table(
        "meta",
        "quarantine",
        Label("Rows set aside, by file, rule and column", "按文件、规则和列汇总的隔离行"),
        ("file_id", "rule", "column_name"),
        (
            FILE_ID,
            _text("file", "Path within the inbox", "文件路径"),
            _text("table_name", "Table", "表"),
            _text("rule", "Rule that the rows break", "违反的规则"),
            _text("column_name", "Column that breaks it", "列"),
            _count("n", "Rows", "行数"),
            Column("first_row", Kind.INTEGER, Label("First such row in the file", "首个行号"), minimum=1),
            _text("example", "A value that was got (personal data masked)", "示例值（个人信息已遮盖）"),
            _text("expected", "What was expected", "期望值"),
            _text("reason_en", "What to do, in English", "英文说明"),
            _text("reason_zh", "What to do, in Chinese", "中文说明"),
        ),
    ),
    Table(
        "meta",
        "quarantine_rows",
        Label("Every row set aside, each under the first rule that it breaks", "每条隔离行及其首先违反的规则"),
        ("file_id", "row_number"),
        (
            FILE_ID,
            _text("file", "Path within the inbox", "文件路径"),
            _text("table_name", "Table", "表"),
            Column(
                "row_number",
                Kind.INTEGER,
                Label("Row number in the file, the header not counted", "文件内行号"),
                minimum=1,
            ),
            _text("rule", "Rule that the row breaks", "违反的规则"),
            _text("column_name", "Column that breaks it", "列"),
            _text("got", "Value that was got (personal data masked)", "实际值（个人信息已遮盖）"),
            _text("expected", "What was expected", "期望值"),
            _count("n_broken", "How many rules the row breaks", "违反的规则数"),
            _text("raw", "The row as JSON, identifiers as pseudonyms", "整行内容（JSON，编号已化名）"),
            _text("reason_en", "What to do, in English", "英文说明"),
            _text("reason_zh", "What to do, in Chinese", "中文说明"),
        ),
    ),
    Table(
        "meta",
        "expectations",
        Label("Validation results", "校验结果"),
        ("table_name", "expectation"),
        (
            _text("table_name", "Table that was checked", "被校验的表"),
            _text("expectation", "What must hold", "校验项"),
            _text("column_name", "Column that was checked", "列"),
            _text("severity", "stop: a failure publishes nothing; warn: it is only reported", "级别：stop 或 warn"),
            _flag("success", "It holds", "是否通过"),
            _count("n_checked", "Rows that were checked", "检查行数"),
            _count("n_unexpected", "Rows that break it", "不符合的行数"),
            _text("observed", "What was observed", "观测值"),
        ),
    ),
    Table(
        "meta",
        "columns",
        Label("The data dictionary", "数据字典"),
        ("table_schema", "table_name", "column_name"),
        (
            _text("table_schema", "Schema", "模式"),
            _text("table_name", "Table", "表"),
            Column("position", Kind.INTEGER, Label("Place within the table", "列序号"), minimum=1),
            _text("column_name", "Column", "列"),
            _text("data_type", "Type in DuckDB", "数据类型"),
            _text("unit", "Unit, where the name does not say it", "单位"),
            _flag("is_key", "Belongs to the key of the table", "是否主键列"),
            _text("description_en", "Meaning in English", "英文说明"),
            _text("description_zh", "Meaning in Chinese", "中文说明"),
            _text("values_en", "Allowed values with their meaning in English", "取值（英文）"),
            _text("values_zh", "Allowed values with their meaning in Chinese", "取值（中文）"),
        ),
    ),
)

OUTPUT_TABLES: dict[str, Table] = {table.full_name: table for table in (*CORE_TABLES, *MART_TABLES, *META_TABLES)}


def output_table(full_name: str) -> Table:
    """Return the declaration of a warehouse table, by ``schema.name``.

    Raises:
        KeyError: No such table is declared.
    """
    return OUTPUT_TABLES[full_name]

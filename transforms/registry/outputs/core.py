"""Tables of ``core``: what was delivered and how it was scored."""

from transforms.registry import enumerations as enums
from transforms.registry import inputs
from transforms.registry.facts import FACTS
from transforms.registry.model import Column, Kind, Label, Table
from transforms.registry.outputs.columns import (
    COUNTED,
    FACTOR_NAME,
    FILE_ID,
    LEVEL,
    RUN_ID,
    SOURCE_ROW,
    count,
    enum,
    flag,
    share,
    text,
)


def _core_table(source: Table, label: Label, *extra: Column) -> Table:
    return Table(
        "core", source.name, label, source.key, (*source.columns, *extra, FILE_ID, SOURCE_ROW), source.event_time
    )


def _score_columns() -> tuple[Column, ...]:
    columns: list[Column] = []
    for factor, label in enums.FACTOR.labels.items():
        for party, side in enums.PARTY.labels.items():
            columns.append(share(f"{party}_{factor}", f"{label.en} of the {side.en}", f"{side.zh}{label.zh}得分"))
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


def _level_code(factor: str, label: Label) -> Column:
    return count(factor, f"Code of the level of {label.en}; 0: not recorded", f"{label.zh}的水平代码；0 表示未记录")


CORE_TABLES = (
    _core_table(
        inputs.DISPUTES,
        Label("One row per dispute, in its latest version", "每个纠纷一行（最新版本）"),
        RUN_ID,
        flag(
            "is_ruled", "Somebody decided: buyer_wins, partial or seller_wins", "已判定（支持买家、部分支持或支持卖家）"
        ),
        share("refund_ratio", "Refunded amount over claimed amount", "退款金额占主张金额的比例"),
    ),
    Table(
        "core",
        "dispute_versions",
        Label("All versions of the disputes that a later export changed", "被后续导出更改过的纠纷的全部版本"),
        ("dispute_id", "version"),
        (
            inputs.DISPUTE_ID,
            Column("version", Kind.INTEGER, Label("Version, the earliest is 1", "版本号，最早为 1"), minimum=1),
            *(
                inputs.DISPUTES.column(name)
                for name in ("exported_at", "outcome", "ruled_at", "claimed_cny", "refunded_cny", "decided_by")
            ),
            flag("is_in_force", "It is the version in core.disputes", "即 core.disputes 中的版本"),
            FILE_ID,
            SOURCE_ROW,
        ),
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
            share("hostility", "How hostile the words are", "敌意程度"),
            share("civility", "How civil the words are", "文明程度"),
            *(flag(act, f"The writer {label.en}", f"发送方{label.zh}") for act, label in ACTS.items()),
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
        "dispute_facts",
        Label("Single facts of a dispute that the questions ask about", "各项主张所涉及的单项事实"),
        ("dispute_id",),
        (inputs.DISPUTE_ID, *(fact.column for fact in FACTS)),
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
            count("factor_order", "Place of the factor in tables", "因素的显示顺序"),
            count("code", "Code of the level; 0: not recorded", "水平代码；0 表示未记录"),
            *LEVEL,
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
            enum("party", enums.PARTY, "Side", "一方"),
            enum("factor", enums.FACTOR, "Factor", "因素"),
            text("part", "Part of the score", "得分的组成部分"),
            Column(
                "points", Kind.FLOAT, Label("Points that the part gives or takes", "加分或扣分"), minimum=-1, maximum=1
            ),
        ),
    ),
)

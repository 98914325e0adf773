"""What is recorded, by outcome: whether effects may come from what was written down."""

from transforms.registry import enumerations as enums
from transforms.registry.model import Label, Table
from transforms.registry.outputs.columns import STATUS, count, enum, flag, number, share, text

RECORDS_BY_OUTCOME = Table(
    "marts",
    "records_by_outcome",
    Label(
        "How often something is recorded, by outcome; where that is uneven, effects of it may be those of recording",
        "各结果下各项内容被记录的比例；若相差悬殊，相关效应可能只反映记录与否",
    ),
    ("table_name", "column_name", "party", "outcome"),
    (
        text("table_name", "Table of the export", "导出表"),
        text("column_name", "Column, or any: a row at all, a reputation at all", "列；any 表示有任何一行、有信誉记录"),
        text(
            "party", "buyer, seller, or both where it is about the dispute", "buyer 买家、seller 卖家，或 both 整个纠纷"
        ),
        enum("outcome", enums.OUTCOME, "Outcome of the ruling", "判定结果"),
        count(
            "n",
            "Ruled disputes, or what they hold of items and breaches that could have it",
            "已判定纠纷数，或其中可能有该记录的证据、违规条数",
        ),
        count("n_recorded", "Those where it is recorded", "其中有记录的数量"),
        share("share", "n_recorded over n", "占比"),
        number(
            "spread_pp",
            "Largest less smallest share among outcomes with 30 or more",
            "样本不少于 30 的各结果中最大与最小占比之差",
            "pp",
        ),
        flag(
            "is_uneven",
            "The shares differ by 10 points and beyond four standard errors",
            "占比相差至少 10 个百分点且超过四个标准误",
        ),
        STATUS,
    ),
)

RECORDS_BY_GROUP = Table(
    "marts",
    "records_by_group",
    Label(
        "In how many ruled disputes of a month, category, claim or kind of decider anything is recorded",
        "各月份、类目、主张、判定方的已判定纠纷中有任何记录的比例",
    ),
    ("table_name", "slice", "value"),
    (
        text("table_name", "evidence, messages or violations", "evidence 证据、messages 消息或 violations 违规"),
        text(
            "slice", "month, category, claim or decided_by", "month 月份、category 类目、claim 主张或 decided_by 判定方"
        ),
        text("value", "The group", "该组"),
        count("n", "Ruled disputes", "已判定纠纷数"),
        count("n_recorded", "Those with a row that counts", "其中有计入记录的数量"),
        share("share", "n_recorded over n", "占比"),
        share(
            "highest_share",
            "Highest share among the groups of the slice with 30 or more",
            "样本不少于 30 的各组中最大占比",
        ),
        flag(
            "is_missing",
            "Less than a twentieth of what the highest share lets expect, where that is 20 or more",
            "不足按最大占比预期数量的二十分之一，且预期不少于 20",
        ),
        STATUS,
    ),
)

TABLES = (RECORDS_BY_OUTCOME, RECORDS_BY_GROUP)

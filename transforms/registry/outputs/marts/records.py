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

TABLES = (RECORDS_BY_OUTCOME,)

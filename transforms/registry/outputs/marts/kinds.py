"""What goes with each kind of evidence and with each breach of a rule."""

from transforms.registry import enumerations as enums
from transforms.registry.model import Column, Label, Table
from transforms.registry.outputs.columns import (
    N_CLUSTERS,
    P_VALUE,
    Q_VALUE,
    STATUS,
    count,
    enum,
    number,
    share,
    text,
)

_PARTY = enum("party", enums.PARTY, "Side that showed the evidence or broke the rule", "提供证据或违反规则的一方")


def _answer(favoured: str, favoured_zh: str) -> tuple[Column, ...]:
    return (
        enum("favoured", enums.OUTCOME, favoured, favoured_zh),
        count("n", "Ruled disputes for which this is recorded", "有该项记录的已判定纠纷数"),
        N_CLUSTERS,
        count("n_with", "Disputes with it", "具备该项的纠纷数"),
        count("n_without", "Disputes without it", "不具备该项的纠纷数"),
        share("share_with", "n_with over n", "具备该项的纠纷占比"),
        share("favoured_with", "Share of the favoured outcome among disputes with it", "具备该项时有利结果的占比"),
        share("favoured_without", "The same among disputes without it", "不具备该项时有利结果的占比"),
        count(
            "n_fitted",
            "Disputes that the effect was estimated on; with status sampled a sample, whose error the interval holds",
            "估计效应所用的纠纷数；status 为 sampled 时是抽样，区间已含抽样误差",
        ),
        number(
            "effect_pp",
            "Average marginal effect on the favoured outcome, adjusted for all others of the table, the other three "
            "advantages, category, claim, price and month",
            "对有利结果的平均边际效应（百分点），已调整表中其他各项、另三项优势、类目、主张、价格和月份",
            "pp",
        ),
        number("ci_low", "Lower end of its 95 % interval, clustered by seller", "95% 区间下限（按卖家聚类）", "pp"),
        number("ci_high", "Upper end of its 95 % interval, clustered by seller", "95% 区间上限（按卖家聚类）", "pp"),
        P_VALUE,
        Q_VALUE,
        STATUS,
    )


EVIDENCE_KINDS = Table(
    "marts",
    "evidence_kinds",
    Label("What goes with having shown each kind of evidence", "提供各类证据与判定结果的关系"),
    ("kind", "party"),
    (
        enum("kind", enums.EVIDENCE_KIND, "Kind of evidence", "证据类型"),
        _PARTY,
        *_answer("Outcome that the effect is on: the side's own victory", "效应所针对的结果：本方获支持"),
    ),
)

VIOLATION_RULES = Table(
    "marts",
    "violation_rules",
    Label("What goes with having broken each rule", "违反各项规则与判定结果的关系"),
    ("rule", "party"),
    (
        enum("rule", enums.RULE, "Rule", "规则"),
        _PARTY,
        text(
            "compared",
            "proven: disputes with a proven breach against those without an allegation; alleged: where proof is not "
            "recorded at all, those with an allegation against those without",
            "proven：查证属实与无指控相比；alleged：完全没有查证记录时，有指控与无指控相比",
        ),
        count("n_alleged", "Disputes in which the breach is alleged", "被指控的纠纷数"),
        count("n_proven", "Disputes in which it is proven", "查证属实的纠纷数"),
        *_answer("Outcome that the effect is on: victory of the other side", "效应所针对的结果：对方获支持"),
    ),
)

TABLES = (EVIDENCE_KINDS, VIOLATION_RULES)

"""Whether like cases are ruled alike, whether it matters who decides, and what the factors explain least."""

from transforms.registry import enumerations as enums
from transforms.registry.model import Column, Label, Table
from transforms.registry.outputs.columns import N_CLUSTERS, P_VALUE, Q_VALUE, STATUS, count, enum, number, share, text

CONSISTENCY = Table(
    "marts",
    "consistency",
    Label("How often like cases are ruled unlike", "同类案件判定不一致的频率"),
    ("slice", "value"),
    (
        text(
            "slice",
            "What the disputes are divided by: all, category, claim, month, decided_by, decider",
            "分组方式：全部、类目、主张、月份、判定方式、判定人",
        ),
        text(
            "value",
            "The group; the decider for those with most rulings, other for the rest",
            "分组取值；判定最多的判定人单列，其余为 other",
        ),
        count("n", "Ruled disputes in the group", "该组已判定纠纷数"),
        N_CLUSTERS,
        count("n_alone", "Disputes without a like case", "没有同类案件的纠纷数"),
        count("n_cells", "Kinds of case of which there are two or more", "含两件及以上的同类组数"),
        count(
            "n_pairs",
            "Pairs of like cases in the group; of a decider: with at least one of its own",
            "组内同类案件对数；判定人：至少一件由其判定",
        ),
        share("differ_share", "Chance that two like cases were ruled unlike", "两件同类案件判定不同的概率"),
        share("ci_low", "Lower end of its 95 % interval", "95% 区间下限"),
        share("ci_high", "Upper end of its 95 % interval", "95% 区间上限"),
        share(
            "differ_any",
            "The same for any two disputes: what is to be expected if likeness meant nothing",
            "任意两件纠纷判定不同的概率（若同类与否无关时的期望）",
        ),
        number(
            "tau",
            "1 - differ_share / differ_any: 0 if likeness means nothing, 1 if like cases are always ruled alike",
            "1 - differ_share / differ_any：0 表示同类与否无关，1 表示同类同判",
        ),
        number("tau_ci_low", "Lower end of the 95 % interval of tau", "tau 的 95% 区间下限"),
        number("tau_ci_high", "Upper end of the 95 % interval of tau", "tau 的 95% 区间上限"),
        text("like_by", "What like cases share", "同类案件的共同点"),
        STATUS,
    ),
)

DECIDER_EFFECTS = Table(
    "marts",
    "decider_effects",
    Label("How far each decider's rulings are from those of all others on like cases", "各判定人与其他判定人的差异"),
    ("decider_id",),
    (
        text("decider_id", "The agent or the panel; all where there is none to compare", "判定人；无可比较时为 all"),
        text("decided_by", "agent or jury", "判定方式"),
        count("n", "Rulings of the decider that the model uses", "模型所用的该判定人的判定数"),
        N_CLUSTERS,
        share("win_share", "Share of buyer_wins among them", "其中支持买家的占比"),
        share("expected_share", "The same as all others rule such cases", "其他判定人对同样案件的期望占比"),
        number(
            "effect_pp",
            "Difference to all others on the same mix of cases: evidence, rules, tone, reputation, category, claim, "
            "price, month, extra factors, agent or jury",
            "在同样案件构成下与其他判定人的差（百分点）",
            "pp",
        ),
        number("ci_low", "Lower end of its 95 % interval", "95% 区间下限", "pp"),
        number("ci_high", "Upper end of its 95 % interval", "95% 区间上限", "pp"),
        P_VALUE,
        Q_VALUE,
        number(
            "shrunken_pp",
            "The effect drawn towards zero by how uncertain it is: the best guess for a further case",
            "按不确定性向零收缩后的差（百分点）",
            "pp",
        ),
        STATUS,
    ),
)

DECIDER_VARIATION = Table(
    "marts",
    "decider_variation",
    Label("Whether deciders differ more than chance and their cases explain", "判定人之间的差异是否超出偶然"),
    ("decided_by",),
    (
        text("decided_by", "all, agent or jury", "全部、客服或小法庭"),
        count("n", "Rulings of the deciders that are compared", "参与比较的判定数"),
        N_CLUSTERS,
        count("n_deciders", "Deciders that are compared", "参与比较的判定人数"),
        number(
            "sd_pp",
            "Standard deviation of the deciders' true effects on P(buyer_wins)",
            "判定人真实差异的标准差（百分点）",
            "pp",
        ),
        number("ci_low", "Lower end of its 95 % interval", "95% 区间下限", "pp"),
        number("ci_high", "Upper end of its 95 % interval", "95% 区间上限", "pp"),
        P_VALUE,
        STATUS,
    ),
)


def _advantage(factor: str, label: Label) -> Column:
    return number(f"{factor}_advantage", f"{label.en}: buyer less seller", f"{label.zh}：买家减卖家")


def _log_odds(factor: str, label: Label) -> Column:
    return number(
        f"{factor}_log_odds",
        f"{label.en}: by how much it moved the log odds towards the buyer, compared with the average ruling",
        f"{label.zh}：相对平均判定使对数优势偏向买家的幅度",
    )


SURPRISING_RULINGS = Table(
    "marts",
    "surprising_rulings",
    Label("The rulings that the factors explain least", "各因素最难解释的判定"),
    ("rank",),
    (
        count("rank", "1 is the most surprising; 0: no ruling, see status", "1 为最意外；0 表示没有，见 status"),
        text("dispute_id", "The dispute", "纠纷编号"),
        enum("outcome", enums.OUTCOME, "How it was ruled", "判定结果"),
        enum("expected_outcome", enums.OUTCOME, "What was most probable", "最可能的结果"),
        number("surprise", "-ln of the probability of the ruling, given the factors", "判定概率的负对数", "nats"),
        number("ci_low", "Lower end of its 95 % interval", "95% 区间下限", "nats"),
        number("ci_high", "Upper end of its 95 % interval", "95% 区间上限", "nats"),
        share("p_seller_wins", "Probability of seller_wins, by the rulings of other sellers", "支持卖家的概率"),
        share("p_partial", "Probability of partial", "部分支持的概率"),
        share("p_buyer_wins", "Probability of buyer_wins", "支持买家的概率"),
        *(_advantage(factor, label) for factor, label in enums.FACTOR.labels.items()),
        *(_log_odds(factor, label) for factor, label in enums.FACTOR.labels.items()),
        number(
            "context_log_odds",
            "The same for category, claim, price, month and extra factors",
            "类目、主张、价格、月份和附加因素的同一幅度",
        ),
        text(
            "top_reason_factor",
            "What pointed most to another ruling: a factor or context; null if nothing did",
            "最指向其他结果的因素",
        ),
        count("n", "Ruled disputes that were looked at", "考察的已判定纠纷数"),
        count("n_fitted", "Rulings of other sellers that the model was fitted on", "拟合模型所用的其他卖家判定数"),
        N_CLUSTERS,
        STATUS,
    ),
)

TABLES = (CONSISTENCY, DECIDER_EFFECTS, DECIDER_VARIATION, SURPRISING_RULINGS)

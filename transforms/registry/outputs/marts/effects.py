"""Terms of the fitted models."""

from transforms.registry.model import Label, Table
from transforms.registry.outputs.columns import (
    FACTOR_NAME,
    INTERVAL,
    N_CLUSTERS,
    P_VALUE,
    Q_VALUE,
    STATUS,
    count,
    flag,
    number,
    share,
    text,
)

_DOF = number(
    "dof",
    "Degrees of freedom of the standard error: sellers of equal weight, about; null: beyond count",
    "标准误的自由度（约为等权卖家数）；空：无穷大",
)
_IS_SAMPLED = flag(
    "is_sampled",
    "Estimated on a sample of sellers, or of disputes where few sellers have most",
    "在卖家样本上估计；少数卖家占多数纠纷时为纠纷样本",
)

FACTOR_EFFECTS = Table(
    "marts",
    "factor_effects",
    Label("Effects of each term, adjusted for the others", "各项的调整后效应"),
    ("model", "term"),
    (
        text(
            "model",
            "ordinal, buyer_wins or not_seller_wins; with _complete_case on disputes with nothing missing, _sides with "
            "the scores of both sides, _interactions and _sides_interactions with products; proportional_odds: "
            "buyer_wins less not_seller_wins",
            "模型：有序、支持买家、非支持卖家；后缀 _complete_case 完整样本、_sides 双方得分、_interactions 交互项；"
            "proportional_odds 比例优势检验",
        ),
        text("term", "Term of the model", "模型项"),
        count("n", "Ruled disputes in the fit", "拟合所用纠纷数"),
        N_CLUSTERS,
        number(
            "coefficient", "Log odds per unit (advantages per standard deviation)", "系数（对数优势，优势按标准差）"
        ),
        number("std_error", "Standard error, clustered by seller", "标准误（按卖家聚类）"),
        _DOF,
        number("odds_ratio", "Odds ratio", "优势比"),
        number("ci_low", "Lower end of the 95 % interval of the odds ratio", "优势比 95% 区间下限"),
        number("ci_high", "Upper end of the 95 % interval of the odds ratio", "优势比 95% 区间上限"),
        P_VALUE,
        number(
            "ame_pp",
            "Average marginal effect on the chance of the outcome (ordinal: of buyer_wins) in percentage points; of a "
            "product the mean cross derivative",
            "平均边际效应（百分点；有序模型为支持买家的概率；交互项为平均交叉导数）",
            "pp",
        ),
        number("ame_ci_low", "Lower end of its 95 % interval", "平均边际效应 95% 区间下限", "pp"),
        number("ame_ci_high", "Upper end of its 95 % interval", "平均边际效应 95% 区间上限", "pp"),
        _IS_SAMPLED,
        STATUS,
    ),
)

STRATUM_EFFECTS = Table(
    "marts",
    "stratum_effects",
    Label("Each factor's effect within groups of disputes", "各因素在各分组内的效应"),
    ("factor", "stratifier", "value"),
    (
        FACTOR_NAME,
        text(
            "stratifier",
            "What the disputes are divided by: all, category, claim, quarter, price_band (fifths), decided_by",
            "分层变量",
        ),
        text("value", "The group", "分组取值"),
        count("n", "Ruled disputes in the fit", "拟合所用纠纷数"),
        N_CLUSTERS,
        number(
            "coefficient", "Log odds of buyer_wins per standard deviation of advantage", "系数（对数优势，每标准差）"
        ),
        number("std_error", "Standard error of the coefficient, clustered by seller", "系数标准误（按卖家聚类）"),
        _DOF,
        number(
            "effect_pp",
            "Effect of one standard deviation more advantage on the chance of buyer_wins in the group, adjusted",
            "优势增加一个标准差对组内支持买家概率的调整后效应",
            "pp",
        ),
        *INTERVAL,
        P_VALUE,
        Q_VALUE,
        share(
            "heterogeneity_p_value",
            "p value of one coefficient serving all groups of the stratifier (Welch)",
            "各组系数相同的 p 值（Welch 检验）",
        ),
        share(
            "heterogeneity_q_value",
            "The same after Benjamini-Hochberg correction over factors and stratifiers",
            "经 Benjamini-Hochberg 校正的异质性 p 值",
        ),
        flag(
            "is_reversed",
            "Groups differ, the group has an effect (heterogeneity_q_value and q_value under 0.05), and the interval "
            "is wholly on the other side of zero than that of all disputes",
            "组间有差异、该组效应经校正仍显著，且区间与总体效应符号完全相反",
        ),
        _IS_SAMPLED,
        STATUS,
    ),
)

TABLES = (FACTOR_EFFECTS, STRATUM_EFFECTS)

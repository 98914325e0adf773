"""How much each factor contributes."""

from transforms.registry.model import Label, Table
from transforms.registry.outputs.columns import N_CLUSTERS, P_VALUE, STATUS, count, flag, number, share, text

FACTOR_IMPORTANCE = Table(
    "marts",
    "factor_importance",
    Label("How much each of the four factors contributes to what the model explains", "四个因素对模型解释力的贡献"),
    ("factor",),
    (
        text("factor", "Factor: evidence, rules, tone or reputation", "因素"),
        share("share", "Shapley share of McFadden's R² of the four factors", "占四因素 McFadden R² 的 Shapley 份额"),
        number("ci_low", "Lower end of the 95 % interval of the share, by seller", "份额 95% 区间下限（按卖家聚类）"),
        number("ci_high", "Upper end of the 95 % interval of the share, by seller", "份额 95% 区间上限（按卖家聚类）"),
        share("r2_part", "What the share comes to in McFadden's R²", "份额对应的 McFadden R²"),
        share("r2_alone", "Gain in McFadden's R² over the controls alone", "仅在控制变量之上的 R² 增量"),
        share(
            "r2_given_others",
            "Gain in McFadden's R² over the controls and other factors",
            "在控制变量与其他因素之上的 R² 增量",
        ),
        P_VALUE,
        number(
            "learnt_weight",
            "Coefficient per unit of advantage over the sum of all; to be compared with configured_weight",
            "按单位优势系数归一的学得权重（与配置权重对照）",
        ),
        number(
            "learnt_ci_low",
            "Lower end of its 95 % interval; none for all four where one of them hangs on a single seller",
            "学得权重 95% 区间下限；任一因素只取决于一个卖家时，四者均无区间",
        ),
        number("learnt_ci_high", "Upper end of its 95 % interval", "学得权重 95% 区间上限"),
        share("configured_weight", "Weight in overall_advantage", "综合优势中的配置权重"),
        count("n", "Ruled disputes in the fits", "拟合所用纠纷数"),
        N_CLUSTERS,
        flag(
            "is_sampled",
            "The fits use a sample of sellers, or of disputes where few sellers have most",
            "拟合使用卖家抽样；少数卖家占多数纠纷时为纠纷抽样",
        ),
        STATUS,
    ),
)

TABLES = (FACTOR_IMPORTANCE,)

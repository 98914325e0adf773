"""Terms of the fitted models."""

from transforms.registry.model import Label, Table
from transforms.registry.outputs.columns import N_CLUSTERS, P_VALUE, STATUS, count, number, text

FACTOR_EFFECTS = Table(
    "marts",
    "factor_effects",
    Label("Effects of each term, adjusted for the others", "各项的调整后效应"),
    ("model", "term"),
    (
        text("model", "ordinal, buyer_wins or not_seller_wins", "模型"),
        text("term", "Term of the model", "模型项"),
        count("n", "Ruled disputes in the fit", "拟合所用纠纷数"),
        N_CLUSTERS,
        number(
            "coefficient", "Log odds per unit (advantages per standard deviation)", "系数（对数优势，优势按标准差）"
        ),
        number("std_error", "Standard error, clustered by seller", "标准误（按卖家聚类）"),
        number("odds_ratio", "Odds ratio", "优势比"),
        number("ci_low", "Lower end of the 95 % interval of the odds ratio", "优势比 95% 区间下限"),
        number("ci_high", "Upper end of the 95 % interval of the odds ratio", "优势比 95% 区间上限"),
        P_VALUE,
        number("ame_pp", "Average marginal effect in percentage points", "平均边际效应（百分点）", "pp"),
        number("ame_ci_low", "Lower end of its 95 % interval", "平均边际效应 95% 区间下限", "pp"),
        number("ame_ci_high", "Upper end of its 95 % interval", "平均边际效应 95% 区间上限", "pp"),
        STATUS,
    ),
)

TABLES = (FACTOR_EFFECTS,)

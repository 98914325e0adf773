"""Models judged on rulings that they could not know."""

from collections.abc import Iterator

from transforms.registry.model import Column, Label, Table
from transforms.registry.outputs.columns import INTERVAL, N_CLUSTERS, STATUS, count, flag, number, share, text, time

_SPLIT = (
    text("split", "Rulings that are judged: newest_fifth", "被评估的判定：最新五分之一"),
    text(
        "model",
        "four_factors (with category, claim and price), overall_advantage (configured weights), with_extra_factors, "
        "or base_rate (rate of the same category and claim)",
        "模型：四因素、综合优势、含额外因素，或基准率（同品类同诉求）",
    ),
)
#: Measures of a model by itself.
_OWN = {
    "auc": ("Chance that a dispute won by the buyer is ranked above another", "AUC"),
    "brier": ("Brier score: mean squared error of the chance of buyer_wins", "Brier 分数"),
    "log_loss": ("Mean negative log-likelihood", "对数损失"),
    "calibration_slope": ("Calibration slope: 1 if chances are right, less if too extreme", "校准斜率"),
    "calibration_intercept": (
        "Calibration in the large, in log odds: 0 if right on average",
        "总体校准截距（对数优势）",
    ),
}
#: Measures against the base rates; positive is better.
_GAINS = {
    "auc_gain": ("AUC less that of the base rates", "相对基准率的 AUC 增量"),
    "brier_gain": ("Brier score of the base rates less this one", "相对基准率的 Brier 改进"),
    "log_loss_gain": ("Log loss of the base rates less this one", "相对基准率的对数损失改进"),
}
_COMPARED = ("auc", "brier", "log_loss", "calibration_slope")


def _measured(name: str, en: str, zh: str) -> Iterator[Column]:
    yield number(name, en, zh)
    yield number(f"{name}_ci_low", "Lower end of its 95 % interval, by seller", f"{zh} 95% 区间下限")
    yield number(f"{name}_ci_high", "Upper end of its 95 % interval, by seller", f"{zh} 95% 区间上限")
    if name in _GAINS:
        yield share(f"{name}_p_value", "p value of no gain, clustered by seller", f"{zh} 的 p 值")


MODEL_VALIDATION = Table(
    "marts",
    "model_validation",
    Label("Models fitted on older rulings and judged on the newest", "以较早判定拟合、最新判定评估的模型"),
    ("split", "model"),
    (
        *_SPLIT,
        time("cut_at", "Rulings from this moment on are judged; all before are fitted", "评估起始时刻"),
        count("n", "Rulings judged", "被评估判定数"),
        N_CLUSTERS,
        count("n_fitted", "Older rulings, for the fit", "拟合所用较早判定数"),
        *(column for name, words in (_OWN | _GAINS).items() for column in _measured(name, *words)),
        *(
            number(f"base_{name}", f"The same of the base rates: {name}", f"基准率的{_OWN[name][1]}")
            for name in _COMPARED
        ),
        flag(
            "is_sampled",
            "Both parts are a sample of sellers, or of disputes where few sellers have most",
            "两部分均为卖家抽样；少数卖家占多数纠纷时为纠纷抽样",
        ),
        STATUS,
    ),
)

CALIBRATION = Table(
    "marts",
    "calibration",
    Label("Predicted chances against what happened, on the newest rulings", "校准曲线：预测与实际（最新判定）"),
    ("split", "model", "bin"),
    (
        *_SPLIT,
        count("bin", "Bin of the predicted chance, 1 the lowest", "预测概率分组，1 为最低"),
        share("predicted_low", "Smallest predicted chance of buyer_wins in the bin", "组内最小预测概率"),
        share("predicted_high", "Largest predicted chance in the bin", "组内最大预测概率"),
        share("predicted", "Mean predicted chance", "平均预测概率"),
        count("n", "Rulings in the bin", "组内判定数"),
        N_CLUSTERS,
        share("share", "Share that the buyer won", "买家胜诉占比"),
        *INTERVAL,
        STATUS,
    ),
)

TABLES = (MODEL_VALIDATION, CALIBRATION)

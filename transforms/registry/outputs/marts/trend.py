"""Month by month, and when that changed."""

from transforms.registry.model import Label, Table
from transforms.registry.outputs.columns import N_CLUSTERS, STATUS, count, flag, number, share, text

TREND = Table(
    "marts",
    "trend",
    Label("Outcomes and effects by month, with the months at which they changed", "各月结果与效应及变化点"),
    ("month", "factor"),
    (
        text(
            "month", "Month of the ruling (of the opening where that is not recorded), in China", "判定月份（北京时间）"
        ),
        text("factor", "Factor, or all for the share of buyer_wins", "因素；all 表示买家胜诉占比"),
        count("n", "Ruled disputes of the month", "当月已判定纠纷数"),
        N_CLUSTERS,
        count("n_fitted", "Disputes that the estimate uses", "估计所用纠纷数"),
        share("share_seller_wins", "Share of seller_wins", "卖家胜诉占比"),
        share("share_partial", "Share of partial", "部分支持占比"),
        share("share_buyer_wins", "Share of buyer_wins", "买家胜诉占比"),
        number(
            "effect_pp",
            "Effect of +1 SD advantage on P(buyer_wins), adjusted; for all: adjusted share of buyer_wins in %",
            "优势 +1 SD 对买家胜诉概率的调整后效应；all 为调整后的买家胜诉占比（%）",
            "pp",
        ),
        number("ci_low", "Lower end of its 95 % interval, by seller", "95% 区间下限（按卖家聚类）", "pp"),
        number("ci_high", "Upper end of its 95 % interval, by seller", "95% 区间上限（按卖家聚类）", "pp"),
        flag(
            "shift",
            "Another level from this month on (a change point); null: not looked for",
            "自本月起水平改变（变化点）",
        ),
        text("shift_low", "First month in the 95 % confidence set of the change", "变化时间 95% 置信集的首月"),
        text("shift_high", "Last month in the 95 % confidence set of the change", "变化时间 95% 置信集的末月"),
        number("shift_pp", "New level less the old one", "新旧水平之差", "pp"),
        share("shift_p_value", "p value of no such change beside those found before it", "该变化的 p 值"),
        flag(
            "shift_may_be_drift",
            "A straight line fits the series at least as well as its changes of level; null: no change here",
            "直线与分段水平对该序列同样吻合，可能是缓慢漂移；无变化时为空",
        ),
        share("series_p_value", "p value of no change in the whole series", "整个序列无变化的 p 值"),
        text("series_status", "ok, or why no change was looked for", "ok，或未检测变化的原因"),
        flag(
            "is_sampled",
            "Estimates use a sample of sellers; counts and shares do not",
            "估计使用卖家抽样（计数不抽样）",
        ),
        STATUS,
    ),
)

TABLES = (TREND,)

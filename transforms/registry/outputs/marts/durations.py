"""How long disputes take."""

from transforms.registry.model import Column, Kind, Label, Table
from transforms.registry.outputs.columns import INTERVAL, N_CLUSTERS, SLICE, STATUS, count, share, text

_N = count("n", "Disputes with known times", "有时间记录的纠纷数")
_HOURS = Column("hours", Kind.INTEGER, Label("Hours since the opening", "申请后小时数"), minimum=0)

TIME_TO_RULING = Table(
    "marts",
    "time_to_ruling",
    Label(
        "Share of disputes still open, and ended in each way, by hours since the opening; open ones censored",
        "按申请后小时数统计的未结束占比与各结果占比（未结束者按删失处理）",
    ),
    ("slice", "value", "state", "hours"),
    (
        *SLICE,
        text("state", "still_open, seller_wins, partial, buyer_wins or closed_unruled", "状态"),
        _HOURS,
        _N,
        N_CLUSTERS,
        count("n_at_risk", "Disputes still under observation then", "此时仍在观察中的纠纷数"),
        share("share", "Share of all disputes", "占比"),
        *INTERVAL,
        STATUS,
    ),
)
HOURS_TO_END = Table(
    "marts",
    "hours_to_end",
    Label("Hours by which a quarter, half and three quarters of disputes have ended", "纠纷结束用时的四分位数（小时）"),
    ("slice", "value", "quantile"),
    (
        *SLICE,
        share("quantile", "Share of disputes that have ended", "已结束占比"),
        _N,
        count("n_open", "Disputes still open at the export; they count as censored", "导出时未结束的纠纷数（删失）"),
        count("n_without_time", "Disputes left out because a time is not recorded", "因无时间记录而未计入的纠纷数"),
        N_CLUSTERS,
        _HOURS,
        *INTERVAL,
        STATUS,
    ),
)
TABLES = (TIME_TO_RULING, HOURS_TO_END)

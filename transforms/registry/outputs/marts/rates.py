"""How disputes ended: rates by group and by level of each factor."""

from transforms.registry.model import Label, Table
from transforms.registry.outputs.columns import FACTOR_NAME, LEVEL, MONEY, OUTCOME, RATE, SLICE, text

OUTCOME_RATES = Table(
    "marts",
    "outcome_rates",
    Label("How ruled disputes were decided, by group", "已判定纠纷的结果分布"),
    ("slice", "value", "outcome"),
    (*SLICE, OUTCOME, *RATE, *MONEY),
)

CLOSURE_RATES = Table(
    "marts",
    "closure_rates",
    Label("How all disputes ended, open ones included, by group", "全部纠纷的结束方式（含未结束）"),
    ("slice", "value", "outcome"),
    (*SLICE, text("outcome", "How the disputes ended, or open", "结束方式，或未结束"), *RATE, *MONEY),
)

FACTOR_OUTCOMES = Table(
    "marts",
    "factor_outcomes",
    Label("How ruled disputes were decided, by level of each factor", "各因素水平下的判定结果"),
    ("factor", "level", "outcome"),
    (
        FACTOR_NAME,
        *LEVEL,
        OUTCOME,
        *RATE,
    ),
)

TABLES = (
    OUTCOME_RATES,
    CLOSURE_RATES,
    FACTOR_OUTCOMES,
)

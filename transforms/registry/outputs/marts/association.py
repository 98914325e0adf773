"""How strongly each factor goes with the outcome."""

from transforms.registry.model import Label, Table
from transforms.registry.outputs.columns import (
    FACTOR_NAME,
    INTERVAL,
    N_CLUSTERS,
    P_VALUE,
    Q_VALUE,
    STATUS,
    count,
    number,
    text,
)

FACTOR_ASSOCIATION = Table(
    "marts",
    "factor_association",
    Label("How strongly each factor goes with the outcome", "各因素与结果的关联强度"),
    ("factor", "measure"),
    (
        FACTOR_NAME,
        text("measure", "kendall_tau_b, spearman, cramers_v, auc or mutual_information", "关联度量"),
        count("n", "Ruled disputes with the factor recorded", "有该因素记录的已判定纠纷数"),
        N_CLUSTERS,
        number("estimate", "The measure", "估计值"),
        *INTERVAL,
        P_VALUE,
        Q_VALUE,
        STATUS,
    ),
)

TABLES = (FACTOR_ASSOCIATION,)

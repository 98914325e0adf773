"""Tables of ``marts``: one module per theme."""

from transforms.registry.model import Table
from transforms.registry.outputs.marts import (
    association,
    claims,
    consistency,
    dependence,
    durations,
    effects,
    importance,
    kinds,
    rates,
    records,
    reversals,
    trend,
    validation,
)

MART_TABLES: tuple[Table, ...] = (
    *rates.TABLES,
    *records.TABLES,
    *dependence.TABLES,
    *association.TABLES,
    *effects.TABLES,
    *kinds.TABLES,
    *durations.TABLES,
    *importance.TABLES,
    *validation.TABLES,
    *trend.TABLES,
    *consistency.TABLES,
    *reversals.TABLES,
    *claims.TABLES,
)

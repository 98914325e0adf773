"""Tables of ``marts``: one module per theme."""

from transforms.registry.model import Table
from transforms.registry.outputs.marts import association, effects, rates

MART_TABLES: tuple[Table, ...] = (
    *rates.TABLES,
    *association.TABLES,
    *effects.TABLES,
)

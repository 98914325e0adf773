"""The tables of the warehouse: ``core``, ``marts`` and ``meta``."""

from transforms.registry.model import Table
from transforms.registry.outputs.core import ACTS, CORE_TABLES
from transforms.registry.outputs.marts import MART_TABLES
from transforms.registry.outputs.meta import META_TABLES

__all__ = ["ACTS", "OUTPUT_TABLES", "output_table"]

OUTPUT_TABLES: dict[str, Table] = {table.full_name: table for table in (*CORE_TABLES, *MART_TABLES, *META_TABLES)}


def output_table(full_name: str) -> Table:
    """Return the declaration of a warehouse table, by ``schema.name``.

    Raises:
        KeyError: No such table is declared.
    """
    return OUTPUT_TABLES[full_name]

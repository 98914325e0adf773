"""The one place where tables, columns and enumerations are declared.

Polars schemas, validation suites, header matching, the data dictionary (``meta.columns``) and the report's labels
are all read from here; nothing declares a column a second time.
"""

from transforms.registry.inputs import INPUT_TABLES
from transforms.registry.model import Column, Enumeration, Identifier, Kind, Label, Table
from transforms.registry.outputs import OUTPUT_TABLES, output_table

__all__ = [
    "INPUT_TABLES",
    "OUTPUT_TABLES",
    "Column",
    "Enumeration",
    "Identifier",
    "Kind",
    "Label",
    "Table",
    "output_table",
]

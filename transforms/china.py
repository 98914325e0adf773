"""The platform's time zone: months and days are told in it, and times that name none are read in it."""

from typing import Final

#: DuckDB, Polars and Python know it by this name; it has had one offset since 1991.
TIME_ZONE: Final = "Asia/Shanghai"

"""Tables of employees: read, recognise the columns, check them in bulk, mark a copy.

>>> from medcab.tables import check_table, read_table                     # doctest: +SKIP
>>> result = check_table(read_table("employees.xlsx"))                    # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medcab.tables.check import Result, check_table
    from medcab.tables.readers import Table, read_table
    from medcab.tables.writers import write_table

__all__ = ["Result", "Table", "check_table", "read_table", "write_table"]

_HOMES = {
    "Result": "check",
    "check_table": "check",
    "Table": "readers",
    "read_table": "readers",
    "write_table": "writers",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        import importlib

        return getattr(importlib.import_module(f"medcab.tables.{_HOMES[name]}"), name)
    raise AttributeError(name)

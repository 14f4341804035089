"""Tables of employees: read, recognise the columns, check them in bulk, mark a copy.

>>> from medcab.tables import check_table, read_table                     # doctest: +SKIP
>>> result = check_table(read_table("employees.xlsx"))                    # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medcab.sheets import Table, read_table
    from medcab.tables.check import Result, check_table
    from medcab.tables.writers import write_table

__all__ = ["Result", "Table", "check_table", "read_table", "write_table"]

_HOMES = {
    "Result": "medcab.tables.check",
    "check_table": "medcab.tables.check",
    "Table": "medcab.sheets",
    "read_table": "medcab.sheets",
    "write_table": "medcab.tables.writers",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        import importlib

        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(name)

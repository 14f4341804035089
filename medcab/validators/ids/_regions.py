"""Codes of the subjects of the federation, in the two numberings that identifiers use."""

from __future__ import annotations

from typing import Final

__all__ = ["OKATO", "TAX"]

# Codes used by the Federal Tax Service, licences and vehicle plates (99 = inter-regional offices).
TAX: Final = frozenset(f"{n:02d}" for n in (*range(1, 96), 99))

# First two digits of OKATO / OKTMO (OK 019-95, OK 033-2013).
OKATO: Final = frozenset(f"{n:02d}" for n in range(1, 100)) - {
    "02",
    "06",
    "09",
    "13",
    "16",
    "31",
    "39",
    "48",
    "51",
    "59",
    "62",
    "72",
}

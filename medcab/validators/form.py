"""FRM and FLD rules; importing this module registers them all."""

from __future__ import annotations

from medcab.validators.formrules import directories, people, periods, presence, values

__all__ = ["directories", "people", "periods", "presence", "values"]

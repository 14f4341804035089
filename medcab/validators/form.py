"""FRM and FLD rules; importing this module registers them all."""

from __future__ import annotations

from medcab.validators.formrules import people, periods, presence, values

__all__ = ["people", "periods", "presence", "values"]

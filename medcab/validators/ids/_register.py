"""What ОГРН and ОГРНИП have in common: sign, year and region stand at the same places.

Source: order of the Ministry of Finance 165н of 30.10.2017, items 5-7.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from medcab.validators.ids._base import InvalidIdentifier, current_year
from medcab.validators.ids._regions import TAX

__all__ = ["demand_year_and_region", "parts", "prefix_sums", "region_warning"]


def demand_year_and_region(kind: str, text: str, digits: str, first: int, today: Any) -> None:
    """Demand that digits 2-3 are a year from ``first`` to now, and 4-5 a region.

    Raises:
        InvalidIdentifier: ``year`` or ``region``.
    """
    year, found = current_year(today), 2000 + int(digits[1:3])
    if not first <= found <= year:
        raise InvalidIdentifier(
            kind, "year", text, position=2, expected=f"{first}–{year}", found=found
        )
    if digits[3:5] == "00":
        raise InvalidIdentifier(kind, "region", text, position=4, found="00")


def prefix_sums(signs: str, first: int, weights: Sequence[int]) -> dict[str, int]:
    """Return the weighted sum of every possible beginning: sign, year since ``first``, region."""
    return {
        prefix: sum(w * int(d) for w, d in zip(weights, prefix, strict=True))
        for year in range(first - 2000, current_year() - 1999)
        for sign in signs
        for region in range(1, 100)
        for prefix in (f"{sign}{year:02d}{region:02d}",)
    }


def parts(text: str) -> dict[str, Any]:
    """Return ``sign``, ``year``, ``region``, ``record`` and ``check`` of a valid number."""
    return {
        "sign": text[0],
        "year": 2000 + int(text[1:3]),
        "region": text[3:5],
        "record": text[5:-1],
        "check": text[-1],
    }


def region_warning(kind: str, text: str) -> tuple[InvalidIdentifier, ...]:
    """Return a ``region`` warning where digits 4-5 are no known region."""
    if text[3:5] in TAX:
        return ()
    return (
        InvalidIdentifier(
            kind, "region", text, position=4, found=text[3:5], warning=True, suggestions=()
        ),
    )

"""The number of a record of a specialist's accreditation: 13 digits, ``RRYY 0NNNNNNNN``.

RR is the region or centre (77 for the federal centre), YY the year, then a serial number that
begins with 0. Accreditation began in 2016.

    >>> validate("7723 030000001")
    '7723 030000001'
    >>> is_valid("0023 030000001")
    False

Source: order of the Ministry of Health 1081н of 28.10.2022 (the record's number); the form of the
number is taken from published extracts.
"""

from __future__ import annotations

from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import (
    HYPHENS,
    SPACES,
    Identifier,
    InvalidIdentifier,
    current_year,
    digits_only,
    quick,
)
from medcab.validators.ids._regions import TAX

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "validate", "warnings"]

_KIND: Final = "accreditation_record"
_SEPARATORS: Final = SPACES + HYPHENS
_DROP: Final = {ord(char): None for char in _SEPARATORS}


def compact(text: str) -> str:
    """Return ``text`` without spaces and hyphens."""
    return text.translate(_DROP)


def validate(text: str, **_context: Any) -> str:
    """Return the number as ``RRYY NNNNNNNNN``.

    Raises:
        InvalidIdentifier: ``length``, ``chars``, ``shape``, ``all_zero``, ``region``…
    """
    digits = digits_only(_KIND, text, separators=_SEPARATORS)
    if len(digits) != 13:
        raise InvalidIdentifier(_KIND, "length", text, expected=13, found=len(digits))
    if len(text) != 13 and not (len(text) == 14 and text[4] in _SEPARATORS):
        raise InvalidIdentifier(_KIND, "shape", text, expected="NNNN NNNNNNNNN")
    if not digits.strip("0"):
        raise InvalidIdentifier(_KIND, "all_zero", text, suggestions=())
    if digits.startswith("00"):
        raise InvalidIdentifier(_KIND, "region", text, position=1, found="00", suggestions=())
    return format(digits)


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as ``RRYY NNNNNNNNN``."""
    digits = compact(text)
    return f"{digits[:4]} {digits[4:]}" if len(digits) == 13 else digits


def components(text: str) -> dict[str, Any]:
    """Return ``region``, ``year`` and ``serial``."""
    digits = compact(text)
    return {"region": digits[:2], "year": 2000 + int(digits[2:4]), "serial": digits[4:]}


def warnings(text: str, *, today: Any = None, **_context: Any) -> tuple[InvalidIdentifier, ...]:
    """Return ``region``, ``year`` and ``serial`` warnings: the form is known from practice only."""
    parts = components(text)
    year = current_year(today)
    found: list[InvalidIdentifier] = []
    if parts["region"] not in TAX:
        found.append(_doubt(text, "region", 1, None, parts["region"]))
    if not 2016 <= parts["year"] <= year:
        found.append(_doubt(text, "year", 3, f"2016–{year}", parts["year"]))
    if not parts["serial"].startswith("0"):
        found.append(_doubt(text, "serial", None, "0NNNNNNNN", parts["serial"]))
    return tuple(found)


def _doubt(
    text: str, code: str, position: int | None, expected: object, found: object
) -> InvalidIdentifier:
    return InvalidIdentifier(
        _KIND,
        code,
        text,
        position=position,
        expected=expected,
        found=found,
        warning=True,
        suggestions=(),
    )


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("Accreditation record"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    warnings=warnings,
    confidence="medium",
    lengths=(13,),
    numeric=True,
)

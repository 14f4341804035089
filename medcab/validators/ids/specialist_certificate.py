"""The number of a specialist's certificate (given out until 2021, valid 5 years): 13 digits.

Digits 1-2 are the group of the organisation, 3-4 the region, 5-6 the series of the blank (18 for
secondary, 24 for higher education), 7-13 the number. Spaces between these groups are allowed.

    >>> validate("0177240000001")
    '0177240000001'
    >>> is_valid("0100240000001")
    False

Source: order of the Ministry of Health 982н of 29.11.2012; the meaning of the digits is known from
practice, so findings about them are warnings.
"""

from __future__ import annotations

import re
from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import (
    SPACES,
    Identifier,
    InvalidIdentifier,
    digits_only,
    quick,
)
from medcab.validators.ids._regions import TAX

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "validate", "warnings"]

_KIND: Final = "specialist_certificate"
_S = f"[{SPACES}]"
_SHAPE = re.compile(f"[0-9]{{2}}{_S}?[0-9]{{2}}{_S}?[0-9]{{2}}{_S}?[0-9]{{7}}")


def compact(text: str) -> str:
    """Return ``text`` without spaces."""
    return text.translate({ord(char): None for char in SPACES})


def validate(text: str, **_context: Any) -> str:
    """Return the thirteen digits.

    Raises:
        InvalidIdentifier: ``length``, ``chars``, ``shape``, ``all_zero``; ``region`` (a warning)…
    """
    digits = digits_only(_KIND, text, separators=SPACES)
    if len(digits) != 13:
        raise InvalidIdentifier(_KIND, "length", text, expected=13, found=len(digits))
    if not _SHAPE.fullmatch(text):
        raise InvalidIdentifier(_KIND, "shape", text, expected="NNNNNNNNNNNNN")
    if not digits.strip("0"):
        raise InvalidIdentifier(_KIND, "all_zero", text, suggestions=())
    if digits[2:4] == "00":
        raise InvalidIdentifier(_KIND, "region", text, found="00", warning=True, suggestions=())
    return digits


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` without spaces."""
    return compact(text)


def components(text: str) -> dict[str, Any]:
    """Return ``group``, ``region``, ``series`` and ``number``."""
    digits = compact(text)
    return {
        "group": digits[:2],
        "region": digits[2:4],
        "series": digits[4:6],
        "number": digits[6:],
    }


def warnings(text: str, **_context: Any) -> tuple[InvalidIdentifier, ...]:
    """Return ``region`` and ``serial`` warnings for codes that are not known."""
    parts = components(text)
    found: list[InvalidIdentifier] = []
    if parts["region"] not in TAX:
        found.append(
            InvalidIdentifier(
                _KIND, "region", text, found=parts["region"], warning=True, suggestions=()
            )
        )
    if parts["series"] not in ("18", "24"):
        found.append(
            InvalidIdentifier(
                _KIND,
                "serial",
                text,
                expected="18, 24",
                found=parts["series"],
                warning=True,
                suggestions=(),
            )
        )
    return tuple(found)


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("Specialist's certificate"),
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

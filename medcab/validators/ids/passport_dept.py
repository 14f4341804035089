"""The code of the department that gave out a passport: ``NNN-NNN``.

Digits 1-2 are the region, digit 3 the level (0-1 ministry and service, 2 district, 3 division).

    >>> validate("770-001")
    '770-001'
    >>> is_valid("77-0001")
    False

Source: order of the Ministry of the Interior on the passport (773 of 16.11.2020), the blank.
"""

from __future__ import annotations

import re
from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import (
    HYPHENS,
    LOOKALIKE_DIGITS,
    Identifier,
    InvalidIdentifier,
    meant,
    quick,
    require_text,
)
from medcab.validators.ids._regions import TAX

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "validate", "warnings"]

_KIND: Final = "passport_dept"
_SHAPE = re.compile(f"[0-9]{{3}}[{HYPHENS}][0-9]{{3}}")


def compact(text: str) -> str:
    """Return the six digits without the hyphen."""
    return text.translate({ord(char): None for char in HYPHENS})


def validate(text: str, **_context: Any) -> str:
    """Return the code as ``NNN-NNN``.

    Raises:
        InvalidIdentifier: ``shape``, ``region``…
    """
    require_text(_KIND, text, 64)
    if not _SHAPE.fullmatch(text):
        at = next((i for i, c in enumerate(text, 1) if not ("0" <= c <= "9" or c in HYPHENS)), None)
        guess = format("".join(LOOKALIKE_DIGITS.get(c, c) for c in text.strip()))
        raise InvalidIdentifier(
            _KIND,
            "shape",
            text,
            position=at,
            expected="NNN-NNN",
            found=text[at - 1] if at else text,
            suggestions=meant(text, guess, "format", is_valid) if _SHAPE.fullmatch(guess) else (),
        )
    if text.startswith("00"):
        raise InvalidIdentifier(_KIND, "region", text, position=1, found="00", suggestions=())
    return format(text)


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as ``NNN-NNN``."""
    digits = compact(text)
    return f"{digits[:3]}-{digits[3:]}" if len(digits) == 6 else digits


def components(text: str) -> dict[str, Any]:
    """Return ``region``, ``level`` and ``number``."""
    digits = compact(text)
    return {"region": digits[:2], "level": digits[2], "number": digits[3:]}


def warnings(text: str, **_context: Any) -> tuple[InvalidIdentifier, ...]:
    """Return ``region`` and ``level`` warnings for codes that are not known."""
    parts = components(text)
    found: list[InvalidIdentifier] = []
    if parts["region"] not in TAX:
        found.append(
            InvalidIdentifier(
                _KIND,
                "region",
                text,
                position=1,
                found=parts["region"],
                warning=True,
                suggestions=(),
            )
        )
    if parts["level"] not in "0123":
        found.append(
            InvalidIdentifier(
                _KIND,
                "level",
                text,
                position=3,
                expected="0, 1, 2, 3",
                found=parts["level"],
                warning=True,
                suggestions=(),
            )
        )
    return tuple(found)


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("Code of the passport department"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    warnings=warnings,
    confidence="medium",
    lengths=(6,),
)

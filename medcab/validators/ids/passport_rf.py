"""Series and number of a Russian passport: 10 digits, written ``NN NN NNNNNN``.

Digits 1-2 are the subject in the numbering of ОКАТО, 3-4 the year of the blank (97-99, 00 to the
current year), 5-10 the number (from 000101). There is no check digit.

    >>> validate("4511 123456")
    '45 11 123456'
    >>> is_valid("45 11 12345")
    False

Source: regulation on the passport (decree 828 of 08.07.1997); order of the blanks' numbering.
"""

from __future__ import annotations

import re
from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import (
    SPACES,
    Identifier,
    InvalidIdentifier,
    current_year,
    digits_only,
    quick,
)
from medcab.validators.ids._regions import OKATO

__all__ = [
    "IDENTIFIER",
    "blank_year",
    "compact",
    "components",
    "format",
    "is_valid",
    "validate",
    "warnings",
]

_KIND: Final = "passport_rf"
_SEPARATORS: Final = SPACES + "№"
_DROP: Final = {ord(char): None for char in _SEPARATORS}
_S = f"[{SPACES}]"
_SHAPE = re.compile(f"[0-9]{{2}}{_S}?[0-9]{{2}}{_S}?(?:№{_S}?)?[0-9]{{6}}")


def blank_year(digits: str) -> int:
    """Return the year of the blank that digits 3-4 name."""
    two = int(digits[2:4])
    return 1900 + two if two >= 97 else 2000 + two


def compact(text: str) -> str:
    """Return ``text`` without spaces and «№»."""
    return text.translate(_DROP)


def validate(text: str, *, today: Any = None, **_context: Any) -> str:
    """Return the number as ``NN NN NNNNNN``.

    Args:
        text: the value.
        today: a date the blank must not be after; the clock's when None.

    Raises:
        InvalidIdentifier: ``length``, ``chars``, ``shape``, ``all_zero``, ``region``,
            ``blank_year``, ``range``…
    """
    digits = digits_only(_KIND, text, separators=_SEPARATORS)
    if len(digits) != 10:
        raise InvalidIdentifier(_KIND, "length", text, expected=10, found=len(digits))
    if not _SHAPE.fullmatch(text):
        raise InvalidIdentifier(_KIND, "shape", text, expected="NN NN NNNNNN")
    if digits == "0000000000":
        raise InvalidIdentifier(_KIND, "all_zero", text, suggestions=())
    if digits.startswith("00"):
        raise InvalidIdentifier(_KIND, "region", text, position=1, found="00", suggestions=())
    year = current_year(today)
    if blank_year(digits) > year:
        raise InvalidIdentifier(
            _KIND,
            "blank_year",
            text,
            expected=f"1997–{year}",
            found=digits[2:4],
            suggestions=(),
        )
    if int(digits[4:]) <= 100:
        raise InvalidIdentifier(
            _KIND, "range", text, expected="> 000100", found=digits[4:], suggestions=()
        )
    return format(digits)


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as ``NN NN NNNNNN``."""
    digits = compact(text)
    return f"{digits[:2]} {digits[2:4]} {digits[4:]}" if len(digits) == 10 else digits


def components(text: str) -> dict[str, Any]:
    """Return ``series``, ``number``, ``region`` (ОКАТО) and ``blank_year``."""
    digits = compact(text)
    return {
        "series": digits[:4],
        "number": digits[4:],
        "region": digits[:2],
        "blank_year": blank_year(digits),
    }


def warnings(text: str, **_context: Any) -> tuple[InvalidIdentifier, ...]:
    """Return a ``region`` warning where the first two digits are no subject in ОКАТО."""
    region = compact(text)[:2]
    if region in OKATO:
        return ()
    return (
        InvalidIdentifier(
            _KIND, "region", text, position=1, found=region, warning=True, suggestions=()
        ),
    )


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("Passport"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    warnings=warnings,
    confidence="medium",
    lengths=(10,),
    numeric=True,
)

"""ОГРН, the main state registration number of an organisation: 13 digits.

Digit 1 is 1 or 5 (numbers of other records of the register, ГРН, begin with 2, 6, 7, 8, 9),
digits 2-3 are the year of the record (from 02), 4-5 the region, and the last digit is the first
twelve as one number modulo 11, modulo 10.

    >>> validate("1027700132195")
    '1027700132195'
    >>> is_valid("2157777659532")
    False

Source: order of the Ministry of Finance 165н of 30.10.2017, items 5-7.
"""

from __future__ import annotations

from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import Identifier, InvalidIdentifier, digits_only
from medcab.validators.ids._groups import weighted
from medcab.validators.ids._register import (
    demand_year_and_region,
    parts,
    prefix_sums,
    region_warning,
)

__all__ = [
    "IDENTIFIER",
    "check_digit",
    "compact",
    "components",
    "format",
    "is_valid",
    "validate",
    "warnings",
]

_KIND: Final = "ogrn"

# Powers of ten modulo 11: the remainder of the whole number is that of the weighted sum.
_WEIGHTS: Final = tuple(pow(10, 11 - at, 11) for at in range(12))
_PREFIX: Final[dict[str, int]] = {}
_B: Final = weighted(*_WEIGHTS[5:8])
_C: Final = weighted(*_WEIGHTS[8:11])
_D: Final = weighted(*_WEIGHTS[11:])
_CHECK: Final = tuple(str(total % 11 % 10) for total in range(9 * sum(_WEIGHTS) + 1))


def check_digit(twelve: str) -> str:
    """Return the check digit that belongs to the first twelve digits."""
    return str(int(twelve) % 11 % 10)


def compact(text: str) -> str:
    """Return ``text`` as it is: the number has no separators."""
    return text


def validate(text: str, *, today: Any = None, **_context: Any) -> str:
    """Return the thirteen digits.

    Args:
        text: the value.
        today: a date: the year in the number must not be after it; the clock's when None.

    Raises:
        InvalidIdentifier: ``length``, ``chars``, ``first_digit``, ``grn_not_ogrn``, ``checksum``,
            ``year``, ``region``…
    """
    digits = digits_only(_KIND, text)
    if len(digits) != 13:
        raise InvalidIdentifier(_KIND, "length", text, expected=13, found=len(digits))
    first = digits[0]
    if first not in "15":
        code = "grn_not_ogrn" if first in "26789" else "first_digit"
        raise InvalidIdentifier(_KIND, code, text, position=1, expected="1, 5", found=first)
    expected = check_digit(digits[:12])
    if expected != digits[12]:
        raise InvalidIdentifier(
            _KIND, "checksum", text, position=13, expected=expected, found=digits[12]
        )
    demand_year_and_region(_KIND, text, digits, 2002, today)
    return digits


def is_valid(text: Any) -> bool:
    """Tell whether ``text`` is a valid ОГРН today."""
    try:
        total = _PREFIX[text[:5]] + _B[text[5:8]] + _C[text[8:11]] + _D[text[11:12]]
        right: bool = _CHECK[total] == text[12:]
        return right
    except (KeyError, TypeError):
        if not _PREFIX:
            # In a new year the slow way helps until the restart.
            _PREFIX.update(prefix_sums("15", 2002, _WEIGHTS[:5]))
            return is_valid(text)
    try:
        validate(text)
    except InvalidIdentifier:
        return False
    return True


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as it is."""
    return text


def components(text: str) -> dict[str, Any]:
    """Return ``sign``, ``year``, ``region``, ``record`` and ``check``."""
    return parts(text)


def warnings(text: str, **_context: Any) -> tuple[InvalidIdentifier, ...]:
    """Return a ``region`` warning where digits 4-5 are no known region."""
    return region_warning(_KIND, text)


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("OGRN"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    warnings=warnings,
    lengths=(13,),
    numeric=True,
)

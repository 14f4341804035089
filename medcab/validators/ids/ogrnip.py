"""ОГРНИП, the main state registration number of an individual entrepreneur: 15 digits.

Digit 1 is 3 (4 begins numbers of other records, ГРНИП), digits 2-3 are the year (from 04), 4-5
the region, and the last digit is the lowest digit of the remainder of the first fourteen as one
number divided by 13. Checkers that forget the lowest digit refuse 22.9 % of valid numbers.

    >>> validate("307760324100018")
    '307760324100018'
    >>> is_valid("420772655463791")
    False

Source: order of the Ministry of Finance 165н of 30.10.2017, item 7.
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

_KIND: Final = "ogrnip"

# Powers of ten modulo 13: the remainder of the whole number is that of the weighted sum.
_WEIGHTS: Final = tuple(pow(10, 13 - at, 13) for at in range(14))
_PREFIX: Final[dict[str, int]] = {}
_B: Final = weighted(*_WEIGHTS[5:8])
_C: Final = weighted(*_WEIGHTS[8:11])
_D: Final = weighted(*_WEIGHTS[11:])
_CHECK: Final = tuple(str(total % 13 % 10) for total in range(9 * sum(_WEIGHTS) + 1))


def check_digit(fourteen: str) -> str:
    """Return the check digit that belongs to the first fourteen digits."""
    return str(int(fourteen) % 13 % 10)


def compact(text: str) -> str:
    """Return ``text`` as it is: the number has no separators."""
    return text


def validate(text: str, *, today: Any = None, **_context: Any) -> str:
    """Return the fifteen digits.

    Args:
        text: the value.
        today: a date: the year in the number must not be after it; the clock's when None.

    Raises:
        InvalidIdentifier: ``length``, ``chars``, ``first_digit``, ``grnip_not_ogrnip``,
            ``checksum``, ``year``, ``region``…
    """
    digits = digits_only(_KIND, text)
    if len(digits) != 15:
        raise InvalidIdentifier(_KIND, "length", text, expected=15, found=len(digits))
    first = digits[0]
    if first != "3":
        code = "grnip_not_ogrnip" if first == "4" else "first_digit"
        raise InvalidIdentifier(_KIND, code, text, position=1, expected="3", found=first)
    expected = check_digit(digits[:14])
    if expected != digits[14]:
        raise InvalidIdentifier(
            _KIND, "checksum", text, position=15, expected=expected, found=digits[14]
        )
    demand_year_and_region(_KIND, text, digits, 2004, today)
    return digits


def is_valid(text: Any) -> bool:
    """Tell whether ``text`` is a valid ОГРНИП today."""
    try:
        total = _PREFIX[text[:5]] + _B[text[5:8]] + _C[text[8:11]] + _D[text[11:14]]
        right: bool = _CHECK[total] == text[14:]
        return right
    except (KeyError, TypeError):
        if not _PREFIX:
            # In a new year the slow way helps until the restart.
            _PREFIX.update(prefix_sums("3", 2004, _WEIGHTS[:5]))
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
    N_("OGRNIP"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    warnings=warnings,
    lengths=(15,),
    numeric=True,
)

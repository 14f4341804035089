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
from medcab.validators.ids._base import Identifier, InvalidIdentifier, current_year, digits_only
from medcab.validators.ids._regions import TAX

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
    year = current_year(today)
    if not 2004 <= 2000 + int(digits[1:3]) <= year:
        raise InvalidIdentifier(
            _KIND,
            "year",
            text,
            position=2,
            expected=f"2004–{year}",
            found=2000 + int(digits[1:3]),
        )
    if digits[3:5] == "00":
        raise InvalidIdentifier(_KIND, "region", text, position=4, found="00")
    return digits


def is_valid(text: Any) -> bool:
    """Tell whether ``text`` is a valid ОГРНИП today."""
    try:
        if not (len(text) == 15 and text.isascii() and text.isdecimal() and text[0] == "3"):
            return False
        number, check = divmod(int(text), 10)
    except (AttributeError, TypeError, ValueError):
        return False
    return (
        number % 13 % 10 == check
        and 4 <= int(text[1:3]) <= current_year() - 2000
        and text[3:5] != "00"
    )


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as it is."""
    return text


def components(text: str) -> dict[str, Any]:
    """Return ``sign``, ``year``, ``region``, ``record`` and ``check``."""
    return {
        "sign": text[0],
        "year": 2000 + int(text[1:3]),
        "region": text[3:5],
        "record": text[5:14],
        "check": text[14:],
    }


def warnings(text: str, **_context: Any) -> tuple[InvalidIdentifier, ...]:
    """Return a ``region`` warning where digits 4-5 are no known region."""
    if text[3:5] in TAX:
        return ()
    return (
        InvalidIdentifier(
            _KIND, "region", text, position=4, found=text[3:5], warning=True, suggestions=()
        ),
    )


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

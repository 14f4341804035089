"""БИК, the identification code of a bank: 9 digits, the first is 0, 1 or 2.

04 begins the codes of banks and of the Bank of Russia, 00, 01 and 02 those of the treasury's
offices (checkers that want 04 refuse these). There is no check digit. A spreadsheet drops the
leading zero: then eight digits are left, and the value is suggested with it.

    >>> validate("044525225")
    '044525225'
    >>> is_valid("44525225")
    False

Source: Bank of Russia regulation 732-П of 24.09.2020, appendix on the directory of БИК.
"""

from __future__ import annotations

from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import Identifier, InvalidIdentifier, digits_only, quick

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "validate"]

_KIND: Final = "bik"


def compact(text: str) -> str:
    """Return ``text`` as it is: the code has no separators."""
    return text


def validate(text: str, **_context: Any) -> str:
    """Return the nine digits.

    Raises:
        InvalidIdentifier: ``length``, ``chars``, ``all_zero``, ``first_digit``…
    """
    digits = digits_only(_KIND, text)
    if len(digits) != 9:
        raise InvalidIdentifier(_KIND, "length", text, expected=9, found=len(digits))
    if digits == "000000000":
        raise InvalidIdentifier(_KIND, "all_zero", text, suggestions=())
    if digits[0] not in "012":
        raise InvalidIdentifier(
            _KIND,
            "first_digit",
            text,
            position=1,
            expected="0, 1, 2",
            found=digits[0],
            suggestions=(),
        )
    return digits


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as it is."""
    return text


def components(text: str) -> dict[str, Any]:
    """Return ``country``, ``region`` (ОКАТО), ``division``, ``number`` and ``treasury``."""
    return {
        "country": text[:2],
        "region": text[2:4],
        "division": text[4:6],
        "number": text[6:],
        "treasury": text[:2] in ("00", "01", "02"),
    }


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("BIK"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    lengths=(9,),
    numeric=True,
)

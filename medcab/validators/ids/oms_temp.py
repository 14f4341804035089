"""The number of a temporary certificate of medical insurance: 9 digits, no check digit.

Since 2022 they are seldom given. Eleven digits on a plastic card are the number of its blank, and
sixteen are the ЕНП: neither is this number.

    >>> validate("001234567")
    '001234567'
    >>> is_valid("000000000")
    False

Source: classifier of policy types of the Federal insurance fund (F008).
"""

from __future__ import annotations

from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import Identifier, InvalidIdentifier, digits_only, quick

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "validate"]

_KIND: Final = "oms_temp"


def compact(text: str) -> str:
    """Return ``text`` as it is: the number has no separators."""
    return text


def validate(text: str, **_context: Any) -> str:
    """Return the nine digits.

    Raises:
        InvalidIdentifier: ``length``, ``chars``, ``all_zero``…
    """
    digits = digits_only(_KIND, text)
    if len(digits) != 9:
        raise InvalidIdentifier(_KIND, "length", text, expected=9, found=len(digits))
    if digits == "000000000":
        raise InvalidIdentifier(_KIND, "all_zero", text, suggestions=())
    return digits


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as it is."""
    return text


def components(text: str) -> dict[str, Any]:
    """Return ``number``."""
    return {"number": text}


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("Temporary insurance certificate"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    confidence="medium",
    lengths=(9,),
    numeric=True,
)

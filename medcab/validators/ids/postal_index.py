"""A Russian postal index: 6 digits, the first is 1, 2, 3, 4 or 6.

    >>> validate("101000")
    '101000'
    >>> is_valid("501000")
    False

Source: the postal service's directory of offices (101000-694923).
"""

from __future__ import annotations

from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import Identifier, InvalidIdentifier, digits_only, quick

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "validate"]

_KIND: Final = "postal_index"


def compact(text: str) -> str:
    """Return ``text`` as it is: the index has no separators."""
    return text


def validate(text: str, **_context: Any) -> str:
    """Return the six digits.

    Raises:
        InvalidIdentifier: ``length``, ``chars``, ``range``…
    """
    digits = digits_only(_KIND, text)
    if len(digits) != 6:
        raise InvalidIdentifier(_KIND, "length", text, expected=6, found=len(digits))
    if not ("101000" <= digits <= "499999" or "600000" <= digits <= "694999"):
        raise InvalidIdentifier(
            _KIND,
            "range",
            text,
            position=1,
            expected="101000–499999, 600000–694999",
            found=digits,
            suggestions=(),
        )
    return digits


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as it is."""
    return text


def components(text: str) -> dict[str, Any]:
    """Return ``area`` (the first three digits) and ``office``."""
    return {"area": text[:3], "office": text[3:]}


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("Postal index"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    lengths=(6,),
    numeric=True,
)

"""A Russian telephone number: ten digits of the national number.

``+7`` or ``8`` before it is taken off; brackets, hyphens of any kind, spaces and no-break spaces
are allowed. The national number begins with 3, 4, 8 or 9 (6 and 7 are Kazakhstan).

    >>> validate("+7 (916) 123-45-67")
    '9161234567'
    >>> format("9161234567")
    '+7 (916) 123-45-67'
    >>> is_valid("+380501234567")
    False

Source: the numbering plan of the Russian Federation (order of the Ministry of Digital
Development 25.04.2022 № 353); the portal wants exactly ten digits.
"""

from __future__ import annotations

from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import (
    HYPHENS,
    SPACES,
    Identifier,
    InvalidIdentifier,
    digits_only,
    quick,
    require_text,
)

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "validate"]

_KIND: Final = "phone"
_SEPARATORS: Final = HYPHENS + SPACES + "()"
_DROP: Final = {ord(char): None for char in _SEPARATORS}


def compact(text: str) -> str:
    """Return the national number: no separators, no ``+7`` or ``8``."""
    bare = text.translate(_DROP)
    if bare.startswith("+7") and len(bare) == 12:
        return bare[2:]
    if len(bare) == 11 and bare[0] in "78":
        return bare[1:]
    return bare


def validate(text: str, **_context: Any) -> str:
    """Return the ten digits of the national number.

    Raises:
        InvalidIdentifier: ``chars``, ``length``, ``country``, ``area_code``, ``shape``…
    """
    require_text(_KIND, text, 40)
    plus = text.startswith("+")
    body = text[1:] if plus else text
    if not plus and body.startswith("(") and body.count("(") == 1:
        body = body[1:]  # "(916) 123-45-67": the bracket may open the number
    try:
        digits = digits_only(_KIND, body, separators=_SEPARATORS)
    except InvalidIdentifier as error:
        shift = len(text) - len(body)
        if shift == 0 or error.position is None:
            raise
        raise InvalidIdentifier(
            _KIND,
            error.code,
            text,
            position=error.position + shift,
            expected=error.expected,
            found=error.found,
            template=error.template,
        ) from None
    if plus and not digits.startswith("7"):
        raise InvalidIdentifier(
            _KIND, "country", text, position=2, expected="+7", found=f"+{digits[:3]}"
        )
    if len(digits) == 11 and digits[0] in ("7" if plus else "78"):
        digits = digits[1:]
    elif plus or len(digits) != 10:
        raise InvalidIdentifier(
            _KIND, "length", text, expected="11" if plus else "10", found=len(digits)
        )
    if not _balanced(text):
        raise InvalidIdentifier(_KIND, "shape", text, expected="+7 (NNN) NNN-NN-NN")
    if digits[0] not in "3489":
        raise InvalidIdentifier(
            _KIND, "area_code", text, expected="3, 4, 8, 9", found=digits[:3], suggestions=()
        )
    return digits


def _balanced(text: str) -> bool:
    opened, closed = text.count("("), text.count(")")
    return opened == closed <= 1 and text.find("(") <= text.find(")")


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as ``+7 (NNN) NNN-NN-NN``."""
    digits = compact(text)
    if len(digits) != 10:
        return digits
    return f"+7 ({digits[:3]}) {digits[3:6]}-{digits[6:8]}-{digits[8:]}"


def components(text: str) -> dict[str, Any]:
    """Return ``code``, ``number`` and ``mobile``."""
    digits = compact(text)
    return {"code": digits[:3], "number": digits[3:], "mobile": digits.startswith("9")}


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("Telephone number"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    lengths=(10,),
    numeric=True,
)

"""ОКПО, the code of an enterprise: 8 digits (organisation), 10 (entrepreneur), 14 (branch).

The last digit checks the others: weights 1 to 10 in a circle, the sum modulo 11; when it is 10,
once more with weights from 3 (3…10, 1, 2); when it is 10 again, the check digit is 0. A code of a
branch (14 digits) begins with the code of its organisation, whose own check digit is checked.

    >>> validate("00032537")
    '00032537'
    >>> is_valid("87418083")
    False

Source: ПР 50.1.024-2005, appendix В.
"""

from __future__ import annotations

from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import Identifier, InvalidIdentifier, digits_only, quick

__all__ = ["IDENTIFIER", "check_digit", "compact", "components", "format", "is_valid", "validate"]

_KIND: Final = "okpo"
_LENGTHS: Final = (8, 10, 14)


def check_digit(body: str) -> str:
    """Return the check digit that belongs to ``body``."""
    for start in (0, 2):
        rest = sum(((at + start) % 10 + 1) * int(digit) for at, digit in enumerate(body)) % 11
        if rest < 10:
            return str(rest)
    return "0"


def compact(text: str) -> str:
    """Return ``text`` as it is: the code has no separators."""
    return text


def validate(text: str, **_context: Any) -> str:
    """Return the digits.

    Raises:
        InvalidIdentifier: ``length``, ``chars``, ``all_zero``, ``checksum``…
    """
    digits = digits_only(_KIND, text)
    if len(digits) not in _LENGTHS:
        raise InvalidIdentifier(_KIND, "length", text, expected="8, 10, 14", found=len(digits))
    if not digits.strip("0"):
        raise InvalidIdentifier(_KIND, "all_zero", text, suggestions=())
    own = digits[:8] if len(digits) == 14 else digits
    expected = check_digit(own[:-1])
    if expected != own[-1]:
        raise InvalidIdentifier(
            _KIND, "checksum", text, position=len(own), expected=expected, found=own[-1]
        )
    return digits


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as it is."""
    return text


def components(text: str) -> dict[str, Any]:
    """Return ``holder`` (``organisation``, ``entrepreneur``, ``branch``), ``number``, ``check``."""
    holder = {8: "organisation", 10: "entrepreneur"}.get(len(text), "branch")
    own = text[:8] if holder == "branch" else text
    return {"holder": holder, "number": own[:-1], "check": own[-1], "branch": text[8:] or None} | (
        {} if holder == "branch" else {"branch": None}
    )


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("OKPO"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    lengths=_LENGTHS,
    numeric=True,
)

"""СНИЛС, the insurance number of a personal account (11 digits, two of them check digits).

The check number is the sum of the first nine digits weighted 9 to 1, modulo 101, where 100 is
written 00. Numbers up to 001-001-998 were given out before the check number existed and are not
checked. The groups are 3-3-3-2; hyphens of any kind, spaces and no-break spaces separate them.

    >>> validate("112-233-445 95")
    '112-233-445 95'
    >>> compact("112-233-445 95")
    '11223344595'
    >>> is_valid("112-233-445 96")
    False
    >>> is_valid("000-000-000 00")
    False

Source: the Social Fund's order of giving numbers (section 8); SEMD schematron of the Ministry of
Health (000-000-000 00 is refused).
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
)
from medcab.validators.ids._groups import weighted

__all__ = ["IDENTIFIER", "check_number", "compact", "components", "format", "is_valid", "validate"]

_KIND: Final = "snils"
_SEPARATORS: Final = HYPHENS + SPACES
_UNCHECKED: Final = 1001998

# Numbers below 002-... take the slow way: zeros only, and the range without a check number.
_A: Final = weighted(9, 8, 7, skip=("000", "001"))
_B: Final = weighted(6, 5, 4)
_C: Final = weighted(3, 2, 1)
_CHECK: Final = tuple(f"{total % 101 % 100:02d}" for total in range(9 * 45 + 1))


def check_number(nine: str) -> str:
    """Return the two check digits that belong to the first nine digits."""
    return _CHECK[sum(int(digit) * (9 - at) for at, digit in enumerate(nine))]


def compact(text: str) -> str:
    """Return ``text`` without hyphens and spaces."""
    return text.translate(_DROP)


_DROP: Final = {ord(char): None for char in _SEPARATORS}


def validate(text: str, **_context: Any) -> str:
    """Return the number as ``NNN-NNN-NNN NN``.

    Raises:
        InvalidIdentifier: ``length``, ``chars``, ``shape``, ``all_zero``, ``checksum``…
    """
    digits = digits_only(_KIND, text, separators=_SEPARATORS)
    if len(digits) != 11:
        raise InvalidIdentifier(_KIND, "length", text, expected=11, found=len(digits))
    if len(text) != 11 and not (
        len(text) == 14
        and text[3] in _SEPARATORS
        and text[7] in _SEPARATORS
        and text[11] in _SEPARATORS
    ):
        raise InvalidIdentifier(_KIND, "shape", text, expected="NNN-NNN-NNN NN")
    if digits == "00000000000":
        raise InvalidIdentifier(_KIND, "all_zero", text, suggestions=())
    if int(digits[:9]) > _UNCHECKED:
        expected = check_number(digits[:9])
        if expected != digits[9:]:
            raise InvalidIdentifier(
                _KIND,
                "checksum",
                text,
                position=len(text) - 1,
                expected=expected,
                found=digits[9:],
            )
    return format(digits)


def is_valid(text: Any) -> bool:
    """Tell whether ``text`` is a valid СНИЛС."""
    try:
        if len(text) == 11:
            right: bool = _CHECK[_A[text[:3]] + _B[text[3:6]] + _C[text[6:9]]] == text[9:]
            return right
        if text[3] == text[7] == "-" and text[11] == " " and len(text) == 14:
            grouped: bool = _CHECK[_A[text[:3]] + _B[text[4:7]] + _C[text[8:11]]] == text[12:]
            return grouped
    except (KeyError, TypeError, IndexError):
        pass
    try:
        validate(text)
    except InvalidIdentifier:
        return False
    return True


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as ``NNN-NNN-NNN NN``; anything but 11 characters is returned compact."""
    digits = compact(text)
    if len(digits) != 11:
        return digits
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}"


def components(text: str) -> dict[str, Any]:
    """Return ``number``, ``check`` and whether the check number is defined for it."""
    digits = compact(text)
    return {
        "number": digits[:9],
        "check": digits[9:],
        "checked": int(digits[:9]) > _UNCHECKED,
    }


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("SNILS"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    lengths=(11,),
    numeric=True,
)

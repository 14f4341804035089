"""ЕНП, the number of a policy of compulsory medical insurance: 16 digits.

Digits 1-2 are the subject of the federation; 3-10 hold the date of birth and the sex: each digit
of month (+20 up to 1950, +40 for 1951-2000), year written backwards and day (+50 for men) is
taken from 9; 11-15 are a serial number; 16 is a check digit (Mod 10 of HL7, the same as Luhn).

    >>> validate("7752410834001238")
    '7752410834001238'
    >>> components("7752410834001238")["birth_date"], components("7752410834001238")["sex"]
    ('15.07.1985', 'М')
    >>> is_valid("7799410834001233")
    False

Source: rules of compulsory medical insurance (order 108н of 28.02.2019), form of the number;
ISO/HL7 27931, Mod10.
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

__all__ = [
    "IDENTIFIER",
    "birth",
    "check_digit",
    "compact",
    "components",
    "format",
    "is_valid",
    "validate",
]

_KIND: Final = "enp"
_SEPARATORS: Final = SPACES + HYPHENS
_DROP: Final = {ord(char): None for char in _SEPARATORS}
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# Luhn: every second digit is doubled and its digits added. Two shapes of a group of three.
_PAIR: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def _luhn(doubled: tuple[bool, ...]) -> dict[str, int]:
    table = weighted(*(0,) * len(doubled))
    return {
        text: sum(
            _PAIR[int(c)] if twice else int(c) for c, twice in zip(text, doubled, strict=True)
        )
        for text in table
    }


_ODD: Final = _luhn((True, False, True))
_EVEN: Final = _luhn((False, True, False))
_CHECK: Final = tuple(str(-total % 10) for total in range(9 * 15 + 1))


def check_digit(fifteen: str) -> str:
    """Return the check digit that belongs to the first fifteen digits."""
    return _CHECK[sum(_PAIR[int(d)] if at % 2 == 0 else int(d) for at, d in enumerate(fifteen))]


def birth(digits: str) -> tuple[int, int, int, str] | None:
    """Return (day, month, year, sex) that digits 3-10 hold, or None when they hold no date."""
    month, day = 99 - int(digits[2:4]), 99 - int(digits[8:10])
    year = int("".join(str(9 - int(digit)) for digit in reversed(digits[4:8])))
    sex = "Ж"
    if day > 50:
        day, sex = day - 50, "М"
    month -= 20 if year <= 1950 else 40 if year <= 2000 else 0
    if not (1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] and 1880 <= year <= 2100):
        return None
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return None if month == 2 and day == 29 and not leap else (day, month, year, sex)


def compact(text: str) -> str:
    """Return ``text`` without spaces and hyphens."""
    return text.translate(_DROP)


def validate(text: str, **_context: Any) -> str:
    """Return the sixteen digits.

    Raises:
        InvalidIdentifier: ``length``, ``chars``, ``shape``, ``all_zero``, ``checksum``,
            ``date_code``, ``region``…
    """
    digits = digits_only(_KIND, text, separators=_SEPARATORS)
    if len(digits) != 16:
        raise InvalidIdentifier(_KIND, "length", text, expected=16, found=len(digits))
    if len(text) != 16 and not (
        len(text) == 19 and all(text[at] in _SEPARATORS for at in (4, 9, 14))
    ):
        raise InvalidIdentifier(_KIND, "shape", text, expected="NNNN NNNN NNNN NNNN")
    if digits == "0" * 16:
        raise InvalidIdentifier(_KIND, "all_zero", text, suggestions=())
    expected = check_digit(digits[:15])
    if expected != digits[15]:
        raise InvalidIdentifier(
            _KIND, "checksum", text, position=len(text), expected=expected, found=digits[15]
        )
    if birth(digits) is None:
        raise InvalidIdentifier(
            _KIND,
            "date_code",
            text,
            position=3 if len(text) == 16 else None,
            found=digits[2:10],
            suggestions=(),
        )
    if digits.startswith("00"):
        raise InvalidIdentifier(_KIND, "region", text, position=1, found="00", suggestions=())
    return digits


def is_valid(text: Any) -> bool:
    """Tell whether ``text`` is a valid ЕНП."""
    try:
        total = (
            _ODD[text[:3]]
            + _EVEN[text[3:6]]
            + _ODD[text[6:9]]
            + _EVEN[text[9:12]]
            + _ODD[text[12:15]]
        )
        if _CHECK[total] == text[15:]:
            return text[:2] != "00" and birth(text) is not None
        if len(text) == 16:
            return False
    except (KeyError, TypeError):
        pass
    try:
        validate(text)
    except InvalidIdentifier:
        return False
    return True


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as sixteen digits without separators, as forms take it."""
    return compact(text)


def components(text: str) -> dict[str, Any]:
    """Return ``region``, ``birth_date``, ``sex`` (М or Ж), ``serial`` and ``check``."""
    digits = compact(text)
    found = birth(digits)
    return {
        "region": digits[:2],
        "birth_date": f"{found[0]:02d}.{found[1]:02d}.{found[2]:04d}" if found else None,
        "sex": found[3] if found else None,
        "serial": digits[10:15],
        "check": digits[15:],
    }


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("Policy number (ENP)"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    lengths=(16,),
    numeric=True,
)

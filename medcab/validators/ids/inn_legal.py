"""ИНН of an organisation: 10 digits, the last one is the check digit.

The check digit is the sum of the first nine weighted 2, 4, 10, 3, 5, 9, 4, 6, 8, modulo 11,
modulo 10. The first two digits are a region of the tax service; 00 does not exist, 9909 is for
foreign organisations. Because 10 and 0 give the same check digit, about 1.5 % of single wrong
digits pass: that is how the number is made.

    >>> validate("7707083893")
    '7707083893'
    >>> is_valid("7707083894")
    False
    >>> is_valid("0006720118")
    False

Source: order of the Federal Tax Service ММВ-7-6/435@ of 29.06.2012.
"""

from __future__ import annotations

from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import Identifier, InvalidIdentifier, digits_only
from medcab.validators.ids._groups import weighted
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

_KIND: Final = "inn_legal"
_A: Final = weighted(2, 4, 10, skip=("00",))
_B: Final = weighted(3, 5, 9)
_C: Final = weighted(4, 6, 8)
_CHECK: Final = tuple(str(total % 11 % 10) for total in range(9 * 51 + 1))


def check_digit(nine: str) -> str:
    """Return the check digit that belongs to the first nine digits."""
    return _CHECK[sum(w * int(d) for w, d in zip((2, 4, 10, 3, 5, 9, 4, 6, 8), nine, strict=True))]


def compact(text: str) -> str:
    """Return ``text`` as it is: an ИНН has no separators."""
    return text


def validate(text: str, **_context: Any) -> str:
    """Return the ten digits.

    Raises:
        InvalidIdentifier: ``length``, ``chars``, ``all_zero``, ``checksum``, ``region``…
    """
    digits = digits_only(_KIND, text)
    if len(digits) != 10:
        raise InvalidIdentifier(_KIND, "length", text, expected=10, found=len(digits))
    if digits == "0000000000":
        raise InvalidIdentifier(_KIND, "all_zero", text, suggestions=())
    expected = check_digit(digits[:9])
    if expected != digits[9]:
        raise InvalidIdentifier(
            _KIND, "checksum", text, position=10, expected=expected, found=digits[9]
        )
    if digits.startswith("00"):
        raise InvalidIdentifier(_KIND, "region", text, position=1, found="00")
    return digits


def is_valid(text: Any) -> bool:
    """Tell whether ``text`` is a valid ИНН of an organisation."""
    try:
        return _CHECK[_A[text[:3]] + _B[text[3:6]] + _C[text[6:9]]] == text[9:] and len(text) == 10
    except (KeyError, TypeError):
        return False


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as it is."""
    return text


def components(text: str) -> dict[str, Any]:
    """Return ``region``, ``tax_office``, ``number``, ``check`` and ``foreign``."""
    return {
        "region": text[:2],
        "tax_office": text[:4],
        "number": text[4:9],
        "check": text[9:],
        "foreign": text.startswith("9909"),
    }


def warnings(text: str, **_context: Any) -> tuple[InvalidIdentifier, ...]:
    """Return a ``region`` warning where the first two digits are no known region."""
    if text[:2] in TAX:
        return ()
    return (
        InvalidIdentifier(
            _KIND, "region", text, position=1, found=text[:2], warning=True, suggestions=()
        ),
    )


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("INN of an organisation"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    warnings=warnings,
    lengths=(10,),
    numeric=True,
)

"""ИНН of a person or an individual entrepreneur: 12 digits, the last two are check digits.

Digit 11 checks the first ten (weights 7, 2, 4, 10, 3, 5, 9, 4, 6, 8), digit 12 the first eleven
(weights 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8); both are taken modulo 11, modulo 10, and both count.

    >>> validate("500100732259")
    '500100732259'
    >>> is_valid("771390870404")
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
    "check_digits",
    "compact",
    "components",
    "format",
    "is_valid",
    "validate",
    "warnings",
]

_KIND: Final = "inn_person"
_W11: Final = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_W12: Final = (3, *_W11)


# Both sums travel in one integer: the first in the low ten bits, the second above them.
def _packed(*at: int) -> dict[str, int]:
    weights = tuple((_W11[i] if i < 10 else 0) + ((_W12[i] if i < 11 else 0) << 10) for i in at)
    return weighted(*weights, skip=("00",) if at[0] == 0 else ())


_A: Final = _packed(0, 1, 2)
_B: Final = _packed(3, 4, 5)
_C: Final = _packed(6, 7, 8)
_D: Final = _packed(9, 10, 11)
_CHECK: Final = tuple(str(total % 11 % 10) for total in range(1024))


def check_digits(ten: str) -> str:
    """Return the two check digits that belong to the first ten digits."""
    first = _CHECK[sum(w * int(d) for w, d in zip(_W11, ten, strict=True))]
    second = _CHECK[sum(w * int(d) for w, d in zip(_W12, ten + first, strict=True))]
    return first + second


def compact(text: str) -> str:
    """Return ``text`` as it is: an ИНН has no separators."""
    return text


def validate(text: str, **_context: Any) -> str:
    """Return the twelve digits.

    Raises:
        InvalidIdentifier: ``length``, ``chars``, ``all_zero``, ``checksum_11``, ``checksum_12``,
            ``region``…
    """
    digits = digits_only(_KIND, text)
    if len(digits) != 12:
        raise InvalidIdentifier(_KIND, "length", text, expected=12, found=len(digits))
    if digits == "000000000000":
        raise InvalidIdentifier(_KIND, "all_zero", text, suggestions=())
    expected = check_digits(digits[:10])
    if expected[0] != digits[10]:
        raise InvalidIdentifier(
            _KIND, "checksum_11", text, position=11, expected=expected[0], found=digits[10]
        )
    if expected[1] != digits[11]:
        raise InvalidIdentifier(
            _KIND, "checksum_12", text, position=12, expected=expected[1], found=digits[11]
        )
    if digits.startswith("00"):
        raise InvalidIdentifier(_KIND, "region", text, position=1, found="00")
    return digits


def is_valid(text: Any) -> bool:
    """Tell whether ``text`` is a valid ИНН of a person."""
    try:
        sums = _A[text[:3]] + _B[text[3:6]] + _C[text[6:9]] + _D[text[9:]]
    except (KeyError, TypeError):
        return False
    right: bool = _CHECK[sums & 1023] == text[10] and _CHECK[sums >> 10] == text[11]
    return right


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as it is."""
    return text


def components(text: str) -> dict[str, Any]:
    """Return ``region``, ``tax_office``, ``number`` and ``check``."""
    return {
        "region": text[:2],
        "tax_office": text[:4],
        "number": text[4:10],
        "check": text[10:],
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
    N_("INN of a person"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    warnings=warnings,
    lengths=(12,),
    numeric=True,
)

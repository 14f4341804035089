"""A bank account (20 digits) together with the БИК of its bank: ``account|БИК``.

The key is digit 9 of the account. It is checked over 23 digits, three taken from the БИК before
the account, with weights 7, 1, 3: the sum of the last digits of the products is a multiple of 10.
The three digits are БИК 7-9 for a client of a bank, and 0 with БИК 5-6 for correspondent accounts
(301…), accounts in a cash centre of the Bank of Russia (БИК …000, …001, …002) and the single
treasury account (40102…). Treasury accounts (03…) have no key. Digit 6 of an account in a
clearing currency may be one of the letters A B C E H K M P T X, which count 0 to 9.

    >>> validate("40702810406961201280|044525225")
    '40702810406961201280|044525225'
    >>> validate("40702810406961201280", bik="044525225")
    '40702810406961201280'
    >>> is_valid("40702810506961201280|044525225")
    False

Source: order of the Central Bank of reckoning the key, № 515 of 08.09.1997; regulation 579-П.
"""

from __future__ import annotations

from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids import bik as _bik
from medcab.validators.ids._base import (
    Identifier,
    InvalidIdentifier,
    Suggestion,
    digits_only,
    quick,
    require_text,
)

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "key", "validate"]

_KIND: Final = "account"
_CURRENCY_LETTERS: Final = "ABCEHKMPTX"


def compact(text: str) -> str:
    """Return ``text`` as it is: the account has no separators."""
    return text


def _prefix(account: str, bik: str) -> str:
    centre = account.startswith(("301", "40102")) or bik[6:] in ("000", "001", "002")
    return "0" + bik[4:6] if centre else bik[6:]


def key(account: str, bik: str) -> str:
    """Return the key (digit 9) that belongs to ``account``, whatever digit stands there."""
    digits = _prefix(account, bik) + account[:8] + "0" + account[9:]
    total = sum(int(d) * (7, 1, 3)[at % 3] for at, d in enumerate(digits))
    # The key stands at index 11 of the 23 digits: its weight is 3, whose inverse modulo 10 is 7.
    return str(-total * 7 % 10)


def validate(text: str, *, bik: str | None = None, **_context: Any) -> str:
    """Return the account (with ``|БИК`` when it was given so).

    Args:
        text: the account, or ``account|БИК``.
        bik: the БИК of the bank where ``text`` does not hold it.

    Raises:
        InvalidIdentifier: ``length``, ``chars``, ``all_zero``, ``checksum``; ``bik_missing`` (a
            warning) when there is no БИК to check the key with; the errors of the БИК.
    """
    require_text(_KIND, text, 64)
    account, bar, inner = text.partition("|")
    if bar:
        bik = inner
    number = _number(text, account)
    if len(number) != 20:
        raise InvalidIdentifier(
            _KIND, "length", text, expected=20, found=len(number), suggestions=()
        )
    if not number.strip("0"):
        raise InvalidIdentifier(_KIND, "all_zero", text, suggestions=())
    if number.startswith("03"):
        return text
    if bik is None:
        raise InvalidIdentifier(_KIND, "bik_missing", text, warning=True, suggestions=())
    bank = _bik.validate(bik)
    expected = key(number, bank)
    if expected != number[8]:
        fixed = account[:8] + expected + account[9:] + (bar + inner if bar else "")
        raise InvalidIdentifier(
            _KIND,
            "checksum",
            text,
            position=9,
            expected=expected,
            found=number[8],
            suggestions=(Suggestion(fixed, "digit"), *_near(account, number, bank, bar + inner)),
        )
    return text


def _number(text: str, account: str) -> str:
    """Return the account as digits: the letter of a clearing currency becomes its digit."""
    if len(account) == 20 and account[5] in _CURRENCY_LETTERS:
        account = account[:5] + str(_CURRENCY_LETTERS.index(account[5])) + account[6:]
    try:
        return digits_only(_KIND, account)
    except InvalidIdentifier as error:
        raise InvalidIdentifier(
            _KIND,
            error.code,
            text,
            position=error.position,
            expected=error.expected,
            found=error.found,
            template=error.template,
            suggestions=(),
        ) from None


def _near(account: str, number: str, bank: str, tail: str) -> list[Suggestion]:
    if account != number:
        return []
    swapped = (
        number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        for at in range(19)
        if number[at] != number[at + 1]
    )
    return [Suggestion(n + tail, "swap") for n in swapped if key(n, bank) == n[8]]


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as it is."""
    return text


def components(text: str) -> dict[str, Any]:
    """Return ``balance`` (account of the chart), ``currency``, ``key``, ``number`` and ``bik``."""
    account, _, bank = text.partition("|")
    return {
        "balance": account[:5],
        "currency": account[5:8],
        "key": account[8:9],
        "number": account[9:],
        "bik": bank or None,
    }


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("Bank account"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    lengths=(20,),
)

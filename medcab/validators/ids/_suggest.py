"""What may have been meant by a wrong number: candidates, the likeliest first."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Final

from medcab.validators.ids._base import (
    LOOKALIKE_DIGITS,
    Identifier,
    InvalidIdentifier,
    Suggestion,
)

__all__ = ["LIMIT", "suggest"]

LIMIT: Final = 24

# Neighbours in the row of digits and on the numeric pad.
_KEYBOARD: Final = {
    "0": "91",
    "1": "2045",
    "2": "1354",
    "3": "246",
    "4": "3517",
    "5": "46281",
    "6": "5739",
    "7": "684",
    "8": "7950",
    "9": "806",
}
_LOOKS: Final = {
    "0": "689",
    "1": "74",
    "2": "7",
    "3": "85",
    "4": "19",
    "5": "36",
    "6": "850",
    "7": "12",
    "8": "3690",
    "9": "40",
}


def suggest(error: InvalidIdentifier) -> tuple[Suggestion, ...]:
    """Return the valid values near the text of ``error``, at most :data:`LIMIT`."""
    from medcab.validators.ids.registry import get

    identifier = get(error.kind)
    found: dict[str, Suggestion] = {}
    for value, why in islice(_candidates(error, identifier), 2000):
        shown = identifier.format(value)
        if shown not in found and identifier.is_valid(shown):
            found[shown] = Suggestion(shown, why)
            if len(found) == LIMIT:
                break
    return tuple(found.values())


def _candidates(error: InvalidIdentifier, identifier: Identifier) -> Iterator[tuple[str, str]]:
    text = error.text
    if text != text.strip():
        yield text.strip(), "trim"
    if not identifier.numeric:
        return
    digits = "".join(c for c in text if "0" <= c <= "9")
    if error.code == "decimal":
        whole = text[: (error.position or 1) - 1]
        yield whole, "decimal_tail"
        yield from _zeros(whole, identifier)
    elif error.code == "foreign_digits":
        yield "".join(str(unicodedata.decimal(c, c)) for c in text), "foreign_digits"
    elif error.code in ("chars", "spaces", "shape"):
        looked = "".join(LOOKALIKE_DIGITS.get(c, c) for c in text)
        if looked != text:
            yield "".join(c for c in looked if "0" <= c <= "9"), "lookalike"
        for run in _runs(text):
            if run != text and len(run) in identifier.lengths:
                yield run, "extract"
        if len(digits) in identifier.lengths:
            yield digits, "separators"
    elif error.code == "length":
        yield from _zeros(digits, identifier)
    elif error.code.startswith("checksum"):
        yield from near(digits)


def _runs(text: str) -> list[str]:
    return "".join(c if "0" <= c <= "9" else " " for c in text).split()


def _zeros(digits: str, identifier: Identifier) -> Iterator[tuple[str, str]]:
    for length in identifier.lengths:
        # A spreadsheet drops leading zeros; more than three lost ones occur in ОКПО only.
        if 0 < length - len(digits) <= (7 if identifier.kind == "okpo" else 2):
            yield digits.zfill(length), "leading_zeros"


def near(digits: str) -> Iterator[tuple[str, str]]:
    """Yield what is one digit or one swap of neighbours away from ``digits``, likeliest first."""
    for table, why in ((_KEYBOARD, "keyboard"), (_LOOKS, "lookalike")):
        for at, digit in enumerate(digits):
            for other in table[digit]:
                yield digits[:at] + other + digits[at + 1 :], why
    for at in range(len(digits) - 1):
        a, b = digits[at], digits[at + 1]
        if a != b:
            yield digits[:at] + b + a + digits[at + 2 :], "swap"
    for at, digit in enumerate(digits):
        for other in "0123456789":
            if other != digit:
                yield digits[:at] + other + digits[at + 1 :], "digit"

"""ОКТМО, the code of a municipal territory: 8 digits, or 11 with the settlement.

The first two digits are the subject of the federation in the numbering of ОКАТО. The check digit
of the classifier is not part of the code, so only the form and the subject can be checked.

    >>> validate("45384000")
    '45384000'
    >>> is_valid("00000000")
    False

Source: ОК 033-2013.
"""

from __future__ import annotations

from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import Identifier, InvalidIdentifier, digits_only, quick
from medcab.validators.ids._regions import OKATO

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "validate", "warnings"]

_KIND: Final = "oktmo"


def compact(text: str) -> str:
    """Return ``text`` as it is: the code has no separators."""
    return text


def validate(text: str, **_context: Any) -> str:
    """Return the digits.

    Raises:
        InvalidIdentifier: ``length``, ``chars``, ``region``…
    """
    # A letter is told before a space that a reader puts between the groups.
    digits = digits_only(_KIND, text, separators=" ")
    if " " in text:
        digits_only(_KIND, text)
    if len(digits) not in (8, 11):
        raise InvalidIdentifier(_KIND, "length", text, expected="8, 11", found=len(digits))
    if digits.startswith("00"):
        raise InvalidIdentifier(_KIND, "region", text, position=1, found="00", suggestions=())
    return digits


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as it is."""
    return text


def components(text: str) -> dict[str, Any]:
    """Return ``region`` (ОКАТО), ``municipality`` and ``settlement`` (None for 8 digits)."""
    return {"region": text[:2], "municipality": text[2:8], "settlement": text[8:] or None}


def warnings(text: str, **_context: Any) -> tuple[InvalidIdentifier, ...]:
    """Return a ``region`` warning where the first two digits are no subject in ОКАТО."""
    if text[:2] in OKATO:
        return ()
    return (
        InvalidIdentifier(
            _KIND, "region", text, position=1, found=text[:2], warning=True, suggestions=()
        ),
    )


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("OKTMO"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    warnings=warnings,
    lengths=(8, 11),
    numeric=True,
)

"""КПП, the code of the reason of registration with the tax service: 9 characters.

``NNNNPPXXX``: the tax office (not 00NN, not 0000), the reason (two digits or capital Latin
letters, not 00; 51-99 belong to foreign organisations), the serial number (from 001). There is no
check digit. Entrepreneurs and persons have no КПП.

    >>> validate("770301001")
    '770301001'
    >>> is_valid("770300001")
    False

Source: order of the Federal Tax Service ММВ-7-6/435@ of 29.06.2012.
"""

from __future__ import annotations

from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import (
    Identifier,
    InvalidIdentifier,
    digits_only,
    meant,
    quick,
    require_text,
)
from medcab.validators.ids._letters import LATIN_FOR, is_russian
from medcab.validators.ids._regions import TAX

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "validate", "warnings"]

_KIND: Final = "kpp"


def compact(text: str) -> str:
    """Return ``text`` as it is: a КПП has no separators."""
    return text


def validate(text: str, **_context: Any) -> str:
    """Return the nine characters.

    Raises:
        InvalidIdentifier: ``length``, ``chars``, ``cyrillic_letter``, ``tax_office``, ``reason``,
            ``serial``…
    """
    require_text(_KIND, text, 64)
    letters = text[4:6] if len(text) == 9 else ""
    for at, char in enumerate(letters, 5):
        if is_russian(char):
            whole = text[:4] + "".join(LATIN_FOR.get(c, c) for c in letters) + text[6:]
            raise InvalidIdentifier(
                _KIND,
                "cyrillic_letter",
                text,
                position=at,
                expected=LATIN_FOR.get(char),
                found=char,
                suggestions=meant(text, whole, "latin", is_valid),
            )
    stand_in = "".join("0" if "A" <= char <= "Z" else char for char in letters)
    digits_only(_KIND, text[:4] + stand_in + text[6:] if letters else text)
    if len(text) != 9:
        raise InvalidIdentifier(_KIND, "length", text, expected=9, found=len(text))
    if text[:2] == "00":
        raise InvalidIdentifier(
            _KIND, "tax_office", text, position=1, found=text[:4], suggestions=()
        )
    if letters == "00":
        raise InvalidIdentifier(_KIND, "reason", text, position=5, found="00", suggestions=())
    if text[6:] == "000":
        raise InvalidIdentifier(
            _KIND, "serial", text, position=7, expected="001–999", found="000", suggestions=()
        )
    return text


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as it is."""
    return text


def components(text: str) -> dict[str, Any]:
    """Return ``tax_office``, ``region``, ``reason``, ``serial`` and ``foreign``."""
    reason = text[4:6]
    return {
        "tax_office": text[:4],
        "region": text[:2],
        "reason": reason,
        "serial": text[6:],
        "foreign": "51" <= reason <= "99",
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
    N_("KPP"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    warnings=warnings,
    lengths=(9,),
)

"""The number of a medical licence, new (``Л041-AAAAA-RR/NNNNNNNN``) or old (``ЛО-RR-01-NNNNNN``).

New: Л041 is the medical activity, AAAAA the licensing authority, RR the region. Old: ЛО (regional)
or ФС (federal), the region, 01 (02 is pharmacy), the number. The letters are Cyrillic. The words
«Лицензия» and «№» before it are taken off.

    >>> validate("Л041-01137-77/00000001")
    'Л041-01137-77/00000001'
    >>> is_valid("ЛО-77-02-004000")
    False

Source: federal law 99-ФЗ of 04.05.2011; decree 2343 of 29.12.2020 on the register of licences.
"""

from __future__ import annotations

import re
from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import (
    SPACES,
    Identifier,
    InvalidIdentifier,
    Suggestion,
    meant,
    quick,
    require_text,
)
from medcab.validators.ids._letters import CYRILLIC_FOR, is_latin
from medcab.validators.ids._regions import TAX

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "validate", "warnings"]

_KIND: Final = "license"
_NEW = re.compile(r"Л([0-9]{3})-([0-9]{5})-([0-9]{2})/([0-9]{8})")
_OLD = re.compile(r"(ЛО|ФС)-([0-9]{2})-([0-9]{2})-([0-9]{6})")
_WORDS = re.compile(
    f"^(?:лицензия[{SPACES}]+)?(?:№[{SPACES}]*|N[{SPACES}]+)?(?=[^{SPACES}])", re.IGNORECASE
)
_CYRILLIC: Final = {**CYRILLIC_FOR, "L": "Л", "F": "Ф", "S": "С"}
_SHAPE: Final = "Л041-NNNNN-NN/NNNNNNNN"

# Authorities whose region is known for certain; others are not judged.
_AUTHORITIES: Final = {"01137": "77", "01162": "50"}


def compact(text: str) -> str:
    """Return ``text`` without the words «Лицензия» and «№» before the number."""
    return _WORDS.sub("", text, count=1)


def validate(text: str, **_context: Any) -> str:
    """Return the number.

    Raises:
        InvalidIdentifier: ``latin_letter``, ``shape``, ``not_medical_activity``, ``region``…
    """
    require_text(_KIND, text, 64)
    number = compact(text)
    shift = len(text) - len(number)
    for at, char in enumerate(number, 1):
        if is_latin(char):
            cyrillic = "".join(_CYRILLIC.get(c, c) for c in number)
            raise InvalidIdentifier(
                _KIND,
                "latin_letter",
                text,
                position=at + shift,
                expected=_CYRILLIC.get(char, "Л"),
                found=char,
                suggestions=meant(number, cyrillic, "cyrillic", is_valid),
            )
    if new := _NEW.fullmatch(number):
        activity, _, region, _ = new.groups()
        medical, at = "041", 2
    elif old := _OLD.fullmatch(number):
        _, region, activity, _ = old.groups()
        medical, at = "01", 7
    else:
        raise InvalidIdentifier(
            _KIND, "shape", text, expected=_SHAPE, found=number, suggestions=_regrouped(number)
        )
    if activity != medical:
        raise InvalidIdentifier(
            _KIND,
            "not_medical_activity",
            text,
            position=at + shift,
            expected=medical,
            found=activity,
            suggestions=(),
        )
    if region == "00":
        raise InvalidIdentifier(_KIND, "region", text, found="00", suggestions=())
    return number


def _regrouped(number: str) -> tuple[Suggestion, ...]:
    """Put the separators where they belong, when nothing else is wrong."""
    parts = re.findall("[0-9]+", number)
    head = number[:3].upper()
    if number[:1] in "Лл" and len(parts) == 4:
        guess = f"Л{parts[0]}-{parts[1]}-{parts[2]}/{parts[3]}"
    elif head[:2] in ("ЛО", "ФС") and len(parts) == 3:
        guess = f"{head[:2]}-{parts[0]}-{parts[1]}-{parts[2]}"
    else:
        return ()
    return meant(number, guess, "format", is_valid)


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` without the words before the number."""
    return compact(text)


def components(text: str) -> dict[str, Any]:
    """Return ``form`` (new, old), ``activity``, ``authority``, ``region`` and ``number``."""
    number = compact(text)
    if new := _NEW.fullmatch(number):
        activity, authority, region, serial = new.groups()
        form = "new"
    elif old := _OLD.fullmatch(number):
        authority, region, activity, serial = old.groups()
        form = "old"
    else:
        return {}
    return {
        "form": form,
        "activity": activity,
        "authority": authority,
        "region": region,
        "number": serial,
    }


def warnings(text: str, **_context: Any) -> tuple[InvalidIdentifier, ...]:
    """Return ``authority`` (of another region) and ``region`` (unknown) warnings."""
    parts = components(text)
    found: list[InvalidIdentifier] = []
    home = _AUTHORITIES.get(parts.get("authority", ""))
    if home is not None and home != parts["region"]:
        found.append(
            InvalidIdentifier(
                _KIND,
                "authority",
                text,
                expected=home,
                found=parts["region"],
                warning=True,
                suggestions=(),
                authority=parts["authority"],
            )
        )
    if parts and parts["region"] not in TAX:
        found.append(
            InvalidIdentifier(
                _KIND, "region", text, found=parts["region"], warning=True, suggestions=()
            )
        )
    return tuple(found)


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("Medical licence"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    warnings=warnings,
    confidence="medium",
)

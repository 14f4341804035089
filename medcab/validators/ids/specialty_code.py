"""The code of a specialty of health care: ``XX.XX.XX`` with the group 30 to 34.

The middle pair is the level: 02 secondary, 03 bachelor, 04 master, 05 specialist, 06 and 07
postgraduate, 08 residency, 09 assistantship. Names of specialties are refused.

    >>> validate("31.05.01")
    '31.05.01'
    >>> is_valid("Терапия")
    False

Source: orders of the Ministry of Education 1061 of 12.09.2013 and 89 of 01.02.2022 (lists of
specialties); docs/requirements.md P20.
"""

from __future__ import annotations

import re
from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import (
    Identifier,
    InvalidIdentifier,
    Suggestion,
    meant,
    quick,
    require_text,
)

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "validate", "warnings"]

_KIND: Final = "specialty_code"
_SHAPE = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}")
_LEVELS: Final = {
    "01": "vocational",
    "02": "secondary",
    "03": "bachelor",
    "04": "master",
    "05": "specialist",
    "06": "postgraduate",
    "07": "postgraduate",
    "08": "residency",
    "09": "assistantship",
}


def compact(text: str) -> str:
    """Return ``text`` as it is: the points belong to the code."""
    return text


def validate(text: str, **_context: Any) -> str:
    """Return the code.

    Raises:
        InvalidIdentifier: ``name_not_code``, ``shape``, ``group``…
    """
    require_text(_KIND, text, 300)
    if not _SHAPE.fullmatch(text):
        inner = re.search(r"(?<![0-9.])[0-9]{2}\.[0-9]{2}\.[0-9]{2}(?![0-9.])", text)
        if sum(map(str.isalpha, text)) > 2:
            near = meant(text, inner[0], "extract", is_valid) if inner else ()
            raise InvalidIdentifier(
                _KIND, "name_not_code", text, expected="31.05.01", found=text[:60], suggestions=near
            )
        raise InvalidIdentifier(
            _KIND, "shape", text, expected="NN.NN.NN", found=text[:60], suggestions=_regrouped(text)
        )
    if not (text[0] == "3" and text[1] in "01234"):
        raise InvalidIdentifier(
            _KIND, "group", text, position=1, expected="30–34", found=text[:2], suggestions=()
        )
    return text


def _regrouped(text: str) -> tuple[Suggestion, ...]:
    parts = re.findall("[0-9]+", text)
    if len(parts) == 1 and len(parts[0]) == 6:
        parts = [parts[0][:2], parts[0][2:4], parts[0][4:]]
    guess = ".".join(f"{part:0>2}" for part in parts)
    if len(parts) != 3 or not _SHAPE.fullmatch(guess):
        return ()
    return meant(text, guess, "format", is_valid)


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as it is."""
    return text


def components(text: str) -> dict[str, Any]:
    """Return ``group``, ``level`` and ``number``."""
    return {"group": text[:2], "level": _LEVELS.get(text[3:5]), "number": text[6:]}


def warnings(text: str, **_context: Any) -> tuple[InvalidIdentifier, ...]:
    """Return a ``level`` warning where the middle pair is no known level."""
    if text[3:5] in _LEVELS:
        return ()
    return (
        InvalidIdentifier(
            _KIND,
            "level",
            text,
            position=4,
            expected="01–09",
            found=text[3:5],
            warning=True,
            suggestions=(),
        ),
    )


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("Code of the specialty"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    warnings=warnings,
)

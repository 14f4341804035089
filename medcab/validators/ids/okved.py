"""ОКВЭД 2, the code of an economic activity: ``XX.XX``, ``XX.XX.X`` or ``XX.XX.XX``.

The register wants at least four digits. Health care is 86.10, 86.21-86.23 and 86.90 (.1-.9).

    >>> validate("86.10")
    '86.10'
    >>> is_valid("86")
    False

Source: ОК 029-2014.
"""

from __future__ import annotations

import re
from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import (
    Identifier,
    InvalidIdentifier,
    Suggestion,
    quick,
    require_text,
)

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "validate"]

_KIND: Final = "okved"
_SHAPE = re.compile(r"[0-9]{2}\.[0-9]{2}(?:\.[0-9]{1,2})?")
_GENERAL = re.compile(r"[0-9]{2}(?:\.[0-9])?")
_HEALTH = re.compile(r"86\.(?:10|2[123]|90(?:\.[1-9])?)")


def compact(text: str) -> str:
    """Return ``text`` as it is: the points belong to the code."""
    return text


def validate(text: str, **_context: Any) -> str:
    """Return the code.

    Raises:
        InvalidIdentifier: ``too_general``, ``shape``, ``range``…
    """
    require_text(_KIND, text, 64)
    if _GENERAL.fullmatch(text):
        raise InvalidIdentifier(
            _KIND, "too_general", text, expected="86.10", found=text, suggestions=()
        )
    if not _SHAPE.fullmatch(text):
        fixed = text.strip().replace(",", ".")
        raise InvalidIdentifier(
            _KIND,
            "shape",
            text,
            expected="NN.NN.NN",
            found=text,
            suggestions=(Suggestion(fixed, "format"),) if _SHAPE.fullmatch(fixed) else (),
        )
    if not 1 <= int(text[:2]) <= 99:
        raise InvalidIdentifier(
            _KIND, "range", text, position=1, expected="01–99", found=text[:2], suggestions=()
        )
    return text


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as it is."""
    return text


def components(text: str) -> dict[str, Any]:
    """Return ``class``, ``group`` and ``health_care``."""
    return {
        "class": text[:2],
        "group": text[:5],
        "health_care": _HEALTH.fullmatch(text) is not None,
    }


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("OKVED"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
)

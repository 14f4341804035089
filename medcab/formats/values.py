"""Values in sentences: numbers, moments, words of the vocabulary, in the reader's language.

What came from outside (names of files, fields of forms) is made printable here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Final

from medcab.formats.encoding import printable
from medcab.text import N_, Translator
from medcab.vocabulary import DOCUMENT_TYPES, FIELDS

__all__ = ["moment", "show_number", "show_value", "shown_args"]

# Values under these names are what the user wrote: never looked up in the catalogue.
_VERBATIM: Final = frozenset({"path", "name", "file", "member", "value", "text", "found", "root"})
_LONGEST: Final = 300
_DECIMAL: Final = re.compile(r"[0-9]{1,6}\.[0-9]{1,3}")
_TYPES: Final = frozenset({"type", "types", "document", "documents", "nearest", "missing"})
_FIELDS: Final = frozenset({"field", "fields", "other"})


class _Number(float):
    """A number that templates may format (``{measured:.1f}``) with the reader's decimal sign."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        if spec:
            return super().__format__(spec).replace(".", ",")
        return show_number(float(self)).replace(".", ",")


def shown_args(args: Mapping[str, Any], tr: Translator) -> dict[str, Any]:
    """Values for the holes of a template: printable, in the language of ``tr``."""
    return {key: show_value(value, tr, key) for key, value in args.items()}


def show_value(value: Any, tr: Translator, key: str = "") -> Any:
    """One value for a hole of a template, under the name ``key``."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return tr(N_("yes")) if value else tr(N_("no"))
    if isinstance(value, float):
        return _Number(value) if tr.language == "ru" else _PlainNumber(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, str):
        # Nobody reads a sentence with a novel in it; the whole value stands in the arguments.
        said = printable(_word(value, tr, key))
        return said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return ", ".join(f"{show_value(item, tr, key)}" for item in items)
    if value is None:
        return "—"
    return value


def _word(value: str, tr: Translator, key: str) -> str:
    """Say keys of the vocabulary and msgids among the arguments in the reader's language."""
    if key in _TYPES:
        return tr(DOCUMENT_TYPES.get(value, value)) if "{" not in value else value
    if key in _FIELDS:
        return tr(FIELDS.get(value, value)) if "{" not in value else value
    if tr.language == "ru" and key not in _VERBATIM and _DECIMAL.fullmatch(value):
        return value.replace(".", ",")
    # An argument may itself be a msgid ("user password"): rules mark such values with N_. Text
    # with braces never is, and must not be taken for a template.
    return value if key in _VERBATIM or not value or "{" in value else tr(value)


class _PlainNumber(float):
    """A float whose plain form has no tail of binary digits."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return super().__format__(spec) if spec else show_number(float(self))


def show_number(value: float) -> str:
    """``300``, ``212.5``, ``0.04``: at most three significant decimals, no trailing zeros."""
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"


def moment(value: datetime) -> str:
    """``21.11.2026 22:37 UTC``: the same everywhere, so that two reports can be compared."""
    return value.astimezone(UTC).strftime("%d.%m.%Y %H:%M UTC")

"""Personal data in the journal: masked unless asked otherwise (152-ФЗ, art. 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

__all__ = ["mask_name", "mask_text", "mask_values"]

_KEPT_DIGITS: Final = 4
# Six and more digits, with the separators people put between them, may be a number of somebody.
_NUMBER: Final = re.compile(r"[0-9](?:[ \-\u2010-\u2015\u2212\u00a0\u202f().]{0,3}[0-9]){5,}")
_DATE: Final = re.compile(r"(?<![0-9])[0-9]{2}\.[0-9]{2}\.[0-9]{4}(?![0-9])")
_EMAIL: Final = re.compile(r"[^\s@«»\"'(<]+@([^\s@»\"')>]+)")
_NAME: Final = re.compile(r"\b([А-ЯЁA-Z])([а-яёa-z'’]+|[А-ЯЁ'’]{2,})(?![A-Za-zА-Яа-яёЁ])")
_WORD: Final = re.compile(r"[^\W\d_]+")


def _stars(match: re.Match[str]) -> str:
    text = match.group()
    hidden = sum(c.isdecimal() for c in text) - _KEPT_DIGITS
    result = []
    for character in text:
        if character.isdecimal() and hidden > 0:
            character = "*"
            hidden -= 1
        result.append(character)
    return "".join(result)


def mask_text(text: str, *, names: bool = True) -> str:
    """Return ``text`` with numbers, birth dates, addresses and names made unreadable.

    Numbers keep their last four digits (СНИЛС: ``***-***-*45 95``), e-mail keeps its domain,
    words with a capital letter keep that letter.

    Args:
        text: any text.
        names: also mask words that begin with a capital letter.
    """
    text = _EMAIL.sub(r"***@\1", text)
    text = _DATE.sub("**.**.****", text)
    text = _NUMBER.sub(_stars, text)
    return _NAME.sub(r"\1***", text) if names else text


def mask_name(name: str, known: Iterable[str] = ()) -> str:
    """Return a file name with every word hidden that may be part of a person's name.

    Args:
        name: path or name; folders are masked too.
        known: words (lower case) that say what the document is and stay readable.
    """
    readable = frozenset(known)
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = extension, ""

    def word(match: re.Match[str]) -> str:
        text = match.group()
        return text if text.lower() in readable else text[0] + "***"

    return mask_text(_WORD.sub(word, stem), names=False) + dot + extension


def mask_values(value: Any) -> Any:
    """Return a JSON-able ``value`` with every text in it masked; keys and numbers stay.

    What stands under ``…_template`` is a sentence of the program, with holes instead of values.
    """
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {
            key: item if key.endswith("_template") else mask_values(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [mask_values(item) for item in value]
    return value

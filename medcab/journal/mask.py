"""Personal data in the journal: masked unless asked otherwise (152-ФЗ, art. 5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

__all__ = ["mask_name", "mask_text", "mask_values"]

_KEPT_DIGITS: Final = 4
# Six and more digits, with the separators people put between them, may be a number of somebody.
_NUMBER: Final = re.compile(r"[0-9](?:[ \-_\u2010-\u2015\u2212\u00a0\u202f().]{0,3}[0-9]){5,}")
_DATE: Final = re.compile(r"(?<![0-9])[0-9]{2}\.[0-9]{2}\.[0-9]{4}(?![0-9])")
_EMAIL: Final = re.compile(r"[^\s@«»\"'(<]+@([^\s@»\"')>]+)")
_NAME: Final = re.compile(r"\b([А-ЯЁA-Z])([а-яёa-z'’]+|[А-ЯЁ'’]{2,})(?![A-Za-zА-Яа-яёЁ])")
_WORD: Final = re.compile(r"[^\W\d_]+")
# «ivanov.pdf», «C:\\Иванов»; a site or a mail address is masked as a text.
_PATH: Final = re.compile(r"[^\s.]\.[A-Za-z][A-Za-z0-9]{1,4}(?![\w.])|\\")
_SITE: Final = re.compile(r"[a-z]+://\S+|\S+@\S+")


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


def mask_values(
    value: Any, path: Callable[[str], str] = mask_name, names: Collection[str] = ()
) -> Any:
    """Return a JSON-able ``value`` with every text in it masked; keys and numbers stay.

    What stands under ``…_template`` is a sentence of the program, with holes instead of values.

    Args:
        value: text, number, list or table.
        path: masks a text that is, or holds, a path.
        names: paths and names that are known to be such, whatever they look like.
    """
    if isinstance(value, str):
        return path(value) if _is_path(value, names) else mask_text(value)
    if isinstance(value, Mapping):
        return {
            key: item if key.endswith("_template") else mask_values(item, path, names)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [mask_values(item, path, names) for item in value]
    return value


def _is_path(text: str, names: Collection[str]) -> bool:
    return text in names or _PATH.search(_SITE.sub("", text)) is not None

"""The name of an uploaded file: ``<ФИО>_<ТипДокумента>.<расширение>``.

The name is divided at its last «_». The extension is written in small letters; the name is NFC,
has none of ``<>:"/\\|?*`` and no name reserved by Windows, and fits 255 UTF-16 units and 255
bytes of UTF-8. A transliterated name of the person is allowed, a mixture of alphabets is not.

    >>> validate("Иванов Иван Иванович_Диплом.pdf")
    'Иванов Иван Иванович_Диплом.pdf'
    >>> is_valid("Иванов_Диплом.PDF")
    False

Source: the portals' rules (docs/requirements.md F11, F17); Windows naming conventions;
ext4's 255 bytes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import (
    Identifier,
    InvalidIdentifier,
    Suggestion,
    quick,
    require_text,
)
from medcab.validators.ids._letters import CYRILLIC_FOR, is_latin, is_russian

__all__ = ["EXTENSIONS", "IDENTIFIER", "compact", "components", "format", "is_valid", "validate"]

_KIND: Final = "filename"
EXTENSIONS: Final = ("pdf", "jpg", "jpeg", "png", "tif", "tiff", "xml", "sig", "p7s")
_FORBIDDEN: Final = frozenset('<>:"/\\|?*')
_RESERVED: Final = frozenset(
    ("con", "prn", "aux", "nul", *(f"{n}{d}" for n in ("com", "lpt") for d in "123456789¹²³"))
)


def compact(text: str) -> str:
    """Return ``text`` in NFC."""
    return unicodedata.normalize("NFC", text)


def validate(text: str, *, extensions: Collection[str] = EXTENSIONS, **_context: Any) -> str:
    """Return the name in NFC.

    Args:
        text: the name of the file, without folders.
        extensions: what the profile accepts, in small letters without the point.

    Raises:
        InvalidIdentifier: ``nfd``, ``no_underscore``, ``no_person``, ``no_type``, ``ext``,
            ``ext_case``, ``homoglyph``, ``chars``, ``reserved``, ``length``, ``trailing_dot``…
    """
    require_text(_KIND, text, 1000)
    _check_characters(text)
    if text[-1] in ". ":
        raise InvalidIdentifier(
            _KIND,
            "trailing_dot",
            text,
            position=len(text),
            suggestions=(Suggestion(text.rstrip(". "), "trim"),),
        )
    if text.partition(".")[0].rstrip(" ").lower() in _RESERVED:
        raise InvalidIdentifier(
            _KIND, "reserved", text, position=1, found=text.partition(".")[0], suggestions=()
        )
    size = max(len(text.encode("utf-16-le")) // 2, len(text.encode()))
    if size > 255:
        raise InvalidIdentifier(_KIND, "length", text, expected="≤ 255", found=size, suggestions=())
    stem, _, extension = text.rpartition(".")
    if not stem:
        stem, extension = text, ""
    person, underscore, doctype = stem.rpartition("_")
    if not underscore:
        raise InvalidIdentifier(_KIND, "no_underscore", text, expected="_", suggestions=())
    if not any(map(str.isalpha, person)):
        raise InvalidIdentifier(_KIND, "no_person", text, position=1, suggestions=())
    if not doctype.strip():
        raise InvalidIdentifier(_KIND, "no_type", text, position=len(stem), suggestions=())
    _check_extension(text, stem, extension, extensions)
    return text


def _check_characters(text: str) -> None:
    cyrillic = sum(map(is_russian, text.rpartition(".")[0]))
    for at, char in enumerate(text, 1):
        if char in _FORBIDDEN or char < " " or char == "\x7f":
            raise InvalidIdentifier(_KIND, "chars", text, position=at, found=char, suggestions=())
        if "\ud800" <= char <= "\udfff":
            raise InvalidIdentifier(_KIND, "surrogate", text, position=at, suggestions=())
    meant = unicodedata.normalize("NFC", text)
    if meant != text:
        at = next((i for i, (a, b) in enumerate(zip(text, meant, strict=False), 1) if a != b), 1)
        raise InvalidIdentifier(
            _KIND,
            "nfd",
            text,
            position=at,
            expected=meant[at - 1 : at],
            found=text[at - 1 : at + 1],
            suggestions=(Suggestion(meant, "nfc"),),
        )
    if not cyrillic:
        return
    # A word that mixes the alphabets hides a look-alike; a word wholly Latin is transliteration.
    stem = text.rpartition(".")[0]
    start = 0
    for word in _words(stem):
        if any(map(is_russian, word)):
            for at, char in enumerate(word):
                if is_latin(char):
                    look = CYRILLIC_FOR.get(char)
                    fixed = "".join(CYRILLIC_FOR.get(c, c) for c in word)
                    whole = text[:start] + fixed + text[start + len(word) :]
                    raise InvalidIdentifier(
                        _KIND,
                        "homoglyph" if look else "latin",
                        text,
                        position=start + at + 1,
                        expected=look,
                        found=char,
                        suggestions=(Suggestion(whole, "cyrillic"),) if look else (),
                    )
        start += len(word)


def _words(stem: str) -> list[str]:
    """Divide ``stem`` into runs of letters and single other characters, nothing lost."""
    words: list[str] = []
    letters = False
    for char in stem:
        alpha = char.isalpha()
        if alpha and letters:
            words[-1] += char
        else:
            words.append(char)
        letters = alpha
    return words


def _check_extension(text: str, stem: str, extension: str, accepted: Collection[str]) -> None:
    low = extension.lower()
    at = len(stem) + 2 if extension else None
    if low not in accepted:
        raise InvalidIdentifier(
            _KIND,
            "ext",
            text,
            position=at,
            expected=", ".join(sorted(accepted)),
            found=extension,
            suggestions=(),
        )
    if low != extension:
        raise InvalidIdentifier(
            _KIND,
            "ext_case",
            text,
            position=at,
            expected=low,
            found=extension,
            suggestions=(Suggestion(f"{stem}.{low}", "case"),),
        )


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` in NFC."""
    return compact(text)


def components(text: str) -> dict[str, Any]:
    """Return ``person``, ``type`` and ``extension``."""
    stem, _, extension = compact(text).rpartition(".")
    person, _, doctype = stem.rpartition("_")
    return {"person": person, "type": doctype, "extension": extension}


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("Name of a file"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
)

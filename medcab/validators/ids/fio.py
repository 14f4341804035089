"""Surname, name and patronymic of a person in Russian letters.

Two to five parts; letters of the Russian alphabet, hyphen, apostrophe; the patronymic is optional;
«оглы», «кызы» and the like are written small. Latin look-alikes, digits, brackets, initials,
capitals only and decomposed letters (NFD, names copied from macOS) are named with their place.

    >>> validate("Иванов Иван Иванович")
    'Иванов Иван Иванович'
    >>> is_valid("Мамедов Али Вагиф оглы")
    True
    >>> is_valid("Ивaнов Иван")
    False

Source: the portals' forms (docs/requirements.md P01-P03); the tax service's type ФИОТип (60
characters a part); the patient register refuses brackets and asterisks.
"""

from __future__ import annotations

import re
import unicodedata
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

__all__ = [
    "IDENTIFIER",
    "check_letters",
    "compact",
    "components",
    "format",
    "is_valid",
    "validate",
]

_KIND: Final = "fio"
_APOSTROPHES: Final = "'\u2019\u02bc"
_PART_LIMIT: Final = 60
_ENDINGS: Final = frozenset(("оглы", "кызы", "улы", "гызы", "углы", "уулу", "заде", "оглу"))
_PARTICLES: Final = frozenset(
    (
        "де",
        "да",
        "ди",
        "дю",
        "фон",
        "ван",
        "дер",
        "ден",
        "ла",
        "ле",
        "бен",
        "ибн",
        "аль",
        "эль",
        "тер",
    )
)

_HOMOGLYPH: Final = (
    N_(
        "The surname holds the Latin letter «{found}» instead of the Russian "
        "«{expected}» at place {place}."
    ),
    N_(
        "The name holds the Latin letter «{found}» instead of the Russian "
        "«{expected}» at place {place}."
    ),
    N_(
        "The patronymic holds the Latin letter «{found}» instead of the Russian "
        "«{expected}» at place {place}."
    ),
)


def compact(text: str) -> str:
    """Return ``text`` in NFC with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def validate(text: str, **_context: Any) -> str:
    """Return the name in NFC.

    Raises:
        InvalidIdentifier: ``nfd``, ``homoglyph``, ``latin``, ``digit``, ``special``,
            ``not_russian_letter``, ``all_caps``, ``case``, ``parts``, ``spaces``…
    """
    require_text(_KIND, text, 310)
    check_letters(_KIND, text, text)
    parts = text.split(" ")
    if not all(parts):
        at = next(
            i for i, c in enumerate(text, 1) if c == " " and (i in (1, len(text)) or text[i] == " ")
        )
        raise InvalidIdentifier(
            _KIND,
            "spaces",
            text,
            position=at,
            template=_EXTRA_SPACE,
            suggestions=(Suggestion(compact(text), "trim"),),
        )
    if not 2 <= len(parts) <= 5:
        raise InvalidIdentifier(
            _KIND, "parts", text, expected="2–5", found=len(parts), suggestions=()
        )
    if text == text.upper():
        raise InvalidIdentifier(
            _KIND, "all_caps", text, suggestions=(Suggestion(_titled(text), "case"),)
        )
    start = 1
    for part in parts:
        _check_part(text, part, start)
        start += len(part) + 1
    return text


_EXTRA_SPACE: Final = N_("There is an extra space at position {position}.")


def check_letters(kind: str, text: str, names: str, allowed: str = "") -> None:
    """Check every character of ``names``, which stands at the beginning of ``text``.

    Args:
        kind: the kind to name in the error.
        text: the whole text, for the error.
        names: the part to check.
        allowed: further characters that may stand in it.

    Raises:
        InvalidIdentifier: ``nfd``, ``homoglyph``, ``latin``, ``digit``, ``special``,
            ``surrogate``, ``not_russian_letter``.
    """
    part = place = 0
    for at, char in enumerate(names, 1):
        place += 1
        if is_russian(char):
            continue
        if char == " ":
            part, place = part + 1, 0
            continue
        if (char == "-" or char in _APOSTROPHES) and 1 < at < len(names):
            continue
        if char in allowed:
            continue
        raise _bad_letter(kind, text, at, char, part, place)


def _bad_letter(
    kind: str, text: str, at: int, char: str, part: int, place: int
) -> InvalidIdentifier:
    if at > 1 and unicodedata.combining(char):
        whole = unicodedata.normalize("NFC", text[max(0, at - 2) : at])
        if len(whole) == 1:
            meant = unicodedata.normalize("NFC", text)
            return InvalidIdentifier(
                kind,
                "nfd",
                text,
                position=at - 1,
                expected=whole,
                found=text[at - 2 : at],
                suggestions=(Suggestion(meant, "nfc"),),
            )
    if is_latin(char):
        look = CYRILLIC_FOR.get(char)
        if look is None:
            return InvalidIdentifier(kind, "latin", text, position=at, found=char, suggestions=())
        meant = "".join(CYRILLIC_FOR.get(c, c) for c in text)
        return InvalidIdentifier(
            kind,
            "homoglyph",
            text,
            position=at,
            expected=look,
            found=char,
            template=_HOMOGLYPH[min(part, 2)] if kind == _KIND else "",
            suggestions=(Suggestion(meant, "cyrillic"),) if not any(map(is_latin, meant)) else (),
            part=part,
            place=place,
        )
    if "\ud800" <= char <= "\udfff":
        return InvalidIdentifier(kind, "surrogate", text, position=at, suggestions=())
    if char.isdecimal() or char.isdigit():
        return InvalidIdentifier(kind, "digit", text, position=at, found=char, suggestions=())
    if char.isalpha():
        return InvalidIdentifier(
            kind, "not_russian_letter", text, position=at, found=char, suggestions=()
        )
    if char.isspace():
        return InvalidIdentifier(
            kind,
            "spaces",
            text,
            position=at,
            template=_EXTRA_SPACE,
            suggestions=(Suggestion(compact(text), "trim"),),
        )
    return InvalidIdentifier(kind, "special", text, position=at, found=char, suggestions=())


def _check_part(text: str, part: str, start: int) -> None:
    if len(part) > _PART_LIMIT:
        raise InvalidIdentifier(
            _KIND,
            "part_length",
            text,
            position=start,
            expected=_PART_LIMIT,
            found=part,
            suggestions=(),
        )
    if part in _ENDINGS or part in _PARTICLES:
        return
    pieces = part.split("-")
    for piece in pieces:
        if not piece:
            at = start + part.find("--") if "--" in part else start
            raise InvalidIdentifier(_KIND, "special", text, position=at, found="-", suggestions=())
    letters = "".join(c for c in part if is_russian(c))
    first = next((p for p in pieces if p not in _ENDINGS and p not in _PARTICLES), pieces[0])
    wrong = not first[0].isupper() or (len(letters) > 2 and letters.isupper())
    if not wrong:
        wrong = any(p[1:] != p[1:].lower() and "'" not in p and "\u2019" not in p for p in pieces)
    if wrong:
        raise InvalidIdentifier(
            _KIND,
            "case",
            text,
            position=start,
            found=part,
            suggestions=(Suggestion(_titled(text), "case"),),
        )


def _titled(text: str) -> str:
    return " ".join(
        low
        if (low := part.lower()) in _ENDINGS
        else "-".join(p[:1].upper() + p[1:].lower() for p in part.split("-"))
        for part in text.split(" ")
    )


# Most names are this plain; the pattern accepts nothing that validate() refuses.
_PLAIN = re.compile("[А-ЯЁ][а-яё]{1,40}(?: [А-ЯЁ][а-яё]{1,40}){1,3}")
_explained = quick(validate)


def is_valid(text: Any) -> bool:
    """Tell whether ``text`` is a valid name."""
    if isinstance(text, str) and _PLAIN.fullmatch(text):
        return True
    return _explained(text)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` in NFC with single spaces."""
    return compact(text)


def components(text: str) -> dict[str, Any]:
    """Return ``surname``, ``name`` and ``patronymic`` (None when there is none)."""
    parts = compact(text).split(" ")
    at = next((i for i, part in enumerate(parts) if part not in _PARTICLES), 0)
    surname = " ".join(parts[: at + 1])
    rest = parts[at + 1 :]
    return {
        "surname": surname,
        "name": rest[0] if rest else None,
        "patronymic": " ".join(rest[1:]) or None,
    }


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("Full name"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
)

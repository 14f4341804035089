"""Consoles that lack characters, and text that must not reach a terminal as it is.

Windows consoles in Russia speak cp866 (no « » — … ✓) or cp1251 (no ✓, no frames). Output must
neither crash there nor turn into question marks.
"""

from __future__ import annotations

import codecs
import unicodedata
from typing import Final

__all__ = ["FALLBACK", "guard_formula", "printable", "register_console_fallback", "xml_text"]

FALLBACK: Final = "medcab"
"""Name of the error handler: ``sys.stdout.reconfigure(errors=FALLBACK)``."""

_PLAIN: Final = {
    "«": '"',
    "»": '"',
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "—": "-",
    "–": "-",
    "‑": "-",
    "−": "-",
    "…": "...",
    "✓": "+",
    "✔": "+",
    "✗": "x",
    "✘": "x",
    "•": "*",
    "·": "*",
    "→": "->",
    "←": "<-",
    "≥": ">=",
    "≤": "<=",
    "≈": "~",
    "≠": "!=",
    "×": "x",
    "÷": ":",
    "±": "+-",
    "№": "N",
    "°": "*",
    "§": "par. ",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
    "⚠": "!",
    "ℹ": "i",
    "█": "#",
    "▇": "#",
    "▓": "#",
    "▒": "#",
    "░": ".",
}

# A console without Cyrillic (cp437, cp850, ASCII) gets letters that can still be read aloud.
_LATIN: Final = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch ' y ' e yu ya".split(),  # noqa: SIM905 - a list of 33 takes 33 lines
        strict=True,
    )
)


def _plain(character: str) -> str:
    known = _PLAIN.get(character)
    if known is not None:
        return known
    latin = _LATIN.get(character.lower())
    if latin is not None:
        return latin if character.islower() else latin.capitalize()
    code = ord(character)
    if 0x2500 <= code <= 0x257F:
        name = unicodedata.name(character)
        if "HORIZONTAL" in name and "VERTICAL" not in name and "AND" not in name:
            return "-"
        if "VERTICAL" in name and "HORIZONTAL" not in name and "AND" not in name:
            return "|"
        if name.startswith(("BOX DRAWINGS LIGHT LEFT", "BOX DRAWINGS LIGHT RIGHT")):
            return "-"
        return "+"
    if 0x2800 <= code <= 0x28FF:
        return "."  # the spinner of progress bars
    decomposed = unicodedata.normalize("NFKD", character)
    ascii_only = decomposed.encode("ascii", "ignore").decode("ascii")
    return ascii_only or "?"


def _handler(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    pieces: list[str] = []
    for character in error.object[error.start : error.end]:
        plain = _plain(character)
        try:
            plain.encode(error.encoding)
        except (UnicodeEncodeError, LookupError):
            plain = "?"
        pieces.append(plain)
    return "".join(pieces), error.end


def register_console_fallback() -> str:
    """Register the error handler and return its name, for ``stream.reconfigure(errors=...)``."""
    codecs.register_error(FALLBACK, _handler)
    return FALLBACK


def printable(text: str) -> str:
    """Return ``text`` with every invisible or commanding character shown as an escape.

    File names and values of forms are hostile input: escape sequences would rewrite the terminal,
    newlines would forge lines, bidirectional overrides would turn ``fdp.exe`` around, and lone
    surrogates (bytes that are not UTF-8 in a name) cannot be encoded at all.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\u00a0" else _escape(c) for c in text)


def _escape(character: str) -> str:
    code = ord(character)
    if unicodedata.category(character) == "Zs":
        return " "
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def xml_text(text: str) -> str:
    """Return ``text`` with what XML 1.0 forbids (section 2.2, Char) shown as an escape."""
    return "".join(
        c
        if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
        else _escape(c)
        for c in text
    )


def guard_formula(text: str) -> str:
    """Return ``text`` so that a spreadsheet shows it and never computes it.

    Source: OWASP, CSV Injection; the full-width signs are what some spreadsheets fold to ASCII.
    """
    if text.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) or text.startswith(
        ("\t", "\r", "\n")
    ):
        return "'" + text
    return text

"""Letters that look alike in the Latin and the Cyrillic alphabet."""

from __future__ import annotations

from typing import Final

__all__ = ["CYRILLIC_FOR", "LATIN_FOR", "is_latin", "is_russian"]

_LATIN: Final = "ABCEHKMOPTXYaceopxyku"
_CYRILLIC: Final = "АВСЕНКМОРТХУасеорхуки"

# Latin letter -> the Cyrillic one it is taken for.
CYRILLIC_FOR: Final = dict(zip(_LATIN, _CYRILLIC, strict=True))
# Cyrillic letter -> the Latin one it is taken for.
LATIN_FOR: Final = {c: la for la, c in CYRILLIC_FOR.items()}


def is_latin(char: str) -> bool:
    """Tell whether ``char`` is a Latin letter without diacritics."""
    return "a" <= char <= "z" or "A" <= char <= "Z"


def is_russian(char: str) -> bool:
    """Tell whether ``char`` is a letter of the Russian alphabet."""
    return "а" <= char <= "я" or "А" <= char <= "Я" or char in "ёЁ"

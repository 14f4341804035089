"""Content streams cut into operators, with a bound on their number (ISO 32000-1, 7.8.2).

Written for measuring, not for drawing: of the operands only numbers and names are kept, strings
are stepped over. A stream that is not syntactically right is read as far as viewers read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["InlineImage", "Operand", "operators"]

Operand = float | bytes
Operator = tuple[bytes, list[Operand]]

_WS: Final = rb"\x00\t\n\f\r "
_TOKEN = re.compile(
    rb"[" + _WS + rb"]*+(?:"
    rb"([^" + _WS + rb"()<>\[\]{}/%]++)"  # 1: number or operator
    rb"|/([^" + _WS + rb"()<>\[\]{}/%]*+)"  # 2: name
    rb"|(\((?:[^()\\]++|\\.)*+\)|<[0-9A-Fa-f" + _WS + rb"]*+>|%[^\r\n]*+)"  # 3: to be skipped
    rb"|(<<|\[)|(>>|\])"  # 4, 5: open, close
    rb"|(\()"  # 6: a string with brackets inside
    rb"|(.))",  # 7: stray
    re.DOTALL,
)
_BRACKET = re.compile(rb"\\.|[()]", re.DOTALL)
_INLINE_END = re.compile(rb"[" + _WS + rb"]EI(?=[" + _WS + rb"]|\Z)")
_HEX_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_NUMERIC: Final = frozenset(b"+-.0123456789")
_KEEP: Final = 32
_CHANNELS: Final = {b"G": 1, b"DeviceGray": 1, b"RGB": 3, b"DeviceRGB": 3, b"CMYK": 4}


class InlineImage:
    """The dictionary of an inline image, abbreviations expanded where they matter."""

    __slots__ = ("filtered", "height", "mask", "width")

    def __init__(self, entries: dict[bytes, Operand]) -> None:
        self.width = _whole(entries.get(b"W", entries.get(b"Width")))
        self.height = _whole(entries.get(b"H", entries.get(b"Height")))
        self.mask = entries.get(b"IM", entries.get(b"ImageMask")) == b"true"
        self.filtered = b"F" in entries or b"Filter" in entries


def operators(data: bytes) -> Iterator[tuple[bytes, list[Operand] | InlineImage]]:
    """Yield (operator, operands); ``BI`` comes with an :class:`InlineImage`.

    Names stand in the operands without their slash, those inside dictionaries too, flat.
    """
    scan = _TOKEN.match
    at, end = 0, len(data)
    operands: list[Operand] = []
    nesting = 0
    while at < end:
        token = scan(data, at)
        if token is None:  # only white space is left
            return
        at = token.end()
        kind = token.lastindex
        if kind == 1:
            word = token[1]
            if word[0] in _NUMERIC:
                if not nesting:
                    operands.append(_number(word))
                continue
            if nesting:
                continue  # true, false, null
            if word == b"BI":
                image, at = _inline(data, at)
                yield word, image
            else:
                yield word, operands
            operands = []
        elif kind == 2:
            name = token[2]
            operands.append(_HEX_ESCAPE.sub(_unescape, name) if b"#" in name else name)
            if len(operands) > _KEEP:
                del operands[:-_KEEP]
        elif kind == 4:
            nesting += 1
        elif kind == 5:
            nesting = max(nesting - 1, 0)
        elif kind == 6:
            at = _string_end(data, at)


def _inline(data: bytes, at: int) -> tuple[InlineImage, int]:
    entries: dict[bytes, Operand] = {}
    key: bytes | None = None
    nesting = 0
    while (token := _TOKEN.match(data, at)) is not None:
        at = token.end()
        kind = token.lastindex
        value: Operand | None = None
        if kind == 1:
            if token[1] == b"ID":
                break
            value = _number(token[1]) if token[1][0] in _NUMERIC else token[1]
        elif kind == 2:
            if key is None:
                key = token[2]
                continue
            value = token[2]
        elif kind in (4, 5):
            nesting += 1 if kind == 4 else -1
            value = b"array"
        if key is not None and value is not None and nesting <= 0:
            entries[key] = value
            key = None
    image = InlineImage(entries)
    start = at + 1
    if not image.filtered and image.width and image.height:
        depth = _whole(entries.get(b"BPC", entries.get(b"BitsPerComponent", 8)))
        space = entries.get(b"CS", entries.get(b"ColorSpace", b"G"))
        channels = _CHANNELS.get(space, 1) if isinstance(space, bytes) else 1
        bits = 1 if image.mask else depth * channels
        start += (image.width * bits + 7) // 8 * image.height - 1  # white space stands before EI
    found = _INLINE_END.search(data, min(start, len(data))) or _INLINE_END.search(data, at)
    return image, found.end() if found else len(data)


def _string_end(data: bytes, at: int) -> int:
    depth = 1
    for mark in _BRACKET.finditer(data, at):
        if mark[0] == b"(":
            depth += 1
        elif mark[0] == b")":
            depth -= 1
            if not depth:
                return mark.end()
    return len(data)


def _number(word: bytes) -> float:
    try:
        return float(word) if b"_" not in word else 0.0
    except ValueError:
        # Writers exist that put out «--5» or «1.2-3»; viewers read the beginning.
        head = re.match(rb"[+-]*([0-9]*\.?[0-9]*)", word)
        digits = head[1] if head else b""
        sign = -1.0 if word.startswith(b"-") else 1.0
        return sign * float(digits) if digits.strip(b".") else 0.0


def _whole(value: Operand | None) -> int:
    if isinstance(value, float) and 0 <= value < 1 << 31:
        return int(value)
    return 0


def _unescape(match: re.Match[bytes]) -> bytes:
    return bytes((int(match[1], 16),))

"""JPEG files as streams of PDF: markers that carry metadata go, the picture stays bit for bit."""

from __future__ import annotations

from typing import Final

__all__ = ["plain_jpeg"]

_SOI: Final = b"\xff\xd8"
_EOI: Final = b"\xff\xd9"
_SOS: Final = 0xDA
_KEPT: Final = frozenset({0xE0, 0xEE})  # JFIF; Adobe's colour transform
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})


def plain_jpeg(data: bytes) -> bytes | None:
    """The same picture without EXIF, comments, thumbnails and whatever follows its end.

    Returns:
        None when the markers are not as ITU-T T.81 has them: the caller decodes and encodes anew.
    """
    if not data.startswith(_SOI):
        return None
    out = [_SOI]
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if len(data) < at + 4 or data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == _EOI[1]:
            return None
        if marker in _ALONE:
            out.append(data[at : at + 2])
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length < 2 or end > len(data):
            return None
        if marker == _SOS:
            end = _entropy_end(data, end)
            out.append(data[at:end])
            if data[end : end + 2] == _EOI:
                return b"".join((*out, _EOI))
            if end >= len(data):
                return None
        elif (not 0xE0 <= marker <= 0xEF and marker != 0xFE) or marker in _KEPT:
            out.append(data[at:end])
        at = end


def _entropy_end(data: bytes, at: int) -> int:
    """Where the coded data that begins at ``at`` ends: before the next real marker."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        following = data[at + 1]
        if following == 0x00 or 0xD0 <= following <= 0xD7:
            at += 2
        elif following == 0xFF:
            at += 1
        else:
            return at

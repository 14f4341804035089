"""The markers of a JPEG, read without decoding (ITU-T T.81, annex B).

Progressive files with thousands of scans hang decoders: the scans are counted here first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field as _field

__all__ = ["JpegMarkers", "scan_jpeg"]

_NEXT = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_MAX_SCANS = 100_000


@dataclass(slots=True)
class JpegMarkers:
    """What the markers say.

    Attributes:
        width: of the first frame header, 0 when there is none.
        height: the same.
        components: colour components of the frame.
        bits: per sample.
        progressive: SOF2 and relatives.
        scans: SOS markers.
        ended: EOI was met.
        end: offset after EOI, or of the place where reading stopped.
        damage: what is wrong, in the words of the standard; empty when nothing.
        segments: (marker, payload) of APPn segments.
    """

    width: int = 0
    height: int = 0
    components: int = 0
    bits: int = 8
    progressive: bool = False
    scans: int = 0
    ended: bool = False
    end: int = 0
    damage: str = ""
    segments: list[tuple[int, bytes]] = _field(default_factory=list)


def scan_jpeg(data: bytes) -> JpegMarkers:
    """Read all markers of the first picture in ``data``."""
    found = JpegMarkers()
    if data[:2] != b"\xff\xd8":
        found.damage = "no SOI"
        return found
    at, size = 2, len(data)
    while True:
        at = _to_marker(data, at, found)
        if at < 0:
            found.end = size
            found.damage = found.damage or "no EOI"
            break
        marker = data[at + 1]
        if marker == 0xD9:
            found.ended, found.end = True, at + 2
            break
        if marker in _STANDALONE or marker == 0xD8:
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > size:
            found.end, found.damage = size, "segment cut off"
            break
        _segment(marker, data[at + 4 : at + 2 + length], found)
        at += 2 + length
        if found.scans > _MAX_SCANS:
            found.end = at
            break
        if marker == 0xDA:
            following = _NEXT.search(data, at)
            if following is None:
                found.end, found.damage = size, "scan cut off"
                break
            at = following.start()
    if found.ended and not found.scans:
        found.damage = found.damage or "no scan"
    return found


def _to_marker(data: bytes, at: int, found: JpegMarkers) -> int:
    """Offset of the next marker at or after ``at``; -1 at the end of data."""
    start = data.find(b"\xff", at)
    if start < 0:
        return -1
    if start != at and not found.damage:
        found.damage = "stray bytes between markers"
    while start + 1 < len(data) and data[start + 1] == 0xFF:  # fill bytes
        start += 1
    if start + 1 >= len(data):
        return -1
    if data[start + 1] == 0:
        following = _NEXT.search(data, start)
        return -1 if following is None else following.start()
    return start


def _segment(marker: int, payload: bytes, found: JpegMarkers) -> None:
    if marker in _FRAMES and not found.width and len(payload) >= 6:
        found.bits = payload[0]
        found.height = int.from_bytes(payload[1:3], "big")
        found.width = int.from_bytes(payload[3:5], "big")
        found.components = payload[5]
        found.progressive = marker in {0xC2, 0xC6, 0xCA, 0xCE}
    elif marker == 0xDA:
        found.scans += 1
    elif 0xE0 <= marker <= 0xEF and len(found.segments) < 64:
        found.segments.append((marker, payload))

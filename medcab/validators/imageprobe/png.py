"""The chunks of a PNG, with their checksums, read without decoding (W3C PNG, third edition)."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

__all__ = ["PngChunks", "rows_missing", "scan_png"]

_MAGIC = b"\x89PNG\r\n\x1a\n"
_MAX_CHUNKS = 100_000
_STEP = 1 << 20
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PASSES = (  # of Adam7: start and step, across and down
    (0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2)
)  # fmt: skip


@dataclass(slots=True)
class PngChunks:
    """What the chunks say: size, depth, colour type, density, frames, and whether they end."""

    width: int = 0
    height: int = 0
    bits: int = 8
    color: int = 0
    transparent: bool = False
    interlaced: bool = False
    frames: int = 1
    density: tuple[int, int] | None = None
    unitless: bool = False
    ended: bool = False
    end: int = 0
    damage: str = ""


def scan_png(data: bytes) -> PngChunks:
    """Read all chunks of ``data``."""
    found = PngChunks()
    if not data.startswith(_MAGIC):
        found.damage = "no signature"
        return found
    view = memoryview(data)
    at, count = 8, 0
    while at + 8 <= len(data) and count < _MAX_CHUNKS:
        count += 1
        length = int.from_bytes(view[at : at + 4], "big")
        kind = bytes(view[at + 4 : at + 8])
        stop = at + 12 + length
        if stop > len(data):
            found.end, found.damage = len(data), f"{_name(kind)} cut off"
            return found
        if zlib.crc32(view[at + 4 : stop - 4]) != int.from_bytes(view[stop - 4 : stop], "big"):
            found.damage = found.damage or f"wrong checksum of {_name(kind)}"
        _chunk(kind, bytes(view[at + 8 : at + 8 + min(length, 64)]), found)
        at = stop
        if kind == b"IEND":
            found.ended = True
            break
    found.end = at
    if not found.width or not found.height:
        found.damage = found.damage or "no IHDR"
    return found


def rows_missing(data: bytes, found: PngChunks) -> bool:
    """Unpack the samples: are they fewer than the header says (W3C PNG, 7.2 and 8.1)?

    The zlib stream may end where it should and still be too short.
    """
    bits = found.bits * _SAMPLES.get(found.color, 0)
    passes = _PASSES if found.interlaced else ((0, 1, 0, 1),)
    left = 0
    for x, dx, y, dy in passes:
        across, down = -(-(found.width - x) // dx), -(-(found.height - y) // dy)
        if across > 0 and down > 0:
            left += down * (1 + (across * bits + 7) // 8)
    decoder = zlib.decompressobj()
    at = 8
    while at + 8 <= found.end and left > 0 and not decoder.eof:
        length = int.from_bytes(data[at : at + 4], "big")
        packed = data[at + 8 : at + 8 + length] if data[at + 4 : at + 8] == b"IDAT" else b""
        while packed and left > 0 and not decoder.eof:
            left -= len(decoder.decompress(packed, _STEP))
            packed = decoder.unconsumed_tail
        at += 12 + length
    return left > 0


def _chunk(kind: bytes, payload: bytes, found: PngChunks) -> None:
    if kind == b"IHDR" and len(payload) >= 13:
        found.width = int.from_bytes(payload[:4], "big")
        found.height = int.from_bytes(payload[4:8], "big")
        found.bits, found.color = payload[8], payload[9]
        found.interlaced = payload[12] == 1
    elif kind == b"pHYs" and len(payload) >= 9:
        found.density = int.from_bytes(payload[:4], "big"), int.from_bytes(payload[4:8], "big")
        found.unitless = payload[8] != 1
    elif kind == b"tRNS":
        found.transparent = True
    elif kind == b"acTL" and len(payload) >= 4:
        found.frames = int.from_bytes(payload[:4], "big")


def _name(kind: bytes) -> str:
    return kind.decode("ascii", "replace") if kind.isalpha() else "chunk"

"""Does the entropy-coded data of a JPEG hold just the blocks of the picture (ITU-T T.81)?

Decoders make something of any bits and say nothing: what is missing becomes mid-grey, what is left
over is thrown away. So the picture is decoded with one row of blocks more than it has. That row has
to stay grey: content there means that the decoder lost its place in the data. Grey at the end of
the picture itself is looked at twice: bytes put in before the end marker change nothing in data
that is complete. Data in restart intervals is laid out anew, an interval a row, so that each
interval is tried in this manner.

A damage after which the decoder finds its place again at the very same block is not seen: one
flipped bit is mostly such a case.
"""

from __future__ import annotations

import io
import re
import struct
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["entropy_damage", "seen_whole", "taller"]

_HUFFMAN: Final = frozenset({0xC0, 0xC1, 0xC2})
_FILLS: Final = frozenset({127, 128})  # 127 where CMYK is stored inverted
_SLACK: Final = 4  # blocks made of the padding bits
_SLACK_OF_SCANS: Final = 12  # a scan that refines makes a block of every padding bit
_BLUR: Final = 2  # rows on either side of an edge that interpolation of colour mixes
_SPARE: Final = 12  # blocks put behind each restart interval
_JUNK: Final = b"\x55" * 256
_MOST: Final = 65_500
_MARKER: Final = re.compile(rb"\xff[^\x00\xff]")
_SIDE: Final = 8

EARLY: Final = "data ends too soon"
LATE: Final = "more data than the picture has blocks"
MARKERS: Final = "restart markers out of order"
SCANS: Final = "scans are missing"


@dataclass(slots=True)
class _Scan:
    components: int
    start: int
    end: int
    restarts: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Layout:
    """Where things stand in the data."""

    sof: int = 0
    kind: int = 0
    width: int = 0
    height: int = 0
    mcu: tuple[int, int] = (_SIDE, _SIDE)
    components: list[int] = field(default_factory=list)
    interval: int = 0
    dri: int = 0
    scans: list[_Scan] = field(default_factory=list)
    left: dict[tuple[int, int], int] = field(default_factory=dict)  # bits still to come


def entropy_damage(data: bytes) -> str:
    """Decode a JPEG; what is wrong with its coded data, empty where nothing is or can be told.

    Args:
        data: from the first marker to EOI, nothing behind it.

    Raises:
        Exception: whatever Pillow raises on data that it cannot decode.
    """
    damage = _damage(data)
    if damage == LATE:  # some writers fill up with zeros before the end marker
        bare = data[:-2].rstrip(b"\0")
        bare += b"\0" * (bare[-1:] == b"\xff")
        if len(bare) + 2 < len(data):
            damage = _damage(bare + data[-2:])
    return damage


def taller(data: bytes) -> tuple[bytes, int, tuple[int, int]] | None:
    """The picture with one row of blocks more, for who decodes it anyway: see :func:`seen_whole`.

    Returns:
        Data, new height, size of a block of all components; None for data of several scans or with
        restarts, and for CMYK.
    """
    found = _layout(data)
    if found is None or len(found.scans) != 1 or found.interval or len(found.components) > 3:
        return None
    height = (-(-found.height // found.mcu[1]) + 1) * found.mcu[1]
    if found.kind == 0xC2 or height > _MOST:
        return None
    return _resized(data, found, found.width, height), height, found.mcu


def seen_whole(picture: Any, height: int, added: int, mcu: tuple[int, int]) -> bool:
    """Whether a decoded taller picture proves its data whole.

    Args:
        picture: grey, at any of the decoder's scales.
        height: of the picture itself.
        added: height with the row of blocks.
        mcu: size of a block of all components.
    """
    scale = round(added / picture.height)
    last = -(-height // scale)
    slack = _SLACK * mcu[0] // scale
    if picture.width <= slack:
        return False
    extra = picture.crop((slack, (added - mcu[1]) // scale, picture.width, picture.height))
    end = picture.crop((picture.width - 1, last - 1, picture.width, last))
    return _grey(extra) and not _grey(end)


def _damage(data: bytes) -> str:
    found = _layout(data)
    if found is None:
        _decoded(data, quick=True)
        return ""
    if found.kind == 0xC2 and any(
        found.left.get((component, k), 1)
        for component in found.components
        for k in range(_SIDE * _SIDE)
    ):
        return SCANS
    single = len(found.scans) == 1
    across = -(-found.width // found.mcu[0])
    down = -(-found.height // found.mcu[1])
    if found.interval and single:
        scan = found.scans[0]
        if [data[at + 1] & 7 for at in scan.restarts] != [
            n % 8 for n in range(-(-across * down // found.interval) - 1)
        ]:
            return MARKERS
        rows = -(-across * down // found.interval)
        wide = found.interval + _SPARE
        if rows > 1 and wide * found.mcu[0] <= _MOST and rows * found.mcu[1] <= _MOST:
            return _by_intervals(data, found, across * down)
    return _by_height(data, found, down, quick=single)


def _by_height(data: bytes, found: _Layout, down: int, *, quick: bool) -> str:
    """The picture with one row of blocks more."""
    if (down + 1) * found.mcu[1] > _MOST:
        _decoded(data, quick=True)
        return ""
    taller = _resized(data, found, found.width, (down + 1) * found.mcu[1])
    picture = _decoded(taller, quick=quick)
    scale = round((down + 1) * found.mcu[1] / picture.height)
    blur = 0 if quick else _BLUR
    top = down * found.mcu[1] // scale + blur
    slack = max((_SLACK if quick else _SLACK_OF_SCANS) * found.mcu[0] // scale, 1)
    if picture.width > slack:
        extra = picture.crop((slack, top, picture.width, picture.height))
        if not _grey(extra):
            return LATE
    last = max(-(-found.height // scale), 1)
    if quick and not _grey(picture.crop((picture.width - 1, last - 1, picture.width, last))):
        return ""
    inner = (0, 0, picture.width, max(last - blur, 0))
    again = _decoded(_with_junk(taller, data, found), quick=quick)
    return EARLY if picture.crop(inner).tobytes() != again.crop(inner).tobytes() else ""


def _by_intervals(data: bytes, found: _Layout, blocks: int) -> str:
    """The intervals as rows, with spare blocks behind each."""
    rows = -(-blocks // found.interval)
    wide = found.interval + _SPARE
    changed = bytearray(_resized(data, found, wide * found.mcu[0], rows * found.mcu[1]))
    changed[found.dri : found.dri + 2] = struct.pack(">H", wide)
    picture = _decoded(bytes(changed), quick=True)
    scale = round(rows * found.mcu[1] / picture.height)
    step = max(found.mcu[0] // scale, 1)
    high = max(found.mcu[1] // scale, 1)
    full = blocks // found.interval * high  # the last interval may be shorter
    begin = found.interval * step
    if not _grey(picture.crop((begin + _SLACK * step, 0, picture.width, full))):
        return LATE
    ends = picture.crop((begin - 1, 0, begin, full))
    if not _FILLS & set(ends.tobytes()):
        return ""
    again = _decoded(_with_junk(bytes(changed), data, found), quick=True)
    inner = (0, 0, begin, full)
    return EARLY if picture.crop(inner).tobytes() != again.crop(inner).tobytes() else ""


def _layout(data: bytes) -> _Layout | None:
    """Read the headers; None for codings that are not tried in this manner."""
    found = _Layout()
    at = 2
    while (at := data.find(b"\xff", at)) >= 0 and at + 4 <= len(data):
        marker = data[at + 1]
        if marker in {0x00, 0xFF, 0x01, 0xD8} or 0xD0 <= marker <= 0xD7:
            at += 1 if marker == 0xFF else 2
            continue
        if marker == 0xD9:
            break
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        if marker in range(0xC0, 0xD0) and marker not in {0xC4, 0xC8, 0xCC}:
            if found.sof or not _frame(found, marker, at, body):
                return None
        elif marker == 0xDD and len(body) >= 2:
            found.interval, found.dri = int.from_bytes(body[:2], "big"), at + 4
        elif marker == 0xDA and body:
            at = _scan(data, at + 2 + length, body, found)
            continue
        at += 2 + length
    return found if found.sof and found.scans else None


def _frame(found: _Layout, marker: int, at: int, body: bytes) -> bool:
    if marker not in _HUFFMAN or len(body) < 9 or body[0] != 8:
        return False
    found.sof, found.kind = at, marker
    found.height, found.width = struct.unpack(">HH", body[1:5])
    table = [body[6 + 3 * n : 9 + 3 * n] for n in range(body[5])]
    if not found.height or not found.width or any(len(one) < 3 for one in table):
        return False
    found.components = [one[0] for one in table]
    if len(table) > 1:
        found.mcu = (_SIDE * max(t[1] >> 4 for t in table), _SIDE * max(t[1] & 15 for t in table))
    return all(found.mcu)


def _scan(data: bytes, start: int, body: bytes, found: _Layout) -> int:
    """Note a scan; the offset of the marker behind it."""
    scan = _Scan(body[0], start, len(data))
    for match in _MARKER.finditer(data, start):
        if not 0xD0 <= data[match.start() + 1] <= 0xD7:
            scan.end = match.start()
            break
        scan.restarts.append(match.start())
    found.scans.append(scan)
    count = body[0]
    if len(body) >= 4 + 2 * count:
        first, last, bits = body[1 + 2 * count : 4 + 2 * count]
        for n in range(count):
            for k in range(first, min(last, 63) + 1):
                found.left[body[1 + 2 * n], k] = bits & 15
    return scan.end


def _resized(data: bytes, found: _Layout, width: int, height: int) -> bytes:
    at = found.sof + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def _with_junk(changed: bytes, data: bytes, found: _Layout) -> bytes:
    """``changed`` (as long as ``data``) with bytes put in before the end of every interval."""
    parts, begin = [], 0
    for scan in found.scans:
        for at in (*scan.restarts, scan.end):
            parts += [changed[begin:at], _JUNK]
            begin = at
    return b"".join((*parts, changed[begin:]))


def _decoded(data: bytes, *, quick: bool) -> Any:
    """One channel at an eighth of the size; all channels in full where scans add up."""
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        if not quick:
            image.load()
            return image.copy()
        image.draft("L", (max(image.width // _SIDE, 1), max(image.height // _SIDE, 1)))
        image.load()
        return image.getchannel(0)


def _grey(picture: Any) -> bool:
    found = picture.getextrema()
    bands = found if isinstance(found[0], tuple) else (found,)
    return all(low in _FILLS and high in _FILLS for low, high in bands)

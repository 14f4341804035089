"""Does data coded by ITU-T T.6 (CCITT group 4) hold the rows of its picture, no fewer, no more?

Decoders return something for any bits. So rows of our own are put behind the data: they have to
come out right below the picture. Where they come out inside of it, rows are missing; where they do
not come out at all, the decoder has lost its place in the data.
"""

from __future__ import annotations

import contextlib
import io
import os
import struct
from collections.abc import Iterator
from typing import Any, Final

__all__ = ["UNSURE", "fax_damage", "quiet"]

MISSING: Final = "rows are missing"
LOST: Final = "the rows cannot be told from the data"
UNSURE: Final = "more rows than the picture has"

_END: Final = "000000000001" * 2  # EOFB
_ROWS: Final = 32
_SURPLUS: Final = 64  # rows that a writer may have left over
_LEAST: Final = 16  # a narrower row could be coded by the differences to the one before
_TAIL: Final = 64
_LAST_ZEROS: Final = 6
_MIRROR: Final = bytes(int(f"{n:08b}"[::-1], 2) for n in range(256))


def fax_damage(data: bytes, width: int, height: int, *, low_first: bool = False) -> str:
    """Decode group 4 data; what is wrong with it.

    Args:
        data: one picture or strip.
        width: samples a row.
        height: rows.
        low_first: the first sample is in the lowest bit of a byte (TIFF FillOrder 2).

    Returns:
        Empty when nothing is; ``UNSURE`` where there are a few rows more, which a good file can
        have as well as one whose decoder was led astray.

    Raises:
        Exception: whatever Pillow raises on data that it cannot decode.
    """
    if width < _LEAST or not height:
        return ""
    data = data.translate(_MIRROR) if low_first else data
    head, bits, ended = _without_end(data)
    black, both = _coded(width, 1), _coded(width, _ROWS)
    first = _decoded(_joined(head, bits + both), width, height + _ROWS + _SURPLUS)
    pitch = (width + 7) // 8
    picture, below = first[: pitch * height], first[pitch * height :]
    stripes = _stripes(width).tobytes()
    if ended and below.startswith(stripes):
        return ""
    second = _decoded(_joined(head, bits + both[len(black) :] + black), width, height)
    if picture != second:
        return MISSING
    if not ended:
        return "" if _fits(data, width, height, both, stripes) else UNSURE
    return UNSURE if stripes in below else LOST


def _fits(data: bytes, width: int, height: int, both: str, stripes: bytes) -> bool:
    """Without an end mark: try where the last code may end, which may have zeros at its end."""
    begin = (width + 7) // 8 * height
    for bare in dict.fromkeys((data.rstrip(b"\0"), data.rstrip(b"\0\r\n"))):
        bits = "".join(f"{byte:08b}" for byte in bare[-_TAIL:]).rstrip("0")
        for zeros in range(_LAST_ZEROS):
            coded = _joined(bare[:-_TAIL], bits + "0" * zeros + both)
            if _decoded(coded, width, height + _ROWS)[begin:] == stripes:
                return True
    return False


def _without_end(data: bytes) -> tuple[bytes, str, bool]:
    """Whole bytes, the bits after them, and whether there was an end mark, now taken away."""
    for bare in (data.rstrip(b"\0"), data.rstrip(b"\0\r\n")):
        tail = bare[-_TAIL:]
        bits = "".join(f"{byte:08b}" for byte in tail).rstrip("0")
        if bits.endswith(_END):
            return bare[: len(bare) - len(tail)], bits[: -len(_END)], True
    return data, "", False


def _joined(head: bytes, bits: str) -> bytes:
    bits += _END
    bits += "0" * (-len(bits) % 8)
    return head + int(bits, 2).to_bytes(len(bits) // 8, "big")


def _stripes(width: int, rows: int = _ROWS) -> Any:
    from PIL import Image

    stripes = Image.new("1", (width, rows), 0)
    for row in range(0, rows, 2):
        stripes.paste(1, (0, row, width, row + 1))
    return stripes


def _coded(width: int, rows: int) -> str:
    """The bits of such rows; the first is coded without a look at what is above it."""
    from PIL import Image

    out = io.BytesIO()
    _stripes(width, rows).save(out, "TIFF", compression="group4", strip_size=1 << 24)
    with Image.open(io.BytesIO(out.getvalue())) as saved:
        tags: Any = saved.tag_v2  # type: ignore[attr-defined]
        data = out.getvalue()[tags[273][0] :][: tags[279][0]]
    bits = "".join(f"{byte:08b}" for byte in data).rstrip("0")
    return bits.removesuffix(_END)


def _decoded(data: bytes, width: int, height: int) -> bytes:
    """The rows, eight samples a byte."""
    from PIL import Image

    tags = (
        (256, 4, width), (257, 4, height), (258, 3, 1), (259, 3, 4), (262, 3, 1), (266, 3, 1),
        (273, 4, 8), (277, 3, 1), (278, 4, height), (279, 4, len(data)),
    )  # fmt: skip
    directory = struct.pack("<H", len(tags))
    for tag, kind, value in tags:
        directory += struct.pack("<HHII", tag, kind, 1, value)
    data += b"\0" * (len(data) % 2)
    file = struct.pack("<2sHI", b"II", 42, 8 + len(data)) + data + directory + b"\0" * 4
    with quiet(), Image.open(io.BytesIO(file), formats=("TIFF",)) as image:
        return image.tobytes()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep libtiff from writing its complaints to the standard error of the process."""
    try:
        kept = os.dup(2)
    except OSError:  # there is none
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)

"""The data of a picture inside a PDF: is it whole, and how many samples does it really hold?

JPEG data is read by its markers. Deflated samples are unpacked in steps and thrown away, since a
cut-off stream gives a page of which the lower part is missing. The rows of CCITT group 4 are
counted. JBIG2, JPEG 2000 and group 3 are left to rendering.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

from medcab.validators.facts import LimitHit, ProbeLimits
from medcab.validators.imageprobe.jpeg import scan_jpeg
from medcab.validators.pdfprobe.streams import LimitReached, decode_before, filters_of

__all__ = ["ImageData", "inspect_image"]

_STEP = 1 << 20
_JPEG = frozenset({"/DCTDecode", "/DCT"})
_FLATE = frozenset({"/FlateDecode", "/Fl"})
_FAX = frozenset({"/CCITTFaxDecode", "/CCF"})
_FAX_COLUMNS = 1728
_CHANNELS = {
    "/DeviceGray": 1,
    "/CalGray": 1,
    "/Indexed": 1,
    "/Separation": 1,
    "/DeviceRGB": 3,
    "/CalRGB": 3,
    "/Lab": 3,
    "/DeviceCMYK": 4,
}
_PNG_PREDICTOR = 10


@dataclass(frozen=True, slots=True)
class ImageData:
    """Samples really there (width, height), limits met, and what is broken (empty: nothing).

    ``unsure`` is set where it cannot be told whether something is.
    """

    width: int
    height: int
    limits: tuple[LimitHit, ...] = ()
    damage: str = ""
    unsure: bool = False


def inspect_image(
    stream: Any, width: int, height: int, limits: ProbeLimits, *, decode: bool = False
) -> ImageData:
    """Look at the data of an image of ``width`` × ``height`` declared samples.

    ``decode`` tells as well whether JPEG data has just the blocks it should, and
    whether group 4 data has its rows: 6 and 12 ms a page.
    """
    hits: list[LimitHit] = []
    if width * height > limits.pixels:
        hits.append(LimitHit("pixels", limits.pixels, width * height))
    try:
        names = filters_of(stream, limits)
        if hits or not names:
            return ImageData(width, height, tuple(hits))
        if names[-1] in _JPEG:
            data = decode_before(stream, names[:-1], limits)
            return _jpeg(data, width, height, limits, decode=decode)
        if len(names) == 1 and names[0] in _FLATE:
            return _deflated(stream, width, height, limits)
        if names[-1] in _FAX and decode:
            return _fax(stream, decode_before(stream, names[:-1], limits), width, height)
    except LimitReached as reached:
        hits.append(LimitHit(reached.name, reached.limit, reached.seen))
    return ImageData(width, height, tuple(hits))


def _jpeg(data: bytes, width: int, height: int, limits: ProbeLimits, *, decode: bool) -> ImageData:
    found = scan_jpeg(data)
    if found.scans > limits.jpeg_scans:
        hit = LimitHit("jpeg_scans", limits.jpeg_scans, found.scans)
        return ImageData(width, height, (hit,))
    damage = ""
    if not (found.ended and found.width and found.height and found.scans):
        damage = found.damage or "no picture"
    if found.width * found.height > limits.pixels:
        hit = LimitHit("pixels", limits.pixels, found.width * found.height)
        return ImageData(width, height, (hit,), damage)
    if decode and not damage:
        damage = _decoded(data[: found.end])
    if found.width and found.height:
        width, height = min(width, found.width), min(height, found.height)
    return ImageData(width, height, (), damage)


def _decoded(data: bytes) -> str:
    from medcab.validators.imageprobe.entropy import entropy_damage

    try:
        return entropy_damage(data)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a JPEG that Pillow alone cannot decode is not broken for it
        return ""


def _fax(stream: Any, data: bytes, width: int, height: int) -> ImageData:
    import pikepdf

    from medcab.validators.imageprobe.fax import UNSURE, fax_damage

    parms = stream.get("/DecodeParms", stream.get("/DP"))
    if isinstance(parms, pikepdf.Array):
        parms = parms[-1] if len(parms) else None
    if not isinstance(parms, pikepdf.Dictionary) or int(parms.get("/K", 0)) >= 0:
        return ImageData(width, height)  # group 3
    if parms.get("/EncodedByteAlign") is True:
        return ImageData(width, height)
    try:
        damage = fax_damage(data, int(parms.get("/Columns", _FAX_COLUMNS)), height)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - decoders of hostile data raise anything
        damage = UNSURE
    if damage == UNSURE:
        return ImageData(width, height, unsure=True)
    return ImageData(width, height, (), damage)


def _deflated(stream: Any, width: int, height: int, limits: ProbeLimits) -> ImageData:
    expected = _bytes_expected(stream, width, height)
    most = 8 * limits.pixels if expected is None else expected + _STEP
    packed = stream.read_raw_bytes()
    if len(packed) < 2 or packed[0] & 15 != 8 or int.from_bytes(packed[:2], "big") % 31:
        return ImageData(width, height, (), "no data")
    # Without the checksum at the end: when it is wrong the samples may be whole.
    decoder, data = zlib.decompressobj(-zlib.MAX_WBITS), packed[2:]
    total = 0
    damage = ""
    try:
        while data and not decoder.eof:
            total += len(decoder.decompress(data, _STEP))
            data = decoder.unconsumed_tail
            if total > most:  # more than the picture can hold: viewers throw it away
                if total > 8 * limits.pixels:
                    hit = LimitHit("stream", 8 * limits.pixels, total)
                    return ImageData(width, height, (hit,))
                most = 8 * limits.pixels
    except zlib.error as error:
        damage = str(error)
    if expected is not None and total < expected:
        damage = damage or f"{total} of {expected} bytes"
    elif expected is not None:
        damage = ""  # all samples are there, whatever follows
    return ImageData(width, height, (), damage or ("" if total else "no data"))


def _bytes_expected(stream: Any, width: int, height: int) -> int | None:
    """Size of the unpacked samples; None where the colour space does not tell."""
    import pikepdf

    bits = stream.get("/BitsPerComponent", 1)
    channels: int | None = 1
    if stream.get("/ImageMask") is not True:
        space = stream.get("/ColorSpace")
        kind = space[0] if isinstance(space, pikepdf.Array) and len(space) else space
        if kind == "/ICCBased" and isinstance(space[1], pikepdf.Stream):
            channels = space[1].get("/N")
        else:
            channels = next((n for name, n in _CHANNELS.items() if kind == name), None)
    if not isinstance(channels, int) or not isinstance(bits, int):
        return None
    row = (width * channels * bits + 7) // 8
    parms = stream.get("/DecodeParms", stream.get("/DP"))
    if isinstance(parms, pikepdf.Array):
        parms = parms[0] if len(parms) else None
    predictor = parms.get("/Predictor", 1) if isinstance(parms, pikepdf.Dictionary) else 1
    if isinstance(predictor, int) and predictor >= _PNG_PREDICTOR:
        row += 1
    return row * height

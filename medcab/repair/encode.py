"""Pictures as streams of PDF: JPEG, deflated samples, or CCITT G4 for pages of two tones."""

from __future__ import annotations

import io
import os
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

__all__ = ["Encoded", "as_g4", "as_jpeg", "as_lossless", "as_stream", "fill", "two_tones"]

_LEVEL: Final = 6
_TIFF_STRIP_OFFSETS: Final = 273
_TIFF_STRIP_COUNTS: Final = 279


@dataclass(frozen=True, slots=True)
class Encoded:
    """Samples as they stand in a PDF.

    Attributes:
        data: the stream.
        kind: ``jpeg``, ``flate`` or ``g4``.
        size: samples across and down.
        channels: 1 or 3.
    """

    data: bytes
    kind: str
    size: tuple[int, int]
    channels: int


def as_jpeg(image: Any, quality: int) -> Encoded:
    """A progressive JPEG with chroma at half the resolution."""
    with _memory() as out:
        image.save(
            out, "JPEG", quality=quality, progressive=True, optimize=True, subsampling="4:2:0"
        )
        out.seek(0)
        return Encoded(out.read(), "jpeg", image.size, 1 if image.mode == "L" else 3)


def _memory() -> BinaryIO:
    """A file in memory, known to the system where it has such files.

    Pillow lets other threads work while it encodes to a file of the system, and not otherwise.
    """
    make = getattr(os, "memfd_create", None)
    return io.BytesIO() if make is None else os.fdopen(make("medcab"), "w+b")


def as_lossless(image: Any) -> Encoded:
    """The very samples of an L, RGB or bilevel image."""
    if image.mode == "1":
        return as_g4(image)
    two = two_tones(image)
    if two is not None:
        return as_g4(two)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=_LEVEL)
    data = _idat(out.getvalue())
    return Encoded(data, "flate", image.size, 1 if image.mode == "L" else 3)


def as_g4(image: Any) -> Encoded:
    """A bilevel image in CCITT G4 (ITU-T T.6), one strip."""
    from PIL import Image

    out = io.BytesIO()
    image.save(out, "TIFF", compression="group4", strip_size=1 << 30)
    data = out.getvalue()
    tiff: Any
    with Image.open(io.BytesIO(data)) as tiff:
        tags = tiff.tag_v2
        offsets, counts = tags[_TIFF_STRIP_OFFSETS], tags[_TIFF_STRIP_COUNTS]
    return Encoded(data[offsets[0] : offsets[0] + counts[0]], "g4", image.size, 1)


def two_tones(image: Any) -> Any | None:
    """The image in mode 1 when it is grey and has no tones but black and white."""
    if image.mode != "L":
        return None
    histogram = image.histogram()
    if any(histogram[1:255]) or not (histogram[0] and histogram[255]):
        return None
    from PIL import Image

    return image.convert("1", dither=Image.Dither.NONE)


def as_stream(pdf: Any, encoded: Encoded) -> Any:
    """A new image XObject of ``pdf``."""
    import pikepdf

    stream = pikepdf.Stream(pdf, encoded.data)
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    fill(pdf, stream, encoded, None)
    return stream


def fill(pdf: Any, stream: Any, encoded: Encoded, space: Any) -> None:
    """Make ``stream`` hold ``encoded``; ``space`` is its colour space, None for the device's."""
    import pikepdf

    names = pikepdf.Name
    device = names.DeviceGray if encoded.channels == 1 else names.DeviceRGB
    width, height = encoded.size
    filters, parms = names.DCTDecode, None
    if encoded.kind == "flate":
        filters = names.FlateDecode
        parms = pikepdf.Dictionary(
            Predictor=15, Colors=encoded.channels, Columns=width, BitsPerComponent=8
        )
    elif encoded.kind == "g4":
        filters = names.CCITTFaxDecode
        # Pillow codes a set bit, which is white to it, as black.
        parms = pikepdf.Dictionary(K=-1, Columns=width, Rows=height, BlackIs1=True)
    stream.write(encoded.data, filter=filters, decode_parms=parms)
    stream.Width, stream.Height = width, height
    stream.BitsPerComponent = 1 if encoded.kind == "g4" else 8
    stream.ColorSpace = space if space is not None else device
    for key in ("/Decode", "/Metadata", "/Alternates", "/Intent"):
        if key in stream:
            del stream[key]


def _idat(png: bytes) -> bytes:
    """The compressed samples of a PNG: deflate with PNG predictors is what PDF reads too."""
    at, parts = 8, []
    while at + 8 <= len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            parts.append(png[at + 8 : at + 8 + length])
        at += length + 12
    data = b"".join(parts)
    zlib.decompressobj().decompress(data[:4096], 1)  # a broken encoder must not pass unseen
    return data

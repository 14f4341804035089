"""Pixels of one document: what the workers of :mod:`medcab.formats.drawing` do.

Workers are started for a few pages and thrown away, so this module imports little.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from medcab.formats.base import Box
    from medcab.sources import Source

__all__ = ["around", "draw"]

_PIXELS: Final = 60_000_000
_QUALITY: Final = 60
_CUT: Final = (640, 320)
# Keys of pictures that are not shown as they are: masked, or with the values turned round.
_UNLIKE: Final = re.compile(rb"/(?:S?Mask|Decode|BM)\s*[\[0-9/]")


def draw(
    source: Source, kind: str, wanted: list[tuple[int, int, Box | None]]
) -> list[bytes | None]:
    """Draw pages of one document (runs in a worker).

    Args:
        source: where the bytes are.
        kind: format by content.
        wanted: (page from 1, width of the whole page in pixels, box to cut out or None).

    Returns:
        a JPEG for each, None where there is no such page.
    """
    data = source.read()
    return _pdf(data, wanted) if kind == "pdf" else _image(data, wanted)


def _pdf(data: bytes, wanted: list[tuple[int, int, Box | None]]) -> list[bytes | None]:
    import pypdfium2

    made: list[bytes | None] = [None] * len(wanted)
    document = pypdfium2.PdfDocument(data)
    plain = _UNLIKE.search(data) is None
    try:
        # Page by page, so that the scan of a page is decoded once.
        for number in sorted({page for page, _, _ in wanted}):
            if not 1 <= number <= len(document):
                continue
            page = document[number - 1]
            across, down = page.get_size()
            asked = [n for n, (page_number, _, _) in enumerate(wanted) if page_number == number]
            if across > 0 and down > 0:
                parts = [wanted[n][1:] for n in asked]
                scan = _scan(page) if plain else None
                drawn: Sequence[bytes | None] | None = None
                if scan is not None:
                    drawn = _from_scan(scan, parts, down / across)
                if drawn is None:
                    drawn = [_pdf_part(page, across, down, *part) for part in parts]
                for n, data_of_part in zip(asked, drawn, strict=True):
                    made[n] = data_of_part
            page.close()
    finally:
        document.close()
    return made


def _scan(page: Any) -> bytes | None:
    """The JPEG that is all that the page shows, upright and from edge to edge; None without one.

    Scanners make such pages. A JPEG can be read at a fraction of its size: a thumbnail costs a
    third of what drawing the page costs, and a place on it nothing but its decoding.
    """
    from pypdfium2 import raw

    if (
        raw.FPDFPage_CountObjects(page) != 1
        or raw.FPDFPage_GetAnnotCount(page)
        or page.get_rotation()
    ):
        return None
    (only,) = page.get_objects(max_depth=1)
    if only.type != raw.FPDF_PAGEOBJ_IMAGE or only.get_filters() != ["DCTDecode"]:
        return None
    if raw.FPDFClipPath_CountPaths(raw.FPDFPageObj_GetClipPath(only)) > 0:
        return None
    left, bottom, right, top = page.get_cropbox()
    across, down = right - left, top - bottom
    a, b, c, d, e, f = only.get_matrix().get()
    near = max(across, down) / 100
    wrong = (a - across, b, c, d - down, e - left, f - bottom)
    if any(abs(value) > near for value in wrong):
        return None
    return bytes(only.get_data(decode_simple=False))


def _from_scan(
    scan: bytes, parts: list[tuple[int, Box | None]], shape: float
) -> list[bytes] | None:
    """The page and places on it out of its JPEG; None where that is no plain or no fitting one.

    Args:
        scan: the JPEG.
        parts: width of the page in pixels, and the place on it or None for all of it.
        shape: height of the page by its width.
    """
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = _PIXELS
    whole = max((width for width, box in parts if box is None), default=0)
    exact = [width for width, box in parts if box is not None]
    try:
        with Image.open(io.BytesIO(scan), formats=("JPEG",)) as image:
            if image.mode not in ("L", "RGB") or image.width < whole or shape > 4:
                return None
            # A place is shown pixel for pixel: pdfium makes other sizes fit.
            if any(abs(image.width - width) > width / 50 for width in exact):
                return None
            if not exact:
                image.draft(image.mode, (whole, math.ceil(whole * shape)))
            image.load()
            return [
                _jpeg(image.crop(around(box, image.size)))
                if box is not None
                else _jpeg(image.resize((width, math.ceil(width * shape)), reducing_gap=2.0))
                for width, box in parts
            ]
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None  # pdfium may know what to do with it


def _pdf_part(page: Any, across: float, down: float, width: int, box: Box | None) -> bytes | None:
    scale = min(width / across, (_PIXELS / (across * down)) ** 0.5)
    crop = (0.0, 0.0, 0.0, 0.0)
    if box is not None:
        pixels = around(box, (max(1, int(across * scale)), max(1, int(down * scale))))
        left, top, right, bottom = (value / scale for value in pixels)
        crop = (left, max(0.0, down - bottom), max(0.0, across - right), top)
    bitmap = page.render(scale=scale, crop=crop, may_draw_forms=True)
    try:
        return _jpeg(bitmap.to_pil())
    finally:
        bitmap.close()


def _image(data: bytes, wanted: list[tuple[int, int, Box | None]]) -> list[bytes | None]:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = _PIXELS
    made: list[bytes | None] = [None] * len(wanted)
    for number in sorted({page for page, _, _ in wanted}):
        with Image.open(io.BytesIO(data)) as opened:
            if number > getattr(opened, "n_frames", 1) or number < 1:
                continue
            opened.seek(number - 1)
            if all(box is None for page, _, box in wanted if page == number):
                size = max(width for page, width, _ in wanted if page == number)
                opened.draft("RGB", (size, size))  # JPEG: decode no more than is shown
            image = ImageOps.exif_transpose(opened).convert("RGB")
        for index, (page, width, box) in enumerate(wanted):
            if page == number and box is not None:
                # Pixel for pixel: never enlarged, a coarse scan must look coarse.
                made[index] = _jpeg(image.crop(around(box, image.size)))
            elif page == number:
                height = max(1, min(round(image.height * width / image.width), 4 * width))
                made[index] = _jpeg(image.resize((width, height), reducing_gap=2.0))
    return made


def _jpeg(image: Any) -> bytes:
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def around(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Pixels of the box with a margin, at most the size of a cutting, inside the page."""
    made = []
    for low, high, length, most in (
        (box[0], box[2], size[0], _CUT[0]),
        (box[1], box[3], size[1], _CUT[1]),
    ):
        low, high = sorted(min(max(value, 0.0), 1.0) for value in (low, high))
        wanted = min(most, length, max(80, int((high - low) * length) + 40))
        start = int((low + high) / 2 * length - wanted / 2)
        start = min(max(0, start), length - wanted)
        made.append((start, start + wanted))
    return made[0][0], made[1][0], made[0][1], made[1][1]

"""Pages of a PDF that are scans: straightened, cleaned, turned; and pictures made smaller."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

from medcab.repair.amounts import COVERS
from medcab.repair.encode import Encoded, as_jpeg, as_lossless, fill
from medcab.repair.recompress import Picture
from medcab.repair.streams import (
    JPX,
    decode,
    is_jpeg,
    may_change,
    only_filter,
    size_of,
    space_for,
)
from medcab.validators.facts import PdfFacts, PlacedImage

__all__ = ["change_picture", "darkened", "only_picture", "pictures_of", "put", "straightened"]

_RECODED: Final = 92
_LEAST_RECODED: Final = 60
_STEP: Final = 15
_K1_SUM: Final = 3688  # of the luminance table of annex K at quality 50
_SMALLEST: Final = 4096  # bytes below which a picture is not worth a touch


def only_picture(page: Any, placed: Iterable[PlacedImage]) -> Any | None:
    """The stream of the one picture that is the page, or None."""
    import pikepdf

    shown = [p for p in placed if p.share > 0]
    if len(shown) != 1 or shown[0].share < COVERS or shown[0].mask:
        return None
    resources = page.obj.get("/Resources") or page.resources
    listed = resources.get("/XObject") if resources is not None else None
    if not isinstance(listed, pikepdf.Dictionary):
        return None
    name = shown[0].name if shown[0].name.startswith("/") else f"/{shown[0].name}"
    stream = listed.get(name)
    if not isinstance(stream, pikepdf.Stream) or stream.get("/Subtype") != "/Image":
        return None
    if any(key in stream for key in ("/SMask", "/Mask", "/ImageMask", "/Decode")):
        return None
    return stream


def change_picture(pdf: Any, stream: Any, change: Any) -> bool:
    """Put ``change(image)`` in place of the samples of ``stream``; False when it cannot be read."""
    image = decode(stream, None, 0)
    if image is None:
        return False
    quality = coded_quality(stream) if is_jpeg(stream) else None
    made = change(image)
    if quality is None and only_filter(stream) == JPX:
        quality = _RECODED  # it went through a lossy coding before
    encoded = as_lossless(made) if quality is None or made.mode == "1" else as_jpeg(made, quality)
    fill(pdf, stream, encoded, space_for(stream, encoded))
    return True


def coded_quality(stream: Any) -> int:
    """The quality for a second coding of a JPEG: a step better than the first, so as to add little.

    The first is told from the sum of its luminance table (ITU-T T.81, annex K, as scaled by the
    common encoders).
    """
    from PIL import Image

    with Image.open(io.BytesIO(bytes(stream.read_raw_bytes())), formats=("JPEG",)) as image:
        tables = getattr(image, "quantization", {})
    total = sum(tables[min(tables)]) if tables else 0
    first = next((q for q in range(100, 0, -1) if _table_sum(q) >= total), 1)
    return max(_LEAST_RECODED, min(first + _STEP, _RECODED))


def _table_sum(quality: int) -> float:
    scale = 5000 / quality if quality < 50 else 200 - 2 * quality
    return max(_K1_SUM * scale / 100, 64)


def straightened(image: Any, degrees: float) -> Any | None:
    """``image`` turned by ``degrees`` (counter-clockwise) in its own frame.

    Returns:
        None when ink would be turned out of the picture.
    """
    from PIL import Image

    grey = image.convert("L") if image.mode != "L" else image
    small = grey.reduce(4) if min(grey.size) > 400 else grey
    paper = _paper(small)
    if _ink_lost(small, degrees, paper):
        return None
    if image.mode == "1":
        # Rotating two tones tears strokes: turn them as grey, then cut at the middle.
        turned = grey.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
        return turned.point(lambda v: 255 if v >= 128 else 0).convert("1")
    colour: Any = paper if image.mode == "L" else _paper_colour(image, paper)
    return image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=colour)


def darkened(image: Any) -> Any:
    """The contrast stretched: paper to white, the darkest ink to black."""
    grey = image.convert("L") if image.mode != "L" else image
    histogram = grey.reduce(4).histogram() if min(grey.size) > 64 else grey.histogram()
    total = sum(histogram)
    low = _level(histogram, total * 0.002)
    high = _level(histogram, total * 0.5)
    if high - low < 8:
        return image
    scale = 255.0 / (high - low)
    table = [max(0, min(255, round((v - low) * scale))) for v in range(256)]
    return image.point(table * len(image.getbands()))


def _level(histogram: list[int], count: float) -> int:
    passed = 0
    for level, number in enumerate(histogram):
        passed += number
        if passed >= count:
            return level
    return 255


def _paper(small: Any) -> int:
    """The tone that more than half of the page is lighter or equal to."""
    histogram = small.histogram()
    return max(range(64, 256), key=lambda v: histogram[v] + histogram[max(v - 1, 0)])


def _paper_colour(image: Any, paper: int) -> tuple[int, int, int]:
    import numpy as np

    small = np.asarray(image.reduce(8) if min(image.size) > 64 else image).reshape(-1, 3)
    near = small[np.abs(small.mean(axis=1) - paper) < 12]
    if not len(near):
        return (paper, paper, paper)
    red, green, blue = (round(v) for v in np.median(near, axis=0))
    return red, green, blue


def _ink_lost(small: Any, degrees: float, paper: int) -> bool:
    """Whether more ink than dust leaves the frame."""
    from PIL import Image

    ink = small.point(lambda v: 255 if v < paper - 60 else 0)
    all_of_it = ink.rotate(degrees, Image.Resampling.NEAREST, expand=True, fillcolor=0)
    width, height = small.size
    left, top = (all_of_it.width - width) // 2, (all_of_it.height - height) // 2
    inside = all_of_it.crop((left, top, left + width, top + height))
    lost = all_of_it.histogram()[255] - inside.histogram()[255]
    # The shadow along the rim of a crooked sheet may go; a line of text may not.
    return bool(lost > 40 + 0.01 * all_of_it.histogram()[255])


def pictures_of(pdf: Any, facts: PdfFacts, dpi: int) -> tuple[list[Any], list[Picture]]:
    """The image streams of a PDF that may be encoded anew, with how to decode them."""
    import pikepdf

    least = _resolutions(facts)
    streams, pictures = [], []
    for thing in pdf.objects:
        if not isinstance(thing, pikepdf.Stream) or thing.get("/Subtype") != "/Image":
            continue
        size = size_of(thing)
        stored = len(thing.read_raw_bytes())
        if size is None or stored < _SMALLEST or not may_change(thing):
            continue
        at = least.get(size)
        reducible = at is not None and min(at) > dpi * 1.05
        streams.append(thing)
        pictures.append(
            Picture(
                load=_loader(thing, at, dpi),
                stored=stored,
                reducible=reducible,
            )
        )
    return streams, pictures


def put(pdf: Any, streams: list[Any], encoded: Iterable[Encoded | None]) -> None:
    """Write what :func:`medcab.repair.recompress.fit` found into the streams."""
    for stream, new in zip(streams, encoded, strict=True):
        if new is not None:
            fill(pdf, stream, new, space_for(stream, new))


def _resolutions(facts: PdfFacts) -> Mapping[tuple[int, int], tuple[float, float]]:
    """Size in samples to the least resolution at which a picture of that size is shown."""
    found: dict[tuple[int, int], tuple[float, float]] = {}
    unknown = not all(page.complete for page in facts.pages)
    if unknown or facts.page_count != len(facts.pages):
        return {}
    for page in facts.pages:
        for image in page.images:
            key = (image.width, image.height)
            old = found.get(key, (math.inf, math.inf))
            found[key] = (min(old[0], image.dpi_h), min(old[1], image.dpi_v))
    return {k: v for k, v in found.items() if math.isfinite(max(v)) and min(v) > 0}


def _loader(stream: Any, at: tuple[float, float] | None, dpi: int) -> Any:
    def load() -> Any:
        image = decode(stream, at, dpi)
        if image is None:
            raise ValueError("undecodable picture")
        return image

    return load

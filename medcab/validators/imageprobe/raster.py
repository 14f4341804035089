"""Measure an image file: markers and chunks by our own reading, samples by Pillow, bounded."""

from __future__ import annotations

import io
import warnings
from dataclasses import replace
from typing import Any

from medcab.validators.facts import Density, ImageFacts, LimitHit, ProbeLimits
from medcab.validators.imageprobe.entropy import entropy_damage
from medcab.validators.imageprobe.exif import Exif, read_exif
from medcab.validators.imageprobe.fax import UNSURE, fax_damage, quiet
from medcab.validators.imageprobe.jpeg import JpegMarkers, scan_jpeg
from medcab.validators.imageprobe.png import rows_missing, scan_png

__all__ = ["FORMATS", "examine_image"]

# Ours to Pillow's names. MPO is left out on purpose: naming it makes Pillow raise KeyError on
# unknown input, and a JPEG with several pictures is told by its markers.
FORMATS = {
    "jpeg": "JPEG",
    "png": "PNG",
    "tiff": "TIFF",
    "bmp": "BMP",
    "webp": "WEBP",
    "gif": "GIF",
}
_MODES = {
    "1": ("bilevel", 1),
    "L": ("grey", 8),
    "LA": ("grey", 8),
    "I;16": ("grey", 16),
    "I;16B": ("grey", 16),
    "I": ("grey", 32),
    "F": ("grey", 32),
    "P": ("palette", 8),
    "PA": ("palette", 8),
    "RGB": ("rgb", 8),
    "RGBA": ("rgb", 8),
    "RGBX": ("rgb", 8),
    "CMYK": ("cmyk", 8),
    "YCbCr": ("rgb", 8),
    "LAB": ("other", 8),
}
_PNG_MODES = {0: "grey", 2: "rgb", 3: "palette", 4: "grey", 6: "rgb"}
_JPEG_MODES = {1: "grey", 3: "rgb", 4: "cmyk"}
_METRE = 0.0254
_WIDTH, _HEIGHT, _COMPRESSION, _FILL_ORDER = 256, 257, 259, 266  # tags of TIFF 6.0
_STRIPS, _STRIP_ROWS, _STRIP_SIZES = 273, 278, 279
_GROUP4 = 4
_SAMPLE = 200


def examine_image(
    data: bytes, form: str, limits: ProbeLimits
) -> tuple[ImageFacts | None, list[LimitHit]]:
    """Measure an image of format ``form``; None for formats that Pillow does not read.

    Raises:
        MemoryError: the limit on memory was reached.
    """
    if form == "jpeg":
        facts = _jpeg(data)
    elif form == "png":
        facts = _png(data)
    elif form in FORMATS:
        facts = ImageFacts(0, 0)
    else:
        return None, []
    hits: list[LimitHit] = []
    if facts.scans > limits.jpeg_scans:
        hits.append(LimitHit("jpeg_scans", limits.jpeg_scans, facts.scans))
    if facts.width * facts.height > limits.pixels:
        hits.append(LimitHit("pixels", limits.pixels, facts.width * facts.height))
    if hits:
        return facts, hits
    return _decode(data, form, facts, limits)


def _decode(
    data: bytes, form: str, facts: ImageFacts, limits: ProbeLimits
) -> tuple[ImageFacts, list[LimitHit]]:
    from PIL import Image

    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, limits.pixels
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=(FORMATS[form],)) as image:
                facts = facts if facts.width else _described(image, facts)
                image.verify()
            if form == "jpeg":
                damage = entropy_damage(data[: scan_jpeg(data).end])
            else:
                with quiet(), Image.open(io.BytesIO(data), formats=(FORMATS[form],)) as image:
                    image.load()
                    damage = _incomplete(image, data, form, limits)
            if damage == UNSURE:
                return facts, []
            if damage:
                return replace(facts, damage=facts.damage or damage), []
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        seen = facts.width * facts.height
        return facts, [LimitHit("pixels", limits.pixels, seen or None)]
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - decoders of hostile data raise anything
        said = type(error).__name__
        if "<" not in str(error):  # a message with an address in it would differ on every run
            said = f"{said}: {error}"[:_SAMPLE]
        return replace(facts, damage=facts.damage or said), []
    finally:
        Image.MAX_IMAGE_PIXELS = before
    return replace(facts, decoded=True), []


def _incomplete(image: Any, data: bytes, form: str, limits: ProbeLimits) -> str:
    """What decoders do not complain about: rows that are not there."""
    if form == "png":
        # Rows that are not there are left at zero: other pictures need not be unpacked again.
        rows = range(max(image.height - 2, 0), image.height)  # the last but one: of the last pass
        blank = any(not any(image.crop((0, y, image.width, y + 1)).tobytes()) for y in rows)
        if blank and rows_missing(data, scan_png(data)):
            return "fewer rows than the header says"
    elif form == "tiff":
        for number in range(min(int(image.n_frames), limits.pages)):
            image.seek(number)
            if damage := _fax(image.tag_v2, data):
                return damage
    return ""


def _fax(tags: Any, data: bytes) -> str:
    """Strips of group 4 that do not hold their rows (TIFF 6.0, section 11)."""
    if tags.get(_COMPRESSION) != _GROUP4 or _STRIPS not in tags:
        return ""
    width, height = tags[_WIDTH], tags[_HEIGHT]
    each = min(tags.get(_STRIP_ROWS, height), height)
    for at, (offset, size) in enumerate(zip(tags[_STRIPS], tags[_STRIP_SIZES], strict=False)):
        rows = min(each, height - at * each)
        strip = data[offset : offset + size]
        mirrored = tags.get(_FILL_ORDER, 1) == 2
        # Some writers fill the last strip up with rows below the picture.
        for count in dict.fromkeys((rows, each)):
            if not (damage := fax_damage(strip, width, count, low_first=mirrored)):
                break
        if damage:
            return damage
    return ""


def _jpeg(data: bytes) -> ImageFacts:
    found = scan_jpeg(data)
    pictures = 1
    exif = Exif()
    densities: list[Density] = []
    for marker, payload in found.segments:
        if marker == 0xE0 and payload.startswith(b"JFIF\0") and len(payload) >= 12:
            unit = {1: 1.0, 2: 2.54}.get(payload[7], 0.0)
            h = int.from_bytes(payload[8:10], "big") * unit
            v = int.from_bytes(payload[10:12], "big") * unit
            if h and v:
                densities.append(Density("jfif", h, v))
        elif marker == 0xE1 and payload.startswith(b"Exif\0\0"):
            exif = read_exif(payload[6:])
        elif marker == 0xE2 and payload.startswith(b"MPF\0"):
            pictures = max(_mpf_pictures(payload[4:]), 1)
    if exif.dpi:
        densities.append(Density("exif", *exif.dpi))
    return ImageFacts(
        width=found.width,
        height=found.height,
        mode=_JPEG_MODES.get(found.components, "other"),
        bits=found.bits,
        frames=pictures,
        orientation=exif.orientation,
        densities=tuple(densities),
        scans=found.scans,
        damage=_jpeg_damage(found),
        ended=found.ended,
        trailing=0 if pictures > 1 else _weight(data[found.end :]),
    )


def _jpeg_damage(found: JpegMarkers) -> str | None:
    if found.damage and found.ended and found.damage.startswith("stray"):
        return None  # decoders step over it, and so do portals
    return found.damage or None


def _png(data: bytes) -> ImageFacts:
    found = scan_png(data)
    densities: tuple[Density, ...] = ()
    if found.density and not found.unitless and all(found.density):
        h, v = found.density
        densities = (Density("phys", h * _METRE, v * _METRE),)
    return ImageFacts(
        width=found.width,
        height=found.height,
        mode="bilevel"
        if found.color == 0 and found.bits == 1
        else _PNG_MODES.get(found.color, "other"),
        bits=found.bits,
        alpha=found.color in {4, 6} or found.transparent,
        frames=max(found.frames, 1),
        densities=densities,
        damage=found.damage or None,
        ended=found.ended,
        trailing=_weight(data[found.end :]) if found.ended else 0,
    )


def _described(image: Any, facts: ImageFacts) -> ImageFacts:
    """What Pillow says about formats that we do not read ourselves."""
    mode, bits = _MODES.get(image.mode, ("other", 8))
    densities: tuple[Density, ...] = ()
    claimed = image.info.get("dpi")
    if isinstance(claimed, tuple) and len(claimed) == 2:
        h, v = float(claimed[0]), float(claimed[1])
        # Pillow invents 1 dpi for TIFF without resolution.
        densities = (Density((image.format or "other").lower(), h, v),) if h > 1 and v > 1 else ()
    exif = image.getexif()
    orientation = exif.get(0x0112, 1)
    return replace(
        facts,
        width=image.width,
        height=image.height,
        mode=mode,
        bits=bits,
        alpha="A" in image.mode or "transparency" in image.info,
        frames=int(getattr(image, "n_frames", 1)),
        orientation=orientation if orientation in range(1, 9) else 1,
        densities=densities,
    )


def _mpf_pictures(block: bytes) -> int:
    """Number of pictures of the multi-picture format (CIPA DC-007, tag 0xB001)."""
    order = "little" if block[:2] == b"II" else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(block[at : at + size], "little" if order == "little" else "big")

    start = number(4, 4)
    for index in range(min(number(start, 2), 32)):
        entry = start + 2 + index * 12
        if number(entry, 2) == 0xB001:
            return number(entry + 8, 4)
    return 1


def _weight(rest: bytes) -> int:
    """Bytes after the end that are more than padding."""
    return len(rest) if rest.strip(b"\0\r\n\t \xff") else 0

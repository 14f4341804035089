"""One page as a picture: grey at 300 dpi or less, colour at an eighth of that."""

from __future__ import annotations

import io
import warnings
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Final

from PIL import Image

from medcab.validators.facts import ImageFacts, ProbeLimits
from medcab.validators.imageprobe.entropy import seen_whole, taller
from medcab.validators.imageprobe.jpeg import scan_jpeg

__all__ = ["DPI", "Picture", "TooLargeError", "frames_of", "from_image", "from_jpeg"]

DPI: Final = 300.0
_SMALL: Final = 8
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PAGE_ROTATE: Final = {0: 1, 90: 6, 180: 3, 270: 8}
_A4: Final = (8.27, 11.69)


class TooLargeError(Exception):
    """The picture has more samples or scans than the limits allow."""


@dataclass(slots=True)
class Picture:
    """A page to be measured, upright as displayed.

    Attributes:
        grey: mode L, 300 dpi or what there is.
        colour: mode RGB at an eighth of that; None when the picture has no colour channels.
        dpi: of ``grey``.
        scan: False for pages set by a computer.
        sized: the resolution is stated, not guessed: millimetres can be trusted.
        whole: a JPEG whose data was seen to hold just its blocks; of others nothing is known.
    """

    grey: Image.Image
    colour: Image.Image | None
    dpi: float
    scan: bool = True
    sized: bool = True
    whole: bool = False


def from_jpeg(
    data: bytes, dpi: tuple[float, float], limits: ProbeLimits, orientation: int = 1
) -> Picture:
    """A page from a JPEG whose resolution is known.

    The decoder gives luminance alone and no larger than needed, then colour at an eighth of the
    size. Both passes together cost less than one that gives all channels in full and takes them
    apart (18 ms and 30 ms for a sheet of A4).

    Raises:
        TooLargeError: pixels or scans over the limit.
        OSError: the data is broken.
    """
    found = scan_jpeg(data)
    if found.scans > limits.jpeg_scans or found.width * found.height > limits.pixels:
        raise TooLargeError
    colour: Image.Image | None = None
    trial = taller(data[: found.end])
    image = _open(data if trial is None else trial[0], "JPEG", limits)
    size = image.size if trial is None else (found.width, found.height)
    wanted = _wanted(size, dpi)
    if image.mode == "CMYK":
        return from_image(image.convert("RGB"), dpi, orientation)
    image.draft("L", wanted)
    grey = _loaded(image)
    whole = trial is not None and seen_whole(grey, found.height, trial[1], trial[2])
    if trial is not None:
        grey = grey.crop((0, 0, grey.width, -(-found.height // round(trial[1] / grey.height))))
    if found.components >= 3:
        second = _open(data, "JPEG", limits)
        second.draft("RGB", (max(wanted[0] // _SMALL, 1), max(wanted[1] // _SMALL, 1)))
        colour = _loaded(second)
    picture = _finish(grey, colour, size, wanted, dpi, orientation)
    picture.whole = whole
    return picture


def from_image(
    image: Image.Image, dpi: tuple[float, float], orientation: int = 1, *, scan: bool = True
) -> Picture:
    """A page from a decoded picture of any mode."""
    size = image.size
    wanted = _wanted(size, dpi)
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        over = image.convert("RGBA")
        image = Image.new("RGB", size, "white")
        image.paste(over, mask=over.getchannel("A"))
    elif image.mode in {"I", "I;16", "I;16B", "F"}:
        top = max(float(image.getextrema()[1]), 1.0)  # type: ignore[arg-type]
        # 16-bit greys stop at 65535; a mode of 32 bits holds them as well.
        image = image.convert("F").point(lambda v: v * (255.0 / max(top, 65535.0)))
        image = image.convert("L")
    if image.mode in {"1", "L"}:
        return _finish(image.convert("L"), None, size, wanted, dpi, orientation)
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    picture = _finish(rgb.convert("L"), rgb, size, wanted, dpi, orientation)
    picture.scan = scan
    return picture


def frames_of(
    data: bytes,
    form: str,
    facts: ImageFacts,
    limits: ProbeLimits,
    only: Container[int] | None = None,
) -> Iterator[tuple[int, Picture | Exception]]:
    """Yield (number, picture) for the frames of an image file, or for those in ``only``.

    A frame that cannot be had is yielded as the error: TooLargeError, or what the decoder raised.

    Raises:
        OSError: the file cannot be opened as an image.
        MemoryError: the limit on memory was reached.
    """
    from medcab.validators.imageprobe.raster import FORMATS

    if form == "jpeg":
        dpi, sized = _dpi_of(facts, None)
        picture = from_jpeg(data, dpi, limits, facts.orientation)
        picture.sized = sized
        yield 1, picture
        return
    image = _open(data, FORMATS[form], limits)
    for number in range(1, min(int(getattr(image, "n_frames", 1)), limits.pages) + 1):
        if only is None or number in only:
            try:
                yield number, _frame(image, number, facts, limits)
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001 - decoders of hostile data raise anything
                yield number, error


def _frame(image: Image.Image, number: int, facts: ImageFacts, limits: ProbeLimits) -> Picture:
    image.seek(number - 1)
    if image.width * image.height > limits.pixels:
        raise TooLargeError
    dpi, sized = _dpi_of(facts, image.size)
    picture = from_image(image.copy(), dpi, facts.orientation)
    picture.sized = sized
    return picture


def rotated(degrees: int) -> int:
    """The orientation of EXIF for a page that is displayed turned clockwise by ``degrees``."""
    return _PAGE_ROTATE.get(degrees, 1)


def _dpi_of(facts: ImageFacts, size: tuple[int, int] | None) -> tuple[tuple[float, float], bool]:
    width, height = size or (facts.width, facts.height)
    # A page larger than A3, or one that does not say: taken for a sheet of A4 that fills it.
    fit = max(min(width, height) / _A4[0], max(width, height) / _A4[1], 1.0)
    if facts.densities:
        h, v = facts.densities[0].h, facts.densities[0].v
        if max(width / h, height / v) <= 17.5 and min(width / h, height / v) >= 1.0:
            return (h, v), True
    return (fit, fit), False


def _open(data: bytes, form: str, limits: ProbeLimits) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = limits.pixels
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = Image.open(io.BytesIO(data), formats=(form,))
    if image.width * image.height > limits.pixels:
        raise TooLargeError
    return image


def _loaded(image: Image.Image) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image.load()
    return image


def _wanted(size: tuple[int, int], dpi: tuple[float, float]) -> tuple[int, int]:
    """The size at 300 dpi, never more than there is; both axes alike."""
    worse = min(dpi)
    target = min(worse, DPI)
    # 8 %: a scan of 310 dpi is measured as it is.
    scale = [target / one if one > target * 1.08 else 1.0 for one in dpi]
    return max(round(size[0] * scale[0]), 1), max(round(size[1] * scale[1]), 1)


def _finish(
    grey: Image.Image,
    colour: Image.Image | None,
    size: tuple[int, int],
    wanted: tuple[int, int],
    dpi: tuple[float, float],
    orientation: int,
) -> Picture:
    if grey.size[0] > wanted[0] * 1.02 or grey.size[1] > wanted[1] * 1.02:
        grey = grey.resize(wanted, Image.Resampling.BOX)
    if colour is not None:
        small = (max(grey.width // _SMALL, 1), max(grey.height // _SMALL, 1))
        if colour.size[0] > small[0] * 1.5:
            factor = (
                max(round(colour.size[0] / small[0]), 1),
                max(round(colour.size[1] / small[1]), 1),
            )
            colour = colour.reduce(factor)
    turn = _TURNS.get(orientation)
    if turn is not None:
        grey = grey.transpose(turn)
        colour = None if colour is None else colour.transpose(turn)
    return Picture(grey, colour, min(dpi) * min(wanted[0] / size[0], 1.0))

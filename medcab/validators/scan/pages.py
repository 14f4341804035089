"""The pages of a file as pictures: taken out of the PDF where a page is one JPEG, else rendered."""

from __future__ import annotations

import io
import re
from collections.abc import Container, Iterator
from typing import TYPE_CHECKING, Any, Final

import pikepdf

from medcab.text import N_
from medcab.validators.facts import FileFacts, PageFacts, ProbeLimits
from medcab.validators.pdfprobe.geometry import Frame
from medcab.validators.pdfprobe.streams import LimitReached, content_of
from medcab.validators.scan import surface
from medcab.validators.scan.facts import FEW
from medcab.validators.scan.picture import (
    DPI,
    Picture,
    TooLargeError,
    frames_of,
    from_image,
    from_jpeg,
    rotated,
)
from medcab.validators.scan.render import Renderer
from medcab.validators.scan.sheet import Sheet

if TYPE_CHECKING:
    from medcab.sources import Source

__all__ = ["UNDECODED", "UNFINISHED", "pictures"]

UNDECODED: Final = N_("The page could not be shown.")
UNFINISHED: Final = N_("The page was not examined: it is too large or too complicated.")

_NUMBER = rb"[-+]?[0-9]*\.?[0-9]+"
_DRAWN = re.compile(
    rb"\A\s*(?:q\s+)*((?:" + rb"(?:" + _NUMBER + rb"\s+){6}" + rb"cm\s+)+)(?:q\s+)*/(\S+)\s+Do\b"
)
_MATRIX = re.compile(rb"((?:" + _NUMBER + rb"\s+){6})cm")
_MOST_PIXELS: Final = 20_000_000  # of a rendered page: A3 at 300 dpi
_SCAN: Final = 0.5  # share of the page: a scan, whatever lies on it
_PICTURES: Final = 0.1  # pictures with next to nothing beside them: a scan of a small document
_MUCH: Final = (200, 50)  # characters and lines over a scan, above which the page is a set one
_SOME: Final = (40, 10)  # the same beside small pictures
_LITTLE: Final = 60  # pieces of ink, all of them text put on an empty scan
_INFLATES: Final = 1032  # deflate makes no more bytes of one
_SPACES: Final = {"/DeviceGray", "/DeviceRGB", "/CalGray", "/CalRGB", "/ICCBased"}


def pictures(
    source: Source,
    facts: FileFacts,
    limits: ProbeLimits,
    only: Container[int] | None = None,
) -> Iterator[tuple[int, Picture | str]]:
    """Yield (page number, picture) in order, or (page number, why there is none).

    Pages on which nothing is drawn are left out: PDF017 speaks of them. ``only`` names the pages
    that are wanted; None means all.

    Raises:
        OSError: the bytes cannot be had.
        MemoryError: the limit on memory was reached.
    """
    if facts.pdf is not None:
        if facts.pdf.opened and facts.pdf.encryption != "user":
            yield from _pdf(source, facts, limits, only)
    elif facts.image is not None:
        yield from _image(source.read(limits.file_size), facts, limits, only)


def _image(
    data: bytes, facts: FileFacts, limits: ProbeLimits, only: Container[int] | None
) -> Iterator[tuple[int, Picture | str]]:
    if facts.image is None or facts.limits:
        yield 1, UNFINISHED
        return
    try:
        for number, got in frames_of(data, facts.format or "", facts.image, limits, only):
            if isinstance(got, Picture):
                yield number, got
            else:
                yield number, UNFINISHED if isinstance(got, TooLargeError) else UNDECODED
    except TooLargeError:
        yield 1, UNFINISHED
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - decoders of hostile data raise anything
        yield 1, UNDECODED


def _pdf(
    source: Source, facts: FileFacts, limits: ProbeLimits, only: Container[int] | None
) -> Iterator[tuple[int, Picture | str]]:
    local = source.local_path
    where: Any = str(local) if local is not None else io.BytesIO(source.read(limits.file_size))
    stopped = {hit.page for hit in facts.limits}
    with pikepdf.open(where, suppress_warnings=True) as pdf, Renderer(where) as renderer:
        for page in facts.pdf.pages if facts.pdf else ():
            if page.empty or (only is not None and page.number not in only):
                continue
            if not page.complete or None in stopped or page.number in stopped:
                yield page.number, UNFINISHED
                continue
            try:
                yield page.number, _page(pdf, page, renderer, limits)
            except (TooLargeError, LimitReached):
                yield page.number, UNFINISHED
            except MemoryError:
                raise
            except Exception:  # noqa: BLE001 - parsers of hostile data raise anything
                yield page.number, UNDECODED


def _page(pdf: Any, page: PageFacts, renderer: Renderer, limits: ProbeLimits) -> Picture:
    own = pdf.pages[page.number - 1]
    direct = _direct(own, page, limits)
    if direct is not None:
        return direct
    _refuse_bombs(own, page, limits)
    if page.text and _glyphs_are_pictures(own):
        return _drawn(page, renderer)
    if page.image_share < _PICTURES:
        return _drawn(page, renderer, scan=False)
    if not (page.text or page.drawing):
        return _drawn(page, renderer)
    characters, lines = renderer.added(page.number)
    large = page.image_share >= _SCAN
    most = _MUCH if large else _SOME
    if characters > most[0] or lines > most[1]:
        return _drawn(page, renderer, scan=large)
    # A line of text or a stroke over a scan is sharp whatever the scan is.
    alone = _drawn(page, renderer, bare=True)
    if surface.marks(Sheet(alone)) >= FEW:
        return alone
    shown = _drawn(page, renderer)
    return alone if large and surface.marks(Sheet(shown)) < _LITTLE else shown


def _drawn(
    page: PageFacts, renderer: Renderer, *, scan: bool = True, bare: bool = False
) -> Picture:
    scale = DPI / 72 if scan else DPI / 4 / 72
    size = page.width * page.height * scale * scale
    if size > _MOST_PIXELS:
        scale *= (_MOST_PIXELS / size) ** 0.5
    image = renderer.draw(page.number, scale, bare=bare)
    return from_image(image, (scale * 72,) * 2, scan=scan)


def _glyphs_are_pictures(own: Any) -> bool:
    """Whether the page has a font of Type 3 whose letters hold pictures."""
    fonts = (Frame.of(own).resources or {}).get("/Font", {})
    return any(
        str(font.get("/Subtype")) == "/Type3" and "/XObject" in font.get("/Resources", {})
        for font in dict(fonts).values()
    )


def _direct(own: Any, page: PageFacts, limits: ProbeLimits) -> Picture | None:
    """The page's only picture, when it is a JPEG that covers the page upright."""
    if len(page.images) != 1 or page.text or page.drawing or page.annotations:
        return None
    placed = page.images[0]
    frame = Frame.of(own)
    drawn = _DRAWN.match(content_of(own.obj.Contents, limits)[:4096]) if _single(own) else None
    if drawn is None or frame.resources is None or not _covers(drawn.group(1), frame):
        return None
    name = drawn.group(2).decode("latin-1")
    stream = frame.resources.get("/XObject", {}).get(f"/{name}")
    if not isinstance(stream, pikepdf.Stream) or not _plain_jpeg(stream):
        return None
    return from_jpeg(
        stream.read_raw_bytes(), (placed.dpi_h, placed.dpi_v), limits, rotated(frame.rotation)
    )


def _single(own: Any) -> bool:
    return isinstance(own.obj.get("/Contents"), pikepdf.Stream)


def _covers(matrices: bytes, frame: Frame) -> bool:
    total = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    for match in _MATRIX.finditer(matrices):
        a, b, c, d, e, f = (float(n) for n in match.group(1).split())
        ta, tb, tc, td, te, tf = total
        total = (
            a * ta + b * tc,
            a * tb + b * td,
            c * ta + d * tc,
            c * tb + d * td,
            e * ta + f * tc + te,
            e * tb + f * td + tf,
        )
    a, b, c, d, e, f = total
    left, bottom, right, top = frame.crop
    slack = 0.01 * max(right - left, top - bottom)
    seen = (e, f, e + a, f + d)
    return (
        a > 0
        and d > 0
        and abs(b) + abs(c) < 1e-6 * (a + d)
        and all(abs(x - y) <= slack for x, y in zip(seen, frame.crop, strict=True))
    )


def _plain_jpeg(stream: Any) -> bool:
    filters = stream.get("/Filter")
    if isinstance(filters, pikepdf.Array):
        filters = filters[0] if len(filters) == 1 else None
    space = stream.get("/ColorSpace")
    if isinstance(space, pikepdf.Array) and len(space):
        space = space[0]
    return (
        str(filters) in {"/DCTDecode", "/DCT"}
        and str(space) in _SPACES
        and not any(key in stream for key in ("/Decode", "/SMask", "/Mask", "/ImageMask"))
    )


def _refuse_bombs(own: Any, page: PageFacts, limits: ProbeLimits) -> None:
    """Raise TooLargeError when a picture could swell far beyond its own samples."""
    if any(image.width * image.height > limits.pixels for image in page.images):
        raise TooLargeError
    named = own.get_images() if page.images else {}
    for stream in named.values():
        raw = int(stream.get("/Length", 0))
        width, height = int(stream.get("/Width", 0)), int(stream.get("/Height", 0))
        filters = str(stream.get("/Filter", ""))
        fair = width * height * 8 + (1 << 20)
        if "Flate" in filters or "Fl" in filters.split("/"):
            many = filters.count("/") > 1
            if raw * _INFLATES > max(4 * fair, 64 << 20) and (many or _swells(stream, fair)):
                raise TooLargeError


def _swells(stream: Any, fair: int) -> bool:
    import zlib

    machine = zlib.decompressobj()
    total = 0
    rest: bytes = stream.read_raw_bytes()
    while rest and not machine.eof:
        total += len(machine.decompress(rest, 1 << 20))
        rest = machine.unconsumed_tail
        if total > fair:
            return True
    return False

"""Drawing pages for reports, in workers that may be killed.

Writers take a callback (:data:`medcab.formats.base.PageImage`); :class:`PageDrawer` is the usual
one. Files are hostile: nothing is opened in this process, and what a worker sends back is only a
JPEG of known size.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from medcab.formats.base import Box, PageRequest
from medcab.model import Document
from medcab.sandbox import Done, Limits, Sandbox

if TYPE_CHECKING:
    from medcab.sources import Source

__all__ = ["PageDrawer", "draw"]

_PIXELS: Final = 60_000_000
_DRAWABLE: Final = frozenset({"pdf", "jpeg", "png", "tiff", "bmp", "gif", "webp"})
_QUALITY: Final = 60
_CUT: Final = (640, 320)


class PageDrawer:
    """Draws pages of documents as JPEG, in up to ``jobs`` workers; remembers what it drew.

    Args:
        jobs: worker processes.
        seconds: wall time that all requests about one document may take together.
    """

    def __init__(self, jobs: int = 1, seconds: float = 20.0) -> None:
        self._sandbox = Sandbox(jobs=jobs, limits=Limits(seconds=seconds))
        self._drawn: dict[tuple[str, int, int, Box | None], bytes | None] = {}

    def __enter__(self) -> Self:
        self._sandbox.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._sandbox.__exit__(kind, error, trace)

    def __call__(
        self, document: Document, page: int, width: int, box: Box | None = None
    ) -> bytes | None:
        """Return a JPEG of the page ``width`` pixels wide, or of ``box`` cut out of that."""
        key = (document.path, page, width, box)
        if key not in self._drawn:
            self.prepare([PageRequest(document, page, width, box)])
        return self._drawn.get(key)

    def prepare(self, requests: Iterable[PageRequest]) -> None:
        """Draw many pages at once: each document is opened once, documents side by side."""
        asked: dict[str, tuple[Document, list[tuple[int, int, Box | None]]]] = {}
        for one in requests:
            key = (one.document.path, one.page, one.width, one.box)
            if key in self._drawn:
                continue
            self._drawn[key] = None
            if _drawable(one.document):
                asked.setdefault(one.document.path, (one.document, []))[1].append(key[1:])
        work = list(asked.values())
        tasks = ((d.source, str(getattr(d.facts, "format", "")), wanted) for d, wanted in work)
        for index, outcome in self._sandbox.imap(draw, tasks):
            document, wanted = work[index]
            # A document that breaks a limit or a worker has no pictures; its findings say why.
            if isinstance(outcome, Done):
                for what, data in zip(wanted, outcome.value, strict=True):
                    self._drawn[(document.path, *what)] = data


def _drawable(document: Document) -> bool:
    """Whether the probe came through without reaching a limit."""
    facts = document.facts
    return (
        facts is not None
        and getattr(facts, "format", None) in _DRAWABLE
        and not getattr(facts, "limits", ())
    )


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
    try:
        # Page by page, so that pdfium decodes the scan of a page once.
        for number in sorted({page for page, _, _ in wanted}):
            if not 1 <= number <= len(document):
                continue
            page = document[number - 1]
            across, down = page.get_size()
            for index, (asked, width, box) in enumerate(wanted):
                if asked == number and across > 0 and down > 0:
                    made[index] = _pdf_part(page, across, down, width, box)
            page.close()
    finally:
        document.close()
    return made


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

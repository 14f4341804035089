"""Thumbnails and cuttings of pages for reports, from pages that the caller draws."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from medcab.formats.base import PageImage
from medcab.model import Document

__all__ = ["Box", "Picture", "Pictures"]

Box = tuple[float, float, float, float]

_THUMBNAIL: Final = 340
_FULL: Final = 2480  # A4 at 300 dpi
_CUT: Final = (640, 320)
_PIXELS: Final = 60_000_000
_RED: Final = (193, 18, 31)


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture."""

    data: bytes
    media_type: str
    width: int
    height: int


@dataclass(slots=True)
class Pictures:
    """Draws each page once; stops adding when the report would grow too large.

    Attributes:
        draw: the callback of the options, or None for no pictures.
        budget: bytes of pictures that may still be added.
        pages: pages that may still be drawn (drawing takes time).
    """

    draw: PageImage | None
    budget: int = 1_300_000
    pages: int = 60
    _pages: dict[tuple[str, int, int], Any] = field(default_factory=dict)

    def thumbnail(self, document: Document, page: int, boxes: Iterable[Box] = ()) -> Picture | None:
        """The whole page, small, with frames around ``boxes``."""
        image = self._page(document, page, _THUMBNAIL)
        if image is None:
            return None
        image = image.convert("RGB")
        image.thumbnail((_THUMBNAIL, 2 * _THUMBNAIL))
        _frame(image, boxes)
        return self._encode(image, quality=55)

    def cutting(self, document: Document, page: int, box: Box) -> Picture | None:
        """What the box shows, pixel for pixel at 300 dpi (the middle, when that is too large)."""
        image = self._page(document, page, _FULL)
        if image is None:
            return None
        return self._encode(image.convert("RGB").crop(_around(box, image.size)), quality=60)

    def _page(self, document: Document, page: int, width: int) -> Any:
        from PIL import Image, UnidentifiedImageError

        key = (document.path, page, width)
        if key in self._pages:
            return self._pages[key]
        if self.draw is None or self.budget <= 0 or self.pages <= 0:
            return None
        self.pages -= 1
        data = self.draw(document, page, width)
        image = None
        if data is not None:
            try:
                opened = Image.open(io.BytesIO(data), formats=("PNG",))
                if opened.width * opened.height <= _PIXELS:
                    opened.load()
                    image = opened
            except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
                image = None
        # One page at full size is enough to keep: findings come page by page.
        if width == _FULL:
            self._pages = {k: v for k, v in self._pages.items() if k[2] != _FULL}
        self._pages[key] = image
        return image

    def _encode(self, image: Any, *, quality: int) -> Picture | None:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True)
        data = out.getvalue()
        if len(data) > self.budget:
            self.budget = 0
            return None
        self.budget -= len(data)
        return Picture(data, "image/jpeg", image.width, image.height)


def _frame(image: Any, boxes: Iterable[Box]) -> None:
    from PIL import ImageDraw

    for box in boxes:
        left, right = sorted(min(max(v, 0.0), 1.0) * (image.width - 1) for v in box[::2])
        top, bottom = sorted(min(max(v, 0.0), 1.0) * (image.height - 1) for v in box[1::2])
        ImageDraw.Draw(image).rectangle((left, top, right, bottom), outline=_RED, width=4)


def _around(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
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

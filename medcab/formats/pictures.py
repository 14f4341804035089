"""Thumbnails and cuttings of pages for reports, from pages that the caller draws."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from medcab.formats.base import Box, PageImage, PageRequest
from medcab.formats.view import View
from medcab.model import Document

__all__ = ["Picture", "Pictures"]

_THUMBNAIL: Final = 340
_FULL: Final = 2480  # A4 at 300 dpi
_PIXELS: Final = 4_000_000
_RED: Final = (193, 18, 31)


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture."""

    data: bytes
    media_type: str
    width: int
    height: int


class Pictures:
    """Gives out pictures until the report would grow too large.

    Args:
        draw: the callback of the options, or None for no pictures.
        budget: bytes of pictures that may be given out.
        pages: pictures that may be asked for (drawing takes time).
    """

    def __init__(
        self, draw: PageImage | None, *, budget: int = 1_300_000, pages: int = 120
    ) -> None:
        self.draw = draw
        self._budget = budget
        self._pages = pages

    def prepare(self, shown: View, *, thumbnails: bool = True, first: bool = False) -> None:
        """Let the callback draw side by side what will be asked for, if it can."""
        prepare = getattr(self.draw, "prepare", None)
        if prepare is None:
            return
        wanted: dict[tuple[str, int, int, Box | None], PageRequest] = {}

        def want(document: Document, page: int, width: int, box: Box | None) -> None:
            wanted[document.path, page, width, box] = PageRequest(document, page, width, box)

        for group in shown.groups:
            if group.row is None or first:
                continue
            places = [item.finding.location for item in group.items]
            pages = {place.page for place in places if place.page is not None} or {1}
            for page in pages if thumbnails else ():
                want(group.row.document, page, _THUMBNAIL, None)
            for place in places:
                if place.page is not None and place.box is not None:
                    want(group.row.document, place.page, _FULL, place.box)
        if first:
            for row in shown.rows:
                want(row.document, 1, _THUMBNAIL, None)
        prepare(list(wanted.values())[: self._pages])

    def thumbnail(self, document: Document, page: int, boxes: Iterable[Box] = ()) -> Picture | None:
        """The whole page, small, with frames around ``boxes``."""
        return self._picture(document, page, _THUMBNAIL, None, tuple(boxes))

    def cutting(self, document: Document, page: int, box: Box) -> Picture | None:
        """What the box shows, pixel for pixel at 300 dpi (the middle, when that is too large)."""
        return self._picture(document, page, _FULL, box, ())

    def _picture(
        self, document: Document, page: int, width: int, box: Box | None, frames: tuple[Box, ...]
    ) -> Picture | None:
        if self.draw is None or self._budget <= 0 or self._pages <= 0:
            return None
        self._pages -= 1
        data = self.draw(document, page, width, box)
        picture = None if data is None else _checked(data, frames)
        if picture is None:
            return None
        self._budget -= len(picture.data)
        return picture if self._budget >= 0 else None


def _checked(data: bytes, frames: tuple[Box, ...]) -> Picture | None:
    """The picture if it is one, with frames drawn into it; None for anything else."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > _PIXELS:
                return None
            if not frames:
                return Picture(data, f"image/{str(image.format).lower()}", *image.size)
            drawn = image.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None
    _frame(drawn, frames)
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=60)
    return Picture(out.getvalue(), "image/jpeg", *drawn.size)


def _frame(image: Any, boxes: Iterable[Box]) -> None:
    from PIL import ImageDraw

    for box in boxes:
        left, right = sorted(min(max(v, 0.0), 1.0) * (image.width - 1) for v in box[::2])
        top, bottom = sorted(min(max(v, 0.0), 1.0) * (image.height - 1) for v in box[1::2])
        ImageDraw.Draw(image).rectangle((left, top, right, bottom), outline=_RED, width=4)

"""Thumbnails and cuttings of pages for reports, from pages that the caller draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from medcab.formats.base import Box, PageImage, PageRequest
from medcab.formats.view import View
from medcab.model import Document

__all__ = ["Picture", "Pictures"]

_THUMBNAIL: Final = 340
_FULL: Final = 2480  # A4 at 300 dpi
_PIXELS: Final = 4_000_000
# Start of frame, all processes but differential and lossless ones.
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})


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

    def thumbnail(self, document: Document, page: int) -> Picture | None:
        """The whole page, small."""
        return self._picture(document, page, _THUMBNAIL, None)

    def cutting(self, document: Document, page: int, box: Box) -> Picture | None:
        """What the box shows, pixel for pixel at 300 dpi (the middle, when that is too large)."""
        return self._picture(document, page, _FULL, box)

    def _picture(
        self, document: Document, page: int, width: int, box: Box | None
    ) -> Picture | None:
        if self.draw is None or self._budget <= 0 or self._pages <= 0:
            return None
        self._pages -= 1
        data = self.draw(document, page, width, box)
        picture = None if data is None else _checked(data)
        if picture is None:
            return None
        self._budget -= len(picture.data)
        return picture if self._budget >= 0 else None


def _checked(data: bytes) -> Picture | None:
    """The picture if it is a JPEG or a PNG of a bearable size; None for anything else.

    Only the header is read: what is inside is for the program that shows the report.
    """
    found = _png(data) or _jpeg(data)
    if found is None or not 0 < found[1] * found[2] <= _PIXELS:
        return None
    return Picture(data, *found)


def _png(data: bytes) -> tuple[str, int, int] | None:
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR" or len(data) < 33:
        return None
    return "image/png", int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _jpeg(data: bytes) -> tuple[str, int, int] | None:
    """Width and height from the frame header (ITU-T T.81, B.2.2), found by walking the markers."""
    at = 2
    while data[:2] == b"\xff\xd8" and at + 9 <= len(data) and data[at] == 0xFF:
        kind, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if kind in _FRAMES:
            height, width = (int.from_bytes(data[at + n : at + n + 2], "big") for n in (5, 7))
            return "image/jpeg", width, height
        at += 2 + size
    return None

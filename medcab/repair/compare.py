"""Are two PDFs the same to the eye? Both are drawn by pdfium and compared pixel by pixel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

__all__ = ["differing_pages", "page_count", "render"]

_DPI: Final = 80
_LEVEL: Final = 64  # grey levels: the edges of letters move by less than that
_SHARE: Final = 0.0004  # of the pixels of a page: about the dot of an i
_PIXELS: Final = 12_000_000

Box = tuple[float, float, float, float]


def render(data: bytes, number: int, dpi: float = _DPI) -> Any:
    """Page ``number`` (from 0) as an array of greys, fields and annotations included.

    Raises:
        Exception: whatever pdfium says of a page that it cannot draw.
    """
    document = _open(data)
    try:
        return _draw(document, number, dpi)
    finally:
        document.close()


def page_count(data: bytes) -> int:
    """Number of pages as pdfium sees them; 0 when it cannot open the file."""
    import pypdfium2

    try:
        document = _open(data)
    except pypdfium2.PdfiumError:
        return 0
    try:
        return len(document)
    finally:
        document.close()


def differing_pages(
    before: bytes,
    after: bytes,
    apart: Mapping[int, Sequence[Box]] | None = None,
    pairs: Sequence[tuple[int, int]] | None = None,
) -> list[int]:
    """Numbers (from 1) of the pages that look different.

    Args:
        before: a PDF.
        after: another.
        apart: index of a page to boxes (left, top, right, bottom as shares of the page as
            displayed) that are left out of the comparison.
        pairs: indices to be compared; all pages in order when None, where the numbers of pages
            must agree.
    """
    import numpy as np

    old, new = _open(before), _open(after)
    found = []
    try:
        if pairs is None:
            if len(old) != len(new):
                return list(range(1, max(len(old), len(new)) + 1))
            pairs = [(i, i) for i in range(len(old))]
        for index, other in pairs:
            one, two = _draw(old, index, _DPI), _draw(new, other, _DPI)
            if one.shape != two.shape:
                found.append(index + 1)
                continue
            differs = np.abs(one.astype(np.int16) - two.astype(np.int16)) > _LEVEL
            height, width = differs.shape
            for left, top, right, bottom in (apart or {}).get(index, ()):
                rows = slice(max(int(top * height) - 2, 0), int(bottom * height) + 3)
                differs[rows, max(int(left * width) - 2, 0) : int(right * width) + 3] = False
            if differs.mean() > _SHARE:
                found.append(index + 1)
    finally:
        old.close()
        new.close()
    return found


def _open(data: bytes) -> Any:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    if document.get_formtype():
        document.init_forms()
    return document


def _draw(document: Any, number: int, dpi: float) -> Any:
    page = document[number]
    try:
        width, height = page.get_size()
        scale = dpi / 72
        if width * height * scale * scale > _PIXELS:
            scale = (_PIXELS / (width * height)) ** 0.5
        bitmap = page.render(scale=scale, grayscale=True)
        drawn = bitmap.to_numpy().copy()
        bitmap.close()
    finally:
        page.close()
    return drawn[:, :, 0] if drawn.ndim == 3 else drawn

"""The last resort: a document that cannot be made small enough becomes several."""

from __future__ import annotations

from typing import Any

from medcab.repair import recompress, scans
from medcab.repair.build import save, too_large
from medcab.repair.model import Note, Order
from medcab.text import N_

__all__ = ["split"]


def split(
    pdf: Any,
    streams: list[Any],
    pictures: list[recompress.Picture],
    order: Order,
    notes: list[Note],
) -> tuple[bytes, ...]:
    """Parts in page order, each at most ``order.max_size``, at the least quality.

    Raises:
        RepairError: a page alone is too large, or more parts would be needed than are allowed.
    """
    limit = order.max_size
    assert limit is not None
    fitted = recompress.fit(pictures, 1 << 62, order.quality_floor, grey=order.grey)
    if fitted is not None:
        floor = [_at_floor(p, e, order) for p, e in zip(pictures, fitted.encoded, strict=True)]
        scans.put(pdf, streams, floor)
    parts: list[bytes] = []
    first = 0
    while first < len(pdf.pages):
        last, made = _most(pdf, first, limit)
        if made is None:
            raise too_large(limit)
        parts.append(made)
        first = last
        if len(parts) > order.parts:
            raise too_large(limit)
    notes.append(Note(N_("divided into {n} parts"), {"n": len(parts)}))
    return tuple(parts)


def _at_floor(picture: recompress.Picture, encoded: Any, order: Order) -> Any:
    from medcab.repair.encode import as_jpeg

    if encoded is not None and encoded.kind != "jpeg":
        return encoded
    made = as_jpeg(picture.load(), order.quality_floor)
    return made if picture.reducible or len(made.data) < picture.stored else None


def _most(pdf: Any, first: int, limit: int) -> tuple[int, bytes | None]:
    """As many pages from ``first`` as fit; (the page after them, their PDF or None)."""
    low, high = first, len(pdf.pages)
    best: bytes | None = None
    while low < high:
        middle = (low + high + 1) // 2
        made = _pages(pdf, first, middle)
        if len(made) <= limit:
            low, best = middle, made
        else:
            high = middle - 1
    return low, best


def _pages(pdf: Any, first: int, last: int) -> bytes:
    import pikepdf

    with pikepdf.new() as part:
        for index in range(first, last):
            part.pages.append(pdf.pages[index])
        return save(part)

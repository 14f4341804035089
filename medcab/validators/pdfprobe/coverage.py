"""Which image is seen where on a page: a grid of points laid over the crop box.

The grid and its rules are described in ``docs/decisions/0004-resolution.md``.
"""

from __future__ import annotations

from math import ceil, floor, isfinite
from typing import Final

__all__ = ["IDENTITY", "Box", "Coverage", "Matrix", "bounds", "multiply", "overlap"]

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]

IDENTITY: Final[Matrix] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_SHORT: Final = 40
_LONG: Final = 56
_NOTHING: Final = -1


def multiply(m: Matrix, n: Matrix) -> Matrix:
    """The matrix that applies ``m`` first, then ``n`` (ISO 32000-1, 8.3.4)."""
    a, b, c, d, e, f = m
    g, h, i, j, k, l = n  # noqa: E741 - as in the standard
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + l,
    )


def bounds(box: Box, m: Matrix) -> Box:
    """Axis-parallel box around ``box`` as seen through ``m``."""
    a, b, c, d, e, f = m
    x0, y0, x1, y1 = box
    xs = [a * x + c * y + e for x in (x0, x1) for y in (y0, y1)]
    ys = [b * x + d * y + f for x in (x0, x1) for y in (y0, y1)]
    return min(xs), min(ys), max(xs), max(ys)


def overlap(one: Box, two: Box) -> Box:
    """Common part of two boxes; empty (x1 < x0) when there is none."""
    return max(one[0], two[0]), max(one[1], two[1]), min(one[2], two[2]), min(one[3], two[3])


class Coverage:
    """The grid of one page.

    Args:
        crop: the crop box in user space, x0 < x1 and y0 < y1.
    """

    def __init__(self, crop: Box) -> None:
        width, height = crop[2] - crop[0], crop[3] - crop[1]
        self.columns, self.rows = (_SHORT, _LONG) if height >= width else (_LONG, _SHORT)
        self._crop = crop
        self._dx, self._dy = width / self.columns, height / self.rows
        self._cells = [_NOTHING] * (self.columns * self.rows)
        self._dpi: list[float] = []

    def add(self, dpi: float) -> int:
        """Announce an image with resolution ``dpi``; returns its number (from 0)."""
        self._dpi.append(dpi)
        return len(self._dpi) - 1

    def paint(self, number: int, m: Matrix, clip: Box, manner: str) -> None:
        """Paint the unit square as seen through ``m`` inside ``clip`` with image ``number``.

        Args:
            number: from :meth:`add`.
            m: matrix of the image.
            clip: in user space.
            manner: ``opaque`` replaces what is there, ``mask`` keeps the finer of the two (strokes
                laid over a coarse background), ``soft`` the coarser (what is below shines through).
        """
        a, b, c, d, e, f = m
        det = a * d - b * c
        box = overlap(overlap(bounds((0.0, 0.0, 1.0, 1.0), m), clip), self._crop)
        if not det or not isfinite(det + sum(box) + e + f) or box[0] >= box[2] or box[1] >= box[3]:
            return
        x0, y0 = self._crop[0] + self._dx / 2, self._crop[1] + self._dy / 2
        first, last = _span(box[1], box[3], y0, self._dy, self.rows)
        left, right = _span(box[0], box[2], x0, self._dx, self.columns)
        straight = (b == 0 and c == 0) or (a == 0 and d == 0)
        for row in range(first, last):
            low, high = left, right
            if not straight:
                y = y0 + row * self._dy
                # u and v are linear in x on this row: both must lie in 0..1.
                ends = _inside(d / det, (-d * e - c * (y - f)) / det, box[0], box[2])
                ends = _inside(-b / det, (b * e + a * (y - f)) / det, *ends)
                if ends[0] > ends[1]:
                    continue
                low, high = _span(ends[0], ends[1], x0, self._dx, self.columns)
            if low < high:
                self._fill(row * self.columns + low, row * self.columns + high, number, manner)

    def shares(self) -> list[float]:
        """Share of the page for every image announced, by number."""
        counts = [0] * len(self._dpi)
        for cell in self._cells:
            if cell != _NOTHING:
                counts[cell] += 1
        return [count / len(self._cells) for count in counts]

    def _fill(self, start: int, stop: int, number: int, manner: str) -> None:
        if manner == "opaque":
            self._cells[start:stop] = [number] * (stop - start)
            return
        dpi, mine = self._dpi, self._dpi[number]
        for at in range(start, stop):
            there = self._cells[at]
            if there == _NOTHING or (mine > dpi[there] if manner == "mask" else mine < dpi[there]):
                self._cells[at] = number


def _span(low: float, high: float, start: float, step: float, count: int) -> tuple[int, int]:
    """Indices of grid points start, start + step, ... inside low..high."""
    first = max(ceil((low - start) / step - 1e-9), 0) if low > start else 0
    last = min(floor((high - start) / step + 1e-9), count - 1) if high > start - step else -1
    return first, last + 1


def _inside(slope: float, offset: float, low: float, high: float) -> tuple[float, float]:
    """Part of low..high where 0 <= slope * x + offset <= 1."""
    if abs(slope) < 1e-12:
        return (low, high) if 0 <= offset <= 1 else (1.0, 0.0)
    one, two = -offset / slope, (1 - offset) / slope
    return max(low, min(one, two)), min(high, max(one, two))

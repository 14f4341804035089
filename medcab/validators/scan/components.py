"""Connected pieces of ink, from the runs of each row (8-connected), in numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Pieces", "pieces_of"]


@dataclass(slots=True)
class Pieces:
    """Connected pieces; arrays of one length, boxes half-open in pixels of the mask.

    ``of_run`` tells the piece of each run; ``row``, ``start`` and ``stop`` are the runs;
    ``order`` lists them by piece, ``heads`` where each piece begins there.
    """

    x0: Any
    y0: Any
    x1: Any
    y1: Any
    area: Any
    of_run: Any
    row: Any
    start: Any
    stop: Any
    order: Any
    heads: Any

    def runs(self, piece: int) -> Any:
        """Indices of the runs of one piece, from the top down."""
        return self.order[self.heads[piece] : self.heads[piece + 1]]

    @property
    def count(self) -> int:
        """Number of pieces."""
        return len(self.area)

    @property
    def width(self) -> Any:
        """Of each piece."""
        return self.x1 - self.x0

    @property
    def height(self) -> Any:
        """Of each piece."""
        return self.y1 - self.y0


def pieces_of(mask: Any) -> Pieces:
    """Label the True pixels of a two-dimensional mask."""
    height, width = mask.shape
    step = width + 2
    padded = np.zeros((height, step), np.bool_)
    padded[:, 1:-1] = mask
    flat = padded.ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts, stops = edges[0::2], edges[1::2]
    n = len(starts)
    row = starts // step
    if n == 0:
        none = np.zeros(0, np.int64)
        return Pieces(none, none, none, none, none, none, row, starts, stops, none, none)
    # Runs of the next row that touch this one, corners included.
    low = np.searchsorted(stops, starts + step, "left")
    high = np.searchsorted(starts, stops + step, "right")
    touching = np.maximum(high - low, 0)
    above = np.repeat(np.arange(n), touching)
    first = np.repeat(low - (np.cumsum(touching) - touching), touching)
    below = first + np.arange(len(above))
    label = _joined(n, above, below)
    root = label == np.arange(n)
    of_run = (np.cumsum(root) - 1)[label]
    count = int(root.sum())
    start, stop = starts - row * step - 1, stops - row * step - 1
    # Short numbers are sorted by their digits, which takes a quarter of the time.
    order = np.argsort(of_run.astype(np.uint16) if count < 1 << 16 else of_run, kind="stable")
    heads = np.flatnonzero(np.diff(of_run[order], prepend=-1))
    return Pieces(
        x0=np.minimum.reduceat(start[order], heads),
        y0=np.minimum.reduceat(row[order], heads),
        x1=np.maximum.reduceat(stop[order], heads),
        y1=np.maximum.reduceat(row[order], heads) + 1,
        area=np.bincount(of_run, stop - start, count).astype(np.int64),
        of_run=of_run,
        row=row,
        start=start,
        stop=stop,
        order=order,
        heads=np.append(heads, n),
    )


def _joined(n: int, a: Any, b: Any) -> Any:
    """Smallest index of each set, for sets joined by the pairs (a, b)."""
    label = np.arange(n)
    while len(a):
        la, lb = label[a], label[b]
        apart = la != lb
        if not apart.any():
            break
        a, b, la, lb = a[apart], b[apart], la[apart], lb[apart]
        np.minimum.at(label, np.maximum(la, lb), np.minimum(la, lb))
        while True:
            further = label[label]
            if np.array_equal(further, label):
                break
            label = further
    return label

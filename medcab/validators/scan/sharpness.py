"""Sharpness: how wide the edges of ink are (``docs/decisions/0005-legibility.md``)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from medcab.validators.scan.facts import Mark
from medcab.validators.scan.sheet import TILE, Sheet

__all__ = ["edge_width"]

_WINDOW_MM: Final = 0.8
_ENOUGH: Final = 1500
_TILE_ENOUGH: Final = 60


def edge_width(sheet: Sheet) -> tuple[float | None, Mark | None]:
    """Width of the sharp edges in pixels, and the part of the page that is much less sharp.

    Edge width: local range (darkest to lightest within 0.8 mm) over the steepest gradient, on
    the squares where ink meets paper; the worse of rows and columns. None: too little ink.
    """
    tiles = sheet.text_tiles
    if not len(tiles.pixels):
        return None, None
    pixels = tiles.pixels
    reach = max(round(_WINDOW_MM * sheet.mm) // 2, 2)
    reach = min(reach, (pixels.shape[1] - TILE) // 2)
    spread = _window(pixels, reach, np.maximum) - _window(pixels, reach, np.minimum)
    side = spread.shape[1]
    off = (pixels.shape[1] - side) // 2
    least = max(18.0, 0.45 * float(np.percentile(spread, 99)))
    if int((spread >= least).sum()) < _ENOUGH:
        return None, None
    # A blurred square has no strong pixel by the measure of the page, only by its own.
    own = np.maximum(18, 0.45 * spread.max(axis=(1, 2))).astype(np.uint8)[:, None, None]
    strong = spread >= np.minimum(own, np.uint8(min(least, 255)))
    chosen = np.flatnonzero(strong)
    depth = spread.ravel()[chosen].astype(np.float32)
    of_page = depth >= least
    wide = pixels.astype(np.int16)
    middle, low, high = (
        slice(off, off + side),
        slice(off - 1, off + side - 1),
        slice(off + 1, off + side + 1),
    )
    ratios = []
    for one, other in (
        (wide[:, middle, high], wide[:, middle, low]),
        (wide[:, high, middle], wide[:, low, middle]),
    ):
        ratios.append(np.abs((one - other).ravel()[chosen]) / depth)
    steep = min(float(np.percentile(ratio[of_page], 97)) for ratio in ratios) / 2
    width = 1.0 / max(steep, 0.02)
    counts = strong.reshape(len(strong), -1).sum(axis=1)
    return round(width, 2), _soft_part(sheet, np.maximum(*ratios), counts, width)


def _soft_part(sheet: Sheet, ratio: Any, counts: Any, width: float) -> Mark | None:
    """Where a fair part of the squares has edges far wider than the page as a whole."""
    tiles = sheet.text_tiles
    enough = counts >= _TILE_ENOUGH
    if int(enough.sum()) < 30:
        return None
    filled = np.flatnonzero(counts)
    starts = np.concatenate([[0], np.cumsum(counts[filled])[:-1]])
    steep = np.zeros(len(counts), np.float32)
    steep[filled] = np.maximum.reduceat(ratio, starts) / 2
    own = 1.0 / np.maximum(steep, 0.02)
    soft = enough & (own > max(4.5, 1.6 * width))
    share = float(soft.sum() / enough.sum())
    if share < 0.12:
        return None
    row, column = tiles.row[soft], tiles.column[soft]
    top, bottom = np.percentile(row, [3, 97])
    left, right = np.percentile(column, [3, 97])
    inside = (
        (tiles.row >= top)
        & (tiles.row <= bottom)
        & (tiles.column >= left)
        & (tiles.column <= right)
    )
    # A region, not squares sprinkled over the page.
    if float(soft[inside & enough].mean()) < 0.6:
        return None
    box = sheet.fractions(left * TILE, top * TILE, (right + 1) * TILE, (bottom + 1) * TILE, 1)
    return Mark(round(float(np.median(own[soft])), 2), box)


def _window(pixels: Any, reach: int, join: Any) -> Any:
    """Extreme of windows of 2 × reach + 1 pixels, by doubling shifts, both axes."""
    for axis in (1, 2):
        size, done = 2 * reach + 1, 1
        moved = pixels
        while done < size:
            step = min(done, size - done)
            length = moved.shape[axis] - step
            one = moved[:, :length] if axis == 1 else moved[:, :, :length]
            two = moved[:, step:] if axis == 1 else moved[:, :, step:]
            moved = join(one, two)
            done += step
        pixels = moved
    return pixels

"""Sharpness: how wide the edges of ink are (``docs/decisions/0005-legibility.md``)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from medcab.validators.scan.arrays import apart, histogram, level_at, window
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
    pixels = sheet.text_tiles.pixels
    if not pixels.size:
        return None, None
    reach = max(round(_WINDOW_MM * sheet.mm) // 2, 2)
    reach = min(reach, (len(pixels) - TILE) // 2)
    spread = window(pixels, reach, np.maximum) - window(pixels, reach, np.minimum)
    side = len(spread)
    off = (len(pixels) - side) // 2
    least = max(18, round(0.45 * level_at(histogram(spread.reshape(side, -1)), 0.99)))
    of_page = spread >= least
    if int(np.count_nonzero(of_page)) < _ENOUGH:
        return None, None
    # A blurred square has no strong pixel by the measure of the page, only by its own.
    own = np.maximum(18, 0.45 * spread.max(axis=(0, 1))).astype(np.uint8)
    strong = spread >= np.minimum(own, np.uint8(least))
    middle, low, high = (slice(off + step, off + step + side) for step in (0, -1, 1))
    depth = np.maximum(spread, 1).astype(np.float32)
    down = apart(pixels[high, middle], pixels[low, middle]) / depth
    across = apart(pixels[middle, high], pixels[middle, low]) / depth
    steep = min(_steep(ratio[of_page]) for ratio in (down, across))
    width = 1.0 / max(steep, 0.02)
    sharpest = np.where(strong, np.maximum(down, across), 0).max(axis=(0, 1)) / 2
    return round(width, 2), _soft_part(sheet, sharpest, strong.sum(axis=(0, 1)), width)


def _steep(ratio: Any) -> float:
    """The 97th percentile of gradient over range."""
    at = int(0.97 * (len(ratio) - 1))
    return float(np.partition(ratio, at)[at]) / 2


def _soft_part(sheet: Sheet, steep: Any, counts: Any, width: float) -> Mark | None:
    """Where a fair part of the squares has edges far wider than the page as a whole."""
    tiles = sheet.text_tiles
    enough = counts >= _TILE_ENOUGH
    if int(enough.sum()) < 30:
        return None
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

"""Sharpness: how wide the edges of ink are (``docs/decisions/0005-legibility.md``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from medcab.validators.scan.arrays import apart, boxed, histogram, level_at, window
from medcab.validators.scan.facts import Mark
from medcab.validators.scan.sheet import TILE, Sheet, Tiles

__all__ = ["Sharpness", "sharpness"]

_WINDOW_MM: Final = 0.8
_ENOUGH: Final = 1500
_TILE_ENOUGH: Final = 60
_BAND_ENOUGH: Final = 500
_GRAINY: Final = 1.5  # grey levels of grain, below which it makes no edge steep
_EVERY: Final = 4  # of the squares, where grain is averaged out
_GRAIN: Final = 5  # pixels, in a square of which grain averages out
_HIDDEN: Final = 6.0  # edges that are wider than this where grain has averaged out are not sharp
_WIDENED: Final = 0.5  # by which averaging widens them
_INNER: Final = 28  # pixels of a square that are measured, at least


@dataclass(frozen=True, slots=True)
class Sharpness:
    """How wide the edges are.

    Attributes:
        width: of the sharp edges of the page, in pixels; None where there is too little ink.
        soft: a region of the page that is much less sharp than the rest.
        band: the least sharp strip of the page.
        share: of the ink that lies in strips that are as little sharp as that.
    """

    width: float | None = None
    soft: Mark | None = None
    band: Mark | None = None
    share: float = 0.0


@dataclass(slots=True)
class _Edges:
    """Gradient over range, down and across, for the inner pixels of squares (side, side, n)."""

    down: Any
    across: Any
    spread: Any
    ruled: Any


def sharpness(sheet: Sheet, limit: float = 4.5) -> Sharpness:
    """Width of the edges of the page, of its least sharp strip, and of a soft region.

    Edge width: local range (darkest to lightest within 0.8 mm) over the steepest gradient, on
    the squares where ink meets paper; the worse of rows and columns. Rules and frames are left
    out: they may be drawn anew over what was copied badly.

    Args:
        sheet: the page.
        limit: a strip whose edges are wider is not sharp.
    """
    tiles = sheet.text_tiles
    if not tiles.pixels.size:
        return Sharpness()
    edges = _edges(tiles.pixels, sheet.mm)
    of_page, least = _strong(edges.spread)
    free = edges.spread >= least
    if edges.ruled.any():
        free, _ = _strong(np.where(edges.ruled, 0, edges.spread))
    enough = int(np.count_nonzero(free)) >= _ENOUGH
    if not enough and int(np.count_nonzero(of_page)) < _ENOUGH:
        return Sharpness()
    width = _width(edges, free if enough else of_page)
    if sheet.noise >= _GRAINY:
        width = max(width, _under_grain(tiles.pixels[:, :, ::_EVERY], sheet.mm))
    # A blurred square has no strong pixel by the measure of the page, only by its own.
    own = np.maximum(18, 0.45 * edges.spread.max(axis=(0, 1))).astype(np.uint8)
    strong = edges.spread >= np.minimum(own, np.uint8(least))
    steep = np.where(strong, np.maximum(edges.down, edges.across), 0).max(axis=(0, 1)) / 2
    soft = _soft_part(sheet, steep, strong.sum(axis=(0, 1)), width)
    band, share = _dim_bands(sheet, limit)
    return Sharpness(round(width, 2), soft, band, share)


def _edges(pixels: Any, mm: float) -> _Edges:
    reach = max(round(_WINDOW_MM * mm) // 2, 2)
    reach = min(reach, (len(pixels) - _INNER) // 2)
    spread = window(pixels, reach, np.maximum) - window(pixels, reach, np.minimum)
    side = len(spread)
    off = (len(pixels) - side) // 2
    middle, low, high = (slice(off + step, off + step + side) for step in (0, -1, 1))
    depth = np.maximum(spread, 1).astype(np.float32)
    down = apart(pixels[high, middle], pixels[low, middle]) / depth
    across = apart(pixels[middle, high], pixels[middle, low]) / depth
    return _Edges(down, across, spread, _ruled(pixels, side, reach))


def _ruled(pixels: Any, side: int, reach: int) -> Any:
    """Which inner pixels are near a rule: a row or column that is dark through the whole square."""
    off = (len(pixels) - side) // 2
    middle = pixels.min(axis=(0, 1)) / 2 + pixels.max(axis=(0, 1)) / 2
    found = np.zeros((side, side, pixels.shape[2]), bool)
    for axis in (0, 1):
        out = found.swapaxes(0, axis)
        for row, square in np.argwhere(pixels.max(axis=1 - axis) < middle):
            at = row - off
            out[max(at - reach - 2, 0) : max(at + reach + 3, 0), :, square] = True
    return found


def _width(edges: _Edges, where: Any) -> float:
    return 1.0 / max(min(_steep(ratio[where]) for ratio in (edges.down, edges.across)), 0.02)


def _steep(ratio: Any) -> float:
    """The 97th percentile of gradient over range."""
    at = int(0.97 * (len(ratio) - 1))
    return float(np.partition(ratio, at)[at]) / 2


def _under_grain(pixels: Any, mm: float) -> float:
    """Width of edges that grain makes look steep; 0 where they are not wide without it."""
    edges = _edges(boxed(pixels, _GRAIN), mm)
    where, _ = _strong(np.where(edges.ruled, 0, edges.spread))
    if int(np.count_nonzero(where)) < _ENOUGH // _EVERY:
        return 0.0
    width = _width(edges, where)
    return width - _WIDENED if width > _HIDDEN else 0.0


def _strong(spread: Any) -> tuple[Any, int]:
    """Where the range is at least 0.45 of its 99th percentile, and that range."""
    counts = histogram(spread.reshape(len(spread), -1))
    counts[0] = 0
    least = max(18, round(0.45 * level_at(counts, 0.99)))
    return spread >= least, least


def _dim_bands(sheet: Sheet, limit: float) -> tuple[Mark | None, float]:
    """The least sharp of the strips that are fainter than the page, and the share of such."""
    worst: Mark | None = None
    share = 0.0
    for top, bottom, part, tiles in sheet.dim_bands:
        width = _of_band(tiles, sheet.mm)
        if width is None or width <= limit:
            continue
        share += part
        if worst is None or width > worst.value:
            box = sheet.fractions(0, top * TILE, sheet.width, bottom * TILE, 1)
            worst = Mark(round(width, 2), box)
    return worst, round(share, 3)


def _of_band(tiles: Tiles, mm: float) -> float | None:
    if not tiles.pixels.size:
        return None
    edges = _edges(tiles.pixels, mm)
    own = np.maximum(18, 0.45 * edges.spread.max(axis=(0, 1))).astype(np.uint8)
    where = (edges.spread >= own) & ~edges.ruled
    return _width(edges, where) if int(np.count_nonzero(where)) >= _BAND_ENOUGH else None


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

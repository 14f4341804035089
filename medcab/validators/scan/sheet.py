"""What all measures share: the page in three sizes, its paper, its ink, its pieces of ink.

Sizes are named after the resolution of a 300 dpi page: ``grey`` 300, ``half`` 150, ``quarter`` 75.
Everything is uint8; each product is made once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from medcab.validators.scan.arrays import by_eights, halved, histogram, level_at, otsu
from medcab.validators.scan.components import Pieces, pieces_of
from medcab.validators.scan.picture import Picture

__all__ = ["BLOCK", "CHROMA", "TILE", "Sheet", "Tiles"]

CHROMA: Final = 28  # largest minus smallest channel, above which a pixel has colour
BLOCK: Final = 8  # pixels of the quarter picture: 2.7 mm
TILE: Final = 4 * BLOCK  # the same block at 300 dpi
_MOST_TILES: Final = 110
_PAPER_TILES: Final = 36
_BANDS: Final = 6
_BAND_TILES: Final = 24
_BAND_INK: Final = 0.05  # of the squares of a strip, that it counts
_FAINT: Final = 14.0
_DIM: Final = 0.8
_BAND: Final = 8  # rows of the half picture that share one row of paper
_MARGIN: Final = 4


@dataclass(slots=True)
class Tiles:
    """Squares cut from the full picture and the blocks they lie in.

    ``pixels`` is (side, side, n), the margin included: numpy is quick where the last axis is long.
    """

    pixels: Any
    row: Any
    column: Any
    total: int


class Sheet:
    """A page and the products that several measures use."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.dpi = picture.dpi
        self.mm = picture.dpi / 25.4
        self.grey: Any = np.asarray(picture.grey)
        self.height, self.width = self.grey.shape
        self.half: Any = halved(self.grey)
        self.quarter: Any = halved(self.half)

    @cached_property
    def blocks(self) -> tuple[Any, Any]:
        """Lightest and darkest pixel of each block of the quarter picture."""
        rows, columns = (max(side // BLOCK, 1) for side in self.quarter.shape)
        cut = self.quarter[: rows * BLOCK, : columns * BLOCK]
        if cut.shape[0] < BLOCK or cut.shape[1] < BLOCK:
            flat = self.quarter.reshape(1, 1, -1)
            return flat.max(axis=2), flat.min(axis=2)
        bands = cut.reshape(rows, BLOCK, columns * BLOCK)
        return by_eights(bands.max(axis=1), np.maximum), by_eights(bands.min(axis=1), np.minimum)

    @cached_property
    def paper_blocks(self) -> Any:
        """Grey level of the paper by block: the lightest spot, without single glints or blots."""
        image = Image.fromarray(np.ascontiguousarray(self.blocks[0]))
        return np.asarray(image.filter(ImageFilter.RankFilter(3, 5)))

    @cached_property
    def paper(self) -> float:
        """Grey level of the paper of the whole page."""
        return float(np.percentile(self.paper_blocks, 75))

    def _below_paper(self, picture: Any, block: int) -> Any:
        """How far each pixel lies below the paper, whose blocks are spread smoothly over it."""
        height, width = picture.shape
        rows, columns = self.paper_blocks.shape
        bands = -(-height // _BAND)
        # What is left over at the right and lower edge continues the last block.
        extra = np.pad(self.paper_blocks, ((0, 1), (0, 1)), mode="edge")
        box = (0.0, 0.0, min(width / block, columns + 1.0), min(height / block, rows + 1.0))
        image = Image.fromarray(np.ascontiguousarray(extra))
        paper = np.asarray(image.resize((width, bands), Image.Resampling.BILINEAR, box=box))
        made = np.empty_like(picture)
        whole = height // _BAND
        cut = whole * _BAND
        tall, out = picture[:cut].reshape(whole, _BAND, width), made[:cut].reshape(-1, _BAND, width)
        np.maximum(tall, paper[:whole, None], out=out)
        out -= tall
        if cut < height:
            made[cut:] = np.maximum(picture[cut:], paper[whole]) - picture[cut:]
        return made

    @cached_property
    def depth(self) -> Any:
        """How far each pixel of the half picture lies below the paper."""
        return self._below_paper(self.half, 2 * BLOCK)

    @cached_property
    def depth_quarter(self) -> Any:
        """The same at a quarter."""
        return self._below_paper(self.quarter, BLOCK)

    @cached_property
    def histogram(self) -> Any:
        """Of about every fifth pixel of ``depth``, along no row and no column."""
        step = next((step for step in (5, 7, 3) if self.depth.shape[1] % step), 1)
        return histogram(self.depth.ravel()[None, ::step])

    @cached_property
    def chroma(self) -> Any:
        """Largest minus smallest colour channel at an eighth; None without colour channels."""
        if self.picture.colour is None:
            return None
        r, g, b = self.picture.colour.split()
        top = ImageChops.lighter(ImageChops.lighter(r, g), b)
        bottom = ImageChops.darker(ImageChops.darker(r, g), b)
        return np.asarray(ImageChops.subtract(top, bottom))

    @cached_property
    def colour_mask(self) -> Any:
        """Where there is colour that is not the paper's; None without colour channels."""
        if self.chroma is None:
            return None
        mask = self.chroma > level_at(histogram(self.chroma), 0.5) + CHROMA
        # A ring drawn thinly falls apart where many pixels have become one: close gaps of a pixel.
        grown = mask.copy()
        grown[1:] |= mask[:-1]
        grown[:, 1:] |= mask[:, :-1]
        return grown

    @cached_property
    def noise(self) -> float:
        """Standard deviation of the paper's grain at full size; 0 where no paper is bare."""
        high, low = self.blocks
        spread = high - low
        calm = np.flatnonzero(spread.ravel() <= level_at(histogram(spread), 0.2) + 2)
        chosen = calm[np.linspace(0, len(calm) - 1, min(len(calm), _PAPER_TILES)).astype(np.int64)]
        pixels = self._cut(chosen, 0).pixels
        if not pixels.size:
            return 0.0
        grain = pixels.reshape(-1, pixels.shape[2]).astype(np.float32)
        grain -= grain.mean(axis=0)
        return float(np.median(np.sqrt(np.einsum("ij,ij->j", grain, grain) / len(grain))))

    @cached_property
    def ink_level(self) -> int:
        """Depth above which a pixel of the half picture is ink."""
        # The half picture averages four pixels, so its grain is half as strong.
        least = int(max(8.0, 4 * self.noise / 2))
        return max(otsu(self.histogram, least), least)

    @cached_property
    def contrast(self) -> float | None:
        """75th percentile of the depth of ink; None on a page without any."""
        ink = self.histogram.copy()
        ink[: self.ink_level + 1] = 0
        total = int(ink.sum())
        if total < 40:
            return None
        return float(level_at(ink, 0.75))

    @cached_property
    def mark_level(self) -> int:
        """Depth above which a pixel belongs to a piece of ink."""
        depth = self.contrast or 0.0
        return int(max(12.0, 5 * self.noise / 2, 0.35 * depth))

    @cached_property
    def pieces(self) -> Pieces:
        """Connected pieces of ink of the half picture."""
        return pieces_of(self.depth > self.mark_level)

    @cached_property
    def letters(self) -> Any:
        """Which pieces have the size of letters (0.8 to 8 mm, neither lines nor specks)."""
        p, mm = self.pieces, self.mm / 2
        high, wide = p.height / mm, p.width / mm
        return (
            (high >= 0.8)
            & (high <= 8)
            & (wide >= 0.3)
            & (wide <= 12)
            & (wide <= 4 * high)
            & (p.area >= 6)
            & (p.area <= 0.9 * p.width * p.height + 4)
        )

    @cached_property
    def text_tiles(self) -> Tiles:
        """Squares of the full picture in which something dark meets something light."""
        high, low = self.blocks
        spread = high - low
        least = max(14.0, 0.35 * level_at(histogram(spread), 0.99))
        busy = spread >= least
        # Squares at the rim have no margin, and a lid or a table shows there.
        busy[:1] = busy[-1:] = False
        busy[:, :1] = busy[:, -1:] = False
        found = np.flatnonzero(busy.ravel())
        if len(found) > _MOST_TILES:
            found = found[np.linspace(0, len(found) - 1, _MOST_TILES).astype(np.int64)]
        tiles = self._cut(found, _MARGIN)
        tiles.total = int(busy.sum())
        return tiles

    @cached_property
    def dim_bands(self) -> tuple[tuple[int, int, float, Tiles], ...]:
        """Strips across the page whose ink, though there is enough, is fainter than the page's.

        Each with the first row of blocks, the one after the last, the share of the page's ink that
        lies in it, and some squares of it. What is badly blurred has no square in ``text_tiles``.
        """
        high, low = self.blocks
        spread = (high - low)[:, 1:-1]
        rows, columns = spread.shape
        if rows < 4 * _BANDS or not columns:
            return ()
        of_page = max(_FAINT, 0.35 * level_at(histogram(spread), 0.99))
        found = []
        total = 0
        for index in range(_BANDS):
            top, bottom = (max(rows * i // _BANDS, 1) for i in (index, index + 1))
            part = spread[top : min(bottom, rows - 1)]
            least = max(_FAINT, 0.35 * level_at(histogram(part), 0.99))
            busy = np.flatnonzero((part >= min(least, of_page)).ravel())
            total += len(busy)
            if _FAINT < least < _DIM * of_page and len(busy) >= _BAND_INK * part.size:
                some = busy[np.linspace(0, len(busy) - 1, min(len(busy), _BAND_TILES)).astype(int)]
                places = (top + some // columns) * (columns + 2) + 1 + some % columns
                found.append((top, bottom, len(busy), self._cut(places, _MARGIN)))
        return tuple((top, bottom, busy / total, tiles) for top, bottom, busy, tiles in found)

    def _cut(self, places: Any, margin: int) -> Tiles:
        columns = self.blocks[0].shape[1]
        row, column = places // columns, places % columns
        top, left = row * TILE - margin, column * TILE - margin
        side = TILE + 2 * margin
        fits = (top >= 0) & (left >= 0) & (top + side <= self.height) & (left + side <= self.width)
        row, column, top, left = row[fits], column[fits], top[fits], left[fits]
        if not len(row):
            return Tiles(np.zeros((side, side, 0), np.uint8), row, column, 0)
        windows = np.lib.stride_tricks.sliding_window_view(self.grey, (side, side))
        pixels = windows[top, left].reshape(len(row), -1).T
        return Tiles(np.ascontiguousarray(pixels).reshape(side, side, -1), row, column, len(row))

    def fractions(
        self, x0: float, y0: float, x1: float, y1: float, scale: float = 2
    ) -> tuple[float, float, float, float]:
        """A box in pixels of the picture reduced by ``scale`` as fractions of the page."""
        w, h = self.width / scale, self.height / scale
        return (
            round(float(min(max(x0 / w, 0.0), 1.0)), 4),
            round(float(min(max(y0 / h, 0.0), 1.0)), 4),
            round(float(min(max(x1 / w, 0.0), 1.0)), 4),
            round(float(min(max(y1 / h, 0.0), 1.0)), 4),
        )

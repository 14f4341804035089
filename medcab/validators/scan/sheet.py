"""What all measures share: the page in three sizes, its paper, its ink, its pieces of ink.

Sizes are named after the resolution of a 300 dpi page: ``grey`` 300, ``half`` 150, ``quarter`` 75.
Everything is uint8; each product is made once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from PIL import Image, ImageChops

from medcab.validators.scan.components import Pieces, pieces_of
from medcab.validators.scan.picture import Picture

__all__ = ["BLOCK", "TILE", "Sheet", "Tiles"]

BLOCK: Final = 8  # pixels of the quarter picture: 2.7 mm
TILE: Final = 4 * BLOCK  # the same block at 300 dpi
_MOST_TILES: Final = 300
_PAPER_TILES: Final = 160
_MARGIN: Final = 4


@dataclass(slots=True)
class Tiles:
    """Squares cut from the full picture: ``pixels`` (n, side, side) with a margin, block places."""

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
        self.half_image = picture.grey.reduce(2)
        self.quarter_image = self.half_image.reduce(2)
        self.half: Any = np.asarray(self.half_image)
        self.quarter: Any = np.asarray(self.quarter_image)

    @cached_property
    def blocks(self) -> tuple[Any, Any]:
        """Lightest and darkest pixel of each block of the quarter picture."""
        rows, columns = (max(side // BLOCK, 1) for side in self.quarter.shape)
        cut = self.quarter[: rows * BLOCK, : columns * BLOCK]
        if cut.shape[0] < BLOCK or cut.shape[1] < BLOCK:
            flat = self.quarter.reshape(1, 1, -1)
            return flat.max(axis=2), flat.min(axis=2)
        bands = cut.reshape(rows, BLOCK, columns * BLOCK)
        high = bands.max(axis=1).reshape(rows, columns, BLOCK).max(axis=2)
        low = bands.min(axis=1).reshape(rows, columns, BLOCK).min(axis=2)
        return high, low

    @cached_property
    def paper_blocks(self) -> Any:
        """Grey level of the paper by block: the lightest spot, without single glints or blots."""
        high = self.blocks[0]
        around = np.pad(high, 1, mode="edge")
        rows, columns = high.shape
        nine = [around[i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
        return np.sort(np.stack(nine), axis=0)[5]

    @cached_property
    def paper(self) -> float:
        """Grey level of the paper of the whole page."""
        return float(np.percentile(self.paper_blocks, 75))

    def _upsampled(self, blocks: Any, size: tuple[int, int]) -> Image.Image:
        """Blocks spread smoothly to the quarter picture, and that to ``size``."""
        quarter = self.quarter_image.size
        rows, columns = blocks.shape
        # What is left over at the right and lower edge continues the last block.
        extra = np.pad(blocks, ((0, 1), (0, 1)), mode="edge")
        box = (0.0, 0.0, quarter[0] / BLOCK, quarter[1] / BLOCK)
        box = (0.0, 0.0, min(box[2], columns + 1.0), min(box[3], rows + 1.0))
        image = Image.fromarray(np.ascontiguousarray(extra))
        image = image.resize(quarter, Image.Resampling.BILINEAR, box=box)
        return image.resize(size, Image.Resampling.NEAREST)

    @cached_property
    def depth_image(self) -> Image.Image:
        """How far each pixel of the half picture lies below the paper."""
        return ImageChops.subtract(
            self._upsampled(self.paper_blocks, self.half_image.size), self.half_image
        )

    @cached_property
    def depth(self) -> Any:
        """The same as an array."""
        return np.asarray(self.depth_image)

    @cached_property
    def depth_quarter(self) -> Any:
        """The same at a quarter."""
        return np.asarray(self.depth_image.reduce(2))

    @cached_property
    def histogram(self) -> Any:
        """Of ``depth``."""
        return np.array(self.depth_image.histogram(), dtype=np.int64)

    @cached_property
    def chroma(self) -> Any:
        """Largest minus smallest colour channel at a quarter; None without colour channels."""
        if self.picture.colour is None:
            return None
        r, g, b = self.picture.colour.split()
        top = ImageChops.lighter(ImageChops.lighter(r, g), b)
        bottom = ImageChops.darker(ImageChops.darker(r, g), b)
        return np.asarray(ImageChops.subtract(top, bottom))

    @cached_property
    def noise(self) -> float:
        """Standard deviation of the paper's grain at full size; 0 where no paper is bare."""
        high, low = self.blocks
        spread = (high - low).astype(np.int16)
        calm = np.flatnonzero((spread <= np.percentile(spread, 20) + 2).ravel())
        chosen = calm[:: max(len(calm) // _PAPER_TILES, 1)]
        tiles = self._cut(chosen, 0)
        if not len(tiles.pixels):
            return 0.0
        return float(np.median(tiles.pixels.astype(np.float32).std(axis=(1, 2))))

    @cached_property
    def ink_level(self) -> int:
        """Depth above which a pixel of the half picture is ink."""
        # The half picture averages four pixels, so its grain is half as strong.
        least = int(max(8.0, 4 * self.noise / 2))
        return max(_otsu(self.histogram, least), least)

    @cached_property
    def contrast(self) -> float | None:
        """75th percentile of the depth of ink; None on a page without any."""
        ink = self.histogram.copy()
        ink[: self.ink_level + 1] = 0
        total = int(ink.sum())
        if total < 200:
            return None
        return float(np.searchsorted(np.cumsum(ink), 0.75 * total))

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
        spread = high.astype(np.int16) - low
        least = max(14.0, 0.35 * float(np.percentile(spread, 99)))
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

    def _cut(self, places: Any, margin: int) -> Tiles:
        columns = self.blocks[0].shape[1]
        row, column = places // columns, places % columns
        top, left = row * TILE - margin, column * TILE - margin
        side = TILE + 2 * margin
        fits = (top >= 0) & (left >= 0) & (top + side <= self.height) & (left + side <= self.width)
        row, column, top, left = row[fits], column[fits], top[fits], left[fits]
        if not len(row):
            return Tiles(np.zeros((0, side, side), np.uint8), row, column, 0)
        windows = np.lib.stride_tricks.sliding_window_view(self.grey, (side, side))
        return Tiles(windows[top, left], row, column, len(row))

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


def _otsu(histogram: Any, least: int) -> int:
    """The level that parts ink from paper best (Otsu 1979), looked for above ``least``."""
    levels = np.arange(256)
    weight = np.cumsum(histogram).astype(np.float64)
    mass = np.cumsum(histogram * levels).astype(np.float64)
    total, all_mass = weight[-1], mass[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (all_mass * weight - mass * total) ** 2 / (weight * (total - weight))
    between[~np.isfinite(between)] = 0
    between[:least] = 0
    return int(np.argmax(between))

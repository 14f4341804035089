"""Ink and paper: blank pages, blots, shadows, separate documents, small print, fingerprints."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from medcab.validators.scan.arrays import window
from medcab.validators.scan.facts import Box, Mark
from medcab.validators.scan.sheet import BLOCK, Sheet

__all__ = [
    "area",
    "documents",
    "fingerprint",
    "ink_share",
    "marks",
    "shade",
    "smallest_text",
    "spots",
]

_FRAME_MM: Final = 1.0
_DRAWING_MM: Final = 70.0
_COLOURED: Final = 26
_APART_MM: Final = 10.0
_FEW_LETTERS: Final = 24
_FINGERPRINT: Final = (48, 68)
# ID-1, the data page of a passport and its spread, SNILS, A7, A6, A5 (ISO/IEC 7810, ISO 216).
_CARDS_MM: Final = ((85.6, 54), (125, 88), (176, 125), (110, 80), (105, 74), (148, 105), (210, 148))


def marks(sheet: Sheet) -> int:
    """Pieces of ink of at least 0.4 mm², a frame of 1 mm left out."""
    p, mm = sheet.pieces, sheet.mm / 2
    frame = _FRAME_MM * mm
    height, width = sheet.half.shape
    inside = (p.x1 > frame) & (p.y1 > frame) & (p.x0 < width - frame) & (p.y0 < height - frame)
    return int((inside & (p.area >= 0.4 * mm * mm)).sum())


def area(sheet: Sheet) -> Box | None:
    """Where the pieces of ink lie, specks left out."""
    p, mm = sheet.pieces, sheet.mm / 2
    real = p.area >= 0.4 * mm * mm
    if not real.any():
        return None
    return sheet.fractions(p.x0[real].min(), p.y0[real].min(), p.x1[real].max(), p.y1[real].max())


def ink_share(sheet: Sheet) -> float:
    """Share of the page that is ink."""
    return round(float(sheet.histogram[sheet.mark_level + 1 :].sum() / sheet.histogram.sum()), 4)


def spots(sheet: Sheet) -> tuple[Mark, ...]:
    """Solid dark blots of 2.5 to 25 mm, at most eight; value is the larger side in millimetres."""
    # Against the paper of the whole page: its level by block follows large dark areas.
    mm = sheet.mm / 4
    reach = max(round(1.1 * mm), 1)
    depth = max(sheet.mark_level, 60, 0.5 * (sheet.contrast or 0))
    solid = _eroded(sheet.quarter < max(sheet.paper - depth, 0), reach)
    if not solid.any():
        return ()
    from medcab.validators.scan.components import pieces_of

    p = pieces_of(solid)
    wide, high = p.width + 2 * reach, p.height + 2 * reach
    size = np.maximum(wide, high) / mm
    round_ = (p.area >= 0.55 * p.width * p.height) & (wide <= 2.2 * high) & (high <= 2.2 * wide)
    chosen = np.flatnonzero(round_ & (size >= 2.5) & (size <= 25))
    found = []
    for i in chosen[np.argsort(-size[chosen])][:24]:
        x0, y0 = p.x0[i] - reach, p.y0[i] - reach
        x1, y1 = p.x1[i] + reach, p.y1[i] + reach
        if not (
            _part_of_drawing(sheet, 2 * x0, 2 * y0, 2 * x1, 2 * y1)
            or _has_colour(sheet, p.x0[i], p.y0[i], p.x1[i], p.y1[i])
        ):
            found.append(Mark(round(float(size[i]), 1), sheet.fractions(x0, y0, x1, y1, 4)))
    return tuple(found[:8])


def _part_of_drawing(sheet: Sheet, x0: int, y0: int, x1: int, y1: int) -> bool:
    """Whether a solid patch lies inside something larger: an emblem, a seal, a photograph."""
    p, mm = sheet.pieces, sheet.mm / 2
    around = (p.x0 <= x0) & (p.y0 <= y0) & (p.x1 >= x1) & (p.y1 >= y1)
    around &= (p.width > 1.5 * (x1 - x0)) | (p.height > 1.5 * (y1 - y0))
    around &= np.maximum(p.width, p.height) <= _DRAWING_MM * mm
    return bool(around.any())


def _has_colour(sheet: Sheet, x0: int, y0: int, x1: int, y1: int) -> bool:
    """Whether a solid patch is coloured, as emblems and seals are and blots rarely."""
    chroma = sheet.chroma
    if chroma is None:
        return False
    fx, fy = chroma.shape[1] / sheet.quarter.shape[1], chroma.shape[0] / sheet.quarter.shape[0]
    patch = chroma[int(y0 * fy) : int(y1 * fy) + 1, int(x0 * fx) : int(x1 * fx) + 1]
    return bool(patch.size) and float(np.median(patch)) > _COLOURED


def shade(sheet: Sheet) -> Mark | None:
    """Paper darker than the rest of the page by more than 14 levels; value is its share."""
    blocks = sheet.paper_blocks.astype(np.int16)
    dark = blocks < sheet.paper - 14
    # A tinted form is one tone; shadows and stains have many, and soft edges.
    share = float(dark.mean())
    if share < 0.01:
        return None
    rows, columns = np.nonzero(dark)
    box = sheet.fractions(
        columns.min() * BLOCK,
        rows.min() * BLOCK,
        (columns.max() + 1) * BLOCK,
        (rows.max() + 1) * BLOCK,
        4,
    )
    return Mark(round(share, 3), box)


def documents(sheet: Sheet) -> tuple[Box, ...]:
    """Frames that have the size of a card or small sheet and lie apart, when there are several."""
    p, mm = sheet.pieces, sheet.mm / 2
    wide, high = p.width / mm, p.height / mm
    found: list[tuple[int, int, int, int]] = []
    for i in np.flatnonzero((wide >= 50) & (high >= 50) & (wide <= 215) & (high <= 215)):
        long, short = max(wide[i], high[i]), min(wide[i], high[i])
        if any(abs(long - a) <= 4 and abs(short - b) <= 4 for a, b in _CARDS_MM) and _framed(
            p, int(i)
        ):
            found.append((int(p.x0[i]), int(p.y0[i]), int(p.x1[i]), int(p.y1[i])))
    apart: list[tuple[int, int, int, int]] = []
    for box in sorted(found, key=lambda b: (b[0] - b[2]) * (b[3] - b[1])):
        # The two pages of an open passport lie close together.
        gaps = (max(box[0] - o[2], o[0] - box[2], box[1] - o[3], o[1] - box[3]) for o in apart)
        if all(gap >= _APART_MM * mm for gap in gaps):
            apart.append(box)
    if len(apart) < 2:
        return ()
    return tuple(sheet.fractions(*box) for box in sorted(apart, key=lambda b: (b[1], b[0])))


def _framed(p: Any, piece: int) -> bool:
    """Whether the piece runs along all four sides of its own box."""
    runs = p.runs(piece)
    row, start, stop = p.row[runs], p.start[runs], p.stop[runs]
    x0, y0, x1, y1 = p.x0[piece], p.y0[piece], p.x1[piece], p.y1[piece]
    # 5 %: a card laid down crooked by three degrees.
    near_x, near_y = 0.05 * (x1 - x0) + 2, 0.05 * (y1 - y0) + 2
    tall, wide = y1 - y0, x1 - x0
    sides = [len(np.unique(row[start <= x0 + near_x])), len(np.unique(row[stop >= x1 - near_x]))]
    ends = [
        _covered(start[at] - x0, stop[at] - x0, wide)
        for at in (row <= y0 + near_y, row >= y1 - near_y)
    ]
    return bool(min(sides) >= 0.8 * tall and min(ends) >= 0.8 * wide)


def _covered(start: Any, stop: Any, size: int) -> int:
    """How many columns at least one of the runs covers."""
    change = np.bincount(start, minlength=size + 1) - np.bincount(stop, minlength=size + 1)
    return int((np.cumsum(change) > 0).sum())


def smallest_text(sheet: Sheet) -> float | None:
    """Height of the small letters of the smallest print of which there is a fair amount, in mm."""
    p, mm = sheet.pieces, sheet.mm / 2
    wide, high = p.width / mm, p.height / mm
    # Looser than ``letters``: very small print is what is looked for.
    # Its letters run together into pieces of words.
    like = (high >= 0.45) & (high <= 6) & (wide >= 0.3) & (wide <= 8 * high) & (p.area >= 5)
    like &= p.area >= 0.15 * p.width * p.height
    heights = np.sort(p.height[_in_rows(p, np.flatnonzero(like))])
    if len(heights) < _FEW_LETTERS:
        return None
    # Dots and commas come first: print begins after them.
    small = heights[max(len(heights) // 8, 8)]
    # Letters of one size are a pixel higher or lower; their mean tells more than any of them.
    alike = heights[np.abs(heights - small) <= 1]
    return round(float(alike.mean()) / mm, 2)


def _in_rows(p: Any, chosen: Any) -> Any:
    """Those pieces that stand on one line with a neighbour of about their height.

    The letters on the rim of a stamp, dust and strokes of a pen do not.
    """
    left, right, foot, high = (side[chosen] for side in (p.x0, p.x1, p.y1, p.height))
    found = np.zeros(len(chosen), np.bool_)
    # Feet in bands of two pixels, twice: what the first parts the second joins.
    for shift in (0, 1):
        line = (foot + shift) // 2
        order = np.lexsort((left, line))
        one, two = order[:-1], order[1:]
        near = left[two] - right[one] <= 2.5 * np.maximum(high[one], high[two])
        alike = np.abs(high[one] - high[two]) <= np.maximum(
            2, 0.5 * np.minimum(high[one], high[two])
        )
        pair = (line[one] == line[two]) & near & alike
        found[one[pair]] = found[two[pair]] = True
    return chosen[found]


def fingerprint(sheet: Sheet) -> bytes:
    """Mean depth of ink on a grid of 48 × 68 cells (upright), one byte a cell."""
    from PIL import Image

    size = _FINGERPRINT if sheet.height >= sheet.width else _FINGERPRINT[::-1]
    small = Image.fromarray(sheet.depth_quarter).resize(size, Image.Resampling.BOX)
    levels = np.asarray(small, dtype=np.float32)
    top = float(levels.max())
    return (levels * (255.0 / top) if top else levels).astype(np.uint8).tobytes()


def _eroded(mask: Any, reach: int) -> Any:
    """True where the whole square of 2 × reach + 1 is True."""
    out = np.zeros_like(mask)
    if min(mask.shape) > 2 * reach:
        out[reach:-reach, reach:-reach] = window(mask, reach, np.logical_and)
    return out

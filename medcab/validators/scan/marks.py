"""Colour and watermarks: heuristics, good enough for a warning."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from medcab.validators.scan.arrays import apart
from medcab.validators.scan.components import Pieces, pieces_of
from medcab.validators.scan.facts import Mark
from medcab.validators.scan.sheet import CHROMA, Sheet

__all__ = ["coloured", "watermark"]

_WATERMARK_MM2: Final = 120.0
_DEEPEST: Final = 115  # of a watermark below the paper; what is deeper is print
_FLAT: Final = 5


def coloured(sheet: Sheet) -> bool:
    """Whether the picture has colour: chroma above grain on at least 0.02 % of it."""
    chroma = sheet.chroma
    return chroma is not None and int((chroma > CHROMA).sum()) >= 0.0002 * chroma.size


def watermark(sheet: Sheet) -> Mark | None:
    """Strokes of one pale tone laid over the page; value is their number.

    Flat mid-tones, 0.8 to 7 mm thick, at least five of one grey level, spread over the page.
    """
    q = sheet.quarter
    mm = sheet.mm / 4
    low, paper = int(max(6.0, 3 * sheet.noise / 4)), round(sheet.paper)
    # Bytes that wrap: one comparison tells whether a depth lies between two levels.
    depth = np.maximum(q, np.uint8(paper)) - q
    mask = depth - np.uint8(low + 1) < np.uint8(_DEEPEST - low - 1)
    if np.count_nonzero(mask) / mask.size < 0.002:
        return None
    down, across = apart(q[1:], q[:-1]) <= _FLAT, apart(q[:, 1:], q[:, :-1]) <= _FLAT
    for part, flat in (
        (mask[1:], down),
        (mask[:-1], down),
        (mask[:, 1:], across),
        (mask[:, :-1], across),
    ):
        part &= flat
    if not 0.002 <= np.count_nonzero(mask) / mask.size <= 0.5:
        return None
    p = pieces_of(mask)
    wide, high = p.width / mm, p.height / mm
    fill = p.area / np.maximum(p.width * p.height, 1)
    area = p.area / (mm * mm)
    like = (area >= 6) & (np.maximum(wide, high) >= 5) & (np.maximum(wide, high) <= 50)
    like &= (fill <= 0.72) & (np.minimum(wide, high) >= 1.5)
    # Thickness: area over half the outline; the outline is told by the runs.
    ends = np.bincount(p.of_run, minlength=p.count) * 2.0
    thick = 2 * area / np.maximum(ends / mm, 1e-6)
    like &= (thick >= 0.8) & (thick <= 9)
    chosen = np.flatnonzero(like)
    if len(chosen) < 5:
        return None
    tone = np.array([_tone(q, p, i) for i in chosen[:80]])
    middle = float(np.median(tone))
    alike = chosen[:80][np.abs(tone - middle) <= 6]
    if len(alike) < 5 or len(alike) < 0.6 * len(tone):
        return None
    # Paper between the letters of a pressed picture is a little darker: thin and small patches.
    if sheet.paper - middle < 10 or float(area[alike].sum()) < _WATERMARK_MM2:
        return None
    x0, x1 = p.x0[alike].min(), p.x1[alike].max()
    y0, y1 = p.y0[alike].min(), p.y1[alike].max()
    if max((x1 - x0) / q.shape[1], (y1 - y0) / q.shape[0]) < 0.25:
        return None
    return Mark(float(len(alike)), sheet.fractions(x0, y0, x1, y1, 4))


def _tone(level: Any, p: Pieces, piece: int) -> float:
    runs = p.runs(piece)
    runs = runs[:: max(len(runs) // 12, 1)]
    middle = (p.start[runs] + p.stop[runs] - 1) // 2
    return float(np.median(level[p.row[runs], middle]))

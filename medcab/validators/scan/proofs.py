"""Stamps and signatures: heuristics, good enough for a warning."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from medcab.validators.scan.components import Pieces, pieces_of
from medcab.validators.scan.facts import Box
from medcab.validators.scan.sheet import Sheet

__all__ = ["proofs"]

_STAMP_MM: Final = (25.0, 52.0)
_REDUCED_MM: Final = 17.0  # the same on a page smaller than A5: such are often scanned reduced
_A5_MM: Final = 140.0
_EMBLEM_MM: Final = 12.0
_FRAME_MM: Final = 60.0
_LINE_MM: Final = 20.0
_CROSSINGS: Final = 2.1  # of strokes, by row
_ANGLES: Final = 36


def proofs(sheet: Sheet) -> tuple[bool, bool]:
    """Whether a round stamp and a signature are seen, in colour or in ink.

    A stamp is a ring of 25 to 52 mm (from 17 on small pages); a signature is strokes of a pen:
    large, thin, going to and fro, no ring, no line, nothing of what a ring encloses.
    """
    groups = [(sheet.pieces, sheet.mm / 2)]
    masks = [(sheet.depth_quarter > sheet.mark_level, sheet.mm / 4)]
    colour = sheet.colour_mask
    if colour is not None:
        mm = sheet.mm * colour.shape[1] / sheet.width
        groups.insert(0, (pieces_of(colour), mm))
        masks.insert(0, (colour, mm))
    rings = [ring for p, mm in groups for ring in _rings(p, mm)]
    small = min(sheet.width, sheet.height) < _A5_MM * sheet.mm
    least = _REDUCED_MM if small else _STAMP_MM[0]
    stamp = _large(rings, least)
    for (p, mm), (mask, coarse) in zip(groups, masks, strict=True):
        stamp = stamp or _ring_among(p, mm, least) or _ring_on_lines(p, mm, mask, coarse, least)
    return stamp, any(_pen(p, mm, rings) for p, mm in groups)


def _ring_on_lines(p: Pieces, mm: float, mask: Any, coarse: float, least: float) -> bool:
    """A ring that hangs together with a frame or rule, on a mask that may be coarser."""
    if not (np.maximum(p.width, p.height) > _FRAME_MM * mm).any():
        return False
    freed = _without_lines(mask, round(_LINE_MM * coarse))
    # A ring that a line touches is whole without it, one that a line crosses is not.
    return _large(_rings(pieces_of(freed), coarse), least) or _large(
        _rings(pieces_of(_mended(freed, mask)), coarse), least
    )


def _large(rings: list[Box], least: float) -> bool:
    return any(right - left >= least for left, _, right, _ in rings)


def _without_lines(mask: Any, length: int) -> Any:
    """The mask without straight lines along its sides: stamps are put across frames and rules."""
    lines = np.zeros_like(mask)
    for axis in (0, 1):
        whole, out = mask.swapaxes(0, axis), lines.swapaxes(0, axis)
        done = 1
        while done < length:
            step = min(done, length - done)
            whole = whole[:-step] & whole[step:]
            done += step
        spread = np.zeros_like(out)
        spread[: len(whole)] = whole
        done = 1
        while done < length:
            step = min(done, length - done)
            spread[step:] |= spread[:-step].copy(order="K")
            done += step
        out |= spread
    return mask & ~lines


def _mended(freed: Any, mask: Any) -> Any:
    """What crossed a line that was taken away is made whole again."""
    for _ in range(2):
        grown = freed.copy()
        grown[1:] |= freed[:-1]
        grown[:-1] |= freed[1:]
        grown[:, 1:] |= freed[:, :-1]
        grown[:, :-1] |= freed[:, 1:]
        freed = grown & mask
    return freed


def _rings(p: Pieces, mm: float) -> list[Box]:
    """Boxes of rings, in millimetres."""
    low, high = mm * _EMBLEM_MM, mm * _STAMP_MM[1]
    square = (p.width <= 1.25 * p.height) & (p.height <= 1.25 * p.width)
    sized = (np.maximum(p.width, p.height) <= high) & (np.minimum(p.width, p.height) >= low)
    found = []
    for i in np.flatnonzero(square & sized & (p.area < 0.6 * p.width * p.height)):
        runs = p.runs(int(i))
        y = np.concatenate([p.row[runs]] * 2) - (p.y0[i] + p.y1[i]) / 2
        x = np.concatenate([p.start[runs], p.stop[runs]]) - (p.x0[i] + p.x1[i]) / 2
        radius = np.hypot(x / p.width[i], y / p.height[i]) * 2
        if _turns_round(x, y, radius) and (radius > 1.15).mean() < 0.05:
            found.append(_box(p, mm, i))
    return found


def _turns_round(x: Any, y: Any, radius: Any) -> bool:
    rim = (radius > 0.86) & (radius < 1.06)
    angle = ((np.arctan2(y[rim], x[rim]) / np.pi + 1) * _ANGLES / 2).astype(int) % _ANGLES
    return len(np.unique(angle)) >= 0.75 * _ANGLES


def _ring_among(p: Pieces, mm: float, least: float) -> bool:
    """A ring that hangs together with a signature or text: votes for its centre (Hough)."""
    low, high = mm * least, mm * _STAMP_MM[1]
    joined = (np.minimum(p.width, p.height) >= low) & (np.maximum(p.width, p.height) <= 2.5 * high)
    joined &= p.area < 0.5 * p.width * p.height
    angles = np.arange(_ANGLES) * (2 * np.pi / _ANGLES)
    for i in np.flatnonzero(joined)[:4]:
        runs = p.runs(int(i))
        y = np.concatenate([p.row[runs]] * 2) - p.y0[i]
        x = np.concatenate([p.start[runs], p.stop[runs]]) - p.x0[i]
        some = np.linspace(0, len(x) - 1, min(len(x), 500)).astype(np.int64)
        cell = 0.7 * mm
        columns, rows = int(p.width[i] / cell) + 1, int(p.height[i] / cell) + 1
        for r in np.arange(low / 2, high / 2, cell):
            cx = ((x[some, None] + r * np.cos(angles)) / cell).astype(np.int64)
            cy = ((y[some, None] + r * np.sin(angles)) / cell).astype(np.int64)
            fits = (cx >= 0) & (cy >= 0) & (cx < columns) & (cy < rows)
            votes = np.bincount((cy * columns + cx)[fits], minlength=1)
            best = int(votes.argmax())
            if votes[best] < 0.06 * len(some):
                continue
            dx = x - (best % columns + 0.5) * cell
            dy = y - (best // columns + 0.5) * cell
            off = np.abs(np.hypot(dx, dy) - r)
            near = off <= 1.3 * cell
            beside = (off > 1.6 * cell) & (off <= 4.2 * cell)
            # In dense print every circle meets points; a ring stands out from what lies beside.
            if near.sum() < 0.8 * beside.sum():
                continue
            turned = ((np.arctan2(dy[near], dx[near]) / np.pi + 1) * _ANGLES / 2).astype(int)
            if len(np.unique(turned % _ANGLES)) >= 0.9 * _ANGLES:
                return True
    return False


def _pen(p: Pieces, mm: float, rings: list[Box]) -> bool:
    wide, high = p.width / mm, p.height / mm
    sprawling = (wide >= 7) & (wide <= 75) & (high >= 3.2) & (high <= 40)
    sprawling &= (wide >= 0.7 * high) & (p.area <= 0.35 * p.width * p.height)
    for i in np.flatnonzero(sprawling):
        runs = p.runs(int(i))
        if any(_within(_box(p, mm, i), ring) for ring in rings):
            continue
        # Half an emblem crosses every row twice, a pen more often; long words are one line.
        to_and_fro = len(runs) >= _CROSSINGS * p.height[i] or wide[i] >= 3 * high[i]
        if to_and_fro and int((p.stop[runs] - p.start[runs]).max()) <= 0.6 * p.width[i]:
            return True
    return False


def _box(p: Pieces, mm: float, i: Any) -> Box:
    return p.x0[i] / mm, p.y0[i] / mm, p.x1[i] / mm, p.y1[i] / mm


def _within(box: Box, ring: Box) -> bool:
    """Whether a box lies in a ring's, but for two millimetres."""
    near = (box[0] - ring[0], box[1] - ring[1], ring[2] - box[2], ring[3] - box[3])
    return all(gap >= -2 for gap in near)

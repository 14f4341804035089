"""How the sheet lay: skew, turned by a quarter, text that runs over the edge."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from medcab.validators.scan import upright
from medcab.validators.scan.facts import Cut
from medcab.validators.scan.sheet import Sheet

__all__ = ["cuts", "lying", "skew", "turn"]

_COARSE_POINTS: Final = 8_000
_FINE_POINTS: Final = 20_000
_FEW_LETTERS: Final = 25
_MARGIN: Final = 0.5
_COARSE: Final = np.arange(-15.0, 15.01, 0.5)
_FINE: Final = np.arange(-0.5, 0.51, 0.1)
_FINEST: Final = np.arange(-0.05, 0.051, 0.05)


def skew(sheet: Sheet) -> float | None:
    """Degrees by which the lines rise to the right (−) or fall (+); None without enough ink."""
    y, x = np.nonzero(sheet.depth_quarter > sheet.mark_level)
    if len(x) < 400:
        return None
    x = x.astype(np.float32) - sheet.quarter.shape[1] / 2
    y = y.astype(np.float32) - sheet.quarter.shape[0] / 2
    few_x, few_y = _thinned(x, y, _COARSE_POINTS)
    x, y = _thinned(x, y, _FINE_POINTS)
    # A sheet that lies on its side is judged by its columns.
    rows = [_sharp(few_y - slope * few_x) for slope in _slopes(_COARSE)]
    columns = [_sharp(few_x + slope * few_y) for slope in _slopes(_COARSE)]
    if max(columns) > max(rows):
        x, y, rows = -y, x, columns
    angle = float(_COARSE[int(np.argmax(rows))])
    for steps in (_FINE, _FINEST):
        scores = [_sharp(y - slope * x) for slope in _slopes(angle + steps)]
        angle += float(steps[int(np.argmax(scores))])
    return round(angle, 2)


def _thinned(x: Any, y: Any, most: int) -> tuple[Any, Any]:
    if len(x) <= most:
        return x, y
    chosen = np.linspace(0, len(x) - 1, most).astype(np.int64)
    return x[chosen], y[chosen]


def _slopes(angles: Any) -> Any:
    return np.tan(np.radians(angles)).astype(np.float32)


def _sharp(place: Any) -> float:
    """Sum of squared differences of the projection."""
    bins = (place - place.min()).astype(np.int32)
    profile = np.bincount(bins).astype(np.float64)
    return float(np.square(np.diff(profile)).sum())


def lying(sheet: Sheet, angle: float = 0.0) -> float | None:
    """Sharpness of the rows of letters over that of the columns; below 0.5 the sheet lies."""
    p, letters = sheet.pieces, sheet.letters
    if int(letters.sum()) < 40:
        return None
    chosen = letters[p.of_run]
    start, stop = p.start[chosen], p.stop[chosen]
    # Straightened by moving whole runs; letters are small against the error this makes.
    slope = np.tan(np.radians(angle))
    row = p.row[chosen] - np.round(slope * (start + stop) / 2).astype(np.int64)
    shift = np.round(slope * p.row[chosen]).astype(np.int64)
    row, shift = row - row.min(), shift - shift.min()
    start, stop = start + shift, stop + shift
    rows = np.bincount(row, stop - start)
    size = int(stop.max()) + 1
    ends = np.bincount(start, minlength=size) - np.bincount(stop, minlength=size)
    columns = np.cumsum(ends)[:-1]
    return _contrast_of(rows) / max(_contrast_of(columns), 1e-9)


def _contrast_of(profile: Any) -> float:
    used = np.flatnonzero(profile)
    profile = profile[used[0] : used[-1] + 1].astype(np.float64)
    return float(np.square(np.diff(profile)).sum() / max(np.square(profile).sum(), 1.0))


def cuts(sheet: Sheet) -> tuple[Cut, ...]:
    """Text, and lines of tables and frames, that run over an edge of the page, by side."""
    if int(sheet.letters.sum()) < 25:
        return ()
    p = sheet.pieces
    height, width = sheet.half.shape
    tall = float(np.median(p.height[sheet.letters]))
    near = max(round(0.35 * sheet.mm / 2), 1)
    gaps = {"left": p.x0, "right": width - p.x1, "top": p.y0, "bottom": height - p.y1}
    ruled = {side: _ruled(sheet, side, near) for side in gaps}
    opposite = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
    found: list[Cut] = []
    for side, gap in gaps.items():
        hit = _letters_at(p, gap <= near, side in {"top", "bottom"}, tall)
        if len(hit):
            box = sheet.fractions(
                p.x0[hit].min(), p.y0[hit].min(), p.x1[hit].max(), p.y1[hit].max()
            )
            found.append(Cut(side, len(hit), box))
        # Paper ruled from edge to edge is not cut.
        elif ruled[side] >= 2 and not ruled[opposite[side]]:
            strip = {
                "left": (0.0, 0.0, 0.02, 1.0),
                "right": (0.98, 0.0, 1.0, 1.0),
                "top": (0.0, 0.0, 1.0, 0.02),
                "bottom": (0.0, 0.98, 1.0, 1.0),
            }
            found.append(Cut(side, ruled[side], strip[side]))
    return tuple(found)


def _letters_at(p: Any, near: Any, along: bool, tall: float) -> Any:
    """Indices of letters at an edge, or none where there are too few to say.

    Across the cut (left, right) a letter is as tall as the others; along it it has lost a part.
    """
    if along:
        part = (p.width <= 5 * tall) & (p.width >= 0.15 * tall) & (p.height <= 2.2 * tall)
        hit = _row_of_many(p, np.flatnonzero(near & part & (p.height >= 2)), 4 * tall)
        enough = len(hit) >= 4 and float(np.median(p.height[hit])) >= 0.12 * tall
    else:
        part = (p.height >= 0.45 * tall) & (p.height <= 2.2 * tall) & (p.width <= 8 * tall)
        hit = np.flatnonzero(near & part & (p.width >= 2))
        # Of different lines: one torn corner is not a cut page.
        enough = len(hit) >= 2 and float(np.ptp(p.y0[hit])) > tall
    return hit if enough else hit[:0]


def _ruled(sheet: Sheet, side: str, near: int) -> int:
    """How many thin lines of large pieces (tables, frames, rules) run over the edge."""
    p, mm = sheet.pieces, sheet.mm / 2
    height, width = sheet.half.shape
    thin, apart = 1.2 * mm, 3 * mm
    large = (np.maximum(p.width, p.height) >= 40 * mm)[p.of_run]
    if side in {"top", "bottom"}:
        at = near - 1 if side == "top" else height - near
        chosen = large & (p.row == at) & (p.stop - p.start <= thin)
        place = np.sort(p.start[chosen])
        return int(len(place) > 0) + int((np.diff(place) >= apart).sum())
    touching = p.start <= near - 1 if side == "left" else p.stop >= width - near + 1
    rows = np.unique(p.row[large & touching])
    bands = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if len(rows) else []
    starts = [int(band[0]) for band in bands if len(band) <= thin]
    return int(len(starts) > 0) + int((np.diff(starts) >= apart).sum())


def _row_of_many(p: Any, hit: Any, gap: float) -> Any:
    """The longest row of neighbours among the pieces at the upper or lower edge."""
    if len(hit) < 2:
        return hit
    hit = hit[np.argsort(p.x0[hit])]
    apart = np.flatnonzero(p.x0[hit][1:] - p.x1[hit][:-1] > gap) + 1
    groups = np.split(hit, apart)
    return max(groups, key=len)


def turn(sheet: Sheet, angle: float | None) -> tuple[int | None, float]:
    """Degrees clockwise that put the page upright (-1: lies, unknown how), and how sure it is.

    The letters vote; where there are too few of them, rows are compared with columns.
    """
    letters = upright.letters_of(sheet)
    if len(letters) >= _FEW_LETTERS:
        votes = upright.votes(letters)
        best = int(np.argmax(votes))
        margin = float(votes[best] - votes[0]) if best else float(votes[0] - np.max(votes[1:]))
        if margin >= _MARGIN:
            return best * 90, round(min(1.0, margin / (2 * _MARGIN)), 2)
    ratio = lying(sheet, angle or 0.0)
    if ratio is None:
        return None, 0.0
    if ratio < 0.35:
        return -1, round(min(1.0, 0.25 / max(ratio, 0.05)), 2)
    return 0, round(min(1.0, ratio / 2), 2)

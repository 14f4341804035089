"""How the sheet lay: skew, turned by a quarter, text that runs over the edge."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from medcab.validators.scan import upright
from medcab.validators.scan.facts import Cut
from medcab.validators.scan.sheet import Sheet

__all__ = ["cuts", "lying", "skew", "stance", "voted"]

_COARSE_POINTS: Final = 3_000
_POINTS: Final = 7_000
_POINT: Final = 10  # binary places behind the point
_FEW_LETTERS: Final = 25
_MARGIN: Final = 0.5
_COARSE: Final = np.arange(-15.0, 15.01, 1.0)
_FINE: Final = np.arange(-1.0, 1.01, 0.2)
_FINEST: Final = np.arange(-0.15, 0.151, 0.05)


def skew(sheet: Sheet, lies: bool | None = None) -> float | None:
    """Degrees by which the lines rise to the right (−) or fall (+); None without enough ink.

    Args:
        sheet: the page.
        lies: whether the lines run down the page; None where that is not known.
    """
    ink = np.flatnonzero(sheet.depth_quarter > sheet.mark_level)
    if len(ink) < 400:
        return None
    y, x = np.divmod(_thinned(ink, _POINTS).astype(np.int32), np.int32(sheet.quarter.shape[1]))
    x -= sheet.quarter.shape[1] // 2
    # A sheet that lies on its side is judged by its columns.
    axes = [(x, y), (-y, x)]
    tried = [_best(*axes[side], _COARSE, 1) for side in (0, 1) if lies in {None, bool(side)}]
    side = int(lies) if lies is not None else int(tried[1][0] > tried[0][0])
    angle = max(tried)[1]
    for steps in (_FINE, _FINEST):
        angle = _best(*axes[side], angle + steps, 0)[1]
    # The best at the end of what was tried is no maximum.
    return round(angle, 2) if abs(angle) <= _COARSE[-1] else None


def _thinned(values: Any, most: int) -> Any:
    if len(values) <= most:
        return values
    return values[np.linspace(0, len(values) - 1, most).astype(np.int64)]


def _best(along: Any, across: Any, angles: Any, coarser: int) -> tuple[float, float]:
    """The angle at which the rows of points stand out best, and how well they do.

    Sum of squared differences of the projection, on rows of 2 ** ``coarser`` pixels.
    """
    if coarser:
        along, across = _thinned(along, _COARSE_POINTS), _thinned(across, _COARSE_POINTS)
    found = []
    # Fixed point, as counting wants whole numbers.
    across = across << _POINT
    for angle, slope in zip(angles, np.tan(np.radians(angles)), strict=True):
        place = (across - along * np.int32(slope * (1 << _POINT))) >> (_POINT + coarser)
        profile = np.bincount(place - place.min())
        step = profile[1:] - profile[:-1]
        found.append((float((step * step).sum()), float(angle)))
    return max(found)


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
        part = (p.height >= 0.4 * tall) & (p.height <= 2.2 * tall) & (p.width <= 8 * tall)
        # Photographs and emblems are cut as well; shadows of the lid reach less far inwards.
        part |= (p.height <= 7 * tall) & (p.width <= 7 * tall) & (p.width >= 1.5 * tall)
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


def voted(sheet: Sheet) -> tuple[int, float] | None:
    """Degrees clockwise that put the page upright and how sure that is, as the letters vote.

    None where there are too few letters, or they do not agree.
    """
    letters = upright.letters_of(sheet)
    if len(letters) < _FEW_LETTERS:
        return None
    votes = upright.votes(letters)
    best = int(np.argmax(votes))
    margin = float(votes[best] - votes[0]) if best else float(votes[0] - np.max(votes[1:]))
    if margin < _MARGIN:
        return None
    return best * 90, round(min(1.0, margin / (2 * _MARGIN)), 2)


def stance(sheet: Sheet) -> tuple[float | None, int | None, float]:
    """The skew, the degrees clockwise that put the page upright, and how sure these are.

    The letters vote; where there are too few of them, rows are compared with columns, and -1
    stands for a page that lies without telling how.
    """
    vote = voted(sheet)
    if vote is not None:
        return skew(sheet, vote[0] in {90, 270}), *vote
    angle = skew(sheet)
    ratio = lying(sheet, angle or 0.0)
    if ratio is None:
        return angle, None, 0.0
    if ratio < 0.35:
        return angle, -1, round(min(1.0, 0.25 / max(ratio, 0.05)), 2)
    return angle, 0, round(min(1.0, ratio / 2), 2)

"""Whether a picture was enlarged from fewer dots, and from how many.

Two traces, each wanted on both axes at the same place: the signs of the cosine transform mirror
around the original size, and the strength of the second difference has a rhythm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from medcab.validators.scan.sheet import TILE, Sheet

__all__ = ["Enlarged", "enlarged_from"]

_BANDS: Final = 12
_USUAL: Final = (72, 75, 96, 100, 150, 200, 240)
_LINES_OF_BAND: Final = 4
_FEWEST_LINES: Final = 16
_LEAST_SIDE: Final = 500
_GRID: Final = np.arange(0.2, 0.9, 0.001)  # original size over the present one
_EIGHTHS: Final = np.abs(_GRID * 8 - np.round(_GRID * 8)) < 0.03
_MIRROR: Final = 7.5
_MIRROR_ON_EIGHTHS: Final = 12.0
_RHYTHM: Final = 6.0
_CLEAR_RHYTHM: Final = 9.0
_STRONG_RHYTHM: Final = 18.0
_BLURRED: Final = 4.5  # the coder leaves so little of a blurred page that its blocks show
_BLUNT: Final = 3.2  # edges of a picture enlarged three times; sharper ones come from less


@dataclass(frozen=True, slots=True)
class Enlarged:
    """Original resolution; ``sure`` when two traces agree that it was that low."""

    dpi: float
    sure: bool


def enlarged_from(sheet: Sheet, edge: float | None) -> Enlarged | None:
    """Resolution from which the picture was enlarged, or None.

    Args:
        sheet: the page.
        edge: width of its edges, which tells 100 dpi from 200 where the rhythm is the same.
    """
    if min(sheet.width, sheet.height) < _LEAST_SIDE or sheet.dpi < 200:
        return None
    axes = [_busiest(sheet, axis) for axis in (0, 1)]
    if min(len(lines) for lines in axes) < _FEWEST_LINES:
        return None
    mirror = np.minimum(*(_mirror(lines) for lines in axes))
    # The blocks of a JPEG mirror around eighths; only one half and one quarter are likely sizes.
    likely = np.abs(_GRID * 4 - np.round(_GRID * 4)) < 0.015
    mirror[_EIGHTHS & ~(likely & (_GRID < 0.6))] = 0
    mirror[_EIGHTHS] *= _MIRROR / _MIRROR_ON_EIGHTHS
    best = int(np.argmax(mirror))
    grid, rhythm = _common(*(_rhythm(lines) for lines in axes))
    beat = int(np.argmax(rhythm))
    if edge is not None and edge > _BLURRED and rhythm[beat] < _RHYTHM:
        return None
    if mirror[best] >= _MIRROR:
        blunt = edge is not None and edge >= _BLUNT
        sure = blunt or float(rhythm[beat]) >= _STRONG_RHYTHM
        share, folded = float(_GRID[best]), float(grid[beat])
        # 204 dpi mirror like 96, and nobody scans with 204.
        if abs(share + folded - 1) < 0.01 and _usual_only_as(folded * sheet.dpi, sheet.dpi):
            share = folded
        return Enlarged(round(share * sheet.dpi), sure)
    if rhythm[beat] < _RHYTHM:
        return None
    share = float(grid[beat])
    if (edge is None or edge < _BLUNT) and not _usual_only_as(share * sheet.dpi, sheet.dpi):
        return Enlarged(round((1 - share) * sheet.dpi), False)
    return Enlarged(round(share * sheet.dpi), float(rhythm[beat]) >= _CLEAR_RHYTHM)


def _usual_only_as(low: float, whole: float) -> bool:
    """Whether ``low`` is what scanners and screens offer, and the rest of ``whole`` is not."""
    near = [min(abs(dpi - one) for one in _USUAL) <= 1.2 for dpi in (low, whole - low)]
    return near[0] and not near[1]


def _busiest(sheet: Sheet, axis: int) -> Any:
    """Up to 64 full rows (axis 0) or columns through the ink, as int16."""
    high, low = sheet.blocks
    busy = (high.astype(np.int16) - low >= 30).sum(axis=1 - axis)
    order = np.argsort(-busy, kind="stable")[:_BANDS]
    order = np.sort(order[busy[order] >= 3])
    step = TILE // _LINES_OF_BAND
    at = (order[:, None] * TILE + np.arange(_LINES_OF_BAND) * step + 3).ravel()
    at = at[at < (sheet.height, sheet.width)[axis]]
    lines = sheet.grey[at] if axis == 0 else sheet.grey[:, at].T
    return lines.astype(np.int16)


def _mirror(lines: Any) -> Any:
    """How surely the signs of the cosine transform mirror around each share of ``_GRID``."""
    lines = lines[::2]
    n = lines.shape[1]
    doubled = np.concatenate([lines, lines[:, ::-1]], axis=1).astype(np.float32)
    spectrum = np.fft.rfft(doubled, axis=1)[:, :n]
    turn = np.exp(-0.5j * np.pi * np.arange(n) / n).astype(np.complex64)
    sign = np.sign((spectrum * turn).real).astype(np.float32)
    sign[:, :4] = 0
    size = -(-2 * n // 512) * 512  # quick to transform, and long enough not to wrap round
    square = np.fft.rfft(sign, size, axis=1)
    total = np.fft.irfft((square * square).sum(axis=0), size)
    middle = np.arange(round(n * 0.19), round(n * 0.91))
    score = -total[2 * middle] / np.sqrt(2.0 * np.minimum(middle, n - middle) * len(lines))
    centre = float(np.median(score))
    score = (score - centre) / (1.48 * float(np.median(np.abs(score - centre))) + 0.3)
    return _on_grid(middle / n, score, _GRID)


def _rhythm(lines: Any) -> tuple[Any, Any]:
    """Frequencies and the height of the second difference's rhythm over its median."""
    second = np.abs(lines[:, 2:] - 2 * lines[:, 1:-1] + lines[:, :-2])
    mean = np.log(second.mean(axis=0, dtype=np.float32) + 0.5)
    mean = mean - np.convolve(mean, np.ones(33) / 33, "same")
    n = len(mean)
    power = np.abs(np.fft.rfft(mean * np.hanning(n)))
    frequency = np.arange(len(power)) / n
    usable = frequency >= 0.18
    power = np.where(usable, power, 0) / (float(np.median(power[usable])) + 1e-6)
    power[np.abs(frequency * 8 - np.round(frequency * 8)) < 0.03] = 0
    return frequency, power


def _common(one: tuple[Any, Any], other: tuple[Any, Any]) -> tuple[Any, Any]:
    """Both rhythms on one grid of frequencies, the lower of the two heights."""
    grid = np.arange(0.18, 0.5, 0.001)
    return grid, np.minimum(_on_grid(*one, grid), _on_grid(*other, grid))


def _on_grid(place: Any, height: Any, grid: Any) -> Any:
    """Highest value within a step of each place of ``grid``."""
    made = np.full(len(grid), -np.inf)
    index = np.round((place - grid[0]) / (grid[1] - grid[0])).astype(np.int64)
    for shift in (-1, 0, 1):
        at = index + shift
        fits = (at >= 0) & (at < len(grid))
        np.maximum.at(made, at[fits], height[fits])
    made[~np.isfinite(made)] = 0
    return made

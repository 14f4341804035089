"""Whether a picture was enlarged from fewer dots, and from how many.

Two traces, each wanted on both axes at the same place: the signs of the cosine transform mirror
around the original size, and the differences between neighbours have a rhythm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from medcab.validators.scan.arrays import apart
from medcab.validators.scan.sheet import Sheet

__all__ = ["Enlarged", "enlarged_from"]

_LINES: Final = 48
_FEWEST_LINES: Final = 10
_STROKE: Final = 24  # between neighbours of the quarter picture: the edge of a stroke
_FEWEST_STROKES: Final = 8
_LEAST_SIDE: Final = 500
_STEP: Final = 0.001
_SHARES: Final = np.arange(0.2, 0.9, _STEP)  # original size over the present one
_BEATS: Final = np.arange(0.18, 0.5005, _STEP)  # a cycle a pixel
_LOUD: Final = 80  # of these; below it letters and frames have rhythms of their own
_MIRROR: Final = 7.5
_SURE: Final = 8.5
_RHYTHM: Final = 7.5
_STEPS: Final = 8.0
# The blocks of a JPEG mirror around eighths; of these only a half and a quarter are likely sizes,
# and those are believed where the other eighths are far weaker.
_QUARTER: Final = 0.25
_HALF: Final = 0.5
_LIKELY: Final = (_QUARTER, _HALF)
_UNLIKELY: Final = (0.375, 0.625)
_STRONG: Final = 9.0
_FAR: Final = 2.5
_GHOST: Final = 0.4
_GHOST_SHARP: Final = 0.25
_SHARP: Final = 2.9  # sharper edges than enlarging by two or more makes, but for repeated dots
_MOST_KEPT: Final = -1.2
_SOFT: Final = 3.6  # softer edges than enlarging by two makes
_BLUNT: Final = 3.2  # edges of a picture enlarged three times; sharper ones come from less


@dataclass(frozen=True, slots=True)
class Enlarged:
    """Original resolution; ``sure`` when two traces agree on it."""

    dpi: float
    sure: bool


def enlarged_from(sheet: Sheet, edge: float | None) -> Enlarged | None:
    """Resolution from which the picture was enlarged, or None.

    Args:
        sheet: the page.
        edge: width of its edges, which tells 100 dpi from 200 where nothing else does.
    """
    if min(sheet.width, sheet.height) < _LEAST_SIDE or sheet.dpi < 200:
        return None
    traces = []
    for axis in (0, 1):
        lines = _busiest(sheet, axis)
        if len(lines) < _FEWEST_LINES:
            return None
        traces.append(_Traces(lines))
        # What the rows do not show the page does not: the columns need not be looked at.
        if not traces[-1].any():
            return None
    rows, columns = traces
    mirror = _believed(np.minimum(rows.mirror, columns.mirror), edge)
    rhythm, steps = (
        np.minimum(getattr(rows, name), getattr(columns, name)) for name in ("rhythm", "steps")
    )
    blunt = edge is not None and edge >= _BLUNT
    if _near(mirror, _SHARES, _QUARTER):
        # Its rhythm is that of the coder's blocks; repeated dots mirror around the half as well.
        sure = blunt or _near(mirror, _SHARES, _HALF) > 0
        return Enlarged(round(_QUARTER * sheet.dpi), sure)
    best = int(np.argmax(mirror))
    if mirror[best] >= _MIRROR:
        share = float(_SHARES[best])
        beat = _lowest(steps, min(share, 1 - share))
        if _near(steps, _BEATS, beat) >= _STEPS:
            # Dots that were only repeated mirror around the rest of the size as well, or only.
            ghost = _near(mirror, _SHARES, 1 - share) / mirror[best]
            lean = rows.lean(beat) + columns.lean(beat)
            sharp = edge is not None and edge < _SHARP
            if ghost >= (_GHOST if blunt else _GHOST_SHARP) or (sharp and lean < _MOST_KEPT):
                share = beat if lean > 0 else 1 - beat
        beat = min(share, 1 - share)
        heard = max(_near(rhythm, _BEATS, beat), _near(steps, _BEATS, beat))
        return Enlarged(round(share * sheet.dpi), mirror[best] >= _SURE and heard >= _RHYTHM)
    beat = float(_BEATS[_LOUD + int(np.argmax(steps[_LOUD:]))])
    if _near(steps, _BEATS, beat) >= _STEPS:
        beat = _lowest(steps, beat)
        share = beat if rows.lean(beat) + columns.lean(beat) > 0 else 1 - beat
        return Enlarged(round(share * sheet.dpi), False)
    beat = float(_BEATS[int(np.argmax(rhythm))])
    if _near(rhythm, _BEATS, beat) < _RHYTHM:
        return None
    return Enlarged(round((beat if blunt else 1 - beat) * sheet.dpi), False)


class _Traces:
    """What lines of one direction show: heights over ``_SHARES`` and over ``_BEATS``."""

    def __init__(self, lines: Any) -> None:
        first = apart(lines[:, 1:], lines[:, :-1])
        wide = lines.astype(np.int16)
        second = np.abs(wide[:, 2:] - 2 * wide[:, 1:-1] + wide[:, :-2])
        self.profile = _profile(first)
        self.rhythm = _rhythm(_profile(second))
        self.steps = _rhythm(self.profile)
        self.mirror = _mirror(lines[::3])

    def any(self) -> bool:
        """Whether any trace is strong enough to count."""
        return bool(
            self.mirror.max() >= _MIRROR
            or self.rhythm.max() >= _RHYTHM
            or self.steps[_LOUD:].max() >= _STEPS
        )

    def lean(self, beat: float) -> float:
        """Skewness of what beats in a rhythm: above 0 where few places differ from their neighbour.

        Where dots were repeated, few places stand out when many dots were added, and few places
        lag behind when few were.
        """
        n = len(self.profile)
        spectrum = np.fft.rfft(self.profile * np.hanning(n))
        kept = np.zeros_like(spectrum)
        low = round((beat - 3 * _STEP) * n)
        exact = low + int(np.argmax(np.abs(spectrum[low : round((beat + 3 * _STEP) * n)])))
        for times in range(1, 6):
            at = times * exact % n
            at = min(at, n - at)
            if at >= 0.1 * n:
                kept[at - 2 : at + 3] = spectrum[at - 2 : at + 3]
        wave = np.fft.irfft(kept, n)
        return float((wave**3).mean() / ((wave**2).mean() ** 1.5 + 1e-9))


def _busiest(sheet: Sheet, axis: int) -> Any:
    """Up to 48 full rows (axis 0) or columns, those that cross the most strokes."""
    q = sheet.quarter
    change = apart(q[:, 1:], q[:, :-1]) if axis == 0 else apart(q[1:], q[:-1])
    strokes = np.count_nonzero(change > _STROKE, axis=1 - axis)
    order = np.argsort(-strokes, kind="stable")[:_LINES]
    at = np.sort(order[strokes[order] >= _FEWEST_STROKES]) * 4
    return sheet.grey[at] if axis == 0 else np.ascontiguousarray(sheet.grey[:, at].T)


def _mirror(lines: Any) -> Any:
    """How surely the signs of the cosine transform mirror around each of ``_SHARES``."""
    n = lines.shape[1]
    # The cosine transform by a Fourier transform of the same length (Makhoul 1980).
    folded = np.concatenate([lines[:, ::2], lines[:, 1::2][:, ::-1]], axis=1)
    spectrum = np.fft.rfft(folded.astype(np.float32), axis=1)
    half = spectrum.shape[1]
    spectrum *= np.exp(-0.5j * np.pi * np.arange(half) / n).astype(np.complex64)
    sign = np.empty((len(lines), n), np.float32)
    sign[:, :half] = np.sign(spectrum.real)
    sign[:, half:] = -np.sign(spectrum.imag[:, n - half : 0 : -1])
    sign[:, :4] = 0
    size = -(-2 * n // 512) * 512  # quick to transform, and long enough not to wrap round
    square = np.fft.rfft(sign, size, axis=1)
    total = np.fft.irfft((square * square).sum(axis=0), size)
    middle = np.arange(round(n * 0.19), round(n * 0.91))
    score = -total[2 * middle] / np.sqrt(2.0 * np.minimum(middle, n - middle) * len(lines))
    centre = float(np.median(score))
    score = (score - centre) / (1.48 * float(np.median(np.abs(score - centre))) + 0.3)
    made = _on_grid(middle / n, score, _SHARES)
    made[_CODER] = 0
    return made


def _believed(mirror: Any, edge: float | None) -> Any:
    """Without the mirrors that the blocks of a JPEG make, all that is left on a blurred page."""
    unlikely = _about(_SHARES, *_UNLIKELY)
    blocks = float(mirror[unlikely].max())
    kept = mirror.copy()
    kept[unlikely] = 0
    for share in _LIKELY:
        near = _about(_SHARES, share)
        weak = float(mirror[near].max()) < max(_STRONG, _FAR * blocks)
        if weak or (share == _HALF and edge is not None and edge > _SOFT):
            kept[near] = 0
    return kept


def _profile(difference: Any) -> Any:
    """Logarithm of the mean difference by place, without trend, table rules cut down."""
    mean = np.log(difference.mean(axis=0, dtype=np.float32) + 0.5)
    mean -= np.convolve(mean, np.full(33, 1 / 33), "same")
    most = 2.5 * 1.48 * float(np.median(np.abs(mean)))
    return np.clip(mean, -most, most)


def _rhythm(profile: Any) -> Any:
    """Strength of each of ``_BEATS`` over the median; eighths belong to the coder."""
    n = len(profile)
    power = np.abs(np.fft.rfft(profile * np.hanning(n)))
    beat = np.arange(len(power)) / n
    usable = beat >= _BEATS[0]
    power = power[usable] / (float(np.median(power[usable])) + 1e-6)
    power[_eighth(beat[usable])] = 0
    return _on_grid(beat[usable], power, _BEATS)


def _lowest(steps: Any, beat: float) -> float:
    """The beat, or half of it where that is heard as well."""
    return beat / 2 if _near(steps, _BEATS, beat / 2) >= 0.6 * _STEPS else beat


def _eighth(place: Any) -> Any:
    return np.abs(place * 8 - np.round(place * 8)) < 0.03


def _about(grid: Any, *places: float) -> Any:
    return np.logical_or.reduce([np.abs(grid - place) < 0.004 for place in places])


def _near(height: Any, grid: Any, place: float) -> float:
    """The highest within three steps of a place; 0 off the grid."""
    at = round((place - grid[0]) / _STEP)
    return float(height[max(at - 3, 0) : max(at + 4, 0)].max(initial=0.0))


def _on_grid(place: Any, height: Any, grid: Any) -> Any:
    """Highest value within a step of each place of ``grid``."""
    index = np.round((place - grid[0]) / _STEP).astype(np.int64)
    fits = (index >= 0) & (index < len(grid))
    index, height = index[fits], height[fits]
    made = np.zeros(len(grid) + 2)
    heads = np.flatnonzero(np.diff(index, prepend=-1))
    made[index[heads] + 1] = np.maximum.reduceat(height, heads)
    return np.maximum(np.maximum(made[:-2], made[1:-1]), made[2:])


_CODER: Final = _eighth(_SHARES) & ~_about(_SHARES, *_LIKELY, *_UNLIKELY)

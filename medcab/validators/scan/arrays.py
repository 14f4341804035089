"""Work on arrays of bytes that several measures of legibility share."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from PIL import Image

__all__ = ["apart", "boxed", "by_eights", "halved", "histogram", "level_at", "otsu", "window"]

_CACHED: Final = 64  # rows


def halved(pixels: Any) -> Any:
    """Means of squares of two by two, as Pillow's ``reduce`` makes them, in half of its time."""
    height, width = pixels.shape
    if height % 2 or width % 2:
        return np.asarray(Image.fromarray(pixels).reduce(2))
    made = np.empty((height // 2, width // 2), np.uint8)
    # Two neighbours read as one number of 16 bits; bands that stay in the cache.
    pairs = pixels.view("<u2")
    left, right = np.empty((2, _CACHED, width // 2), np.uint16)
    for top in range(0, height, _CACHED):
        band = pairs[top : top + _CACHED]
        one, two = left[: len(band)], right[: len(band)]
        np.bitwise_and(band, 255, out=one)
        np.right_shift(band, 8, out=two)
        one += two
        total = np.add(one[::2], one[1::2], out=two[: len(band) // 2])
        total += 2
        total >>= 2
        made[top // 2 : top // 2 + len(total)] = total
    return made


def by_eights(rows: Any, join: Any) -> Any:
    """One value of every eight along the rows."""
    for _ in range(3):
        rows = join(rows[:, ::2], rows[:, 1::2])
    return rows


def window(pixels: Any, reach: int, join: Any) -> Any:
    """What ``join`` makes of squares of 2 × reach + 1 pixels, by doubling shifts; no rim."""
    for axis in (0, 1):
        size, done = 2 * reach + 1, 1
        moved = pixels.swapaxes(0, axis)
        while done < size:
            step = min(done, size - done)
            moved = join(moved[:-step], moved[step:])
            done += step
        pixels = moved.swapaxes(0, axis)
    return pixels


def boxed(pixels: Any, side: int) -> Any:
    """Means of squares of ``side`` pixels, as bytes; no rim."""
    total = pixels.astype(np.uint16)
    for axis in (0, 1):
        rows = total.swapaxes(0, axis)
        count = len(rows) - side + 1
        added = rows[:count].copy()
        for step in range(1, side):
            added += rows[step : step + count]
        total = added.swapaxes(0, axis)
    return (total // (side * side)).astype(np.uint8)


def apart(one: Any, other: Any) -> Any:
    """How far bytes differ, as bytes."""
    return np.maximum(one, other) - np.minimum(one, other)


def histogram(levels: Any) -> Any:
    """How often each of the 256 levels occurs in an array of two dimensions."""
    image = Image.fromarray(np.ascontiguousarray(levels))
    return np.array(image.histogram(), dtype=np.int64)


def level_at(counts: Any, share: float) -> int:
    """The level below which ``share`` of what was counted lies."""
    total = np.cumsum(counts)
    return int(np.searchsorted(total, share * total[-1]))


def otsu(histogram: Any, least: int) -> int:
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

"""Which way up the letters stand: a very small network looks at single letters and they vote.

The weights are in :mod:`medcab.validators.scan.upright_weights`, made by
``benchmarks/accuracy/train_upright.py``.
"""

from __future__ import annotations

import base64
from functools import cache
from typing import Any, Final

import numpy as np

from medcab.validators.scan.sheet import Sheet

__all__ = ["SIDE", "letters_of", "votes"]

SIDE: Final = 10  # cells a letter is reduced to, across and down
_SAMPLES: Final = 2 * SIDE  # across and down
_MOST: Final = 100  # more would be shared out over the cores by the library, at a loss


def letters_of(sheet: Sheet) -> Any:
    """Up to 100 letters of the page as rows of 101 numbers: 10 × 10 cells of ink, and the shape."""
    p, mm = sheet.pieces, sheet.mm / 2
    size = np.maximum(p.width, p.height)
    like = sheet.letters & (size >= 1.1 * mm) & (size <= 6 * mm)
    like &= np.minimum(p.width, p.height) >= 0.35 * size
    chosen = np.flatnonzero(like)
    if len(chosen) > _MOST:
        chosen = chosen[np.linspace(0, len(chosen) - 1, _MOST).astype(np.int64)]
    if not len(chosen):
        return np.zeros((0, SIDE * SIDE + 1), np.float32)
    at = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    x = (p.x0[chosen, None] + at * p.width[chosen, None]).astype(np.int64)
    y = (p.y0[chosen, None] + at * p.height[chosen, None]).astype(np.int64)
    depth = sheet.depth
    patch = depth.ravel().take(y[:, :, None] * depth.shape[1] + x[:, None, :])
    patch = np.add(patch[:, ::2], patch[:, 1::2], dtype=np.float32)
    patch = (patch[:, :, ::2] + patch[:, :, 1::2]) / 4
    patch /= np.maximum(patch.max(axis=(1, 2), keepdims=True), 1)
    shape = np.log(p.height[chosen] / p.width[chosen]).astype(np.float32)
    return np.concatenate([patch.reshape(len(chosen), -1), shape[:, None]], axis=1)


def votes(letters: Any) -> Any:
    """Mean log-probability that the page stands upright, or is to be turned by 90, 180, 270°.

    The numbers stand for the clockwise turn that puts the page right.
    """
    first, first_bias, second, second_bias = _weights()
    hidden = np.maximum(letters @ first + first_bias, 0)
    score = hidden @ second + second_bias
    score -= score.max(axis=1, keepdims=True)
    score -= np.log(np.exp(score).sum(axis=1, keepdims=True))
    # No single odd letter may outweigh the others.
    return np.maximum(score, -4.0).mean(axis=0)


@cache
def _weights() -> tuple[Any, Any, Any, Any]:
    from medcab.validators.scan import upright_weights as stored

    made = []
    for shape, scale, text in stored.LAYERS:
        raw = np.frombuffer(base64.b85decode("".join(text)), dtype=np.int8)
        made.append(raw.astype(np.float32).reshape(shape) * np.float32(scale))
    first, first_bias, second, second_bias = made
    return first, first_bias, second, second_bias

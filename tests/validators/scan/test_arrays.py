"""Work on arrays against the plain way of doing it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from medcab.validators.scan.arrays import apart, boxed, halved, histogram, level_at, window


@pytest.mark.parametrize(
    "size", [(64, 64), (66, 70), (2, 2), (1, 1), (129, 128), (130, 256), (3, 8), (200, 130)]
)
def test_halved_as_pillow_does_it(size):
    pixels = np.random.default_rng(1).integers(0, 256, size).astype(np.uint8)
    assert np.array_equal(halved(pixels), np.asarray(Image.fromarray(pixels).reduce(2)))


def test_windows_see_every_pixel_within_reach():
    pixels = np.random.default_rng(2).integers(0, 256, (20, 24)).astype(np.uint8)
    views = np.lib.stride_tricks.sliding_window_view(pixels, (7, 7))
    assert np.array_equal(window(pixels, 3, np.maximum), views.max(axis=(2, 3)))
    assert np.array_equal(window(pixels, 3, np.minimum), views.min(axis=(2, 3)))


def test_bytes_apart_and_levels():
    one = np.array([[3, 200, 0]], np.uint8)
    two = np.array([[10, 100, 255]], np.uint8)
    assert apart(one, two).tolist() == [[7, 100, 255]]
    assert level_at(histogram(np.array([[1, 2, 3, 4]], np.uint8)), 0.5) == 2


def test_boxed_is_the_mean_of_every_square():
    pixels = np.arange(7 * 6, dtype=np.uint8).reshape(7, 6) * 6
    made = boxed(pixels, 3)
    assert made.shape == (5, 4)
    assert made[2, 1] == pixels[2:5, 1:4].mean() // 1

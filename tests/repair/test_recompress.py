"""The search of the quality: never over the budget, never below the floor or 300 dpi."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from medcab.repair.encode import as_g4, as_jpeg, as_lossless, two_tones
from medcab.repair.recompress import BEST, Picture, decode_jpeg, fit, reduced
from medcab.repair.scans import coded_quality, darkened, straightened
from tests.repair.conftest import jpeg, noisy, slip


def pictures(count: int = 3, stored: int = 10**9) -> list[Picture]:
    made = [noisy(slip(), 12, n) for n in range(count)]
    return [Picture((lambda i=i: i), stored) for i in made]


def size(quality: int) -> int:
    return sum(len(as_jpeg(p.load(), quality).data) for p in pictures())


@pytest.mark.parametrize("wanted", [45, 60, 75, 86])
def test_the_quality_found_is_close_to_the_best_that_fits(wanted):
    budget = size(wanted)
    found = fit(pictures(), budget, 40)
    assert sum(len(e.data) for e in found.encoded) <= budget
    assert wanted - 8 <= found.quality <= wanted + 1


def test_what_fits_easily_gets_the_best_quality_and_no_better():
    assert fit(pictures(), 10**9, 40).quality == BEST


def test_below_the_floor_there_is_nothing():
    assert fit(pictures(), size(25), 40) is None
    assert fit([], 1000, 40) is None


def test_a_picture_that_gains_nothing_keeps_its_bytes():
    found = fit(pictures(stored=1000), 10**9, 40)
    assert found.encoded == (None, None, None)


def test_grey_only_for_pages_without_colour_and_when_it_will_do():
    grey = noisy(slip().convert("L").convert("RGB"), 5)
    colour = noisy(slip(), 5)
    both = [Picture((lambda i=i: i), 10**9) for i in (grey, colour)]
    assert [e.channels for e in fit(both, 10**9, 40, grey=True).encoded] == [1, 3]
    assert [e.channels for e in fit(both, 10**9, 40).encoded] == [3, 3]


@settings(max_examples=60, deadline=None)
@given(st.integers(20, 900), st.integers(20, 900), st.floats(50, 1300), st.floats(50, 1300))
def test_reduced_is_never_below_300_dpi_nor_larger_than_before(width, height, h, v):
    image = reduced(Image.new("L", (width, height)), (h, v), 300)
    for before, after, dpi in ((width, image.width, h), (height, image.height, v)):
        assert after <= before
        if after != before:
            assert dpi * after / before >= 300 - 1e-9
        elif dpi > 330:
            # One sample is the least there is.
            assert before * 300 / dpi > before - 1


@pytest.mark.parametrize("dpi", [300, 400, 600, 1200])
def test_a_jpeg_decoded_smaller_still_has_300_dpi(dpi):
    data = jpeg(slip())
    image = decode_jpeg(data, (dpi, dpi), 300)
    assert image.width / slip().width * dpi >= 299.99


def test_bilevel_is_coded_without_loss():
    page = slip().convert("L").point(lambda v: 255 if v > 128 else 0)
    assert two_tones(page) is not None
    assert as_lossless(page).kind == "g4"
    assert as_g4(page.convert("1")).data == as_lossless(page).data
    assert two_tones(slip().convert("L")) is None
    assert two_tones(Image.new("L", (50, 50), 255)) is None


class TestScans:
    @pytest.mark.parametrize("quality", [20, 36, 50, 75, 90, 98])
    def test_the_first_quality_is_told_from_the_table(self, quality):
        class Stream:
            def read_raw_bytes(self) -> bytes:
                return jpeg(slip(), quality)

        assert coded_quality(Stream()) == max(60, min(quality + 15, 92)) or quality == 75

    @pytest.mark.parametrize("mode", ["1", "L", "RGB"])
    def test_straightening_keeps_size_mode_and_paper(self, mode):
        page = slip().convert(mode)
        made = straightened(page, 2.0)
        assert (made.size, made.mode) == (page.size, mode)
        corner = np.asarray(made.convert("L"))[2, 2]
        assert abs(int(corner) - int(np.asarray(page.convert("L"))[2, 2])) < 12

    def test_ink_at_the_edge_is_not_turned_out_of_the_page(self):
        page = slip().copy()
        for left in range(0, 1200, 40):
            page.paste((0, 0, 0), (left, 0, left + 20, 14))
        assert straightened(page, 6.0) is None

    def test_contrast_is_stretched_and_flat_pages_are_left_alone(self):
        pale = slip().point(lambda v: 225 + v // 12)
        made = np.asarray(darkened(pale).convert("L"))
        assert np.percentile(made, 0.3) < 60
        assert np.median(made) > 240
        flat = Image.new("RGB", (200, 200), (250, 250, 250))
        assert darkened(flat) is flat

    def test_quality_of_something_else(self):
        out = io.BytesIO()
        slip().convert("L").save(out, "JPEG", quality=30)

        class Stream:
            def read_raw_bytes(self) -> bytes:
                return out.getvalue()

        assert coded_quality(Stream()) == 60


def test_sizes_are_told_as_the_language_writes_them():
    from medcab.repair.model import Action, Left, Step
    from medcab.repair.report import told
    from medcab.text import translator

    step = Step(Action.COMPRESS, {"limit": 4.77, "dpi": 300, "bytes": 5_000_000})
    assert "4,77 МБ" in told(step, translator("ru"))
    assert "4.77 MB or less" in told(step, translator("en"))
    left = Left("a.pdf", "{limit} MB", {"limit": 5.0})
    assert told(left, translator("ru")) == "5 MB"

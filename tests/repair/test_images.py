"""Pictures become PDFs of their true size, without loss where they are small enough."""

from __future__ import annotations

import io

import numpy as np
import pikepdf
import pytest
from PIL import Image

from medcab.repair.compare import render
from medcab.repair.jpeg import plain_jpeg
from medcab.sources import BytesSource
from medcab.validators.facts import ProbeOptions
from medcab.validators.probe import probe
from samples.make import damage
from tests.repair.conftest import documents, jpeg, noisy, sheet, slip


def saved(image, form, **how) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def facts_of(data: bytes):
    return probe(BytesSource(data), "a.pdf", ProbeOptions())


def alike(data: bytes, image: Image.Image, page: int = 0, limit: float = 3.0) -> bool:
    """Drawn at 100 dpi, the page differs from ``image`` by less than ``limit`` grey levels."""
    drawn = Image.fromarray(render(data, page, 100))
    wanted = image.convert("L").resize(drawn.size, Image.Resampling.BOX)
    assert abs(drawn.width / drawn.height - image.width / image.height) < 0.02
    difference = np.abs(np.asarray(drawn, dtype=int) - np.asarray(wanted)).mean()
    assert difference < limit
    return True


def samples(path) -> Image.Image:
    """The picture as it lies in the first page of a PDF."""
    with pikepdf.open(path) as made:
        return pikepdf.PdfImage(made.pages[0].Resources.XObject.Scan).as_pil_image()


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.png", lambda: saved(slip(), "PNG", dpi=(300, 300))),
        ("a.tif", lambda: saved(slip(), "TIFF", dpi=(300, 300))),
        ("a.tif", lambda: saved(slip(), "TIFF", dpi=(300, 300), compression="tiff_lzw")),
        ("a.bmp", lambda: saved(slip(), "BMP", dpi=(300, 300))),
        ("a.jpg", lambda: jpeg(slip())),
        ("a.jpg", lambda: saved(slip().convert("L"), "JPEG", dpi=(300, 300))),
        ("a.png", lambda: saved(slip().convert("L"), "PNG", dpi=(300, 300))),
    ],
)
def test_every_format_becomes_a_pdf_of_the_same_look(folder, repair, name, make):
    data = make()
    result, out = repair(folder({name: data}), "scan+strict")
    assert documents(out) == ["a.pdf"]
    made = (out / "a.pdf").read_bytes()
    assert alike(made, Image.open(io.BytesIO(data)))
    assert np.array_equal(
        np.asarray(samples(out / "a.pdf").convert("RGB")),
        np.asarray(Image.open(io.BytesIO(data)).convert("RGB")),
    )
    page = facts_of(made).pdf.pages[0]
    assert page.images[0].dpi == pytest.approx(300, abs=0.5)
    assert result.after.verdict.value == "passed"


def test_the_samples_of_a_jpeg_are_taken_over_bit_for_bit(folder, repair):
    data = jpeg(slip(), comment=b"scanner of Petrov")
    _, out = repair(folder({"a.jpg": data}), "scan+strict")
    with pikepdf.open(out / "a.pdf") as made:
        stream = made.pages[0].Resources.XObject.Scan.read_raw_bytes()
    assert b"Petrov" not in bytes(stream)
    one, two = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(bytes(stream)))
    assert np.array_equal(np.asarray(one), np.asarray(two))


def test_a_page_of_two_tones_becomes_ccitt_g4(folder, repair):
    page = slip().convert("L").point(lambda v: 255 if v > 128 else 0).convert("1")
    data = saved(page, "TIFF", dpi=(300, 300))
    _, out = repair(folder({"a.tif": data}), "scan+strict")
    with pikepdf.open(out / "a.pdf") as made:
        assert made.pages[0].Resources.XObject.Scan.Filter == "/CCITTFaxDecode"
    assert np.array_equal(
        np.asarray(samples(out / "a.pdf").convert("L")), np.asarray(page.convert("L"))
    )
    assert alike((out / "a.pdf").read_bytes(), page)
    assert (out / "a.pdf").stat().st_size < len(data)


_STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", _STORED)
def test_orientation_of_exif_is_made_part_of_the_page(folder, repair, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    method = _STORED[orientation]
    stored = slip() if method is None else slip().transpose(method)
    data = jpeg(stored, quality=90, exif=exif)
    result, out = repair(folder({"a.jpg": data}), "scan+strict")
    assert alike((out / "a.pdf").read_bytes(), slip())
    assert not [f for f in result.after.findings if f.rule in {"IMG007", "SCN005"}]


@pytest.mark.parametrize(
    "make", [damage.cmyk_jpeg, damage.png_16_bit, damage.png_alpha, damage.png_palette]
)
def test_unusual_colours_become_plain_ones(folder, repair, make):
    name = "a.jpg" if make is damage.cmyk_jpeg else "a.png"
    result, out = repair(folder({name: make(slip())}))
    assert documents(out) == ["a.pdf"]
    assert not [f for f in result.after.findings if f.rule.startswith("IMG")]
    with pikepdf.open(out / "a.pdf") as made:
        space = str(made.pages[0].Resources.XObject.Scan.ColorSpace)
    assert space in {"/DeviceRGB", "/DeviceGray"}
    assert alike((out / "a.pdf").read_bytes(), slip(), limit=6)


def test_all_frames_of_a_tiff_become_pages(folder, repair):
    second = slip().copy()
    second.paste((200, 30, 30), (100, 700, 400, 800))
    data = saved(slip(), "TIFF", dpi=(300, 300), save_all=True, append_images=[second])
    _, out = repair(folder({"a.tif": data}))
    made = (out / "a.pdf").read_bytes()
    assert alike(made, slip())
    assert alike(made, second, 1)


def test_a_photograph_of_good_size_without_resolution_gets_the_size_of_a4(folder, repair):
    data = saved(sheet(), "JPEG", quality=60)
    _, out = repair(folder({"a.jpg": data}), "scan+strict")
    page = facts_of((out / "a.pdf").read_bytes()).pdf.pages[0]
    assert page.width == pytest.approx(595, abs=2)
    assert page.images[0].dpi >= 299.5


@pytest.mark.parametrize("dpi", [None, (72, 72), (150, 150), (2400, 2400)])
def test_resolution_is_never_invented(folder, repair, dpi):
    how = {} if dpi is None else {"dpi": dpi}
    small = slip().resize((900, 640))
    result, out = repair(folder({"a.png": saved(small, "PNG", **how)}), "scan+strict")
    assert not out.exists()
    assert result.after is None
    assert any("dpi" in one.hint or "300" in one.hint for one in result.left)


@pytest.mark.slow
def test_what_is_too_large_is_compressed_once_and_stays_at_300_dpi(folder, repair):
    data = saved(noisy(sheet()), "PNG", dpi=(300, 300), compress_level=1)
    assert len(data) > 5 * 2**20
    _result, out = repair(folder({"a.png": data}))
    made = (out / "a.pdf").read_bytes()
    assert len(made) <= 5_000_000
    assert facts_of(made).pdf.pages[0].images[0].dpi >= 299
    assert alike(made, sheet(), limit=6)
    with pikepdf.open(io.BytesIO(made)) as opened:
        stream = bytes(opened.pages[0].Resources.XObject.Scan.read_raw_bytes())
    assert b"\xff\xc2" in stream[:2000]  # progressive
    assert Image.open(io.BytesIO(stream)).layer[0][1:3] == (2, 2)  # 4:2:0


@pytest.mark.slow
def test_heic_is_converted_where_the_extra_is_there_else_told(folder, repair, monkeypatch):
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    data = saved(sheet(), "HEIF", quality=60)
    result, out = repair(folder({"a.heic": data}))
    assert documents(out) == ["a.pdf"]
    assert result.after.verdict.value == "passed"


def test_without_the_extra_heic_is_left_and_told(folder, repair, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    data = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + bytes(range(64)) * 40
    result, out = repair(folder({"a.heic": data}))
    assert not out.exists()
    assert "HEIC" in result.left[0].reason


class TestPlainJpeg:
    def test_metadata_goes_and_samples_stay(self):
        exif = Image.Exif()
        exif[0x013B] = "Petrov"
        data = jpeg(slip(), exif=exif, comment=b"note") + b"behind the end"
        plain = plain_jpeg(data)
        assert plain.endswith(b"\xff\xd9")
        assert not any(word in plain for word in (b"Petrov", b"note", b"behind"))
        one, two = (np.asarray(Image.open(io.BytesIO(d))) for d in (data, plain))
        assert np.array_equal(one, two)

    def test_progressive_with_many_scans(self):
        data = jpeg(slip(), progressive=True)
        one, two = (np.asarray(Image.open(io.BytesIO(d))) for d in (data, plain_jpeg(data)))
        assert np.array_equal(one, two)

    @pytest.mark.parametrize("cut", [0, 1, 2, 10, 300, 20_000])
    def test_a_torn_file_is_not_taken_over(self, cut):
        assert plain_jpeg(jpeg(slip())[:cut]) is None

    def test_something_else_is_not_taken_over(self):
        assert plain_jpeg(b"%PDF-1.4") is None
        assert plain_jpeg(b"\xff\xd8\xff\xd9") is None

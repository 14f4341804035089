"""Pages taken out of files: the same picture whichever way, and nothing hostile is decoded."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageFilter

from medcab.validators.scan.pages import UNDECODED, UNFINISHED
from tests.validators.makers import grey_image, page_pdf, stream
from tests.validators.scan.sheets import SIZE, pdf_of, pressed, scan_of, text

SMALL = (1100, 900)


@pytest.fixture(scope="module")
def small():
    return text(1, SMALL)


def only(facts):
    (page,) = facts.scan
    return page


def test_taken_out_and_rendered_agree(small, monkeypatch):
    data = pdf_of(pressed(text()), SIZE)
    taken = only(scan_of(data))
    from medcab.validators.scan import pages

    monkeypatch.setattr(pages, "_direct", lambda *_: None)
    drawn = only(scan_of(data))
    assert taken.dpi == pytest.approx(drawn.dpi, abs=1)
    assert taken.edge == pytest.approx(drawn.edge, abs=0.4)
    assert taken.contrast == pytest.approx(drawn.contrast, abs=8)
    assert taken.skew == pytest.approx(drawn.skew, abs=0.1)
    assert taken.marks == pytest.approx(drawn.marks, rel=0.05)


@pytest.mark.parametrize(("rotate", "turn"), [(0, 0), (90, 270), (180, 180), (270, 90)])
def test_the_page_is_measured_as_displayed(rotate, turn):
    page = only(scan_of(pdf_of(pressed(text(2)), SIZE, page=f"/Rotate {rotate}")))
    assert page.turn == turn
    assert (page.width > page.height) is (rotate % 180 == 0)


def test_a_picture_that_does_not_fill_the_page_is_rendered_in_place(small):
    entries = (
        f"/Type /XObject /Subtype /Image /Width {SMALL[0]} /Height {SMALL[1]} "
        "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode"
    )
    data = page_pdf(
        b"q 264 0 0 216 30 30 cm /I Do Q",
        "/XObject << /I 5 0 R >>",
        stream(entries, pressed(small), flate=False),
        box="0 0 324 276",
    )
    page = only(scan_of(data))
    assert page.width == pytest.approx(324 / 72 * 25.4, abs=0.5)
    assert page.scan


def test_exif_orientation_of_an_image_file():
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = pressed(text(2).transpose(Image.Transpose.ROTATE_90), exif=exif)
    page = only(scan_of(turned, "a.jpg"))
    assert page.turn == 0
    assert page.width > page.height


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "LA", "I;16"])
def test_png_of_every_mode(small, mode):
    image = small.convert("L")
    if mode == "I;16":
        import numpy as np

        image = Image.fromarray(np.asarray(image).astype("uint16") * 257)
    elif mode != "L":
        image = small.convert(mode)
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(300, 300))
    page = only(scan_of(out.getvalue(), "a.png"))
    assert page.problem == ""
    assert not page.blank
    assert page.contrast > 100


def test_frames_of_a_tiff_are_pages(small):
    out = io.BytesIO()
    more = [text(3, SMALL), small.rotate(5, fillcolor=(250, 250, 246))]
    small.save(out, "TIFF", save_all=True, append_images=more, dpi=(300, 300))
    found = scan_of(out.getvalue(), "a.tif").scan
    assert [page.number for page in found] == [1, 2, 3]
    assert abs(found[2].skew) == pytest.approx(5, abs=0.3)


def test_a_finer_scan_is_reduced(small):
    image = text(1, (1800, 1400), 24)
    page = only(scan_of(pressed(image, dpi=(600, 600)), "a.jpg"))
    assert page.dpi == pytest.approx(300, abs=2)


def test_a_page_made_by_a_computer_is_judged_for_being_blank_only():
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    shown = b"BT /F 12 Tf 72 700 Td (Set by a computer) Tj ET"
    page = only(scan_of(page_pdf(shown, "/Font << /F 5 0 R >>", font)))
    assert not page.scan
    assert not page.blank
    assert page.edge is None
    white = only(scan_of(page_pdf(b"1 1 1 rg " + shown, "/Font << /F 5 0 R >>", font)))
    assert white.blank


def test_pages_with_nothing_drawn_are_left_to_another_rule():
    assert scan_of(page_pdf(b"")).scan == ()


def test_a_jpeg_of_thousands_of_scans_is_not_decoded(small):
    out = io.BytesIO()
    small.save(out, "JPEG", progressive=True)
    data = out.getvalue()
    scan = data.rindex(b"\xff\xda")
    bomb = data[:scan] + data[scan:-2] * 200 + b"\xff\xd9"
    assert only(scan_of(pdf_of(bomb, SMALL))).problem == UNFINISHED
    assert only(scan_of(bomb, "a.jpg")).problem == UNFINISHED


def test_too_many_pixels(small):
    assert only(scan_of(pdf_of(pressed(small), SMALL), pixels=100_000)).problem == UNFINISHED
    assert only(scan_of(pressed(small), "a.jpg", pixels=100_000)).problem == UNFINISHED


def test_samples_that_swell_are_refused():
    # Ten thousand pixels declared, three hundred million bytes delivered.
    swollen = stream(
        "/Type /XObject /Subtype /Image /Width 100 /Height 100 /ColorSpace /DeviceGray "
        "/BitsPerComponent 8",
        b"\xff" * 300_000_000,
    )
    data = page_pdf(b"q 595 0 0 842 0 0 cm /I Do Q", "/XObject << /I 5 0 R >>", swollen)
    assert only(scan_of(data)).problem == UNFINISHED


def test_a_broken_jpeg_is_said(small):
    data = pressed(small)
    assert only(scan_of(pdf_of(data[: len(data) // 2], SMALL))).problem == UNDECODED
    assert only(scan_of(data[: len(data) // 2], "a.jpg")).problem == UNDECODED


def test_a_page_behind_a_limit_is_not_rendered():
    data = page_pdf(
        b"q 595 0 0 842 0 0 cm /I Do Q " * 50, "/XObject << /I 5 0 R >>", grey_image(50, 50)
    )
    assert only(scan_of(data, image_draws=10)).problem == UNFINISHED


FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
LETTER_OF_A_SCAN = b"BT /F 8 Tf 150 12 Td (Scanned with an application) Tj ET"


def over(image, drawn=b"", matrix=(297.6, 420.8, 0, 0), box="0 0 297.6 420.8"):
    """A page with a picture, something drawn over it, and a font."""
    width, height, left, bottom = matrix
    entries = (
        f"/Type /XObject /Subtype /Image /Width {image.width} /Height {image.height} "
        "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode"
    )
    return page_pdf(
        f"q {width} 0 0 {height} {left} {bottom} cm /I Do Q ".encode() + drawn,
        "/XObject << /I 5 0 R >> /Font << /F 6 0 R >>",
        stream(entries, pressed(image), flate=False),
        FONT,
        box=box,
    )


@pytest.fixture(scope="module")
def blurred():
    return text(3, (1240, 1753)).filter(ImageFilter.GaussianBlur(4))


@pytest.mark.parametrize(
    "drawn",
    [LETTER_OF_A_SCAN, b"0 0 1 RG 10 10 m 280 400 l S", LETTER_OF_A_SCAN + b" 0 0 5 5 re f"],
    ids=["text", "line", "both"],
)
def test_a_scan_is_judged_whatever_lies_on_it(blurred, drawn):
    page = only(scan_of(over(blurred, drawn)))
    assert page.scan
    assert page.edge > 4.5
    good = only(scan_of(over(text(3, (1240, 1753)), drawn)))
    assert good.scan
    assert good.edge < 3.5


def test_an_empty_scan_is_blank_in_spite_of_a_line_of_text():
    assert only(scan_of(over(Image.new("RGB", (1240, 1753), "white"), LETTER_OF_A_SCAN))).blank


def test_a_page_of_text_over_a_picture_is_not_blank():
    line = b"(Text that was set over the ground of a letter) Tj 0 -14 Td "
    drawn = b"BT /F 9 Tf 20 380 Td " + line * 20 + b"ET"
    page = only(scan_of(over(Image.new("RGB", (1240, 1753), "#eef"), drawn)))
    assert not page.blank
    assert page.edge < 3.5


def test_a_small_picture_is_judged_unless_the_page_is_text(blurred):
    small_one = {"matrix": (200, 283, 200, 300), "box": "0 0 595 842"}
    page = only(scan_of(over(blurred, **small_one)))
    assert page.scan
    assert page.edge > 4.5
    drawn = (
        b"BT /F 9 Tf 20 280 Td " + b"(A letter with a photograph in it) Tj 0 -14 Td " * 9 + b"ET"
    )
    assert not only(scan_of(over(blurred, drawn, **small_one))).scan


def test_a_picture_drawn_as_a_letter_is_judged(blurred):
    entries = (
        f"/Type /XObject /Subtype /Image /Width {blurred.width} /Height {blurred.height} "
        "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode"
    )
    font = (
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 298 421] /FontMatrix [1 0 0 1 0 0] "
        "/CharProcs << /a 7 0 R >> /Encoding << /Differences [97 /a] >> /FirstChar 97 "
        "/LastChar 97 /Widths [1] /Resources << /XObject << /I 5 0 R >> >> >>"
    )
    data = page_pdf(
        b"BT /F 1 Tf (a) Tj ET",
        "/Font << /F 6 0 R >>",
        stream(entries, pressed(blurred), flate=False),
        font,
        stream("", b"1 0 d0 q 297.6 0 0 420.8 0 0 cm /I Do Q"),
        box="0 0 297.6 420.8",
    )
    page = only(scan_of(data))
    assert page.scan
    assert page.edge > 4.5

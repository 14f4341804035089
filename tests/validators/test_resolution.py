"""Effective resolution: truth by construction."""

from __future__ import annotations

import io
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.model import Severity
from medcab.rules import Unknown
from medcab.validators.facts import Density, FileFacts, ImageFacts
from medcab.validators.pdfprobe.coverage import Coverage, multiply
from medcab.validators.pdfprobe.tokens import InlineImage, operators
from tests.validators.makers import (
    A4,
    ask,
    facts_for,
    grey_image,
    hits,
    jpeg,
    page_pdf,
    profile,
    scan_pdf,
    stencil,
    stream,
)

IMAGE = "/XObject << /I 5 0 R >>"
FULL = b"q 595.276 0 0 841.89 0 0 cm /I Do Q"


def page(data: bytes, **limits):
    facts = facts_for(data, **limits)
    assert facts.pdf is not None
    (only,) = facts.pdf.pages
    return only


def dpis(data: bytes) -> list[tuple[float, float, float]]:
    return [(round(i.dpi_h), round(i.dpi_v), round(i.share, 2)) for i in page(data).images]


@pytest.mark.parametrize("dpi", [72, 150, 290, 300, 600])
def test_full_page(dpi):
    assert dpis(scan_pdf(dpi)) == [(dpi, dpi, 1.0)]


@pytest.mark.parametrize(
    ("dpi", "violated"), [(150, True), (294, True), (296, False), (299.5, False), (300, False)]
)
def test_rule(dpi, violated):
    assert bool(hits(ask("DPI001", scan_pdf(dpi)))) is violated


def test_finding_says_page_image_has_and_needs():
    (hit,) = hits(ask("DPI001", scan_pdf(150)))
    assert hit.args == {"page": 1, "image": 1, "has": "150", "needs": 300}
    assert hit.page == 1
    assert hit.box == (0, 0, 1, 1)
    assert hit.evidence["share"] == 1.0


def test_limit_comes_from_the_profile():
    assert hits(ask("DPI001", scan_pdf(150), policy=profile(dpi=150))) == []
    assert hits(ask("DPI001", scan_pdf(150), policy=profile(dpi=0))) == []


def test_unequal_axes_are_both_shown():
    data = page_pdf(FULL, IMAGE, grey_image(2480, 1754))
    (hit,) = hits(ask("DPI001", data))
    assert hit.args["has"] == "300 × 150"


def test_user_unit():
    data = page_pdf(
        b"q 297.638 0 0 420.945 0 0 cm /I Do Q",
        IMAGE,
        grey_image(2480, 3508),
        box="0 0 297.638 420.945",
        page="/UserUnit 2",
    )
    assert dpis(data) == [(300, 300, 1.0)]


@pytest.mark.parametrize("turn", [90, 180, 270, -90, 450])
def test_rotation_of_the_page_changes_the_frame_only(turn):
    found = page(scan_pdf(200, page=f"/Rotate {turn}"))
    assert [(round(i.dpi_h), round(i.dpi_v)) for i in found.images] == [(200, 200)]
    assert (found.width > found.height) is (turn % 180 != 0)


def test_box_follows_the_rotation():
    # The lower left quarter of the page as stored is the upper left one when turned by 90°.
    data = page_pdf(
        b"q 297.638 0 0 420.945 0 0 cm /I Do Q",
        IMAGE,
        grey_image(620, 877),
        page="/Rotate 90",
    )
    assert page(data).images[0].box == (0.0, 0.0, 0.5, 0.5)


@given(angle=st.floats(0, 360), dpi=st.integers(50, 600))
@settings(max_examples=30, deadline=None)
def test_turned_images_keep_their_resolution(angle, dpi):
    turn = math.radians(angle)
    across, down = 200.0, 300.0
    matrix = (
        across * math.cos(turn),
        across * math.sin(turn),
        -down * math.sin(turn),
        down * math.cos(turn),
        300,
        400,
    )
    width, height = round(across / 72 * dpi), round(down / 72 * dpi)
    content = b"q %s cm /I Do Q" % b" ".join(b"%.6f" % n for n in matrix)
    (image,) = page(page_pdf(content, IMAGE, grey_image(width, height))).images
    assert image.dpi_h == pytest.approx(72 * width / across, rel=1e-4)
    assert image.dpi_v == pytest.approx(72 * height / down, rel=1e-4)


def test_strips_add_up():
    strips = b"".join(b"q 595.276 0 0 84.189 0 %.3f cm /I Do Q " % (84.189 * n) for n in range(10))
    data = page_pdf(strips, IMAGE, grey_image(1240, 175))
    found = page(data)
    assert sum(i.share for i in found.images) == pytest.approx(1.0)
    assert found.share_below(295) == pytest.approx(1.0)
    assert len(hits(ask("DPI001", data))) == 1


def test_covered_image_does_not_count():
    two = "/XObject << /I 5 0 R /J 6 0 R >>"
    both = b"q 595.276 0 0 841.89 0 0 cm /I Do /J Do Q"
    good_on_top = page_pdf(both, two, grey_image(413, 585), grey_image(2480, 3508))
    bad_on_top = page_pdf(both, two, grey_image(2480, 3508), grey_image(413, 585))
    assert hits(ask("DPI001", good_on_top)) == []
    (hit,) = hits(ask("DPI001", bad_on_top))
    assert (hit.args["image"], hit.args["has"]) == (2, "50")


def test_image_off_the_page_does_not_count():
    data = page_pdf(
        FULL + b" q 100 0 0 100 900 900 cm /J Do Q",
        "/XObject << /I 5 0 R /J 6 0 R >>",
        grey_image(2480, 3508),
        grey_image(10, 10),
    )
    assert [i.share for i in page(data).images] == [1.0, 0.0]
    assert page(data).images[1].box is None
    assert hits(ask("DPI001", data)) == []


def test_clipped_away_does_not_count():
    data = page_pdf(b"0 0 10 10 re W n " + FULL, IMAGE, grey_image(413, 585))
    assert page(data).images[0].share < 0.01
    assert hits(ask("DPI001", data)) == []


def test_crop_box_is_what_is_seen():
    # The bad picture lies outside of the crop box.
    data = page_pdf(
        b"q 200 0 0 200 0 0 cm /I Do Q q 200 0 0 200 300 300 cm /J Do Q",
        "/XObject << /I 5 0 R /J 6 0 R >>",
        grey_image(834, 834),
        grey_image(20, 20),
        page="/CropBox [0 0 200 200]",
    )
    assert [round(i.share, 2) for i in page(data).images] == [1.0, 0.0]


@pytest.mark.parametrize(("side", "violated"), [(100, False), (300, True)])
def test_small_pictures_do_not_decide(side, violated):
    content = FULL + b" q %d 0 0 %d 50 50 cm /J Do Q" % (side, side)
    data = page_pdf(
        content,
        "/XObject << /I 5 0 R /J 6 0 R >>",
        grey_image(2480, 3508),
        grey_image(50, 50),
    )
    assert bool(hits(ask("DPI001", data))) is violated


def test_mrc_strokes_over_a_coarse_background():
    two = "/XObject << /I 5 0 R /J 6 0 R >>"
    both = b"q 595.276 0 0 841.89 0 0 cm /I Do /J Do Q"
    data = page_pdf(both, two, grey_image(827, 1169), stencil(2480, 3508))
    assert hits(ask("DPI001", data)) == []
    coarse = page_pdf(both, two, grey_image(827, 1169), stencil(1240, 1754))
    (hit,) = hits(ask("DPI001", coarse))
    assert hit.args["has"] == "150"


def test_soft_mask_does_not_lift_the_base():
    data = page_pdf(FULL, IMAGE, grey_image(1240, 1754, "/SMask 6 0 R"), grey_image(2480, 3508))
    assert dpis(data) == [(150, 150, 1.0)]


def test_transparent_overlay_does_not_hide_a_coarse_scan():
    data = page_pdf(
        b"q 595.276 0 0 841.89 0 0 cm /I Do /J Do Q",
        "/XObject << /I 5 0 R /J 6 0 R >>",
        grey_image(1240, 1754),
        grey_image(2480, 3508, "/SMask 7 0 R"),
        grey_image(2480, 3508),
    )
    (hit,) = hits(ask("DPI001", data))
    assert hit.args["image"] == 1


TWO = "/XObject << /I 5 0 R /J 6 0 R >>"


@pytest.mark.parametrize(
    ("state", "image"),
    [
        ("/ca 0.1", 1),
        ("/BM /Multiply", 1),
        ("/BM [/Darken /Normal]", 1),
        ("/SMask << /S /Alpha /G 7 0 R >>", 1),
        ("/ca 1 /BM /Normal /SMask /None", None),
        ("/LW 2", None),
    ],
)
def test_opacity_does_not_hide_a_coarse_scan(state, image):
    data = page_pdf(
        b"q 595.276 0 0 841.89 0 0 cm /I Do /G gs /J Do Q",
        f"{TWO} /ExtGState << /G << {state} >> >>",
        grey_image(1240, 1754),
        grey_image(2480, 3508),
    )
    assert [hit.args["image"] for hit in hits(ask("DPI001", data))] == ([image] if image else [])


def test_opacity_of_a_form_holds_inside_it():
    data = page_pdf(
        b"q 595.276 0 0 841.89 0 0 cm /I Do Q /G gs /F Do",
        "/XObject << /I 5 0 R /F 7 0 R >> /ExtGState << /G << /ca 0 >> >>",
        grey_image(1240, 1754),
        grey_image(2480, 3508),
        form(
            b"/H gs q 595.276 0 0 841.89 0 0 cm /J Do Q",
            "/XObject << /J 6 0 R >> /ExtGState << /H << /ca 1 >> >>",
        ),
    )
    assert len(hits(ask("DPI001", data))) == 1


OFF = "/OCProperties << /OCGs [7 0 R] /D << /OFF [7 0 R] >> >>"
BASE_OFF = "/OCProperties << /OCGs [7 0 R] /D << /BaseState /OFF /ON [] >> >>"
ON = "/OCProperties << /OCGs [7 0 R] /D << >> >>"


@pytest.mark.parametrize(("layers", "violated"), [(OFF, True), (BASE_OFF, True), (ON, False)])
@pytest.mark.parametrize("way", ["marked", "xobject", "membership"])
def test_a_layer_that_is_off_hides_nothing(layers, violated, way):
    oc = {"marked": "", "xobject": "/OC 7 0 R", "membership": "/OC << /Type /OCMD /OCGs [7 0 R] >>"}
    over = b"/OC /L BDC /J Do EMC" if way == "marked" else b"/J Do"
    data = page_pdf(
        b"q 595.276 0 0 841.89 0 0 cm /I Do " + over + b" Q",
        f"{TWO} /Properties << /L 7 0 R >>",
        grey_image(1240, 1754),
        grey_image(2480, 3508, oc[way]),
        "<< /Type /OCG /Name (L) >>",
        catalog=layers,
    )
    assert bool(hits(ask("DPI001", data))) is violated


@pytest.mark.parametrize(
    ("policy", "off", "hidden"),
    [
        ("", "7 0 R", False),  # AnyOn: one is still on
        ("", "7 0 R 8 0 R", True),
        ("/P /AllOn", "7 0 R", True),
        ("/P /AllOff", "7 0 R", True),
        ("/P /AllOff", "7 0 R 8 0 R", False),
        ("/P /AnyOff", "7 0 R", False),
        ("/P /AnyOff", "9 0 R", True),
    ],
)
def test_policy_of_a_membership(policy, off, hidden):
    data = page_pdf(
        b"q 595.276 0 0 841.89 0 0 cm /I Do /OC /L BDC /J Do EMC Q",
        f"{TWO} /Properties << /L << /Type /OCMD /OCGs [7 0 R 8 0 R] {policy} >> >>",
        grey_image(1240, 1754),
        grey_image(2480, 3508),
        "<< /Type /OCG /Name (A) >>",
        "<< /Type /OCG /Name (B) >>",
        "<< /Type /OCG /Name (C) >>",
        catalog=f"/OCProperties << /OCGs [7 0 R 8 0 R 9 0 R] /D << /OFF [{off}] >> >>",
    )
    assert bool(hits(ask("DPI001", data))) is hidden


def test_pattern_ends_with_another_colour():
    pattern = stream(
        "/PatternType 1 /BBox [0 0 72 72] /XStep 72 /YStep 72 "
        "/Resources << /XObject << /I 5 0 R >> >>",
        b"q 72 0 0 72 0 0 cm /I Do Q",
    )
    data = page_pdf(
        b"/P scn 1 g 0 0 595.276 841.89 re f", "/Pattern << /P 6 0 R >>", grey_image(9, 9), pattern
    )
    found = page(data)
    assert found.images == ()
    assert found.drawing


def test_shading_is_a_drawing():
    assert page(page_pdf(b"/S sh")).drawing
    assert not page(page_pdf(b"0 0 9 9 re W n")).drawing


@pytest.mark.parametrize(
    ("content", "text", "hidden"),
    [
        (b"(x) Tj", True, False),
        (b"3 Tr (x) Tj", False, True),
        (b"3 Tr [(x)] TJ 0 Tr (y) '", True, True),
    ],
)
def test_visible_and_hidden_text(content, text, hidden):
    found = page(page_pdf(b"BT " + content + b" ET"))
    assert (found.text, found.hidden_text) == (text, hidden)


def test_curves_bound_the_clip():
    round_clip = b"0 0 m 0 20 20 20 20 0 c 10 -5 0 0 v 1 1 2 2 y h W* n "
    data = page_pdf(b"q " + round_clip + FULL + b" Q", IMAGE, grey_image(413, 585))
    assert page(data).images[0].share < 0.01


def test_one_bit_mask_counts_for_its_strokes():
    data = page_pdf(FULL, IMAGE, grey_image(620, 877, "/Mask 6 0 R"), stencil(2480, 3508))
    assert dpis(data) == [(300, 300, 1.0)]


def test_inline_image():
    content = (
        b"q 24 0 0 24 0 0 cm BI /W 100 /H 100 /CS /G /BPC 8 ID " + b"EI " * 3333 + b"x" + b" EI Q "
        b"q 595.276 0 0 841.89 0 0 cm BI /W 10 /H 10 /IM true ID " + b"\0" * 20 + b" EI Q"
    )
    assert dpis(page_pdf(content))[0][:2] == (300, 300)
    assert len(page(page_pdf(content)).images) == 2


def form(content: bytes, resources: str, entries: str = "") -> bytes:
    return stream(
        f"/Type /XObject /Subtype /Form /BBox [0 0 1000 1000] /Resources << {resources} >> "
        f"{entries}",
        content,
    )


def test_form_with_a_matrix():
    data = page_pdf(
        b"/F Do",
        "/XObject << /F 6 0 R >>",
        grey_image(2480, 3508),
        form(
            b"q 297.638 0 0 420.945 0 0 cm /I Do Q",
            "/XObject << /I 5 0 R >>",
            "/Matrix [2 0 0 2 0 0]",
        ),
    )
    assert dpis(data) == [(300, 300, 1.0)]


def test_form_that_draws_itself_ends():
    data = page_pdf(
        b"/F Do",
        "/XObject << /F 6 0 R >>",
        grey_image(2480, 3508),
        form(FULL + b" /F Do", "/XObject << /I 5 0 R /F 6 0 R >>"),
    )
    assert dpis(data) == [(300, 300, 1.0)]


def test_tiling_pattern():
    pattern = stream(
        "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 72 72] /XStep 72 "
        "/YStep 72 /Resources << /XObject << /I 5 0 R >> >>",
        b"q 72 0 0 72 0 0 cm /I Do Q",
    )
    data = page_pdf(
        b"/Pattern cs /P scn 0 0 595.276 841.89 re f",
        "/Pattern << /P 6 0 R >>",
        grey_image(100, 100),
        pattern,
    )
    assert dpis(data) == [(100, 100, 1.0)]
    (hit,) = hits(ask("DPI001", data))
    assert hit.args["has"] == "100"


@pytest.mark.parametrize(("flags", "count"), [(4, 1), (2, 0), (32, 0)])
def test_appearance_of_an_annotation(flags, count):
    data = page_pdf(
        b"",
        "",
        grey_image(100, 100),
        form(b"q 1000 0 0 1000 0 0 cm /I Do Q", "/XObject << /I 5 0 R >>"),
        f"<< /Subtype /Stamp /Rect [0 0 72 72] /F {flags} /AP << /N 6 0 R >> >>",
        page="/Annots [7 0 R]",
    )
    assert [d[:2] for d in dpis(data)] == [(100, 100)] * count


def test_resources_are_inherited():
    from tests.validators.makers import raw_pdf

    data = raw_pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            (
                "<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << /XObject << /I 5 0 R >> >> "
                f"/MediaBox [{A4}] /Rotate 90 >>"
            ),
            "<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
            stream("", FULL),
            grey_image(2480, 3508),
        ]
    )
    assert dpis(data) == [(300, 300, 1.0)]
    assert page(data).rotation == 90


def test_content_in_pieces():
    from tests.validators.makers import raw_pdf

    data = raw_pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            (
                f"<< /Type /Page /Parent 2 0 R /Contents [4 0 R 6 0 R] /MediaBox [{A4}] "
                "/Resources << /XObject << /I 5 0 R >> >> >>"
            ),
            stream("", b"q 595.276 0 0 841.89 0 0 cm"),
            grey_image(2480, 3508),
            stream("", b"/I Do Q"),
        ]
    )
    assert dpis(data) == [(300, 300, 1.0)]


def test_jpeg_that_holds_less_than_the_pdf_says():
    # The dictionary promises 2480 × 3508, the JPEG holds 620 × 877.
    data = page_pdf(
        FULL,
        IMAGE,
        stream(
            "/Subtype /Image /Width 2480 /Height 3508 /ColorSpace /DeviceGray /BitsPerComponent 8 "
            "/Filter /DCTDecode",
            jpeg((620, 877)),
            flate=False,
        ),
    )
    assert dpis(data) == [(75, 75, 1.0)]


@pytest.mark.parametrize("name", ["a85", "hex", "lzw", "rl"])
def test_content_filters(name):
    import base64

    from medcab.validators.facts import ProbeLimits  # noqa: F401 - the limits are the defaults

    packed = {
        "a85": ("/ASCII85Decode", base64.a85encode(FULL) + b"~>"),
        "hex": ("/ASCIIHexDecode", FULL.hex().encode() + b">"),
        "lzw": ("/LZWDecode", lzw(FULL)),
        "rl": ("/RunLengthDecode", bytes([len(FULL) - 1]) + FULL + b"\x80"),
    }
    from tests.validators.makers import raw_pdf

    filter_name, content = packed[name]
    data = raw_pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            (
                f"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [{A4}] "
                "/Resources << /XObject << /I 5 0 R >> >> >>"
            ),
            stream(f"/Filter {filter_name}", content, flate=False),
            grey_image(2480, 3508),
        ]
    )
    assert dpis(data) == [(300, 300, 1.0)]


def lzw(data: bytes) -> bytes:
    """Literal codes only, 9 bits each, with a clear code before the table grows to 10 bits."""
    codes = [256]
    for at, byte in enumerate(data):
        if at and at % 200 == 0:
            codes.append(256)
        codes.append(byte)
    codes.append(257)
    bits = "".join(f"{code:09b}" for code in codes)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))


def test_broken_flate_gives_what_came_before():
    import zlib

    content = FULL + b" " + b"0 0 m 1 1 l S " * 5000
    packed = zlib.compress(content, 0)
    data = page_pdf(b"", IMAGE, grey_image(2480, 3508))
    broken = data.replace(
        stream("", b""),
        stream("/Filter /FlateDecode", packed[:30_000] + b"\xff" * 200, flate=False),
    )
    assert broken != data
    found = facts_for(broken)
    assert found.pdf is not None
    assert [round(i.dpi_h) for i in found.pdf.pages[0].images] == [300]


def test_what_was_not_walked_is_unknown():
    data = page_pdf(b"q Q " * 50, IMAGE, grey_image(10, 10))
    (answer,) = ask("DPI001", facts_for(data, operators=20))
    assert isinstance(answer, Unknown)
    assert answer.page == 1


def test_pages_beyond_the_limit_are_unknown():
    from tests.validators.makers import pages_pdf

    (answer,) = ask("DPI001", facts_for(pages_pdf([A4] * 5), pages=3))
    assert isinstance(answer, Unknown)


@given(
    numbers=st.lists(
        st.floats(allow_nan=False, width=32) | st.sampled_from([0.0, 1e30, -1e-30]),
        min_size=6,
        max_size=6,
    )
)
@settings(max_examples=100, deadline=None)
def test_any_matrix_gives_shares_between_nothing_and_all(numbers):
    grid = Coverage((0.0, 0.0, 595.0, 842.0))
    number = grid.add(1.0)
    grid.paint(number, (*numbers,), (-1e9, -1e9, 1e9, 1e9), "opaque")
    (share,) = grid.shares()
    assert 0 <= share <= 1


@given(
    x=st.floats(0, 400), y=st.floats(0, 600), w=st.floats(5, 300), h=st.floats(5, 300),
    angle=st.floats(0, 90),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_share_is_near_the_true_area(x, y, w, h, angle):
    grid = Coverage((0.0, 0.0, 1000.0, 1400.0))
    turn = math.radians(angle)
    matrix = multiply(
        (w, 0, 0, h, 0, 0),
        (math.cos(turn), math.sin(turn), -math.sin(turn), math.cos(turn), x + 300, y),
    )
    grid.paint(grid.add(1.0), matrix, (-1e9, -1e9, 1e9, 1e9), "opaque")
    (share,) = grid.shares()
    # A grid of 25-point cells errs by at most the cells on the border.
    assert abs(share * 1_400_000 - w * h) <= (2 * (w + h) / 25 + 6) * 625


@given(st.binary(max_size=3000))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_tokens(data):
    for word, operands in operators(data):
        assert isinstance(word, bytes)
        assert isinstance(operands, list | InlineImage)


def test_tokens_by_hand():
    found = list(
        operators(
            b"%comment 1 0 0 cm\n1 -.5 +3. 4 0 --5 cm /A#42 Do [(a(b)\\)c) 2] TJ "
            b"<</K <</L 1>> >> BDC <616263> Tj (x) ' true false"
        )
    )
    assert found[0] == (b"cm", [1.0, -0.5, 3.0, 4.0, 0.0, -5.0])
    assert found[1] == (b"Do", [b"AB"])
    assert [word for word, _ in found] == [
        b"cm",
        b"Do",
        b"TJ",
        b"BDC",
        b"Tj",
        b"'",
        b"true",
        b"false",
    ]


def picture(width: int, height: int, *densities: Density) -> FileFacts:
    image = ImageFacts(width, height, mode="rgb", densities=densities, decoded=True)
    return FileFacts(size=1, format="jpeg", media_type="image/jpeg", image=image)


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        (picture(2480, 3508, Density("jfif", 300, 300)), None),
        (picture(1240, 1754, Density("jfif", 150, 150)), "error"),
        (picture(2480, 1754, Density("jfif", 300, 150)), "error"),
        (picture(3000, 4000, Density("exif", 72, 72)), Severity.WARNING),
        (picture(3000, 4000), None),
        (picture(1000, 1400), "unknown"),
        (picture(2480, 3508, Density("phys", 299.9994, 299.9994)), None),
        (picture(0, 0), "unknown"),
    ],
)
def test_picture_files(facts, answer):
    found = ask("DPI002", facts)
    if answer is None:
        assert found == []
    elif answer == "unknown":
        assert [type(a) for a in found] == [Unknown]
    else:
        (hit,) = hits(found)
        assert hit.severity == (None if answer == "error" else answer)


def test_picture_that_was_not_opened_is_unknown():
    heic = b"\0\0\0\x18ftypheic\0\0\0\0" + b"\0" * 100
    (answer,) = ask("DPI002", heic, "a.heic")
    assert isinstance(answer, Unknown)
    assert io.BytesIO(heic).read(4) == b"\0\0\0\x18"

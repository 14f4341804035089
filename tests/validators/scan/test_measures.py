"""Each measure on a good page and on the same page spoiled."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from medcab.validators.facts import ProbeLimits
from medcab.validators.scan.measure import measure_picture
from medcab.validators.scan.picture import from_jpeg
from tests.validators.scan.sheets import SIZE, measured, pressed, scanned, text

PAPER = (250, 250, 246)


@pytest.fixture(scope="module")
def good():
    return measured(text())


def test_a_good_page(good):
    assert good.problem == ""
    assert good.scan
    assert not good.blank
    assert good.width == pytest.approx(210, abs=0.5)
    assert good.height == pytest.approx(148, abs=0.5)
    assert 2 <= good.edge <= 3.2
    assert good.contrast > 150
    assert 240 <= good.paper <= 252
    assert good.noise < 3
    assert abs(good.skew) <= 0.1
    assert good.turn == 0
    assert (good.cuts, good.enlarged, good.spots, good.watermark, good.documents) == (
        (),
        None,
        (),
        None,
        (),
    )
    assert good.coloured
    assert good.stamp
    assert good.signature
    assert 1.3 <= good.text <= 2.6


@pytest.mark.parametrize(("sigma", "least"), [(1.6, 3.5), (3.0, 4.5)])
def test_blur_widens_edges(sigma, least):
    assert measured(text().filter(ImageFilter.GaussianBlur(sigma))).edge > least


def test_a_blurred_half_is_found_where_it_is():
    image = text().copy()
    half = (0, 0, SIZE[0] // 2, SIZE[1])
    image.paste(image.crop(half).filter(ImageFilter.GaussianBlur(4)), half)
    page = measured(image)
    assert page.edge <= 3.5
    assert page.soft is not None
    assert page.soft.box[2] <= 0.56


@pytest.mark.parametrize(("top", "least", "most"), [(0.5, 0.25, 0.7), (0.75, 0.04, 0.4)])
def test_the_lower_part_lifted_from_the_glass(top, least, most):
    image = text().copy()
    part = (0, round(SIZE[1] * top), *SIZE)
    image.paste(image.crop(part).filter(ImageFilter.GaussianBlur(9)), part)
    page = measured(image)
    assert page.edge <= 3.5
    assert page.band.value > 4.5
    assert page.band.box[1] >= top - 0.17
    assert least <= page.band_share <= most


def test_no_part_of_a_good_page_is_blurred(good):
    assert good.band is None
    assert good.band_share == 0


@pytest.mark.parametrize("blur", [4, 6])
def test_sharp_rules_over_blurred_text(blur):
    image = text().filter(ImageFilter.GaussianBlur(blur))
    draw = ImageDraw.Draw(image)
    for y in range(100, SIZE[1], 90):
        draw.line((0, y, SIZE[0], y), (60, 60, 60), 3)
    for x in range(100, SIZE[0], 200):
        draw.line((x, 0, x, SIZE[1]), (60, 60, 60), 3)
    assert measured(image).edge > 4.5


def test_sharp_rules_over_sharp_text():
    image = text().copy()
    draw = ImageDraw.Draw(image)
    for y in range(100, SIZE[1], 90):
        draw.line((0, y, SIZE[0], y), (60, 60, 60), 3)
    assert measured(image).edge < 3.5


@pytest.mark.parametrize("blur", [4, 9])
@pytest.mark.parametrize("grain", [6, 14])
def test_grain_does_not_make_blurred_text_sharp(blur, grain):
    image = scanned(text().filter(ImageFilter.GaussianBlur(blur)), grain=grain)
    assert measured(image).edge > 4.5


def test_blur_is_not_taken_for_pale_print_nor_pale_print_for_blur(good):
    pale = measured(text().point(lambda v: round(248 - (255 - v) * 0.2)))
    assert pale.contrast < 60
    assert pale.edge == pytest.approx(good.edge, abs=0.7)


@pytest.mark.parametrize("share", [0.08, 0.12])
def test_very_pale_print(share):
    assert measured(text().point(lambda v: round(248 - (255 - v) * share))).contrast < 40


def test_bare_paper_is_blank_with_grain_dust_and_the_rim_of_the_sheet():
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    for i in range(9):
        draw.ellipse((200 + 190 * i, 300 + 90 * i, 207 + 190 * i, 306 + 90 * i), fill=(60, 60, 60))
    draw.rectangle((0, 0, SIZE[0], 6), fill=(40, 40, 40))
    page = measured(scanned(image, 3, 4.0))
    assert page.blank
    assert page.edge is None


def test_a_page_with_one_line_is_not_blank():
    image = Image.new("RGB", SIZE, PAPER)
    font = ImageFont.load_default(52)
    ImageDraw.Draw(image).text((300, 300), "Sheet intentionally left", (30, 30, 30), font)
    page = measured(scanned(image))
    assert not page.blank
    assert page.turn in {0, None}


@pytest.mark.parametrize("angle", [-6.0, -1.5, 0.9, 3.0, 11.0])
def test_skew_is_measured(angle):
    image = text().rotate(angle, Image.Resampling.BICUBIC, fillcolor=PAPER)
    assert measured(image).skew == pytest.approx(-angle, abs=0.15)


@pytest.mark.parametrize(
    ("way", "turn"),
    [
        (Image.Transpose.ROTATE_90, 90),
        (Image.Transpose.ROTATE_180, 180),
        (Image.Transpose.ROTATE_270, 270),
    ],
)
def test_the_turn_that_puts_the_page_upright(way, turn):
    page = measured(text(2).transpose(way))
    assert page.turn == turn
    assert page.turn_sure >= 0.5


@pytest.mark.parametrize(
    ("side", "box"),
    [
        ("left", (600, 0, *SIZE)),
        ("right", (0, 0, 1500, SIZE[1])),
        ("top", (0, 195, *SIZE)),
        ("bottom", (0, 0, SIZE[0], 886)),
    ],
)
def test_text_over_an_edge(side, box):
    assert side in {cut.side for cut in measured(text(4).crop(box)).cuts}


def test_lines_of_a_table_over_the_edge_are_a_cut_but_ruled_paper_is_not():
    table = text(3).copy()
    draw = ImageDraw.Draw(table)
    for x in range(250, 2300, 400):
        draw.line((x, 60, x, SIZE[1] - 100), fill=(20, 20, 20), width=4)
    for y in range(60, SIZE[1] - 99, 200):
        draw.line((250, y, 2250, y), fill=(20, 20, 20), width=4)
    assert measured(table).cuts == ()
    assert {cut.side for cut in measured(table.crop((0, 90, *SIZE))).cuts} == {"top"}
    ruled = text(3).copy()
    draw = ImageDraw.Draw(ruled)
    for y in range(160, SIZE[1], 160):
        draw.line((0, y, SIZE[0], y), fill=(120, 120, 120), width=3)
    assert measured(ruled).cuts == ()


@pytest.mark.parametrize("dpi", [75, 100, 150, 200])
@pytest.mark.parametrize(
    "way", [Image.Resampling.BICUBIC, Image.Resampling.BILINEAR, Image.Resampling.NEAREST]
)
def test_the_resolution_before_enlarging(dpi, way):
    small = tuple(side * dpi // 300 for side in SIZE)
    page = measured(text(5).resize(small, Image.Resampling.BOX).resize(SIZE, way))
    assert page.enlarged == pytest.approx(dpi, abs=3)
    assert page.enlarged_sure or dpi > 110


def test_the_blocks_of_the_coder_are_not_taken_for_enlarging():
    blurred = text(5).filter(ImageFilter.GaussianBlur(2.5))
    for quality in (40, 60, 95):
        picture = from_jpeg(pressed(blurred, quality=quality), (300.0, 300.0), ProbeLimits())
        assert measure_picture(picture).enlarged is None


def test_blots_but_not_photographs_nor_coloured_emblems():
    image = text().copy()
    draw = ImageDraw.Draw(image)
    draw.ellipse((700, 500, 790, 580), fill=(35, 30, 30))
    draw.ellipse((1500, 500, 1590, 590), fill=(150, 20, 40))  # an emblem in red
    found = measured(image).spots
    assert len(found) == 1
    assert found[0].box[0] < 740 / SIZE[0] < found[0].box[2]


def test_a_word_across_the_page():
    ink = Image.new("L", SIZE, 0)
    font = ImageFont.load_default(420)
    ImageDraw.Draw(ink).text((SIZE[0] / 2, SIZE[1] / 2), "SAMPLE", 255, font, anchor="mm")
    shade = np.asarray(ink.rotate(25), dtype=np.float32)[:, :, None] / 255
    image = Image.fromarray((np.asarray(text()) * (1 - 0.15 * shade)).astype(np.uint8))
    assert measured(image).watermark.value >= 5


def test_two_cards_and_the_two_pages_of_a_passport():
    def laid(*corners):
        glass = Image.new("RGB", (2480, 2600), PAPER)
        draw = ImageDraw.Draw(glass)
        font = ImageFont.load_default(40)
        for x, y in corners:
            draw.rectangle((x, y, x + 1476, y + 1039), outline=(90, 90, 90), width=4)
            for row in range(8):
                draw.text((x + 120, y + 100 + row * 100), "number report charter", "black", font)
        return measured(scanned(glass))

    assert len(laid((300, 100), (420, 1450)).documents) == 2
    assert laid((300, 100), (300, 1150)).documents == ()
    assert laid((300, 100)).documents == ()


def test_small_print():
    image = Image.new("RGB", SIZE, PAPER)
    share = 0.4
    small = text().resize(
        (round(SIZE[0] * share), round(SIZE[1] * share)), Image.Resampling.LANCZOS
    )
    image.paste(small, (200, 200))
    assert measured(scanned(image)).text < 1.1


def test_colour_grain_and_light():
    grey = text().convert("L").convert("RGB")
    assert measured(grey).coloured is False
    assert measured(text().convert("L")).coloured is False
    assert measured(scanned(text(), 5, 14)).noise > 8
    assert measured(text().point(lambda v: round(v * 0.45))).paper < 150


def test_no_stamp_and_no_signature_on_bare_text():
    image = text(6).copy()
    image.paste(PAPER, (0, SIZE[1] - 520, *SIZE))
    page = measured(image)
    assert page.stamp is False
    assert page.signature is False


def test_a_stamp_is_no_signature_and_an_emblem_no_stamp():
    stamped = text(6).copy()
    stamped.paste(PAPER, (280, SIZE[1] - 400, 640, SIZE[1] - 200))
    page = measured(stamped)
    assert page.stamp is True
    assert page.signature is False
    bare = text(6).copy()
    bare.paste(PAPER, (0, SIZE[1] - 520, *SIZE))
    x, y = 1240, SIZE[1] - 300
    ImageDraw.Draw(bare).ellipse(
        (x - 130, y - 130, x + 130, y + 130), outline=(30, 50, 170), width=9
    )
    page = measured(bare)
    assert page.stamp is False
    assert page.signature is False


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_stamp_across_the_line_of_a_frame(mode):
    image = text(6).copy()
    edge = (60, 60, SIZE[0] - 60, SIZE[1] - 140)
    ImageDraw.Draw(image).rectangle(edge, outline=(30, 50, 170), width=8)
    assert measured(image.convert(mode)).stamp is True


def test_a_photograph_and_a_word_over_an_edge():
    image = text(4).copy()
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1100, SIZE[1]), fill=PAPER)
    font = ImageFont.load_default(60)
    draw.text((700, 300), "photograph", (30, 30, 34), font)
    draw.ellipse((700, 600, 980, 770), fill=(70, 90, 130))
    assert measured(image).cuts == ()
    assert [cut.side for cut in measured(image.crop((850, 0, *SIZE))).cuts] == ["left"]


@pytest.mark.parametrize("share", [0.0, 0.02, 0.1])
def test_a_page_that_is_almost_black(share):
    page = measured(text().point(lambda v: round(v * share)))
    assert page.problem == ""
    assert page.paper < 30


def test_every_box_lies_on_the_page():
    image = (
        text(4).rotate(3, Image.Resampling.BICUBIC, fillcolor=PAPER).crop((600, 150, 2400, 1200))
    )
    page = measured(image)
    boxes = [page.area, *(cut.box for cut in page.cuts), *(spot.box for spot in page.spots)]
    assert boxes
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1


@pytest.mark.parametrize("size", [(1, 1), (40, 3000), (65, 65), (300, 300), (2480, 70)])
def test_odd_sizes_are_measured_without_complaint(size):
    noise = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3)).astype(np.uint8)
    for image in (Image.new("RGB", size, "white"), Image.new("RGB", size), Image.fromarray(noise)):
        assert measured(image).problem == ""

"""IMG: picture files."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from medcab.model import Severity
from medcab.rules import Unknown, all_rules
from medcab.validators.facts import Density, FileFacts, ImageFacts
from medcab.validators.imageprobe.entropy import entropy_damage
from medcab.validators.imageprobe.exif import read_exif
from medcab.validators.imageprobe.fax import UNSURE, fax_damage
from medcab.validators.imageprobe.jpeg import scan_jpeg
from medcab.validators.imageprobe.png import scan_png
from tests.validators.makers import ask, facts_for, hits, jpeg, png, png_chunk

RULES = [rule.id for rule in all_rules() if rule.id.startswith("IMG")]
SIZE = (1240, 1754)  # A5 at 300 dpi, nearly


def fired(data: bytes, name: str = "a.jpg") -> set[str]:
    facts = facts_for(data, name)
    return {rule for rule in RULES if hits(ask(rule, facts, name))}


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def tiff(**options: object) -> bytes:
    return saved(Image.new("RGB", SIZE), "TIFF", compression="tiff_deflate", **options)


GOOD_JPEG = jpeg(SIZE)
GOOD_PNG = png(SIZE)


def mpo() -> bytes:
    one, two = Image.new("RGB", SIZE), Image.new("RGB", SIZE)
    return saved(one, "MPO", save_all=True, append_images=[two], dpi=(300, 300))


def apng() -> bytes:
    frames = [Image.new("RGB", SIZE, shade) for shade in ("red", "blue", "green")]
    return saved(frames[0], "PNG", save_all=True, append_images=frames[1:], dpi=(300, 300))


def png16() -> bytes:
    return saved(Image.new("I;16", SIZE), "PNG", dpi=(300, 300))


DEFECTS = {
    "good jpeg": (GOOD_JPEG, set()),
    "good colour jpeg": (jpeg(SIZE, mode="RGB"), set()),
    "good progressive": (jpeg(SIZE, progressive=True), set()),
    "good png": (GOOD_PNG, set()),
    "good tiff": (tiff(dpi=(300, 300)), set()),
    "padding after the end": (GOOD_JPEG + b"\0" * 50, set()),
    "jpeg cut in the data": (GOOD_JPEG[: len(GOOD_JPEG) - 300], {"IMG001"}),
    "jpeg without EOI": (GOOD_JPEG[:-2], {"IMG001"}),
    "jpeg cut in the header": (GOOD_JPEG[:30], {"IMG001"}),
    "png cut": (GOOD_PNG[: len(GOOD_PNG) // 2], {"IMG001"}),
    "png without IEND": (GOOD_PNG[:-12], {"IMG001"}),
    "png with a wrong checksum": (
        GOOD_PNG.replace(b"IDAT", b"IDAT", 1)[:-20] + b"\x01" + GOOD_PNG[-19:],
        {"IMG001"},
    ),
    "tiff cut": (tiff(dpi=(300, 300))[:-3000], {"IMG001"}),
    "jpeg with a tail": (GOOD_JPEG + b"secret", {"IMG002"}),
    "png with a tail": (GOOD_PNG + b"secret", {"IMG002"}),
    "cmyk": (jpeg(SIZE, mode="CMYK"), {"IMG003"}),
    "16 bits": (png16(), {"IMG004"}),
    "palette": (png(SIZE, "P"), {"IMG005"}),
    "alpha": (png(SIZE, "RGBA"), {"IMG006"}),
    "grey with alpha": (png(SIZE, "LA"), {"IMG006"}),
    "transparent colour": (
        saved(Image.new("RGB", SIZE), "PNG", transparency=(0, 0, 0), dpi=(300, 300)),
        {"IMG006"},
    ),
    "turned by exif": (jpeg(SIZE, orientation=6), {"IMG007"}),
    "upright by exif": (jpeg(SIZE, orientation=1), set()),
    "mpo": (mpo(), {"IMG008"}),
    "apng": (apng(), {"IMG008"}),
    "tiff of two pages": (
        tiff(dpi=(300, 300), save_all=True, append_images=[Image.new("RGB", SIZE)]),
        {"IMG008"},
    ),
    "jpeg without density": (jpeg(SIZE, dpi=None), {"IMG009"}),
    "png without density": (png(SIZE, dpi=None), {"IMG009"}),
    "tiff without density": (tiff(), {"IMG009"}),
    "jfif against exif": (jpeg(SIZE, exif_dpi=72.0), {"IMG010"}),
    "jfif agrees with exif": (jpeg(SIZE, exif_dpi=300.0), set()),
    "unequal": (jpeg(SIZE, dpi=(300, 200)), {"IMG011"}),
    "lying": (jpeg((480, 640)), {"IMG012"}),
    "identity card": (jpeg((638, 1011)), set()),
    "far too large for 72 dpi": (jpeg((2000, 1700), dpi=(72, 72)), {"IMG012"}),
    "photograph of good size with 72 dpi": (jpeg((2600, 3600), dpi=(72, 72)), set()),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_one_defect_one_rule(name):
    data, rules = DEFECTS[name]
    assert fired(data) == rules


def test_every_rule_of_this_area_is_tried():
    assert set().union(*(rules for _, rules in DEFECTS.values())) == set(RULES)


def test_too_large_for_its_paper_is_a_warning():
    (hit,) = hits(ask("IMG012", DEFECTS["far too large for 72 dpi"][0], "a.jpg"))
    assert hit.severity is Severity.WARNING


@pytest.mark.parametrize("form", ["BMP", "GIF", "WEBP"])
def test_other_formats(form):
    data = saved(Image.new("RGB", SIZE), form)
    facts = facts_for(data)
    assert facts.image is not None
    assert (facts.image.width, facts.image.height, facts.image.decoded) == (*SIZE, True)
    cut = facts_for(data[:40])
    assert len(hits(ask("IMG001", cut))) == 1


def test_heic_is_unknown_for_every_rule():
    facts = facts_for(b"\0\0\0\x18ftypheic\0\0\0\0" + b"\0" * 100)
    for rule in RULES:
        assert [type(answer) for answer in ask(rule, facts)] == [Unknown], rule


def test_picture_over_the_limit_of_pixels_is_not_decoded():
    facts = facts_for(GOOD_PNG, pixels=1000)
    assert [hit.name for hit in facts.limits] == ["pixels"]
    assert [type(a) for a in ask("IMG001", facts)] == [Unknown]
    assert [type(a) for a in ask("LIM004", facts)] == [Unknown]


@pytest.mark.parametrize("form", ["TIFF", "BMP", "GIF"])
def test_pillow_keeps_the_limit_of_pixels_too(form):
    facts = facts_for(saved(Image.new("L", (300, 300)), form), pixels=1000)
    assert [hit.name for hit in facts.limits] == ["pixels"]
    assert facts.image is not None
    assert not facts.image.decoded


def many_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan is repeated."""
    data = jpeg((64, 64), progressive=True)
    start = data.rfind(b"\xff\xda")
    return data[:start] + data[start:-2] * count + b"\xff\xd9"


def test_jpeg_scans_are_counted_before_decoding():
    import time

    started = time.process_time()
    facts = facts_for(many_scans(2000))
    assert time.process_time() - started < 1
    assert [(h.name, h.limit) for h in facts.limits] == [("jpeg_scans", 64)]
    assert facts.image is not None
    assert facts.image.scans >= 2000
    assert not facts.image.decoded


def test_png_bomb_is_refused_by_its_header():
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + png_chunk(b"IEND", b"")
    )
    facts = facts_for(data)
    assert [(h.name, h.seen) for h in facts.limits] == [("pixels", 900_000_000)]


def test_markers_by_hand():
    found = scan_jpeg(
        b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x10\0\x20\x01\x01\x11\0"
        b"\xff\xda\0\x02\x11\xff\x00\x22\xff\xd0\x33\xff\xff\xd9tail"
    )
    assert (found.width, found.height, found.components) == (32, 16, 1)
    assert (found.scans, found.ended) == (1, True)
    assert found.segments == [(0xE0, b"ab")]
    assert found.damage == ""


@pytest.mark.parametrize(
    ("data", "damage", "ended"),
    [
        (b"", "no SOI", False),
        (b"\xff\xd8", "no EOI", False),
        (b"\xff\xd8\xff", "no EOI", False),
        (b"\xff\xd8abc\xff\xd9", "stray bytes between markers", True),
        (b"\xff\xd8\xff\xd9", "no scan", True),
        (b"\xff\xd8\xff\xe0\0\x01", "segment cut off", False),
        (b"\xff\xd8\xff\xe0\xff\xff", "segment cut off", False),
        (b"\xff\xd8\xff\xda\0\x02abc", "scan cut off", False),
        (b"\xff\xd8\xff\x00\xff\xd9", "no scan", True),
        (b"\xff\xd8\xff\x01\xff\xda\0\x02\x11\xff\xd9", "", True),
    ],
)
def test_markers_that_are_wrong(data, damage, ended):
    found = scan_jpeg(data)
    assert (found.damage, found.ended) == (damage, ended)


def printed(fill: int) -> Image.Image:
    """A page with something to see above and an even lower part."""
    page = Image.effect_noise(SIZE, 80)
    page.paste(fill, (0, 900, SIZE[0], SIZE[1]))
    return page


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_data_that_ends_too_soon_behind_an_end_marker(mode):
    whole = saved(Image.effect_noise(SIZE, 80).convert(mode), "JPEG", dpi=(300, 300))
    assert "IMG001" not in fired(whole)
    cut = whole[: len(whole) // 2] + b"\xff\xd9"
    assert "IMG001" in fired(cut)


@pytest.mark.parametrize("fill", [128, 127, 255, 0])
def test_an_even_lower_part_is_no_damage(fill):
    data = saved(printed(fill), "JPEG", dpi=(300, 300))
    assert "IMG001" not in fired(data)


def noisy(size: tuple[int, int] = (640, 480), seed: int = 1) -> Image.Image:
    """Something with content everywhere."""
    small = Image.frombytes("RGB", (80, 60), random.Random(seed).randbytes(80 * 60 * 3))
    return small.resize(size, Image.Resampling.BICUBIC)


WRITERS = {
    "baseline": {},
    "optimized": {"optimize": True, "quality": 40},
    "full colour": {"subsampling": 0, "quality": 97},
    "progressive": {"progressive": True},
    "restarts by rows": {"restart_marker_rows": 1},
    "restarts by blocks": {"restart_marker_blocks": 7},
    "progressive with restarts": {"progressive": True, "restart_marker_rows": 2},
}


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("size", [(1, 1), (16, 16), (33, 17), (640, 480)])
def test_whole_data_of_many_writers(writer, mode, size):
    for page in (noisy(size), Image.new("RGB", size, "white"), Image.new("RGB", size, "#808080")):
        data = saved(page.convert(mode), "JPEG", **WRITERS[writer])
        assert entropy_damage(data) == ""
        assert entropy_damage(data[:-2] + b"\0" + data[-2:]) == ""  # filled up to a word


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("what", ["zeros", "noise", "cut out", "end inside"])
def test_broken_data_in_the_middle(writer, what):
    data = saved(noisy(), "JPEG", **WRITERS[writer])
    at = len(data) // 2
    inside = {
        "zeros": (bytes(2048), 2048),
        "noise": (random.Random(2).randbytes(2048), 2048),
        "cut out": (b"", 2048),
        "end inside": (b"\xff\xd9", 0),
    }
    put, over = inside[what]
    facts = facts_for(data[:at] + put + data[at + over :], "a.jpg")
    assert len(hits(ask("IMG001", facts))) == 1


def test_restart_markers_have_an_order():
    data = saved(noisy(), "JPEG", restart_marker_rows=1)
    assert entropy_damage(data.replace(b"\xff\xd3", b"\xff\xd4", 1)).startswith("restart")


def test_progressive_scans_that_are_not_there():
    data = saved(noisy(), "JPEG", progressive=True)
    last = data.rfind(b"\xff\xda")
    assert entropy_damage(data[:last] + b"\xff\xd9") == "scans are missing"


def png_of(mode: str, rows: int, *, interlaced: bool = False) -> bytes:
    """A black PNG of 9 × 7 whose data holds ``rows`` rows, each checksum right."""
    bits, color, pitch = {"L": (8, 0, 9), "1": (1, 0, 2), "RGB": (8, 2, 27)}[mode]
    if interlaced:  # the passes of 9 × 7 by hand: width × height of each
        passes = [(2, 1), (1, 1), (3, 1), (2, 2), (5, 2), (4, 4), (9, 3)]
        data = b"".join(bytes((w + 1) * h) for w, h in passes)
        data = data[: len(data) - (7 - rows)]
    else:
        data = bytes((pitch + 1) * rows)
    head = struct.pack(">IIBBBBB", 9, 7, bits, color, 0, 0, int(interlaced))
    chunks = (b"IHDR", head), (b"IDAT", zlib.compress(data)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


@pytest.mark.parametrize("mode", ["L", "1", "RGB"])
def test_png_that_unpacks_to_fewer_rows(mode):
    assert facts_for(png_of(mode, 7), "a.png").image.decoded
    for rows in (6, 2):
        assert len(hits(ask("IMG001", png_of(mode, rows), "a.png"))) == 1


def test_interlaced_png_that_unpacks_to_less():
    assert facts_for(png_of("L", 7, interlaced=True), "a.png").image.decoded
    assert len(hits(ask("IMG001", png_of("L", 6, interlaced=True), "a.png"))) == 1


def fax(size: tuple[int, int] = (200, 150)) -> bytes:
    """Bare data of group 4, with its end mark."""
    return fax_strips(noisy(size).convert("1"), 1 << 20)[1][0]


def fax_strips(page: Image.Image, strip: int) -> tuple[bytes, list[bytes]]:
    file = saved(page, "TIFF", compression="group4", strip_size=strip, dpi=(300, 300))
    with Image.open(io.BytesIO(file)) as image:
        tags = image.tag_v2
        places = list(zip(tags[273], tags[279], strict=True))
    return file, [file[offset : offset + size] for offset, size in places]


class TestGroup4:
    def test_whole(self):
        data = fax()
        assert fax_damage(data, 200, 150) == ""
        assert fax_damage(data + b"\0\0", 200, 150) == ""
        assert fax_damage(data + b"\r\n", 200, 150) == ""

    def test_whole_without_an_end_mark(self):
        bits = "".join(f"{byte:08b}" for byte in fax()).rstrip("0")[:-24]
        bits += "0" * (-len(bits) % 8)
        assert fax_damage(int(bits, 2).to_bytes(len(bits) // 8, "big"), 200, 150) == ""

    @pytest.mark.parametrize("share", [0.3, 0.9])
    def test_cut(self, share):
        data = fax()
        assert fax_damage(data[: int(len(data) * share)], 200, 150) == "rows are missing"

    def test_end_mark_too_early(self):
        assert fax_damage(fax(), 200, 151) == "rows are missing"

    def test_a_few_rows_more_are_not_judged(self):
        assert fax_damage(fax(), 200, 148) == UNSURE
        assert fax_damage(fax(), 200, 40).startswith("the rows cannot be told")

    @pytest.mark.parametrize("put", [bytes(50), b"", random.Random(4).randbytes(80)])
    def test_garbage_inside(self, put):
        data = fax()
        assert fax_damage(data[:1000] + put + data[1050:], 200, 150)

    def test_bits_in_the_other_order(self):
        mirrored = bytes(int(f"{byte:08b}"[::-1], 2) for byte in fax())
        assert fax_damage(mirrored, 200, 150, low_first=True) == ""
        assert fax_damage(mirrored, 200, 150) == UNSURE  # nonsense, and no end mark

    def test_nothing_is_said_of_what_cannot_be_told(self):
        assert fax_damage(b"\0", 8, 9) == fax_damage(b"\0", 200, 0) == ""

    @pytest.mark.parametrize("strip", [1000, 1 << 20])
    def test_tiff(self, strip, capfd):
        file, strips = fax_strips(noisy((640, 480)).convert("1"), strip)
        assert facts_for(file, "a.tif").image.decoded
        broken = file.replace(strips[-1], strips[-1][:200] + bytes(50) + strips[-1][250:])
        assert broken != file
        assert len(hits(ask("IMG001", broken, "a.tif"))) == 1
        assert capfd.readouterr().err == ""


def test_stray_bytes_alone_do_not_damage_a_jpeg():
    data = GOOD_JPEG[:2] + GOOD_JPEG[2:20] + b"\0\0\0" + GOOD_JPEG[20:]
    assert scan_jpeg(data).damage.startswith("stray")
    assert "IMG001" not in fired(data)


def test_png_that_is_none():
    assert scan_png(b"GIF89a").damage == "no signature"
    assert scan_png(b"\x89PNG\r\n\x1a\n").damage == "no IHDR"


def test_exif_in_centimetres_and_both_orders():
    for order, mark in (("<", b"II*\0"), (">", b"MM\0*")):
        entries = [(0x0112, 3, 1, 8 << (0 if order == "<" else 16)), (0x0128, 3, 1, None)]
        unit = 3 if order == "<" else 3 << 16
        start = 8 + 2 + 4 * 12 + 4
        table = struct.pack(order + "H", 4)
        table += struct.pack(order + "HHII", *entries[0][:3], entries[0][3])
        table += struct.pack(order + "HHII", 0x011A, 5, 1, start)
        table += struct.pack(order + "HHII", 0x011B, 5, 1, start)
        table += struct.pack(order + "HHII", 0x0128, 3, 1, unit)
        block = mark + struct.pack(order + "I", 8) + table + b"\0" * 4
        block += struct.pack(order + "II", 11811, 100)
        found = read_exif(block)
        assert found.orientation == 8
        assert found.dpi == pytest.approx((300, 300), rel=1e-4)


@given(st.binary(max_size=500))
@settings(max_examples=150, deadline=None)
def test_readers_survive_anything(data):
    scan_jpeg(b"\xff\xd8" + data)
    scan_png(b"\x89PNG\r\n\x1a\n" + data)
    read_exif(b"II*\0" + data)


@given(at=st.integers(0, len(GOOD_PNG) - 1), bit=st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_no_flipped_bit_of_a_png_goes_unnoticed(at, bit):
    data = bytearray(GOOD_PNG)
    data[at] ^= 1 << bit
    facts = facts_for(bytes(data), "a.png")
    told = facts.format != "png" or facts.limits or facts.image is None
    assert told or facts.image.damage is not None or not facts.image.ended  # type: ignore[union-attr]


def test_density_of_a_picture_of_no_size():
    facts = FileFacts(
        size=1,
        format="jpeg",
        media_type="image/jpeg",
        image=ImageFacts(0, 0, densities=(Density("jfif", 300, 300),)),
    )
    assert ask("IMG012", facts) == []

"""Drawing pages in workers, and giving out no more than fits."""

import io
import random
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PIL import Image, ImageDraw

from medcab.formats import Options, render
from medcab.formats.base import PageRequest
from medcab.formats.drawing import PageDrawer
from medcab.formats.pictures import Pictures
from medcab.formats.pixels import around, draw
from medcab.model import Finding, Location, Report, Severity
from medcab.sources import BytesSource
from medcab.validators.facts import FileFacts, LimitHit

from .conftest import document

WHEN = datetime(2026, 11, 21, tzinfo=UTC)


def page_image(document, page, width, box=None, noise=False):
    """A drawn page, as a callback would give it."""
    if noise:
        data = random.Random(page).randbytes(width * width // 16)
        image = Image.frombytes("L", (width // 4, width // 4), data)
    else:
        image = Image.new("RGB", (width // 4, width // 3), "white")
        ImageDraw.Draw(image).text((9, 9), f"{document.name} {page}", fill="black")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def pdf(pages=2, size=(595, 842), rotate=0):
    import pikepdf

    made = pikepdf.new()
    for number in range(pages):
        page = made.add_blank_page(page_size=size)
        # A red square in the upper left corner of page 1, blue on the others.
        colour = b"1 0 0 rg" if number == 0 else b"0 0 1 rg"
        page.Contents = made.make_stream(colour + b" 0 %d 100 100 re f" % (size[1] - 100))
        if rotate:
            page.Rotate = rotate
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def picture(size=(800, 1100), form="PNG", **more):
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).rectangle((0, 0, 99, 99), fill="red")
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


def opened(data):
    image = Image.open(io.BytesIO(data), formats=("JPEG",))
    image.load()
    return image


def reddish(pixel):
    return pixel[0] > 200 and pixel[1] < 90


def test_a_page_of_a_pdf():
    first, second, third = draw(
        BytesSource(pdf()), "pdf", [(1, 340, None), (2, 340, None), (9, 340, None)]
    )
    assert opened(first).width == 340
    assert reddish(opened(first).getpixel((10, 10)))
    assert opened(second).getpixel((10, 10))[2] > 200
    assert third is None


@pytest.mark.parametrize(("box", "red"), [((0, 0, 0.05, 0.05), True), ((0.9, 0.9, 1, 1), False)])
def test_a_cutting_shows_the_place(box, red):
    for data, kind in ((pdf(1), "pdf"), (picture(), "png")):
        (cut,) = draw(BytesSource(data), kind, [(1, 2480, box)])
        image = opened(cut)
        assert image.width <= 640
        assert image.height <= 320
        assert reddish(image.getpixel((20, 20))) is red


def test_a_rotated_page_is_cut_as_displayed():
    (cut,) = draw(BytesSource(pdf(1, rotate=90)), "pdf", [(1, 2480, (0.95, 0, 1, 0.05))])
    assert reddish(opened(cut).getpixel((cut and opened(cut).width - 20, 20)))


def test_an_image_is_turned_as_exif_says_and_a_cutting_is_not_enlarged():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = picture(form="JPEG", exif=exif, quality=95)
    small, cut = draw(BytesSource(data), "jpeg", [(1, 300, None), (1, 2480, (0, 0, 1, 1))])
    assert opened(small).width == 300
    assert reddish(opened(small).getpixel((290, 5)))
    assert opened(cut).size == (640, 320)


def test_frames_and_missing_pages_of_images():
    images = [Image.new("L", (50, 50), shade) for shade in (0, 255)]
    out = io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:])
    drawn = draw(BytesSource(out.getvalue()), "tiff", [(2, 50, None), (3, 50, None), (0, 50, None)])
    assert opened(drawn[0]).getpixel((5, 5))[0] > 240
    assert drawn[1:] == [None, None]


def test_the_drawer_uses_workers_and_survives_bad_files():
    facts = FileFacts(1, "pdf", pages=1)
    good = replace(document("a.pdf", facts=facts), source=BytesSource(pdf(1)))
    broken = replace(document("b.pdf", facts=facts), source=BytesSource(b"%PDF-1.4 nothing"))
    limited = replace(
        good, path="c.pdf", facts=replace(facts, limits=(LimitHit("time", 1, None, None, ""),))
    )
    strange = replace(good, path="d.docx", facts=FileFacts(1, "docx"))
    unread = replace(good, path="e.pdf", facts=None)
    with PageDrawer(jobs=1, seconds=20) as drawer:
        drawer.prepare([PageRequest(d, 1, 200) for d in (good, broken)])
        assert opened(drawer(good, 1, 200)).width in (200, 201)
        for one in (broken, limited, strange, unread):
            assert drawer(one, 1, 200) is None
        assert drawer(good, 7, 200) is None
        assert opened(drawer(good, 1, 300)).width in (300, 301)


@pytest.mark.parametrize("box", [(0, 0, 0, 0), (1, 1, 1, 1), (0.2, 0.9, 0.1, 0.3), (-5, -5, 9, 9)])
@pytest.mark.parametrize("size", [(1, 1), (30, 2000), (2480, 3508)])
def test_a_cutting_lies_inside_the_page(box, size):
    left, top, right, bottom = around(box, size)
    assert 0 <= left < right <= size[0]
    assert 0 <= top < bottom <= size[1]
    assert right - left <= 640
    assert bottom - top <= 320


def test_pictures_stop_at_their_budget():
    given = Pictures(lambda *a: page_image(*a, noise=True), budget=30_000)
    made = [given.thumbnail(document("a.pdf"), n) for n in range(1, 40)]
    assert made[0] is not None
    assert made[-1] is None
    assert sum(len(p.data) for p in made if p) <= 30_000


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\xff\xd8\xff", picture(size=(3000, 3000))])
def test_what_is_no_small_picture_is_left_out(data):
    assert Pictures(lambda *a: data).thumbnail(document("a.pdf"), 1) is None


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_the_place_is_framed_on_the_page_of_the_pdf_report(ru, form):
    import pypdfium2

    one = replace(document("a.pdf"), type=None)
    found = Finding("DPI901", Severity.ERROR, {}, Location("a.pdf", page=1, box=(0.5, 0.5, 2, 0.9)))
    report = Report("scan", WHEN, "p", (one,), (found,))

    def reds(**options):
        data = render(report, "pdf", ru, Options(**options))
        image = pypdfium2.PdfDocument(data)[0].render(scale=2).to_pil()
        return sum(n for n, c in image.getcolors(1 << 20) if c[0] > 170 and c[1] < 40 and c[2] < 50)

    def white(*_arguments):
        out = io.BytesIO()
        Image.new("RGB", (340, 480), "white").save(out, form)
        return out.getvalue()

    assert reds(page_image=white) > reds() + 200


def test_a_picture_that_several_findings_show_is_in_the_pdf_once(ru):
    found = tuple(
        Finding("DPI901", Severity.ERROR, {}, Location("a.pdf", page=1, box=(0, n / 9, 1, 0.9)))
        for n in range(5)
    )
    report = Report("scan", WHEN, "p", (document("a.pdf"),), found)
    drawn = picture(size=(340, 480), form="JPEG")
    data = render(report, "pdf", ru, Options(page_image=lambda *_: drawn))
    assert data.count(b"/Subtype /Image") == 1


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("size", [(1, 1), (340, 481), (2480, 1600)])
def test_size_and_kind_are_told_from_the_head_alone(form, size):
    data = picture(size=size, form=form, **({"progressive": True} if form == "JPEG" else {}))
    made = Pictures(lambda *_: data).thumbnail(document("a.pdf"), 1)
    if form in ("WEBP", "GIF"):
        assert made is None
    else:
        assert (made.media_type, made.width, made.height) == (f"image/{form.lower()}", *size)


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_cut_or_broken_picture_is_never_an_error(form):
    whole = picture(size=(50, 50), form=form)
    noise = random.Random(3)
    for end in range(0, 700, 7):
        Pictures(lambda *_, end=end: whole[:end]).thumbnail(document("a.pdf"), 1)
        hurt = bytearray(whole)
        for _ in range(3):
            hurt[noise.randrange(min(200, len(hurt)))] = noise.randrange(256)
        Pictures(lambda *_, hurt=bytes(hurt): hurt).thumbnail(document("a.pdf"), 1)


def test_what_was_announced_is_drawn_while_the_caller_goes_on():
    facts = FileFacts(1, "pdf", pages=1)
    many = [
        replace(document(f"{n}.pdf", facts=facts), source=BytesSource(pdf(1))) for n in range(6)
    ]
    with PageDrawer(jobs=2) as drawer:
        start = time.monotonic()
        drawer.prepare([PageRequest(d, 1, 200) for d in many])
        assert time.monotonic() - start < 0.1
        drawer.prepare([PageRequest(d, 1, 100) for d in many])  # waits for the first lot
        for one in many:
            assert opened(drawer(one, 1, 200)).width in (200, 201)
            assert opened(drawer(one, 1, 100)).width in (100, 101)


@pytest.mark.parametrize("jobs", [1, 2])
def test_leaving_early_ends_the_drawing(jobs):
    facts = FileFacts(1, "pdf", pages=1)
    many = [
        replace(document(f"{n}.pdf", facts=facts), source=BytesSource(pdf(1))) for n in range(50)
    ]
    with PageDrawer(jobs=jobs) as drawer:
        drawer.prepare([PageRequest(d, 1, 2000) for d in many])
    assert not drawer._artist.is_alive()
    assert not drawer._sandbox._idle
    assert not drawer._sandbox._busy
    assert sum(data is not None for data in drawer._drawn.values()) < 50


def test_workers_that_cannot_be_started_are_told_to_whoever_waits(monkeypatch):
    drawer = PageDrawer(jobs=1)

    def no_processes(*_arguments):
        raise OSError("no more processes")
        yield

    monkeypatch.setattr(drawer._sandbox, "imap", no_processes)
    one = replace(document("a.pdf", facts=FileFacts(1, "pdf", pages=1)), source=BytesSource(pdf(1)))
    with drawer, pytest.raises(OSError, match="no more processes"):
        drawer(one, 1, 200)


def scanned(image, *, more="", matrix="595 0 0 842 0 0", content="", **save):
    """A PDF page with one JPEG on it."""
    import pikepdf

    data = io.BytesIO()
    image.save(data, "JPEG", quality=90, **save)
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(595, 842))
    stream = made.make_stream(data.getvalue())
    kind = {"L": "DeviceGray", "RGB": "DeviceRGB", "CMYK": "DeviceCMYK"}[image.mode]
    described = (
        f"<< /Type /XObject /Subtype /Image /Width {image.width} /Height {image.height}"
        f" /ColorSpace /{kind} /BitsPerComponent 8 /Filter /DCTDecode {more} >>"
    )
    for key, value in pikepdf.Object.parse(described.encode()).items():
        stream[key] = value
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=stream))
    page.Contents = made.make_stream(f"q {matrix} cm /Im Do Q {content}".encode())
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def two_tone(mode="RGB"):
    """A page that is dark above and light below, with a line near its left edge."""
    image = Image.new("RGB", (1240, 1754), (40, 60, 90))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 877, 1240, 1754), fill=(240, 235, 220))
    pen.rectangle((60, 900, 90, 1700), fill=(200, 20, 20))
    return image.convert(mode)


WAYS = [
    ({}, True),
    ({"mode": "L"}, True),
    ({"progressive": True}, True),
    ({"mode": "CMYK"}, False),
    ({"more": "/Decode [1 0 1 0 1 0]"}, False),
    ({"matrix": "500 0 0 842 40 0"}, False),
    ({"matrix": "0 842 -595 0 595 0"}, False),
    ({"matrix": "595 0 0 -842 0 842"}, False),
    ({"content": "0 1 0 rg 0 0 300 300 re f"}, False),
]


@pytest.mark.parametrize("places", [[None], [None, (0.0, 0.45, 0.1, 0.55)]], ids=["page", "place"])
@pytest.mark.parametrize(("how", "quick"), WAYS)
def test_what_is_read_out_of_a_scan_looks_like_the_page_drawn(monkeypatch, how, quick, places):
    from PIL import ImageChops

    from medcab.formats import pixels

    how = dict(how)
    data = scanned(two_tone(how.pop("mode", "RGB")), **how)
    wanted = [(1, 340 if box is None else 1240, box) for box in places]
    taken = []
    real = pixels._from_scan
    monkeypatch.setattr(pixels, "_from_scan", lambda *a: taken.append(real(*a)) or taken[-1])
    short = draw(BytesSource(data), "pdf", wanted)
    assert any(taken) is quick
    monkeypatch.setattr(pixels, "_scan", lambda _page: None)
    for one, other in zip(short, draw(BytesSource(data), "pdf", wanted), strict=True):
        seen, drawn = opened(one).convert("L"), opened(other).convert("L")
        size = min(seen.width, drawn.width), min(seen.height, drawn.height)
        assert max(seen.width, drawn.width) - size[0] <= 2
        assert max(seen.height, drawn.height) - size[1] <= 2
        # Looked at from a little distance: borders may lie a pixel apart.
        seen, drawn = (i.resize((60, 60), 4) for i in (seen, drawn))
        difference = ImageChops.difference(seen, drawn)
        assert sum(difference.histogram()[48:]) < 0.02 * 60 * 60


@pytest.mark.parametrize("width", [600, 1100, 2480])
def test_a_place_on_a_scan_of_another_size_is_drawn_by_pdfium(monkeypatch, width):
    from medcab.formats import pixels

    monkeypatch.setattr(pixels, "_from_scan", real := unwanted(pixels._from_scan))
    draw(BytesSource(scanned(two_tone())), "pdf", [(1, width, (0, 0, 0.2, 0.2))])
    assert real.answers == [None]


def unwanted(function):
    """The function, keeping what it answered."""

    def kept(*arguments):
        kept.answers.append(function(*arguments))
        return kept.answers[-1]

    kept.answers = []
    return kept


def test_a_scan_that_is_no_jpeg_inside_is_left_to_pdfium():
    data = scanned(two_tone()).replace(b"\xff\xd8\xff", b"\xff\xd8\x00", 1)
    (drawn,) = draw(BytesSource(data), "pdf", [(1, 340, None)])
    assert opened(drawn).width == 340

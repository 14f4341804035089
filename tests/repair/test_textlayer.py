"""A scan with the hidden text of a text recognition: both are straightened, or neither."""

from __future__ import annotations

import io
import math

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import ImageDraw

from medcab.repair.compare import render
from medcab.repair.textlayer import turn_text
from tests.repair.conftest import pdf, sheet

ANGLE = 2.5
WORDS = [(n, x, y) for n, (x, y) in enumerate([(60, 760), (400, 700), (90, 420), (380, 90)])]


def crooked_scan(manner: str = "plain", rotate: int = 0) -> bytes:
    """A crooked page; hidden words lie on black marks of the picture, as a recognition finds them."""
    page = sheet().copy()
    pen = ImageDraw.Draw(page)
    scale = 300 / 72
    for _, x, y in WORDS:
        left, top = x * scale, page.height - (y + 7) * scale
        pen.rectangle((left, top, left + 40 * scale, top + 7 * scale), fill=(0, 0, 0))
    page = page.rotate(-ANGLE, fillcolor=page.getpixel((3, 3)))
    with pikepdf.open(io.BytesIO(pdf(page))) as document:
        own = document.pages[0]
        width, height = float(own.mediabox[2]), float(own.mediabox[3])
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        cos, sin = math.cos(math.radians(-ANGLE)), math.sin(math.radians(-ANGLE))
        blocks = []
        for number, x, y in WORDS:
            dx, dy = x - width / 2, y - height / 2
            place = (width / 2 + dx * cos - dy * sin, height / 2 + dx * sin + dy * cos)
            matrix = f"{cos:.6f} {sin:.6f} {-sin:.6f} {cos:.6f} {place[0]:.4f} {place[1]:.4f} Tm"
            # The first block sets what holds for the others.
            first = "/F1 10 Tf 3 Tr " if number == 0 else ""
            blocks.append(f"BT {first}{matrix} (word{number}) Tj ET")
        text = "\n".join(blocks).encode()
        own.Resources.Font = pikepdf.Dictionary(F1=font)
        if manner == "form":
            form = pikepdf.Stream(document, text)
            form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
            form.BBox = [0, 0, width, height]
            form.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            own.Resources.XObject.OCR = form
            text = b"q 1 0 0 1 0 0 cm /OCR Do Q"
        elif manner == "scaled":
            text = b"q .5 0 0 .5 0 0 cm q 2 0 0 2 0 0 cm\n" + text + b"\nQ Q"
        own.contents_add(text, prepend=manner == "below")
        if rotate:
            own.Rotate = rotate
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def words(data: bytes) -> dict[str, tuple[float, float, float, float]]:
    """Word -> box in points of the page as stored (left, bottom, right, top)."""
    document = pypdfium2.PdfDocument(data)
    page = document[0]
    text = page.get_textpage()
    found = {}
    whole = text.get_text_range()
    for number, _, _ in WORDS:
        at = whole.index(f"word{number}")
        boxes = [text.get_charbox(n) for n in range(at, at + 5)]
        lows, highs = (
            [min(b[i] for b in boxes) for i in (0, 1)],
            [max(b[i] for b in boxes) for i in (2, 3)],
        )
        found[f"word{number}"] = (*lows, *highs)
    document.close()
    return found


def darkness(data: bytes) -> list[float]:
    """Of every word: how dark the page is in the middle of it, 0 black to 255 white."""
    page = render(data, 0, 72)
    made = []
    for left, bottom, right, top in words(data).values():
        x, y = (left + right) / 2, page.shape[0] - (bottom + top) / 2
        part = page[round(y) - 1 : round(y) + 2, round(x) - 5 : round(x) + 6]
        made.append(float(np.mean(part)))
    return made


@pytest.mark.parametrize("manner", ["plain", "below", "form", "scaled"])
def test_picture_and_text_are_straightened_together(folder, repair, manner):
    data = crooked_scan(manner)
    assert max(darkness(data)) < 60
    result, out = repair(folder({"a.pdf": data}))
    assert [s.action.value for s in result.written[0].task.steps] == ["deskew"]
    made = (out / "a.pdf").read_bytes()
    assert made != data
    assert not any(f.rule == "SCN004" for f in result.after.findings)
    assert max(darkness(made)) < 60
    for number, x, y in WORDS:
        left, bottom, _, _ = words(made)[f"word{number}"]
        assert abs(left - x) < 2
        assert abs(bottom - y) < 3
    assert result.after.documents[0].facts.pdf.pages[0].hidden_text
    assert not result.after.documents[0].facts.pdf.pages[0].text


def test_what_cannot_be_turned_is_left_and_told(folder, repair, monkeypatch):
    monkeypatch.setattr("medcab.repair.textlayer.turn_text", lambda *_: False)
    result, out = repair(folder({"a.pdf": crooked_scan()}))
    assert any("left crooked" in note.template for note in result.written[0].notes)
    assert words((out / "a.pdf").read_bytes()) == words(crooked_scan())
    assert any(one.rule == "SCN004" and one.kept for one in result.left)


class TestTurnText:
    def page(self, content: bytes):
        document = pikepdf.new()
        document.add_blank_page(page_size=(200, 100))
        document.pages[0].Contents = document.make_stream(content)
        return document, document.pages[0]

    @pytest.mark.parametrize(
        "content",
        [
            b"BT (a) Tj ET",  # the picture is not drawn
            b"q 200 0 0 100 0 0 cm /I Do Q q 9 0 0 9 0 0 cm /I Do Q",  # twice
            b"q 200 9 -9 100 0 0 cm /I Do Q BT (a) Tj ET",  # askew already
            b"q -200 0 0 100 200 0 cm /I Do Q BT (a) Tj ET",  # mirrored
            b"q 200 0 0 100 0 0 cm /I Do Q q 0 0 0 1 0 0 cm BT (a) Tj ET Q",  # flat
            b"/x 0 0 100 0 0 cm /I Do",
            b"q 200 0 0 cm /I Do Q",
        ],
    )
    def test_pages_that_are_left_alone(self, content):
        document, page = self.page(content)
        assert not turn_text(document, page, "/I", 3.0)
        assert page.Contents.read_bytes() == content

    @pytest.mark.parametrize(
        "content",
        [
            b"q 200 0 0 100 0 0 cm /I Do Q BT (a) Tj ET 0 0 9 9 re f",
            b"q 0 100 -200 0 200 0 cm /I Do Q BT 3 Tr (a) Tj ET",
            b"q 200 0 0 100 0 0 cm /I Do Q BI /W 1 /H 1 /BPC 8 /CS /G ID x EI BT (a) Tj ET",
        ],
    )
    def test_all_else_stays_where_it_is(self, content):
        document, page = self.page(content)
        assert turn_text(document, page, "/I", 3.0)
        made = [str(i.operator) for i in pikepdf.parse_content_stream(page)]
        at = made.index("BT")
        assert made[at - 1] == "cm"
        assert made[made.index("ET") + 1] == "cm"
        without = [w for n, w in enumerate(made) if n not in (at - 1, made.index("ET") + 1)]
        kept, before = self.page(content)
        assert without == [str(i.operator) for i in pikepdf.parse_content_stream(before)]
        kept.close()

"""PDF: structure, pages, and what a plain document does not hold."""

from __future__ import annotations

import io
import re
import zlib

import pikepdf
import pytest

from medcab.model import Severity
from medcab.profile_types import Requirement
from medcab.rules import Unknown, all_rules
from tests.validators.makers import (
    A4,
    ask,
    facts_for,
    hits,
    jpeg,
    page_pdf,
    pages_pdf,
    profile,
    raw_pdf,
    scan_pdf,
    stream,
)

PDF_RULES = [
    rule.id
    for rule in all_rules()
    if rule.id[:3] in {"PDF", "DPI"} and rule.check.__module__.startswith("medcab.validators")
]
GOOD = scan_pdf(300)


def fired(data: bytes) -> set[str]:
    """Rules of this area that are violated by ``data``; fails on anything undetermined."""
    facts = facts_for(data)
    return {rule for rule in PDF_RULES if hits(ask(rule, facts))}


def encrypted(user: str, owner: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(GOOD)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user=user, owner=owner, R=6))
    return out.getvalue()


def changed(change) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(GOOD)) as pdf:
        change(pdf)
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def test_good_scan_has_no_finding():
    assert fired(GOOD) == set()
    facts = facts_for(GOOD).pdf
    assert facts is not None
    assert (facts.version, facts.page_count, facts.opened, facts.complete) == ("1.7", 1, True, True)


WIDGET = "<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /Rect [0 0 9 9] >>"
JS = "<< /S /JavaScript /JS (app.alert(1)) >>"
FULL = b"q 595.276 0 0 841.89 0 0 cm /I Do Q"


def with_annotation(body: str, catalog: str = "") -> bytes:
    from tests.validators.makers import grey_image

    return page_pdf(
        FULL,
        "/XObject << /I 5 0 R >>",
        grey_image(2480, 3508),
        body,
        page="/Annots [6 0 R]",
        catalog=catalog,
    )


DEFECTS = {
    "open action": (scan_pdf(catalog=f"/OpenAction {JS}"), {"PDF005"}),
    "hex name": (scan_pdf(catalog="/OpenAction << /S /J#61vaScript /JS (1) >>"), {"PDF005"}),
    "page aa": (scan_pdf(page=f"/AA << /O {JS} >>"), {"PDF005"}),
    "name tree": (
        scan_pdf(catalog=f"/Names << /JavaScript << /Names [(a) {JS}] >> >>"),
        {"PDF005"},
    ),
    "next of a uri": (
        with_annotation(
            f"<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (http://a) /Next {JS} >> >>"
        ),
        {"PDF005"},
    ),
    "object stream": (
        changed(
            lambda pdf: pdf.Root.__setattr__(
                "OpenAction",
                pdf.make_indirect(
                    pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1"))
                ),
            )
        ),
        {"PDF005"},
    ),
    "launch": (
        with_annotation("<< /Subtype /Link /Rect [0 0 9 9] /A << /S /Launch /F (calc.exe) >> >>"),
        {"PDF006"},
    ),
    "launch on windows": (
        scan_pdf(catalog="/OpenAction << /S /Launch /Win << /F (calc.exe) >> >>"),
        {"PDF006"},
    ),
    "rich media": (
        with_annotation("<< /Subtype /RichMedia /Rect [0 0 9 9] >>"),
        {"PDF006"},
    ),
    "submit": (scan_pdf(catalog="/OpenAction << /S /SubmitForm /F (http://a) >>"), {"PDF006"}),
    "import": (scan_pdf(catalog="/OpenAction << /S /ImportData /F (a.fdf) >>"), {"PDF006"}),
    "attachment without type": (
        scan_pdf(catalog="/AF [<< /F (evil.exe) /EF << /F 4 0 R >> >>]"),
        {"PDF007"},
    ),
    "attachment annotation": (
        with_annotation(
            "<< /Subtype /FileAttachment /Rect [0 0 9 9] /FS << /UF (a.docx) /EF << /F 4 0 R >> >> "
            ">>"
        ),
        {"PDF007"},
    ),
    "field": (with_annotation(WIDGET, "/AcroForm << /Fields [6 0 R] >>"), {"PDF008"}),
    "widget without form": (with_annotation(WIDGET), {"PDF008"}),
    "empty form": (scan_pdf(catalog="/AcroForm << /Fields [] >>"), set()),
    "signature field": (
        with_annotation(WIDGET.replace("/Tx", "/Sig"), "/AcroForm << /Fields [6 0 R] >>"),
        set(),
    ),
    "xfa": (scan_pdf(catalog="/AcroForm << /Fields [] /XFA 4 0 R >>"), {"PDF009"}),
    "layers": (
        scan_pdf(catalog="/OCProperties << /OCGs [<< /Type /OCG /Name (Stamp) >>] >>"),
        {"PDF010"},
    ),
    "watermark annotation": (
        with_annotation("<< /Subtype /Watermark /Rect [0 0 9 9] >>"),
        {"PDF011"},
    ),
    "link": (
        with_annotation("<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (http://a) >> >>"),
        set(),
    ),
    "structure element named Launch": (
        scan_pdf(catalog="/StructTreeRoot << /K << /S /Launch /K 1 >> >>"),
        set(),
    ),
    "owner password": (encrypted("", "secret"), {"PDF004"}),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_one_defect_one_rule(name):
    data, rules = DEFECTS[name]
    assert fired(data) == rules


def test_watermark_artifact():
    data = page_pdf(
        b"/Artifact <</Subtype /Watermark /Type /Pagination>> BDC BT (x) Tj ET EMC",
    )
    assert "PDF011" in fired(data)


def test_action_knows_its_page():
    facts = facts_for(DEFECTS["page aa"][0])
    assert [hit.page for hit in hits(ask("PDF005", facts))] == [1]
    assert [hit.page for hit in hits(ask("PDF005", DEFECTS["open action"][0]))] == [None]


def test_attachments_are_named():
    (hit,) = hits(ask("PDF007", DEFECTS["attachment annotation"][0]))
    assert hit.args == {"n": 1, "names": "a.docx"}
    assert hit.page == 1


def test_user_password_leaves_the_rest_undetermined():
    facts = facts_for(encrypted("user", "owner"))
    assert len(hits(ask("PDF003", facts))) == 1
    assert hits(ask("PDF001", facts)) == []
    for rule in set(PDF_RULES) - {"PDF001", "PDF003", "DPI002"}:
        assert all(isinstance(a, Unknown) for a in ask(rule, facts)), rule
        assert ask(rule, facts), rule


@pytest.mark.parametrize(
    "data",
    [
        GOOD[: len(GOOD) // 2],
        GOOD[:-200],
        b"%PDF-1.7\n" + b"x" * 2000,
        b"%PDF-1.4\n%%EOF",
        GOOD.replace(b"startxref\n", b"startxref\n9"),
        raw_pdf(["<< /Type /Catalog >>"]),
    ],
)
def test_damaged(data):
    facts = facts_for(data)
    assert len(hits(ask("PDF001", facts))) == 1
    assert facts.pdf is not None
    if not facts.pdf.opened:
        assert any(isinstance(a, Unknown) for a in ask("PDF005", facts))


def test_damage_is_told_without_addresses_and_paths(tmp_path):
    from medcab.sources import FileSource
    from medcab.validators.facts import ProbeOptions
    from medcab.validators.probe import probe

    path = tmp_path / "сломан.pdf"
    path.write_bytes(GOOD[: len(GOOD) // 2])
    facts = probe(FileSource(str(path)), path.name, ProbeOptions())
    other = facts_for(path.read_bytes())
    assert facts.pdf is not None
    assert other.pdf is not None
    assert str(tmp_path) not in (facts.pdf.damage or "")
    assert "0x" not in (other.pdf.damage or "")


def test_repaired_file_is_damaged_but_still_examined():
    data = GOOD.replace(b"startxref\n", b"startxref\n9")
    facts = facts_for(data)
    assert facts.pdf is not None
    assert facts.pdf.opened
    assert len(facts.pdf.pages) == 1


def test_syntax_warning():
    data = raw_pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{A4}] /Contents 4 0 R >>",
            stream("", b"BT (x) Tj ET"),
        ]
    )
    (hit,) = hits(ask("PDF002", data))
    assert hit.args["n"] >= 1
    assert hits(ask("PDF002", GOOD)) == []


@pytest.mark.parametrize("wrong", [b"37", b"35", b"41"])
def test_a_wrong_length_of_the_content_does_not_empty_the_page(wrong):
    """Viewers draw such a page; without repair its content looks like nothing at all."""
    data = GOOD.replace(b"/Length 38", b"/Length " + wrong, 1)
    assert data != GOOD
    facts = facts_for(data)
    assert facts.pdf.damage is None
    assert facts.pdf.warnings == ("expected endstream",)
    assert [round(i.dpi_h) for i in facts.pdf.pages[0].images] == [300]
    assert fired(data) == {"PDF002"}


def test_a_wrong_length_of_the_picture_does_not_hide_it():
    length = re.search(rb"/Length ([0-9]{4,})", GOOD)[1]
    data = GOOD.replace(length, b"%d" % (int(length) - 1), 1)
    assert data != GOOD
    assert [round(i.dpi_h) for i in facts_for(data).pdf.pages[0].images] == [300]
    assert fired(data) == {"PDF002"}


def test_what_cannot_even_be_repaired_is_not_examined(monkeypatch):
    from medcab.validators.pdfprobe import document

    opened = document._open

    def refuse(data, path, *, recover):
        if recover:
            raise pikepdf.PdfError("no")
        return opened(data, path, recover=recover)

    monkeypatch.setattr(document, "_open", refuse)
    facts = facts_for(GOOD.replace(b"/Length 38", b"/Length 37", 1))
    assert [page.complete for page in facts.pdf.pages] == [False]
    (answer,) = ask("PDF017", facts)
    assert isinstance(answer, Unknown)


def test_a_truncated_file_is_complained_about_once():
    facts = facts_for(GOOD[:-400])
    answers = [(rule, isinstance(a, Unknown)) for rule in PDF_RULES for a in ask(rule, facts)]
    # The picture of its page is lost: that it was empty is not known.
    assert answers == [("PDF001", False), ("PDF017", True)]


def test_no_pages():
    data = raw_pdf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"])
    assert "PDF012" in fired(data)


def test_page_count():
    facts = facts_for(pages_pdf([A4] * 101))
    (hit,) = hits(ask("PDF013", facts))
    assert hit.args == {"n": 101, "limit": 100}
    assert hits(ask("PDF013", facts_for(pages_pdf([A4] * 100)))) == []


@pytest.mark.parametrize(
    ("box", "severity"),
    [
        (A4, "none"),
        ("0 0 841.89 1190.55", "none"),
        ("0 0 153 243", "none"),  # an identity card
        ("0 0 60 60", Severity.WARNING),
        ("0 0 2000 3000", Severity.WARNING),
        ("0 0 14401 900", None),
        ("0 0 1000000 1000000", None),
        ("0 0 1 800", None),
        ("595.276 841.89 0 0", "none"),  # corners the other way round
    ],
)
def test_page_size(box, severity):
    found = hits(ask("PDF014", pages_pdf([box])))
    assert [hit.severity for hit in found] == ([] if severity == "none" else [severity])


def test_page_size_takes_the_unit_into_account():
    half = "0 0 297.638 420.945"
    facts = facts_for(page_pdf(b"BT (x) Tj ET", box=half, page="/UserUnit 2 /Rotate 90"))
    assert facts.pdf is not None
    page = facts.pdf.pages[0]
    assert (round(page.width), round(page.height), page.rotation) == (842, 595, 90)


def test_mixed_orientation_names_the_smaller_group():
    wide = "0 0 841.89 595.276"
    (hit,) = hits(ask("PDF015", pages_pdf([A4, wide, A4, A4])))
    assert (hit.args["n"], hit.args["pages"], hit.page) == (1, "2", 2)
    assert hits(ask("PDF015", pages_pdf([A4, A4]))) == []
    assert hits(ask("PDF015", pages_pdf([A4, "0 0 500 500"]))) == []


def test_no_scan():
    data = pages_pdf([A4])
    assert len(hits(ask("PDF016", data))) == 1
    fine = profile((Requirement("r", ("registry_extract",), Severity.ERROR, text=True),))
    assert hits(ask("PDF016", data, policy=fine, document_type="registry_extract")) == []
    assert hits(ask("PDF016", GOOD)) == []


BROKEN_CONTENT = stream("/Filter /FlateDecode", b"no deflated data", flate=False)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (GOOD.replace(b"/XObject << /I 5 0 R >>", b"/XObject << /J 5 0 R >>"), "XObject"),
        (page_pdf(FULL), "XObject"),
        (
            page_pdf(
                b"/F Do",
                "/XObject << /F 5 0 R >>",
                stream("/Subtype /Form /BBox [0 0 9 9] /Resources << >>", b"/I Do"),
            ),
            "XObject",
        ),
        (
            raw_pdf(
                [
                    "<< /Type /Catalog /Pages 2 0 R >>",
                    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                    f"<< /Type /Page /Parent 2 0 R /MediaBox [{A4}] /Contents 4 0 R >>",
                    BROKEN_CONTENT,
                ]
            ),
            "unpacked",
        ),
    ],
)
def test_a_page_whose_content_is_lost_is_an_error_not_an_empty_page(data, why):
    (hit,) = hits(ask("PDF001", data))
    assert hit.severity is None
    assert why in hit.evidence["detail"]
    (answer,) = ask("PDF017", data)
    assert isinstance(answer, Unknown)


def test_what_a_form_of_old_draws_from_the_page_is_not_missed():
    form = stream("/Subtype /Form /BBox [0 0 9 9]", b"/I Do")
    assert hits(ask("PDF001", page_pdf(b"/F Do", "/XObject << /F 5 0 R >>", form))) == []


def test_empty_pages():
    empty = page_pdf(b"q Q")
    (hit,) = hits(ask("PDF017", empty))
    assert hit.severity is None
    assert hits(ask("PDF016", empty)) == []  # one finding is enough
    assert hits(ask("PDF017", page_pdf(b"0 0 m 9 9 l S"))) == []
    facts = facts_for(empty)
    drawn = facts_for(pages_pdf([A4]))
    assert facts.pdf is not None
    assert drawn.pdf is not None


def jpeg_page(data: bytes, width: int = 64, height: int = 96) -> bytes:
    return page_pdf(
        FULL,
        "/XObject << /I 5 0 R >>",
        stream(
            f"/Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray "
            "/BitsPerComponent 8 /Filter /DCTDecode",
            data,
            flate=False,
        ),
    )


def test_damaged_picture_on_a_page():
    good = jpeg()
    assert hits(ask("PDF018", jpeg_page(good))) == []
    (hit,) = hits(ask("PDF018", jpeg_page(good[: len(good) * 2 // 3])))
    assert (hit.page, hit.args["image"]) == (1, 1)


def deflated_page(data: bytes, entries: str = "/ColorSpace /DeviceGray") -> bytes:
    return page_pdf(
        FULL,
        "/XObject << /I 5 0 R >>",
        stream(
            f"/Subtype /Image /Width 100 /Height 100 /BitsPerComponent 8 {entries} "
            "/Filter /FlateDecode",
            data,
            flate=False,
        ),
        "<< /N 3 >>",
    )


NOISE = bytes((n * 7919 + n // 97) % 251 for n in range(30_000))
WHOLE = zlib.compress(NOISE[:10_000])


@pytest.mark.parametrize(
    ("data", "entries", "damaged"),
    [
        (WHOLE, "/ColorSpace /DeviceGray", False),
        (WHOLE + b"\0\0", "/ColorSpace /DeviceGray", False),
        (WHOLE[:-4] + b"abcd", "/ColorSpace /DeviceGray", False),  # only the checksum is wrong
        (WHOLE[: len(WHOLE) // 2], "/ColorSpace /DeviceGray", True),
        (WHOLE[:500] + b"\xff" * 500 + WHOLE[1000:], "/ColorSpace /DeviceGray", True),
        (WHOLE, "/ColorSpace /DeviceRGB", True),
        (zlib.compress(NOISE), "/ColorSpace /DeviceRGB", False),
        (WHOLE, "/ColorSpace [/Indexed /DeviceRGB 0 (abc)]", False),
        (
            zlib.compress(NOISE[:10_100]),
            "/ColorSpace /DeviceGray /DecodeParms << /Predictor 15 >>",
            False,
        ),
        (WHOLE, "/ColorSpace /DeviceGray /DecodeParms << /Predictor 15 >>", True),
        (b"", "/ColorSpace /DeviceGray", True),
        (WHOLE, "/ColorSpace /Unheard", False),
    ],
)
def test_deflated_picture(data, entries, damaged):
    assert bool(hits(ask("PDF018", deflated_page(data, entries)))) is damaged


def test_icc_picture():
    profile_stream = stream("/N 3", b"profile")
    for data, damaged in ((zlib.compress(NOISE), False), (WHOLE, True)):
        page = deflated_page(data, "/ColorSpace [/ICCBased 6 0 R]").replace(
            b"<< /N 3 >>", profile_stream
        )
        facts = facts_for(page)
        assert facts.pdf is not None
        assert bool(facts.pdf.pages[0].images[0].damage) is damaged


def test_jpeg_behind_another_filter():
    packed = zlib.compress(jpeg()[:-2])
    data = page_pdf(
        FULL,
        "/XObject << /I 5 0 R >>",
        stream(
            "/Subtype /Image /Width 64 /Height 96 /ColorSpace /DeviceGray /BitsPerComponent 8 "
            "/Filter [/FlateDecode /DCTDecode]",
            packed,
            flate=False,
        ),
    )
    assert len(hits(ask("PDF018", data))) == 1


def test_jpeg_that_ends_too_soon_is_seen_when_pages_are_decoded():
    from PIL import Image

    from medcab.validators.facts import ProbeLimits
    from medcab.validators.pdfprobe.document import examine_pdf, walk_again

    out = io.BytesIO()
    Image.effect_noise((600, 800), 80).save(out, "JPEG")
    whole = out.getvalue()
    cut = whole[: len(whole) // 2] + b"\xff\xd9"
    for data, damaged in ((whole, False), (cut, True)):
        page = jpeg_page(data, 600, 800)
        quick, _ = examine_pdf(page, None, ProbeLimits())
        deep = walk_again(page, quick, [1], ProbeLimits())
        assert not quick.pages[0].images[0].damage
        assert bool(deep[1].images[0].damage) is damaged


@pytest.mark.parametrize(
    ("taken", "rows", "damaged", "decoded"),
    [(None, 150, True, True), (None, 149, False, False), (300, 150, True, True)],
)
def test_rows_of_group_4_are_counted_when_pages_are_decoded(taken, rows, damaged, decoded):
    from PIL import Image

    from medcab.validators.facts import ProbeLimits
    from medcab.validators.pdfprobe.document import examine_pdf, walk_again

    out = io.BytesIO()
    noise = Image.effect_noise((200, 150), 200).convert("1")
    noise.save(out, "TIFF", compression="group4", strip_size=1 << 20)
    with Image.open(io.BytesIO(out.getvalue())) as saved:
        start, length = saved.tag_v2[273][0], saved.tag_v2[279][0]
    data = out.getvalue()[start : start + length]

    def looked_at(data: bytes, height: int) -> tuple[bool, bool]:
        entries = (
            f"/Subtype /Image /Width 200 /Height {height} /ColorSpace /DeviceGray "
            "/BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 200 >>"
        )
        page = page_pdf(FULL, "/XObject << /I 5 0 R >>", stream(entries, data, flate=False))
        quick, _ = examine_pdf(page, None, ProbeLimits())
        deep = walk_again(page, quick, [1], ProbeLimits())[1]
        return bool(deep.images[0].damage), deep.decoded

    assert looked_at(data, 150) == (False, True)
    broken = data[:taken] if taken else data
    assert looked_at(broken, rows if taken or rows < 150 else 151) == (damaged, decoded)


def test_picture_that_unpacks_without_end():
    data = deflated_page(zlib.compress(b"\0" * 9_000_000))
    facts = facts_for(data, pixels=1_000_000)
    assert [hit.name for hit in facts.limits] == ["stream"]


def test_every_rule_of_this_area_is_tried():
    tried = {"PDF001", "PDF002", "PDF003", "PDF012", "PDF013", "PDF014", "PDF015", "PDF016"}
    tried |= {"PDF017", "PDF018", "DPI001", "DPI002"}
    for _, rules in DEFECTS.values():
        tried |= rules
    assert set(PDF_RULES) == tried

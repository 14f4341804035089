"""Fields become part of the page and no value is lost, with and without appearance."""

from __future__ import annotations

import io

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from medcab.repair.build import save
from medcab.repair.compare import differing_pages, render
from medcab.repair.flatten import flatten
from medcab.repair.model import RepairError

LETTERS = "Иванов Пётр Ёжикович"


def form(*fields: Dictionary, rotate: int = 0, acroform: bool = True, **more) -> bytes:
    """A page of A5 with a frame and the fields (their /Rect given)."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(420, 595))
    page.obj.Contents = pdf.make_stream(b"0.6 g 20 20 380 555 re S 50 500 300 2 re f")
    if rotate:
        page.obj.Rotate = rotate
    listed = []
    for field in fields:
        field.Type, field.Subtype = Name.Annot, Name.Widget
        field.F = field.get("/F", 4)
        listed.append(pdf.make_indirect(field))
    page.obj.Annots = Array(listed)
    if acroform:
        font = pdf.make_indirect(
            Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        )
        pdf.Root.AcroForm = Dictionary(
            Fields=Array(listed),
            DA=String("/Helv 0 Tf 0 g"),
            DR=Dictionary(Font=Dictionary(Helv=font)),
            **more,
        )
    return save(pdf)


def text(value: str, rect=(60, 400, 300, 425), **more) -> Dictionary:
    return Dictionary(FT=Name.Tx, T=String("name"), V=String(value), Rect=Array(rect), **more)


def ink(data: bytes, rect, page: int = 0) -> float:
    """Share of dark pixels within a rectangle of the page."""
    drawn = render(data, page, 144)
    left, bottom, right, top = (round(v * 2) for v in rect)
    return float((drawn[drawn.shape[0] - top : drawn.shape[0] - bottom, left:right] < 128).mean())


def is_flat(data: bytes) -> bool:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        widgets = [a for p in pdf.pages for a in p.obj.get("/Annots", [])]
        return "/AcroForm" not in pdf.Root and not widgets


def drawn_text(data: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        return " ".join("".join(page.get_textpage().get_text_range() for page in document).split())
    finally:
        document.close()


def test_cyrillic_value_without_appearance_is_drawn_with_an_embedded_font():
    data = form(text(LETTERS))
    made = flatten(data)
    assert is_flat(made)
    assert ink(made, (60, 400, 300, 425)) > 0.02
    assert LETTERS in drawn_text(made)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        files = [o for o in pdf.objects if isinstance(o, Dictionary) and "/FontFile2" in o]
    assert files


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_value_is_drawn_on_turned_pages(rotate):
    made = flatten(form(text(LETTERS), rotate=rotate))
    assert is_flat(made)
    assert LETTERS in drawn_text(made)


def test_all_kinds_of_values_are_drawn():
    made = flatten(
        form(
            text("первая\nвторая строка", (60, 300, 300, 380), Ff=1 << 12),
            text("770708389", (60, 250, 300, 270), Ff=1 << 24, MaxLen=12),
            Dictionary(
                FT=Name.Ch, T=String("kind"), V=String("Врач"), Rect=Array((60, 200, 200, 220)), Q=2
            ),
            Dictionary(
                FT=Name.Btn,
                T=String("yes"),
                V=Name.Yes,
                AS=Name.Yes,
                Rect=Array((60, 150, 80, 170)),
            ),
        )
    )
    said = drawn_text(made)
    for word in ("первая", "вторая", "Врач"):
        assert word in said
    assert "770708389" in said.replace(" ", "")
    assert ink(made, (60, 150, 80, 170)) > 0.01


def test_hidden_and_empty_fields_leave_no_trace():
    data = form(
        text("секрет", F=2), text("", (60, 300, 300, 320)), text("   ", (60, 200, 300, 220))
    )
    made = flatten(data)
    assert is_flat(made)
    assert "секрет" not in drawn_text(made)
    assert not differing_pages(form(), made)


def test_an_appearance_that_is_there_is_kept_as_it_looks():
    from samples.make import damage
    from tests.repair.conftest import pdf, slip

    data = damage.pdf_text_field(pdf(slip()))
    made = flatten(data)
    assert is_flat(made)
    before, after = render(data, 0), render(made, 0)
    assert np.abs(before.astype(int) - after).mean() < 0.5


def test_widgets_of_no_form_are_flattened_too():
    made = flatten(form(text(LETTERS), acroform=False))
    assert is_flat(made)
    assert LETTERS in drawn_text(made)


def test_an_asked_for_renewal_of_appearances_uses_the_value():
    field = text(LETTERS)
    made = flatten(form(field, NeedAppearances=True))
    assert LETTERS in drawn_text(made)


def test_a_value_with_letters_that_no_font_has_is_refused():
    with pytest.raises(RepairError) as caught:
        flatten(form(text("漢字")))
    assert caught.value.arguments["character"] == "漢"


def test_a_value_without_a_place_is_refused():
    with pytest.raises(RepairError):
        flatten(form(text(LETTERS, (0, 0, 0, 0))))


def test_a_turned_field_without_appearance_is_refused():
    with pytest.raises(RepairError):
        flatten(form(text(LETTERS, MK=Dictionary(R=90))))


@pytest.mark.parametrize("dynamic", [True, False])
def test_xfa_whose_values_are_not_in_the_fields_is_refused(dynamic):
    datasets = "<xfa:datasets><xfa:data><f><a>Петров</a></f></xfa:data></xfa:datasets>"
    pdf = pikepdf.open(io.BytesIO(form(text("Петров" if dynamic else "Иванов"))))
    pdf.Root.AcroForm.XFA = pdf.make_stream(datasets.encode())
    if dynamic:
        pdf.Root.NeedsRendering = True
    out = io.BytesIO()
    pdf.save(out)
    with pytest.raises(RepairError, match="XFA"):
        flatten(out.getvalue())


def test_xfa_whose_values_are_all_in_the_fields_is_flattened():
    datasets = "<xfa:datasets><xfa:data><f><a>Петров</a></f></xfa:data></xfa:datasets>"
    pdf = pikepdf.open(io.BytesIO(form(text("Петров"))))
    pdf.Root.AcroForm.XFA = pdf.make_stream(datasets.encode())
    out = io.BytesIO()
    pdf.save(out)
    made = flatten(out.getvalue())
    assert is_flat(made)
    assert "Петров" in drawn_text(made)


def test_a_long_value_is_made_smaller_and_not_cut():
    long = "Государственное бюджетное учреждение здравоохранения города"
    made = flatten(form(text(long, (60, 400, 300, 425))))
    assert long in drawn_text(made)
    assert ink(made, (305, 400, 395, 425)) < 0.001


@pytest.mark.parametrize(
    "odd", [{"F": String("x")}, {"Ff": Name.X}, {"MK": String("r")}, {"Q": Name.X}]
)
def test_odd_entries_of_a_field_do_not_matter(odd):
    assert LETTERS in drawn_text(flatten(form(text(LETTERS, **odd))))


def test_a_value_of_a_field_without_type_is_refused_not_lost():
    field = Dictionary(T=String("a"), V=String("абв"), Rect=Array((60, 400, 300, 425)))
    with pytest.raises(RepairError):
        flatten(form(field))

"""The archive copy and the workbook, read back with other libraries."""

import io
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from pypdf import PdfReader

from medcab.formats import Options, render
from medcab.model import Finding, Location, Severity

from .conftest import document
from .test_html import EVIL, evil_report
from .test_pictures import page_image


def text_of(data):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def flat(text):
    return " ".join(text.split())


def test_pdf_says_everything(report, ru):
    data = render(report, "pdf", ru, Options(record="42"))
    text = flat(text_of(data))
    assert "Ошибка: пакет не отвечает требованиям" in text
    assert "5 ошибок, 1 предупреждение" in text
    assert "Запись журнала: 42" in text
    for row in report.documents[:3]:
        assert row.facts.sha256 in text.replace(" ", "")
    assert "не прочитан" in text
    assert "Страница 1 из" in text
    assert "DPI901" in text
    assert "Отсканируйте страницу заново" in text


def test_pdf_has_all_fonts_embedded_and_a_language(report, ru):
    reader = PdfReader(io.BytesIO(render(report, "pdf", ru)))
    assert reader.trailer["/Root"]["/Lang"] == "ru-RU"
    assert reader.metadata.title.startswith("Отчёт о проверке")
    fonts = {}
    for page in reader.pages:
        for name, font in page["/Resources"]["/Font"].items():
            fonts[name] = font.get_object()
    assert fonts
    for font in fonts.values():
        assert "/FontFile2" in font["/FontDescriptor"], font["/BaseFont"]


def test_pdf_is_the_same_for_the_same_report(report, ru):
    assert render(report, "pdf", ru) == render(report, "pdf", ru)


def test_pdf_with_hostile_words_and_pictures(ru):
    data = render(evil_report(), "pdf", ru, Options(page_image=page_image, record=EVIL))
    text = flat(text_of(data))
    assert "onerror=alert(1)" in text
    reader = PdfReader(io.BytesIO(data))
    assert "/OpenAction" not in reader.trailer["/Root"]
    assert b"/JavaScript" not in data
    assert sum(len(page.images) for page in reader.pages) >= 2


def test_pdf_of_many_findings_and_of_none(report, good, ru):
    many = tuple(
        Finding(
            "FLD901",
            Severity.ERROR,
            {"value": "x" * 50, "reason": "y"},
            Location(f"{n}.pdf", field="inn"),
        )
        for n in range(200)
    )
    reader = PdfReader(io.BytesIO(render(replace(report, findings=many), "pdf", ru)))
    assert len(reader.pages) > 10
    assert "Успешно" in text_of(render(good, "pdf", ru))
    assert render(replace(good, documents=(), checks={}), "pdf", ru).startswith(b"%PDF")


def test_pdf_of_a_cell_longer_than_a_page(report, ru):
    long = document("ы" * 9000 + ".pdf")
    assert render(replace(report, documents=(long,)), "pdf", ru).startswith(b"%PDF")


def book(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def test_workbook_has_its_sheets_filters_and_frozen_heads(report, ru):
    made = book(render(replace(report, signatures=evil_report().signatures), "xlsx", ru))
    assert made.sheetnames == ["Сводка", "Что найдено", "Документы", "Подписи", "Поля анкеты"]
    for sheet in made.worksheets[1:]:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref
    found = made["Что найдено"]
    assert found.max_row == 1 + len(report.findings) + len(report.ignored)
    assert found["C5"].value == 2
    assert found["E5"].value == "Разрешение скана 212,5 dpi, нужно не менее 300."
    assert found["A5"].fill.fgColor.rgb.endswith("FDECEC")
    assert found["A5"].value == "ошибка"
    assert made["Документы"]["D2"].value == 5_242_881
    assert made["Документы"]["H2"].value == "a" * 64


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "{="])
def test_workbook_holds_no_formulas_links_or_numbers_from_outside(report, ru, sign):
    evil = f'{sign}HYPERLINK("http://example.invalid","x")'
    hostile = replace(
        evil_report(),
        root=evil,
        documents=(document(evil), document("http://example.invalid/x"), document("0012")),
        findings=(
            Finding(
                "FLD901",
                Severity.ERROR,
                {"value": evil, "reason": evil},
                Location(evil, evil, 1, evil),
                {"measured": evil, "limit": evil},
            ),
        ),
    )
    data = render(hostile, "xlsx", ru, Options(record=evil))
    for sheet in book(data).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n", "d"), (sheet.title, cell.coordinate)
                assert cell.hyperlink is None
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                assert b"<f>" not in archive.read(name)
        assert not [n for n in archive.namelist() if "vba" in n.lower() or "external" in n.lower()]
    assert book(data)["Документы"]["A4"].value == "0012"


def test_workbook_is_the_same_for_the_same_report(report, ru):
    def parts(data):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {n: archive.read(n) for n in archive.namelist()}

    assert parts(render(report, "xlsx", ru)) == parts(render(report, "xlsx", ru))


def test_workbook_with_thumbnails_and_of_nothing(report, good, ru):
    with_pictures = render(report, "xlsx", ru, Options(page_image=page_image))
    with zipfile.ZipFile(io.BytesIO(with_pictures)) as archive:
        assert [n for n in archive.namelist() if n.startswith("xl/media/")]
    assert book(render(replace(good, documents=(), checks={}), "xlsx", ru)).sheetnames


def test_workbook_cuts_what_excel_cannot_hold(report, ru):
    long = replace(
        report,
        findings=(Finding("FLD901", Severity.ERROR, {"value": "x" * 50_000, "reason": "y"}),),
    )
    assert len(book(render(long, "xlsx", ru))["Что найдено"]["E2"].value) <= 32_767

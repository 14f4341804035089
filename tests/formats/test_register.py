"""The journal in tables and as a PDF to be filed, read back with other libraries."""

import csv
import io
import json
from datetime import UTC, datetime

import openpyxl
import pytest
from pypdf import PdfReader

from medcab.formats import register
from medcab.formats.register_pdf import write_pdf
from medcab.journal import Entry, Record
from medcab.text import translator

WHEN = datetime(2026, 11, 21, 9, 30, 5, tzinfo=UTC)
EVIL = '=HYPERLINK("http://x")<img src=x onerror=alert(1)>\u202e\x07'


def record(n=1, verdict="failed", findings=None, **more):
    found = [
        {
            "rule": "LIM001", "severity": "error", "outcome": "violated",
            "path": "И***_Диплом.pdf", "page": 2, "field": None,
            "args": {"path": "x", "size": 6_000_000, "limit": 5_242_880}, "reason": None,
        },
        {
            "rule": "PDF001", "severity": "error", "outcome": "undetermined",
            "path": "И***_Паспорт.pdf", "page": None, "field": None, "args": {},
            "reason": "The file asks for a password.",
        },
    ] if findings is None else findings  # fmt: skip
    entry = Entry(
        at=WHEN, user=more.pop("user", "petrova"), host="kadry-1", command="check",
        version="0.1.0", profile="egisz-employee", verdict=verdict,
        inputs=[{"name": "И***_Диплом.pdf", "type": "diploma", "size": 1, "sha256": "ab" * 32}],
        findings=found,
    )  # fmt: skip
    return Record(n, entry.plain() | more, f"{n:064x}")


def summary(**more):
    told = {
        "name": "journal.db", "records": 2, "first": 1, "head": "cd" * 32, "whole": True,
        "seals": (), "made_at": WHEN,
    }  # fmt: skip
    return register.Summary(**(told | more))


def pdf(rows, language="ru", **more):
    stream = io.BytesIO()
    write_pdf(iter(rows), summary(**more), translator(language), stream)
    return stream.getvalue()


def text_of(data):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def flat(text):
    return " ".join(text.split())


def test_the_register_says_what_an_auditor_asks_for():
    seal = register.SealLine(2, "Успешно, CAdES-B-T, Петрова")
    data = pdf([record(1), record(2, "passed", [])], seals=(seal,))
    text = flat(text_of(data))
    for words in (
        "Реестр проверок", "Журнал: journal.db", "Записей: 2 (1-2)", "Цепочка записей цела.",
        "cd" * 32, "Печать записи 2: Успешно, CAdES-B-T, Петрова", "21.11.2026 09:30:05",
        "petrova", "kadry-1", "проверка", "Ошибка", "Успешно", "LIM001", "Страница 1 из", "egisz",
        "Журнал ведёт:",
    ):  # fmt: skip
        assert words in text, words
    assert f"{1:064x}" in text.replace(" ", "")
    assert "abababababababab" in text.replace(" ", "")
    english = flat(text_of(pdf([record(1)], "en")))
    assert "Register of checks" in english
    assert "Head of the chain" in english
    assert "not sealed" in english


def test_a_broken_chain_is_said_on_the_first_page():
    text = flat(PdfReader(io.BytesIO(pdf([record()], whole=False))).pages[0].extract_text())
    assert "Цепочка записей нарушена" in text
    assert "цела" not in text


def test_the_register_has_embedded_fonts_a_language_and_equal_bytes():
    data = pdf([record(n) for n in range(1, 30)])
    assert data == pdf([record(n) for n in range(1, 30)])
    reader = PdfReader(io.BytesIO(data))
    assert reader.trailer["/Root"]["/Lang"] == "ru-RU"
    fonts = [f.get_object() for p in reader.pages for f in p["/Resources"]["/Font"].values()]
    assert fonts
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)
    total = len(reader.pages)
    assert total > 2
    assert f"из {total}" in flat(reader.pages[0].extract_text())
    for page in reader.pages:
        assert "Рекомендация" in page.extract_text()  # the heads stand on every page


def test_an_empty_and_an_endless_record():
    assert "Записей: 0" in text_of(pdf([], records=0))
    long = [{**record().content["findings"][0], "path": "я" * 9000 + str(n)} for n in range(5)]
    reader = PdfReader(io.BytesIO(pdf([record(1, findings=long), record(2)])))
    for page in reader.pages:
        assert page.mediabox.width > page.mediabox.height
    assert f"{2:064x}" in text_of(pdf([record(1, findings=long), record(2)])).replace("\n", "")


def test_many_findings_are_counted_not_listed():
    many = [
        {**record().content["findings"][0], "rule": f"ZZZ{n:03}", "path": f"{n}.pdf"}
        for n in range(12)
    ]
    text = flat(text_of(pdf([record(1, findings=many)])))
    assert "и ещё 7" in text
    assert "ZZZ011" not in text


def test_hostile_words_are_only_words():
    hostile = record(1, user=EVIL)
    hostile.content["inputs"][0]["name"] = EVIL
    data = pdf([hostile], name=EVIL)
    assert "onerror=alert(1)" in flat(text_of(data))
    assert b"/JavaScript" not in data
    assert "/OpenAction" not in PdfReader(io.BytesIO(data)).trailer["/Root"]
    stream = io.BytesIO()
    register.write_csv([hostile], translator("ru"), stream)
    (_, row) = csv.reader(io.StringIO(stream.getvalue().decode("utf-8-sig")), delimiter=";")
    assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]
    stream = io.BytesIO()
    register.write_xlsx([hostile], translator("ru"), stream)
    sheet = openpyxl.load_workbook(io.BytesIO(stream.getvalue())).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


def test_records_of_other_versions_are_still_said():
    """Rules that are unknown now, findings without a reason: nothing is lost, nothing breaks."""
    old = record(1)
    for finding in old.content["findings"]:
        finding.pop("reason", None)
        finding["rule"] = "OLD" + finding["rule"][3:]
    (row,) = register.rows([old], translator("ru"))
    assert "OLD001" in row.reason
    (row,) = register.rows([record(1, "", [])], translator("ru"))
    assert (row.verdict, row.verdict_word, row.reason) == (None, "", "")


@pytest.mark.parametrize("count", [0, 3])
def test_tables_hold_every_record(count):
    records = [record(n + 1) for n in range(count)]
    ru = translator("ru")
    stream = io.BytesIO()
    register.write_csv(records, ru, stream)
    rows = list(csv.reader(io.StringIO(stream.getvalue().decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == count + 1
    assert rows[0][9:11] == ["Причина", "Рекомендация"]
    stream = io.BytesIO()
    register.write_jsonl(records, ru, stream)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["number"] for line in lines] == list(range(1, count + 1))
    stream = io.BytesIO()
    register.write_xlsx(records, ru, stream)
    sheet = openpyxl.load_workbook(io.BytesIO(stream.getvalue())).active
    assert sheet.max_row == count + 1
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == list(
        range(1, count + 1)
    )

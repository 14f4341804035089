"""Tables of employees: reading, recognising, checking, marked copies."""

from __future__ import annotations

import csv
import io
import json
import random
from datetime import date

import pytest

from medcab.errors import InputError, OutputError, UsageError
from medcab.sheets import excel_date
from medcab.tables import check_table, read_table, write_table
from medcab.text import translator
from medcab.validators.ids import enp, inn_person, snils
from medcab.validators.ids.headers import FIELDS, field_of

RU = translator("ru")
TODAY = date(2026, 11, 21)


def people(count, rng=None):
    rng = rng or random.Random(3)
    rows = []
    for _ in range(count):
        body = f"{rng.randrange(2_000_000, 10**9):09d}"
        ten = f"{rng.randrange(10**9, 10**10)}"
        number = f"7752410834{rng.randrange(10**5):05d}"
        rows.append(
            [
                snils.format(body + snils.check_number(body)),
                ten + inn_person.check_digits(ten),
                number + enp.check_digit(number),
                f"{rng.randrange(1, 29):02d}.{rng.randrange(1, 13):02d}.{rng.randrange(1950, 2004)}",
            ]
        )
    return rows


HEADERS = ["Страховой номер", "ИНН сотрудника", "Полис ОМС", "Дата рождения"]


def as_csv(rows, path, encoding="cp1251", delimiter=";", headers=HEADERS):
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows([headers, *rows])
    path.write_bytes(stream.getvalue().encode(encoding))
    return path


def as_xlsx(rows, path, headers=HEADERS, above=(), date1904=False):
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"default_date_format": "dd.mm.yyyy"})
    if date1904:
        book = xlsxwriter.Workbook(str(path), {"date_1904": True})
    sheet = book.add_worksheet("Люди")
    style = book.add_format({"num_format": "dd.mm.yyyy"})
    for r, row in enumerate([*above, headers, *rows]):
        for c, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(r, c, value, style)
            elif isinstance(value, str):
                sheet.write_string(r, c, value)
            else:
                sheet.write(r, c, value)
    book.close()
    return path


def spoil(rows, share, rng):
    """Change one digit in a share of the rows; return the wrong cells."""
    modules = (snils, inn_person, enp)
    wrong = set()
    for row in rng.sample(range(len(rows)), int(len(rows) * share)):
        column = rng.randrange(3)
        value = rows[row][column]
        while True:
            at = rng.choice([i for i, c in enumerate(value) if c.isdecimal()])
            other = value[:at] + rng.choice("0123456789") + value[at + 1 :]
            if not modules[column].is_valid(other):
                break
        rows[row][column] = other
        wrong.add((row, column))
    return wrong


@pytest.fixture(params=["polars", "plain"])
def engine(request, monkeypatch):
    if request.param == "polars":
        pytest.importorskip("polars")
    else:
        monkeypatch.setattr("medcab.sheets._csv_polars", lambda *_: None)
    return request.param


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_of_any_encoding_and_delimiter(tmp_path, engine, encoding, delimiter):
    rows = people(50)
    rows[7][0] = "112-233-445 96"
    path = as_csv(rows, tmp_path / "t.csv", encoding, delimiter)
    before = path.read_bytes()
    result = check_table(read_table(path), today=TODAY)
    assert [c.field for c in result.columns] == ["snils", "inn", "enp", "birth_date"]
    assert [(p.row, p.column, p.code) for p in result.problems] == [(7, 0, "checksum")]
    assert result.line(7) == 9
    assert path.read_bytes() == before


def test_exactly_the_seeded_errors_are_found(tmp_path, engine):
    rng = random.Random(11)
    rows = people(3000, rng)
    # Unique policies: a chance repetition would be a true finding, but not a seeded one.
    rows = list({row[2]: row for row in rows}.values())
    wrong = spoil(rows, 0.02, rng)
    result = check_table(read_table(as_csv(rows, tmp_path / "t.csv")), today=TODAY)
    assert {(p.row, p.column) for p in result.problems} == wrong
    result = check_table(read_table(as_xlsx(rows, tmp_path / "t.xlsx")), today=TODAY)
    assert {(p.row, p.column) for p in result.problems} == wrong


def test_duplicates_are_named_whatever_their_separators(tmp_path, engine):
    rows = people(10)
    rows[8][0] = rows[2][0].replace("-", "").replace(" ", "")
    result = check_table(read_table(as_csv(rows, tmp_path / "t.csv")), today=TODAY)
    assert [(p.row, p.code, p.args["rows"]) for p in result.problems] == [
        (2, "duplicate", "4, 10"),
        (8, "duplicate", "4, 10"),
    ]
    assert result.columns[0].duplicates == 2


def test_one_certificate_for_two_employees(tmp_path, engine):
    rows = [["Иванов Иван", "0177240000001"], ["Ким Анна", "0177240000001"], ["Ли Ян", ""]]
    path = as_csv(rows, tmp_path / "t.csv", headers=["ФИО", "Сертификат"])
    assert [p.code for p in check_table(read_table(path)).problems] == ["duplicate"] * 2


def test_numbers_and_dates_of_workbooks(tmp_path):
    headers = ["СНИЛС", "ИНН", "Дата рождения"]
    rows = [
        [11223344595, 27461383142, date(1985, 7, 15)],
        ["112-233-445 95", 771390870436.0, 31243],
        [None, None, 31243.5],
        [None, None, 99999999],
        [None, None, -5],
    ]
    path = as_xlsx(rows, tmp_path / "t.xlsx", headers, above=[["Список"], []])
    table = read_table(path)
    assert (table.headers, table.first_row, table.sheet) == (headers, 4, "Люди")
    result = check_table(table, today=TODAY)
    found = {(result.line(p.row), p.column): p.code for p in result.problems}
    assert found == {
        (4, 0): "duplicate",
        (5, 0): "duplicate",
        (4, 1): "length",
        (7, 2): "shape",
        (8, 2): "shape",
    }
    lost = next(p for p in result.problems if p.code == "length")
    assert lost.suggestions[0].value == "027461383142"


@pytest.mark.parametrize(
    ("serial", "date1904", "expected"),
    [
        (31243, False, date(1985, 7, 15)),
        (29781, True, date(1985, 7, 15)),
        (1, False, date(1900, 1, 1)),
        (59, False, date(1900, 2, 28)),
        (61, False, date(1900, 3, 1)),
        (1, True, date(1904, 1, 2)),
        (0, False, None),
        (-1, False, None),
        (3e6, False, None),
    ],
)
def test_serials_of_both_systems(serial, date1904, expected):
    assert excel_date(serial, date1904=date1904) == expected


def test_the_system_of_1904_is_read_from_the_workbook(tmp_path):
    import xlsxwriter

    path = tmp_path / "t.xlsx"
    book = xlsxwriter.Workbook(str(path), {"date_1904": True})
    sheet = book.add_worksheet()
    for row, value in enumerate(["Дата рождения", 29781]):
        sheet.write(row, 0, value)
    sheet.write_datetime(2, 0, date(1985, 7, 15), book.add_format({"num_format": "dd.mm.yyyy"}))
    book.close()
    table = read_table(path)
    assert table.date1904
    assert table.columns[0][1] == "15.07.1985"
    assert check_table(table, today=date(1985, 7, 15)).problems == []
    early = check_table(table, today=date(1985, 7, 14))
    assert [p.code for p in early.problems] == ["future", "future"]
    assert check_table(table, today=TODAY, date1904=False).problems == []


def test_columns_can_be_named(tmp_path, engine):
    path = as_csv([["112-233-445 96", "x"]], tmp_path / "t.csv", headers=["а", "б"])
    table = read_table(path)
    assert not check_table(table).checked
    for where in ("а", "A", "1"):
        result = check_table(table, columns={"snils": where})
        assert [p.code for p in result.problems] == ["checksum"]
    for wrong in ({"snils": "в"}, {"snils": "3"}, {"colour": "а"}):
        with pytest.raises(UsageError):
            check_table(table, columns=wrong)


def test_ragged_rows_and_quotes(tmp_path, engine):
    path = tmp_path / "t.csv"
    path.write_bytes('СНИЛС;Имя\r\n112-233-445 96\r\n112-233-445 95;"а;""б"""\r\n\r\n'.encode())
    result = check_table(read_table(path))
    assert [(p.row, p.code) for p in result.problems] == [(0, "checksum")]


def test_a_parquet_file(tmp_path):
    polars = pytest.importorskip("polars")
    path = tmp_path / "t.parquet"
    frame = {"snils": ["112-233-445 95", None, "1"], "birth_date": [date(1985, 7, 15)] * 3}
    polars.DataFrame(frame).write_parquet(path)
    result = check_table(read_table(path), today=TODAY)
    assert [(p.row, p.column, p.code) for p in result.problems] == [(2, 0, "length")]


def test_the_marked_workbook(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    rows = [["112-233-454 95", "=1+1", date(1985, 7, 15)], ["112-233-445 95", "http://x", 31243]]
    headers = ["СНИЛС", "Должность", "Дата рождения"]
    path = as_xlsx(rows, tmp_path / "t.xlsx", headers, above=[["Список"]])
    data = write_table(check_table(read_table(path), today=TODAY), "xlsx", RU)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet.title == "Люди"
    assert [cell.value for cell in sheet[2]] == [*headers, "Замечания"]
    assert sheet["A1"].value == "Список"
    assert sheet["A3"].fill.fgColor.rgb == "FFFFC7CE"
    assert "96" in sheet["A3"].comment.text
    assert "112-233-445 95" in sheet["D3"].value
    assert sheet["A4"].comment is None
    assert sheet["A4"].fill.fill_type is None
    assert (sheet["B3"].value, sheet["B3"].data_type) == ("=1+1", "s")
    assert sheet["B4"].hyperlink is None
    assert sheet["C3"].value.date() == sheet["C4"].value.date() == date(1985, 7, 15)


def test_the_marked_csv_keeps_every_cell(tmp_path, engine):
    rows = people(20)
    rows[3][1] = "771390870437"
    rows[4][2] = ""
    result = check_table(read_table(as_csv(rows, tmp_path / "t.csv")), today=TODAY)
    data = write_table(result, "csv", RU)
    back = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert back[0] == [*HEADERS, "Замечания"]
    assert [row[:4] for row in back[1:]] == rows
    assert [at for at, row in enumerate(back[1:]) if row[4]] == [3]
    assert "Возможно" not in back[4][4]
    data = write_table(result, "csv", RU, suggest=True)
    assert "771390870436" in data.decode("utf-8-sig")
    with pytest.raises(OutputError):
        write_table(result, "csv", RU, encoding="ascii")


def test_json(tmp_path):
    rows = people(3)
    rows[1][0] = "112-233-454 95"
    result = check_table(read_table(as_csv(rows, tmp_path / "t.csv")), today=TODAY)
    document = json.loads(write_table(result, "json", RU))
    assert document["schema"] == "medcab.table/1"
    assert document["rows"] == 3
    assert document["columns"][0]["wrong"] == 1
    (problem,) = document["problems"]
    assert (problem["row"], problem["column"], problem["code"]) == (3, 1, "checksum")
    assert "112-233-445 95" in problem["suggestions"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n\0\0",
        b"PK\x03\x04junk",
        b"PAR1junk",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ],
)
def test_what_is_not_a_table_is_refused(tmp_path, data):
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    with pytest.raises(InputError):
        read_table(path)
    with pytest.raises(InputError):
        read_table(tmp_path / "absent.csv")
    with pytest.raises(InputError):
        read_table(tmp_path)


def test_a_sheet_that_is_not_there(tmp_path):
    path = as_xlsx(people(1), tmp_path / "t.xlsx")
    assert len(read_table(path, sheet="Люди")) == 1
    with pytest.raises(InputError) as caught:
        read_table(path, sheet="Нет")
    assert caught.value.arguments["names"] == "Люди"


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("СНИЛС", "snils"),
        (" Страховой  номер: ", "snils"),
        ("СНИЛС (11 цифр)", "snils"),
        ("e-mail", "email"),
        ("Р/с", "account"),
        ("Ф.И.О.", "fio"),
        ("Расчётный счёт", "account"),
        ("birth_date", "birth_date"),
        ("ИНН жены", None),
        ("", None),
        ("№ п/п", None),
    ],
)
def test_headers(header, field):
    found = field_of(header)
    assert (found.name if found else None) == field


def test_every_field_names_kinds_that_exist():
    from medcab.validators.ids.registry import kinds

    for field in FIELDS.values():
        assert set(field.kinds) <= set(kinds())

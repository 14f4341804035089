from __future__ import annotations

import io
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.errors import FormError
from medcab.forms import FORM_SUFFIXES, MAX_BYTES, is_form_name, read_form
from medcab.forms.aliases import ALIASES, canonical
from medcab.vocabulary import FIELDS

VALUES = {"fio": "Иванов Иван Иванович", "birth_date": "15.07.1985", "inn": "0701234567"}


def workbook(rows, sheet="Лист1", empty_first=False):
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    if empty_first:
        book.add_worksheet("Пусто")
    page = book.add_worksheet(sheet)
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            if hasattr(value, "year"):
                page.write_datetime(y, x, value, day)
            elif isinstance(value, str):
                page.write_string(y, x, value)
            else:
                page.write(y, x, value)
    book.close()
    return stream.getvalue()


def texts(form):
    return {k: v.text for k, v in form.values.items()}


XML = """<?xml version="1.0" encoding="utf-8"?>
<form><field name="ФИО">Иванов Иван Иванович</field><birth_date>15.07.1985</birth_date>
<inn>0701234567</inn></form>"""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("form.yaml", "ФИО: Иванов Иван Иванович\nДата рождения: 15.07.1985\nИНН: 0701234567\n"),
        ("form.yml", "{fio: Иванов Иван Иванович, birth_date: 15.07.1985, inn: '0701234567'}"),
        ("form.json", '{"fio":"Иванов Иван Иванович","Дата рождения":"15.07.1985","инн":"0701234567"}'),
        ("form.toml", ('"ФИО" = "Иванов Иван Иванович"\n'
                       'birth_date = "15.07.1985"\ninn = "0701234567"\n')),
        ("form.xml", XML),
        ("form.csv", "ФИО;Иванов Иван Иванович\nДата рождения;15.07.1985\nИНН;0701234567\n"),
        ("форма.csv", ("Поле,Значение,Замечание\nФИО,Иванов Иван Иванович,как в паспорте\n"
                       "Дата рождения,15.07.1985,\nИНН,0701234567,12 цифр\n")),
        ("form.csv", "ФИО\tДата рождения\tИНН\nИванов Иван Иванович\t15.07.1985\t0701234567\n"),
    ],
)  # fmt: skip
def test_the_same_form_in_every_format(name, data):
    form = read_form(data.encode(), name)
    assert texts(form) == VALUES
    assert form.unknown == ()
    assert form.path == name
    assert all(v.where for v in form.values.values())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "cp866"])
def test_encodings_of_windows(encoding):
    data = "ФИО;Иванов Иван Иванович\r\nДата рождения;15.07.1985\r\nИНН;0701234567\r\n"
    assert texts(read_form(data.encode(encoding), "form.csv")) == VALUES


def test_a_short_cp1251_file_is_still_russian():
    assert texts(read_form("ФИО;И".encode("cp1251"), "form.csv")) == {"fio": "И"}


def test_excel():
    rows = [["Анкета сотрудника"], ["Поле", "Значение", "Замечание"],
            ["ФИО", "Иванов Иван Иванович", "как в паспорте"],
            ["Дата рождения", date(1985, 7, 15)], ["ИНН", "0701234567"],
            ["ОГРН", 1027700132195], ["Телефон", ""], ["КПП", "770301001.0"]]  # fmt: skip
    form = read_form(workbook(rows, empty_first=True), "анкета.xlsx")
    assert texts(form) == {**VALUES, "ogrn": "1027700132195", "phone": "", "kpp": "770301001.0"}
    assert form.values["inn"].where == "B5"
    assert form.get("phone") is None


def test_excel_in_a_row():
    rows = [["ФИО", "СНИЛС", "Стаж"], ["Иванов Иван", "112-233-445 95", 7.5]]
    assert texts(read_form(workbook(rows), "form.xlsx")) == {
        "fio": "Иванов Иван", "snils": "112-233-445 95", "experience": "7.5",
    }  # fmt: skip


def test_several_rows_are_several_employees():
    data = "ФИО;СНИЛС\nИванов Иван;1\nПетров Пётр;2\n"
    form = read_form(data.encode(), "form.csv")
    assert texts(form)["employees.2.fio"] == "Петров Пётр"
    assert form.values["employees.2.snils"].where == "B3"
    same = read_form(
        '{"employees":[{"fio":"Иванов Иван","snils":"1"},{"fio":"Петров Пётр","snils":"2"}]}'.encode(),
        "form.json",
    )
    assert texts(same) == texts(form)


def test_sections():
    form = read_form(
        """
организация: {наименование: ООО «Ромашка», инн: "7707083893", тип: Медицинская}
паспорт: {серия: "4511", номер: "123456", дата выдачи: 15.02.2015}
образование: {фио: Иванов Иван, вуз: МГМУ}
контакты: {телефон: "9161234567"}
лицензия: {номер: Л041, действует до: бессрочно}
employer.inn: "7707083893"
""".encode(),
        "form.yaml",
    )
    found = texts(form)
    assert found["org_name"] == "ООО «Ромашка»"
    assert found["org_inn"] == "7707083893"
    assert found["passport"] == "4511 123456"
    assert found["education.fio"] == found["fio"] == "Иванов Иван"
    assert found["university"] == "МГМУ"
    assert found["phone"] == "9161234567"
    assert found["license_expires"] == "бессрочно"
    assert found["employer.inn"] == "7707083893"
    assert form.unknown == ()


def test_values_are_not_interpreted():
    form = read_form(
        b"inn: 0701234567\nfee_required: no\nphone: 12:30\nkpp: 7e5\nokpo: ~\nsex: true\n",
        "form.yaml",
    )
    assert texts(form) == {
        "inn": "0701234567", "fee_required": "no", "phone": "12:30", "kpp": "7e5", "okpo": "",
        "sex": "да",
    }  # fmt: skip
    numbers = read_form(b'{"inn":7707083893.0,"ogrn":1027700132195,"kpp":null}', "form.json")
    assert texts(numbers) == {"inn": "7707083893.0", "ogrn": "1027700132195", "kpp": ""}
    dates = read_form(b"birth_date = 1985-07-15\nfee_required = false\n", "form.toml")
    assert texts(dates) == {"birth_date": "15.07.1985", "fee_required": "нет"}


def test_unknown_names_are_kept_apart():
    form = read_form("ФИО: И\nЦвет глаз: серые\nчто-то: {a: 1}\n".encode(), "form.yaml")
    assert form.unknown == ("Цвет глаз", "что-то")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("form.json", b'{"inn":"1","inn":"2"}', "stands twice"),
        ("form.yaml", b"inn: 1\ninn: 1\n", "stands twice"),
        ("form.yaml", "inn: 1\nИНН: 2\n".encode(), "stands twice"),
        ("form.csv", "ИНН;1\nИНН;2\n".encode(), "stands twice"),
        ("form.csv", "ИНН;ФИО;ИНН\n1;2;3\n".encode(), "stands twice"),
        ("form.xml", b"<f><inn>1</inn><inn>2</inn></f>", "stands twice"),
        ("form.toml", b"inn = 1\ninn = 2\n", "TOML"),
    ],
)
def test_doubles_are_refused(name, data, words):
    with pytest.raises(FormError, match=words):
        read_form(data, name)


def test_two_names_with_one_value_are_fine():
    form = read_form("inn: '1'\nИНН: '1'\n".encode(), "form.yaml")
    assert texts(form) == {"inn": "1"}


def test_every_alias_is_read_back():
    for name, aliases in ALIASES.items():
        for alias in aliases:
            assert canonical(alias) == name, alias
            assert canonical(alias.upper() + " *:") == name
    assert all(canonical(n) == n for n in FIELDS)
    assert canonical("нет такого поля") is None


@pytest.mark.parametrize("suffix", FORM_SUFFIXES)
def test_names_of_forms(suffix):
    assert is_form_name(f"Form.{suffix}")
    assert is_form_name(f"ФОРМА.{suffix.upper()}")
    assert not is_form_name(f"formula.{suffix}")
    assert not is_form_name("form")


def test_limits_of_size():
    with pytest.raises(FormError, match="larger than"):
        read_form(b" " * (MAX_BYTES + 1), "form.csv")


@given(st.binary(max_size=200), st.sampled_from(FORM_SUFFIXES))
@settings(max_examples=300, deadline=None)
def test_junk_is_a_form_or_a_form_error(data, suffix):
    refused = None
    try:
        form = read_form(data, f"form.{suffix}")
    except FormError as error:
        refused = error
    if refused is not None:
        assert refused.arguments["path"] == f"form.{suffix}"
    else:
        assert all(isinstance(v.text, str) for v in form.values.values())


@given(
    st.dictionaries(
        st.sampled_from(sorted(FIELDS)), st.text(st.characters(codec="utf-8"), max_size=30)
    )
)
@settings(max_examples=100, deadline=None)
def test_json_gives_back_what_was_written(values):
    import json

    form = read_form(json.dumps(values).encode(), "form.json")
    assert texts(form) == values

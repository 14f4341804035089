"""Directories: reading every form of file, the store, questions, registers."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner

from medcab.directories import import_file, remove
from medcab.errors import InputError, MedcabError, OutputError, UsageError
from medcab.validators import directory
from medcab.validators.directory import DirectoryAbsent, compare, find, info, lookup

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OID = "1.2.643.5.1.13.13.11.1002"

SERVICE_JSON = {
    "result": "OK",
    "oid": OID,
    "version": "9.5",
    "publishDate": "01.10.2026",
    "total": 2,
    "list": [
        [{"column": "ID", "value": 1}, {"column": "NAME", "value": "Врач-терапевт"}],
        [{"column": "ID", "value": 2}, {"column": "NAME", "value": "Медсестра"}],
    ],
}
PLAIN_JSON = {
    "oid": OID,
    "version": "9.5",
    "records": [{"ID": "1", "NAME": "Врач-терапевт"}, {"ID": "2", "NAME": "Медсестра"}],
}
XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<book xmlns="urn:x"><passport><identifier>{OID}</identifier><version>9.5</version></passport>
<entries><entry><ID>1</ID><NAME>Врач-терапевт</NAME></entry>
<entry><ID>2</ID><NAME>Медсестра</NAME></entry></entries></book>"""


def files(folder):
    import xlsxwriter

    made = {}
    for name, document in (("service", SERVICE_JSON), ("plain", PLAIN_JSON)):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8-sig")
        made[name] = path
    made["xml"] = folder / "d.xml"
    made["xml"].write_text(XML, encoding="utf-8")
    made["csv"] = folder / f"{OID}_9.5.csv"
    made["csv"].write_text("Код;Наименование\n1;Врач-терапевт\n2;Медсестра\n", encoding="cp1251")
    made["xlsx"] = folder / f"{OID}_9.5.xlsx"
    book = xlsxwriter.Workbook(str(made["xlsx"]))
    sheet = book.add_worksheet()
    for row, cells in enumerate([("ID", "NAME"), (1, "Врач-терапевт"), (2, "Медсестра")]):
        sheet.write_row(row, 0, cells)
    book.close()
    return made


@pytest.mark.parametrize("form", ["service", "plain", "xml", "csv", "xlsx"])
def test_every_form_gives_the_same_directory(tmp_path, form):
    store = tmp_path / "store" / "d.sqlite"
    about = import_file(store, files(tmp_path)[form], now=NOW)
    assert (about.key, about.oid, about.version, about.rows) == ("positions", OID, "9.5", 2)
    assert about.imported == "2026-11-21T12:00:00+00:00"
    if form == "service":
        assert about.released == "2026-10-01"
    assert lookup(store, "positions", "1").name == "Врач-терапевт"
    assert lookup(store, "positions", "3") is None
    assert [entry.code for entry in find(store, "positions", "МЕД")] == ["2"]
    assert info(store, "positions").rows == 2


def test_specialties_are_bundled_and_can_be_replaced(tmp_path):
    store = tmp_path / "d.sqlite"
    assert lookup(None, "specialties", "31.08.49").name == "Терапия"
    assert lookup(store, "specialties", "31.99.99") is None
    assert info(store, "specialties").bundled
    assert len(find(None, "specialties", "стоматология")) >= 6
    path = tmp_path / "s.csv"
    path.write_text("code,name\n31.99.99,Новая\n", encoding="utf-8")
    import_file(store, path, key="specialties", version="2027", released="2027-01-01")
    assert lookup(store, "specialties", "31.99.99").name == "Новая"
    assert lookup(store, "specialties", "31.08.49") is None
    assert not info(store, "specialties").bundled
    assert remove(store, "specialties")
    assert not remove(store, "specialties")
    assert lookup(store, "specialties", "31.08.49").name == "Терапия"


def test_every_bundled_code_is_a_code():
    from medcab.validators.ids import specialty_code

    entries = find(None, "specialties", "", limit=1000)
    assert len(entries) == info(None, "specialties").rows > 120
    assert all(specialty_code.is_valid(entry.code) for entry in entries)


def test_what_is_not_there_says_how_to_bring_it(tmp_path):
    for question in (
        lambda: lookup(None, "positions", "1"),
        lambda: find(tmp_path / "absent.sqlite", "positions", "x"),
        lambda: compare(None, "frmr", "112-233-445 95", {}),
    ):
        with pytest.raises(DirectoryAbsent) as caught:
            question()
        assert "medcab directory import" in caught.value.hint
    assert "medcab directory import" in directory.ABSENT


def test_an_import_is_whole_or_not_at_all(tmp_path):
    store = tmp_path / "d.sqlite"
    import_file(store, files(tmp_path)["csv"])
    bad = tmp_path / "bad.csv"
    bad.write_text("code;name\n1;a\n1;b\n", encoding="utf-8")
    with pytest.raises(InputError):
        import_file(store, bad, key="positions")
    assert lookup(store, "positions", "1").name == "Врач-терапевт"
    good = tmp_path / "good.csv"
    good.write_text("code;name\n7;a\n7;a\n", encoding="utf-8")
    assert import_file(store, good, key="positions").rows == 1
    assert lookup(store, "positions", "1") is None


def test_a_snapshot_of_the_register_of_workers(tmp_path):
    store = tmp_path / "d.sqlite"
    path = tmp_path / "frmr.csv"
    path.write_text(
        "СНИЛС;ФИО;Дата рождения;Должность\n"
        "112-233-445 95;Иванов Пётр Иванович;15.07.1985;Врач\n"
        "00533059000;Ким Анна;01.01.1990;\n",
        encoding="cp1251",
    )
    about = import_file(store, path, key="frmr", version="21.11.2026")
    assert about.rows == 2
    same = {"fio": "иванов петр иванович", "birth_date": "15.07.1985", "colour": "red"}
    for number in ("112-233-445 95", "11223344595"):
        outcome = compare(store, "frmr", number, same)
        assert outcome.found
        assert outcome.differences == ()
    other = {"fio": "Иванов Иван Иванович", "birth_date": "16.07.1985", "position": "врач"}
    outcome = compare(store, "frmr", "112-233-445 95", other)
    assert [d.field for d in outcome.differences] == ["fio", "birth_date"]
    assert outcome.differences[1].registered == "15.07.1985"
    assert compare(store, "frmr", "005-330-590 00", {"position": "врач"}).differences == ()
    assert not compare(store, "frmr", "003-621-467 01", same).found


def test_a_snapshot_of_the_register_of_organisations(tmp_path):
    store = tmp_path / "d.sqlite"
    path = tmp_path / "frmo.json"
    oid = "1.2.643.5.1.13.13.12.2.77.7799"
    path.write_text(
        json.dumps([{"OID": oid, "Наименование организации": "Клиника", "ОГРН": "1027700132195"}]),
        encoding="utf-8",
    )
    import_file(store, path, key="frmo")
    assert compare(store, "frmo", oid, {"ogrn": "1027700132195"}).differences == ()
    outcome = compare(store, "frmo", oid, {"ogrn": "1177706238940", "org_name": "клиника"})
    assert [d.field for d in outcome.differences] == ["ogrn"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b"{"),
        ("a.json", b"[]"),
        ("a.json", b'{"x": 1}'),
        ("a.json", b"[" * 100_000),
        ("a.xml", b"<a>"),
        ("a.xml", b"<a/>"),
        ("a.xml", b'<!DOCTYPE a [<!ENTITY x "y">]><a><b><c>&x;</c></b></a>'),
        ("a.csv", b""),
        ("a.csv", b"colour;size\nred;1\n"),
        ("a.csv", b"code;name\n;x\n"),
    ],
)
def test_what_is_no_directory_is_refused(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError):
        import_file(tmp_path / "d.sqlite", path, key="positions")
    with pytest.raises(InputError):
        import_file(tmp_path / "d.sqlite", tmp_path / "absent", key="positions")


def test_a_nameless_directory_must_be_named(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("код;название\n1;а\n", encoding="utf-8")
    with pytest.raises(UsageError):
        import_file(tmp_path / "d.sqlite", path)
    assert import_file(tmp_path / "d.sqlite", path, key="my").key == "my"
    assert lookup(tmp_path / "d.sqlite", "my", "1").name == "а"


def test_a_broken_store(tmp_path):
    store = tmp_path / "d.sqlite"
    store.write_bytes(b"not a database at all, but long enough to be one" * 50)
    with pytest.raises(InputError):
        lookup(store, "positions", "1")
    with pytest.raises(OutputError):
        import_file(store, files(tmp_path)["csv"])


def test_words_with_signs_of_patterns(tmp_path):
    store = tmp_path / "d.sqlite"
    path = tmp_path / "x.csv"
    path.write_text("код;название\n1;100%\n2;100 штук\n", encoding="utf-8")
    import_file(store, path, key="my")
    assert [e.code for e in find(store, "my", "100%")] == ["1"]
    assert find(store, "my", "_") == ()


def test_the_store_is_read_only_for_questions(tmp_path):
    store = tmp_path / "папка с пробелом #1" / "d.sqlite"
    import_file(store, files(tmp_path)["csv"])
    before = store.read_bytes()
    lookup(store, "positions", "1")
    assert store.read_bytes() == before
    assert sqlite3.connect(store).execute("PRAGMA user_version").fetchone() == (1,)


@pytest.fixture
def run(tmp_path):
    from medcab.commands.directory import app

    def run(*arguments):
        outcome = CliRunner().invoke(app, [*map(str, arguments), "--store", str(tmp_path / "s")])
        code = outcome.exit_code
        if isinstance(outcome.exception, MedcabError):
            code = int(outcome.exception.exit_code)
        elif outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
            raise outcome.exception
        return code, outcome.output

    assert isinstance(app, typer.Typer)
    return run


def test_commands(run, tmp_path):
    made = files(tmp_path)
    assert run("import", made["xml"])[0] == 0
    code, out = run("list")
    assert code == 0
    assert "positions" in out
    assert "9.5" in out
    assert "Врач-терапевт" in run("show", "positions", "1")[1]
    assert "Медсестра" in run("show", "positions", "мед")[1]
    assert run("show", "positions", "ничего")[0] == 1
    assert run("show", "universities", "1")[0] == 3
    assert run("remove", "positions")[0] == 0
    assert run("remove", "positions")[0] == 3


def test_compare_on_the_command_line(run, tmp_path):
    path = tmp_path / "frmr.csv"
    path.write_text("СНИЛС;ФИО\n112-233-445 95;Иванов Иван\n", encoding="utf-8")
    assert run("import", path, "--as", "frmr")[0] == 0
    assert run("compare", "frmr", "snils=112-233-445 95", "fio=Иванов Иван")[0] == 0
    code, out = run("compare", "frmr", "snils=112-233-445 95", "fio=Иванов Пётр")
    assert code == 1
    assert "Иванов Пётр" in out
    assert run("compare", "frmr", "snils=003-621-467 01")[0] == 1
    assert run("compare", "frmr", "fio=Иванов")[0] == 2
    assert run("compare", "frmo", "frmo_oid=1.2")[0] == 3

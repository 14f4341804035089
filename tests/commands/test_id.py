"""``medcab id``: forms of output, stdin, exit codes."""

from __future__ import annotations

import csv
import io
import json
import sys

import pytest

from medcab.__main__ import main


class Stdin:
    def __init__(self, data, tty=False):
        self.buffer = io.BytesIO(data)
        self.tty = tty

    def isatty(self):
        return self.tty


@pytest.fixture
def run(capsys, monkeypatch):
    def run(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "stdin", Stdin(stdin))
        try:
            code = main(["--lang", "en", "id", *arguments])
        except SystemExit as stop:
            code = stop.code
        captured = capsys.readouterr()
        return code or 0, captured.out, captured.err

    return run


def test_the_error_and_what_may_have_been_meant(run):
    code, out, _ = run("snils", "112-233-454 95", "--format", "json")
    row = json.loads(out)
    assert code == 1
    assert list(row)[:4] == ["schema", "kind", "value", "canonical"]
    assert row["error"]["code"] == "checksum"
    assert {"code", "position", "expected", "found"} <= set(row["error"])
    assert "112-233-445 95" in row["suggestions"]
    assert len(row["suggestions"]) == len(row["suggestion_reasons"])


def test_many_values_from_stdin_in_both_encodings(run):
    lines = "7707083893\r\n\r\n770708389З\n"
    for data in (lines.encode(), lines.encode("utf-8-sig"), lines.encode("cp1251")):
        code, out, _ = run("inn_legal", "--format", "json", stdin=data)
        rows = [json.loads(line) for line in out.splitlines()]
        assert code == 1
        assert [row["valid"] for row in rows] == [True, False]
        assert rows[1]["error"]["found"] == "З"
    assert run("inn_legal", "-", stdin=b"7707083893\n")[0] == 0


def test_csv_and_text(run):
    code, out, _ = run("inn_legal", "--format", "csv", "7707083893", 'a"b')
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 1
    assert [row["valid"] for row in rows] == ["true", "false"]
    assert rows[1]["value"] == 'a"b'
    code, out, _ = run("snils", "112-233-454 95")
    assert "112-233-445 95 (two digits swapped)" in out
    code, out, _ = run("snils", "1\n2\x1b[31m")
    assert "\x1b" not in out


def test_a_doubt_is_shown_and_does_not_fail(run):
    code, out, _ = run("passport_rf", "99 11 123456", "--format", "json")
    assert code == 0
    code, out, _ = run("passport_dept", "779-001", "--format", "json")
    row = json.loads(out)
    assert (code, row["valid"], row["warnings"][0]["code"]) == (0, True, "level")


def test_detect(run):
    code, out, _ = run("detect", "112-233-445 95", "--format", "json")
    row = json.loads(out)
    assert code == 0
    assert row["kinds"][0] == {
        "kind": "snils",
        "canonical": "112-233-445 95",
        "strength": "checksum",
    }
    assert run("detect", "???")[0] == 1
    assert run("detect", "7707083893", "--format", "csv")[1].count("\n") >= 2
    assert "INN of an organisation" in run("detect", "7707083893")[1]


def test_options(run):
    account = "40702810406961201280"
    assert run("account", account)[0] == 1
    assert run("account", account, "--bik", "044525225")[0] == 0
    assert run("date_ddmmyyyy", "01.01.2030", "--at", "01.01.2029")[0] == 1
    assert run("date_ddmmyyyy", "01.01.2030", "--at", "01.01.2029", "--future")[0] == 0


def test_usage_errors(run):
    assert run("snil", "1")[0] == 2
    assert run("cross", "enp")[0] == 2
    assert run("cross", "colour=red")[0] == 2
    assert run("snils", stdin=b"\n")[0] == 3
    assert run("snils", "1", "--at", "yesterday")[0] == 2


def test_list_names_all_kinds(run):
    from medcab.ids import kinds

    code, out, _ = run("list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == list(kinds())


def test_fields_that_agree(run):
    assert run("cross", "surname_1=Ковалев", "surname_2=Ковалев")[1].startswith("✓")
    code, out, _ = run("cross", "org_kind=ИП", "kpp=770301001", "--format", "csv")
    assert code == 1
    assert "kpp_for_ip,error" in out

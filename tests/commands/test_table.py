"""``medcab table``: outputs, exit codes, the input stays as it is."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from medcab.commands.table import command
from medcab.errors import MedcabError

GOOD = "СНИЛС;Примечание\n112-233-445 95;а\n"
BAD = "СНИЛС;Примечание\n112-233-445 96;а\n"


@pytest.fixture
def run():
    app = typer.Typer(add_completion=False)
    app.command("table")(command)

    def run(*arguments):
        outcome = CliRunner().invoke(app, [str(a) for a in arguments])
        code = outcome.exit_code
        if isinstance(outcome.exception, MedcabError):
            code = int(outcome.exception.exit_code)
        elif outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
            raise outcome.exception
        return code, outcome.output

    return run


def test_exit_codes_and_summary(run, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(GOOD, encoding="utf-8")
    assert run(path)[0] == 0
    path.write_text(BAD, encoding="utf-8")
    code, out = run(path)
    assert code == 1
    assert "96" in out
    path.write_text("а;б\n1;2\n", encoding="utf-8")
    assert run(path)[0] == 3
    assert run(path, "--column", "snils=а")[0] == 1
    assert run(path, "--column", "snils")[0] == 2
    assert run(tmp_path / "absent.csv")[0] == 3


@pytest.mark.parametrize("name", ["o.xlsx", "o.csv", "o.json"])
def test_a_marked_copy(run, tmp_path, name):
    path = tmp_path / "t.csv"
    path.write_text(BAD, encoding="cp1251")
    before = path.read_bytes()
    code, _ = run(path, "-o", tmp_path / name)
    assert code == 1
    assert (tmp_path / name).stat().st_size > 50
    assert path.read_bytes() == before


def test_stdout(run, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(BAD, encoding="utf-8")
    code, out = run(path, "--format", "json")
    assert (code, json.loads(out)["problems"][0]["code"]) == (1, "checksum")


def test_what_is_refused(run, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(BAD, encoding="utf-8")
    assert run(path, "-o", path)[0] == 2
    assert path.read_text(encoding="utf-8") == BAD
    assert run(path, "-o", tmp_path / "o.pdf")[0] == 2
    assert run(path, "-o", "-")[0] == 2
    assert run(path, "--date-system", "1905")[0] == 2
    assert run(path, "--delimiter", ";;")[0] == 2
    assert run(path, "--at", "21 ноября")[0] == 2
    assert run(path, "--at", "21.11.2026", "--delimiter", ";")[0] == 1

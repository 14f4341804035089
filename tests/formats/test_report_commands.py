"""``medcab report`` and ``medcab diff`` on stored reports."""

import json
from dataclasses import replace

import pytest
import typer
from typer.testing import CliRunner

from medcab.commands import diff as diff_command
from medcab.commands import report as report_command
from medcab.errors import InputError, OutputError, UsageError
from medcab.formats import render
from medcab.model import Finding, Location, Severity
from medcab.text import Translator
from medcab.validators.facts import FileFacts

from .conftest import document, rich_report
from .test_pictures import pdf

EN = Translator("en")


def run(command, *arguments, data=None):
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(command)
    return CliRunner().invoke(app, list(arguments), input=data)


def store(path, report):
    path.write_bytes(render(report, "json", EN))
    return str(path)


@pytest.fixture
def stored(tmp_path, report):
    return store(tmp_path / "old.json", report)


def test_text_is_what_is_shown_without_options(stored):
    done = run(report_command.command, stored)
    assert done.exit_code == 0
    assert "DPI901" in done.output


@pytest.mark.parametrize("name", ["json", "sarif", "junit", "csv", "html", "gitlab"])
def test_every_format_on_stdout(stored, name):
    done = run(report_command.command, stored, "--to", name)
    assert done.exit_code == 0
    assert "DPI901" in done.stdout


def test_json_of_json_is_the_same(stored, tmp_path):
    out = tmp_path / "again.json"
    assert run(report_command.command, stored, "-o", f"json:{out}", "-q").exit_code == 0
    first, again = (json.loads(p.read_bytes()) for p in (tmp_path / "old.json", out))
    for key in ("verdict", "counts", "documents", "checks", "form", "profile", "checked_at"):
        assert first[key] == again[key]
    assert [f["args"] for f in first["findings"]] == [f["args"] for f in again["findings"]]


def test_several_files_at_once_and_nothing_on_stdout(stored, tmp_path):
    paths = {name: tmp_path / f"r.{name}" for name in ("html", "pdf", "xlsx", "sarif")}
    arguments = [a for name, path in paths.items() for a in ("-o", f"{name}:{path}")]
    done = run(report_command.command, stored, *arguments)
    assert done.exit_code == 0
    assert done.stdout == ""
    assert paths["pdf"].read_bytes().startswith(b"%PDF")
    assert paths["xlsx"].read_bytes().startswith(b"PK")


def test_standard_input(stored):
    from pathlib import Path

    done = run(report_command.command, "-", "--to", "jsonl", data=Path(stored).read_bytes())
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == 17


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["{missing}"], InputError),
        (["{folder}"], InputError),
        (["{broken}"], InputError),
        (["{stored}", "--to", "docx"], UsageError),
        (["{stored}", "-o", "html"], UsageError),
        (["{stored}", "-o", "html:"], UsageError),
        (["{stored}", "-o", "html:{missing}/r.html"], OutputError),
    ],
)
def test_what_cannot_be_done_is_said(stored, tmp_path, arguments, error):
    (tmp_path / "broken.json").write_text("{}")
    names = {
        "stored": stored,
        "missing": tmp_path / "no",
        "folder": tmp_path,
        "broken": tmp_path / "broken.json",
    }
    before = sorted(tmp_path.iterdir())
    done = run(report_command.command, *[a.format(**names) for a in arguments])
    assert isinstance(done.exception, error)
    assert sorted(tmp_path.iterdir()) == before


def test_pictures_come_from_the_documents_that_were_checked(tmp_path):
    import hashlib

    data = pdf(2)
    folder = tmp_path / "пакет"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(data)
    (folder / "b.pdf").write_bytes(data + b"\n% changed since")
    digest = hashlib.sha256(data).hexdigest()
    facts = FileFacts(len(data), "pdf", pages=2, sha256=digest)
    finding = Finding(
        "DPI901",
        Severity.ERROR,
        {"measured": 1, "limit": 2},
        Location("a.pdf", page=1, box=(0, 0, 0.2, 0.2)),
    )
    other = replace(finding, location=Location("b.pdf", page=1))
    report = replace(
        rich_report(),
        documents=(document("a.pdf", len(data), facts), document("b.pdf", len(data), facts)),
        findings=(finding, other),
    )
    file, out = store(tmp_path / "r.json", report), tmp_path / "r.html"
    done = run(report_command.command, file, "-o", f"html:{out}", "--documents", str(folder))
    assert done.exit_code == 0
    html = out.read_text("utf-8")
    assert html.count("<svg") == 1
    assert html.count("<img") == 1
    assert "b.pdf" in done.stderr
    plain = run(report_command.command, file, "-o", f"html:{out}")
    assert plain.exit_code == 0
    assert "<svg" not in out.read_text("utf-8")


def changed(tmp_path, report, findings):
    old = store(tmp_path / "old.json", report)
    return old, store(tmp_path / "new.json", replace(report, findings=tuple(findings)))


def test_diff_tells_what_was_put_right(tmp_path, report):
    files = changed(tmp_path, report, report.findings[1:])
    done = run(diff_command.command, *files)
    assert done.exit_code == 0
    assert "(1)" in done.output
    assert "PKG901" in done.output
    assert "DPI901" not in done.output
    assert "DPI901" in run(diff_command.command, *files, "-v").output


def test_diff_exits_with_1_for_a_new_error_and_3_for_a_new_unchecked(tmp_path, report):
    base = replace(report, findings=report.findings[2:8])
    new = Finding("LIM901", Severity.ERROR, {}, Location("снилс.png"))
    assert run(diff_command.command, *changed(tmp_path, base, [*base.findings, new])).exit_code == 1
    files = changed(tmp_path, base, [*base.findings, report.findings[1]])
    assert run(diff_command.command, *files).exit_code == 3
    soft = replace(new, severity=Severity.WARNING)
    assert (
        run(diff_command.command, *changed(tmp_path, base, [*base.findings, soft])).exit_code == 0
    )


def test_diff_as_json(tmp_path, report):
    files = changed(tmp_path, report, report.findings[1:])
    data = json.loads(run(diff_command.command, *files, "-f", "json").stdout)
    assert data["schema"] == "medcab.diff/1"
    assert [f["rule"] for f in data["fixed"]] == ["PKG901"]
    assert data["appeared"] == []
    assert len(data["remained"]) == 9
    with pytest.raises(UsageError):
        raise run(diff_command.command, *files, "-f", "xml").exception


def test_diff_of_the_same(tmp_path, report):
    known = replace(report, documents=report.documents[:3])
    done = run(diff_command.command, *changed(tmp_path, known, known.findings))
    assert done.exit_code == 0
    assert "DPI901" not in done.output

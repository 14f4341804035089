"""``medcab check`` as a whole program: outputs, consoles, exit codes, several formats in one run."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

VECTORS = Path(os.environ.get("MEDCAB_VECTORS", "../shared/vectors"))


def medcab(*arguments, env=None, stdin=None, cwd=None, encoding="utf-8"):
    clean = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("MEDCAB", "LC_", "LANG", "NO_COLOR", "FORCE_COLOR", "COLUMNS"))
    }
    return subprocess.run(
        [sys.executable, "-m", "medcab", *map(str, arguments)],
        check=False, capture_output=True, input=stdin, cwd=cwd,
        env={**clean, "PYTHONIOENCODING": encoding, **(env or {})},
    )  # fmt: skip


def page_jpeg(dpi=300):
    from PIL import Image, ImageDraw

    size = (round(8.27 * dpi), round(11.69 * dpi))
    image = Image.new("RGB", size, (250, 249, 245))
    draw = ImageDraw.Draw(image)
    for line in range(45):
        for word in range(11):
            x, y = dpi * (0.9 + word * 0.6), dpi * (1 + line * 0.21)
            draw.rectangle((x, y, x + dpi * 0.45, y + dpi * 0.08), fill=(20, 20, 60))
    data = io.BytesIO()
    image.save(data, "JPEG", quality=60, dpi=(dpi, dpi))
    return data.getvalue()


def scan_pdf(path, pages=1, dpi=300):
    import pikepdf

    pdf = pikepdf.new()
    image = pikepdf.Stream(pdf, page_jpeg(dpi))
    for _ in range(pages):
        page = pdf.add_blank_page(page_size=(595.44, 841.68))
        image.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image,
            Width=round(8.27 * dpi), Height=round(11.69 * dpi),
            ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
        )  # fmt: skip
        page.Resources = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary(Im0=pdf.make_indirect(image))
        )
        page.Contents = pikepdf.Stream(pdf, b"q 595.44 0 0 841.68 0 0 cm /Im0 Do Q")
    pdf.save(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("пакет с пробелом")
    scan_pdf(root / "Иванова Анна Петровна_Диплом.pdf", pages=20)
    scan_pdf(root / "Иванова Анна Петровна_СНИЛС.pdf", dpi=150)
    return root


def test_the_verdict_is_said_first_and_in_russian(folder):
    done = medcab("check", folder, "--profile", "scan")
    text = done.stdout.decode()
    assert done.returncode == 1, done.stderr.decode()
    assert "Ошибка" in text.splitlines()[0]
    assert "DPI001" in text
    assert "150" in text
    assert b"\x1b[" not in done.stdout
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("environment", "encoding"),
    [
        ({"LANG": "ru_RU.UTF-8"}, "utf-8"),
        ({"LANG": "C"}, "utf-8"),
        ({"LANG": "C"}, "ascii"),
        ({}, "cp866"),
        ({}, "cp1251"),
        ({"NO_COLOR": "1"}, "utf-8"),
        ({"FORCE_COLOR": "1"}, "cp866"),
        ({"COLUMNS": "60"}, "utf-8"),
    ],
)
def test_any_console(folder, environment, encoding):
    done = medcab("check", folder, "-p", "scan", env=environment, encoding=encoding)
    assert done.returncode == 1, done.stderr.decode(encoding, "replace")
    text = done.stdout.decode(encoding)
    assert "DPI001" in text
    if encoding != "ascii":
        assert "Ошибка" in text
    if "COLUMNS" in environment:
        assert max(map(len, text.splitlines())) <= 60
    assert ("\x1b[" in text) == ("FORCE_COLOR" in environment)


def test_several_formats_in_one_run(folder, tmp_path):
    outputs = {
        "sarif": "r.sarif", "junit": "r.xml", "csv": "r.csv", "jsonl": "r.jsonl",
        "github": "r.txt", "gitlab": "gl.json", "text": "t.txt", "json": "r.json",
    }  # fmt: skip
    more = [x for name, file in outputs.items() for x in ("-o", f"{name}:{tmp_path / file}")]
    done = medcab("check", folder, "-p", "scan", "-f", "json", *more)
    assert done.returncode == 1, done.stderr.decode()
    report = json.loads(done.stdout)
    assert report["schema"] == "medcab.report/1"
    assert report["verdict"] == "failed"
    assert json.loads((tmp_path / "r.json").read_bytes())["findings"] == report["findings"]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(outputs.values())
    assert ET.parse(tmp_path / "r.xml").getroot() is not None
    assert json.loads((tmp_path / "r.sarif").read_bytes())["version"] == "2.1.0"
    assert "Иванова" in (tmp_path / "r.csv").read_text("utf-8-sig")


def test_json_report_names_rule_place_and_help(folder):
    report = json.loads(medcab("check", folder, "-p", "scan", "-f", "json").stdout)
    (finding,) = [f for f in report["findings"] if f["rule"] == "DPI001"]
    assert finding["location"]["path"].endswith("СНИЛС.pdf")
    assert finding["location"]["page"] == 1
    assert finding["severity"] == "error"
    assert finding["help"]
    documents = {d["path"]: d for d in report["documents"]}
    assert documents["Иванова Анна Петровна_Диплом.pdf"]["pages"] == 20
    assert documents["Иванова Анна Петровна_Диплом.pdf"]["verdict"] == "passed"
    assert len(documents["Иванова Анна Петровна_СНИЛС.pdf"]["sha256"]) == 64


def test_english_on_request(folder):
    assert b"Failed" in medcab("check", folder, "-p", "scan", "--lang", "en").stdout


def test_quiet_is_one_line(folder):
    text = medcab("check", folder, "-p", "scan", "-q").stdout.decode()
    assert len(text.strip().splitlines()) == 1


def test_exit_zero_and_fail_on(folder, tmp_path):
    assert medcab("check", folder, "-p", "scan", "-q", "--exit-zero").returncode == 0
    scan_pdf(tmp_path / "Диплом.PDF")
    assert medcab("check", tmp_path, "-p", "scan", "-q").returncode == 0
    assert medcab("check", tmp_path, "-p", "scan", "-q", "--fail-on", "info").returncode in (0, 1)


def test_a_zip_gives_the_same_findings_and_leaves_nothing(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "p.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)

    def found(target):
        report = json.loads(medcab("check", target, "-p", "scan", "-f", "json").stdout)
        return [
            (f["rule"], f["location"]["path"], f["location"]["page"]) for f in report["findings"]
        ]

    assert found(tmp_path / "p.zip") == found(folder)
    assert [p.name for p in tmp_path.iterdir()] == ["p.zip"]


def test_a_dangerous_zip_is_3_and_nothing_is_written(tmp_path):
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("../evil.pdf", b"%PDF-1.4")
    done = medcab("check", tmp_path / "p.zip", "-p", "scan")
    assert done.returncode == 3
    assert "evil.pdf" in done.stderr.decode()
    assert [p.name for p in tmp_path.iterdir()] == ["p.zip"]
    assert not (tmp_path.parent / "evil.pdf").exists()


def test_standard_input(folder):
    data = (folder / "Иванова Анна Петровна_СНИЛС.pdf").read_bytes()
    arguments = ("check", "-", "--stdin-name", "СНИЛС.pdf", "-p", "scan", "-f", "json")
    report = json.loads(medcab(*arguments, stdin=data).stdout)
    assert [f["rule"] for f in report["findings"] if f["severity"] == "error"] == ["DPI001"]
    assert report["documents"][0]["path"] == "СНИЛС.pdf"


def test_lists_of_files(folder, tmp_path):
    names = [str(p) for p in sorted(folder.iterdir())]
    (tmp_path / "list").write_text("\n".join(names), "utf-8")
    (tmp_path / "list0").write_text("\0".join(names), "utf-8")
    for option, file in (("--files-from", "list"), ("--files0-from", "list0")):
        done = medcab("check", option, tmp_path / file, "-p", "scan", "-f", "json")
        assert len(json.loads(done.stdout)["documents"]) == 2
    done = medcab("check", "--files-from", "-", "-p", "scan", "-q", stdin="\n".join(names).encode())
    assert done.returncode == 1
    assert medcab("check", "--files-from", tmp_path / "none", "-p", "scan").returncode == 3


def test_the_profile_may_stand_in_the_manifest(tmp_path):
    scan_pdf(tmp_path / "Диплом.pdf")
    (tmp_path / "medcab.yaml").write_text("profile: scan\n", "utf-8")
    assert medcab("check", tmp_path, "-q").returncode == 0


def test_settings_can_set_findings_aside_and_they_stay_visible(folder, tmp_path):
    (tmp_path / "medcab.toml").write_text('[ignore]\nDPI001 = ["*СНИЛС.pdf"]\n', "utf-8")
    done = medcab("check", folder, "-p", "scan", "-f", "json", "--config", tmp_path / "medcab.toml")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert [f["rule"] for f in report["ignored"]] == ["DPI001"]


@pytest.mark.parametrize("name", ["medcab.json", "form.json"])
def test_settings_that_cannot_be_read_do_not_keep_the_documents_from_being_judged(tmp_path, name):
    package = tmp_path / "p"
    package.mkdir()
    scan_pdf(package / "Диплом.pdf")
    (package / name).write_bytes(b"%PDF-1.4")
    (package / "broken.pdf").write_bytes(b"")
    done = medcab("check", package, "-p", "scan", "--format", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 1, done.stderr
    assert {f["location"]["path"] for f in report["findings"] if f["rule"] == "INP001"} == {name}
    assert {d["path"] for d in report["documents"]} == {"Диплом.pdf", "broken.pdf"}
    (package / "broken.pdf").unlink()
    assert medcab("check", package, "-p", "scan").returncode == 3


def test_a_profile_that_only_a_broken_manifest_could_name_is_asked_for(tmp_path):
    (tmp_path / "medcab.json").write_bytes(b"%PDF-1.4")
    scan_pdf(tmp_path / "Диплом.pdf")
    done = medcab("check", tmp_path)
    assert done.returncode == 2
    assert "medcab.json" in done.stderr.decode()
    assert "--profile" in done.stderr.decode()
    due = medcab("due", tmp_path)
    assert due.returncode == 3
    assert "medcab.json" in due.stderr.decode()


def test_a_form_that_cannot_be_read_is_not_called_missing(tmp_path):
    (tmp_path / "form.json").write_bytes(b"%PDF-1.4")
    scan_pdf(tmp_path / "Диплом.pdf")
    done = medcab("check", tmp_path, "-p", "egisz-organization", "--format", "json")
    found = {f["rule"] for f in json.loads(done.stdout)["findings"]}
    assert "INP001" in found
    assert "FRM001" not in found


def test_a_form_of_another_kind_than_its_name_is_3(folder, tmp_path):
    form = tmp_path / "form.xlsx"
    form.write_bytes(b"%PDF-1.4")
    done = medcab("check", folder, "-p", "scan", "--form", form)
    assert done.returncode == 3
    assert "form.xlsx" in done.stderr.decode()


def test_the_library_gives_the_same_verdict(folder):
    import medcab as library

    report = library.check(folder, profile="scan")
    assert report.verdict is library.Verdict.FAILED
    (finding,) = [f for f in report.findings if f.rule == "DPI001"]
    assert "150" in library.message(finding, "ru")


@pytest.mark.skipif(not (VECTORS / "adversarial").is_dir(), reason="foreign vectors are absent")
def test_hostile_files_end_and_never_pass(tmp_path):
    done = medcab("check", (VECTORS / "adversarial").resolve(), "-p", "scan", "-f", "json")
    report = json.loads(done.stdout)
    passed = {d["path"] for d in report["documents"] if d["verdict"] == "passed"}
    assert passed <= {"pdf_ok_blank300.pdf"}
    assert done.returncode == 1


def test_a_pdf_report_can_be_signed(folder, tmp_path):
    keys = Path(__file__).resolve().parents[2] / "samples" / "keys"
    target = tmp_path / "r.pdf"
    arguments = ("check", folder, "-p", "scan", "-q", "--sign-report", keys / "ivanova.p12")
    password = ("--password-from", "env:P")
    done = medcab(*arguments, *password, "-o", f"pdf:{target}", env={"P": "medcab-demo"})
    assert done.returncode == 1, done.stderr.decode()
    done = medcab("verify", target, "--trust", keys / "root.pem", "--format", "json")
    assert json.loads(done.stdout)["signatures"][0]["indication"] == "TOTAL-PASSED"
    assert medcab(*arguments, *password, env={"P": "medcab-demo"}).returncode == 2
    wrong = medcab(*arguments, *password, "-o", f"pdf:{tmp_path / 'x.pdf'}", env={"P": "no"})
    assert wrong.returncode == 2
    assert not (tmp_path / "x.pdf").exists()


def test_settings_beside_the_documents_are_told(tmp_path, monkeypatch, capsys):
    from medcab.__main__ import main

    (tmp_path / "Иванов_Диплом.pdf").write_bytes(b"")
    (tmp_path / "medcab.toml").write_text("[check]\nexit_zero = true\n")
    monkeypatch.chdir(tmp_path)
    for options, code, told in ((), 0, True), (("--isolated",), 1, False):
        with pytest.raises(SystemExit) as end:
            main([*options, "check", "Иванов_Диплом.pdf", "-p", "scan"])
        assert end.value.code == code
        assert ("medcab.toml" in capsys.readouterr().err) is told


@pytest.mark.parametrize("exit_zero", [True, False])
@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 3), ("info", 3)])
def test_an_open_check_of_a_severity_that_fails_is_open(fail_on, code, exit_zero):
    from datetime import UTC, datetime

    from medcab.commands.check import exit_code
    from medcab.model import Finding, Outcome, Report, Severity

    finding = Finding("FIL001", Severity.WARNING, outcome=Outcome.UNDETERMINED, reason="?")
    report = Report("scan", datetime(2026, 11, 21, tzinfo=UTC), "x", (), (finding,))
    assert exit_code(report, fail_on=fail_on, exit_zero=exit_zero) == code

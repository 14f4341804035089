"""Every JSON output follows its published schema, and holds no key that the schema does not name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from medcab.__main__ import main
from tests.published import ROOT, follows, published, unnamed

KEYS = ROOT / "samples" / "keys"
AT = "2026-11-23T09:00:00Z"
TRUST = (
    "--trust", str(KEYS / "root.pem"), "--chain", str(KEYS / "chain.p7b"),
    "--crl", str(KEYS / "issuing.crl"), "--crl", str(KEYS / "root.crl"), "--at", AT,
)  # fmt: skip


@pytest.fixture
def run(capsysbinary):
    def run(*arguments: str) -> list[dict[str, Any]]:
        with pytest.raises(SystemExit):
            main(["--isolated", "--lang", "en", *arguments])
        out = capsysbinary.readouterr().out.decode("utf-8")
        try:
            return [json.loads(out)]
        except json.JSONDecodeError:
            return [json.loads(line) for line in out.splitlines()]

    return run


@pytest.fixture
def signed(tmp_path):
    """A folder with a document and its signature, and a file that is no signature."""
    (tmp_path / "Диплом.txt").write_text("диплом", "utf-8")
    secret = tmp_path / "secret"
    secret.write_text("medcab-demo\n", "utf-8")
    key = ("--p12", str(KEYS / "ivanova.p12"), "--password-from", f"file:{secret}")
    with pytest.raises(SystemExit) as stop:
        main(["--isolated", "sign", str(tmp_path / "Диплом.txt"), *key])
    assert stop.value.code == 0
    (tmp_path / "broken.sig").write_bytes(b"no signature")
    return tmp_path


def test_one_signature_and_many(run, signed, capsysbinary):
    capsysbinary.readouterr()
    (one,) = run("verify", str(signed / "Диплом.txt.sig"), "--format", "json", *TRUST)
    report = follows(one)
    assert report.schema == "medcab.signature/1"
    assert report.verdict == "passed"
    assert report.signatures[0].signer.subject
    (many,) = run("verify", "-r", str(signed), "--format", "json", *TRUST)
    reports = follows(many)
    assert reports.schema == "medcab.signatures/1"
    assert len(reports.files) == 2
    for line in run("verify", "-r", str(signed), "--format", "jsonl", *TRUST):
        follows(line)


def test_certificates(run):
    for arguments in (
        ("cert", "show", str(KEYS / "ivanova.cer"), "--format", "json"),
        ("cert", "check", str(KEYS / "ivanova.cer"), str(KEYS / "petrov_expired.cer"), "--format",
         "json", *TRUST),
        ("cert", "expiring", str(KEYS), "--within", "3650", "--format", "json", "--at", AT),
    ):  # fmt: skip
        (data,) = run(*arguments)
        shown = follows(data)
        assert shown.certificates or shown.expiring


def test_identifiers(run):
    rows = run("id", "snils", "112-233-454 95", "112-233-445 95", "--format", "json")
    assert [follows(row).valid for row in rows] == [False, True]
    rows = run("id", "detect", "7707083893", "?", "--format", "json")
    assert [bool(follows(row).kinds) for row in rows] == [True, False]
    rows = run("id", "cross", "surname_1=Иванов", "surname_2=Петров", "birth=01.01.2000",
               "passport_issued=01.01.2005", "--format", "json")  # fmt: skip
    assert rows
    assert {follows(row).schema for row in rows} == {"medcab.identifier-issue/1"}


def test_table_due_and_diff(run, tmp_path):
    (tmp_path / "people.csv").write_text("ФИО;СНИЛС\nИванова Анна;112-233-454 95\n", "utf-8")
    (data,) = run("table", str(tmp_path / "people.csv"), "--format", "json")
    assert follows(data).problems
    good = ROOT / "samples" / "good-accreditation-periodic"
    (data,) = run("due", str(good), "--at", AT, "--format", "json")
    assert follows(data).items
    stored = []
    for name in ("broken-egisz-staff", "broken-empty"):
        (report,) = run(
            "check", str(ROOT / "samples" / name), "-p", "egisz-employee", "--at", AT,
            "--format", "json",
        )  # fmt: skip
        stored.append(tmp_path / f"{name}.json")
        stored[-1].write_text(json.dumps(report), "utf-8")
    (data,) = run("diff", *map(str, stored), "--format", "json")
    assert follows(data).fixed or follows(data).appeared


def test_a_key_that_no_schema_names_is_found():
    schema = published("medcab.identifier/1")
    data = {"schema": "medcab.identifier/1", "error": {"code": "x", "secret": 1}, "warnings": []}
    assert unnamed(data, schema, schema["$defs"]) == ["/error/secret"]

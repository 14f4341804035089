"""``medcab cert``: show, check, expiring, convert; exit codes; no secret anywhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from medcab.__main__ import main
from medcab.signing.keys import load_p12, load_pem

KEYS = Path(__file__).parents[2] / "samples/keys"
AT = ("--at", "2026-11-21")
CHAIN = ("--trust", str(KEYS / "root.pem"), "--chain", str(KEYS / "chain.p7b"))
LISTS = ("--crl", str(KEYS / "issuing.crl"), "--crl", str(KEYS / "root.crl"))
SECRET = "Новый-пароль-5519"


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("MEDCAB_TRUST_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("DEMO", "medcab-demo")
    monkeypatch.setenv("NEW", SECRET)

    def run(*arguments):
        try:
            code = main(["--lang", "en", "--isolated", "cert", *map(str, arguments)])
        except SystemExit as stop:
            code = stop.code
        captured = capsys.readouterr()
        assert "medcab-demo" not in captured.out + captured.err
        assert SECRET not in captured.out + captured.err
        return code or 0, captured.out, captured.err

    return run


def test_show(run):
    code, out, _ = run("show", KEYS / "ivanova.cer")
    assert code == 0
    for word in (
        "Иванова Анна Петровна",
        "770123456703",
        "11223344595",
        "RSA-2048",
        "КС2",
        "in person",
    ):
        assert word in out
    code, out, _ = run("show", KEYS / "chain.p7b", KEYS / "root.pem", "--format", "json")
    document = json.loads(out)
    assert (code, document["schema"], len(document["certificates"])) == (
        0,
        "medcab.certificate/1",
        3,
    )


def test_show_a_key_container(run):
    code, out, _ = run("show", KEYS / "ivanova.p12", "--password-from", "env:DEMO")
    assert code == 0
    assert "holds the private key" in out
    code, out, _ = run("show", KEYS / "ivanova.p12")
    assert (code, "protected by a password" in out) == (3, True)
    code, out, _ = run("show", KEYS / "ivanova.p12", "--password-from", "env:NEW")
    assert (code, "does not open" in out) == (3, True)
    code, _, err = run("show", KEYS / "ivanova.p12", "--password-from", "medcab-typed-it-here")
    assert code == 2
    assert "typed-it" not in err


def test_check_says_what_is_wrong(run):
    names = ("ivanova.cer", "petrov_expired.cer", "sidorov_revoked.cer", "orlova_soon.cer")
    code, out, _ = run("check", *(KEYS / n for n in names), *CHAIN, *LISTS, *AT)
    assert code == 1
    for word in ("CRT001", "CRT006", "CRT012", "20.05.2026", "Passed", "Failed"):
        assert word in out


def test_check_in_json(run):
    code, out, _ = run(
        "check", KEYS / "ivanova.p12", *CHAIN, *LISTS, *AT, "--password-from", "env:DEMO",
        "--format", "json", "--revocation", "require", "--need-key",
    )  # fmt: skip
    document = json.loads(out)
    row = document["certificates"][0]
    assert (code, document["verdict"]) == (0, "passed")
    assert row["path_validation"]["indication"] == "PASSED"
    assert len(row["path_validation"]["chain"]) == 3
    assert row["path_validation"]["revocation"]["status"] == "good"


def test_check_without_trust_leaves_it_open(run):
    code, out, _ = run("check", KEYS / "ivanova.cer", *AT)
    assert code == 3
    assert "Needs clarification" in out
    assert "--trust" in out
    code, *_ = run("check", KEYS / "ivanova.cer", *CHAIN, *AT, "--profile", "egisz-organization")
    assert code == 3


def test_check_against_the_list_and_the_form(run, tmp_path):
    form = tmp_path / "form.json"
    form.write_text(
        json.dumps({"fio": "Петрова Анна Петровна", "snils": "112-233-445 95"}), "utf-8"
    )
    code, out, _ = run(
        "check", KEYS / "ivanova.cer", "--trust", KEYS / "tsl.xml", "--crl", KEYS / "issuing.crl", *AT,
        "--form", form,
    )  # fmt: skip
    assert code == 1
    assert "CRT007" in out
    assert "Петрова" in out


def test_bad_files_and_options(run, tmp_path):
    (tmp_path / "x.cer").write_bytes(b"rubbish")
    code, out, _ = run("check", tmp_path / "x.cer", *AT)
    assert (code, "CRT014" in out) == (1, True)
    code, *_ = run("check", tmp_path / "none.cer", *AT)
    assert code == 1
    for bad in (
        ("--revocation", "maybe"),
        ("--within", "soon"),
        ("--at", "tomorrow"),
        ("--profile", "nobody"),
    ):
        code, *_ = run("check", KEYS / "ivanova.cer", *bad)
        assert code == 2, bad
    code, *_ = run("check", KEYS / "ivanova.cer", "--trust", tmp_path / "nowhere")
    assert code == 3
    code, *_ = run("check", KEYS / "ivanova.cer", "--crl", tmp_path / "nowhere")
    assert code == 3


def test_expiring(run, tmp_path):
    for name in ("ivanova.cer", "orlova_soon.cer", "petrov_expired.cer"):
        shutil.copy(KEYS / name, tmp_path)
    code, out, _ = run("expiring", tmp_path, "--within", "8w", *AT)
    assert code == 1
    assert [line.split()[0] for line in out.splitlines()[:2]] == ["01.03.2025", "10.12.2026"]
    assert "Иванова" not in out
    code, out, _ = run("expiring", tmp_path / "ivanova.cer", *AT, "--format", "json")
    assert (code, json.loads(out)["expiring"]) == (0, [])
    shutil.copy(KEYS / "ivanova.p12", tmp_path)
    code, out, _ = run("expiring", tmp_path / "ivanova.p12", *AT)
    assert code == 3
    code, *_ = run("expiring", tmp_path / "ivanova.p12", *AT, "--password-from", "env:DEMO")
    assert code == 0
    (tmp_path / "empty").mkdir()
    code, *_ = run("expiring", tmp_path / "empty")
    assert code == 3


def test_convert_there_and_back(run, tmp_path):
    pem, p12 = tmp_path / "key.pem", tmp_path / "key.p12"
    code, *_ = run(
        "convert",
        KEYS / "ivanova.p12",
        "-o",
        pem,
        "--password-from",
        "env:DEMO",
        "--new-password-from",
        "env:NEW",
    )
    assert code == 0
    assert b"ENCRYPTED PRIVATE KEY" in pem.read_bytes()
    assert load_pem(pem.read_bytes(), password=SECRET).algorithm == "rsa"
    if os.name == "posix":
        assert pem.stat().st_mode & 0o077 == 0
    code, *_ = run(
        "convert",
        pem,
        "-o",
        p12,
        "--password-from",
        "env:NEW",
        "--new-password-from",
        "env:NEW",
        "--name",
        "Ключ",
    )
    assert code == 0
    key = load_p12(p12.read_bytes(), SECRET, key_name="ключ")
    assert len(key.chain) == 2


@pytest.mark.peer
@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_openssl_opens_what_was_converted(run, tmp_path):
    for option in ((), ("--legacy",)):
        out = tmp_path / f"new{len(option)}.p12"
        code, *_ = run(
            "convert", KEYS / "ivanova_ec.p12", "-o", out, "--password-from", "env:DEMO",
            "--new-password-from", "env:NEW", *option,
        )  # fmt: skip
        assert code == 0
        done = subprocess.run(
            ["openssl", "pkcs12", "-in", out, "-passin", "env:NEW", "-nodes", "-info"],
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr
        assert b"PRIVATE KEY" in done.stdout


def test_convert_certificates(run, tmp_path):
    from medcab.signing.certificates import load_certificates

    for name, count in (("a.p7b", 2), ("a.pem", 2), ("a.der", 1)):
        code, *_ = run("convert", KEYS / "chain.p7b", "-o", tmp_path / name)
        assert code == 0
        assert len(load_certificates((tmp_path / name).read_bytes())) == count


def test_convert_refuses(run, tmp_path):
    out = tmp_path / "x.p12"
    cases = [
        (KEYS / "ivanova.cer", "-o", out),
        (KEYS / "ivanova.p12", "-o", out),
        (KEYS / "ivanova.p12", "-o", out, "--password-from", "env:DEMO"),
        (KEYS / "ivanova.p12", "-o", tmp_path / "x.unknown", "--password-from", "env:DEMO"),
        (
            KEYS / "ivanova.p12",
            "-o",
            out,
            "--password-from",
            "env:NEW",
            "--new-password-from",
            "env:NEW",
        ),
    ]
    for case in cases:
        code, *_ = run("convert", *case)
        assert code == 2, case
        assert not out.exists()
    out.write_bytes(b"precious")
    code, *_ = run("convert", KEYS / "ivanova.cer", "-o", out)
    assert code == 2
    assert out.read_bytes() == b"precious"

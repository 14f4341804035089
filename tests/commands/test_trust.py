"""``medcab trust``: add, list, remove, import, explain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medcab.__main__ import main

KEYS = Path(__file__).parents[2] / "samples/keys"
AT = ("--at", "2026-11-21")


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("MEDCAB_TRUST_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("DEMO", "medcab-demo")

    def run(*arguments, group="trust"):
        try:
            code = main(["--lang", "en", "--isolated", group, *map(str, arguments)])
        except SystemExit as stop:
            code = stop.code
        captured = capsys.readouterr()
        return code or 0, captured.out, captured.err

    return run


def test_add_list_remove(run, tmp_path):
    code, out, _ = run("add", KEYS / "root.pem", "--name", "Демо")
    assert (code, "Демо" in out) == (0, True)
    code, out, _ = run("list", "--format", "json")
    document = json.loads(out)
    assert document["schema"] == "medcab.trust/1"
    assert [a["label"] for a in document["anchors"]] == ["Демо"]
    code, out, _ = run(
        "check", KEYS / "ivanova.cer", "--chain", KEYS / "chain.p7b", *AT, group="cert"
    )
    assert (code, "CRT006" in out) == (3, True)
    lists = ("--crl", KEYS / "issuing.crl", "--crl", KEYS / "root.crl")
    code, *_ = run(
        "check", KEYS / "ivanova.cer", "--chain", KEYS / "chain.p7b", *lists, *AT, group="cert"
    )
    assert code == 0
    code, *_ = run("remove", document["anchors"][0]["sha256"][:10])
    assert code == 0
    code, out, _ = run("list")
    assert "Added: 0" in out
    assert run("remove", "Демо")[0] == 2
    assert run("remove")[0] == 2
    code, out, _ = run("list", "--store", tmp_path / "other")
    assert (code, "Added: 0" in out) == (0, True)


def test_import(run, tmp_path):
    code, out, err = run("import", KEYS / "tsl.xml")
    assert code == 0
    assert "1 authorities, 1 of them accredited" in out
    assert "signed by" in err
    code, out, _ = run("list", "--accredited")
    assert "Демонстрационный центр" in out
    code, *_ = run(
        "check",
        KEYS / "ivanova.cer",
        *AT,
        "--profile",
        "egisz-organization",
        "--crl",
        KEYS / "issuing.crl",
        group="cert",
    )
    assert code == 0
    changed = (KEYS / "tsl.xml").read_bytes().replace("КС2".encode(), "КС3".encode())
    (tmp_path / "changed.xml").write_bytes(changed)
    code, _, err = run("import", tmp_path / "changed.xml")
    assert code == 3
    assert "signature" in err
    assert run("import", KEYS / "root.pem")[0] == 3
    assert run("remove", "--accredited")[0] == 0
    assert "No list" in run("remove", "--accredited")[1]


def test_import_of_an_unsigned_list_is_told(run, tmp_path):
    data = (KEYS / "tsl.xml").read_bytes()
    start, end = data.index(b"<ds:Signature "), data.index(b"</ds:Signature>") + 15
    (tmp_path / "bare.xml").write_bytes(data[:start] + data[end:])
    code, _, err = run("import", tmp_path / "bare.xml")
    assert (code, "not signed" in err) == (0, True)


def test_explain(run):
    code, out, _ = run("explain", KEYS / "ivanova.cer", "--trust", KEYS / "root.pem", *AT)
    assert code == 3
    assert "Missing: " in out
    assert "Демонстрационный издающий УЦ" in out
    assert "key identifier" in out
    code, out, _ = run(
        "explain",
        KEYS / "ivanova.cer",
        "--trust",
        KEYS / "root.pem",
        "--chain",
        KEYS / "chain.p7b",
        *AT,
    )
    assert code == 0
    assert "ends at a trusted certificate" in out
    code, out, _ = run(
        "explain", KEYS / "ivanova.p12", "--trust", KEYS / "root.pem", "--password-from", "env:DEMO", *AT,
        "--format", "json",
    )  # fmt: skip
    document = json.loads(out)
    assert (code, document["signers"][0]["indication"]) == (0, "PASSED")
    assert run("explain", KEYS / "README.md", *AT)[0] == 3

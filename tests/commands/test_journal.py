"""``medcab journal`` and ``medcab check --journal``, as a user calls them."""

import json
import sqlite3
import subprocess
import sys

import pytest


def medcab(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "medcab", *map(str, arguments), "--lang", "en"],
        check=False, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip


@pytest.fixture
def journal(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "Иванова Анна_Диплом.pdf").write_bytes(b"%PDF-1.4 broken")
    path = tmp_path / "j.db"
    for _ in range(2):
        done = medcab("check", tmp_path / "in", "-p", "scan", "-q", "--journal", path)
        assert done.returncode == 1, done.stderr
    return path


def test_runs_are_recorded_without_names(journal):
    done = medcab("journal", "export", journal, "--format", "jsonl")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["number"] for r in records] == [1, 2]
    assert records[0]["command"] == "check"
    assert records[0]["verdict"] == "failed"
    assert len(records[0]["inputs"][0]["sha256"]) == 64
    assert "Иванова" not in done.stdout
    assert b"\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd" not in journal.read_bytes()  # «Иван» in UTF-8


def test_full_journal_keeps_names(tmp_path):
    (tmp_path / "Иванова_Диплом.pdf").write_bytes(b"x")
    path = tmp_path.parent / f"{tmp_path.name}.db"
    medcab("check", tmp_path, "-p", "scan", "--journal", path, "--journal-full")
    assert "Иванова" in medcab("journal", "export", path, "--format", "jsonl").stdout


def test_show_verify_export(journal, tmp_path):
    assert "scan" in medcab("journal", "show", journal).stdout
    done = medcab("journal", "verify", journal, "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["whole"] is True
    for kind in ("csv", "xlsx"):
        target = tmp_path / f"out.{kind}"
        assert medcab("journal", "export", journal, "-f", kind, "-o", target).returncode == 0
        assert target.stat().st_size > 100
    assert medcab("journal", "export", journal, "-f", "xlsx").returncode == 2
    assert medcab("journal", "export", journal, "-f", "doc").returncode == 2


def test_a_changed_record_is_1(journal):
    db = sqlite3.connect(journal)
    db.execute("DROP TRIGGER records_are_not_changed")
    db.execute("UPDATE records SET content = x'7b7d' WHERE number = 2")
    db.commit()
    db.close()
    done = medcab("journal", "verify", journal)
    assert done.returncode == 1
    assert "record 2 was changed" in done.stdout


def test_prune(journal):
    done = medcab("journal", "prune", journal, "--before", "2100-01-01")
    assert "removed: 2" in done.stdout
    assert medcab("journal", "verify", journal).returncode == 0


def test_a_seal_shows_a_full_rewrite(journal, tmp_path):
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import pkcs12
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Journal keeper")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.KeyUsage(True, True, *[False] * 7), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    p12 = tmp_path / "k.p12"
    encryption = serialization.BestAvailableEncryption(b"secret")
    p12.write_bytes(pkcs12.serialize_key_and_certificates(b"k", key, certificate, None, encryption))
    (tmp_path / "pw").write_text("secret\n")
    (tmp_path / "root.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    seal = tmp_path / "head.seal"
    options = ("--p12", p12, "--password-from", f"file:{tmp_path / 'pw'}", "-o", seal)
    done = medcab("journal", "seal", journal, *options)
    assert done.returncode == 0, done.stderr
    trusted = ("--seal", seal, "--trust", tmp_path / "root.pem")
    done = medcab("journal", "verify", journal, *trusted)
    assert done.returncode in (0, 3), done.stdout + done.stderr
    assert medcab("journal", "verify", journal, "--seal", p12).returncode == 3

    # An attacker rewrites everything, seals in the file included: the chain itself is whole.
    journal.unlink()
    for _ in range(2):
        medcab("check", tmp_path / "in", "-p", "scan", "-q", "--journal", journal)
    assert medcab("journal", "verify", journal).returncode == 0
    done = medcab("journal", "verify", journal, *trusted)
    assert done.returncode == 1
    assert "not in this chain" in done.stdout

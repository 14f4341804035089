"""``medcab journal`` and ``medcab check --journal``, as a user calls them."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

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
    for kind in ("csv", "xlsx", "pdf"):
        target = tmp_path / f"out.{kind}"
        assert medcab("journal", "export", journal, "-f", kind, "-o", target).returncode == 0
        assert target.stat().st_size > 100
    assert medcab("journal", "export", journal, "-f", "xlsx").returncode == 2
    assert medcab("journal", "export", journal, "-f", "pdf").returncode == 2
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


@pytest.mark.parametrize("statement", ["DROP TABLE seals", "DELETE FROM state"])
def test_a_journal_without_its_tables_is_damaged_and_1(journal, statement):
    db = sqlite3.connect(journal)
    db.execute(statement)
    db.commit()
    db.close()
    done = medcab("journal", "verify", journal)
    assert done.returncode == 1, done.stderr
    assert "damaged" in done.stdout
    assert medcab("journal", "show", journal).returncode == 3


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


@pytest.fixture(scope="module")
def authorities(tmp_path_factory):
    """A signer and a time-stamping authority on loopback; (folder, address)."""
    from datetime import UTC, datetime, timedelta

    sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
    import pki_server

    folder = tmp_path_factory.mktemp("pki")
    now = datetime.now(UTC).replace(microsecond=0)
    span = {"start": now - timedelta(days=1), "end": now + timedelta(days=999)}
    with pki_server.Server() as server:
        root = pki_server.certify("Root", purpose="authority", **span)
        keeper = pki_server.certify("Keeper", root, **span)
        stamps = pki_server.certify("Root of stamps", purpose="authority", **span)
        stamper = pki_server.certify("Stamps", stamps, purpose="time-stamping", **span)
        server.tsas["demo"] = pki_server.Tsa(stamper, [stamps])
        for name, data in (
            ("root.pem", root.pem), ("stamps.pem", stamps.pem),
            ("cert.pem", keeper.pem), ("key.pem", keeper.key_pem),
        ):  # fmt: skip
            (folder / name).write_bytes(data)
        yield folder, f"{server.address}/tsa/demo"


def test_a_seal_with_a_time_stamp(journal, tmp_path, authorities):
    pki, tsa = authorities
    key = ("--key", pki / "key.pem", "--cert", pki / "cert.pem")
    done = medcab("journal", "seal", journal, *key, "--tsa", tsa, "-o", tmp_path / "s.p7s")
    assert done.returncode == 0, done.stderr
    assert "Sealed with a time-stamp: record 2." in done.stdout

    both = ("--trust", pki / "root.pem", "--trust", pki / "stamps.pem")
    done = medcab("journal", "verify", journal, *both)
    assert done.returncode == 0, done.stdout
    assert "seal of record 2: Passed, CAdES-B-T, Keeper, time-stamp of" in done.stdout
    done = medcab("journal", "verify", journal, *both, "--format", "json")
    (seal,) = json.loads(done.stdout)["seals"]
    assert (seal["verdict"], seal["level"]) == ("passed", "CAdES-B-T")
    assert seal["proved_at"].startswith("20")

    done = medcab("journal", "verify", journal, "--trust", pki / "root.pem")
    assert done.returncode == 3
    assert "Needs clarification, CAdES-B-B" in done.stdout
    assert "The time-stamp does not count." in done.stdout

    done = medcab("journal", "export", journal, "-f", "pdf", "-o", tmp_path / "j.pdf", *both)
    assert done.returncode == 0, done.stderr
    from pypdf import PdfReader

    text = " ".join(PdfReader(tmp_path / "j.pdf").pages[0].extract_text().split())
    assert "Seal of record 2: Passed, CAdES-B-T, Keeper" in text


def test_a_seal_for_which_no_time_stamp_can_be_had(journal, authorities):
    pki, _ = authorities
    key = ("--key", pki / "key.pem", "--cert", pki / "cert.pem")
    done = medcab("journal", "seal", journal, *key, "--tsa", "http://127.0.0.1:9/tsp")
    assert done.returncode not in (0, 70)
    assert "127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
    assert "seal of record" not in medcab("journal", "verify", journal).stdout


@pytest.mark.parametrize("content", [b"{}", b"not JSON", b"[1]"])
def test_an_export_of_a_damaged_journal_says_which_record(journal, tmp_path, content):
    db = sqlite3.connect(journal)
    db.execute("DROP TRIGGER records_are_not_changed")
    db.execute("UPDATE records SET content = ? WHERE number = 2", (content,))
    db.commit()
    db.close()
    for kind in ("csv", "jsonl", "xlsx", "pdf"):
        target = tmp_path / f"out.{kind}"
        done = medcab("journal", "export", journal, "-f", kind, "-o", target)
        assert done.returncode == 3, done.stderr
        assert "Record 2" in done.stderr
        assert not target.exists()

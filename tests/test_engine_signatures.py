"""Signatures and certificates that lie in a package are judged with it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from medcab.engine import CheckOptions, run
from medcab.inputs import read_package
from medcab.model import Verdict
from medcab.profile import load
from medcab.signing.keys import load_p12
from medcab.signing.sign import Signer, SignOptions
from medcab.signing.trust_options import TrustOptions

ROOT = Path(__file__).resolve().parents[1]
KEYS = ROOT / "samples" / "keys"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
TRUST = TrustOptions(
    (str(KEYS / "root.pem"),),
    (str(KEYS / "issuing.pem"),),
    (str(KEYS / "issuing.crl"), str(KEYS / "root.crl")),
)


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("signed")
    page = next((ROOT / "samples" / "good-scan").glob("*.pdf")).read_bytes()
    (folder / "Диплом.pdf").write_bytes(page)
    key = load_p12((KEYS / "ivanova.p12").read_bytes(), "medcab-demo")
    signature = Signer(key, SignOptions(signing_time=NOW)).sign_bytes(page)
    (folder / "Диплом.pdf.sig").write_bytes(signature)
    return folder


def judged(folder, trust=TRUST, **options):
    options = {"now": NOW, "jobs": 1, **options}
    return run(read_package([str(folder)]), load("scan"), CheckOptions(trust=trust, **options))


def rules(report):
    return {f.rule for f in report.findings if f.rule.startswith(("SIG", "CRT"))}


def test_a_good_signature_is_in_the_report(signed):
    report = judged(signed)
    assert report.verdict is Verdict.PASSED
    (signature,) = report.signatures
    assert signature["verdict"] == "passed"
    assert signature["schema"] == "medcab.signature/1"


def test_without_trust_it_is_not_passed(signed):
    report = judged(signed, TrustOptions())
    assert report.verdict is Verdict.INDETERMINATE
    assert rules(report)


def test_a_changed_document_fails(signed, tmp_path):
    for path in signed.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with (tmp_path / "Диплом.pdf").open("ab") as stream:
        stream.write(b"\n%")
    report = judged(tmp_path)
    assert report.verdict is Verdict.FAILED
    assert "SIG002" in rules(report)


def test_a_broken_signature_is_never_passed(signed, tmp_path):
    for path in signed.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    data = (tmp_path / "Диплом.pdf.sig").read_bytes()
    for cut in (0, 1, 100, len(data) // 2, len(data) - 1):
        (tmp_path / "Диплом.pdf.sig").write_bytes(data[:cut])
        assert judged(tmp_path).verdict is not Verdict.PASSED


def test_a_worker_that_runs_out_of_time_leaves_it_open(signed, monkeypatch):
    import medcab.signing.inspecting as inspecting

    answer = inspecting.unanswered
    seen = []
    monkeypatch.setattr(inspecting, "unanswered", lambda *a: seen.append(a) or answer(*a))
    report = judged(signed, signature_timeout=0.001)
    assert seen
    assert report.verdict is Verdict.INDETERMINATE


def test_trust_that_cannot_be_read_is_an_error(signed):
    from medcab.errors import MedcabError

    with pytest.raises(MedcabError, match="no-such"):
        judged(signed, TrustOptions(("no-such.pem",)))


def test_a_certificate_in_the_package_is_judged(tmp_path):
    for name, rule in (("sidorov_revoked", "CRT006"), ("petrov_expired", "CRT001")):
        (tmp_path / "Сертификат подписи.cer").write_bytes((KEYS / f"{name}.cer").read_bytes())
        report = judged(tmp_path)
        assert rule in rules(report), rules(report)
        assert not any(f.reason and "limit" in f.reason for f in report.findings)

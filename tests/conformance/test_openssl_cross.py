"""Both ways with ``openssl cms``: it accepts what we sign, we judge what it signs."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "signing"))
import crosscheck
import pki

from medcab.model import Verdict
from medcab.signing.policy import ValidationPolicy
from medcab.signing.sign import Signer, SignOptions
from medcab.signing.trust import TrustStore
from medcab.signing.verify import Verifier

pytestmark = pytest.mark.skipif(crosscheck.OPENSSL is None, reason="no openssl program")
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def world():
    span = {"start": NOW - pki.YEAR, "end": NOW + pki.YEAR}
    root = pki.make("Root", kind="rsa", ca=True, **span)
    between = pki.make("Intermediate", root, kind="rsa", ca=True, **span)
    leaves = {
        k: pki.make(f"Leaf {k}", between, kind=k, **span)
        for k in ("rsa", "p256", "p384", "p521", "ed25519")
    }
    return root, leaves


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "data.bin"
    path.write_bytes(bytes(range(256)) * 100)
    return path


def judge(root, path, content, **policy):
    return Verifier(
        TrustStore.from_certificates([root.asn1]), ValidationPolicy(**policy)
    ).verify_file(str(path), str(content) if content else None)


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384", "p521"])
@pytest.mark.parametrize("attached", [False, True])
def test_openssl_accepts_ours(world, data, tmp_path, kind, attached):
    root, leaves = world
    out = tmp_path / "out.sig"
    Signer(leaves[kind].signing_key(), SignOptions(attached=attached)).sign_file(data, out)
    assert crosscheck.openssl_verify(root, out, None if attached else data, "-cades")
    data.write_bytes(b"changed")
    if not attached:
        assert not crosscheck.openssl_verify(root, out, data, "-cades")


def test_openssl_accepts_pss_parallel_and_countersigned(world, data, tmp_path):
    root, leaves = world
    out = tmp_path / "out.sig"
    from medcab.signing.content import StreamContent
    from medcab.sources import FileSource

    content = StreamContent(FileSource(str(data)), "data")
    made = Signer(leaves["rsa"].signing_key(), SignOptions(pss=True)).sign_content(content)
    made = Signer(leaves["p384"].signing_key()).add_to(made, content)
    made = Signer(leaves["p256"].signing_key()).counter_sign(made, 0)
    out.write_bytes(made)
    assert crosscheck.openssl_verify(root, out, data, "-cades")
    report = judge(root, out, data)
    assert report.verdict is Verdict.PASSED
    assert len(report.signatures) == 2


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384", "p521"])
@pytest.mark.parametrize("extra", [[], ["-nodetach"], ["-stream"], ["-nodetach", "-stream"], ["-keyid"],
                                   ["-md", "sha512"], ["-keyopt", "rsa_padding_mode:pss"]], ids="_".join)  # fmt: skip
def test_we_accept_what_openssl_signs(world, data, tmp_path, kind, extra):
    root, leaves = world
    if "-keyopt" in extra and kind != "rsa":
        pytest.skip("PSS is for RSA")
    out = tmp_path / "theirs.p7s"
    crosscheck.openssl_sign(leaves[kind], data, out, "-cades", *extra)
    report = judge(root, out, None if "-nodetach" in extra else data)
    assert report.verdict is Verdict.PASSED, [
        c for s in report.signatures for c in s.checks if c.open
    ]
    if "-nodetach" not in extra:
        data.write_bytes(b"changed")
        assert judge(root, out, data).signatures[0].sub_indication == "HASH_FAILURE"


def test_plain_cms_of_openssl_needs_leniency(world, data, tmp_path):
    root, leaves = world
    out = tmp_path / "theirs.p7s"
    for extra, check in (
        ((), "signing-certificate-attribute"),
        (("-noattr",), "signed-attributes-present"),
    ):
        crosscheck.openssl_sign(leaves["rsa"], data, out, *extra)
        strict = judge(root, out, data)
        assert strict.verdict is Verdict.FAILED
        assert check in {c.id for c in strict.signatures[0].open_checks}
        loose = judge(root, out, data, lenient=True)
        assert loose.verdict is Verdict.PASSED
        assert any(c.id == check and c.outcome == "warning" for c in loose.signatures[0].checks)


def test_signed_attributes_passed_off_as_a_document(world, data, tmp_path):
    """Without its attributes a signature fits the DER of these attributes: never a document."""
    from medcab.signing.cms import parse_signed_data
    from medcab.signing.tlv import encode, read

    root, leaves = world
    out = tmp_path / "out.sig"
    Signer(leaves["rsa"].signing_key()).sign_file(data, out)
    signed = parse_signed_data(out.read_bytes())
    info = signed.signers[0][1]
    _, start, stop = read(info.raw, 0, len(info.raw))
    body = info.raw[start:stop]
    stripped = encode(0x30, body.replace(info.signed_der, b""))
    from medcab.signing.joining import replace_signer

    forged = tmp_path / "forged.sig"
    forged.write_bytes(replace_signer(signed, 0, stripped))
    document = tmp_path / "document.bin"
    document.write_bytes(info.signed_bytes)
    assert crosscheck.openssl_verify(root, forged, document)  # openssl is fooled
    for lenient in (False, True):
        report = judge(root, forged, document, lenient=lenient)
        assert report.verdict is Verdict.FAILED
    assert "content-not-attributes" in {c.id for c in report.signatures[0].open_checks}

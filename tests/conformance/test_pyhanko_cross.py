"""Both ways with pyHanko, detached CMS and PDF."""

from __future__ import annotations

import asyncio
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "signing"))
import pki
from asn1crypto import cms, keys

from medcab.model import Verdict
from medcab.signing.content import MemoryContent
from medcab.signing.pades import sign_pdf
from medcab.signing.sign import Signer, SignOptions
from medcab.signing.trust import TrustStore
from medcab.signing.verify import Verifier

DATA = b"document" * 100
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def world():
    span = {"start": NOW - pki.YEAR, "end": NOW + pki.YEAR}
    root = pki.make("Root", kind="rsa", ca=True, **span)
    between = pki.make("Intermediate", root, kind="rsa", ca=True, **span)
    leaves = {
        k: pki.make(f"Leaf {k}", between, kind=k, usage="content_commitment", **span)
        for k in ("rsa", "p256", "p384", "ed25519")
    }
    return root, leaves


def context(root):
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(trust_roots=[root.asn1], allow_fetching=False)


def pyhanko_signer(entity):
    from cryptography.hazmat.primitives import serialization
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    store = SimpleCertificateStore()
    store.register_multiple([each.asn1 for each in entity.chain])
    der = entity.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SimpleSigner(entity.asn1, keys.PrivateKeyInfo.load(der), store)


def verifier(root):
    return Verifier(TrustStore.from_certificates([root.asn1]))


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384", "ed25519"])
@pytest.mark.parametrize("pss", [False, True])
def test_pyhanko_accepts_ours(world, kind, pss):
    from pyhanko.sign.validation import async_validate_detached_cms

    if pss and kind != "rsa":
        pytest.skip("PSS is for RSA")
    root, leaves = world
    made = Signer(leaves[kind].signing_key(), SignOptions(pss=pss)).sign_bytes(DATA)
    signed = cms.ContentInfo.load(made)["content"]
    for data, good in ((DATA, True), (DATA + b"x", False)):
        status = asyncio.run(
            async_validate_detached_cms(data, signed, signer_validation_context=context(root))
        )
        assert (status.intact and status.valid and status.trusted) is good


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384", "ed25519"])
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_we_accept_pyhankos(world, kind, digest):
    root, leaves = world
    if (kind, digest) == ("ed25519", "sha256"):
        pytest.skip("RFC 8419 wants SHA-512 with Ed25519")
    signer = pyhanko_signer(leaves[kind])
    made = asyncio.run(
        signer.async_sign_general_data(DATA, digest, detached=True, use_cades=True)
    ).dump()
    good = verifier(root).verify_bytes(made, MemoryContent(DATA))
    assert good.verdict is Verdict.PASSED, [c for c in good.signatures[0].checks if c.open]
    assert verifier(root).verify_bytes(made, MemoryContent(DATA + b"x")).verdict is Verdict.FAILED


def blank_pdf():
    import pikepdf

    out = io.BytesIO()
    document = pikepdf.new()
    document.add_blank_page()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["rsa", "p256"])
def test_pdf_both_ways(world, kind):
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata
    from pyhanko.sign.signers import sign_pdf as pyhanko_sign_pdf
    from pyhanko.sign.validation import validate_pdf_signature

    root, leaves = world
    ours = sign_pdf(Signer(leaves[kind].signing_key()), blank_pdf())
    status = validate_pdf_signature(
        PdfFileReader(io.BytesIO(ours)).embedded_signatures[0],
        signer_validation_context=context(root),
    )
    assert status.bottom_line
    metadata = PdfSignatureMetadata(
        field_name="Подпись", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(blank_pdf()))
    theirs = pyhanko_sign_pdf(writer, metadata, signer=pyhanko_signer(leaves[kind])).getvalue()
    assert verifier(root).verify_bytes(theirs).verdict is Verdict.PASSED

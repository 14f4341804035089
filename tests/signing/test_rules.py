"""SIG rules over packages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import pki
import pytest

from medcab.model import Document, Package, SignatureFile
from medcab.rules import DocumentContext, Hit, PackageContext, Unknown
from medcab.signing import rules
from medcab.signing.sign import Signer, SignOptions
from medcab.sources import BytesSource


@dataclass
class Profile:
    signature: str = "optional"


def package(signed=(), orphans=()):
    documents, signatures = [], []
    for name, data, signature in signed:
        documents.append(Document(name, BytesSource(data), name, len(data)))
        if signature is not None:
            path = name + ".sig"
            signatures.append(SignatureFile(path, BytesSource(signature), len(signature), name))
    signatures += [SignatureFile(p, BytesSource(b""), 0, None) for p in orphans]
    return Package("root", tuple(documents), signatures=tuple(signatures))


def run(rule, made, signature="optional"):
    found = []
    for document in made.documents:
        facts = SimpleNamespace(pdf=None, format="jpeg")
        params = {"types": ["application"]}
        typed = replace(document, type="application")
        ctx = DocumentContext(made, Profile(signature), params, pki.NOW, typed, facts)
        found += list(rule(ctx))
    return found


@pytest.fixture(scope="module")
def sign(authority):
    signer = Signer(
        authority.leaf("p256").signing_key(), SignOptions(force=True, signing_time=pki.NOW)
    )
    return signer.sign_bytes


ALL = (
    rules.signature_missing,
    rules.signature_wrong_document,
    rules.signature_invalid,
    rules.signature_not_confirmed,
)


def test_good_signature_is_silent(authority, sign, inspected):
    made = inspected(package([("a.pdf", b"a", sign(b"a"))]), authority.verifier())
    assert [found for rule in ALL for found in run(rule, made, "required")] == []


def test_missing_only_where_required(authority, inspected):
    made = inspected(package([("a.pdf", b"a", None)]), authority.verifier())
    assert run(rules.signature_missing, made, "optional") == []
    assert run(rules.signature_missing, made, "required") == [Hit(args={"path": "a.pdf"})]


def test_changed_document_and_broken_signature(authority, sign, inspected):
    made = inspected(
        package([("a.pdf", b"b", sign(b"a")), ("c.pdf", b"c", sign(b"c")[:-9])]),
        authority.verifier(),
    )
    assert [h.args["signature"] for h in run(rules.signature_wrong_document, made)] == ["a.pdf.sig"]
    assert [h.args["signature"] for h in run(rules.signature_invalid, made)] == ["c.pdf.sig"]
    assert (
        run(rules.signature_wrong_document, made, "off")
        == run(rules.signature_invalid, made, "off")
        == []
    )


def test_open_questions_stay_open(authority, sign, inspected):
    from medcab.signing.trust import TrustStore
    from medcab.signing.verify import Verifier

    plain = package([("a.pdf", b"a", sign(b"a"))])
    (unknown,) = run(
        rules.signature_not_confirmed, inspected(plain, Verifier(TrustStore(), at=pki.NOW))
    )
    assert isinstance(unknown, Unknown)
    assert unknown.evidence["sub_indication"] == "NO_CERTIFICATE_CHAIN_FOUND"
    (unknown,) = run(rules.signature_not_confirmed, plain)  # nobody verified it
    assert unknown.args == {"signature": "a.pdf.sig"}


def test_orphans():
    made = package(orphans=["x.pdf.sig", "y.p7m"])
    ctx = PackageContext(made, Profile(), {}, pki.NOW)
    (found,) = rules.signature_alone(ctx)  # INP003 tells of the other
    assert found.path == "y.p7m"
    assert isinstance(found, Unknown)
    assert list(rules.signature_alone(replace(ctx, profile=Profile("off")))) == []


def test_rules_are_registered_and_cheap():
    import subprocess
    import sys

    code = (
        "import sys, medcab.signing.rules\n"
        "from medcab.rules import _registry\n"
        "assert {'SIG001', 'SIG005'} <= set(_registry)\n"
        "assert not {'asn1crypto', 'cryptography', 'pyhanko'} & set(sys.modules), sorted(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_public_names_are_loaded_when_used():
    from medcab import signing

    assert sorted(signing.__all__) == signing.__all__ or set(signing.__all__) == set(signing._HOMES)
    for name in signing.__all__:
        assert getattr(signing, name).__name__ == name
    with pytest.raises(AttributeError):
        _ = signing.nothing

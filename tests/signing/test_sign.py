"""Signing: what is made verifies, and nothing is written that does not."""

from __future__ import annotations

from datetime import UTC, datetime

import pki
import pytest

from medcab.errors import InputError, OutputError, SigningError, UsageError
from medcab.model import Verdict
from medcab.signing.codec import encode
from medcab.signing.content import MemoryContent, StreamContent
from medcab.signing.making import Location, NamedPolicy
from medcab.signing.sign import Signer, SignOptions
from medcab.sources import FileSource

AT = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
DATA = "Диплом №1".encode()


def signer(authority, kind="rsa", **options):
    options.setdefault("signing_time", AT)
    return Signer(authority.leaf(kind).signing_key(), SignOptions(force=True, **options))


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384", "p521", "ed25519"])
@pytest.mark.parametrize("attached", [False, True])
def test_each_kind_of_key_signs_and_verifies(authority, kind, attached):
    made = signer(authority, kind, attached=attached).sign_content(MemoryContent(DATA))
    report = authority.verifier().verify_bytes(made, None if attached else MemoryContent(DATA))
    (result,) = report.signatures
    assert report.verdict is Verdict.PASSED, [c for c in result.checks if c.open]
    assert result.level == "CAdES-B-B"
    assert result.claimed_signing_time == AT
    assert len(result.chain) == 3
    assert result.signer.holder["snils"] == "11223344595"
    assert report.container == ("attached" if attached else "detached")


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("pss", [False, True])
def test_rsa_with_each_digest_and_padding(authority, digest, pss):
    made = signer(authority, digest=digest, pss=pss).sign_bytes(DATA)
    report = authority.verifier().verify_bytes(made, MemoryContent(DATA))
    assert report.verdict is Verdict.PASSED
    assert report.signatures[0].algorithm == f"RSA-2048 SHA-{digest[3:]}"


def test_optional_attributes_come_back(authority):
    policy = NamedPolicy("1.2.3.4", b"\x01" * 32, uri="http://example.test/policy")
    made = signer(
        authority,
        commitment="proof-of-approval",
        location=Location("RU", "Казань", ("ул. Ленина, 1", "420000")),
        roles=("Главный врач",),
        mime_type="application/pdf",
        policy=policy,
    ).sign_content(MemoryContent(DATA))
    (result,) = authority.verifier().verify_bytes(made, MemoryContent(DATA)).signatures
    assert result.attributes == {
        "commitment": "proof-of-approval",
        "location": {
            "country": "RU",
            "locality": "Казань",
            "postal_address": ["ул. Ленина, 1", "420000"],
        },
        "roles": ["Главный врач"],
        "mime_type": "application/pdf",
        "policy": {"oid": "1.2.3.4", "uri": "http://example.test/policy"},
    }
    assert result.sub_indication == "SIGNATURE_POLICY_NOT_AVAILABLE"


def test_signature_policy_is_held_against_its_document(authority):
    import hashlib

    document = b"policy"
    policy = NamedPolicy("1.2.3.4", hashlib.sha256(document).digest())
    made = signer(authority, policy=policy).sign_bytes(DATA)
    for given, verdict in ((document, Verdict.PASSED), (b"other", Verdict.INDETERMINATE)):
        verifier = authority.verifier(policy_documents={"1.2.3.4": given})
        assert verifier.verify_bytes(made, MemoryContent(DATA)).verdict is verdict


@pytest.mark.parametrize("encoding", ["der", "pem", "base64"])
def test_encodings(authority, encoding):
    made = encode(signer(authority).sign_bytes(DATA), encoding)
    report = authority.verifier().verify_bytes(made, MemoryContent(DATA))
    assert report.verdict is Verdict.PASSED
    assert report.encoding == encoding


def test_parallel_signature_keeps_the_first(authority):
    first = signer(authority).sign_bytes(DATA)
    both = signer(authority, "p384").add_to(first, MemoryContent(DATA))
    report = authority.verifier().verify_bytes(both, MemoryContent(DATA))
    assert [r.algorithm for r in report.signatures] == ["RSA-2048 SHA-256", "EC P-384 SHA-384"]
    assert report.verdict is Verdict.PASSED


def test_parallel_signature_over_another_document_is_refused(authority):
    first = signer(authority).sign_bytes(DATA)
    with pytest.raises(SigningError):
        signer(authority, "p256").add_to(first, MemoryContent(b"other"))


def test_adding_to_garbage_is_refused(authority):
    first = signer(authority).sign_bytes(DATA)
    for broken in (first[:-5], first + b"x", b"\x30\x03\x02\x01\x01"):
        with pytest.raises(SigningError):
            signer(authority, "p256").add_to(broken, MemoryContent(DATA))


def test_counter_signature_is_judged_by_itself(authority):
    first = signer(authority).sign_bytes(DATA)
    made = signer(authority, "p256").counter_sign(first, 0)
    made = signer(authority, "ed25519").counter_sign(made, 0)
    report = authority.verifier().verify_bytes(made, MemoryContent(DATA))
    counters = report.signatures[0].counter_signatures
    assert [(c.index, c.kind, c.verdict) for c in counters] == [
        ("0.0", "counter-signature", Verdict.PASSED),
        ("0.1", "counter-signature", Verdict.PASSED),
    ]
    with pytest.raises(SigningError):
        signer(authority, "p256").counter_sign(first, 7)


def test_counter_signature_over_another_signature_fails(authority):
    """A counter-signature that was copied from another file says nothing here."""
    one, two = signer(authority).sign_bytes(DATA), signer(authority).sign_bytes(b"other")
    from medcab.signing import joining
    from medcab.signing.cms import parse_signed_data

    countered = parse_signed_data(signer(authority, "p256").counter_sign(one, 0))
    stolen = countered.signers[0][1].unsigned("1.2.840.113549.1.9.6")[0].values[0]
    target = parse_signed_data(two)
    changed = joining.add_unsigned(target.signers[0][1], "1.2.840.113549.1.9.6", stolen)
    made = joining.replace_signer(target, 0, changed, certificates=[authority.leaf("p256").der])
    report = authority.verifier().verify_bytes(made, MemoryContent(b"other"))
    assert report.signatures[0].verdict is Verdict.PASSED
    assert report.signatures[0].counter_signatures[0].sub_indication == "HASH_FAILURE"
    assert report.verdict is Verdict.FAILED


def test_expired_and_unsuitable_certificates_do_not_sign(authority):
    now = datetime.now(UTC)
    old = pki.make("Старый", authority.intermediate, start=now - pki.YEAR, end=now - pki.YEAR / 12)
    early = pki.make(
        "Ранний", authority.intermediate, start=now + pki.YEAR / 12, end=now + pki.YEAR
    )
    cipher = pki.make(
        "Шифр",
        authority.intermediate,
        usage="data_encipherment",
        start=now - pki.YEAR,
        end=now + pki.YEAR,
    )
    for entity in (old, early, cipher):
        with pytest.raises(SigningError) as caught:
            Signer(entity.signing_key())
        assert "--force" in caught.value.hint
        Signer(entity.signing_key(), SignOptions(force=True))


def test_files_are_signed_whole_or_not_at_all(authority, tmp_path):
    good, missing = tmp_path / "a.pdf", tmp_path / "b.pdf"
    good.write_bytes(DATA)
    outcomes = list(signer(authority).sign_files([good, missing]))
    assert outcomes[0].output == str(tmp_path / "a.pdf.sig")
    assert isinstance(outcomes[1].error, InputError)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.pdf", "a.pdf.sig"]
    with pytest.raises(OutputError):
        signer(authority).sign_file(good)
    signer(authority).sign_file(good, overwrite=True)
    report = authority.verifier().verify_file(str(tmp_path / "a.pdf.sig"), str(good))
    assert report.verdict is Verdict.PASSED


def test_a_key_of_another_certificate_is_noticed_before_anything_is_written(authority, tmp_path):
    class Liar:
        certificate = authority.leaf("p256").asn1
        chain = ()
        algorithm = "ec"

        def sign(self, data, digest="sha256", *, pss=False):
            return authority.leaf("p384").signing_key().sign(data, digest)

    path = tmp_path / "a.txt"
    path.write_bytes(DATA)
    with pytest.raises(SigningError, match="does not verify"):
        Signer(Liar(), SignOptions(force=True)).sign_file(path)
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_content_that_changes_while_it_is_read_is_refused(authority, tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"x" * (2 << 20))

    class Growing(FileSource):
        def open(self):
            stream = super().open()
            real = stream.readinto

            class Wrapped:
                fileno = stream.fileno
                read = stream.read

                def readinto(self, buffer):
                    with path.open("ab") as more:  # for ever
                        more.write(b"y" * (1 << 20))
                    return real(buffer)

                def __enter__(self):
                    return self

                def __exit__(self, *_):
                    stream.close()

            return Wrapped()

    with pytest.raises(InputError, match="changed"):
        signer(authority).sign_content(StreamContent(Growing(str(path)), "a.bin"))


def test_unknown_commitment_is_explained(authority):
    with pytest.raises(UsageError):
        signer(authority, commitment="прочее")


def test_signed_attributes_are_in_der_order_whatever_is_in_them(authority):
    from medcab.signing.cms import parse_signed_data

    for options in ({}, {"roles": ("a" * 300,)}, {"mime_type": "x" * 100}):
        maker = signer(authority, "p256", **options)
        for data in (b"", b"a", b"b" * 1000):
            assert parse_signed_data(maker.sign_bytes(data)).signers[0][1].canonical


def test_full_disk_leaves_nothing_behind(authority, tmp_path, monkeypatch):
    import errno
    import os

    document = tmp_path / "a.txt"
    document.write_bytes(DATA)
    old = tmp_path / "a.txt.sig"
    old.write_bytes(b"what was there before")

    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        signer(authority).sign_file(document, overwrite=True)
    assert old.read_bytes() == b"what was there before"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "a.txt.sig"]


def test_existing_signature_is_not_damaged_when_the_second_fails(authority, tmp_path):
    first = signer(authority).sign_bytes(DATA)
    place = tmp_path / "a.sig"
    place.write_bytes(first)
    with pytest.raises(SigningError):
        signer(authority, "p256").add_to(place.read_bytes(), MemoryContent(b"other"))
    assert place.read_bytes() == first

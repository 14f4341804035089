"""References held against what is there, in the odd forms that signers write."""

from __future__ import annotations

import pytest
from test_old_forms import add, complete, other_hash
from world import NOW, pki_server

from medcab.signing.attributes import Oid
from medcab.signing.blocks.journal import Journal
from medcab.signing.cms import parse_signed_data
from medcab.signing.longterm.extend import stamp_signature
from medcab.signing.longterm.past import Material
from medcab.signing.longterm.references import check_references, references_of
from medcab.signing.tlv import encode, encode_oid

STRIBOG_BEFORE = "1.2.804.2.1.1.1.1.2.1"  # GOST 34.311, of Ukrainian signers


def revocation_references(*lists: bytes, answers: bytes = b"") -> bytes:
    parts = b""
    if lists:
        parts += encode(0xA0, encode(0x30, encode(0x30, b"".join(lists))))
    if answers:
        parts += encode(0xA1, encode(0x30, encode(0x30, answers)))
    return encode(0x30, encode(0x30, parts) + encode(0x30, b""))


def judged(world, certificates=None, revocation=None, *, crls=(), ocsps=()):
    made = stamp_signature(world.sign(), world.tsa("short"))
    if certificates is not None:
        made = add(made, Oid.CERTIFICATE_REFERENCES, certificates)
    if revocation is not None:
        made = add(made, Oid.REVOCATION_REFERENCES, revocation)
    made = add(made, Oid.REVOCATION_VALUES, encode(0x30, b""))
    signed = parse_signed_data(made)
    journal = Journal()
    verifier = world.verifier()
    records = verifier.records.bag(signed.certificates_der, signed.certificates)
    material = Material(tuple(records), (), tuple(crls), tuple(ocsps))
    check_references(journal, signed.signers[0][1], material)
    return {check.id: str(check.outcome) for check in journal.checks}


def listed(crl: bytes, *, wrong: bool = False, number: bool = True) -> bytes:
    from asn1crypto import crl as structures

    parsed = structures.CertificateList.load(crl)
    body = parsed["tbs_cert_list"]
    identifier = body["issuer"].dump() + body["this_update"].dump()
    if number:
        identifier += parsed.crl_number_value.dump()
    return encode(0x30, other_hash(crl + b"x" * wrong) + encode(0x30, identifier))


def test_an_unknown_digest_is_told(world):
    hashed = encode(0x30, encode_oid(STRIBOG_BEFORE)) + encode(0x04, bytes(32))
    found = judged(world, encode(0x30, encode(0x30, encode(0x30, hashed))))
    assert found == {"certificate-references": "warning"}


def test_sha1_is_an_octet_string_alone(world):
    import hashlib

    hashed = encode(0x04, hashlib.sha1(world.issuing.der).digest())
    found = judged(world, encode(0x30, encode(0x30, hashed)))
    assert found == {"certificate-references": "passed"}


@pytest.mark.parametrize(
    "value", [b"\x05\x00", encode(0x30, b"\x05\x00"), encode(0x30, encode(0x30, b"\x05\x00")), b"",
              encode(0x30, encode(0x30, other_hash(b"x") + b"\x05\x00"))],
)  # fmt: skip
def test_damaged_references_are_told(world, value):
    if value:
        assert judged(world, value) == {"references-readable": "warning"}
    assert judged(world, None, encode(0x30, b"\x02\x01\x00")) == {"references-readable": "warning"}


def test_lists(world):
    first = pki_server.make_crl(world.issuing, NOW)
    assert judged(world, None, revocation_references(listed(first)), crls=[first]) == {
        "revocation-references": "passed"
    }
    wrong = revocation_references(listed(first, wrong=True))
    assert judged(world, None, wrong, crls=[first]) == {"revocation-references": "undetermined"}
    assert judged(world, None, wrong) == {"revocation-references": "warning"}


def test_another_list_of_the_same_moment_is_no_contradiction(world):
    """Authorities issue several lists at a time, for several kinds of certificates."""
    first, second = (pki_server.make_crl(world.issuing, NOW) for _ in range(2))
    for number in (True, False):
        reference = revocation_references(listed(first, number=number))
        assert judged(world, None, reference, crls=[second]) == {"revocation-references": "warning"}


def test_answers(world):
    answer = pki_server.make_ocsp(world.issuing, world.signer.certificate, NOW)
    from asn1crypto import ocsp

    basic = ocsp.OCSPResponse.load(answer).basic_ocsp_response
    body = basic["tbs_response_data"]
    name = encode(0x30, body["responder_id"].dump() + body["produced_at"].dump())
    for hashed, outcome in (
        (b"", "passed"),  # named only
        (other_hash(answer), "passed"),
        (other_hash(basic.dump()), "passed"),
        (other_hash(answer + b"x"), "undetermined"),
    ):
        reference = revocation_references(answers=encode(0x30, name + hashed))
        found = judged(world, None, reference, ocsps=[answer])
        assert found == {"revocation-references": outcome}
    other = encode(0x30, encode(0xA2, encode(0x04, bytes(20))) + body["produced_at"].dump())
    reference = revocation_references(answers=encode(0x30, other))
    assert judged(world, None, reference, ocsps=[answer]) == {"revocation-references": "warning"}


def test_certificates_named_otherwise(world):
    """The number of another certificate, the hash of none that is here."""
    issuer = encode(0x30, encode(0xA4, world.signer.certificate.issuer.public_bytes()))
    serial = world.signer.certificate.serial_number
    number = encode(0x02, serial.to_bytes(serial.bit_length() // 8 + 1, "big"))
    named = encode(0x30, issuer + number)
    right = encode(0x30, encode(0x30, other_hash(world.signer.der) + named))
    wrong = encode(0x30, encode(0x30, other_hash(b"x") + named))
    assert judged(world, right) == {"certificate-references": "passed"}
    assert judged(world, wrong) == {"certificate-references": "undetermined"}
    stranger = encode(0x30, encode(0x30, other_hash(b"x") + encode(0x30, issuer + b"\x02\x01\x07")))
    assert judged(world, stranger) == {
        "certificate-references": "passed"
    }  # no values: kept elsewhere


def test_every_reference_is_read(world):
    signer = parse_signed_data(complete(world)).signers[0][1]
    assert [each.kind for each in references_of(signer)] == [
        "certificate", "certificate", "crl", "crl",
    ]  # fmt: skip

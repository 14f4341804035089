"""Old forms, as CryptoPro and others wrote them: C, X type 1 and 2, X Long, archive v2, index v1."""

from __future__ import annotations

import hashlib

import pytest
from world import DATA, LATER, NOW, YEAR, pki_server

from medcab.errors import SigningError
from medcab.signing.algorithms import digest_by_name
from medcab.signing.attributes import Oid
from medcab.signing.cms import parse_signed_data
from medcab.signing.content import MemoryContent
from medcab.signing.joining import add_unsigned, replace_signer
from medcab.signing.longterm import archive, oldforms
from medcab.signing.longterm.building import add_stamp, with_index
from medcab.signing.longterm.extend import stamp_signature
from medcab.signing.tlv import encode, encode_oid

SHA256 = digest_by_name("sha256")


def other_hash(data: bytes) -> bytes:
    return encode(0x30, encode(0x30, encode_oid(SHA256.oid)) + encode(0x04, SHA256.digest(data)))


def add(data: bytes, name: str, value: bytes) -> bytes:
    signed = parse_signed_data(data)
    return replace_signer(signed, 0, add_unsigned(signed.signers[0][1], name, value))


def complete(world, *, values=True, kind=None, tsa="long") -> bytes:
    """A CAdES-C, X type 1 or 2, X Long."""
    made = stamp_signature(world.sign(), world.tsa("short"))
    certificates = [world.issuing.der, world.stampers["short"].der]
    crls = [pki_server.make_crl(h, NOW) for h in (world.root, world.issuing)]
    references = encode(0x30, b"".join(encode(0x30, other_hash(c)) for c in certificates))
    lists = encode(0x30, b"".join(encode(0x30, other_hash(c)) for c in crls))
    made = add(made, Oid.CERTIFICATE_REFERENCES, references)
    made = add(
        made, Oid.REVOCATION_REFERENCES,
        encode(0x30, encode(0x30, encode(0xA0, encode(0x30, lists)))),
    )  # fmt: skip
    if values:
        made = add(made, Oid.CERTIFICATE_VALUES, encode(0x30, b"".join(certificates)))
        held = encode(0x30, encode(0xA0, encode(0x30, b"".join(crls))))
        made = add(made, Oid.REVOCATION_VALUES, held)
    if kind is not None:
        signer = parse_signed_data(made).signers[0][1]
        octets, _ = oldforms.references(signer, kind)
        name = (
            Oid.CAD_ES_C_TIME_STAMP if kind == "cades-c-time-stamp" else Oid.REFERENCES_TIME_STAMP
        )
        made = add(made, name, world.tsa(tsa).stamp(SHA256.digest(octets)).raw)
    return made


@pytest.mark.parametrize(
    ("values", "kind", "level"),
    [
        (False, None, "CAdES-C"),
        (False, "cades-c-time-stamp", "CAdES-X-Type1"),
        (False, "references-time-stamp", "CAdES-X-Type2"),
        (True, None, "CAdES-X-Long"),
        (True, "cades-c-time-stamp", "CAdES-X-Long-Type1"),
        (True, "references-time-stamp", "CAdES-X-Long-Type2"),
    ],
)
def test_each_form_is_verified(world, values, kind, level):
    result = world.verify(complete(world, values=values, kind=kind))
    assert (result.indication, result.level) == ("TOTAL-PASSED", level)
    assert len(result.timestamps) == (1 if kind is None else 2)
    assert {s["indication"] for s in result.timestamps} == {"TOTAL-PASSED"}
    if values:
        required = world.verify(complete(world, kind=kind), revocation="require")
        assert required.indication == "TOTAL-PASSED"


def test_x_long_type_1_outlives_both_certificates(world):
    made = complete(world, kind="cades-c-time-stamp")
    result = world.verify(made, LATER)
    assert result.indication == "TOTAL-PASSED", [c for c in result.checks if c.open]
    assert world.verify(complete(world), LATER).sub_indication == "OUT_OF_BOUNDS_NO_POE"
    second = complete(world, kind="references-time-stamp")  # says nothing about the signature
    assert world.verify(second, LATER).sub_indication == "OUT_OF_BOUNDS_NO_POE"


def test_changed_references_are_found(world):
    made = complete(world, kind="cades-c-time-stamp")
    hashed = SHA256.digest(world.issuing.der)
    broken = made.replace(hashed, bytes(32), 1)
    assert broken != made
    assert world.verify(broken).sub_indication == "HASH_FAILURE"


def test_old_forms_are_not_mixed_with_the_new(world):
    with pytest.raises(SigningError, match="old form"):
        world.extend(complete(world, values=False), "B-LT")
    raised = world.extend(complete(world, kind="cades-c-time-stamp"), "B-LTA", "long")
    result = world.verify(raised)
    assert (result.indication, result.level) == ("TOTAL-PASSED", "CAdES-B-LTA")
    assert world.verify(raised, LATER).indication == "TOTAL-PASSED"


def with_archive_v2(world, data: bytes, content: bytes | None = DATA) -> bytes:
    signed = parse_signed_data(data)
    signer = signed.signers[0][1]
    made = archive.imprint_v2(signed, signer, content, signer.unsigned_attributes, SHA256)
    imprint = made[0]
    token = world.tsa("long").stamp(imprint)
    return add_stamp(signed, 0, Oid.ARCHIVE_TIME_STAMP_V2, token.raw)


def test_archive_time_stamp_v2(world):
    made = with_archive_v2(world, complete(world))
    result = world.verify(made)
    assert (result.indication, result.level) == ("TOTAL-PASSED", "CAdES-A")
    assert world.verify(made, LATER).indication == "TOTAL-PASSED"
    with pytest.raises(SigningError, match="old form"):
        world.extend(made, "B-LTA")
    der = world.issuing.der
    other = made.replace(der, der[:-1] + bytes((der[-1] ^ 1,)), 1)
    assert world.verify(other, LATER).indication != "TOTAL-PASSED"
    report = world.verifier().verify_bytes(made, MemoryContent(DATA + b"x"))
    assert report.signatures[0].sub_indication == "HASH_FAILURE"


def test_sorted_attributes_do_not_hide_what_was_there_before(world):
    """Writers that sort the set put the archive time-stamp before attributes that it covers."""
    made = with_archive_v2(world, complete(world))
    signed = parse_signed_data(made)
    signer = signed.signers[0][1]
    *others, last = signer.unsigned_attributes
    assert last.oid == Oid.ARCHIVE_TIME_STAMP_V2
    old = b"".join(a.raw for a in (*others, last))
    # As a sequence of bytes the covered attributes keep their order; only the place differs.
    moved = made.replace(old, b"".join(a.raw for a in (last, *others)))
    assert moved != made
    assert world.verify(moved).indication == "TOTAL-PASSED"
    assert world.verify(moved, LATER).indication == "TOTAL-PASSED"


def index_v1(signed, signer, *, name: bool) -> bytes:
    def listed(parts):
        return encode(0x30, b"".join(encode(0x04, hashlib.sha256(p).digest()) for p in parts))

    head = encode(0x30, encode_oid(SHA256.oid)) if name else b""
    return encode(
        0x30,
        head
        + listed(archive.pieces(signed.certificates_der))
        + listed(archive.pieces(signed.crls_der))
        + listed([a.raw for a in signer.unsigned_attributes]),
    )


def with_archive_v1_index(world, data: bytes, *, name: bool = True) -> bytes:
    signed = parse_signed_data(data)
    signer = signed.signers[0][1]
    index = index_v1(signed, signer, name=name)
    content = hashlib.sha256(DATA).digest()
    token = world.tsa("long").stamp(archive.imprint_v3(signed, signer, content, index, SHA256))
    inner = add_unsigned(token.signer, archive.INDEX_V1, index)
    stamped = replace_signer(token.signed, 0, inner)
    return add_stamp(signed, 0, Oid.ARCHIVE_TIME_STAMP_V3, stamped)


@pytest.mark.parametrize("name", [True, False])
def test_index_v1(world, name):
    archived = with_archive_v1_index(world, world.extend(world.sign(), "B-LT"), name=name)
    assert world.verify(archived).indication == "TOTAL-PASSED"
    assert world.verify(archived, LATER).indication == "TOTAL-PASSED"


def test_what_came_after_the_archive_time_stamp_is_not_proven(world):
    """Data that are not in the index prove nothing, though they do no harm."""
    from medcab.signing.longterm.building import add_material

    made = world.extend(world.sign(), "B-LTA", "long")
    signed = parse_signed_data(made)
    late = pki_server.make_crl(world.issuing, NOW)
    more = add_material(signed, [], [late], [])
    assert world.verify(more).indication == "TOTAL-PASSED"
    assert world.verify(more, LATER).indication == "TOTAL-PASSED"
    signed.crls_der = b""
    removed = add_material(signed, [], [], [])
    assert len(removed) < len(made)
    assert world.verify(removed).sub_indication == "HASH_FAILURE"


def test_archive_time_stamp_without_index_or_with_two(world):
    made = world.extend(world.sign(), "B-LT")
    signed = parse_signed_data(made)
    signer = signed.signers[0][1]
    content = hashlib.sha256(DATA).digest()
    index = archive.make_index(signed, signer, SHA256)
    token = world.tsa("long").stamp(archive.imprint_v3(signed, signer, content, index, SHA256))
    bare = add_stamp(signed, 0, Oid.ARCHIVE_TIME_STAMP_V3, token.raw)
    assert world.verify(bare).indication == "TOTAL-FAILED"
    twice = add_unsigned(
        parse_signed_data(with_index(token, index)).signers[0][1], archive.INDEX_V3, index
    )
    doubled = add_stamp(
        signed, 0, Oid.ARCHIVE_TIME_STAMP_V3, replace_signer(token.signed, 0, twice)
    )
    assert world.verify(doubled).indication == "TOTAL-FAILED"


def test_time_stamps_in_the_wrong_order(world):
    """An archive time-stamp that is older than the signature's own."""
    made = stamp_signature(world.sign(), world.tsa("short"))
    world.server.clock = NOW - YEAR / 12
    signed = parse_signed_data(made)
    signer = signed.signers[0][1]
    index = archive.make_index(signed, signer, SHA256)
    content = hashlib.sha256(DATA).digest()
    token = world.tsa("long").stamp(archive.imprint_v3(signed, signer, content, index, SHA256))
    wrong = add_stamp(signed, 0, Oid.ARCHIVE_TIME_STAMP_V3, with_index(token, index))
    assert world.verify(wrong, NOW).sub_indication == "TIMESTAMP_ORDER_FAILURE"

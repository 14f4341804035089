"""What proofs may rest on: evidence that could have been made later proves nothing."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import DATA, NOW, YEAR, World, pki_server

from medcab.signing.attributes import Oid
from medcab.signing.cms import parse_signed_data
from medcab.signing.content import MemoryContent
from medcab.signing.longterm import archive
from medcab.signing.longterm.building import add_material, add_stamp, with_index
from medcab.signing.longterm.extend import stamp_signature
from medcab.signing.tlv import encode, encode_oid


class Short(World):
    """A world whose issuing authority ends in three years, the time-stamper in ten."""

    def __init__(self, server):
        super().__init__(server)
        make, where = pki_server.certify, server.address
        self.issuing = server.add_authority(
            make("Короткий", self.root, purpose="authority", address=where,
                 start=NOW - YEAR, end=NOW + 3 * YEAR)
        )  # fmt: skip
        self.signer = server.know(
            make("Петрова", self.issuing, address=where, start=NOW - YEAR, end=NOW + YEAR)
        )
        stamper = make("TSA root", self.root, purpose="time-stamping", address=where,
                       start=NOW - YEAR, end=NOW + 10 * YEAR)  # fmt: skip
        server.tsas["root"] = pki_server.Tsa(server.know(stamper))


@pytest.fixture(scope="module")
def short():
    with pki_server.Server() as server:
        yield Short(server)


def judge(world, data, at):
    """Revocation is required; what the outermost authority needs is given fresh."""
    fresh = pki_server.make_crl(world.root, at - timedelta(hours=1))
    verifier = world.verifier(at, crls=[fresh], revocation="require")
    return verifier.verify_bytes(data, MemoryContent(DATA)).signatures[0]


def with_lists(world):
    """B-T with lists of both authorities, as B-LT holds them."""
    made = stamp_signature(world.sign(), world.tsa("root"))
    lists = [pki_server.make_crl(a, NOW + timedelta(days=1)) for a in (world.root, world.issuing)]
    return add_material(parse_signed_data(made), [], lists, [])


def test_unproven_list_counts_only_while_its_authority_lives(short):
    made = with_lists(short)
    assert judge(short, made, NOW + 2 * YEAR).indication == "TOTAL-PASSED"
    late = judge(short, made, NOW + 4 * YEAR)
    assert (late.indication, late.sub_indication) == ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")


def test_proven_list_counts_for_good(short):
    signed = parse_signed_data(with_lists(short))
    short.server.clock = NOW + timedelta(days=2)
    try:
        made = stamped(short, signed, "root")
    finally:
        short.server.clock = NOW
    assert judge(short, made, NOW + 4 * YEAR).indication == "TOTAL-PASSED"


def test_list_of_an_authority_that_was_revoked_since(short):
    made = with_lists(short)
    at = NOW + 2 * YEAR
    serial = short.issuing.certificate.serial_number
    short.root.revoked[serial] = NOW + YEAR + timedelta(days=30)
    try:
        result = judge(short, made, at)
        # The signature is older than the revocation, but the list may be a forgery of after it.
        assert result.indication == "INDETERMINATE"
        short.root.revoked[serial] = NOW - timedelta(days=1)
        assert judge(short, made, at).indication == "INDETERMINATE"
    finally:
        short.root.revoked.clear()


def stamped(world, signed, name, *, digest="sha256"):
    from medcab.signing.algorithms import digest_by_name

    signer = signed.signers[0][1]
    index = archive.make_index(signed, signer, digest_by_name(digest))
    sha256 = digest_by_name("sha256")
    content = hashlib.sha256(DATA).digest()
    token = world.tsa(name).stamp(archive.imprint_v3(signed, signer, content, index, sha256))
    return add_stamp(signed, 0, Oid.ARCHIVE_TIME_STAMP_V3, with_index(token, index))


def test_index_with_a_broken_digest_proves_nothing(short):
    signed = parse_signed_data(with_lists(short))
    weak = stamped(short, signed, "root", digest="sha1")
    result = judge(short, weak, NOW + 4 * YEAR)
    assert result.indication == "INDETERMINATE"
    assert result.timestamps[0]["sub_indication"] == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"


def test_algorithm_oids_of_the_index_are_encoded_plainly(short):
    signed = parse_signed_data(with_lists(short))
    from medcab.signing.algorithms import digest_by_name

    made = archive.make_index(signed, signed.signers[0][1], digest_by_name("sha256"))
    assert made.startswith(made[:2])
    assert encode(0x30, encode_oid("2.16.840.1.101.3.4.2.1")) in made


def test_stamp_over_the_signature_says_nothing_about_the_lists(short):
    """A second signature-time-stamp does not cover certificates and lists."""
    made = stamp_signature(with_lists(short), short.tsa("root"))
    assert judge(short, made, NOW + 4 * YEAR).indication == "INDETERMINATE"


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_mangled_files_are_judged_and_never_crash(short, data):
    made = getattr(short, "archived", None)
    if made is None:
        made = short.archived = stamped(short, parse_signed_data(with_lists(short)), "root")
    changed = bytearray(made)
    for _ in range(data.draw(st.integers(1, 4))):
        kind = data.draw(st.sampled_from(["byte", "cut", "copy", "drop"]))
        place = data.draw(st.integers(0, len(changed) - 1))
        size = data.draw(st.integers(1, 40))
        if kind == "byte":
            changed[place] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del changed[place : place + size]
        elif kind == "copy":
            changed[place:place] = changed[place : place + size]
        else:
            changed[place : place + size] = bytes(min(size, len(changed) - place))
        if not changed:
            return
    report = short.verifier(NOW + timedelta(days=3)).verify_bytes(
        bytes(changed), MemoryContent(DATA)
    )
    assert report.verdict in ("passed", "failed", "indeterminate")

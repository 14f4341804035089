"""The readers underneath: TLV, BER to definite lengths, encodings, attributes."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.signing import making, tlv
from medcab.signing.attributes import Oid, ess_references, octets, time_of
from medcab.signing.blocks.format import looks_like_attributes
from medcab.signing.cms import parse_attributes, parse_signed_data, parse_signer_info
from medcab.signing.codec import NotASignatureError, decode, encode
from medcab.signing.statements import describe

EOC = b"\0\0"


@pytest.mark.parametrize(
    "dotted", ["1.2.840.113549.1.7.2", "0.4.0.1733.2.4", "2.5.4.3", "2.999.1", "1.2.643.7.1.1.2.2"]
)
def test_object_identifiers(dotted):
    der = tlv.encode_oid(dotted)
    assert tlv.oid(der[2:]) == dotted


@pytest.mark.parametrize(
    "contents", [b"", b"\x80\x01", b"\x2a\x80", b"\x2a\x80\x01", b"\x2a" * 200]
)
def test_malformed_object_identifiers(contents):
    with pytest.raises(tlv.DerError):
        tlv.oid(contents)


@pytest.mark.parametrize("dotted", ["", "1", "3.1", "1.40", "1.-2", "a.b"])
def test_what_is_no_object_identifier(dotted):
    with pytest.raises(ValueError):
        tlv.encode_oid(dotted)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x05abcd",
        b"\x30\x82\x01",
        b"\x30\x89" + b"\1" * 9,
        b"\x1f\x81\x01\x00",
        b"\x30\xff\x00",
    ],
)
def test_headers_out_of_bounds(data):
    with pytest.raises(tlv.DerError):
        tlv.read(data, 0, len(data))


def test_indefinite_lengths_become_definite_and_pieces_are_joined():
    inner = tlv.encode(0x04, b"ab") + tlv.encode(0x04, b"cd")
    ber = (
        b"\x30\x80" + b"\xa0\x80" + b"\x24\x80" + inner + EOC + EOC + tlv.encode(0x02, b"\1") + EOC
    )
    made, used = tlv.definite(ber + b"rest")
    assert used == len(ber)
    assert made == tlv.encode(
        0x30, tlv.encode(0xA0, tlv.encode(0x04, b"abcd")) + tlv.encode(0x02, b"\1")
    )


def test_what_has_definite_lengths_is_not_touched():
    """Even a length that is not minimal stays: digests are over the bytes as they came."""
    odd = b"\x30\x81\x03\x02\x01\x05"
    ber = b"\x30\x80" + odd + EOC
    made, _ = tlv.definite(ber)
    assert made == tlv.encode(0x30, odd)


@pytest.mark.parametrize(
    "data",
    [
        b"\x30\x80" * 5000,
        b"\x30\x80" * 5000 + EOC * 5000,
        b"\x04\x80ab" + EOC,
        b"\x24\x80\x02\x01\x01" + EOC,
        b"\x30\x80\x02\x01",
    ],
)
def test_bombs_and_torsos_are_refused_quickly(data):
    started = time.monotonic()
    with pytest.raises(tlv.DerError):
        tlv.definite(data)
    assert time.monotonic() - started < 2


def test_a_million_tiny_elements_are_bounded():
    data = b"\x30\x80" + b"\x05\x00" * 2_100_000 + EOC
    with pytest.raises(tlv.DerError):
        tlv.definite(data)


NESTED = st.recursive(
    st.binary(max_size=6).map(lambda b: ("octets", b)),
    lambda inner: st.tuples(
        st.sampled_from([0x30, 0x31, 0xA0]), st.lists(inner, max_size=4), st.booleans()
    ),
    max_leaves=12,
)


def render(tree, definite):
    if tree[0] == "octets":
        return tlv.encode(0x04, tree[1])
    tag, members, indefinite = tree
    body = b"".join(render(m, definite) for m in members)
    if indefinite and not definite:
        return bytes((tag, 0x80)) + body + EOC
    return tlv.encode(tag, body)


@settings(deadline=None, max_examples=200)
@given(NESTED)
def test_definite_equals_der_of_the_same_tree(tree):
    made, used = tlv.definite(render(tree, definite=False))
    assert made == render(tree, definite=True)
    assert used == len(render(tree, definite=False))


@settings(deadline=None, max_examples=500)
@given(st.binary(max_size=400))
def test_readers_raise_nothing_but_their_errors(data):
    for prefix in (b"", b"\x30\x80", b"\x30\x82"):
        try:
            parse_signed_data(decode(prefix + data).data)
        except (tlv.DerError, NotASignatureError):
            pass
        try:
            parse_signer_info(prefix + data)
        except tlv.DerError:
            pass


def test_order_of_sets():
    short, long = tlv.encode(0x04, b"a"), tlv.encode(0x04, b"ab")
    assert tlv.is_canonical_set(short + long, 0, 7)
    assert not tlv.is_canonical_set(long + short, 0, 7)
    assert not tlv.is_canonical_set(b"\x04\x81\x01a", 0, 4)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (tlv.encode(0x17, b"261121120000Z"), datetime(2026, 11, 21, 12, tzinfo=UTC)),
        (tlv.encode(0x17, b"500101000000Z"), datetime(1950, 1, 1, tzinfo=UTC)),
        (tlv.encode(0x18, b"20500101000000Z"), datetime(2050, 1, 1, tzinfo=UTC)),
    ],
)
def test_times(value, expected):
    assert time_of(value) == expected
    assert making.signing_time(expected) == value


@pytest.mark.parametrize(
    "value",
    [
        tlv.encode(0x17, b"2611211200Z"),
        tlv.encode(0x17, b"261121120000+0300"),
        tlv.encode(0x17, b"261321120000Z"),
        tlv.encode(0x18, b"20261121120000.5Z"),
        tlv.encode(0x18, b"20261121120000"),
        tlv.encode(0x0C, b"261121120000Z"),
        tlv.encode(0x17, "26112112000٣Z".encode()),
        b"",
    ],
)
def test_malformed_times(value):
    with pytest.raises(tlv.DerError):
        time_of(value)


@pytest.mark.parametrize("encoding", ["der", "pem", "base64"])
@given(data=st.binary(max_size=300).map(lambda b: tlv.encode(0x30, b)))
@settings(deadline=None, max_examples=50)
def test_encodings_come_back(encoding, data):
    found = decode(encode(data, encoding))
    assert (found.data, found.encoding, found.around) == (data, encoding, 0)


def test_base64_from_careless_programs():
    der = tlv.encode(0x30, b"\0" * 60)
    text = encode(der, "base64")
    for careless in (
        b"\xef\xbb\xbf" + text,
        text.replace(b"\n", b"\r\n"),
        text.replace(b"\n", b""),
        text.decode().encode("utf-16"),
    ):
        assert decode(careless).data == der


def test_text_around_pem_is_counted_and_two_blocks_are_refused():
    pem = encode(tlv.encode(0x30, b"\0"), "pem")
    assert decode(b"note\n" + pem).around == 4
    with pytest.raises(NotASignatureError, match="2 signatures"):
        decode(pem + pem)
    with pytest.raises(NotASignatureError, match="CERTIFICATE"):
        decode(pem.replace(b"CMS", b"CERTIFICATE"))


def test_damaged_base64():
    with pytest.raises(NotASignatureError):
        decode(b"MII$$$")


def test_content_that_looks_like_attributes():
    attributes = tlv.encode(0x31, making.attribute(Oid.CONTENT_TYPE, tlv.encode_oid("1.2.3")))
    assert looks_like_attributes(attributes, len(attributes))
    assert not looks_like_attributes(attributes + b"x", len(attributes) + 1)
    for other in (b"", b"1", b"1234567890", b"1" * 51, b"%PDF-1.7", b"\x31\x02\x30\x00"):
        assert not looks_like_attributes(other, len(other))


def test_unreadable_optional_attributes_are_named():
    raw = making.attribute(Oid.MIME_TYPE, tlv.encode(0x0C, b"a/b")) + making.attribute(
        Oid.COMMITMENT, b"\x05\x00"
    )
    said = describe(parse_attributes(raw, 0, len(raw)))
    assert said == {"mime_type": "a/b", "unreadable": [Oid.COMMITMENT]}


def test_values_with_something_behind_them():
    with pytest.raises(tlv.DerError):
        octets(b"\x04\x01a\x00")


def test_first_certificate_of_an_ess_attribute():
    entry = tlv.encode(0x30, tlv.encode(0x04, b"h" * 32))
    raw = making.attribute(Oid.ESS_V2, tlv.encode(0x30, tlv.encode(0x30, entry)))
    (reference,) = ess_references(parse_attributes(raw, 0, len(raw))[0])
    assert (reference.digest_oid, reference.value, reference.serial) == (
        "2.16.840.1.101.3.4.2.1",
        b"h" * 32,
        None,
    )
    empty = making.attribute(Oid.ESS_V2, tlv.encode(0x30, tlv.encode(0x30, b"")))
    with pytest.raises(tlv.DerError):
        ess_references(parse_attributes(empty, 0, len(empty))[0])

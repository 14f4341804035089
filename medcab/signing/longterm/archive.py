"""Archive time-stamps: archive-time-stamp-v3 with its hash index, and v2 for validation.

Source: ETSI EN 319 122-1, 5.5.2 (ats-hash-index-v3) and 5.5.3 (archive-time-stamp-v3); ETSI TS
101 733 V2.2.1, 6.4.2 (ats-hash-index v1) and 6.4.1 (archive-time-stamp v2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from medcab.signing.algorithms import DigestAlgorithm, digest_algorithm
from medcab.signing.cms import Attribute, SignedData, SignerInfo, algorithm_identifier
from medcab.signing.longterm.timestamps import Token
from medcab.signing.tlv import DerError, children, encode, encode_oid, read

__all__ = [
    "INDEX_V1",
    "INDEX_V3",
    "HashIndex",
    "covered_objects",
    "find_index",
    "imprint_v2",
    "imprint_v3",
    "make_index",
    "pieces",
]

INDEX_V1: Final = "0.4.0.1733.2.5"
INDEX_V3: Final = "0.4.0.19122.1.5"
_SHA256: Final = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True, slots=True)
class HashIndex:
    """An ats-hash-index.

    Attributes:
        raw: DER as it stands in the token: the imprint is over it.
        algorithm: of its hashes.
        certificates, revocations, attributes: the hashes.
        whole_attributes: v1 hashes whole attributes, v3 each value with its type.
    """

    raw: bytes
    algorithm: DigestAlgorithm
    certificates: frozenset[bytes]
    revocations: frozenset[bytes]
    attributes: frozenset[bytes]
    whole_attributes: bool


def find_index(token: Token) -> HashIndex:
    """The hash index among the unsigned attributes of a token.

    Raises:
        DerError: there is none, or more than one, or it is malformed.
        UnsupportedAlgorithmError: its digest is not known.
    """
    found = [a for a in token.signer.unsigned_attributes if a.oid in (INDEX_V1, INDEX_V3)]
    if len(found) != 1 or len(found[0].values) != 1:
        raise DerError("an archive time-stamp has exactly one hash index")
    return _parse_index(found[0].values[0], found[0].oid == INDEX_V1)


def _parse_index(data: bytes, first: bool) -> HashIndex:
    tag, start, stop = read(data, 0, len(data))
    if tag != 0x30 or stop != len(data):
        raise DerError("malformed hash index")
    fields = list(children(data, start, stop, 4))
    if any(field[0] != 0x30 for field in fields):
        raise DerError("malformed hash index")
    name = _SHA256
    # In v1 the algorithm may be absent (SHA-256): the number of elements tells.
    if len(fields) == 4:
        name, parameters = algorithm_identifier(data[fields[0][1] : fields[0][3]])
        if parameters not in (None, b"\x05\x00"):
            raise DerError("strange parameters of the digest in the hash index")
        del fields[0]
    elif not first:
        raise DerError("hash index without its algorithm")
    if len(fields) != 3:
        raise DerError("malformed hash index")
    one, two, three = (frozenset(_hashes(data, field[2], field[3])) for field in fields)
    return HashIndex(data, digest_algorithm(name), one, two, three, first)


def _hashes(data: bytes, start: int, stop: int) -> Iterator[bytes]:
    for tag, _, inner, end in children(data, start, stop, 10_000):
        if tag != 0x04:
            raise DerError("malformed hash index")
        yield data[inner:end]


def pieces(field: bytes) -> list[bytes]:
    """The elements of a certificates or crls field, as encoded."""
    return [field[a:b] for _, a, _, b in children(field, 0, len(field), 10_000)]


def _units(
    attributes: tuple[Attribute, ...], whole: bool
) -> Iterator[tuple[bytes, Attribute, int]]:
    """What the index hashes of the unsigned attributes: the octets, the attribute, which value."""
    for attribute in attributes:
        if whole:
            yield attribute.raw, attribute, -1
            continue
        kind = encode_oid(attribute.oid)
        for number, value in enumerate(attribute.values):
            yield kind + value, attribute, number


def make_index(signed: SignedData, signer: SignerInfo, algorithm: DigestAlgorithm) -> bytes:
    """DER of an ats-hash-index-v3 over everything that is there now (EN 319 122-1, 5.5.2)."""
    digest = algorithm.digest

    def listed(parts: list[bytes]) -> bytes:
        return encode(0x30, b"".join(encode(0x04, digest(part)) for part in parts))

    units = [octets for octets, _, _ in _units(signer.unsigned_attributes, whole=False)]
    return encode(
        0x30,
        encode(0x30, encode_oid(algorithm.oid))
        + listed(pieces(signed.certificates_der))
        + listed(pieces(signed.crls_der))
        + listed(units),
    )


def covered_objects(
    index: HashIndex, signed: SignedData, signer: SignerInfo
) -> tuple[list[bytes], list[bytes], list[tuple[Attribute, bytes]]]:
    """What the index covers of what is there.

    Returns:
        certificates, entries of revocation data, and values of unsigned attributes.

    Raises:
        DerError: the index names something that is not there: it was removed or changed.
    """
    digest = index.algorithm.digest
    certificates = [c for c in pieces(signed.certificates_der) if digest(c) in index.certificates]
    revocations = [c for c in pieces(signed.crls_der) if digest(c) in index.revocations]
    units = [
        (octets, attribute, number)
        for octets, attribute, number in _units(signer.unsigned_attributes, index.whole_attributes)
        if digest(octets) in index.attributes
    ]
    for wanted, found in (
        (index.certificates, {digest(c) for c in certificates}),
        (index.revocations, {digest(c) for c in revocations}),
        (index.attributes, {digest(octets) for octets, _, _ in units}),
    ):
        if wanted != found:
            raise DerError("something that the archive time-stamp covers was changed or removed")
    values: list[tuple[Attribute, bytes]] = []
    for _, attribute, number in units:
        chosen = attribute.values if number < 0 else attribute.values[number : number + 1]
        values += [(attribute, value) for value in chosen]
    return certificates, revocations, values


def _version(signer: SignerInfo) -> bytes:
    """The version as encoded."""
    _, start, stop = read(signer.raw, 0, len(signer.raw))
    _, _, end = read(signer.raw, start, stop)
    return signer.raw[start:end]


def imprint_v3(
    signed: SignedData,
    signer: SignerInfo,
    content_digest: bytes,
    index: bytes,
    algorithm: DigestAlgorithm,
) -> bytes:
    """The message imprint of an archive-time-stamp-v3 (EN 319 122-1, 5.5.3).

    Args:
        signed: the signature file.
        signer: the signer.
        content_digest: digest of the content with ``algorithm``.
        index: the hash index as encoded.
        algorithm: digest of the imprint.
    """
    hasher = algorithm.new()
    for part in (
        encode_oid(signed.content_type),
        content_digest,
        _version(signer),
        signer.sid_der,
        signer.digest_der,
        signer.signed_der or b"",
        signer.signature_der,
        signer.signature_field,
        index,
    ):
        hasher.update(part)
    return hasher.digest()


def imprint_v2(
    signed: SignedData,
    signer: SignerInfo,
    content: bytes | None,
    before: Sequence[Attribute],
    algorithm: DigestAlgorithm,
) -> list[bytes]:
    """Message imprints that writers of archive-time-stamp v2 made (TS 101 733, 6.4.1).

    The text leaves open whether the outer tags of sets belong to the octets; each reading is
    over the same elements, so that whichever fits proves the same.

    Args:
        signed: the signature file.
        signer: the signer.
        content: the detached content; None when it is inside.
        before: unsigned attributes that were there when the time-stamp was made.
        algorithm: digest of the imprint.
    """
    begun, ended = signed.encapsulated_der
    inner = signed.data[begun:ended]
    head = inner + (content or b"")
    held = (signed.certificates_der, signed.crls_der)
    bags = {
        b"".join(encode(tag, field) for tag, field in zip(tags, held, strict=True) if field)
        for tags in ((0xA0, 0xA1), (0x31, 0x31))
    }
    fixed = b"".join(
        (
            _version(signer),
            signer.sid_der,
            signer.digest_der,
            signer.signed_der or b"",
            signer.signature_der,
            signer.signature_field,
        )
    )
    earlier = b"".join(a.raw for a in before)
    tails = {encode(0xA1, earlier), encode(0x31, earlier), earlier} if earlier else {b""}
    return [algorithm.digest(head + bag + fixed + tail) for bag in bags for tail in tails]

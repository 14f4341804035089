"""What each kind of time-stamp is over, and the existence of which objects it proves.

Source: EN 319 122-1, 5.3, 5.5.3; TS 101 733, 6.1.1, 6.3.5, 6.3.6, 6.4.1; RFC 3161 appendix A.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from medcab.errors import MedcabError
from medcab.signing.algorithms import DigestAlgorithm
from medcab.signing.attributes import Oid, certificate_values, revocation_values
from medcab.signing.blocks.crypto import SignedThing
from medcab.signing.cms import Attribute, SignedData, SignerInfo
from medcab.signing.longterm import archive, oldforms
from medcab.signing.longterm.past import Material
from medcab.signing.longterm.poe import key_of
from medcab.signing.longterm.timestamps import Token, parse_token
from medcab.signing.tlv import DerError

__all__ = ["KINDS", "Coverage", "coverage_of", "names_of"]

ARCHIVE_V1: Final = "1.2.840.113549.1.9.16.2.27"
# From the outside inwards.
KINDS: Final = {
    Oid.ARCHIVE_TIME_STAMP_V3: "archive-time-stamp-v3",
    Oid.ARCHIVE_TIME_STAMP_V2: "archive-time-stamp-v2",
    ARCHIVE_V1: "archive-time-stamp",
    Oid.REFERENCES_TIME_STAMP: "references-time-stamp",
    Oid.CAD_ES_C_TIME_STAMP: "cades-c-time-stamp",
    Oid.SIGNATURE_TIME_STAMP: "signature-time-stamp",
    Oid.CONTENT_TIME_STAMP: "content-time-stamp",
}
_ARCHIVES: Final = (Oid.ARCHIVE_TIME_STAMP_V3, Oid.ARCHIVE_TIME_STAMP_V2, ARCHIVE_V1)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a time-stamp is over.

    Attributes:
        imprint: that it must have; None when what it is over was not found.
        objects: names of the objects whose existence it proves (see :mod:`poe`).
        digests: OIDs of digests that it rests on besides that of its imprint.
        uncertain: no known reading of the standard fits: that says nothing about the file.
    """

    imprint: bytes | None
    objects: tuple[bytes, ...] = ()
    digests: tuple[str, ...] = ()
    uncertain: bool = False


def coverage_of(
    kind: str,
    position: int,
    token: Token,
    algorithm: DigestAlgorithm,
    signed: SignedData,
    signer: SignerInfo,
    thing: SignedThing,
    material: Material,
) -> Coverage:
    """Tell what a time-stamp is over.

    Args:
        kind: one of the values of :data:`KINDS`.
        position: its place among the unsigned attributes.
        token: the time-stamp.
        algorithm: digest of its imprint.
        signed: the file.
        signer: the signer.
        thing: the content, hashed.
        material: certificates and revocation data at hand.

    Raises:
        DerError: something that it covers is not there or is malformed.
        UnsupportedAlgorithmError: the digest of its index is not known.
    """
    own = key_of(signer.signature_field)
    if kind == "signature-time-stamp":
        return Coverage(algorithm.digest(signer.signature), (own,))
    if kind == "content-time-stamp":
        return Coverage(_content_digest(thing, algorithm))
    if kind in ("cades-c-time-stamp", "references-time-stamp"):
        octets, inside = oldforms.references(signer, kind)
        objects = names_of([], [], [(a, value) for a in inside for value in a.values])
        objects += oldforms.referenced(signer, material, token.info.moment)
        if kind == "cades-c-time-stamp":
            objects.append(own)
        return Coverage(algorithm.digest(octets), tuple(objects))
    if kind == "archive-time-stamp-v3":
        index = archive.find_index(token)
        objects = [own, *names_of(*archive.covered_objects(index, signed, signer))]
        content = _content_digest(thing, algorithm)
        imprint = None
        if content is not None:
            imprint = archive.imprint_v3(signed, signer, content, index.raw, algorithm)
        return Coverage(imprint, tuple(objects), (index.algorithm.oid,))
    return _old_archive(position, token, algorithm, signed, signer, thing)


def _content_digest(thing: SignedThing, algorithm: DigestAlgorithm) -> bytes | None:
    if thing.digests is None or thing.content is None:
        return None
    known = thing.digests.values.get(algorithm.oid)
    if known is not None:
        return known
    try:
        return thing.content.digests((algorithm.oid,)).values.get(algorithm.oid)
    except (MedcabError, OSError):
        return None


def _old_archive(
    position: int,
    token: Token,
    algorithm: DigestAlgorithm,
    signed: SignedData,
    signer: SignerInfo,
    thing: SignedThing,
) -> Coverage:
    content = None
    if signed.content is None:
        if thing.content is None:
            return Coverage(None)
        try:
            content = thing.content.whole()
        except (MedcabError, OSError):
            return Coverage(None)
    for before in (signer.unsigned_attributes[:position], _older(signer, token)):
        made = archive.imprint_v2(signed, signer, content, before, algorithm)
        if token.info.imprint in made:
            certificates = archive.pieces(signed.certificates_der)
            revocations = archive.pieces(signed.crls_der)
            values = [(attribute, value) for attribute in before for value in attribute.values]
            own = key_of(signer.signature_field)
            objects = (own, *names_of(certificates, revocations, values))
            return Coverage(token.info.imprint, objects)
    return Coverage(None, uncertain=True)


def _older(signer: SignerInfo, token: Token) -> tuple[Attribute, ...]:
    """All attributes but this time-stamp and younger archive time-stamps: writers sort them."""
    found = []
    for attribute in signer.unsigned_attributes:
        if attribute.oid in _ARCHIVES:
            try:
                other = parse_token(attribute.values[0])
            except (DerError, IndexError):
                continue
            if other.raw == token.raw or other.info.moment >= token.info.moment:
                continue
        found.append(attribute)
    return tuple(found)


def names_of(
    certificates: list[bytes], revocations: list[bytes], values: list[tuple[Attribute, bytes]]
) -> list[bytes]:
    """Names of the covered objects and of what lies inside them."""
    found = [key_of(c) for c in certificates]
    for entry in revocations:
        found += [key_of(entry), *oldforms.inside_revocation(entry)]
    for attribute, value in values:
        found.append(key_of(value))
        if attribute.oid in KINDS:
            try:
                token = parse_token(value)
                found += [key_of(c) for c in token.signed.certificates]
                found += [key_of(c) for c in (*token.signed.crls, *token.signed.ocsps)]
                if token.signer.unsigned_der is not None:
                    for each in token.signer.unsigned_attributes:
                        found += _inside(each)
            except DerError:
                continue
        else:
            found += _inside(Attribute(attribute.oid, value, (value,)))
    return found


def _inside(attribute: Attribute) -> list[bytes]:
    try:
        if attribute.oid == Oid.CERTIFICATE_VALUES:
            return [key_of(c) for c in certificate_values(attribute)]
        if attribute.oid == Oid.REVOCATION_VALUES:
            crls, ocsps = revocation_values(attribute)
            return [key_of(c) for c in (*crls, *ocsps)]
    except DerError:
        pass
    return []

"""Old forms: CAdES-C references, the time-stamps of X type 1 and 2 (TS 101 733, 6.2 and 6.3)."""

from __future__ import annotations

from medcab.signing.attributes import Oid
from medcab.signing.cms import Attribute, SignerInfo
from medcab.signing.longterm.poe import key_of
from medcab.signing.tlv import DerError, children, oid, read

__all__ = ["inside_revocation", "references"]


def _octets(attribute: Attribute) -> bytes:
    """Type and values without the outer SEQUENCE (TS 101 733, 6.3.5, note 2)."""
    _, start, stop = read(attribute.raw, 0, len(attribute.raw))
    return attribute.raw[start:stop]


def references(signer: SignerInfo, kind: str) -> tuple[bytes, list[bytes]]:
    """Octets that a time-stamp of X type 1 or 2 is over, and the names of what it proves.

    Raises:
        DerError: the references are not there.
    """
    names = [Oid.CERTIFICATE_REFERENCES, Oid.REVOCATION_REFERENCES]
    pieces: list[bytes] = []
    covered: list[bytes] = []
    if kind == "cades-c-time-stamp":
        pieces.append(signer.signature)
        covered.append(key_of(signer.signature_field))
        names.insert(0, Oid.SIGNATURE_TIME_STAMP)
    for name in names:
        found = signer.unsigned(name)
        if not found:
            raise DerError("the references that the time-stamp is over are not there")
        for attribute in found:
            pieces.append(_octets(attribute))
            if name == Oid.SIGNATURE_TIME_STAMP:
                covered += [key_of(value) for value in attribute.values]
    return b"".join(pieces), covered


def inside_revocation(entry: bytes) -> list[bytes]:
    """Names of the OCSP response inside an entry of the crls field (RFC 5940)."""
    try:
        tag, inner, stop = read(entry, 0, len(entry))
        if tag != 0xA1:
            return []
        fields = list(children(entry, inner, stop, 3))
        if len(fields) == 2 and oid(entry[fields[0][2] : fields[0][3]]) == "1.3.6.1.5.5.7.16.2":
            return [key_of(entry[fields[1][1] : fields[1][3]])]
    except DerError:
        pass
    return []

"""Old forms: references of CAdES-C, time-stamps of X type 1 and 2 (TS 101 733, 6.2 and 6.3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from medcab.signing.algorithms import UnsupportedAlgorithmError, digest_algorithm
from medcab.signing.attributes import Oid
from medcab.signing.cms import Attribute, SignerInfo, algorithm_identifier
from medcab.signing.longterm.past import Material
from medcab.signing.longterm.poe import key_of
from medcab.signing.longterm.references import forms_of
from medcab.signing.tlv import DerError, children, oid, read

__all__ = ["inside_revocation", "referenced", "references"]

_SHA1: Final = "1.3.14.3.2.26"
_OCSP_RESPONSE: Final = "1.3.6.1.5.5.7.16.2"
_MAX_DEPTH: Final = 12


def _octets(attribute: Attribute) -> bytes:
    """Type and values without the outer SEQUENCE (TS 101 733, 6.3.5, note 2)."""
    _, start, stop = read(attribute.raw, 0, len(attribute.raw))
    return attribute.raw[start:stop]


def references(signer: SignerInfo, kind: str) -> tuple[bytes, list[Attribute]]:
    """Octets that a time-stamp of X type 1 or 2 is over, and the attributes among them.

    Raises:
        DerError: the references are not there.
    """
    names = [Oid.CERTIFICATE_REFERENCES, Oid.REVOCATION_REFERENCES]
    pieces: list[bytes] = []
    covered: list[Attribute] = []
    if kind == "cades-c-time-stamp":
        pieces.append(signer.signature)
        names.insert(0, Oid.SIGNATURE_TIME_STAMP)
    for name in names:
        found = signer.unsigned(name)
        if not found:
            raise DerError("the references that the time-stamp is over are not there")
        pieces += [_octets(attribute) for attribute in found]
        covered += found
    return b"".join(pieces), covered


def referenced(signer: SignerInfo, material: Material, moment: datetime) -> list[bytes]:
    """Names of the objects whose hashes stand in the references of a signer.

    Args:
        signer: the signer.
        material: among which the objects are looked for.
        moment: when the references existed: a digest that was broken by then proves nothing.
    """
    wanted: dict[str, set[bytes]] = {}
    for name in (Oid.CERTIFICATE_REFERENCES, Oid.REVOCATION_REFERENCES):
        for attribute in signer.unsigned(name):
            for value in attribute.values:
                for digest, hashed in _hashes(value, 0, len(value)):
                    wanted.setdefault(digest, set()).add(hashed)
    objects = [(record.der, record.der) for record in material.records]
    objects += [(item, item) for item in material.crls]
    objects += [(item, form) for item in material.ocsps for form in forms_of(item)]
    found: list[bytes] = []
    for name, hashes in wanted.items():
        try:
            algorithm = digest_algorithm(name)
        except UnsupportedAlgorithmError:
            continue
        if algorithm.sunset is not None and moment.date() >= algorithm.sunset:
            continue
        found += [key_of(each) for each, form in objects if algorithm.digest(form) in hashes]
    return found


def _hashes(data: bytes, start: int, stop: int, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """Every OtherHash inside: an octet string (SHA-1), or algorithm and octet string."""
    fields = list(children(data, start, stop, 5000))
    for number, (tag, _, inner, end) in enumerate(fields):
        if tag == 0x04:
            name = _SHA1
            if number == 1 and len(fields) == 2 and fields[0][0] == 0x30:
                try:
                    name, _ = algorithm_identifier(data[fields[0][1] : fields[0][3]])
                except DerError:
                    continue
            yield name, data[inner:end]
        elif tag & 0x20 and depth < _MAX_DEPTH:
            yield from _hashes(data, inner, end, depth + 1)


def inside_revocation(entry: bytes) -> list[bytes]:
    """Names of the OCSP response inside an entry of the crls field (RFC 5940)."""
    try:
        tag, inner, stop = read(entry, 0, len(entry))
        if tag != 0xA1:
            return []
        fields = list(children(entry, inner, stop, 3))
        if len(fields) == 2 and oid(entry[fields[0][2] : fields[0][3]]) == _OCSP_RESPONSE:
            return [key_of(entry[fields[1][1] : fields[1][3]])]
    except DerError:
        pass
    return []

"""Checking an enveloped XML signature over a whole document (W3C XMLDSig 1.1, RFC 9231).

The list of accredited authorities is signed so. Only what such a list needs is accepted: one
reference to the whole document, enveloped-signature and canonicalization as the transforms.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import algos, core, x509

from medcab.errors import InputError
from medcab.signing.algorithms import UnsupportedAlgorithmError, digest_algorithm
from medcab.signing.c14n import canonicalize
from medcab.signing.certificates import load_certificate
from medcab.text import N_

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["XmlSignature", "XmlSignatureState", "check_xml_signature"]

_DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
_CP: Final = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:"
_SHA: Final = "2.16.840.1.101.3.4.2."
_DIGESTS: Final = {
    "http://www.w3.org/2001/04/xmlenc#sha256": _SHA + "1",
    _MORE + "sha384": _SHA + "2",
    "http://www.w3.org/2001/04/xmlenc#sha512": _SHA + "3",
    _CP + "gostr34112012-256": "1.2.643.7.1.1.2.2",
    _CP + "gostr34112012-512": "1.2.643.7.1.1.2.3",
}
_SIGNATURES: Final = {
    _MORE + "rsa-sha256": "1.2.840.113549.1.1.11",
    _MORE + "rsa-sha384": "1.2.840.113549.1.1.12",
    _MORE + "rsa-sha512": "1.2.840.113549.1.1.13",
    _MORE + "ecdsa-sha256": "1.2.840.10045.4.3.2",
    _MORE + "ecdsa-sha384": "1.2.840.10045.4.3.3",
    _MORE + "ecdsa-sha512": "1.2.840.10045.4.3.4",
    _CP + "gostr34102012-gostr34112012-256": "1.2.643.7.1.1.3.2",
    _CP + "gostr34102012-gostr34112012-512": "1.2.643.7.1.1.3.3",
}
_EXC: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
_C14N: Final = frozenset({"http://www.w3.org/TR/2001/REC-xml-c14n-20010315", _EXC})
_ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"


class XmlSignatureState(StrEnum):
    """What the check of the signature says."""

    VALID = "valid"
    INVALID = "invalid"
    UNSUPPORTED = "unsupported"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class XmlSignature:
    """Result of the check.

    Attributes:
        state: the answer.
        detail: template of the reason; its hole is ``why``.
        why: algorithm or element in question.
        certificate: who signed, when the signature carries a certificate.
    """

    state: XmlSignatureState
    detail: str = ""
    why: str = ""
    certificate: x509.Certificate | None = None


class _BrokenError(Exception):
    pass


def check_xml_signature(data: bytes, root: Element) -> XmlSignature:
    """Check the signature that ``data`` carries about itself.

    Args:
        data: the document as read.
        root: the same document parsed (without document type declaration).

    Returns:
        what was found; VALID says that the document was not changed after the named certificate
        signed it, not that the certificate is trusted.
    """
    numbered = list(enumerate(root.iter()))
    found = [(n, e) for n, e in numbered if e.tag == _DS + "Signature"]
    if not found:
        return XmlSignature(XmlSignatureState.ABSENT)
    if len(found) > 1 or found[0][1] not in list(root):
        return XmlSignature(
            XmlSignatureState.UNSUPPORTED,
            N_("there are several signatures, or it lies deep inside"),
        )
    number, signature = found[0]
    certificate: x509.Certificate | None = None
    try:
        certificate = _certificate(signature)
        _check(data, root, number, signature, certificate)
    except UnsupportedAlgorithmError as error:
        why = str(error.arguments.get("oid", ""))
        return XmlSignature(
            XmlSignatureState.UNSUPPORTED,
            N_("the algorithm {why} is not supported"),
            why,
            certificate,
        )
    except _BrokenError as error:
        return XmlSignature(XmlSignatureState.INVALID, str(error), certificate=certificate)
    except (binascii.Error, ValueError, TypeError, LookupError, InputError):
        return XmlSignature(
            XmlSignatureState.INVALID, N_("the signature is malformed"), certificate=certificate
        )
    return XmlSignature(XmlSignatureState.VALID, certificate=certificate)


def _check(
    data: bytes,
    root: Element,
    number: int,
    signature: Element,
    certificate: x509.Certificate | None,
) -> None:
    from medcab.signing.pkix import Signed, signed_by

    info = _child(signature, "SignedInfo")
    references = info.findall(_DS + "Reference")
    if len(references) != 1:
        raise _unsupported("Reference")
    _check_reference(data, root, number, references[0])
    if certificate is None:
        raise _unsupported("KeyInfo")
    method = _child(info, "CanonicalizationMethod")
    inner = number + 1 + [e is info for e in list(signature.iter())[1:]].index(True)
    body = canonicalize(
        data, exclusive=_is_exclusive(method), only=inner, prefixes=_prefixes(method)
    )
    uri = _child(info, "SignatureMethod").get("Algorithm", "")
    if uri not in _SIGNATURES:
        raise _unsupported(uri)
    value = _decode(_child(signature, "SignatureValue"))
    if "ecdsa" in uri:
        value = _ecdsa_der(value)
    algorithm = algos.SignedDigestAlgorithm({"algorithm": _SIGNATURES[uri]})
    answer = signed_by(Signed(body, algorithm, value), certificate.public_key)
    if answer is None:
        raise _unsupported(uri)
    if not answer:
        raise _BrokenError(N_("the signature does not fit the certificate inside"))


def _check_reference(data: bytes, root: Element, number: int, reference: Element) -> None:
    uri = reference.get("URI")
    ids = {root.get("Id"), root.get("ID"), root.get("id")} - {None}
    if uri != "" and (uri is None or uri[1:] not in ids or not uri.startswith("#")):
        raise _unsupported(f"URI={uri}")
    exclusive, enveloped, prefixes = False, False, frozenset[str]()
    for transform in reference.iterfind(f"{_DS}Transforms/{_DS}Transform"):
        name = transform.get("Algorithm", "")
        if name == _ENVELOPED:
            enveloped = True
        elif name in _C14N:
            exclusive, prefixes = name == _EXC, _prefixes(transform)
        else:
            raise _unsupported(name)
    if not enveloped:
        raise _unsupported("Transforms")
    method = _child(reference, "DigestMethod").get("Algorithm", "")
    if method not in _DIGESTS:
        raise _unsupported(method)
    body = canonicalize(
        data,
        exclusive=exclusive,
        only=None if uri == "" else 0,
        skip=number,
        prefixes=prefixes,
    )
    if digest_algorithm(_DIGESTS[method]).digest(body) != _decode(_child(reference, "DigestValue")):
        raise _BrokenError(N_("the list was changed after it had been signed"))


def _unsupported(what: str) -> UnsupportedAlgorithmError:
    return UnsupportedAlgorithmError(
        N_("The signature algorithm {oid} is not supported."), oid=what
    )


def _child(element: Element, name: str) -> Element:
    found: Any = element.find(_DS + name)
    if found is None:
        raise ValueError(name)
    child: Element = found
    return child


def _decode(element: Element) -> bytes:
    return base64.b64decode("".join((element.text or "").split()), validate=True)


def _is_exclusive(method: Element) -> bool:
    name = method.get("Algorithm", "")
    if name not in _C14N:
        raise _unsupported(name)
    return name == _EXC


def _prefixes(element: Element) -> frozenset[str]:
    names: Iterator[str] = (
        name
        for child in element
        if child.tag == f"{{{_EXC}}}InclusiveNamespaces"
        for name in (child.get("PrefixList") or "").split()
    )
    return frozenset("" if name == "#default" else name for name in names)


def _certificate(signature: Element) -> x509.Certificate | None:
    for element in signature.iter(_DS + "X509Certificate"):
        return load_certificate(_decode(element), "X509Certificate")
    return None


def _ecdsa_der(value: bytes) -> bytes:
    """XML carries r and s side by side (RFC 9231 2.3.6); CMS and our keys want a SEQUENCE."""
    half = len(value) // 2
    pair = core.SequenceOf(spec=core.Integer)
    pair.append(int.from_bytes(value[:half], "big"))
    pair.append(int.from_bytes(value[half:], "big"))
    return bytes(pair.dump())

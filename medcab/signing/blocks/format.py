"""Format checking (ETSI EN 319 102-1, 5.2.2): is this a CAdES signature at all?

Every defect has a check of its own. What only plain CMS lacks is tolerable: ``--lenient`` turns
it into a warning.
"""

from __future__ import annotations

from typing import Final

from medcab.signing.algorithms import (
    UnsupportedAlgorithmError,
    algorithm_name,
    resolve,
    signature_algorithm,
)
from medcab.signing.attributes import ONLY_SIGNED, SINGLE_VALUED, Oid, octets, time_of
from medcab.signing.blocks.journal import Journal
from medcab.signing.cms import Attribute, SignedData, SignerInfo, algorithm_identifier
from medcab.signing.tlv import DerError, oid, read
from medcab.text import N_

__all__ = ["SignedAttributes", "check_format", "looks_like_attributes"]

_CMS: Final = "RFC 5652 5.3"


class SignedAttributes:
    """Signed attributes after the format was checked.

    Attributes:
        content_type: value of the attribute, None when absent or malformed.
        message_digest: value, None when absent, doubled or malformed.
        signing_time: value, None when absent or malformed.
        ess: the signing-certificate attributes that are there.
    """

    __slots__ = ("content_type", "ess", "message_digest", "signing_time")

    def __init__(self) -> None:
        self.content_type: str | None = None
        self.message_digest: bytes | None = None
        self.signing_time: object | None = None
        self.ess: tuple[Attribute, ...] = ()


def looks_like_attributes(head: bytes, size: int) -> bool:
    """Tell whether content is the DER of signed attributes (RFC 5652 5.4, last paragraphs).

    A signature over signed attributes is, without them, a signature over content that consists
    of these bytes: such content is never accepted as a document.
    """
    if head[:1] != b"\x31":
        return False
    try:
        _, start, stop = read(head, 0, size)
        tag, inner, end = read(head, start, min(stop, len(head)))
        kind, _, last = read(head, inner, end)
        follows, _, _ = read(head, last, end)
    except DerError:
        return False
    return stop == size and tag == 0x30 and kind == 0x06 and follows == 0x31


def check_format(
    journal: Journal, signed: SignedData | None, signer: SignerInfo, *, counter: bool = False
) -> SignedAttributes:
    """Check the structure of one signer.

    Args:
        journal: takes the checks.
        signed: the structure around it; None for a counter-signature.
        signer: the signer.
        counter: it is a counter-signature (RFC 5652 11.4).
    """
    found = SignedAttributes()
    expected = 1 if signer.issuer is not None else 3
    if signer.version == expected:
        journal.ok("signer-version", _CMS)
    else:
        journal.fail(
            "signer-version", _CMS, N_("The version of the signer is {found}, not {expected}."),
            tolerable=True, found=signer.version, expected=expected,
        )  # fmt: skip
    if signed is not None:
        if signer.digest_oid in signed.digest_oids:
            journal.ok("digest-algorithm-declared", "RFC 5652 5.1")
        else:
            journal.fail(
                "digest-algorithm-declared", "RFC 5652 5.1",
                N_("The digest algorithm of the signer is not among those that the file declares."),
                tolerable=True,
            )  # fmt: skip
    _check_algorithms(journal, signer)
    try:
        attributes = signer.signed_attributes
    except DerError as error:
        journal.fail(
            "signed-attributes-readable", _CMS, N_("The signed attributes are damaged: {why}."),
            why=str(error),
        )  # fmt: skip
        return found
    if signer.signed_der is None:
        _without_attributes(journal, signed)
        return found
    journal.ok("signed-attributes-present", "EN 319 122-1 4.2")
    _check_shape(journal, signer, attributes)
    _check_content_type(journal, signed, attributes, found, counter)
    _check_message_digest(journal, attributes, found)
    _check_signing_time(journal, attributes, found)
    _check_protection(journal, signer, attributes)
    found.ess = tuple(a for a in attributes if a.oid in (Oid.ESS_V1, Oid.ESS_V2))
    if found.ess:
        journal.ok("signing-certificate-attribute", "EN 319 122-1 5.2.2")
    else:
        journal.fail(
            "signing-certificate-attribute", "EN 319 122-1 5.2.2",
            N_("The signature does not name its certificate (no signing-certificate attribute), "
               "so the certificate could be swapped."),
            tolerable=True,
        )  # fmt: skip
    _check_unsigned(journal, signer)
    return found


_NOTHING_OR_NULL: Final = (None, b"\x05\x00")
# Parameters are covered by no digest, so nothing but what the standards allow may stand there
# (RFC 5754 2 and 3, RFC 8419 3, RFC 5758).
_PARAMETERS: Final = {
    "rsa": _NOTHING_OR_NULL,
    "ecdsa": _NOTHING_OR_NULL,  # some writers put NULL
    "dsa": _NOTHING_OR_NULL,
    "ed25519": (None,),
}


def _check_algorithms(journal: Journal, signer: SignerInfo) -> None:
    try:
        algorithm = signature_algorithm(signer.signature_oid)
        scheme = resolve(signer.signature_oid, signer.signature_parameters, signer.digest_oid)
    except UnsupportedAlgorithmError:
        return  # told where the signature value is checked
    if scheme.digest.oid != signer.digest_oid and not algorithm.from_key:
        journal.fail(
            "algorithms-consistent",
            "RFC 5754 3; RFC 5652 5.3",
            N_("The signature algorithm {signature} does not fit the digest {digest}."),
            signature=algorithm.name,
            digest=algorithm_name(signer.digest_oid),
        )
    else:
        journal.ok("algorithms-consistent", "RFC 5754 3; RFC 5652 5.3")
    allowed = _PARAMETERS.get(algorithm.family)
    odd = allowed is not None and signer.signature_parameters not in allowed
    if allowed is not None and algorithm_identifier(signer.digest_der)[1] not in _NOTHING_OR_NULL:
        odd = True
    if odd:
        journal.fail(
            "algorithm-parameters",
            "RFC 5754 2; RFC 5754 3",
            N_("The algorithms of the signature have parameters that do not belong there."),
            tolerable=True,
        )
    else:
        journal.ok("algorithm-parameters", "RFC 5754 2; RFC 5754 3")


def _without_attributes(journal: Journal, signed: SignedData | None) -> None:
    if signed is not None and signed.content_type != "1.2.840.113549.1.7.1":
        journal.fail(
            "signed-attributes-present", "RFC 5652 5.3",
            N_("There are no signed attributes, though the type of the content requires them."),
        )  # fmt: skip
        return
    journal.fail(
        "signed-attributes-present", "EN 319 122-1 4.2",
        N_("There are no signed attributes: this is plain CMS, not CAdES."), tolerable=True,
    )  # fmt: skip


def _check_shape(journal: Journal, signer: SignerInfo, attributes: tuple[Attribute, ...]) -> None:
    if signer.canonical:
        journal.ok("signed-attributes-der", "RFC 5652 5.3")
    else:
        journal.fail(
            "signed-attributes-der", "RFC 5652 5.3",
            N_("The signed attributes are not in DER (order or lengths)."), tolerable=True,
        )  # fmt: skip
    names = [attribute.oid for attribute in attributes]
    if len(set(names)) == len(names):
        journal.ok("attributes-unique", "RFC 5652 5.3")
    else:
        twice = sorted({name for name in names if names.count(name) > 1})
        journal.fail(
            "attributes-unique", "RFC 5652 5.3",
            N_("A signed attribute stands more than once: {names}."), names=", ".join(twice),
        )  # fmt: skip
    wrong = [
        a.oid for a in attributes if not a.values or (len(a.values) > 1 and a.oid in SINGLE_VALUED)
    ]
    if wrong:
        journal.fail(
            "attributes-single-valued", "RFC 5652 11",
            N_("A signed attribute must have exactly one value: {names}."),
            names=", ".join(wrong),
        )  # fmt: skip
    else:
        journal.ok("attributes-single-valued", "RFC 5652 11")


def _only(attributes: tuple[Attribute, ...], name: str) -> bytes | None:
    """The one value of the one attribute; None when there is not exactly one of each."""
    values = [value for a in attributes if a.oid == name for value in a.values]
    return values[0] if len(values) == 1 else None


def _check_content_type(
    journal: Journal,
    signed: SignedData | None,
    attributes: tuple[Attribute, ...],
    found: SignedAttributes,
    counter: bool,
) -> None:
    present = any(a.oid == Oid.CONTENT_TYPE for a in attributes)
    if counter:
        if present:
            journal.warn(
                "content-type-absent", "RFC 5652 11.4",
                N_("A counter-signature must not carry the content-type attribute."),
            )  # fmt: skip
        return
    if not present:
        journal.fail(
            "content-type-present", "RFC 5652 11.1", N_("The content-type attribute is missing.")
        )
        return
    value = _only(attributes, Oid.CONTENT_TYPE)
    try:
        found.content_type = None if value is None else oid(octets(value, 0x06))
    except DerError:
        found.content_type = None
    if signed is not None and found.content_type != signed.content_type:
        journal.fail(
            "content-type-matches", "RFC 5652 11.1",
            N_("The content-type attribute says {found}, the file holds {expected}."),
            found=found.content_type or "?", expected=signed.content_type,
        )  # fmt: skip
    else:
        journal.ok("content-type-matches", "RFC 5652 11.1")


def _check_message_digest(
    journal: Journal, attributes: tuple[Attribute, ...], found: SignedAttributes
) -> None:
    values = [value for a in attributes if a.oid == Oid.MESSAGE_DIGEST for value in a.values]
    if not values:
        journal.fail(
            "message-digest-present", "RFC 5652 11.2",
            N_("The message-digest attribute is missing: the signature does not cover the "
               "document."),
        )  # fmt: skip
        return
    try:
        if len(values) != 1:
            raise DerError(f"{len(values)} values")
        found.message_digest = octets(values[0])
    except DerError as error:
        journal.fail(
            "message-digest-present", "RFC 5652 11.2",
            N_("The message-digest attribute is malformed: {why}."), why=str(error),
        )  # fmt: skip
    else:
        journal.ok("message-digest-present", "RFC 5652 11.2")


def _check_signing_time(
    journal: Journal, attributes: tuple[Attribute, ...], found: SignedAttributes
) -> None:
    value = _only(attributes, Oid.SIGNING_TIME)
    if value is None:
        return
    try:
        found.signing_time = time_of(value)
    except DerError as error:
        journal.fail(
            "signing-time-form", "RFC 5652 11.3",
            N_("The signing-time attribute is malformed: {why}."), why=str(error), tolerable=True,
        )  # fmt: skip
    else:
        journal.ok("signing-time-form", "RFC 5652 11.3")


def _check_protection(
    journal: Journal, signer: SignerInfo, attributes: tuple[Attribute, ...]
) -> None:
    value = _only(attributes, Oid.ALGORITHM_PROTECTION)
    if value is None:
        return
    try:
        body = octets(value, 0x30)
        _, _, stop = read(body, 0, len(body))
        tag, inner, end = read(body, stop, len(body))
        same = (
            algorithm_identifier(body[:stop])[0] == signer.digest_oid
            and tag == 0xA1
            and end == len(body)
            and _signature_oid(body, inner, end) == signer.signature_oid
        )
    except DerError:
        same = False
    if same:
        journal.ok("algorithm-protection", "RFC 6211 2")
    else:
        journal.fail(
            "algorithm-protection", "RFC 6211 2",
            N_("The algorithms of the signature were exchanged: the signed "
               "cms-algorithm-protection attribute names others."),
        )  # fmt: skip


def _signature_oid(body: bytes, inner: int, end: int) -> str:
    kind, name, last = read(body, inner, end)
    if kind != 0x06:
        raise DerError("algorithm identifier without OID")
    return oid(body[name:last])


def _check_unsigned(journal: Journal, signer: SignerInfo) -> None:
    if signer.unsigned_der is None:
        return
    try:
        names = {attribute.oid for attribute in signer.unsigned_attributes}
    except DerError as error:
        # Nothing that counts lies there, and whoever carries the file can change it.
        journal.warn(
            "unsigned-attributes-readable", _CMS,
            N_("The unsigned attributes are damaged and were not used: {why}."), why=str(error),
        )  # fmt: skip
        return
    misplaced = sorted(names & ONLY_SIGNED)
    if misplaced:
        journal.warn(
            "attributes-placed", "RFC 5652 11",
            N_("Attributes that must be signed stand among the unsigned ones and were not used: "
               "{names}."),
            names=", ".join(misplaced),
        )  # fmt: skip

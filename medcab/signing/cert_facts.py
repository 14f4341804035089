"""Opening a file with certificates, and judging what is in it against trust and revocation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as _field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from asn1crypto import x509

from medcab.errors import InputError, MedcabError, PasswordError
from medcab.signing.cert_info import CertificateInfo, describe
from medcab.signing.certificates import (
    load_certificates,
    pem_blocks,
    raw,
    sha256_of,
    unwrap_base64,
)
from medcab.signing.paths import PathCache, PathResult, validate_path
from medcab.signing.pkcs12_reader import Remark
from medcab.signing.revocation import RevocationPolicy
from medcab.signing.trust import TrustStore
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.fetch import Fetcher

__all__ = ["CertificateFacts", "Examination", "OpenedFile", "examine", "open_file", "unopened"]

SUFFIXES = frozenset({".cer", ".crt", ".pem", ".der", ".p7b", ".p7c", ".pfx", ".p12"})


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """What a file holds.

    Attributes:
        container: ``pkcs12`` | ``pkcs7`` | ``certificate`` | ``pem``.
        holders: certificates in question: those of the keys, else those that are no authority's.
        others: the rest.
        keys: number of private keys.
        remarks: what the user should be told.
    """

    container: str
    holders: tuple[x509.Certificate, ...]
    others: tuple[x509.Certificate, ...]
    keys: int
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What rules about certificates look at.

    Attributes:
        path: the file.
        container: as in :class:`OpenedFile`; empty when the file could not be opened.
        has_key: a private key lies in the file.
        info: what the certificate says; None when it could not be read.
        path_result: verdict on chain, trust, revocation; None when there were no anchors.
        accredited: issued under an authority of the list; None when no list is known.
        problem: why there is no ``info`` (template), its holes from ``args``.
        damaged: the file itself is at fault, and not a password.
        remarks: what the user should be told about the file.
    """

    path: str
    container: str = ""
    has_key: bool = False
    info: CertificateInfo | None = None
    path_result: PathResult | None = None
    accredited: bool | None = None
    problem: str = ""
    args: Mapping[str, Any] = _field(default_factory=dict)
    damaged: bool = False
    remarks: tuple[Remark, ...] = ()


@dataclass(slots=True)
class Examination:
    """How certificates are examined.

    Attributes:
        moment: for which the verdict holds (aware).
        trust: the anchors; empty: chains are not judged.
        others: further certificates.
        crls, ocsps: revocation data at hand.
        revocation: the policy.
        fetch: gets missing data, or None.
        cache: shared by all files of a run.
    """

    moment: datetime
    trust: TrustStore = _field(default_factory=TrustStore)
    others: Sequence[x509.Certificate] = ()
    crls: Sequence[bytes] = ()
    ocsps: Sequence[bytes] = ()
    revocation: RevocationPolicy = _field(default_factory=RevocationPolicy)
    fetch: Fetcher | None = None
    cache: PathCache = _field(default_factory=PathCache)


def is_pkcs12(data: bytes) -> bool:
    """Tell whether a file looks like PKCS#12, and so needs a password."""
    if b"-----BEGIN PKCS12-----" in data:
        return True
    der = data if data[:1] == b"\x30" else unwrap_base64(data) or b""
    # PFX ::= SEQUENCE { version INTEGER (3), authSafe SEQUENCE ... }, definite or BER length
    return der[:1] == b"\x30" and b"\x02\x01\x03\x30" in der[:12]


def open_file(data: bytes, name: str, password: str | bytes | None = None) -> OpenedFile:
    """Open a file with certificates.

    Args:
        data: DER, PEM, base64, PKCS#7 or PKCS#12.
        name: what to call it in errors.
        password: for PKCS#12.

    Raises:
        PasswordError: a password is needed, or it is wrong.
        InputError: there is no certificate in it.
    """
    if is_pkcs12(data):
        if password is None:
            raise PasswordError(
                N_("{name} is protected by a password."),
                hint=N_("Say how to get it: --password-from prompt"),
                name=name,
            )
        return _open_pkcs12(data, name, password)
    certificates = load_certificates(data, name)
    labels = [label for label, _, _ in pem_blocks(data)] if b"-----BEGIN " in data else []
    keys = sum(label.endswith(b"PRIVATE KEY") for label in labels)
    holders = tuple(c for c in certificates if not _is_authority(c)) or certificates
    prints = {sha256_of(c) for c in holders}
    others = tuple(c for c in certificates if sha256_of(c) not in prints)
    container = "pem" if labels else "certificate"
    if raw(certificates[0]) not in (data, unwrap_base64(data)) and not labels:
        container = "pkcs7"
    return OpenedFile(container, holders, others, keys)


def _open_pkcs12(data: bytes, name: str, password: str | bytes) -> OpenedFile:
    from medcab.signing.pkcs12 import open_pkcs12

    contents = open_pkcs12(data, password, name=name)
    holders = tuple(e.certificate for e in contents.entries if e.certificate is not None)
    holders = holders or contents.certificates
    if not holders:
        raise InputError(
            N_("There is no certificate in {name}."),
            hint=N_("A certificate is a .cer, .crt, .pem, .der or .p7b file."),
            name=name,
        )
    prints = {sha256_of(c) for c in holders}
    others = tuple(c for c in contents.certificates if sha256_of(c) not in prints)
    return OpenedFile("pkcs12", holders, others, len(contents.entries), contents.remarks)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.ca)
    except (ValueError, TypeError, LookupError):
        return False


def examine(
    data: bytes, path: str, how: Examination, password: str | bytes | None = None
) -> tuple[CertificateFacts, ...]:
    """Open a file and judge each certificate in question; never raises for what is in the file."""
    try:
        opened = open_file(data, path, password)
    except MedcabError as error:
        return (unopened(path, error),)
    return tuple(_facts(certificate, opened, path, how) for certificate in opened.holders)


def unopened(path: str, error: MedcabError) -> CertificateFacts:
    """Facts about a file that could not be opened."""
    return CertificateFacts(
        path,
        problem=error.template,
        args=error.arguments,
        damaged=isinstance(error, InputError),
    )


def _facts(
    certificate: x509.Certificate, opened: OpenedFile, path: str, how: Examination
) -> CertificateFacts:
    base = CertificateFacts(path, opened.container, opened.keys > 0, remarks=opened.remarks)
    try:
        info = describe(certificate)
    except (ValueError, TypeError, LookupError, AttributeError):
        return replace(
            base,
            problem=N_("{name} is not a certificate, or a damaged one."),
            args={"name": path},
            damaged=True,
        )
    if not how.trust.anchors:
        return replace(base, info=info)
    result = validate_path(
        certificate,
        others=(*opened.others, *how.others),
        trust=how.trust,
        moment=how.moment,
        revocation=how.revocation,
        crls=how.crls,
        ocsps=how.ocsps,
        fetch=how.fetch,
        cache=how.cache,
    )
    return replace(base, info=info, path_result=result, accredited=_accredited(result, how.trust))


def _accredited(result: PathResult, trust: TrustStore) -> bool | None:
    """Whether an authority of the list stands in the chain; None when no list is known."""
    if not any(anchor.accredited for anchor in trust.anchors):
        return None
    if result.anchor is None:
        return False
    known = (trust.find(certificate) for certificate in result.chain)
    return any(anchor is not None and anchor.accredited for anchor in known)

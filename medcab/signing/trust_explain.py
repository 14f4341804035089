"""Which chain was tried for a file, and which anchor is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, core, x509

from medcab.errors import InputError
from medcab.signing.cert_facts import open_file
from medcab.signing.certificates import pem_blocks, unwrap_base64
from medcab.signing.paths import PathResult, validate_path
from medcab.signing.revocation import RevocationMode, RevocationPolicy
from medcab.signing.trust import TrustStore
from medcab.text import N_

__all__ = ["Explanation", "explain"]

_BAD = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One certificate in question.

    Attributes:
        certificate: the signer's, or the one in the file; None when the signature does not carry
            the certificate it names.
        signer: what the signature says about the certificate it wants (issuer, serial number).
        result: the chain that was tried; None without a certificate.
    """

    certificate: x509.Certificate | None
    signer: str
    result: PathResult | None


def explain(
    data: bytes,
    name: str,
    trust: TrustStore,
    moment: datetime,
    *,
    others: Sequence[x509.Certificate] = (),
    password: str | bytes | None = None,
) -> tuple[Explanation, ...]:
    """Explain the chains of a signature or certificate file.

    Args:
        data: CMS signature (DER, PEM, base64), certificate file or PKCS#12.
        name: what to call it.
        trust: the anchors.
        moment: for which the chains are judged.
        others: further certificates that may be issuers.
        password: for PKCS#12.

    Raises:
        InputError: it is none of these.
        PasswordError: PKCS#12 and no password, or a wrong one.
    """
    signers = _signers(data)
    if signers is None:
        opened = open_file(data, name, password)
        pairs: list[tuple[x509.Certificate | None, str]] = [(c, "") for c in opened.holders]
        pool = opened.others
    else:
        pairs, pool = signers
    if not pairs:
        raise InputError(N_("{name} has no signer."), name=name)
    policy = RevocationPolicy(RevocationMode.NONE)
    found = []
    for certificate, signer in pairs:
        result = None
        if certificate is not None:
            result = validate_path(
                certificate,
                others=(*pool, *others),
                trust=trust,
                moment=moment,
                revocation=policy,
            )
        found.append(Explanation(certificate, signer, result))
    return tuple(found)


def _signers(
    data: bytes,
) -> tuple[list[tuple[x509.Certificate | None, str]], tuple[x509.Certificate, ...]] | None:
    """Signers of a CMS signature with their certificates; None when it is no signature."""
    der = data
    if b"-----BEGIN " in data:
        der = next((d for label, d, _ in pem_blocks(data) if label in (b"PKCS7", b"CMS")), b"")
    elif data[:1] != b"\x30":
        der = unwrap_base64(data) or b""
    try:
        info = cms.ContentInfo.load(der)
        if info["content_type"].dotted != "1.2.840.113549.1.7.2":
            return None
        signed = info["content"]
        if not len(signed["signer_infos"]):
            return None  # a bundle of certificates
        pool = _certificates(signed)
        return [_find(signer["sid"], pool) for signer in signed["signer_infos"]], pool
    except _BAD:
        return None


def _certificates(signed: Any) -> tuple[x509.Certificate, ...]:
    certificates = signed["certificates"]
    if isinstance(certificates, core.Void):
        return ()
    return tuple(choice.chosen for choice in certificates if choice.name == "certificate")


def _find(sid: Any, pool: Sequence[x509.Certificate]) -> tuple[x509.Certificate | None, str]:
    from medcab.signing.certificates import format_name

    if sid.name == "issuer_and_serial_number":
        issuer, serial = sid.chosen["issuer"], sid.chosen["serial_number"].native
        text = f"{format_name(issuer)}, {serial:X}"
        for certificate in pool:
            if certificate.serial_number == serial and certificate.issuer == issuer:
                return certificate, text
        return None, text
    wanted = bytes(sid.chosen)
    for certificate in pool:
        if certificate.key_identifier == wanted:
            return certificate, wanted.hex()
    return None, wanted.hex()

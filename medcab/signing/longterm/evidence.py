"""Collecting what a later verification will need: certificates and revocation data.

Source: EN 319 122-1, 6.3 (B-LT: validation material in SignedData.certificates and .crls). Only
what settles a question is taken: each list or answer is tried on the certificate it is for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as _field
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from asn1crypto import x509

from medcab.errors import SigningError
from medcab.signing.blocks.records import CertificateRecord
from medcab.signing.certificates import format_name, raw
from medcab.signing.longterm.past import Material
from medcab.signing.paths import validate_path
from medcab.signing.revocation import RevocationMode, RevocationPolicy, RevocationState
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.verify import Verifier

__all__ = ["Evidence", "collect"]


@dataclass(slots=True)
class Evidence:
    """What is to be added to a file.

    Attributes:
        certificates: DER.
        crls: DER.
        ocsps: OCSPResponse, DER.
    """

    certificates: list[bytes] = _field(default_factory=list)
    crls: list[bytes] = _field(default_factory=list)
    ocsps: list[bytes] = _field(default_factory=list)

    def add(self, other: Evidence) -> None:
        """Take over what another one holds."""
        for mine, theirs in (
            (self.certificates, other.certificates),
            (self.crls, other.crls),
            (self.ocsps, other.ocsps),
        ):
            mine.extend(item for item in theirs if item not in mine)


def collect(
    verifier: Verifier,
    record: CertificateRecord,
    material: Material,
    *,
    stamping: bool = False,
) -> Evidence:
    """Find the chain of ``record`` and an answer about each of its certificates.

    Args:
        verifier: anchors, moment, given lists and answers, and where to fetch more.
        record: the certificate of a signer or of a time-stamping authority.
        material: what is in the file already.
        stamping: it belongs to a time-stamping authority.

    Raises:
        SigningError: no chain to a trusted certificate, or no answer about one of them.
    """
    verdict = verifier.chains.validate(
        record, material.records, verifier.moment, bag=(*material.bag, b"collect"),
        crls=material.crls, ocsps=material.ocsps, stamping=stamping,
    )  # fmt: skip
    result = verdict.result
    if result is None or result.anchor is None:
        raise SigningError(
            N_("No chain to a trusted certificate was found for {name}."),
            hint=N_("Give the trusted certificates (--trust) and the missing ones (--cert)."),
            name=record.summary.subject,
        )
    # What was given beside the file is not in it.
    held = {each.der for each in material.records} - {each.der for each in verifier.given}
    chain: Sequence[x509.Certificate] = result.chain
    made = Evidence()
    for certificate in chain[:-1] if len(chain) > 1 else chain:
        der = raw(certificate)
        if der not in held:
            made.certificates.append(der)
    for certificate, issuer in pairwise(chain):
        _answer(verifier, certificate, issuer, chain, material, made)
    return made


def _answer(
    verifier: Verifier,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    chain: Sequence[x509.Certificate],
    material: Material,
    made: Evidence,
) -> None:
    """Find one list or answer that says that the certificate is good, unless the file has it."""

    def good(crls: Sequence[bytes], ocsps: Sequence[bytes]) -> bool:
        others = (*chain, *(r.asn1 for r in material.records))
        return _is_good(certificate, others, verifier, crls, ocsps)

    if good((*material.crls, *made.crls), (*material.ocsps, *made.ocsps)):
        return
    for kind, item in _offers(verifier, certificate, issuer):
        if kind == "crl" and good((item,), ()):
            made.crls.append(_der_of_crl(item))
            return
        if kind == "ocsp" and good((), (item,)):
            made.ocsps.append(item)
            return
    raise SigningError(
        N_("No fresh answer about the certificate of {name} could be had."),
        hint=N_("Give its revocation list (--crl) or OCSP answer (--ocsp), or allow --online."),
        name=format_name(certificate.subject),
    )


def _offers(
    verifier: Verifier, certificate: x509.Certificate, issuer: x509.Certificate
) -> Iterator[tuple[str, bytes]]:
    """Given data first, then an OCSP answer, then lists."""
    yield from (("ocsp", item) for item in verifier.chains.ocsps)
    yield from (("crl", item) for item in verifier.chains.crls)
    fetch: Any = verifier.chains.fetch
    if fetch is None:
        return
    answer = fetch.ocsp_for(certificate, issuer)
    if answer is not None:
        yield "ocsp", answer
    yield from (("crl", item) for item in fetch.crls_for(certificate))


def _is_good(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    verifier: Verifier,
    crls: Sequence[bytes],
    ocsps: Sequence[bytes],
) -> bool:
    moment: datetime = verifier.moment
    result = validate_path(
        certificate,
        others=others,
        trust=verifier.trust,
        moment=moment,
        revocation=RevocationPolicy(RevocationMode.PREFER),
        crls=crls,
        ocsps=ocsps,
    )
    return bool(result.statuses) and result.statuses[0].state is RevocationState.GOOD


def _der_of_crl(data: bytes) -> bytes:
    from medcab.signing.revocation import parse_crl

    parsed = parse_crl(data)
    return data if parsed is None else raw(parsed)

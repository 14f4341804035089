"""Judging OCSP answers (RFC 6960): who made them, for whom, and when.

An answer counts when it was signed by the key of the authority that issued the certificate, or
by a responder whose certificate that very authority signed for the purpose (4.2.2.2). Whatever
else a file brings along under the authority's name is not looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from asn1crypto import core, ocsp, x509

from medcab.signing.algorithms import UnsupportedAlgorithmError, digest_algorithm
from medcab.signing.certificates import name_key, raw
from medcab.signing.pkix import Dates, Signed, signed_by, weakness
from medcab.signing.revocation import (
    CertificateStatus,
    OcspItem,
    RevocationMode,
    RevocationPolicy,
    RevocationState,
)
from medcab.text import N_

__all__ = ["make_request", "status_from_ocsp"]

_TOLERANCE: Final = timedelta(seconds=60)
# Without nextUpdate newer information is always available (RFC 6960 4.2.2.1): take it for a day.
_WITHOUT_NEXT: Final = timedelta(days=1)
_MAX_RESPONDERS: Final = 20
_BAD: Final = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    UnsupportedAlgorithmError,
)
_KNOWN_EXTENSIONS: Final = frozenset(
    {
        "key_usage",
        "extended_key_usage",
        "basic_constraints",
        "ocsp_no_check",
        "certificate_policies",
    }
)

RevocationOf = Callable[[x509.Certificate], RevocationState]


@dataclass(frozen=True, slots=True)
class _Question:
    certificate: x509.Certificate
    issuer: x509.Certificate
    moment: datetime
    policy: RevocationPolicy
    dates: Dates
    others: tuple[x509.Certificate, ...]
    revocation_of: RevocationOf


def status_from_ocsp(
    items: Iterable[OcspItem],
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    *,
    moment: datetime,
    policy: RevocationPolicy,
    dates: Dates,
    others: Iterable[x509.Certificate],
    revocation_of: RevocationOf,
) -> CertificateStatus | None:
    """Find what OCSP answers say about a certificate.

    Args:
        items: the answers at hand.
        certificate: in question.
        issuer: certificate of the authority whose key signed ``certificate`` (verified).
        moment: for which the answer must hold.
        policy: the revocation policy.
        dates: of algorithms (see :data:`medcab.signing.pkix.Dates`).
        others: certificates among which a responder's may be found.
        revocation_of: says whether a responder's own certificate was revoked.

    Returns:
        a status; one with state UNKNOWN tells why the answers do not count; None when no
        answer is about this certificate.
    """
    question = _Question(certificate, issuer, moment, policy, dates, tuple(others), revocation_of)
    best: CertificateStatus | None = None
    for item in items:
        for single in _about(item.basic, certificate, issuer):
            status = _judge(item, single, question)
            if status.state is RevocationState.REVOKED:
                return status
            if best is None or _rank(status) > _rank(best):
                best = status
    return best


def _rank(status: CertificateStatus) -> tuple[bool, bool, float]:
    made = status.produced_at.timestamp() if status.produced_at else 0.0
    return status.state is RevocationState.GOOD, status.stale, made


def _about(
    basic: ocsp.BasicOCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> Iterator[Any]:
    """Single responses whose CertID names this certificate of this key (RFC 6960 4.1.1)."""
    for single in basic["tbs_response_data"]["responses"]:
        try:
            cert_id = single["cert_id"]
            if cert_id["serial_number"].native != certificate.serial_number:
                continue
            digest = digest_algorithm(cert_id["hash_algorithm"]["algorithm"].dotted)
            if cert_id["issuer_name_hash"].native == digest.digest(
                raw(certificate.issuer)
            ) and cert_id["issuer_key_hash"].native == digest.digest(_key_bits(issuer)):
                yield single
        except _BAD:
            continue


def _key_bits(certificate: x509.Certificate) -> bytes:
    """Contents of the subjectPublicKey BIT STRING without the octet of unused bits."""
    info = certificate["tbs_certificate"]["subject_public_key_info"]
    return bytes(info["public_key"].contents[1:])


def _judge(item: OcspItem, single: Any, question: _Question) -> CertificateStatus:
    this_update = single["this_update"].native
    next_update = single["next_update"].native

    def unknown(detail: str, *, stale: bool = False, **args: Any) -> CertificateStatus:
        return CertificateStatus(
            question.certificate,
            RevocationState.UNKNOWN,
            "ocsp",
            item.origin,
            this_update,
            next_update,
            stale=stale,
            detail=detail,
            args=args,
        )

    if not _authentic(item.basic, question, this_update):
        return unknown(N_("An OCSP answer was not made by the authority or its responder."))
    choice = single["cert_status"]
    moment = question.moment
    if choice.name == "revoked":
        revoked_at = choice.chosen["revocation_time"].native
        reason = choice.chosen["revocation_reason"].native
        if revoked_at <= moment:
            return CertificateStatus(
                question.certificate,
                RevocationState.REVOKED,
                "ocsp",
                item.origin,
                this_update,
                next_update,
                revoked_at,
                reason or "unspecified",
            )
    elif choice.name != "good":
        return unknown(N_("The responder does not know the certificate."))
    if this_update > moment + _TOLERANCE:
        if not question.policy.later:
            return unknown(N_("The OCSP answer was made after the moment of the check."))
        if this_update > question.certificate.not_valid_after:
            return unknown(N_("The OCSP answer was made after the certificate had expired."))
    elif moment > (next_update or this_update + _WITHOUT_NEXT) + _TOLERANCE:
        return unknown(
            N_("The OCSP answer of {date} is out of date."),
            stale=True,
            date=this_update.date().isoformat(),
        )
    return CertificateStatus(
        question.certificate,
        RevocationState.GOOD,
        "ocsp",
        item.origin,
        this_update,
        next_update,
    )


def _authentic(basic: ocsp.BasicOCSPResponse, question: _Question, made: datetime) -> bool:
    signed = Signed(
        raw(basic["tbs_response_data"]), basic["signature_algorithm"], basic["signature"].native
    )
    moment = question.moment
    if weakness(signed.algorithm, None, moment, question.dates) is not None:
        return False
    if _is_responder(basic, question.issuer) and signed_by(signed, question.issuer.public_key):
        return True
    for candidate in islice(_responders(basic, question.others), _MAX_RESPONDERS):
        if _may_answer(candidate, question, made) and signed_by(signed, candidate.public_key):
            return _not_revoked(candidate, question)
    return False


def _is_responder(basic: ocsp.BasicOCSPResponse, certificate: x509.Certificate) -> bool:
    """ResponderID names this certificate: by name, or by the SHA-1 of its key (4.2.1)."""
    choice = basic["tbs_response_data"]["responder_id"]
    if choice.name == "by_name":
        return name_key(choice.chosen) == name_key(certificate.subject)
    digest = hashlib.sha1(_key_bits(certificate), usedforsecurity=False).digest()
    return choice.native in (digest, certificate.key_identifier)


def _responders(
    basic: ocsp.BasicOCSPResponse, others: Iterable[x509.Certificate]
) -> Iterator[x509.Certificate]:
    embedded = basic["certs"]
    for certificate in (*(() if isinstance(embedded, core.Void) else embedded), *others):
        try:
            if _is_responder(basic, certificate):
                yield certificate
        except _BAD:
            continue


def _may_answer(candidate: x509.Certificate, question: _Question, made: datetime) -> bool:
    """The authority itself issued the responder's certificate for OCSP (RFC 6960 4.2.2.2)."""
    try:
        usages = candidate.extended_key_usage_value
        key_usage = candidate.key_usage_value
        return bool(
            usages is not None
            and "ocsp_signing" in usages.native
            and (key_usage is None or "digital_signature" in key_usage.native)
            and name_key(candidate.issuer) == name_key(question.issuer.subject)
            and candidate.not_valid_before <= made + _TOLERANCE <= candidate.not_valid_after
            and not candidate.critical_extensions - _KNOWN_EXTENSIONS
            and weakness(
                candidate["signature_algorithm"],
                candidate.public_key,
                question.moment,
                question.dates,
            )
            is None
            and signed_by(Signed.certificate(candidate), question.issuer.public_key)
        )
    except _BAD:
        return False


def _not_revoked(candidate: x509.Certificate, question: _Question) -> bool:
    if candidate.ocsp_no_check_value is not None:
        return True
    state = question.revocation_of(candidate)
    if question.policy.mode is RevocationMode.REQUIRE:
        return state is RevocationState.GOOD
    return state is not RevocationState.REVOKED


def make_request(certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
    """Make an OCSP request for one certificate (RFC 6960 4.1; SHA-1 CertID, RFC 9654 4.2.1)."""
    digest = digest_algorithm("1.3.14.3.2.26")
    cert_id = {
        "hash_algorithm": {"algorithm": "sha1"},
        "issuer_name_hash": digest.digest(raw(certificate.issuer)),
        "issuer_key_hash": digest.digest(_key_bits(issuer)),
        "serial_number": certificate.serial_number,
    }
    request = ocsp.OCSPRequest({"tbs_request": {"request_list": [{"req_cert": cert_id}]}})
    return bytes(request.dump())

"""What a verification says: indications, checks, signers, reports.

The words are those of ETSI EN 319 102-1: a main indication (clause 5.1.3, table 5), a
sub-indication that gives the reason (table 6), and under them every check that was made. Checks
hold message templates and arguments, never sentences (see :mod:`medcab.text`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from medcab.model import Verdict, worst

__all__ = [
    "SCHEMA",
    "CertificateSummary",
    "Check",
    "CheckOutcome",
    "Indication",
    "ProofOfExistence",
    "RevocationSummary",
    "SignatureLevel",
    "SignatureResult",
    "SubIndication",
    "VerificationReport",
    "passed",
]

SCHEMA: Final = "medcab.signature/1"


class Indication(StrEnum):
    """Main status of one signature (ETSI EN 319 102-1, table 5)."""

    TOTAL_PASSED = "TOTAL-PASSED"
    TOTAL_FAILED = "TOTAL-FAILED"
    INDETERMINATE = "INDETERMINATE"

    @property
    def verdict(self) -> Verdict:
        """PASSED «Успешно», FAILED «Ошибка», INDETERMINATE «Требуется уточнение»."""
        return _VERDICTS[self]


_VERDICTS: Final = {
    Indication.TOTAL_PASSED: Verdict.PASSED,
    Indication.TOTAL_FAILED: Verdict.FAILED,
    Indication.INDETERMINATE: Verdict.INDETERMINATE,
}


class SubIndication(StrEnum):
    """Why a signature failed or stays open (ETSI EN 319 102-1, table 6)."""

    FORMAT_FAILURE = "FORMAT_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    SIG_CONSTRAINTS_FAILURE = "SIG_CONSTRAINTS_FAILURE"
    CHAIN_CONSTRAINTS_FAILURE = "CHAIN_CONSTRAINTS_FAILURE"
    CERTIFICATE_CHAIN_GENERAL_FAILURE = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE_NO_POE = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    POLICY_PROCESSING_ERROR = "POLICY_PROCESSING_ERROR"
    SIGNATURE_POLICY_NOT_AVAILABLE = "SIGNATURE_POLICY_NOT_AVAILABLE"
    TIMESTAMP_ORDER_FAILURE = "TIMESTAMP_ORDER_FAILURE"
    NO_SIGNING_CERTIFICATE_FOUND = "NO_SIGNING_CERTIFICATE_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND_NO_POE = "NO_CERTIFICATE_CHAIN_FOUND_NO_POE"
    REVOKED_NO_POE = "REVOKED_NO_POE"
    REVOKED_CA_NO_POE = "REVOKED_CA_NO_POE"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    OUT_OF_BOUNDS_NOT_REVOKED = "OUT_OF_BOUNDS_NOT_REVOKED"
    NO_POE = "NO_POE"
    TRY_LATER = "TRY_LATER"
    SIGNED_DATA_NOT_FOUND = "SIGNED_DATA_NOT_FOUND"
    GENERIC = "GENERIC"

    @property
    def indication(self) -> Indication:
        """The main status this reason belongs to (table 6)."""
        return Indication.TOTAL_FAILED if self in _FAILING else Indication.INDETERMINATE


_FAILING: Final = frozenset(
    {
        SubIndication.FORMAT_FAILURE,
        SubIndication.HASH_FAILURE,
        SubIndication.SIG_CRYPTO_FAILURE,
        SubIndication.REVOKED,
        SubIndication.EXPIRED,
        SubIndication.NOT_YET_VALID,
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
    }
)


class SignatureLevel(StrEnum):
    """What the structure of a signature reaches (EN 319 122-1, EN 319 142-1, TS 101 733)."""

    CMS = "CMS"
    CADES_B = "CAdES-B-B"
    CADES_T = "CAdES-B-T"
    CADES_LT = "CAdES-B-LT"
    CADES_LTA = "CAdES-B-LTA"
    CADES_C = "CAdES-C"
    CADES_X1 = "CAdES-X-Type1"
    CADES_X2 = "CAdES-X-Type2"
    CADES_XL = "CAdES-X-Long"
    CADES_XL1 = "CAdES-X-Long-Type1"
    CADES_XL2 = "CAdES-X-Long-Type2"
    CADES_A = "CAdES-A"
    PDF = "PDF"
    PADES_B = "PAdES-B-B"
    PADES_T = "PAdES-B-T"
    PADES_LT = "PAdES-B-LT"
    PADES_LTA = "PAdES-B-LTA"
    TIME_STAMP = "time-stamp"


class CheckOutcome(StrEnum):
    """How one check ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNDETERMINED = "undetermined"
    WARNING = "warning"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Check:
    """One check that was made, or could not be made.

    Attributes:
        id: stable kebab-case name, e.g. ``message-digest-value``.
        outcome: how it ended.
        rule: the clause it comes from, e.g. ``RFC 5652 11.2``.
        detail: template (msgid) of the sentence about the outcome; empty when passed.
        args: values for its holes (JSON-able).
        sub_indication: what a failed or undetermined check makes of the signature.
    """

    id: str
    outcome: CheckOutcome
    rule: str = ""
    detail: str = ""
    args: Mapping[str, Any] = _field(default_factory=dict)
    sub_indication: SubIndication | None = None

    @property
    def open(self) -> bool:
        """True when the check stands in the way of «passed»."""
        return self.outcome in (CheckOutcome.FAILED, CheckOutcome.UNDETERMINED)


@lru_cache(maxsize=512)
def passed(check_id: str, rule: str = "") -> Check:
    """Return the shared object for a check that passed (bulk runs make millions of them)."""
    return Check(check_id, CheckOutcome.PASSED, rule)


@dataclass(frozen=True, slots=True)
class CertificateSummary:
    """What a reader wants to know about a certificate.

    Attributes:
        subject: readable distinguished name.
        issuer: readable distinguished name.
        serial: serial number, hexadecimal, upper case.
        fingerprint: SHA-256 of the whole certificate, hexadecimal, lower case.
        not_before: start of validity (aware).
        not_after: end of validity (aware).
        key: algorithm and size, e.g. ``RSA-2048``.
        holder: fields of the subject by name (``common_name``, ``surname``, ``given_name``,
            ``organization``, ``title``, ``inn``, ``inn_le``, ``snils``, ``ogrn``, ``ogrnip``).
    """

    subject: str
    issuer: str
    serial: str
    fingerprint: str
    not_before: datetime | None = None
    not_after: datetime | None = None
    key: str = ""
    holder: Mapping[str, str] = _field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RevocationSummary:
    """What was known about revocation.

    Attributes:
        status: ``good`` | ``revoked`` | ``unknown`` | ``not-checked``.
        policy: ``require`` | ``prefer`` | ``none``.
        source: ``ocsp`` | ``crl`` | None.
        revoked_at: when the certificate was revoked.
        reason: reason code of RFC 5280 5.3.1, if told.
        produced_at: when the answer was made.
        next_update: until when the answer is fresh.
        detail: template of a sentence about missing or refused sources; its holes from ``args``.
        args: values for the holes.
    """

    status: str
    policy: str
    source: str | None = None
    revoked_at: datetime | None = None
    reason: str | None = None
    produced_at: datetime | None = None
    next_update: datetime | None = None
    detail: str = ""
    args: Mapping[str, Any] = _field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProofOfExistence:
    """Proof that something existed at a moment (EN 319 102-1, 5.6.2.3).

    Attributes:
        moment: not later than this (aware).
        source: ``current-time`` | ``signature-time-stamp`` | ``archive-time-stamp`` | ...
    """

    moment: datetime
    source: str


@dataclass(frozen=True, slots=True)
class SignatureResult:
    """One signer, or one counter-signer, judged.

    Attributes:
        index: place in the file: ``0``, ``1``; a counter-signature of the first: ``0.1``.
        indication: main status.
        sub_indication: reason, None when passed.
        level: what it reaches with the time-stamps and revocation data that validate.
        signer: the signing certificate, None when it was not found.
        claimed_signing_time: the signing-time attribute: a claim, no proof.
        chain: from the signing certificate to the trust anchor, as far as it was built.
        revocation: what was known.
        checks: every check that was made, in order.
        counter_signatures: results of the counter-signers.
        proofs: proofs of existence of the signature value.
        timestamps: results about time-stamps (JSON-able), when there are any.
        algorithm: e.g. ``RSA-2048 SHA-256``.
        attributes: other signed attributes (commitment, location, roles, mime_type, policy ...).
        kind: ``signature`` | ``counter-signature`` | ``time-stamp``.
        field: name of the form field in a PDF.
        structure: what the structure alone would reach, where that is more; None: the same.
    """

    index: str
    indication: Indication
    sub_indication: SubIndication | None
    level: SignatureLevel
    signer: CertificateSummary | None
    claimed_signing_time: datetime | None
    chain: tuple[CertificateSummary, ...] = ()
    revocation: RevocationSummary | None = None
    checks: tuple[Check, ...] = ()
    counter_signatures: tuple[SignatureResult, ...] = ()
    proofs: tuple[ProofOfExistence, ...] = ()
    timestamps: tuple[Mapping[str, Any], ...] = ()
    algorithm: str = ""
    attributes: Mapping[str, Any] = _field(default_factory=dict)
    kind: str = "signature"
    field: str | None = None
    structure: SignatureLevel | None = None

    @property
    def verdict(self) -> Verdict:
        """Verdict on this signer alone (its counter-signers are judged by themselves)."""
        return self.indication.verdict

    @property
    def open_checks(self) -> tuple[Check, ...]:
        """Checks that stand in the way of «passed»."""
        return tuple(check for check in self.checks if check.open)


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """Everything about one signature file.

    Attributes:
        path: signature file as the user knows it.
        content: signed file, or None when the content is inside or was not found.
        checked_at: the moment for which the verdict holds (aware, UTC).
        signatures: one result a signer.
        encoding: ``der`` | ``ber`` | ``pem`` | ``base64`` | ``pdf`` | ``""``.
        container: ``detached`` | ``attached`` | ``pdf`` | ``""`` when it could not be read.
        problems: checks on the file as a whole; open ones stand in the way of «passed».
        lenient: plain CMS was accepted.
    """

    path: str
    content: str | None
    checked_at: datetime
    signatures: tuple[SignatureResult, ...] = ()
    encoding: str = ""
    container: str = ""
    problems: tuple[Check, ...] = ()
    lenient: bool = False

    @property
    def verdict(self) -> Verdict:
        """PASSED only if every signer and counter-signer passed and there is at least one."""
        verdicts = list(_verdicts(self.signatures))
        for check in self.problems:
            if check.outcome is CheckOutcome.FAILED:
                sub = check.sub_indication
                verdicts.append(sub.indication.verdict if sub else Verdict.FAILED)
            elif check.outcome is CheckOutcome.UNDETERMINED:
                verdicts.append(Verdict.INDETERMINATE)
        return worst(verdicts) if verdicts else Verdict.INDETERMINATE


def _verdicts(results: tuple[SignatureResult, ...]) -> list[Verdict]:
    found: list[Verdict] = []
    for result in results:
        found.append(result.indication.verdict)
        if result.counter_signatures:
            found.extend(_verdicts(result.counter_signatures))
    return found

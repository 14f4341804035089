"""X.509 certificate validation (ETSI EN 319 102-1, 5.2.6) and suitability of the certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from medcab.signing.blocks.context import Surroundings
from medcab.signing.blocks.journal import Journal
from medcab.signing.blocks.records import CertificateRecord, Lru, RecordCache
from medcab.signing.policy import ValidationPolicy
from medcab.signing.results import (
    CertificateSummary,
    Check,
    Indication,
    RevocationSummary,
    SubIndication,
)
from medcab.signing.tlv import DerError
from medcab.text import N_

__all__ = ["CertificateVerdict", "ChainValidator"]

_RULE: Final = "EN 319 102-1 5.2.6"
# Purposes that exclude signing documents, where a certificate has nothing but these.
_OTHER_PURPOSES: Final = {
    "1.3.6.1.5.5.7.3.1": "serverAuth",
    "1.3.6.1.5.5.7.3.3": "codeSigning",
    "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
}


@dataclass(frozen=True, slots=True)
class CertificateVerdict:
    """What was found about one signing certificate; shared by all its signatures.

    Attributes:
        checks: in order.
        chain: as far as it was built.
        revocation: what was known.
        sub_indication: None when the certificate was valid at the moment.
        result: the full answer of path validation (for ``--details`` and later clauses).
    """

    checks: tuple[Check, ...]
    chain: tuple[CertificateSummary, ...]
    revocation: RevocationSummary | None
    sub_indication: SubIndication | None
    result: Any = None


class ChainValidator:
    """Validates certificates with one set of anchors, one policy, one source of revocation data.

    A verdict is remembered under everything that it depends on: all bytes of the certificate, of
    the bag it came in and of the revocation data, and the moment. Contexts are never kept.

    Args:
        trust: a TrustStore.
        policy: the validation policy.
        records: the shared certificate cache.
        crls: given CRLs.
        ocsps: given OCSP answers.
        fetch: a Fetcher, or None to stay offline.
    """

    def __init__(
        self,
        trust: Any,
        policy: ValidationPolicy,
        records: RecordCache,
        *,
        crls: Sequence[bytes] = (),
        ocsps: Sequence[bytes] = (),
        fetch: Any = None,
    ) -> None:
        self.trust = trust
        self.policy = policy
        self.records = records
        self.crls = tuple(crls)
        self.ocsps = tuple(ocsps)
        self.fetch = fetch
        self._known: Lru[tuple[object, ...], CertificateVerdict] = Lru(4096)

    def validate(
        self,
        record: CertificateRecord,
        others: Sequence[CertificateRecord],
        moment: datetime,
        *,
        bag: tuple[bytes, ...] = (),
        crls: Sequence[bytes] = (),
        ocsps: Sequence[bytes] = (),
        later: bool = False,
        stamping: bool = False,
    ) -> CertificateVerdict:
        """Validate ``record``.

        Args:
            record: the signing certificate.
            others: certificates that came with it.
            moment: validation time.
            bag: bytes that stand for ``others``, ``crls`` and ``ocsps`` as they came in the file.
            crls: CRLs that came with it.
            ocsps: OCSP answers that came with it.
            later: revocation data made after ``moment`` count (see RevocationPolicy).
            stamping: it must be the certificate of a time-stamping authority.
        """
        key = (record.sha256, bag, moment, later, stamping)
        known = self._known.get(key)
        if known is None:
            around = Surroundings(others, bag, tuple(crls), tuple(ocsps))
            known = self._validate(record, around, moment, later, stamping)
            self._known.put(key, known)
        return known

    def _validate(
        self,
        record: CertificateRecord,
        around: Surroundings,
        moment: datetime,
        later: bool,
        stamping: bool,
    ) -> CertificateVerdict:
        from medcab.signing.paths import PathOptions, validate_path
        from medcab.signing.revocation import RevocationPolicy

        journal = Journal()
        try:
            certificate = record.asn1
        except ValueError as error:
            journal.fail(
                "certificate-readable", _RULE,
                N_("The certificate of the signer is malformed: {why}."),
                SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, why=str(error),
            )  # fmt: skip
            return _verdict(journal, (record.summary,), None, None)
        if stamping:
            _check_stamping(journal, certificate)
        else:
            _check_purpose(journal, certificate)
        parsed = []
        for other in around.records:
            if other.sha256 == record.sha256:
                continue
            try:
                parsed.append(other.asn1)
            except ValueError:
                continue  # a malformed certificate in the bag helps nobody and hurts nobody
        result = validate_path(
            certificate,
            others=parsed,
            trust=self.trust,
            moment=moment,
            revocation=replace(RevocationPolicy.named(self.policy.revocation), later=later),
            crls=(*self.crls, *around.crls),
            ocsps=(*self.ocsps, *around.ocsps),
            fetch=self.fetch,
            options=PathOptions(
                policies=frozenset(self.policy.certificate_policies),
                explicit_policy=self.policy.explicit_policy,
                inhibit_mapping=self.policy.inhibit_mapping,
                inhibit_any=self.policy.inhibit_any,
                allow_weak=not self.policy.sunsets,
            ),
        )
        journal.extend(result.checks)
        if result.status is not Indication.TOTAL_PASSED and not any(c.open for c in result.checks):
            journal.fail(
                "certificate-chain", _RULE, N_("The certificate could not be validated."),
                result.sub_indication or SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
            )  # fmt: skip
        chain = tuple(self._summary(c) for c in result.chain) or (record.summary,)
        return _verdict(journal, chain, result.revocation, result)

    def _summary(self, certificate: Any) -> CertificateSummary:
        try:
            return self.records.record(certificate.dump()).summary
        except DerError:
            return CertificateSummary("", "", "", "")


def _verdict(
    journal: Journal,
    chain: tuple[CertificateSummary, ...],
    revocation: RevocationSummary | None,
    result: Any,
) -> CertificateVerdict:
    return CertificateVerdict(
        tuple(journal.checks), chain, revocation, journal.conclude()[1], result
    )


def _check_purpose(journal: Journal, certificate: Any) -> None:
    """Key usage and extended key usage (RFC 5280 4.2.1.3, 4.2.1.12; EN 319 412-2 4.3.2)."""
    usage = certificate.key_usage_value
    if usage is None or {"digital_signature", "non_repudiation"} & set(usage.native):
        journal.ok("key-usage", "RFC 5280 4.2.1.3")
    else:
        journal.fail(
            "key-usage", "RFC 5280 4.2.1.3",
            N_("The certificate is not meant for signatures (key usage: {usages})."),
            SubIndication.CHAIN_CONSTRAINTS_FAILURE, usages=", ".join(sorted(usage.native)),
        )  # fmt: skip
    extended = certificate.extended_key_usage_value
    if extended is None:
        return
    purposes = [purpose.dotted for purpose in extended]
    if purposes and all(purpose in _OTHER_PURPOSES for purpose in purposes):
        journal.fail(
            "extended-key-usage", "RFC 5280 4.2.1.12",
            N_("The certificate is meant for other things than signing documents: {usages}."),
            SubIndication.CHAIN_CONSTRAINTS_FAILURE,
            usages=", ".join(_OTHER_PURPOSES[purpose] for purpose in purposes),
        )  # fmt: skip
    else:
        journal.ok("extended-key-usage", "RFC 5280 4.2.1.12")


def _check_stamping(journal: Journal, certificate: Any) -> None:
    """The extended key usage is time stamping, that alone, and critical (RFC 3161 2.3)."""
    usage = certificate.key_usage_value
    extended = certificate.extended_key_usage_value
    if (
        extended is not None
        and [purpose.dotted for purpose in extended] == ["1.3.6.1.5.5.7.3.8"]
        and "extended_key_usage" in certificate.critical_extensions
        and (usage is None or {"digital_signature", "non_repudiation"} & set(usage.native))
    ):
        journal.ok("time-stamping-purpose", "RFC 3161 2.3")
    else:
        journal.fail(
            "time-stamping-purpose", "RFC 3161 2.3",
            N_("The certificate is not that of a time-stamping authority."),
            SubIndication.CHAIN_CONSTRAINTS_FAILURE,
        )  # fmt: skip

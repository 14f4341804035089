"""X.509 certificate validation (ETSI EN 319 102-1, 5.2.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from medcab.signing.blocks.context import Surroundings
from medcab.signing.blocks.journal import Journal
from medcab.signing.blocks.purpose import check_purpose, check_stamping
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
        # Whose keys made a list or an answer (see medcab.signing.longterm.past).
        self.made: Lru[tuple[object, ...], Any] = Lru(4096)

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
            check_stamping(journal, certificate)
        else:
            check_purpose(journal, certificate, self.policy)
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
                dates=tuple(sorted(self.policy.overrides.items(), key=repr)),
            ),
        )
        journal.extend(result.checks)
        if result.status is not Indication.TOTAL_PASSED and not any(c.open for c in result.checks):
            journal.fail(
                "certificate-chain", _RULE, N_("The certificate could not be validated."),
                result.sub_indication or SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
            )  # fmt: skip
        journal.checks = self.policy.weigh(journal.checks)
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

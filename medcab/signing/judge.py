"""Judging one chain: RFC 5280 by pyhanko-certvalidator, then time, trust and revocation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import x509
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.path import ValidationPath

from medcab.signing.certificates import format_name, sha256_of
from medcab.signing.chain_rules import check_rules
from medcab.signing.chains import Chain
from medcab.signing.crls import CrlJudge
from medcab.signing.ocsp import status_from_ocsp
from medcab.signing.paths import PathOptions, PathResult, summary_of
from medcab.signing.results import Check, CheckOutcome, Indication, SubIndication, passed
from medcab.signing.revocation import (
    CertificateStatus,
    RevocationData,
    RevocationMode,
    RevocationPolicy,
    RevocationState,
)
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.fetch import Fetcher

__all__ = ["ChainJudge"]

_CLAUSE: Final = "EN 319 102-1 5.2.6"


class ChainJudge:
    """Judges the chains of one certificate with the same revocation data.

    Args:
        moment: validation time (UTC).
        policy: the revocation policy.
        options: inputs of RFC 5280 and strictness.
        others: certificates among which responders and makers of lists may be found.
        fetch: where missing data come from, or None.
    """

    def __init__(
        self,
        moment: datetime,
        policy: RevocationPolicy,
        options: PathOptions,
        others: Sequence[x509.Certificate],
        fetch: Fetcher | None,
    ) -> None:
        self.moment = moment
        self.policy = policy
        self.options = options
        self.others = tuple(others)
        self.fetch = fetch
        self.data = RevocationData()

    def take(self, crls: Sequence[bytes], ocsps: Sequence[bytes]) -> None:
        """Parse the revocation data at hand, unless the policy does not look at any."""
        if self.policy.mode is not RevocationMode.NONE:
            self.data = RevocationData.parse(crls, ocsps)

    def judge(self, chain: Chain) -> PathResult:
        """Judge one chain."""
        whole = chain.whole
        checks: list[Check] = [passed("certificate-chain", _CLAUSE)]
        statuses: tuple[CertificateStatus, ...] = ()
        self._check_anchor(chain, checks)
        path = _library_path(chain)
        self._check_times(whole, checks)
        if chain.is_anchor_alone:
            checks.append(passed("certificate-trusted-directly", _CLAUSE))
            self._check_direct(whole[0], checks)
        else:
            checks += check_rules(path, chain, self.moment, self.options)
            if self.policy.mode is RevocationMode.NONE:
                checks.append(
                    Check(
                        "revocation",
                        CheckOutcome.IGNORED,
                        _CLAUSE,
                        N_("Revocation was not looked at, as asked."),
                    )
                )
            else:
                statuses = self._statuses(path, whole)
                self._check_statuses(statuses, checks)
        # The first open check in this order decides (EN 319 102-1, 5.2.6.4).
        sub = next((c.sub_indication for c in checks if c.open), None)
        return PathResult(
            Indication.TOTAL_PASSED if sub is None else Indication.INDETERMINATE,
            sub,
            whole,
            chain.anchor,
            summary_of(statuses, self.policy),
            statuses,
            tuple(checks),
        )

    def _check_direct(self, certificate: x509.Certificate, checks: list[Check]) -> None:
        """Nobody is asked whether an anchor was revoked: said, where answers are demanded.

        A self-signed anchor has no authority that could revoke it.
        """
        if certificate.subject == certificate.issuer or self.policy.mode is RevocationMode.NONE:
            return
        needed = self.policy.mode is RevocationMode.REQUIRE
        checks.append(
            Check(
                "revocation-signer",
                CheckOutcome.UNDETERMINED if needed else CheckOutcome.WARNING,
                _CLAUSE,
                N_("The certificate of {name} is itself among the trusted ones, so its revocation "
                   "was not looked at."),
                {"name": format_name(certificate.subject)},
                SubIndication.TRY_LATER if needed else None,
            )
        )  # fmt: skip

    def _check_anchor(self, chain: Chain, checks: list[Check]) -> None:
        anchor = chain.anchor
        sub = SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE
        args: dict[str, Any] = {"name": anchor.label or format_name(anchor.certificate.subject)}
        if not anchor.trusted_at(self.moment):
            checks.append(
                Check(
                    "anchor-accreditation",
                    CheckOutcome.FAILED,
                    _CLAUSE,
                    N_("The accreditation of {name} did not hold at the moment of the check."),
                    args,
                    sub,
                )
            )
        elif anchor.periods:
            checks.append(passed("anchor-accreditation", _CLAUSE))
        if chain.is_anchor_alone:
            return
        if not _within(anchor.certificate, self.moment):
            checks.append(
                Check(
                    "anchor-validity",
                    CheckOutcome.FAILED,
                    _CLAUSE,
                    N_("The trusted certificate of {name} was not valid at that moment."),
                    args,
                    sub,
                )
            )

    def _check_times(self, whole: Sequence[x509.Certificate], checks: list[Check]) -> None:
        """Validity of every certificate but the anchor's, told by name (RFC 5280 6.1.3 a 2)."""
        inner = whole[:-1] or whole
        bad = [c for c in inner if not _within(c, self.moment)]
        if not bad:
            checks.append(passed("validity-range", _CLAUSE))
        for certificate in bad:
            early = self.moment < certificate.not_valid_before
            day = certificate.not_valid_before if early else certificate.not_valid_after
            checks.append(
                Check(
                    "validity-range",
                    CheckOutcome.UNDETERMINED,
                    _CLAUSE,
                    N_("The certificate of {name} is valid only from {date}.")
                    if early
                    else N_("The certificate of {name} expired on {date}."),
                    {"name": format_name(certificate.subject), "date": day.date().isoformat()},
                    SubIndication.OUT_OF_BOUNDS_NO_POE,
                )
            )

    def _statuses(
        self, path: ValidationPath, whole: tuple[x509.Certificate, ...]
    ) -> tuple[CertificateStatus, ...]:
        pairs = list(pairwise(whole))
        lists = self._list_judge(path, whole)
        found = [self._status(c, issuer, lists) for c, issuer in pairs]
        if self.fetch is None:
            return tuple(found)
        for position, (certificate, issuer) in enumerate(pairs):
            if found[position].state is not RevocationState.UNKNOWN:
                continue
            answer = self.fetch.ocsp_for(certificate, issuer)
            if answer is not None and self.data.add_ocsp(answer, "fetched"):
                found[position] = self._status(certificate, issuer, lists)
            if found[position].state is not RevocationState.UNKNOWN:
                continue
            for data in self.fetch.crls_for(certificate):
                self.data.add_crl(data, "fetched")
            lists = self._list_judge(path, whole)
            found[position] = self._status(certificate, issuer, lists)
        return tuple(found)

    def _list_judge(self, path: ValidationPath, whole: Sequence[x509.Certificate]) -> CrlJudge:
        return CrlJudge(
            path,
            whole,
            self.data.crls,
            self.others,
            moment=self.moment,
            policy=self.policy,
            dates=self.options.algorithm_dates,
        )

    def _status(
        self, certificate: x509.Certificate, issuer: x509.Certificate, lists: CrlJudge
    ) -> CertificateStatus:
        def of_responder(responder: x509.Certificate) -> RevocationState:
            status = lists.status(responder, issuer)
            return status.state if status else RevocationState.UNKNOWN

        by_ocsp = status_from_ocsp(
            self.data.ocsps,
            certificate,
            issuer,
            moment=self.moment,
            policy=self.policy,
            dates=self.options.algorithm_dates,
            others=self.others,
            revocation_of=of_responder,
        )
        if by_ocsp is not None and by_ocsp.state is RevocationState.REVOKED:
            return by_ocsp
        by_list = lists.status(certificate, issuer)
        # A list may know more than an answer that was made before the revocation.
        if by_list is not None and by_list.state is RevocationState.REVOKED:
            return by_list
        for status in (by_ocsp, by_list):
            if status is not None and status.state is RevocationState.GOOD:
                return status
        if by_ocsp is not None or by_list is not None:
            return by_ocsp or by_list  # type: ignore[return-value]
        detail = N_("There are no revocation data for {name}.")
        if lists.refused or self.data.refused:
            detail = N_("None of the revocation data at hand counts for {name}.")
        return CertificateStatus(
            certificate,
            RevocationState.UNKNOWN,
            detail=detail,
            args={"name": format_name(certificate.subject)},
        )

    def _check_statuses(self, statuses: Sequence[CertificateStatus], checks: list[Check]) -> None:
        for position, status in enumerate(statuses):
            name = format_name(status.certificate.subject)
            check_id = "revocation-signer" if position == 0 else "revocation-authority"
            if status.state is RevocationState.GOOD:
                checks.append(passed(check_id, _CLAUSE))
            elif status.state is RevocationState.REVOKED:
                assert status.revoked_at is not None
                checks.append(
                    Check(
                        check_id,
                        CheckOutcome.UNDETERMINED,
                        _CLAUSE,
                        N_("The certificate of {name} was revoked on {date} ({reason})."),
                        {
                            "name": name,
                            "date": status.revoked_at.date().isoformat(),
                            "reason": status.reason or "unspecified",
                        },
                        SubIndication.REVOKED_NO_POE
                        if position == 0
                        else SubIndication.REVOKED_CA_NO_POE,
                    )
                )
            else:
                needed = self.policy.mode is RevocationMode.REQUIRE
                checks.append(
                    Check(
                        check_id,
                        CheckOutcome.UNDETERMINED if needed else CheckOutcome.WARNING,
                        _CLAUSE,
                        status.detail,
                        {"name": name, **status.args},
                        SubIndication.TRY_LATER if needed else None,
                    )
                )


def _within(certificate: x509.Certificate, moment: datetime) -> bool:
    return bool(certificate.not_valid_before <= moment <= certificate.not_valid_after)


def _library_path(chain: Chain) -> ValidationPath:
    anchor = CertTrustAnchor(chain.anchor.certificate)
    if chain.is_anchor_alone:
        return ValidationPath(anchor, [], None)
    below = [c for c in chain.certificates if sha256_of(c) != chain.anchor.fingerprint]
    return ValidationPath(anchor, list(reversed(below[1:])), below[0])

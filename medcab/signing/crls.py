"""Judging certificate revocation lists (RFC 5280, 5 and 6.3).

A list is looked at only after its signature was verified, by the key of the authority that issued
the certificate, or of a maker of lists whose own certificate an authority of this chain signed.
Plain complete lists, which is what real authorities publish, are searched by ``cryptography``;
partitioned, indirect and delta lists go through pyhanko-certvalidator.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from asn1crypto import crl, x509
from pyhanko_certvalidator._state import ValProcState
from pyhanko_certvalidator.errors import (
    CRLNoMatchesError,
    CRLValidationError,
    CRLValidationIndeterminateError,
    PathValidationError,
    RevokedError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.revinfo.validate_crl import verify_crl
from pyhanko_certvalidator.util import ConsList

from medcab.signing.certificates import name_key, raw
from medcab.signing.chains import effective_key, lacks_parameters
from medcab.signing.crl_reasons import why_not
from medcab.signing.pkix import Dates, Signed, make_context, run, signed_by, weakness
from medcab.signing.revocation import (
    CertificateStatus,
    CrlItem,
    RevocationPolicy,
    RevocationState,
)
from medcab.text import N_

__all__ = ["CrlJudge"]

_TOLERANCE: Final = timedelta(seconds=60)
_MAX_MAKERS: Final = 24
_PLAIN_ENTRY: Final = frozenset({"2.5.29.21", "2.5.29.24"})
_BAD: Final = (ValueError, TypeError, LookupError, AttributeError, OverflowError)
# Names of RFC 5280 5.3.1 as asn1crypto writes them, by the names of cryptography.
_REASONS: Final = {
    "keyCompromise": "key_compromise",
    "cACompromise": "ca_compromise",
    "affiliationChanged": "affiliation_changed",
    "superseded": "superseded",
    "cessationOfOperation": "cessation_of_operation",
    "certificateHold": "certificate_hold",
    "privilegeWithdrawn": "privilege_withdrawn",
    "aACompromise": "aa_compromise",
    "removeFromCRL": "remove_from_crl",
}
_TOO_NEW: Final = N_("The revocation list of {date} was made after the moment of the check.")
_AFTER_EXPIRY: Final = N_(
    "The revocation list of {date} was made after the certificate had expired."
)
_STALE: Final = N_("The revocation list of {date} is out of date.")


class CrlJudge:
    """Answers about the certificates of one chain from the lists at hand.

    Args:
        path: the chain as the library has it.
        whole: the chain, leaf first, the anchor's certificate last.
        items: the lists at hand.
        others: certificates among which makers of lists may be found.
        moment: for which the answer must hold.
        policy: the revocation policy.
        dates: of algorithms (see :data:`medcab.signing.pkix.Dates`).
    """

    def __init__(
        self,
        path: ValidationPath,
        whole: Sequence[x509.Certificate],
        items: Iterable[CrlItem],
        others: Iterable[x509.Certificate],
        *,
        moment: datetime,
        policy: RevocationPolicy,
        dates: Dates,
    ) -> None:
        self._path = path
        self._whole = tuple(whole)
        self._moment = moment
        self._policy = policy
        self._dates = dates
        self._vetted: list[tuple[CrlItem, x509.Certificate]] = []
        self._keys = {
            item.public_key.dump(): effective_key(self._whole, n)
            for n, item in enumerate(self._whole)
            if lacks_parameters(item.public_key)
        }
        self.refused = 0
        makers = self._makers(others)
        for item in items:
            maker = self._maker_of(item, makers)
            if maker is None:
                self.refused += 1
            else:
                self._vetted.append((item, maker))

    def _makers(self, others: Iterable[x509.Certificate]) -> list[x509.Certificate]:
        """Certificates that may sign lists: authorities of the chain and whom they appointed."""
        makers = list(self._whole[1:] or self._whole)
        for candidate in others:
            if len(makers) >= _MAX_MAKERS:
                break
            try:
                usage = candidate.key_usage_value
                # Without keyUsage any certificate of the authority's customers would do.
                if usage is None or "crl_sign" not in usage.native:
                    continue
                if any(
                    name_key(candidate.issuer) == name_key(authority.subject)
                    and signed_by(Signed.certificate(candidate), authority.public_key)
                    for authority in self._whole[1:]
                ):
                    makers.append(candidate)
            except _BAD:
                continue
        return makers

    def _maker_of(
        self, item: CrlItem, makers: Sequence[x509.Certificate]
    ) -> x509.Certificate | None:
        parsed = item.parsed
        if raw(parsed["tbs_cert_list"]["signature"]) != raw(parsed["signature_algorithm"]):
            return None  # RFC 5280 5.1.1.2: the two must be the same
        if weakness(parsed["signature_algorithm"], None, self._moment, self._dates):
            return None
        signed = Signed(
            raw(parsed["tbs_cert_list"]),
            parsed["signature_algorithm"],
            parsed["signature"].native,
        )
        for maker in makers:
            if name_key(maker.subject) != name_key(parsed.issuer):
                continue
            usage = maker.key_usage_value
            if usage is not None and "crl_sign" not in usage.native:
                continue
            key = maker.public_key
            if signed_by(signed, self._keys.get(key.dump(), key)):
                return maker
        return None

    def status(
        self, certificate: x509.Certificate, issuer: x509.Certificate
    ) -> CertificateStatus | None:
        """What the lists say about ``certificate``, issued by ``issuer``; None when nothing."""
        plain: CertificateStatus | None = None
        for item, maker in self._vetted:
            if maker.public_key.dump() != issuer.public_key.dump():
                continue
            if name_key(maker.subject) != name_key(certificate.issuer) or not _is_plain(
                item.parsed, certificate
            ):
                continue
            status = self._search(item, certificate)
            if status is None:
                continue
            if status.state is RevocationState.REVOKED:
                return status
            if plain is None or _rank(status) > _rank(plain):
                plain = status
        if plain is not None and plain.state is RevocationState.GOOD:
            return plain
        return self._by_library(certificate) or plain

    def _search(self, item: CrlItem, certificate: x509.Certificate) -> CertificateStatus | None:
        try:
            found = _lookup(item.data, certificate.serial_number)
        except _BAD:
            return None
        made = item.parsed["tbs_cert_list"]["this_update"].native
        until = item.parsed["tbs_cert_list"]["next_update"].native
        if found is not None:
            revoked_at, reason = found
            if reason != "remove_from_crl" and revoked_at <= self._moment:
                return CertificateStatus(
                    certificate, RevocationState.REVOKED, "crl", item.origin, made, until,
                    revoked_at, reason,
                )  # fmt: skip
        detail, stale = self._age(certificate, made, until)
        return CertificateStatus(
            certificate,
            RevocationState.UNKNOWN if detail else RevocationState.GOOD,
            "crl",
            item.origin,
            made,
            until,
            stale=stale,
            detail=detail,
            args={"date": made.date().isoformat()} if detail else {},
        )

    def _age(
        self, certificate: x509.Certificate, made: datetime, until: datetime | None
    ) -> tuple[str, bool]:
        if made > self._moment + _TOLERANCE:
            if not self._policy.later:
                return _TOO_NEW, False
            if made > certificate.not_valid_after:
                return _AFTER_EXPIRY, False
        elif until is None or self._moment > until + _TOLERANCE:
            return _STALE, True
        return "", False

    def _by_library(self, certificate: x509.Certificate) -> CertificateStatus | None:
        # Lists made after the certificate had expired may have dropped it (see _age).
        vetted = [pair for pair in self._vetted if _made(pair[0]) <= certificate.not_valid_after]
        if not vetted:
            return None
        chain = [*self._whole[:-1], *(maker for _, maker in vetted)]
        context = make_context(
            anchor=self._path.trust_anchor,
            certificates=chain,
            moment=self._moment,
            dates=self._dates,
            crls=[item.parsed for item, _ in vetted],
            revocation=self._policy.mode.value,
            later=self._policy.later,
        )
        position = next(
            (n for n, c in enumerate(reversed(self._whole)) if c.dump() == certificate.dump()), None
        )
        path = self._path
        if position is None:  # a responder or maker of lists outside the chain
            try:
                path = path.truncate_to_issuer_and_append(certificate)
            except LookupError:
                return None
            position = path.pkix_len
        state = ValProcState(cert_path_stack=ConsList.sing(path), init_index=position)
        item = self._likely(certificate)
        made = item.parsed["tbs_cert_list"]["this_update"].native if item else None
        until = item.parsed["tbs_cert_list"]["next_update"].native if item else None
        origin = item.origin if item else None
        try:
            run(verify_crl(certificate, path, context, proc_state=state))
        except RevokedError as error:
            return CertificateStatus(
                certificate, RevocationState.REVOKED, "crl", origin, made, until,
                error.revocation_dt, error.reason.native,
            )  # fmt: skip
        except CRLNoMatchesError:
            return None
        except CRLValidationIndeterminateError as error:
            detail = N_("The revocation lists do not settle the question ({why}).")
            args = {"why": "; ".join(str(f[0]) for f in error.failures) or error.msg}
            age = self._age(certificate, made, until)[0] if made is not None else ""
            narrow = why_not(certificate, item.parsed) if item is not None else None
            if made is not None and age:  # in our own words, where we know why
                detail, args = age, {"date": made.date().isoformat()}
            elif narrow is not None:
                detail, args = narrow
            elif error.suspect_stale is not None:
                detail, args = N_("The revocation lists at hand are out of date."), {}
            return CertificateStatus(
                certificate, RevocationState.UNKNOWN, "crl", origin, made, until,
                stale=error.suspect_stale is not None, detail=detail, args=args,
            )  # fmt: skip
        except (CRLValidationError, PathValidationError, *_BAD) as error:
            return CertificateStatus(
                certificate, RevocationState.UNKNOWN, "crl", origin, made, until,
                detail=N_("The revocation lists do not settle the question ({why})."),
                args={"why": str(error)},
            )  # fmt: skip
        return CertificateStatus(certificate, RevocationState.GOOD, "crl", origin, made, until)

    def _likely(self, certificate: x509.Certificate) -> CrlItem | None:
        """The newest list of the certificate's issuer, for the dates in the report."""
        own = [
            item
            for item, _ in self._vetted
            if name_key(item.parsed.issuer) == name_key(certificate.issuer)
        ]
        pool = own or [item for item, _ in self._vetted]
        return max(pool, key=_made, default=None)


def _made(item: CrlItem) -> datetime:
    made: datetime = item.parsed["tbs_cert_list"]["this_update"].native
    return made


def _rank(status: CertificateStatus) -> tuple[bool, float]:
    made = status.produced_at.timestamp() if status.produced_at else 0.0
    return status.state is RevocationState.GOOD, made


def _is_plain(parsed: crl.CertificateList, certificate: x509.Certificate) -> bool:
    """A complete list of one authority for all its certificates and all reasons."""
    if parsed.critical_extensions or parsed.issuing_distribution_point_value is not None:
        return False
    if parsed.delta_crl_indicator_value is not None or parsed.freshest_crl_value is not None:
        return False
    points = certificate.crl_distribution_points_value
    return points is None or not any(point["crl_issuer"].native for point in points)


@lru_cache(maxsize=16)
def _load(data: bytes) -> Any:
    from cryptography import x509 as fast

    return fast.load_der_x509_crl(data)


def _lookup(data: bytes, serial: int) -> tuple[datetime, str] | None:
    """Date and reason of the entry with ``serial`` in a CRL; None when it is not listed.

    Raises:
        ValueError: the list cannot be searched this way.
    """
    from cryptography import x509 as fast

    if serial <= 0:
        raise ValueError("serial numbers below one are left to the library")
    entry = _load(data).get_revoked_certificate_by_serial_number(serial)
    if entry is None:
        return None
    reason = "unspecified"
    for extension in entry.extensions:
        if extension.oid.dotted_string not in _PLAIN_ENTRY and extension.critical:
            raise ValueError("critical entry extension")
        if isinstance(extension.value, fast.CRLReason):
            reason = _REASONS.get(extension.value.reason.value, "unspecified")
    return entry.revocation_date_utc, reason

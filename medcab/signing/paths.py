"""Validating a certificate: chain, trust, time, constraints, revocation.

Source: RFC 5280 section 6; ETSI EN 319 102-1 V1.3.1, 5.2.6 (X.509 certificate validation), whose
sub-indications are the answers. Chains are found by :mod:`medcab.signing.chains`, judged by
pyhanko-certvalidator in a context made for this one call (:mod:`medcab.signing.pkix`).
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as _field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import x509

from medcab.signing.certificates import format_name, raw, touch
from medcab.signing.results import (
    Check,
    CheckOutcome,
    Indication,
    RevocationSummary,
    SubIndication,
)
from medcab.signing.revocation import (
    CertificateStatus,
    RevocationMode,
    RevocationPolicy,
    summarize,
)
from medcab.signing.trust import Anchor, TrustStore
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.chains import Chain, ChainSearch
    from medcab.signing.fetch import Fetcher
    from medcab.signing.judge import ChainJudge
    from medcab.signing.pkix import Dates

__all__ = ["PathCache", "PathOptions", "PathResult", "validate_path"]

_MAX_OTHERS: Final = 500
_CLAUSE: Final = "EN 319 102-1 5.2.6"
_BAD: Final = (ValueError, TypeError, LookupError, AttributeError, OverflowError)
# Which failure of several chains is told: the one that was nearest to success.
_NEAREST: Final = (
    SubIndication.TRY_LATER,
    SubIndication.OUT_OF_BOUNDS_NO_POE,
    SubIndication.OUT_OF_BOUNDS_NOT_REVOKED,
    SubIndication.REVOKED_NO_POE,
    SubIndication.REVOKED_CA_NO_POE,
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
    SubIndication.CHAIN_CONSTRAINTS_FAILURE,
    SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
)


@dataclass(frozen=True, slots=True)
class PathOptions:
    """Inputs of RFC 5280 6.1.1 and how strict to be.

    Attributes:
        policies: acceptable certificate policies (OIDs); empty: any.
        explicit_policy, inhibit_mapping, inhibit_any: the initial indicators.
        allow_weak: weak algorithms are not refused by their dates.
        dates: (algorithm or key, day of its end or None) where that is not the known one.
    """

    policies: frozenset[str] = frozenset()
    explicit_policy: bool = False
    inhibit_mapping: bool = False
    inhibit_any: bool = False
    allow_weak: bool = False
    dates: tuple[tuple[str, date | None], ...] = ()

    @property
    def algorithm_dates(self) -> Dates:
        """The dates that count (see :data:`medcab.signing.pkix.Dates`)."""
        return None if self.allow_weak else dict(self.dates)


@dataclass(frozen=True, slots=True)
class PathResult:
    """The answer about one certificate.

    Attributes:
        status: TOTAL_PASSED or INDETERMINATE (a certificate alone never fails a signature).
        sub_indication: the reason; None when passed.
        chain: from the certificate to the anchor, as far as it was built.
        anchor: where the chain ends; None when none was reached.
        revocation: the answers about the chain in one.
        statuses: the answer about each certificate of the chain but the anchor, leaf first.
        checks: every check that was made.
        missing_issuer: name of the issuer that was not found; empty when none is missing.
        missing_key: its key identifier in hex, where the certificate tells it.
    """

    status: Indication
    sub_indication: SubIndication | None
    chain: tuple[x509.Certificate, ...]
    anchor: Anchor | None
    revocation: RevocationSummary
    statuses: tuple[CertificateStatus, ...] = ()
    checks: tuple[Check, ...] = ()
    missing_issuer: str = ""
    missing_key: str = ""

    @property
    def passed(self) -> bool:
        """True when the certificate was valid at the moment."""
        return self.status is Indication.TOTAL_PASSED


@dataclass(slots=True)
class PathCache:
    """Verdicts of earlier calls; the key covers everything that went into them.

    The key is a SHA-256 over the certificate, the other certificates, the trust store, the
    moment, the policy and all revocation data: nothing a stranger's file contains can change the
    answer about another file.

    Attributes:
        maxsize: how many verdicts are kept; the longest unused goes first.
    """

    maxsize: int = 4096
    hits: int = 0
    _known: OrderedDict[bytes, PathResult] = _field(default_factory=OrderedDict)
    _digests: dict[int, tuple[bytes, bytes]] = _field(default_factory=dict)

    def get(self, key: bytes) -> PathResult | None:
        """Return the verdict stored under ``key``."""
        found = self._known.get(key)
        if found is not None:
            self.hits += 1
            self._known.move_to_end(key)
        return found

    def put(self, key: bytes, result: PathResult) -> None:
        """Store a verdict."""
        self._known[key] = result
        if len(self._known) > self.maxsize:
            self._known.popitem(last=False)

    def digest(self, data: bytes) -> bytes:
        """SHA-256 of ``data``; large objects that come again and again are hashed once."""
        if len(data) < 65_536:
            return hashlib.sha256(data).digest()
        known = self._digests.get(id(data))
        # The object is kept alive, so that its id cannot pass to another.
        if known is None or known[0] is not data:
            if len(self._digests) > 256:
                self._digests.clear()
            known = self._digests[id(data)] = (data, hashlib.sha256(data).digest())
        return known[1]

    def key(self, *parts: bytes | Iterable[bytes] | str) -> bytes:
        """Join the parts of a key; the order inside a collection does not matter."""
        total = hashlib.sha256()
        for part in parts:
            if isinstance(part, str):
                piece = hashlib.sha256(part.encode())
            elif isinstance(part, bytes):
                piece = hashlib.sha256(part)
            else:
                piece = hashlib.sha256(b"".join(sorted(self.digest(item) for item in part)))
            total.update(piece.digest())
        return total.digest()


def validate_path(
    certificate: x509.Certificate,
    *,
    others: Sequence[x509.Certificate] = (),
    trust: TrustStore,
    moment: datetime,
    revocation: RevocationPolicy = RevocationPolicy(),  # noqa: B008 - immutable
    crls: Sequence[bytes] = (),
    ocsps: Sequence[bytes] = (),
    fetch: Fetcher | None = None,
    cache: PathCache | None = None,
    options: PathOptions = PathOptions(),
) -> PathResult:
    """Validate ``certificate`` at ``moment``.

    Args:
        certificate: in question.
        others: certificates that may be issuers, responders, makers of lists; not trusted.
        trust: the anchors.
        moment: validation time (aware).
        revocation: what is asked of revocation data.
        crls: CRLs at hand (DER or PEM), not trusted until verified.
        ocsps: OCSP answers at hand.
        fetch: gets missing issuers, CRLs and OCSP answers from the addresses in the
            certificates; None: nothing leaves the machine.
        cache: verdicts of earlier calls.
        options: policies and strictness.

    Returns:
        the verdict; never raises for anything that is in the certificates or the data.

    Raises:
        ValueError: ``moment`` has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("the moment of validation needs a time zone")
    moment = moment.astimezone(UTC)
    others = tuple(others)
    key = b""
    if cache is not None:
        key = cache.key(
            raw(certificate),
            (raw(item) for item in others),
            trust.fingerprint,
            moment.isoformat(),
            repr((revocation, sorted(options.policies), options, fetch is not None)),
            crls,
            ocsps,
        )
        known = cache.get(key)
        if known is not None:
            return known
    work = _Work(certificate, others, trust, moment, revocation, fetch, options)
    result = work.run(crls, ocsps)
    if cache is not None:
        cache.put(key, result)
    return result


@dataclass(slots=True)
class _Work:
    """One validation."""

    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    trust: TrustStore
    moment: datetime
    revocation: RevocationPolicy
    fetch: Fetcher | None
    options: PathOptions

    def run(self, crls: Sequence[bytes], ocsps: Sequence[bytes]) -> PathResult:
        from medcab.signing.chains import ChainSearch
        from medcab.signing.judge import ChainJudge

        try:
            touch(self.certificate)
            _ = self.certificate.public_key.dump()
        except _BAD:
            return self._no_chain((), {}, N_("The certificate is malformed."))
        search = ChainSearch(self.certificate, self.trust)
        search.add(self.others[:_MAX_OTHERS])
        judge = ChainJudge(
            self.moment, self.revocation, self.options, self.others[:_MAX_OTHERS], self.fetch
        )
        judge.take(crls, ocsps)
        best: PathResult | None = None
        for attempt in range(2):
            for chain in search.chains():
                result = self._judge(judge, chain)
                if result.passed:
                    return result
                if best is None or _distance(result) < _distance(best):
                    best = result
            if best is not None or attempt or self.fetch is None:
                break
            fetched = self.fetch.issuers(search.longest)
            if not fetched:
                break
            search = ChainSearch(self.certificate, self.trust)
            search.add((*self.others[:_MAX_OTHERS], *fetched))
            judge.others = (*judge.others, *fetched)
        return best or self._not_found(search)

    def _judge(self, judge: ChainJudge, chain: Chain) -> PathResult:
        try:
            return judge.judge(chain)
        except (*_BAD, RecursionError, NotImplementedError, AssertionError) as error:
            # What a stranger put into a certificate must not end the run, nor pass.
            sub = SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE
            detail = N_("The chain breaks a rule ({why}).")
            args = {"why": type(error).__name__}
            check = Check("chain", CheckOutcome.UNDETERMINED, _CLAUSE, detail, args, sub)
            nothing = RevocationSummary("not-checked", self.revocation.mode.value)
            return PathResult(
                Indication.INDETERMINATE, sub, chain.whole, chain.anchor, nothing, (), (check,)
            )

    def _not_found(self, search: ChainSearch) -> PathResult:
        if search.exhausted:
            return self._no_chain(
                search.longest,
                {},
                N_("The search for a chain was given up: too many certificates look alike."),
            )
        if search.unsupported:
            return self._no_chain(
                search.longest,
                {"oids": ", ".join(sorted(search.unsupported))},
                N_("A certificate is signed with an algorithm that is not supported: {oids}."),
            )
        last = search.longest[-1]
        args = {"issuer": format_name(last.issuer)}
        if last.issuer == last.subject:
            detail = N_("The chain ends at {issuer}, which is not among the trusted certificates.")
        elif search.bad_signatures:
            detail = N_("{issuer} is there by name, but its key did not sign the certificate.")
        else:
            detail = N_("The certificate of the issuer was not found: {issuer}.")
        return self._no_chain(search.longest, args, detail)

    def _no_chain(
        self, chain: tuple[x509.Certificate, ...], args: Mapping[str, Any], detail: str
    ) -> PathResult:
        last = chain[-1] if chain else None
        identifier = last.authority_key_identifier if last is not None else None
        sub = SubIndication.NO_CERTIFICATE_CHAIN_FOUND
        check = Check(
            "certificate-chain", CheckOutcome.UNDETERMINED, _CLAUSE, detail, dict(args), sub
        )
        return PathResult(
            Indication.INDETERMINATE,
            sub,
            chain,
            None,
            RevocationSummary("not-checked", self.revocation.mode.value),
            (),
            (check,),
            format_name(last.issuer) if last is not None else "",
            identifier.hex() if identifier else "",
        )


def _distance(result: PathResult) -> int:
    sub = result.sub_indication
    return _NEAREST.index(sub) if sub in _NEAREST else len(_NEAREST)


def summary_of(
    statuses: Iterable[CertificateStatus], policy: RevocationPolicy
) -> RevocationSummary:
    """Join the answers about a chain; ``not-checked`` when the policy says so."""
    if policy.mode is RevocationMode.NONE:
        return RevocationSummary("not-checked", policy.mode.value)
    return summarize(statuses, policy)

"""Validation of time-stamp tokens (EN 319 102-1, 5.4; RFC 3161 2.4; ETSI EN 319 422)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final

from medcab.signing.algorithms import (
    Scheme,
    UnsupportedAlgorithmError,
    algorithm_name,
    digest_algorithm,
)
from medcab.signing.blocks.acceptance import check_strength
from medcab.signing.blocks.crypto import (
    SignedThing,
    check_content,
    check_signature_value,
    scheme_of,
)
from medcab.signing.blocks.format import check_format
from medcab.signing.blocks.identification import identify
from medcab.signing.blocks.journal import Journal
from medcab.signing.blocks.records import CertificateRecord
from medcab.signing.content import MemoryContent
from medcab.signing.longterm.past import Material, validate_past
from medcab.signing.longterm.poe import Proofs, key_of
from medcab.signing.longterm.timestamps import Token, TstInfo
from medcab.signing.results import (
    CertificateSummary,
    Check,
    Indication,
    SubIndication,
)
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.verify import Verifier

__all__ = ["StampVerdict", "check_imprint", "check_order", "check_token", "judge_token", "tell"]

_RULE: Final = "RFC 3161 2.4.2"
# Such a time-stamp shows that the file is not the one that was stamped.
_BROKEN: Final = frozenset(
    (
        SubIndication.FORMAT_FAILURE,
        SubIndication.HASH_FAILURE,
        SubIndication.SIG_CRYPTO_FAILURE,
    )
)
# Whether it fits could not even be computed: that is not «passed».
_UNCHECKED: Final = frozenset(
    (
        SubIndication.GENERIC,
        SubIndication.NO_SIGNING_CERTIFICATE_FOUND,
        SubIndication.SIGNED_DATA_NOT_FOUND,
    )
)
_CLOCKS_DIFFER: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class StampVerdict:
    """What was found about one time-stamp.

    Attributes:
        kind: ``signature-time-stamp`` | ``archive-time-stamp-v3`` | ...
        indication, sub_indication: as of a signature.
        moment: genTime; None when the token could not be read.
        checks: in order.
        authority: its certificate; None when it was not found.
        chain: of the authority, as far as it was built.
        judged_at: for which moment the authority's certificate was judged.
        token: None when it could not be read.
    """

    kind: str
    indication: Indication
    sub_indication: SubIndication | None
    moment: datetime | None
    checks: tuple[Check, ...]
    authority: CertificateSummary | None = None
    chain: tuple[CertificateSummary, ...] = ()
    judged_at: datetime | None = None
    token: Token | None = None

    @property
    def passed(self) -> bool:
        """Only such a time-stamp proves anything."""
        return self.indication is Indication.TOTAL_PASSED

    def described(self) -> Mapping[str, Any]:
        """The entry of ``timestamps`` in a result; sentences and times are made by the report."""
        made: dict[str, Any] = {
            "kind": self.kind,
            "indication": self.indication.value,
            "sub_indication": None if self.sub_indication is None else self.sub_indication.value,
            "time": self.moment,
            "authority": self.authority,
            "judged_at": self.judged_at,
            "checks": self.checks,
        }
        if self.token is not None:
            info = self.token.info
            made |= {
                "serial": f"{info.serial:X}",
                "fingerprint": self.token.fingerprint.hex(),
                "policy": info.policy,
                "digest": algorithm_name(info.digest_oid),
                "accuracy": info.accuracy.total_seconds() or None,
            }
        return made


def check_token(
    token: Token, candidates: Sequence[CertificateRecord], *, lenient: bool = False
) -> tuple[Journal, tuple[CertificateRecord, Scheme] | None]:
    """Check what does not depend on trust or time: format, certificate, digest, signature value.

    Returns:
        the checks; certificate and algorithms of the authority when both could be told.
    """
    journal = Journal(lenient)
    attributes = check_format(journal, token.signed, token.signer)
    if token.info.critical:
        journal.fail(
            "tst-extensions", _RULE,
            N_("The time-stamp has a critical extension that is not known."),
        )  # fmt: skip
    record = identify(journal, token.signer, attributes, candidates)
    content = MemoryContent(token.content)
    thing = SignedThing(content.digests({token.signer.digest_oid}), content)
    check_content(journal, token.signer, attributes, thing)
    if record is None:
        return journal, None
    scheme = scheme_of(journal, token.signer, record)
    if scheme is None:
        return journal, None
    check_signature_value(journal, token.signer, record, scheme, thing)
    return journal, (record, scheme)


def check_imprint(journal: Journal, token: Token, expected: bytes | None) -> None:
    """Hold the imprint against the digest of what it should be over; None: it was not found."""
    if expected is None:
        journal.fail(
            "message-imprint", _RULE,
            N_("What the time-stamp is over was not found."), SubIndication.SIGNED_DATA_NOT_FOUND,
        )  # fmt: skip
    elif compare_digest(expected, token.info.imprint):
        journal.ok("message-imprint", _RULE)
    else:
        journal.fail(
            "message-imprint", _RULE,
            N_("The time-stamp is over something else: it was copied from another signature, or "
               "what it covers was changed."),
            SubIndication.HASH_FAILURE,
        )  # fmt: skip


def judge_token(
    verifier: Verifier,
    kind: str,
    token: Token,
    journal: Journal,
    found: tuple[CertificateRecord, Scheme] | None,
    material: Material,
    proofs: Proofs,
    digests: tuple[str, ...] = (),
) -> StampVerdict:
    """Finish the judgement of a token: its authority and its algorithms, in time.

    Args:
        verifier: trust, policy, moment.
        kind: which time-stamp it is.
        token: the token.
        journal: with the checks of :func:`check_token` and :func:`check_imprint`.
        found: certificate and algorithms of the authority.
        material: certificates and revocation data at hand.
        proofs: from later time-stamps.
        digests: OIDs of further digests that it rests on (its hash index).
    """
    now = verifier.moment
    chain: tuple[CertificateSummary, ...] = ()
    judged_at = None
    if found is not None:
        record, scheme = found
        existed = min(proofs.earliest(key_of(token.raw)), now)
        verdict = verifier.chains.validate(
            record, material.records, now, bag=material.bag,
            crls=material.crls, ocsps=material.ocsps, stamping=True,
        )  # fmt: skip
        strength = _strength(token, record, scheme, now, verifier, digests)
        judged_at = now
        if existed < now and (verdict.sub_indication is not None or _is_open(strength)):
            past = validate_past(
                verifier.chains, record, material, existed, proofs, now=verdict, stamping=True
            )
            if past.sub_indication is None:
                verdict, judged_at = past, existed
                strength = _strength(token, record, scheme, existed, verifier, digests)
        journal.extend(verdict.checks)
        journal.extend(strength)
        chain = verdict.chain
        _check_time(journal, token, record.summary, now)
    journal.checks = verifier.policy.weigh(journal.checks)
    indication, sub = journal.conclude()
    return StampVerdict(
        kind, indication, sub, token.info.moment, tuple(journal.checks),
        None if found is None else found[0].summary, chain, judged_at, token,
    )  # fmt: skip


def tell(journal: Journal, verdict: StampVerdict) -> None:
    """Say what a time-stamp means for the signature that it belongs to."""
    rule, kind, reason = "EN 319 102-1 5.5.4", verdict.kind, str(verdict.sub_indication or "")
    if verdict.passed:
        journal.ok("time-stamp", rule)
    elif verdict.sub_indication in _BROKEN:
        journal.fail(
            "time-stamp", rule,
            N_("A time-stamp is wrong ({kind}, {reason}): the file was changed, or the "
               "time-stamp does not belong to it."),
            verdict.sub_indication, kind=kind, reason=reason,
        )  # fmt: skip
    elif verdict.sub_indication in _UNCHECKED:
        journal.fail(
            "time-stamp", rule,
            N_("A time-stamp could not be checked ({kind}, {reason})."),
            verdict.sub_indication, kind=kind, reason=reason,
        )  # fmt: skip
    else:
        journal.warn(
            "time-stamp", rule,
            N_("A time-stamp could not be confirmed and proves nothing ({kind}, {reason})."),
            kind=kind, reason=reason,
        )  # fmt: skip


def check_order(
    journal: Journal, levels: Iterable[Sequence[TstInfo]], latest: datetime | None = None
) -> None:
    """Say so when an outer time-stamp is older than an inner one (EN 319 102-1, 5.5.4, step 4).

    Args:
        journal: takes the failure.
        levels: what time-stamps say, those of one depth together, the inner ones first.
        latest: time of what lies inside all of them.
    """
    for level in levels:
        if latest is not None and any(i.moment + i.accuracy < latest for i in level):
            journal.fail(
                "time-stamp-order", "EN 319 102-1 5.5.4",
                N_("The time-stamps contradict one another: an outer one is older than an "
                   "inner one."),
                SubIndication.TIMESTAMP_ORDER_FAILURE,
            )  # fmt: skip
            return
        moments = [info.moment for info in level]
        latest = max(moments if latest is None else [latest, *moments], default=None)


def _is_open(checks: Sequence[Check]) -> bool:
    return any(check.open for check in checks)


def _strength(
    token: Token,
    record: CertificateRecord,
    scheme: Scheme,
    moment: datetime,
    verifier: Verifier,
    digests: tuple[str, ...],
) -> tuple[Check, ...]:
    """The algorithms of the token, and the digest of its imprint, at the moment."""
    journal = Journal()
    for oid in sorted({token.info.digest_oid, token.signer.digest_oid, *digests}):
        try:
            digest = digest_algorithm(oid)
        except UnsupportedAlgorithmError:
            continue  # told where the imprint is compared
        check_strength(journal, scheme, record.key, digest, moment, verifier.policy)
    return tuple(journal.checks)


def _check_time(
    journal: Journal, token: Token, authority: CertificateSummary, now: datetime
) -> None:
    moment = token.info.moment
    if moment > now + _CLOCKS_DIFFER:
        # A name of its own: no policy makes a proof of what is still to come.
        journal.fail(
            "gen-time-reached", "EN 319 102-1 5.4",
            N_("The time-stamp is of {time}, later than the moment of the check: it proves "
               "nothing yet."),
            SubIndication.NO_POE, time=moment.isoformat(),
        )  # fmt: skip
    elif authority.not_before is not None and moment < authority.not_before:
        journal.fail(
            "gen-time", "EN 319 102-1 5.4",
            N_("The time-stamp is of {time}, before the certificate of the authority was issued."),
            SubIndication.NOT_YET_VALID, time=moment.isoformat(),
        )  # fmt: skip
    elif authority.not_after is not None and moment > authority.not_after:
        journal.fail(
            "gen-time", "EN 319 102-1 5.4",
            N_("The time-stamp is of {time}, after the certificate of the authority had expired."),
            SubIndication.EXPIRED, time=moment.isoformat(),
        )  # fmt: skip
    else:
        journal.ok("gen-time", "EN 319 102-1 5.4")

"""CRT rules about trust: the chain, accreditation, revocation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, Scope, Unknown, rule
from medcab.signing.certrules.common import (
    day_of,
    filled,
    name_of,
    readable,
)
from medcab.text import N_

_REASONS: Final = {
    "anchor-validity": N_("the trusted certificate itself was not valid at that moment"),
    "chain-constraints": N_("a constraint set by the authorities of the chain is broken"),
    "chain-algorithms": N_("an algorithm or key in the chain is outdated"),
}
_TOLD_ELSEWHERE: Final = frozenset(
    {"validity-range", "revocation-signer", "revocation-authority", "anchor-accreditation"}
)


@rule(
    "CRT005",
    "certificate-issuer-unknown",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The certificate of {holder} was not issued by an accredited authority: {issuer}."),
    since="0.1.0",
)
def certificate_issuer_unknown(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A certificate that no accredited authority issued.

    What it checks:
        The chain of signatures leads to an authority of the imported list of accredited
        authorities, and its accreditation held at the moment of the check.
    Why it matters:
        Only accredited authorities issue qualified certificates.
    How to fix:
        Import the list («medcab trust import tsl.xml»); if the issuer is not in it, have a
        certificate issued by an authority that is.
    Source:
        docs/requirements.md C05; ФЗ № 63-ФЗ, art. 16 and 17.
    """
    for facts in readable(ctx):
        info = facts.info
        assert info is not None
        if facts.accredited is None:
            yield Unknown(
                N_("The list of accredited authorities is not at hand: medcab trust import FILE"),
            )
        elif not facts.accredited:
            yield Hit(args={"holder": name_of(facts), "issuer": info.issuer})
        else:
            result = facts.path_result
            assert result is not None
            for check in result.checks:
                if check.id == "anchor-accreditation" and check.open:
                    yield Hit(args={"holder": name_of(facts), "issuer": info.issuer})


@rule(
    "CRT006",
    "certificate-revoked",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The certificate of {holder} was revoked on {date} ({reason})."),
    since="0.1.0",
)
def certificate_revoked(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A certificate that was revoked.

    What it checks:
        CRLs and OCSP answers, given, cached or fetched, about the certificate and about the
        authorities of its chain; only data signed by the right authority count.
    Why it matters:
        A signature made after the revocation is not valid.
    How to fix:
        Have a new certificate issued. When the status could not be determined, give a fresh CRL
        (--crl) or allow the network (--online).
    Source:
        docs/requirements.md C06; RFC 5280 section 6.3; RFC 6960.
    """
    for facts in readable(ctx):
        result = facts.path_result
        if result is None:
            yield Unknown(N_("No trusted certificates were given, so the chain was not judged."))
            continue
        known = result.revocation
        if known.status == "revoked" and known.revoked_at is not None:
            yield Hit(
                args={
                    "holder": name_of(facts),
                    "date": day_of(known.revoked_at),
                    "reason": known.reason or "unspecified",
                }
            )
        elif known.status == "unknown":
            yield Unknown(known.detail, known.args)
        elif known.status == "not-checked" and result.anchor is None:
            yield Unknown(N_("Without a trusted chain revocation data cannot be believed."))


@rule(
    "CRT008",
    "certificate-chain-broken",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The certificate of {holder} cannot be trusted: {reason}"),
    since="0.1.0",
)
def certificate_chain_broken(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The chain of the certificate does not hold.

    What it checks:
        Every signature of the chain up to a trusted certificate, the constraints that the
        authorities set (RFC 5280), and that no algorithm in it is outdated.
    Why it matters:
        Without a whole chain nobody can tell whose certificate it is.
    How to fix:
        Give the missing certificates (--chain) and the right trusted ones (--trust);
        «medcab trust explain FILE» shows where the chain ends.
    Source:
        docs/requirements.md C08; RFC 5280 section 6; EN 319 102-1, 5.2.6.
    """
    for facts in readable(ctx):
        result = facts.path_result
        if result is None:
            yield Unknown(N_("No trusted certificates were given, so the chain was not judged."))
            continue
        for check in result.checks:
            if not check.open or check.id in _TOLD_ELSEWHERE:
                continue
            if check.id == "certificate-chain" or check.id.startswith("revocation"):
                yield Unknown(check.detail, check.args)
            else:
                reason = _REASONS.get(check.id, _REASONS["chain-constraints"])
                yield Hit(
                    args={"holder": name_of(facts), "reason": reason},
                    evidence={"detail": filled(check.detail, check.args)},
                )

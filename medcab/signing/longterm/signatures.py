"""The judgement of a signature that has time-stamps (EN 319 102-1, 5.5 and 5.6.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from medcab.signing.algorithms import Scheme, digest_algorithm
from medcab.signing.blocks.acceptance import check_strength
from medcab.signing.blocks.chain import CertificateVerdict
from medcab.signing.blocks.context import Surroundings
from medcab.signing.blocks.crypto import SignedThing
from medcab.signing.blocks.journal import Journal
from medcab.signing.blocks.records import CertificateRecord
from medcab.signing.cms import SignedData, SignerInfo
from medcab.signing.longterm.examine import examine, has_time_stamps
from medcab.signing.longterm.past import Material, validate_past
from medcab.signing.longterm.poe import Proofs, key_of
from medcab.signing.results import Check, ProofOfExistence, SubIndication
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.verify import Verifier

__all__ = ["InTime", "judge_in_time"]

_RULE: Final = "EN 319 102-1 5.5.4"


@dataclass(frozen=True, slots=True)
class InTime:
    """What time-stamps add to the result of a signature.

    Attributes:
        checks: for the signature.
        proven: proofs of existence of the signature value.
        described: the time-stamps, for ``SignatureResult.timestamps``.
        proofs: everything that is proven, for the counter-signatures.
    """

    checks: tuple[Check, ...]
    proven: tuple[ProofOfExistence, ...]
    described: tuple[Mapping[str, Any], ...]
    proofs: Proofs


def judge_in_time(
    verifier: Verifier,
    signed: SignedData,
    signer: SignerInfo,
    thing: SignedThing,
    record: CertificateRecord,
    scheme: Scheme | None,
    around: Surroundings,
    base: Proofs | None = None,
) -> tuple[CertificateVerdict, datetime, InTime] | None:
    """Validate the signer's certificate with all that his time-stamps prove.

    Args:
        verifier: trust, policy, moment.
        signed: the file.
        signer: the signer.
        thing: the content, hashed.
        record: the signer's certificate.
        scheme: the signer's algorithms, None when not supported.
        around: certificates and revocation data that came with the signature.
        base: proofs from time-stamps of the signature around a counter-signature.

    Returns:
        the verdict on the certificate, the moment for which it and the algorithms are judged,
        and what to add; None when there are no time-stamps.
    """
    if base is None and not has_time_stamps(signer):
        return None
    material = Material(tuple(around.records), around.bag, around.crls, around.ocsps)
    times = examine(verifier, signed, signer, thing, material, base)
    now, existed = verifier.moment, times.existed
    material = times.material
    verdict = verifier.chains.validate(
        record, material.records, now, bag=material.bag, crls=material.crls, ocsps=material.ocsps
    )
    moment = now
    if existed < now:
        weak = scheme is not None and _is_weak(verifier, signer, record, scheme)
        if verdict.sub_indication is not None or weak:
            past = validate_past(
                verifier.chains, record, material, existed, times.proofs, now=verdict
            )
            if past.sub_indication is None:
                verdict, moment = past, existed
    verdict = _with_content_time(verdict, times.content_moment)
    journal = Journal()
    begun = record.summary.not_before
    if begun is not None and existed < begun:
        journal.fail(
            "certificate-issued-before", _RULE,
            N_("The signature is proven to have existed on {date}, before its certificate was "
               "issued."),
            SubIndication.NOT_YET_VALID, date=existed.isoformat(),
        )  # fmt: skip
    checks = (*journal.checks, *times.checks)
    keys = (key_of(signer.signature_field), key_of(signer.raw))
    described = tuple(v.described() for v in times.verdicts)
    return verdict, moment, InTime(checks, times.proofs.of(*keys), described, times.proofs)


def _is_weak(
    verifier: Verifier, signer: SignerInfo, record: CertificateRecord, scheme: Scheme
) -> bool:
    journal = Journal()
    check_strength(
        journal, scheme, record.key, digest_algorithm(signer.digest_oid), verifier.moment,
        verifier.policy,
    )  # fmt: skip
    return any(check.open for check in journal.checks)


def _with_content_time(
    verdict: CertificateVerdict, content_moment: datetime | None
) -> CertificateVerdict:
    """A content-time-stamp after the revocation: the signature was made later still (5.5.4)."""
    revoked = verdict.revocation.revoked_at if verdict.revocation is not None else None
    if (
        verdict.sub_indication is not SubIndication.REVOKED_NO_POE
        or content_moment is None
        or revoked is None
        or content_moment < revoked
    ):
        return verdict
    checks = tuple(
        replace(c, sub_indication=SubIndication.REVOKED)
        if c.sub_indication is SubIndication.REVOKED_NO_POE
        else c
        for c in verdict.checks
    )
    return replace(verdict, checks=checks, sub_indication=SubIndication.REVOKED)

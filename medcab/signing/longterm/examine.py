"""All time-stamps of one signer: found, held against what they cover, judged, made into proofs.

Source: EN 319 102-1, 5.5 (signatures with time) and 5.6.3 (signatures providing long-term
availability). Time-stamps are judged from the outside inwards: an archive time-stamp proves when
the ones under it existed, so that these may be judged at that moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from medcab.signing.algorithms import (
    Scheme,
    UnsupportedAlgorithmError,
    digest_algorithm,
)
from medcab.signing.attributes import Oid, certificate_values, revocation_values
from medcab.signing.blocks.crypto import SignedThing
from medcab.signing.blocks.journal import Journal
from medcab.signing.blocks.records import CertificateRecord
from medcab.signing.cms import Attribute, SignedData, SignerInfo
from medcab.signing.longterm.coverage import KINDS, Coverage, coverage_of
from medcab.signing.longterm.past import Material
from medcab.signing.longterm.poe import Proofs, key_of
from medcab.signing.longterm.references import check_references
from medcab.signing.longterm.stamps import (
    StampVerdict,
    check_imprint,
    check_order,
    check_token,
    judge_token,
    tell,
)
from medcab.signing.longterm.timestamps import Token, TstInfo, parse_token
from medcab.signing.results import Check, SubIndication
from medcab.signing.tlv import DerError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.verify import Verifier

__all__ = ["KINDS", "Examination", "examine", "has_time_stamps"]

_RANK: Final = {
    "archive-time-stamp-v3": 0,
    "archive-time-stamp-v2": 0,
    "archive-time-stamp": 0,
    "references-time-stamp": 1,
    "cades-c-time-stamp": 1,
    "signature-time-stamp": 2,
    "content-time-stamp": 3,
}
_MAX_STAMPS: Final = 64
_NOTHING: Final = Coverage(None)


@dataclass(slots=True)
class _Entry:
    """One time-stamp while it is looked at."""

    kind: str
    attribute: Attribute
    position: int
    value: bytes
    journal: Journal
    token: Token | None = None
    found: tuple[CertificateRecord, Scheme] | None = None
    coverage: Coverage = _NOTHING
    verdict: StampVerdict | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """What the time-stamps of a signer say.

    Attributes:
        verdicts: one a time-stamp, outermost first.
        proofs: what they prove.
        existed: earliest proof of the signature value.
        material: certificates and revocation data of the signature and its time-stamps together.
        checks: for the signature.
        content_moment: latest content-time-stamp that passed: the signature is younger.
    """

    verdicts: tuple[StampVerdict, ...]
    proofs: Proofs
    existed: datetime
    material: Material
    checks: tuple[Check, ...]
    content_moment: datetime | None = None


def has_time_stamps(signer: SignerInfo) -> bool:
    """Whether there is anything to examine; cheap, for the many signatures without."""
    try:
        unsigned = signer.unsigned_attributes if signer.unsigned_der is not None else ()
        return any(a.oid in KINDS for a in (*unsigned, *signer.signed_attributes))
    except DerError:
        return False


def examine(
    verifier: Verifier,
    signed: SignedData,
    signer: SignerInfo,
    thing: SignedThing,
    material: Material,
    base: Proofs | None = None,
) -> Examination:
    """Judge the time-stamps of one signer.

    Args:
        verifier: trust, policy, moment.
        signed: the signature file.
        signer: the signer.
        thing: the content, hashed.
        material: certificates and revocation data that came with the signature.
        base: proofs from time-stamps of the signature around a counter-signature.
    """
    entries = list(_entries(signer, verifier.policy.lenient))
    for entry in entries:
        if entry.token is not None:
            material = material.join(_of_token(verifier, entry.token))
    for entry in entries:
        _check(entry, signed, signer, thing, material)
    proofs = Proofs(verifier.moment, base)
    for entry in sorted(entries, key=_outermost):
        _judge(verifier, entry, material, proofs)
    verdicts = tuple(e.verdict for e in sorted(entries, key=_outermost) if e.verdict is not None)
    stamps = [e for e in entries if e.verdict is not None and e.verdict.passed]
    content = [e.verdict.moment for e in stamps if e.verdict and e.kind == "content-time-stamp"]
    return Examination(
        verdicts,
        proofs,
        min(proofs.earliest(key_of(signer.signature_field)), proofs.earliest(key_of(signer.raw))),
        material,
        tuple(_conclude(verifier, entries, signer, material)),
        max((m for m in content if m is not None), default=None),
    )


def _entries(signer: SignerInfo, lenient: bool) -> Iterator[_Entry]:
    places: list[tuple[int, Attribute]] = []
    try:
        if signer.unsigned_der is not None:
            places += list(enumerate(signer.unsigned_attributes))
        places += [(-1, a) for a in signer.signed_attributes if a.oid == Oid.CONTENT_TIME_STAMP]
    except DerError:
        pass  # told where the format is checked
    count = 0
    for position, attribute in places:
        kind = KINDS.get(attribute.oid)
        if kind is None or (kind == "content-time-stamp" and position >= 0):
            continue
        for value in attribute.values or (b"",):
            count += 1
            entry = _Entry(kind, attribute, position, value, Journal(lenient))
            try:
                if count > _MAX_STAMPS:
                    raise DerError("too many time-stamps")
                entry.token = parse_token(value)
            except DerError as error:
                entry.journal.fail(
                    "token-readable", "RFC 3161 2.4.2",
                    N_("The time-stamp is damaged: {why}."), why=str(error),
                )  # fmt: skip
            yield entry
            if count > _MAX_STAMPS:
                return


def _of_token(verifier: Verifier, token: Token) -> Material:
    """Certificates and revocation data inside a token."""
    signed = token.signed
    try:
        records: list[CertificateRecord] = list(
            verifier.records.bag(signed.certificates_der, signed.certificates)
        )
    except DerError:
        records = []
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    bag: list[bytes] = [signed.certificates_der]
    try:
        if signed.crls_der:
            crls, ocsps = signed.crls, signed.ocsps
            bag.append(signed.crls_der)
        if token.signer.unsigned_der is not None:
            for attribute in token.signer.unsigned_attributes:
                if attribute.oid == Oid.CERTIFICATE_VALUES:
                    records += [verifier.records.record(d) for d in certificate_values(attribute)]
                elif attribute.oid == Oid.REVOCATION_VALUES:
                    more_crls, more_ocsps = revocation_values(attribute)
                    crls, ocsps = (*crls, *more_crls), (*ocsps, *more_ocsps)
                else:
                    continue
                bag.append(attribute.raw)
    except DerError:
        pass
    return Material(records, tuple(bag), crls, ocsps)


def _check(
    entry: _Entry, signed: SignedData, signer: SignerInfo, thing: SignedThing, material: Material
) -> None:
    """What can be said without trust and time; leaves what is covered in the entry."""
    token = entry.token
    if token is None:
        return
    checks, found = check_token(token, material.records, lenient=entry.journal.lenient)
    entry.journal.extend(checks.checks)
    try:
        algorithm = digest_algorithm(token.info.digest_oid)
        entry.coverage = coverage_of(
            entry.kind, entry.position, token, algorithm, signed, signer, thing, material
        )
        if entry.coverage.uncertain:
            entry.journal.fail(
                "message-imprint", "TS 101 733 6.4.1",
                N_("The archive time-stamp of the old form fits by no known reading."),
                SubIndication.GENERIC,
            )  # fmt: skip
        else:
            check_imprint(entry.journal, token, entry.coverage.imprint)
    except UnsupportedAlgorithmError as error:
        entry.journal.fail(
            "message-imprint", "RFC 3161 2.4.2", error.template, SubIndication.GENERIC,
            **error.arguments,
        )  # fmt: skip
    except DerError as error:
        entry.journal.fail(
            "hash-index", "EN 319 122-1 5.5.2",
            N_("The archive time-stamp does not fit: {why}."), SubIndication.HASH_FAILURE,
            why=str(error),
        )  # fmt: skip
    entry.found = found


def _outermost(entry: _Entry) -> tuple[int, float]:
    moment = entry.token.info.moment.timestamp() if entry.token else 0.0
    return _RANK[entry.kind], -moment


def _judge(verifier: Verifier, entry: _Entry, material: Material, proofs: Proofs) -> None:
    token = entry.token
    if token is None:
        indication, sub = entry.journal.conclude()
        entry.verdict = StampVerdict(entry.kind, indication, sub, None, tuple(entry.journal.checks))
        return
    verdict = judge_token(
        verifier,
        entry.kind,
        token,
        entry.journal,
        entry.found,
        material,
        proofs,
        entry.coverage.digests,
    )
    entry.verdict = verdict
    if verdict.passed:
        proofs.add(entry.coverage.objects, token.info.moment, entry.kind)


def _conclude(
    verifier: Verifier, entries: list[_Entry], signer: SignerInfo, material: Material
) -> Iterator[Check]:
    """What the time-stamps and the references mean for the signature."""
    journal = Journal(verifier.policy.lenient)
    for entry in entries:
        if entry.verdict is not None:
            tell(journal, entry.verdict)
    check_order(journal, _by_depth(entries))
    if signer.unsigned_der is not None:
        check_references(journal, signer, material)
    yield from journal.checks


def _by_depth(entries: list[_Entry]) -> Iterator[list[TstInfo]]:
    """What the time-stamps that can be believed say, the inner ones first."""
    for rank in (3, 2, 1, 0):
        yield [
            e.token.info for e in entries
            if _RANK[e.kind] == rank and e.token and e.verdict and _is_dated(e.verdict)
        ]  # fmt: skip


def _is_dated(verdict: StampVerdict) -> bool:
    """Its time can be believed, though it may lie after the moment of the check."""
    return verdict.passed or verdict.sub_indication is SubIndication.NO_POE

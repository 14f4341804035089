"""The shapes of medcab's JSON outputs other than the report, one type a schema.

They are a public promise, as :mod:`medcab.formats.json_types` is for ``medcab.report/1``: a key is
never renamed or dropped and never changes its meaning while the schema says ``/1``; new keys may
appear. ``docs/schema/*.json`` is generated from here, and the tests hold the outputs against it.

A program that reads the outputs can decode straight into them::

    report = msgspec.json.decode(line, type=schemas.SignatureReport)

Times are RFC 3339 in UTC («2026-11-22T10:00:00Z») unless a key says otherwise, dates ISO 8601.
Sentences (``detail``, ``message``) are in the language of the run; everything else is stable.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from medcab.formats.json_types import FindingJson, OutcomeJson, SeverityJson, VerdictJson

__all__ = [
    "PUBLISHED",
    "CertificateList",
    "Diff",
    "DueList",
    "FieldIssue",
    "IdentifierResult",
    "PossibleKinds",
    "SignatureReport",
    "SignatureReports",
    "TableResult",
]

IndicationJson = Literal["TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE"]


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate: ``serial`` upper-case hexadecimal, ``fingerprint`` SHA-256 lower-case."""

    subject: str
    issuer: str
    serial: str
    fingerprint: str
    not_before: str | None
    not_after: str | None
    key: str
    holder: dict[str, str]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One check: a stable ``id``, how it ended, the clause it comes from, a sentence about it."""

    id: str
    outcome: Literal["passed", "failed", "undetermined", "warning", "ignored"]
    rule: str
    detail: str | None


class Revocation(msgspec.Struct, frozen=True, kw_only=True):
    """What was known about revocation; only ``status`` when it was not looked for."""

    status: Literal["good", "revoked", "unknown", "not-checked"]
    policy: Literal["require", "prefer", "none"] | None = None
    source: Literal["ocsp", "crl"] | None = None
    revoked_at: str | None = None
    reason: str | None = None
    produced_at: str | None = None
    next_update: str | None = None
    detail: str | None = None


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that the signature value existed at ``time``."""

    time: str | None
    source: str


class TimeStamp(msgspec.Struct, frozen=True, kw_only=True):
    """One time-stamp with its own verdict.

    ``time`` is its genTime, ``judged_at`` the moment for which the authority was judged. The keys
    from ``serial`` on are absent when the token could not be read.
    """

    kind: str
    indication: IndicationJson
    sub_indication: str | None
    time: str | None
    authority: Certificate | None
    judged_at: str | None
    checks: list[Check]
    serial: str | None = None
    fingerprint: str | None = None
    policy: str | None = None
    digest: str | None = None
    accuracy: float | None = None


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """One signer; ``chain`` runs from the signing certificate to the anchor.

    ``level`` counts what validates; ``structure`` is what the structure alone would reach, where
    that is more.
    """

    index: str
    kind: Literal["signature", "counter-signature", "time-stamp"]
    indication: IndicationJson
    sub_indication: str | None
    level: str
    algorithm: str
    signer: Certificate | None
    claimed_signing_time: str | None
    chain: list[Certificate]
    revocation: Revocation
    checks: list[Check]
    attributes: dict[str, Any]
    proofs: list[Proof]
    timestamps: list[TimeStamp]
    counter_signatures: list[Signature]
    field: str | None = None
    structure: str | None = None


class SignatureReport(msgspec.Struct, frozen=True, kw_only=True):
    """``medcab verify FILE --format json``, and one line of ``--format jsonl``.

    ``verdict`` is «passed» only if every signer and counter-signer is TOTAL-PASSED and no check on
    the file as a whole stands in the way.
    """

    schema: Literal["medcab.signature/1"]
    path: str
    content: str | None
    verdict: VerdictJson
    checked_at: str
    encoding: Literal["der", "ber", "pem", "base64", "pdf", ""]
    container: Literal["detached", "attached", "pdf", ""]
    lenient: bool
    signatures: list[Signature]
    checks: list[Check]


class SignatureReports(msgspec.Struct, frozen=True, kw_only=True):
    """``medcab verify`` over several files with ``--format json``.

    ``counts`` maps a verdict to the number of files; ``unsigned`` names files without a signature;
    ``complete`` is false when the run was interrupted.
    """

    schema: Literal["medcab.signatures/1"]
    verdict: VerdictJson
    complete: bool
    counts: dict[str, int]
    unsigned: list[str]
    files: list[SignatureReport]


class CertificateFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A rule's answer about a certificate."""

    rule: str
    severity: SeverityJson
    outcome: OutcomeJson
    message: str
    args: dict[str, Any]
    field: str | None


class JudgedCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """One certificate. ``cert check`` gives a verdict, ``cert show`` what the file holds."""

    path: str
    certificate: dict[str, Any] | None
    container: str | None = None
    private_key: bool | None = None
    problem: str | None = None
    verdict: VerdictJson | None = None
    path_validation: dict[str, Any] | None = None
    accredited: Any = None
    findings: list[CertificateFinding] = []


class EndingCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate that ends soon or has ended; ``days`` is negative when it has."""

    ends: str
    days: int
    holder: str
    path: str
    sha256: str


class UnreadCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """A file that could not be read, and why."""

    path: str
    problem: str


class CertificateList(msgspec.Struct, frozen=True, kw_only=True):
    """``medcab cert show|check|expiring --format json``."""

    schema: Literal["medcab.certificate/1"]
    checked_at: str | None = None
    verdict: VerdictJson | None = None
    certificates: list[JudgedCertificate] = []
    files: int | None = None
    expiring: list[EndingCertificate] = []
    unread: list[UnreadCertificate] = []


class IdentifierError(msgspec.Struct, frozen=True, kw_only=True):
    """Why a value is wrong; ``position`` counts characters from 0."""

    code: str
    position: int | None
    expected: str | None
    found: str | None
    warning: bool
    message: str


class IdentifierResult(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``medcab id KIND … --format json``: one value judged."""

    schema: Literal["medcab.identifier/1"]
    kind: str
    value: str
    canonical: str | None
    valid: bool
    error: IdentifierError | None
    suggestions: list[str]
    suggestion_reasons: list[str]
    warnings: list[IdentifierError]
    components: dict[str, Any]


class PossibleKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of identifier that a value may be."""

    kind: str
    canonical: str | None
    strength: Literal["checksum", "shape", "near"]


class PossibleKinds(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``medcab id detect … --format json``."""

    schema: Literal["medcab.identifier-kinds/1"]
    value: str
    kinds: list[PossibleKind]


class FieldIssue(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``medcab id cross … --format json``: two fields that contradict each other."""

    schema: Literal["medcab.identifier-issue/1"]
    code: str
    severity: SeverityJson
    args: dict[str, Any]
    message: str


class TableColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column that was recognised: numbers of values, of wrong ones, of repeated ones."""

    column: int
    header: str
    field: str | None
    values: int
    wrong: int
    duplicates: int


class TableProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A wrong cell; ``row`` and ``column`` count from 1 as a spreadsheet shows them."""

    row: int
    column: int
    header: str
    value: Any
    code: str
    message: str
    suggestions: list[str]


class TableResult(msgspec.Struct, frozen=True, kw_only=True):
    """``medcab table FILE --format json``."""

    schema: Literal["medcab.table/1"]
    source: str
    sheet: str | None
    rows: int
    columns: list[TableColumn]
    problems: list[TableProblem]


class DueItem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that expires; ``days`` is counted from ``date`` of the list."""

    what: str
    subject: str
    expires: str | None
    act_from: str | None
    days: int | None
    status: str
    advice: str
    source: str


class DueList(msgspec.Struct, frozen=True, kw_only=True):
    """``medcab due … --format json``."""

    schema: Literal["medcab.due/1"]
    date: str
    items: list[DueItem]


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """``medcab diff OLD NEW --format json``; findings as in ``medcab.report/1``."""

    schema: Literal["medcab.diff/1"]
    old: VerdictJson
    new: VerdictJson
    fixed: list[FindingJson]
    dropped: list[FindingJson]
    appeared: list[FindingJson]
    remained: list[FindingJson]
    documents: dict[str, list[str]]


PUBLISHED: tuple[type[msgspec.Struct], ...] = (
    SignatureReport,
    SignatureReports,
    CertificateList,
    IdentifierResult,
    PossibleKinds,
    FieldIssue,
    TableResult,
    DueList,
    Diff,
)
"""Every shape that has a schema of its own, besides ``medcab.report/1``."""

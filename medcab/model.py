"""The values that flow through medcab: sources, documents, packages, findings, reports.

All are frozen and slotted. Findings carry arguments, never sentences: the sentence is made at the
edge, in the reader's language (see :mod:`medcab.text`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medcab.sources import Source
    from medcab.validators.facts import FileFacts

__all__ = [
    "Document",
    "Finding",
    "Form",
    "FormValue",
    "InputProblem",
    "Location",
    "Outcome",
    "Package",
    "Report",
    "Severity",
    "SignatureFile",
    "TypeCandidate",
    "Verdict",
    "worst",
]


class Severity(StrEnum):
    """How much a finding weighs. Only errors fail a package."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the gravest, for sorting."""
        return ("error", "warning", "info").index(self.value)


class Outcome(StrEnum):
    """What a rule found: a violation, or that the check could not be made."""

    VIOLATED = "violated"
    UNDETERMINED = "undetermined"


class Verdict(StrEnum):
    """PASSED «Успешно», FAILED «Ошибка», INDETERMINATE «Требуется уточнение»."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Join verdicts: one FAILED fails all, else one INDETERMINATE leaves all open."""
    seen = set(verdicts)
    if Verdict.FAILED in seen:
        return Verdict.FAILED
    return Verdict.INDETERMINATE if Verdict.INDETERMINATE in seen else Verdict.PASSED


@dataclass(frozen=True, slots=True)
class Location:
    """Where a finding is.

    Attributes:
        path: the file as the user knows it (relative to the package where possible).
        member: name inside a container (zip member, attachment), else None.
        page: 1-based page or frame number, else None.
        field: dotted name of the form field, else None.
        box: (left, top, right, bottom) as fractions 0..1 of the page as displayed, else None.
    """

    path: str | None = None
    member: str | None = None
    page: int | None = None
    field: str | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of one rule about one place.

    Attributes:
        rule: stable id such as ``PDF003``.
        severity: effective level after the profile.
        args: values for the holes of the rule's message (JSON-able).
        location: where.
        evidence: what was measured (JSON-able): ``measured``, ``limit``, ``unit``, ...
        outcome: violated, or undetermined when the check could not be made.
        reason: for an undetermined outcome, the template that says why (a msgid).
    """

    rule: str
    severity: Severity
    args: Mapping[str, Any] = _field(default_factory=dict)
    location: Location = _field(default=Location())
    evidence: Mapping[str, Any] = _field(default_factory=dict)
    outcome: Outcome = Outcome.VIOLATED
    reason: str | None = None

    @property
    def verdict(self) -> Verdict:
        """What this finding alone makes of the thing it is about."""
        if self.severity is not Severity.ERROR:
            return Verdict.PASSED
        if self.outcome is Outcome.UNDETERMINED:
            return Verdict.INDETERMINATE
        return Verdict.FAILED


@dataclass(frozen=True, slots=True)
class TypeCandidate:
    """A document type that a name might mean, with its similarity 0..100."""

    type: str
    score: float


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a package.

    Attributes:
        path: shown to the user and used in reports; relative to the package root, '/' separated.
        member: name inside the archive when the package is an archive, else None.
        source: how to read the bytes (picklable, opens anew each time).
        name: last component of the path, exactly as stored (not normalised).
        size: bytes.
        type: document type of the dictionary (``diploma``, ``snils`` ...), or None when unknown.
        type_from: ``manifest`` | ``option`` | ``name`` | None.
        candidates: nearest types when the type could not be told.
        meta: what the manifest says about the document (``issued``, ``expires``, ``number``...).
        facts: what the probe measured, once it ran.
    """

    path: str
    source: Source
    name: str
    size: int
    member: str | None = None
    type: str | None = None
    type_from: str | None = None
    candidates: tuple[TypeCandidate, ...] = ()
    meta: Mapping[str, Any] = _field(default_factory=dict)
    facts: FileFacts | None = None


@dataclass(frozen=True, slots=True)
class FormValue:
    """A value of the form, as text, and where it stood (``"B7"``, ``"/form/inn"``, line 4...)."""

    text: str
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """The filled-in form: flat mapping from canonical field name to its value.

    Attributes:
        path: file it was read from, as the user knows it.
        values: canonical dotted names (``inn``, ``employer.ogrn``) to values.
        unknown: names that no alias explains, as written.
    """

    path: str
    values: Mapping[str, FormValue]
    unknown: tuple[str, ...] = ()

    def get(self, name: str) -> str | None:
        """Text of field ``name``; None when absent or blank."""
        value = self.values.get(name)
        return value.text if value is not None and value.text.strip() else None


@dataclass(frozen=True, slots=True)
class InputProblem:
    """Something that stood in the way while the inputs were read.

    Attributes:
        kind: ``unreadable`` (file or folder), ``special`` (link, device, socket),
            ``missing`` (named by the manifest, not there), ``form`` and ``manifest`` (not what
            the name says, broken or unreadable).
        path: as the user knows it.
        reason: the system's own words, may be empty; of a form or manifest, a template.
        args: values for the holes of that template.
    """

    kind: str
    path: str
    reason: str = ""
    args: Mapping[str, Any] = _field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignatureFile:
    """A detached signature beside a document (``X.pdf.sig``), or an orphan (target None)."""

    path: str
    source: Source
    size: int
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """What the user handed in.

    Attributes:
        root: folder, archive or file as given (for display).
        documents: in stable order.
        form: the form, or None.
        manifest: parsed manifest (JSON-able), empty when there is none.
        problems: what could not be read, or was passed over, while reading the inputs.
        signatures: signature files found beside the documents.
    """

    root: str
    documents: tuple[Document, ...]
    form: Form | None = None
    manifest: Mapping[str, Any] = _field(default_factory=dict)
    problems: tuple[InputProblem, ...] = ()
    signatures: tuple[SignatureFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one run of the engine.

    Attributes:
        profile: name of the profile (with overlays, joined by ``+``).
        checked_at: the moment for which the verdict holds (aware, UTC).
        root: what was checked.
        documents: with facts.
        findings: sorted by document, page, severity.
        checks: rule id -> number of places where the rule was applied; 0 means not applicable.
        ignored: findings suppressed by the configuration, kept visible.
        signatures: what was found about each signature file (JSON-able, ``medcab.signature/1``).
    """

    profile: str
    checked_at: datetime
    root: str
    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]
    checks: Mapping[str, int] = _field(default_factory=dict)
    ignored: tuple[Finding, ...] = ()
    form: Form | None = None
    signatures: tuple[Mapping[str, Any], ...] = ()

    @property
    def verdict(self) -> Verdict:
        """PASSED only if no error was found and every required check was made."""
        return worst(f.verdict for f in self.findings)

    def verdict_of(self, path: str) -> Verdict:
        """Verdict of the document with ``path`` alone."""
        return worst(f.verdict for f in self.findings if f.location.path == path)

    def count(self, severity: Severity) -> int:
        """Number of violations of ``severity``."""
        return sum(f.severity is severity and f.outcome is Outcome.VIOLATED for f in self.findings)

    @property
    def undetermined(self) -> int:
        """Number of checks that could not be made."""
        return sum(f.outcome is Outcome.UNDETERMINED for f in self.findings)

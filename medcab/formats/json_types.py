"""The frozen shape of ``medcab.report/1``.

These types are a public promise: a key is never renamed or dropped while the schema says ``/1``;
new keys may appear. ``docs/schema/medcab.report-1.json`` is generated from here.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

__all__ = [
    "SCHEMA",
    "CandidateJson",
    "CountsJson",
    "DocumentJson",
    "FindingJson",
    "FormJson",
    "FormValueJson",
    "LocationJson",
    "ReportJson",
    "ToolJson",
]

SCHEMA: Final = "medcab.report/1"

VerdictJson = Literal["passed", "failed", "indeterminate"]
SeverityJson = Literal["error", "warning", "info"]
OutcomeJson = Literal["violated", "undetermined"]


class ToolJson(msgspec.Struct, frozen=True, kw_only=True):
    """The program that made the report."""

    name: str
    version: str


class CountsJson(msgspec.Struct, frozen=True, kw_only=True):
    """Violations by severity, checks that could not be made, findings that were ignored."""

    error: int
    warning: int
    info: int
    undetermined: int
    ignored: int
    documents: int


class CandidateJson(msgspec.Struct, frozen=True, kw_only=True):
    """A document type that the name might mean, with its similarity 0..100."""

    type: str
    score: float


class DocumentJson(msgspec.Struct, frozen=True, kw_only=True):
    """One document. ``null`` means that the probe could not tell."""

    path: str
    member: str | None
    type: str | None
    type_from: str | None
    candidates: list[CandidateJson]
    format: str | None
    size: int
    pages: int | None
    sha256: str | None
    verdict: VerdictJson


class LocationJson(msgspec.Struct, frozen=True, kw_only=True):
    """Where a finding is.

    ``page`` counts from 1; ``box`` is left, top, right, bottom as shares of the page as displayed.
    """

    path: str | None
    member: str | None
    page: int | None
    field: str | None
    box: tuple[float, float, float, float] | None


class FindingJson(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of one rule about one place.

    ``rule`` with ``args`` (for an undetermined outcome ``reason``, a message template, with
    ``args``) is the stable part; ``message`` and ``help`` are in the language of the run.
    """

    rule: str
    name: str
    severity: SeverityJson
    outcome: OutcomeJson
    location: LocationJson
    args: dict[str, Any]
    evidence: dict[str, Any]
    reason: str | None
    message: str
    help: str


class FormValueJson(msgspec.Struct, frozen=True, kw_only=True):
    """A value of the form as text, and where it stood."""

    text: str
    where: str | None


class FormJson(msgspec.Struct, frozen=True, kw_only=True):
    """The form that was read, by canonical field names."""

    path: str
    values: dict[str, FormValueJson]
    unknown: list[str]


class ReportJson(msgspec.Struct, frozen=True, kw_only=True):
    """Result of one run of medcab.

    ``checks`` maps a rule to the number of places where it was applied; 0 means not applicable.
    ``signatures`` holds an object of schema ``medcab.signature/1`` for each signature file.
    """

    schema: Literal["medcab.report/1"]
    tool: ToolJson
    profile: str
    root: str
    checked_at: str
    language: str
    verdict: VerdictJson
    counts: CountsJson
    documents: list[DocumentJson]
    form: FormJson | None
    findings: list[FindingJson]
    ignored: list[FindingJson]
    checks: dict[str, int]
    signatures: list[dict[str, Any]] = []

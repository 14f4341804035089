"""What one record of the journal says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from dataclasses import field as _field
from datetime import UTC, datetime
from typing import Any, Final

from medcab.journal.mask import mask_name, mask_values
from medcab.model import Finding, Outcome, Report, Severity

__all__ = ["FIELDS", "Entry", "from_report", "is_content"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A record before it is chained (docs/requirements.md L03, L04).

    Attributes:
        at: when it happened (aware).
        user: login of the user.
        host: name of the machine.
        command: ``check``, ``verify``, ``sign``, ``fix``, ``journal prune``.
        version: of medcab.
        profile: with overlays; empty where there is none.
        verdict: passed, failed, indeterminate, or empty.
        inputs: JSON-able: name (masked by default), SHA-256 and size of each file.
        findings: JSON-able: rule, severity, outcome, place, arguments (masked by default),
            template of the reason why a check could not be made.
    """

    at: datetime
    user: str
    host: str
    command: str
    version: str
    profile: str = ""
    verdict: str = ""
    inputs: list[dict[str, Any]] = _field(default_factory=list)
    findings: list[dict[str, Any]] = _field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """The JSON-able content that is hashed."""
        return {
            "at": self.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "user": self.user,
            "host": self.host,
            "command": self.command,
            "version": self.version,
            "profile": self.profile,
            "verdict": self.verdict,
            "inputs": self.inputs,
            "findings": self.findings,
        }


FIELDS: Final = frozenset(field.name for field in fields(Entry))
"""What the content of every record has."""


_TEXTS: Final = ("user", "host", "command", "version", "profile", "verdict")


def is_content(content: Any) -> bool:
    """Whether something read from a journal has the shape that :meth:`Entry.plain` gives it.

    Whoever can write the file can put anything there: what is shown relies on this shape.
    """
    if not isinstance(content, dict) or not content.keys() >= FIELDS:
        return False
    try:
        datetime.fromisoformat(content["at"]).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return False
    inputs, findings = content["inputs"], content["findings"]
    return (
        all(isinstance(content[name], str) for name in _TEXTS)
        and isinstance(inputs, list)
        and all(map(_is_input, inputs))
        and isinstance(findings, list)
        and all(map(_is_finding, findings))
    )


def _is_input(stored: Any) -> bool:
    return (
        isinstance(stored, dict)
        and isinstance(stored.get("name"), str)
        and isinstance(stored.get("sha256", 0), str | None)
    )


def _is_finding(stored: Any) -> bool:
    if not isinstance(stored, dict) or not isinstance(stored.get("args"), dict):
        return False
    try:
        Severity(stored["severity"])
        Outcome(stored["outcome"])
        told = (stored["path"], stored["field"], stored.get("reason"))
        return (
            isinstance(stored["rule"], str)
            and all(isinstance(each, str | None) for each in told)
            and isinstance(stored["page"], int | None)
        )
    except (KeyError, ValueError, TypeError):
        return False


def from_report(
    report: Report, *, command: str, user: str, host: str, version: str, at: datetime, full: bool
) -> Entry:
    """Make the entry for a report.

    Args:
        report: the result of a check.
        command: which command made it.
        user: login of the user.
        host: name of the machine.
        version: of medcab.
        at: when it was made; the report's own moment may be another (``--at``).
        full: keep names and values; otherwise they are masked.
    """
    known = _type_words()
    shown = (lambda name: name) if full else (lambda name: mask_name(name, known))
    paths = frozenset(text for d in report.documents for text in (d.path, d.name) if text)
    inputs = [
        {
            "name": shown(document.path),
            "type": document.type,
            "size": document.size,
            "sha256": document.facts.sha256 if document.facts is not None else None,
        }
        for document in report.documents
    ]
    return Entry(
        at=at,
        user=user,
        host=host,
        command=command,
        version=version,
        profile=report.profile,
        verdict=report.verdict.value,
        inputs=inputs,
        findings=[_plain(f, shown, paths, full=full) for f in report.findings],
    )


def _plain(finding: Finding, shown: Any, paths: frozenset[str], *, full: bool) -> dict[str, Any]:
    place = finding.location
    args: Mapping[str, Any] = dict(finding.args)
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "outcome": finding.outcome.value,
        "path": shown(place.path) if place.path else None,
        "page": place.page,
        "field": place.field,
        "args": args if full else mask_values(args, shown, paths),
        "reason": finding.reason,
    }


def _type_words() -> frozenset[str]:
    """Words of the dictionary of document types: they name no person."""
    from medcab.text import translator
    from medcab.vocabulary import DOCUMENT_TYPES

    russian = translator("ru")
    words: set[str] = set()
    for key, title in DOCUMENT_TYPES.items():
        for text in (key.replace("_", " "), title, russian(title)):
            words.update(text.lower().replace("(", " ").replace(")", " ").split())
    return frozenset(words | {"снилс", "огрн", "инн", "омс"})

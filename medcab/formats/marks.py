"""Marks and colours of verdicts and findings on a terminal."""

from __future__ import annotations

from typing import Final

from medcab.model import Finding, Outcome, Severity, Verdict

__all__ = ["VERDICT_MARKS", "mark_of"]

# A mark and a word stand beside every colour: colour alone tells nothing to many readers.
VERDICT_MARKS: Final = {
    Verdict.PASSED: ("✓", "bold green"),
    Verdict.FAILED: ("✗", "bold red"),
    Verdict.INDETERMINATE: ("?", "bold yellow"),
}
_SEVERITIES: Final = {
    Severity.ERROR: ("✗", "red"),
    Severity.WARNING: ("!", "yellow"),
    Severity.INFO: ("i", "cyan"),
}
_UNKNOWN: Final = ("?", "yellow")


def mark_of(finding: Finding) -> tuple[str, str]:
    """The mark and the colour of a finding; the same for all that could not be checked."""
    if finding.outcome is Outcome.UNDETERMINED:
        return _UNKNOWN
    return _SEVERITIES[finding.severity]

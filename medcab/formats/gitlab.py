"""GitLab code quality report.

Source: docs.gitlab.com, "Code Quality", implement a custom tool: a subset of Code Climate's JSON.
"""

from __future__ import annotations

from typing import IO, Any, ClassVar

import msgspec

from medcab.diff import fingerprints
from medcab.formats.base import DEFAULT, Options
from medcab.formats.convert import clean
from medcab.formats.encoding import printable
from medcab.formats.view import item
from medcab.formats.where import places
from medcab.model import Finding, Outcome, Report, Severity
from medcab.text import Translator

__all__ = ["GitLabWriter"]

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


class GitLabWriter:
    """``--format gitlab``."""

    name: ClassVar[str] = "gitlab"
    media_type: ClassVar[str] = "application/json"
    extension: ClassVar[str] = ".json"
    binary: ClassVar[bool] = True
    streaming: ClassVar[bool] = False

    def write(
        self, report: Report, tr: Translator, stream: IO[Any], *, options: Options = DEFAULT
    ) -> None:
        """Write a list of issues with fingerprints that survive a new scan of the same page."""
        marks = fingerprints(report.findings)
        issues = [
            _issue(f, mark, report, tr) for f, mark in zip(report.findings, marks, strict=True)
        ]
        stream.write(msgspec.json.format(msgspec.json.encode(issues), indent=2) + b"\n")


def _issue(finding: Finding, mark: str, report: Report, tr: Translator) -> dict[str, Any]:
    one = item(finding, tr)
    severity = _SEVERITIES[finding.severity]
    if finding.outcome is Outcome.UNDETERMINED and finding.severity is Severity.ERROR:
        severity = "major"
    known = places(report)
    inside = known.inside(finding.location.path)
    place = ", ".join(filter(None, (printable(inside or ""), one.place)))
    place = f"{place}: " if place else ""
    # GitLab wants a path inside the repository without a leading "./".
    path = printable(known.file(finding.location.path)).removeprefix("./")
    return {
        "description": clean(f"{place}{one.told}"),
        "check_name": clean(f"{one.rule} {one.name}"),
        "fingerprint": mark,
        "severity": severity,
        "location": {"path": clean(path), "lines": {"begin": 1}},
    }

"""Workflow commands that GitHub Actions shows as annotations.

Source: docs.github.com, "Workflow commands for GitHub Actions"; escapes as in actions/toolkit.
"""

from __future__ import annotations

from typing import IO, Any, ClassVar

from medcab.formats.base import DEFAULT, Options
from medcab.formats.convert import clean
from medcab.formats.encoding import printable
from medcab.formats.view import Item, item
from medcab.formats.where import Places, places
from medcab.model import Outcome, Report, Severity
from medcab.text import Translator

__all__ = ["GitHubWriter"]

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


class GitHubWriter:
    """``--format github``."""

    name: ClassVar[str] = "github"
    media_type: ClassVar[str] = "text/plain"
    extension: ClassVar[str] = ".txt"
    binary: ClassVar[bool] = True
    streaming: ClassVar[bool] = True

    def write(
        self, report: Report, tr: Translator, stream: IO[Any], *, options: Options = DEFAULT
    ) -> None:
        """Write one line a finding; GitHub hides all but ten of a kind, so the gravest first."""
        known = places(report)
        for finding in sorted(report.findings, key=lambda f: f.severity.rank):
            stream.write(_annotation(item(finding, tr), known).encode("utf-8"))


def _annotation(one: Item, known: Places) -> str:
    finding = one.finding
    command = _COMMANDS[finding.severity]
    if finding.outcome is Outcome.UNDETERMINED and finding.severity is Severity.ERROR:
        command = "warning"
    properties = {}
    if finding.location.path:
        properties["file"] = printable(known.file(finding.location.path))
    inside = known.inside(finding.location.path)
    told = [f"{one.rule} {one.name}", printable(inside or ""), one.place]
    properties["title"] = ", ".join(filter(None, told))
    written = ",".join(f"{key}={_property(clean(value))}" for key, value in properties.items())
    text = one.told + (f"\n{one.help}" if one.help else "")
    return f"::{command} {written}::{_data(clean(text))}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

"""SARIF 2.1.0, for GitHub code scanning and editors.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, 27 March 2020.
The libraries for it are dead; what is needed is this much.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import IO, Any, ClassVar
from urllib.parse import quote

import msgspec

from medcab._version import __version__
from medcab.diff import fingerprints
from medcab.formats.base import DEFAULT, Options
from medcab.formats.convert import checked_at, clean, plain
from medcab.formats.encoding import printable
from medcab.formats.sentences import STORED, help_of, message_of, name_of, place_of, rule_of
from medcab.formats.view import fact
from medcab.formats.where import Places, places
from medcab.model import Document, Finding, Outcome, Report, Severity
from medcab.text import Translator

__all__ = ["SarifWriter", "relative_uri"]

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_LINE = re.compile(r"(?:line|строка) ([0-9]{1,7})\b")


class SarifWriter:
    """``--format sarif``."""

    name: ClassVar[str] = "sarif"
    media_type: ClassVar[str] = "application/sarif+json"
    extension: ClassVar[str] = ".sarif"
    binary: ClassVar[bool] = True
    streaming: ClassVar[bool] = False

    def write(
        self, report: Report, tr: Translator, stream: IO[Any], *, options: Options = DEFAULT
    ) -> None:
        """Write one run."""
        log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report, tr)]}
        stream.write(msgspec.json.format(msgspec.json.encode(log), indent=2) + b"\n")


def relative_uri(path: str) -> str:
    """Percent-encoded URI reference (RFC 3986) for a path: relative unless the path is absolute."""
    slashed = path.replace("\\", "/")
    encoded = quote(slashed.encode("utf-8", "backslashreplace"), safe="/-._~!$()+,")
    if re.match(r"[A-Za-z]:/", slashed):
        return "file:///" + encoded.replace("%3A", ":", 1)
    return "file://" + encoded if slashed.startswith("/") else encoded or "."


def _run(report: Report, tr: Translator) -> dict[str, Any]:
    every = (*report.findings, *report.ignored)
    ids = sorted({f.rule for f in every} | set(report.checks))
    index = {rule: number for number, rule in enumerate(ids)}
    examples = {f.rule: f for f in every}
    known = places(report)
    # In an archive, the archive itself is the first artifact and holds the others.
    shift = 1 if known.archive else 0
    artifact = {d.path: number + shift for number, d in enumerate(report.documents)}
    artifacts: list[dict[str, Any]] = []
    if known.archive:
        artifacts.append({"location": {"uri": relative_uri(known.root)}})
    artifacts += [_artifact(d, known) for d in report.documents]
    results = _results(report.findings, report, tr, index, artifact)
    for result in _results(report.ignored, report, tr, index, artifact):
        results.append({**result, "suppressions": [{"kind": "external"}]})
    return {
        "tool": {
            "driver": {
                "name": "medcab",
                "version": __version__,
                "semanticVersion": __version__,
                "language": tr.language,
                "rules": [_rule(examples.get(i) or Finding(i, Severity.ERROR), tr) for i in ids],
            }
        },
        "columnKind": "unicodeCodePoints",
        "language": tr.language,
        "invocations": [
            {
                # The run itself succeeded; what it could not decide stands in the notifications.
                "executionSuccessful": True,
                "endTimeUtc": checked_at(report),
                "toolExecutionNotifications": [
                    _notification(f, tr, index)
                    for f in report.findings
                    if f.outcome is Outcome.UNDETERMINED
                ],
            }
        ],
        "artifacts": artifacts,
        "results": results,
        "properties": {
            "profile": clean(report.profile),
            "verdict": report.verdict.value,
            "root": clean(report.root),
        },
    }


def _rule(example: Finding, tr: Translator) -> dict[str, Any]:
    rule = rule_of(example)
    if rule is None:
        return {"id": clean(example.rule), "name": clean(name_of(example))}
    sections = rule.sections()
    full = "\n\n".join(tr(sections[key]) for key in ("What it checks", "Why it matters"))
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": tr(rule.title)},
        "fullDescription": {"text": full},
        "help": {"text": tr(rule.help)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _results(
    findings: Iterable[Finding],
    report: Report,
    tr: Translator,
    index: dict[str, int],
    artifact: dict[str, int],
) -> list[dict[str, Any]]:
    found = list(findings)
    return [
        _result(finding, mark, report, tr, index, artifact)
        for finding, mark in zip(found, fingerprints(found), strict=True)
    ]


def _result(
    finding: Finding,
    mark: str,
    report: Report,
    tr: Translator,
    index: dict[str, int],
    artifact: dict[str, int],
) -> dict[str, Any]:
    undetermined = finding.outcome is Outcome.UNDETERMINED
    where = finding.location
    evidence = {k: v for k, v in finding.evidence.items() if k != STORED}
    properties: dict[str, Any] = {
        "severity": finding.severity.value,
        "help": clean(help_of(finding, tr)),
        "args": plain(finding.args),
        "evidence": plain(evidence),
    }
    for key in ("member", "page", "field", "box"):
        value = getattr(where, key)
        if value is not None:
            properties[key] = plain(value)
    return {
        "ruleId": clean(finding.rule),
        "ruleIndex": index[finding.rule],
        # 3.27.10: the level of a result that is not a failure shall be "none".
        "kind": "open" if undetermined else "fail",
        "level": "none" if undetermined else _LEVELS[finding.severity],
        "message": {"text": clean(message_of(finding, tr))},
        "locations": [_location(finding, report, tr, artifact)],
        "partialFingerprints": {"medcab/v1": mark},
        "properties": properties,
    }


def _location(
    finding: Finding, report: Report, tr: Translator, artifact: dict[str, int]
) -> dict[str, Any]:
    where = finding.location
    # Findings about the package as a whole belong to the folder (or archive) that was checked.
    known = places(report)
    place: dict[str, Any] = {"uri": relative_uri(known.file(where.path))}
    if known.archive:
        place["index"] = 0
    elif where.path in artifact:
        place["index"] = artifact[where.path]
    physical: dict[str, Any] = {"artifactLocation": place}
    line = _line_of(finding, report)
    if line:
        physical["region"] = {"startLine": line}
    made: dict[str, Any] = {"physicalLocation": physical}
    inside = known.inside(where.path)
    name = ", ".join(filter(None, (printable(inside or ""), place_of(where, tr))))
    if name:
        page = None if where.page is None else f"page={where.page}"
        fragment = page or where.field or where.member
        path = printable(where.path or "")
        made["logicalLocations"] = [
            {
                "name": clean(name),
                "fullyQualifiedName": clean(f"{path}#{printable(fragment or '')}"),
                "kind": "property" if where.field else "resource",
            }
        ]
    return made


def _line_of(finding: Finding, report: Report) -> int | None:
    """Line of the form in which the field stands, where the form has lines."""
    form = report.form
    if form is None or finding.location.field is None or finding.location.path != form.path:
        return None
    value = form.values.get(finding.location.field)
    found = _LINE.search(value.where or "") if value is not None else None
    return int(found.group(1)) or None if found else None


def _notification(finding: Finding, tr: Translator, index: dict[str, int]) -> dict[str, Any]:
    return {
        "descriptor": {"id": clean(finding.rule)},
        "associatedRule": {"id": clean(finding.rule), "index": index[finding.rule]},
        "level": "error" if finding.severity is Severity.ERROR else "warning",
        "message": {"text": clean(message_of(finding, tr))},
    }


def _artifact(document: Document, known: Places) -> dict[str, Any]:
    inside = known.inside(document.path)
    made: dict[str, Any] = {
        # 3.24.4: the path of a nested artifact begins at the root of what holds it.
        "location": {"uri": relative_uri(inside or known.file(document.path))},
        "length": document.size,
        "properties": {"type": plain(document.type), "pages": plain(fact(document, "pages"))},
    }
    if inside is not None:
        made["parentIndex"] = 0
    digest = fact(document, "sha256")
    if isinstance(digest, str):
        made["hashes"] = {"sha-256": digest}
    return made

"""JSON Lines: header, documents, findings, summary; one object a line."""

from __future__ import annotations

from typing import IO, Any, ClassVar

import msgspec

from medcab.formats.base import DEFAULT, Options
from medcab.formats.convert import document_json, finding_json, header
from medcab.model import Report
from medcab.text import Translator

__all__ = ["JsonLinesWriter"]


class JsonLinesWriter:
    """``--format jsonl``; each line has a ``kind``, the rest is as in ``medcab.report/1``."""

    name: ClassVar[str] = "jsonl"
    media_type: ClassVar[str] = "application/x-ndjson"
    extension: ClassVar[str] = ".jsonl"
    binary: ClassVar[bool] = True
    streaming: ClassVar[bool] = True

    def write(
        self, report: Report, tr: Translator, stream: IO[Any], *, options: Options = DEFAULT
    ) -> None:
        """Write kind=header, document…, finding…, ignored…, summary."""
        encoder = msgspec.json.Encoder()

        def line(kind: str, value: Any) -> None:
            stream.write(encoder.encode({"kind": kind, **msgspec.to_builtins(value)}) + b"\n")

        head = header(report, tr)
        summary = {key: head.pop(key) for key in ("verdict", "counts")}
        line("header", head)
        for document in report.documents:
            line("document", document_json(document, report))
        for finding in report.findings:
            line("finding", finding_json(finding, tr))
        for finding in report.ignored:
            line("ignored", finding_json(finding, tr))
        line("summary", {**summary, "checks": dict(sorted(report.checks.items()))})

"""``medcab.report/1``: the whole report as one JSON object."""

from __future__ import annotations

from typing import IO, Any, ClassVar

import msgspec

from medcab.formats.base import DEFAULT, Options
from medcab.formats.convert import report_json
from medcab.model import Report
from medcab.text import Translator

__all__ = ["JsonWriter"]


class JsonWriter:
    """``--format json``; the keys are fixed by :mod:`medcab.formats.json_types`."""

    name: ClassVar[str] = "json"
    media_type: ClassVar[str] = "application/json"
    extension: ClassVar[str] = ".json"
    binary: ClassVar[bool] = True
    streaming: ClassVar[bool] = False

    def write(
        self, report: Report, tr: Translator, stream: IO[Any], *, options: Options = DEFAULT
    ) -> None:
        """Write one indented JSON object and a newline."""
        data = msgspec.json.encode(report_json(report, tr))
        stream.write(msgspec.json.format(data, indent=2) + b"\n")

"""From a report to the files and the stdout that the options name; shared by the commands."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from medcab.commands._console import stderr, text_options, tr, write_result
from medcab.errors import OutputError, UsageError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.formats.base import FixHint, PageImage, Writer
    from medcab.model import Report

__all__ = ["PICTURED", "Output", "choose_writers"]

PICTURED: Final = frozenset({"html", "pdf", "xlsx"})
"""Formats that show pages."""


def choose_writers(first: str | None, more: Sequence[str]) -> list[tuple[Writer, str | None]]:
    """Look the writers up before the work begins: a wrong name must not cost the run.

    Args:
        first: format for stdout, or None.
        more: ``FORMAT:FILE`` of every ``--output``.

    Raises:
        UsageError: an unknown format, a malformed ``--output``, a binary format for a terminal.
        OutputError: the folder of a file does not exist.
    """
    from medcab import formats

    chosen: list[tuple[Writer, str | None]] = []
    if first is not None:
        writer = formats.get(first)
        if writer.name in ("pdf", "xlsx") and sys.stdout.isatty():
            raise UsageError(
                N_("{name} is no text: it cannot be shown in a terminal."),
                hint=N_("Write it to a file: --output {name}:report{extension}"),
                name=writer.name,
                extension=writer.extension,
            )
        chosen.append((writer, None))
    for given in more:
        name, colon, path = given.partition(":")
        if not colon or not path:
            raise UsageError(
                N_("--output {value} is not of the form FORMAT:FILE."),
                hint=N_("For example: --output sarif:report.sarif"),
                value=given,
            )
        folder = Path(path).parent
        if not folder.is_dir():
            raise OutputError(
                N_("{path} cannot be written: there is no folder {folder}."),
                path=path,
                folder=str(folder),
            )
        chosen.append((formats.get(name), path))
    return chosen


@dataclass(frozen=True, slots=True)
class Output:
    """Writes one report with several writers.

    Attributes:
        quiet, verbose, delimiter, record: see :class:`medcab.formats.base.Options`.
        fix_hint: what ``medcab fix`` would make of a finding, or None.
        tell_fixes: say so in text as well.
        page_image: draws pages, or None.
        sign: signs the bytes of a PDF report (PAdES), or None.
    """

    quiet: bool = False
    verbose: bool = False
    fix_hint: FixHint | None = None
    tell_fixes: bool = False
    delimiter: str = ","
    record: str | None = None
    page_image: PageImage | None = None
    sign: Any = None

    def write(self, report: Report, writers: Sequence[tuple[Writer, str | None]]) -> None:
        """Write ``report``; each file whole or not at all.

        Raises:
            OutputError: a file cannot be written.
            SigningError: the PDF report cannot be signed.
        """
        from medcab.formats.base import Options

        for writer, path in writers:
            options = (
                text_options(quiet=self.quiet, verbose=self.verbose)
                if path is None
                else Options(quiet=self.quiet, verbose=self.verbose)
            )
            options = replace(
                options,
                record=self.record,
                page_image=self.page_image,
                delimiter=self.delimiter,
                fix_hint=self.fix_hint if self.tell_fixes or writer.name != "text" else None,
            )
            stream: Any = io.BytesIO() if writer.binary else io.StringIO()
            writer.write(report, tr(), stream, options=options)
            data = stream.getvalue()
            if self.sign is not None and writer.name == "pdf":
                from medcab.signing.pades import sign_pdf

                data = sign_pdf(self.sign, data)
            write_result(data, path)
            if path is not None and not self.quiet:
                stderr().print(tr()("Written: {path}", path=path))

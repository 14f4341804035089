"""``medcab report FILE.json``: a stored result in other formats, without a new check."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medcab.commands._console import _h, stderr, tr
from medcab.commands._options import Delimiter, Quiet, ReportFiles, Verbose
from medcab.commands._output import PICTURED, Output, choose_writers
from medcab.errors import InputError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.model import Document, Report

__all__ = ["command", "read_report"]

_LARGEST = 256 << 20


def command(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help=_h("Report in JSON, or - for standard input."))
    ],
    to: Annotated[
        str | None,
        typer.Option("--format", "-f", "--to", "-t", help=_h("Format of the result on stdout.")),
    ] = None,
    output: ReportFiles = None,
    documents: Annotated[
        str | None,
        typer.Option(
            "--documents", help=_h("Folder or archive that was checked, for pictures of pages.")
        ),
    ] = None,
    delimiter: Delimiter = ",",
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Entry point of the command."""
    writers = choose_writers(to or (None if output else "text"), output or [])
    report = read_report(file)
    with contextlib.ExitStack() as stack:
        draw: Any = None
        if documents is not None and any(w.name in PICTURED for w, _ in writers):
            from medcab.formats.drawing import PageDrawer

            report, missing = _with_sources(report, documents)
            for path in missing:
                message = tr()(N_("{path} is not what was checked: no pictures."), path=path)
                stderr().print(message, style="yellow")
            draw = stack.enter_context(PageDrawer(jobs=2))
        Output(quiet=quiet, verbose=verbose, delimiter=delimiter, page_image=draw).write(
            report, writers
        )


def read_report(path: str) -> Report:
    """Read a stored report.

    Raises:
        InputError: it cannot be read, or is no report.
    """
    from medcab.formats.convert import load

    try:
        if path == "-":
            data = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with Path(path).open("rb") as stream:
                data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise InputError(
            N_("{path} cannot be read: {reason}."),
            path=path,
            reason=error.strerror or str(error),
        ) from error
    if len(data) > _LARGEST:
        raise InputError(
            N_("{path} is larger than {limit} MB: no report is."), path=path, limit=_LARGEST >> 20
        )
    return load(data, path)


def _with_sources(report: Report, place: str) -> tuple[Report, list[str]]:
    """Give the documents of a stored report their bytes back, where they are still the same."""
    from dataclasses import replace

    from medcab.inputs import read_package

    here = {d.path: d for d in read_package([place]).documents}
    documents: list[Document] = []
    missing: list[str] = []
    for stored in report.documents:
        found = here.get(stored.path)
        if found is not None and _same(stored, found):
            documents.append(replace(stored, source=found.source))
        else:
            documents.append(replace(stored, facts=_undrawable(stored)))
            missing.append(stored.path)
    return replace(report, documents=tuple(documents)), missing


def _undrawable(document: Document) -> Any:
    """Facts as stored, marked so that no picture is drawn of something else."""
    from medcab.formats.convert import StoredFacts

    facts = document.facts
    return StoredFacts(
        getattr(facts, "format", None),
        getattr(facts, "pages", None),
        getattr(facts, "sha256", None),
        limits=("changed",),
    )


def _same(stored: Document, found: Document) -> bool:
    import hashlib

    digest = getattr(stored.facts, "sha256", None)
    if stored.size != found.size or not digest:
        return False
    running = hashlib.sha256()
    try:
        with found.source.open() as stream:
            while block := stream.read(1 << 20):
                running.update(block)
    except OSError:
        return False
    return running.hexdigest() == str(digest)

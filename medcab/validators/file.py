"""FIL: rules about any file: what it is, and whether its name tells the truth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, Scope, Unknown, find_rule, rule
from medcab.text import N_
from medcab.validators._missing import why_no_content
from medcab.validators.signatures_table import EXTENSIONS, extension_formats

__all__ = [
    "content_unrecognised",
    "disguised_content",
    "double_extension",
    "empty_file",
    "extension_case",
    "extension_mismatch",
    "extension_missing",
    "format_not_allowed",
    "polyglot",
]

_HARMFUL: Final = frozenset(
    {"html", "zip", "rar", "7z", "gzip", "bzip2", "xz", "zstd", "tar", "exe", "elf", "macho"}
    | {"script", "ole"}
)
_NOT_TAKEN: Final = N_(", which the portal does not take")
_KNOWN: Final = frozenset(ext for known in EXTENSIONS.values() for ext in known)
_EXTENSION = re.compile(r"[A-Za-z0-9]{1,6}\Z")


def _extension(name: str) -> str:
    """Extension as written, without the dot; empty when there is none."""
    stem, dot, last = name.rpartition(".")
    return last if dot and stem and _EXTENSION.match(last) else ""


@rule(
    "FIL001",
    "empty-file",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The file has no content."),
    since="0.1.0",
)
def empty_file(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The file has no content.

    What it checks:
        Files of 0 bytes, and files in which all bytes are the same (an interrupted copy).
    Why it matters:
        The portal takes such a file for a missing document.
    How to fix:
        Copy the file again from where it was scanned, and open it to see that it is whole.
    Source:
        docs/requirements.md F01, F12.
    """
    if (unknown := why_no_content(ctx.facts)) is not None:
        yield unknown
    elif ctx.facts.size == 0 or ctx.facts.format == "empty" or ctx.facts.blank:
        yield Hit(evidence={"measured": ctx.facts.size, "unit": "bytes"})


@rule(
    "FIL002",
    "format-not-allowed",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The portal does not take the format {format}; it takes: {allowed}."),
    since="0.1.0",
    fixable=True,
)
def format_not_allowed(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The file has a format that the portal does not take.

    What it checks:
        The format told by the content of the file against the formats that the profile allows
        for this type of document. Silent where the name and the content contradict each other:
        the rule about that says what the content is.
    Why it matters:
        The portal refuses the file at upload, or the application later.
    How to fix:
        Scan the document to PDF, or convert the file: medcab fix does so for pictures.
    Source:
        docs/requirements.md F02, F03, F04, F12.
    """
    facts, path = ctx.facts, ctx.document.path
    if (unknown := why_no_content(facts)) is not None:
        yield unknown
        return
    if facts.size == 0 or facts.blank:
        return  # FIL001
    if any(path == signature.path for signature in ctx.package.signatures):
        return
    if _said_otherwise(ctx):
        return
    allowed = ctx.profile.formats_of(ctx.document.type)
    if not _allowed(ctx):
        yield Hit(
            args={"format": facts.format, "allowed": ", ".join(allowed)},
            evidence={"measured": facts.format, "media_type": facts.media_type},
        )


def _allowed(ctx: DocumentContext) -> bool:
    found = ctx.facts.format or ""
    # A certificate may come in DER or PEM, a signature under any of its usual extensions.
    fitting = {*EXTENSIONS.get(found, ()), found}
    return any(
        ext.lower().lstrip(".") in fitting for ext in ctx.profile.formats_of(ctx.document.type)
    )


def _said_otherwise(ctx: DocumentContext) -> bool:
    """Whether FIL003, FIL004 or FIL013 tells the same, at a level that is no weaker."""
    mine = ctx.profile.level(find_rule("FIL002")) or Severity.ERROR
    speaking: list[str] = []
    if ctx.facts.format == "unknown":
        speaking.append("FIL013")
    found = _mismatch(ctx)
    if isinstance(found, tuple) and found[1] != "unknown":
        speaking.append("FIL004" if found[1] in _HARMFUL else "FIL003")
    levels = (ctx.profile.level(find_rule(rule_id)) for rule_id in speaking)
    return any(level is not None and level.rank <= mine.rank for level in levels)


@rule(
    "FIL003",
    "extension-mismatch",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The name ends in .{extension}, but the content is {format}{more}."),
    since="0.1.0",
    fixable=True,
)
def extension_mismatch(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The extension does not fit the content.

    What it checks:
        The extension of the name against the format told by the content.
    Why it matters:
        Portals compare the two and refuse the file; a renamed .docx is the most frequent case.
    How to fix:
        Do not rename files to change their format: save or scan as PDF. If the portal takes the
        format that is inside, the file only needs the extension that fits: medcab fix gives it.
    Source:
        docs/requirements.md F12.
    """
    found = _mismatch(ctx)
    if isinstance(found, Unknown):
        yield found
    elif found and found[1] not in _HARMFUL | {"unknown"}:
        more = {"more": ""} if _allowed(ctx) else {"more_template": _NOT_TAKEN}
        yield Hit(
            args={"extension": found[0], "format": found[1], **more},
            evidence={"measured": found[1]},
        )


@rule(
    "FIL004",
    "disguised-content",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The name ends in .{extension}, but the content is {format}: not a document."),
    since="0.1.0",
)
def disguised_content(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A web page, archive or program under the name of a document.

    What it checks:
        Whether the content is HTML, an archive, a program or a script while the extension promises
        something else.
    Why it matters:
        Often the browser has saved a page with an error message instead of the document. Programs
        and archives are refused by the portal's protection, and they are dangerous to open.
    How to fix:
        Download or scan the document again. Take files out of the archive. Do not open a file that
        turns out to be a program; show it to whoever looks after your computers.
    Source:
        docs/requirements.md F12.
    """
    found = _mismatch(ctx)
    if isinstance(found, Unknown):
        yield found
    elif found and found[1] in _HARMFUL:
        yield Hit(args={"extension": found[0], "format": found[1]}, evidence={"measured": found[1]})


@rule(
    "FIL005",
    "extension-case",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The extension .{extension} is not in lower case."),
    since="0.1.0",
    fixable=True,
)
def extension_case(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The extension is written in capital letters.

    What it checks:
        Letters of the extension. An error where the profile asks for lower case, else a warning.
    Why it matters:
        Some portals compare the extension letter by letter and do not take .PDF or .Jpg.
    How to fix:
        Rename the file so that it ends in .pdf, .jpg or .png: medcab fix does so.
    Source:
        docs/requirements.md, practice of 2026; profiles set files.lowercase_extension.
    """
    extension = _extension(ctx.document.name)
    if extension != extension.lower():
        strict = ctx.profile.files.lowercase_extension
        yield Hit(args={"extension": extension}, severity=None if strict else Severity.WARNING)


@rule(
    "FIL006",
    "double-extension",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The name has two extensions: .{first}.{second}"),
    since="0.1.0",
    fixable=True,
)
def double_extension(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The name has two extensions.

    What it checks:
        Names such as diploma.docx.pdf or passport.pdf.pdf: two known extensions in a row. A
        signature beside its document (diploma.pdf.sig) is left alone.
    Why it matters:
        Protection programs take such names for an attempt to pass off a program as a document.
    How to fix:
        Leave only the last extension: diploma.pdf.
    Source:
        docs/requirements.md F11.
    """
    stem, _, last = ctx.document.name.rpartition(".")
    first = _extension(stem).lower()
    if first in _KNOWN and last.lower() in _KNOWN and last.lower() not in EXTENSIONS["p7s"]:
        yield Hit(args={"first": first, "second": last})


@rule(
    "FIL007",
    "polyglot",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The file is {format} and {also} at once."),
    since="0.1.0",
)
def polyglot(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The file is of two formats at once.

    What it checks:
        A second format in the same bytes: the header of a PDF after that of a picture, an archive
        at the end of a document.
    Why it matters:
        Such files are made to get past protection; no scanner makes them. Two programs see two
        different documents in them.
    How to fix:
        Scan the document again, or print it to a new PDF.
    Source:
        docs/requirements.md F12; ISO 32000-1, annex H (header within the first 1024 bytes).
    """
    if (unknown := why_no_content(ctx.facts)) is not None:
        yield unknown
    elif ctx.facts.also:
        yield Hit(args={"format": ctx.facts.format, "also": ", ".join(ctx.facts.also)})


@rule(
    "FIL012",
    "extension-missing",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The name has no extension; by its content the file is {format}."),
    since="0.1.0",
    fixable=True,
)
def extension_missing(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The name has no extension.

    What it checks:
        Whether the name ends in a dot and an extension.
    Why it matters:
        The portal tells the format by the extension and refuses a file without one.
    How to fix:
        Add the extension that fits the content, for example .pdf.
    Source:
        docs/requirements.md F11.
    """
    if not _extension(ctx.document.name):
        yield Hit(args={"format": ctx.facts.format or "?"})


@rule(
    "FIL013",
    "content-unrecognised",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The content is of no known format, though the name ends in .{extension}"),
    since="0.1.0",
)
def content_unrecognised(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The content is of no known format.

    What it checks:
        Whether the first bytes are those of any format that medcab knows.
    Why it matters:
        The beginning of the file is damaged, or it never was what its name says. Nobody will be
        able to open it.
    How to fix:
        Open the file. If that fails, copy it again from where it was scanned, or scan again.
    Source:
        docs/requirements.md F12.
    """
    if (unknown := why_no_content(ctx.facts)) is not None:
        yield unknown
    elif ctx.facts.format == "unknown" and not ctx.facts.blank:
        yield Hit(args={"extension": _extension(ctx.document.name)})


def _mismatch(ctx: DocumentContext) -> tuple[str, str] | Unknown | None:
    """(extension, format found) when they do not fit."""
    facts = ctx.facts
    if (unknown := why_no_content(facts)) is not None:
        return unknown
    extension = _extension(ctx.document.name)
    promised = extension_formats(extension.lower())
    if not extension or facts.format is None or facts.format == "empty" or facts.blank:
        return None
    if facts.format in promised or (not promised and facts.format in {"text", "unknown"}):
        return None
    if facts.format in {"text", "json", "xml"} and promised & {"text", "json"}:
        return None  # plain text of one kind under the name of another
    return extension, facts.format

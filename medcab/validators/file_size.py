"""FIL: sizes of files and of the package, and files that occur twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, PackageContext, Scope, Unknown, rule
from medcab.text import N_

__all__ = ["duplicate_files", "file_size_borderline", "file_too_large", "package_too_large"]

_MB: Final = 2**20


@rule(
    "FIL008",
    "file-too-large",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The file has {size} MB; no more than {limit} MB are taken."),
    since="0.1.0",
    fixable=True,
)
def file_too_large(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The file is larger than the portal takes.

    What it checks:
        The size of the file against the limit of the profile (5 MB of 1 048 576 bytes unless it
        says otherwise).
    Why it matters:
        The portal refuses the file at upload.
    How to fix:
        Let medcab fix compress it, or scan in 300 dpi, grey where colour is not needed. Split a
        document of many pages where the portal takes several files.
    Source:
        docs/requirements.md F01.
    """
    limit = ctx.profile.files.max_file
    if limit is not None and ctx.facts.size > limit:
        yield _over(ctx.facts.size, limit)


@rule(
    "FIL009",
    "file-size-borderline",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The file has {bytes} bytes: within the limit only if a megabyte has 1 048 576."),
    since="0.1.0",
    fixable=True,
)
def file_size_borderline(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The file may be too large, depending on what a megabyte is.

    What it checks:
        Whether the size lies between 5 000 000 and 5 242 880 bytes: «5 MB» can mean either.
    Why it matters:
        The rule does not say which megabyte it means. A portal that counts in millions of bytes
        refuses the file.
    How to fix:
        Compress the file a little (medcab fix), so that it stays below 5 000 000 bytes.
    Source:
        docs/requirements.md F01.
    """
    files = ctx.profile.files
    size = ctx.facts.size
    if files.warn_over is None or size <= files.warn_over:
        return
    if files.max_file is None or size <= files.max_file:
        yield Hit(
            args={"bytes": size, "size": _mb(size)},
            evidence={"measured": size, "limit": files.warn_over, "unit": "bytes"},
        )


@rule(
    "FIL010",
    "package-too-large",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("All files together have {size} MB; no more than {limit} MB are taken."),
    since="0.1.0",
    fixable=True,
)
def package_too_large(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """All files together are larger than the portal takes.

    What it checks:
        The sum of the sizes of all documents against the limit of the profile, where it has one.
    Why it matters:
        The portal breaks off the upload, often at the last file.
    How to fix:
        Compress the largest files with medcab fix; grey instead of colour saves most.
    Source:
        docs/requirements.md, practice of 2026; profiles set files.max_total.
    """
    limit = ctx.profile.files.max_total
    total = sum(document.size for document in ctx.package.documents)
    if limit is not None and total > limit:
        yield _over(total, limit)


@rule(
    "FIL011",
    "duplicate-files",
    scope=Scope.PACKAGE,
    severity=Severity.WARNING,
    message=N_("The file is the same as {other}, byte by byte."),
    since="0.1.0",
)
def duplicate_files(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """Two files have the same content.

    What it checks:
        Files whose content is the same to the last byte (SHA-256), whatever their names.
    Why it matters:
        Usually one document was put in twice and another forgotten.
    How to fix:
        Look which document should be in place of the second file, and replace or remove it.
    Source:
        docs/requirements.md D03: every document of the list has to be there.
    """
    first: dict[str, str] = {}
    for document in ctx.package.documents:
        digest = document.facts.sha256 if document.facts is not None else ""
        if not digest:
            yield Unknown(N_("The file could not be read."), path=document.path)
        elif document.size:
            other = first.setdefault(digest, document.path)
            if other != document.path:
                yield Hit(args={"other": other}, path=document.path, evidence={"sha256": digest})


def _over(size: int, limit: int) -> Hit:
    return Hit(
        args={"size": _mb(size, up=True), "limit": _mb(limit)},
        evidence={"measured": size, "limit": limit, "unit": "bytes"},
    )


def _mb(size: int, *, up: bool = False) -> str:
    """Megabytes with up to two decimals; rounded up, so that «5 of 5» is never said of too much."""
    hundredths = -(-size * 100 // _MB) if up else size * 100 // _MB
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")

"""Verifying the signatures of a package, before the rules look at it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from medcab.model import Package
from medcab.signing.inspecting import tells
from medcab.signing.rules import META_KEY

if TYPE_CHECKING:
    from medcab.model import Document
    from medcab.signing.results import VerificationReport
    from medcab.signing.verify import Verifier

__all__ = ["with_signatures"]


def with_signatures(package: Package, verifier: Verifier) -> Package:
    """Return the package with the reports about its signatures in the ``meta`` of the documents.

    Detached signatures are taken from ``package.signatures``; PDF files are looked into.

    Args:
        package: as it was read.
        verifier: trust, policy and moment.
    """
    sources = {document.path: document.source for document in package.documents}
    found: dict[str, list[VerificationReport]] = {}
    for signature in package.signatures:
        if signature.target is None or signature.target not in sources:
            continue
        report = verifier.verify(
            signature.source,
            sources[signature.target],
            name=signature.path,
            content_name=signature.target,
        )
        found.setdefault(signature.target, []).append(report)
    for document in package.documents:
        inside = _inside(document, verifier)
        if inside is not None:
            found.setdefault(document.path, []).append(inside)
    documents = tuple(
        replace(d, meta={**d.meta, META_KEY: tuple(found[d.path])}) if d.path in found else d
        for d in package.documents
    )
    return replace(package, documents=documents)


def _inside(document: Document, verifier: Verifier) -> VerificationReport | None:
    """The report about signatures inside a PDF; None when there are none to be seen."""
    try:
        data = document.source.read()
    except OSError:
        return None  # the rules about files say so
    if not data.startswith(b"%PDF-") or b"/ByteRange" not in data:
        return None
    report = verifier.verify_bytes(data, name=document.path)
    return report if report.signatures or tells(report) else None

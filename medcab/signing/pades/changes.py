"""What a signature in a PDF covers, and what was appended to the file after it."""

from __future__ import annotations

import re
from typing import Any, Final

from medcab.signing.blocks.journal import Journal
from medcab.signing.pades.reading import CLAUSE, Embedded, PdfFile, breaks, why
from medcab.signing.results import SubIndication
from medcab.text import N_

__all__ = ["check_changes", "check_coverage"]

_RULE: Final = "ISO 32000-2 12.8.2.2"
_STARTXREF: Final = re.compile(rb"startxref[\r\n\t ]+([0-9]{1,12})[\r\n\t ]+%%EOF")


def check_coverage(journal: Journal, file: PdfFile, place: Embedded) -> Any:
    """Say whether a signature covers the whole file as it was when it was signed.

    Returns:
        pyHanko's view of the signature; None when it does not, or it could not be told.
    """
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    try:
        embedded = EmbeddedPdfSignature(file.reader, place.holder, place.field)
        embedded.coverage = embedded.evaluate_signature_coverage()
    except breaks() as error:
        _untold(journal, error)
        return None
    if embedded.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        journal.fail(
            "coverage", CLAUSE,
            N_("The signature does not cover the whole document as it was when it was signed."),
        )  # fmt: skip
        return None
    journal.ok("coverage", CLAUSE)
    return embedded


def check_changes(journal: Journal, file: PdfFile, place: Embedded) -> None:
    """Say what was appended after signing, and whether it is of a harmless kind.

    Harmless are further signatures, document time-stamps and validation data (DSS).
    """
    from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    embedded = check_coverage(journal, file, place)
    if embedded is None:
        return
    if embedded.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        journal.ok("unchanged-since", _RULE)
        return
    try:
        _check_end(journal, file.data)
        changes = embedded.evaluate_modifications(DEFAULT_DIFF_POLICY)
        allowed = isinstance(changes, DiffResult)
        permission = embedded.docmdp_level
        if allowed and permission is not None:
            allowed = changes.modification_level.value <= permission.value
        filled = _filled(changes, file.reader) if allowed else ""
    except breaks() as error:
        _untold(journal, error)
        return
    if not allowed:
        journal.fail(
            "unchanged-since", _RULE, N_("The document was changed after it was signed."),
            SubIndication.HASH_FAILURE,
        )  # fmt: skip
        return
    text = N_("After signing, fields of the form were filled in or changed: {names}. The "
              "signature does not cover what stands there now.")  # fmt: skip
    if not filled:
        journal.ok("unchanged-since", _RULE)
    elif permission is None:
        journal.fail("unchanged-since", _RULE, text, SubIndication.GENERIC, names=filled)
    else:
        # The signer allowed it in so many words (DocMDP).
        journal.warn("unchanged-since", _RULE, text, names=filled)


def _untold(journal: Journal, error: Exception) -> None:
    journal.fail(
        "unchanged-since", _RULE,
        N_("It could not be told what was changed after signing: {why}."),
        SubIndication.GENERIC, why=why(error),
    )  # fmt: skip


def _filled(changes: Any, reader: Any) -> str:
    """Names of the fields that were changed, other than by a further signature."""
    from pyhanko.sign.fields import enumerate_sig_fields

    signatures = {str(name) for name, _, _ in enumerate_sig_fields(reader)}
    names = {str(name) for name in changes.changed_form_fields} - signatures
    return ", ".join(sorted(names))[:200]


def _check_end(journal: Journal, data: bytes) -> None:
    """Nothing may follow the last revision that the reader sees: other readers might see it."""
    ends = list(_STARTXREF.finditer(data))
    start = int(ends[-1][1]) if ends else 0
    first = next((m for m in ends if m.start() >= start), None)
    rest = data[first.end() :] if first is not None else b""
    if rest.strip(b"\0\t\n\f\r "):
        journal.fail(
            "no-trailing-bytes", "ISO 32000-2 7.5.6",
            N_("{n} bytes follow the signature in its file: they are not covered by it."),
            tolerable=True, n=len(rest),
        )  # fmt: skip

"""What a signature in a PDF covers, and what was appended to the file after it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from medcab.signing.blocks.journal import Journal
from medcab.signing.pades.appended import check_appended
from medcab.signing.pades.form import FormChanges, compare_forms, same_value
from medcab.signing.pades.reading import CLAUSE, Embedded, PdfFile, breaks, entry, why
from medcab.signing.results import SubIndication
from medcab.text import N_

__all__ = ["check_changes", "check_coverage"]

_RULE: Final = "ISO 32000-2 12.8.2.2"
# What every program that writes XMP sets, as element or as attribute.
_ROUTINE: Final = re.compile(
    rb"<((?:xmp|xmpMM|pdf):(?:ModifyDate|MetadataDate|InstanceID|Producer))>[^<]{0,200}</\1>"
    rb"|(?:xmp|xmpMM|pdf):(?:ModifyDate|MetadataDate|InstanceID|Producer)=\"[^\"]{0,200}\""
)


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
        plain = check_appended(journal, file, place.end, embedded.signed_revision)
        changes = embedded.evaluate_modifications(DEFAULT_DIFF_POLICY)
        allowed = isinstance(changes, DiffResult)
        permission = embedded.docmdp_level
        if allowed and permission is not None:
            allowed = changes.modification_level.value <= permission.value
        if not allowed:
            journal.fail(
                "unchanged-since", _RULE, N_("The document was changed after it was signed."),
                SubIndication.HASH_FAILURE,
            )  # fmt: skip
            return
        told = _Told(journal, permission is not None)
        old = file.reader.get_historical_resolver(embedded.signed_revision)
        form = compare_forms(old.root, file.reader.root, file.fields)
        told.form(form, _filled(file, form))
        told.description(old, file.reader)
    except breaks() as error:
        _untold(journal, error)
        return
    if plain and not told.anything:
        journal.ok("unchanged-since", _RULE)


class _Told:
    """Says what an allowed update did beside adding signatures and validation data.

    Args:
        journal: where to.
        permitted: the signer allowed forms to be filled in, in so many words (DocMDP).
    """

    def __init__(self, journal: Journal, permitted: bool) -> None:
        self.journal = journal
        self.permitted = permitted
        self.anything = False

    def form(self, form: FormChanges, filled: str) -> None:
        """What became of the fields."""
        if form.active:
            self._fail(
                N_("After signing, fields were added that do something: {names}."),
                SubIndication.HASH_FAILURE, names=_listed(form.active),
            )  # fmt: skip
        if form.shown:
            self._fail(
                N_("After signing, fields were added that show something on the page but hold no "
                   "signature of a person: {names}."),
                names=_listed(form.shown),
            )  # fmt: skip
        if form.defaults:
            self._fail(
                N_("After signing, it was changed how the fields of the form look ({names})."),
                names=_listed(form.defaults),
            )  # fmt: skip
        if form.stamped:
            self._warn(
                N_("Signatures that were added later show something on the page, which this "
                   "signature does not cover: {names}."),
                names=_listed(form.stamped),
            )  # fmt: skip
        text = N_("After signing, fields of the form were filled in or changed: {names}. The "
                  "signature does not cover what stands there now.")  # fmt: skip
        if filled and self.permitted:
            self._warn(text, names=filled)
        elif filled:
            self._fail(text, names=filled)

    def description(self, old: Any, new: Any) -> None:
        """Title, author and the like (/Info and XMP)."""
        before, after = (_described(each.trailer_view) for each in (old, new))
        same = same_value(before, after)
        if not same or _xmp(old.root) != _xmp(new.root):
            self._warn(
                N_("After signing, the description of the document (title, author and the like) "
                   "was changed.")
            )  # fmt: skip

    def _fail(self, text: str, sub: SubIndication = SubIndication.GENERIC, **args: Any) -> None:
        self.anything = True
        self.journal.fail("unchanged-since", _RULE, text, sub, **args)

    def _warn(self, text: str, **args: Any) -> None:
        self.anything = True
        self.journal.warn("unchanged-since", _RULE, text, **args)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names)))[:200]


def _described(trailer: Any) -> dict[str, Any]:
    """The dictionary /Info without what every program that writes a PDF sets."""
    info = entry(trailer, "/Info")
    if not isinstance(info, Mapping):
        return {}
    return {name: info[name] for name in info if name not in ("/ModDate", "/Producer")}


def _xmp(root: Any) -> bytes:
    metadata = entry(root, "/Metadata")
    return b"" if metadata is None else _ROUTINE.sub(b"", metadata.data).strip()


def _untold(journal: Journal, error: Exception) -> None:
    journal.fail(
        "unchanged-since", _RULE,
        N_("It could not be told what was changed after signing: {why}."),
        SubIndication.GENERIC, why=why(error),
    )  # fmt: skip


def _filled(file: PdfFile, form: FormChanges) -> str:
    """Names of the fields that were changed, other than by a further signature."""
    signed = {place.field for place in file.fields} - form.fillable
    return _listed(form.altered - signed)

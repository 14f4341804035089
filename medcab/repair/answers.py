"""What answers a finding: the steps that repair it, the option that is missing, or good advice."""

from __future__ import annotations

from typing import Final

from medcab.model import Document, Finding, Package, Severity, Verdict
from medcab.repair.amounts import DROPPED_FOR, enough_pixels, refit_pages, single_picture
from medcab.repair.images import CONVERTIBLE
from medcab.repair.model import Action, FixOptions, Left
from medcab.rules import find_rule
from medcab.text import N_
from medcab.validators.facts import FileFacts

__all__ = [
    "MIXED",
    "NAMES",
    "REPAIRED",
    "RESTRICTED",
    "SIGNED",
    "answers",
    "blocking",
    "foreign",
    "left_of",
    "option_for",
    "signed",
]

NAMES: Final = frozenset(
    {"NAM003", "NAM004", "NAM006", "NAM007", "NAM008", "FIL003", "FIL005", "FIL006", "FIL012"}
)
# A picture with one of these becomes a PDF, in which the trouble does not exist.
_BY_PDF: Final = frozenset(
    {"IMG002", "IMG003", "IMG004", "IMG005", "IMG006", "IMG007", "IMG008", "IMG009", "IMG011"}
    | {"PKG009", "FIL002", "DPI002", "FIL008", "FIL009", "FIL010"}
)
_IN_PDF: Final = {
    "PDF001": Action.REBUILD,
    "PDF002": Action.REBUILD,
    "PDF004": Action.UNLOCK,
    "PDF005": Action.UNSCRIPT,
    "PDF006": Action.UNSCRIPT,
    "PDF007": Action.DETACH,
    "PDF008": Action.FLATTEN,
    "PDF009": Action.FLATTEN,
    "PDF010": Action.UNLAYER,
    "PDF011": Action.UNMARK,
    "FIL008": Action.COMPRESS,
    "FIL009": Action.COMPRESS,
    "FIL010": Action.COMPRESS,
}
_SCANS: Final = frozenset({"SCN002", "SCN004", "SCN005", "SCN008"})
_SOMETIMES: Final = frozenset({"DPI002", "IMG009"})  # only where the pixels do for a sheet of A4
REPAIRED: Final = frozenset(NAMES | _BY_PDF | _IN_PDF.keys() | _SCANS | DROPPED_FOR) - _SOMETIMES
"""Rules whose findings are repaired as a rule: those that say ``fixable``."""

# What is done only when it is asked for, and how to ask.
RESTRICTED: Final = N_("medcab fix lifts the restriction when told to: --remove-restrictions")
_ALLOWED: Final = {
    "PDF004": RESTRICTED,
    "SCN002": N_("medcab fix makes the print darker when told to: --clean. Better scan again."),
    "SCN003": N_("medcab fix removes the page when told to: --drop-pages. See that it is blank."),
    "SCN005": N_("Say how medcab fix must turn the page, clockwise: --turn FILE=90"),
    "SCN008": N_("medcab fix makes the paper lighter when told to: --clean."),
    "SCN015": N_("medcab fix removes the page when told to: --drop-pages. See that it repeats."),
}
_CLEANED: Final = frozenset({"SCN002", "SCN008"})
MIXED: Final = N_(
    "medcab fix straightens pages that are a single picture; this one is not. Scan it again."
)

SIGNED: Final = N_(
    "medcab fix does not change signed documents. Repair the document and sign it again."
)


def signed(document: Document, package: Package) -> Left | None:
    """Why ``document`` must not be changed: it is signed, inside or beside; else None.

    Args:
        document: of a report, which knows the signatures inside.
        package: with the signatures beside.
    """
    if any(s.target == document.path for s in package.signatures):
        why = N_("There is a signature beside the file: any change breaks it.")
    elif document.meta.get("signatures"):
        why = N_("The PDF is signed: any change breaks the signature.")
    else:
        return None
    hint = N_("Change the document before it is signed, and sign it again.")
    return Left(document.path, why, hint=hint)


def blocking(finding: Finding) -> bool:
    """Whether a document with this finding must not be written as if it were in order.

    What is missing from the package, or the name that does not say the type, is no fault of the
    content: the user can put that right without scanning anew.
    """
    return (
        finding.verdict is not Verdict.PASSED
        and not finding.rule.startswith(("NAM", "PKG", "FRM", "FLD", "INP", "SIG", "CRT"))
        and find_rule(finding.rule).scope.value == "document"
    )


def foreign(finding: Finding) -> bool:
    """Whether the content, whatever its name, is of a format that the profile does not take."""
    return finding.rule == "FIL003" and "more_template" in finding.args


def answers(finding: Finding, facts: FileFacts, options: FixOptions) -> list[Action]:
    """What repairs ``finding``, as far as the facts tell; empty when nothing does.

    The worker that does it may still find that it cannot be done.
    """
    rule = finding.rule
    picture = facts.format in CONVERTIBLE
    if picture:
        if rule == "IMG007":
            return [Action.CONVERT, Action.UPRIGHT]
        if rule == "IMG009" and not enough_pixels(facts):
            return []
        if rule == "DPI002" and finding.severity is Severity.ERROR:
            return []
        if rule in _BY_PDF or foreign(finding):
            return [Action.CONVERT]
    elif facts.format == "pdf":
        if rule == "DPI001":
            return [Action.REFIT] if refit_pages(facts) else []
        if rule in _IN_PDF:
            return [_IN_PDF[rule]]
        if rule in DROPPED_FOR and _may_drop(rule, facts, options):
            return [Action.DROP_PAGES]
    if rule in _SCANS and (picture or facts.format == "pdf"):
        return _scan_action(finding, facts, options)
    return []


def _scan_action(finding: Finding, facts: FileFacts, options: FixOptions) -> list[Action]:
    measured = finding.evidence.get("measured")
    if finding.rule == "SCN005":
        return [Action.TURN] if measured in (90, 180, 270) else []
    if not _is_one_picture(finding, facts):
        return []
    if finding.rule == "SCN004":
        return [Action.DESKEW]
    return [Action.CLEAN] if options.clean else []


def _is_one_picture(finding: Finding, facts: FileFacts) -> bool:
    """Whether the page of ``finding`` is a single picture, whose samples may be changed."""
    if facts.pdf is None:
        return facts.format in CONVERTIBLE
    number = finding.location.page or 1
    page = next((p for p in facts.pdf.pages if p.number == number), None)
    return page is not None and single_picture(page)


def _may_drop(rule: str, facts: FileFacts, options: FixOptions) -> bool:
    assert facts.pdf is not None
    if rule == "PDF017":
        return any(not p.empty for p in facts.pdf.pages)
    return options.drop_blank and any(not page.blank for page in facts.scan)


def option_for(finding: Finding, facts: FileFacts) -> str | None:
    """How to ask for the repair that is not made unasked (a msgid); None when there is none."""
    hint = _ALLOWED.get(finding.rule)
    if hint is None or (facts.pdf is None and facts.format not in CONVERTIBLE):
        return None
    if finding.rule in DROPPED_FOR:
        several = facts.pdf is not None and any(not page.blank for page in facts.scan)
        return hint if several else None  # else nothing would be left of the document
    if finding.rule in _CLEANED and not _is_one_picture(finding, facts):
        return None
    return hint


def left_of(finding: Finding, facts: FileFacts | None) -> Left:
    """What has to be done by hand about ``finding``: the option, or the advice of its rule."""
    rule = find_rule(finding.rule)
    hint = None if facts is None else option_for(finding, facts)
    if hint is None and finding.rule == "SCN004" and facts is not None and facts.pdf is not None:
        hint = MIXED
    return Left(
        path=finding.location.path or "",
        reason=finding.reason if finding.reason is not None else rule.message,
        args=dict(finding.args),
        hint=hint or rule.help,
        rule=finding.rule,
        page=finding.location.page,
        finding=finding,
    )

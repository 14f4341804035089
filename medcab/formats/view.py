"""A report arranged for people: documents with their findings, each help said once.

Text, HTML, PDF and XLSX show the same things in the same order and words; they take them here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from medcab.formats import sentences as say
from medcab.formats.encoding import printable
from medcab.formats.folding import Fold, folded
from medcab.model import Document, Finding, Report, Verdict, worst
from medcab.text import N_, Translator

__all__ = ["Advice", "DocumentRow", "Fold", "Group", "Item", "View", "fact", "type_title", "view"]


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document as a row of a table; every text is ready to be shown."""

    document: Document
    path: str
    type: str
    format: str
    size: str
    pages: int | None
    sha256: str | None
    verdict: Verdict
    verdict_word: str
    counts: str


@dataclass(frozen=True, slots=True)
class Item:
    """One finding, said."""

    finding: Finding
    severity: str
    message: str
    help: str
    rule: str
    name: str
    title: str
    place: str
    measure: str
    measured: str
    limit: str
    reason: str

    @property
    def told(self) -> str:
        """The message, with the measured value and its limit unless it has numbers of its own."""
        wanted = len(_NUMBERS.findall(self.measure))
        if not wanted or len(_NUMBERS.findall(self.message)) >= wanted:
            return self.message
        return f"{self.message.removesuffix('.')}: {self.measure.removesuffix('.')}."


_ABOUT_CONTENT: Final = ("DPI", "FIL", "IMG", "PDF", "SCN")
_NUMBERS: Final = re.compile(r"[0-9](?:[0-9.,\u00a0]*[0-9])?")


@dataclass(frozen=True, slots=True)
class Group:
    """What belongs together: the package as a whole, the form, or one document."""

    path: str | None
    heading: str
    about: str
    row: DocumentRow | None
    items: tuple[Item, ...]
    lines: tuple[Item | Fold, ...]
    verdict: Verdict
    verdict_word: str


@dataclass(frozen=True, slots=True)
class Advice:
    """One distinct "how to fix", the rules that ask for it and the places where."""

    help: str
    rules: tuple[str, ...]
    places: tuple[str, ...]
    gravest: int
    fixable: bool


@dataclass(frozen=True, slots=True)
class View:
    """The whole report, said."""

    headline: str
    verdict: Verdict
    verdict_word: str
    counts: str
    rows: tuple[DocumentRow, ...]
    groups: tuple[Group, ...]
    advice: tuple[Advice, ...]
    passed: tuple[tuple[str, str, str, int], ...]
    not_applicable: tuple[str, ...]
    ignored: tuple[Item, ...]

    @property
    def first(self) -> tuple[Advice, ...]:
        """Advice about the gravest findings: what to do first."""
        gravest = min((one.gravest for one in self.advice), default=0)
        return tuple(one for one in self.advice if one.gravest == gravest)


def fact(document: Document, name: str) -> Any:
    """``format``, ``pages`` or ``sha256`` of a document, None when the probe did not tell."""
    value = getattr(document.facts, name, None)
    return None if value == "" else value


def type_title(document: Document, tr: Translator) -> str:
    """Name of the document's type for people; what was nearest when it could not be told."""
    if document.type is not None:
        return say.document_type(document.type, tr)
    if document.candidates:
        return tr(
            N_("not told (perhaps {nearest})"),
            nearest=say.document_type(document.candidates[0].type, tr),
        )
    return tr(N_("not told"))


def view(report: Report, tr: Translator) -> View:
    """Arrange ``report`` for people in the language of ``tr``."""
    by_path: dict[str | None, list[Finding]] = {}
    for finding in report.findings:
        by_path.setdefault(finding.location.path, []).append(finding)
    verdicts = {path: worst(f.verdict for f in found) for path, found in by_path.items()}
    rows = tuple(
        _row(d, verdicts.get(d.path, Verdict.PASSED), by_path.get(d.path, ()), tr)
        for d in report.documents
    )
    row_of = {row.document.path: row for row in rows}
    others = [path for path in by_path if path is not None and path not in row_of]
    order: list[str | None] = [None, *others, *(d.path for d in report.documents)]
    groups = tuple(
        _group(report, path, row_of.get(path) if path is not None else None, by_path[path], tr)
        for path in dict.fromkeys(order)
        if path in by_path
    )
    return View(
        headline=say.headline(report, tr),
        verdict=report.verdict,
        verdict_word=say.verdict_word(report.verdict, tr),
        counts=say.counts_line(report, tr),
        rows=rows,
        groups=groups,
        advice=_advice(groups),
        passed=_passed(report, tr),
        not_applicable=tuple(sorted(rule for rule, n in report.checks.items() if not n)),
        ignored=tuple(item(f, tr) for f in report.ignored),
    )


def _row(
    document: Document, verdict: Verdict, found: Iterable[Finding], tr: Translator
) -> DocumentRow:
    pages = fact(document, "pages")
    return DocumentRow(
        document=document,
        path=printable(document.path),
        type=type_title(document, tr),
        format=_format(fact(document, "format"), tr),
        size=say.show_size(document.size, tr),
        pages=pages if isinstance(pages, int) else None,
        sha256=fact(document, "sha256"),
        verdict=verdict,
        verdict_word=say.verdict_word(verdict, tr),
        counts=say.counts_of(found, tr),
    )


def _format(kind: Any, tr: Translator) -> str:
    if kind in (None, "unknown"):
        return "?"
    return tr(N_("empty")) if kind == "empty" else printable(str(kind)).upper()


def item(finding: Finding, tr: Translator, where: str | None = None) -> Item:
    """One finding, said in the language of ``tr``; ``where`` its field stands in the form."""
    measured, limit = say.measures_of(finding, tr)
    return Item(
        finding=finding,
        severity=say.severity_word(finding, tr),
        message=say.message_of(finding, tr),
        help=say.help_of(finding, tr),
        rule=printable(finding.rule),
        name=printable(say.name_of(finding)),
        title=printable(say.title_of(finding, tr)),
        place=_place(finding, where, tr),
        measure=say.measure_of(finding, tr),
        measured=measured,
        limit=limit,
        reason=say.reason_of(finding, tr),
    )


_CELL: Final = re.compile(r"[A-Z]{1,3}[0-9]{1,7}")


def _place(finding: Finding, where: str | None, tr: Translator) -> str:
    """The place, with the cell or line of the form where that is known."""
    where = finding.evidence.get("where") or where
    place = say.place_of(finding.location, tr)
    if not finding.location.field or not isinstance(where, str) or not where:
        return place
    if _CELL.fullmatch(where):
        return f"{place}, {tr(N_('cell {cell}'), cell=where)}"
    return f"{place}, {printable(tr.foreign(where))}"


def _where(report: Report, finding: Finding) -> str | None:
    """Cell or line of the form in which the field of ``finding`` stands."""
    form, place = report.form, finding.location
    if form is None or place.path != form.path or place.field is None:
        return None
    value = form.values.get(place.field)
    return value.where if value is not None else None


def _group(
    report: Report,
    path: str | None,
    row: DocumentRow | None,
    found: Iterable[Finding],
    tr: Translator,
) -> Group:
    items = tuple(
        _advised(item(f, tr, _where(report, f)), row)
        for f in _in_order_of_form(report, path, found)
    )
    verdict = worst(i.finding.verdict for i in items)
    about = row.type if row is not None else ""
    if report.form is not None and path == report.form.path:
        about = tr(N_("form"))
    return Group(
        path=path,
        heading=tr(N_("The package as a whole")) if path is None else printable(path),
        about=about,
        row=row,
        items=items,
        lines=folded(items, tr),
        verdict=verdict,
        verdict_word=say.verdict_word(verdict, tr),
    )


def _advised(one: Item, row: DocumentRow | None) -> Item:
    """Without help where it is not known whether there is anything to be put right.

    How to remove an empty page is no advice about a file that asks for a password; how to say what
    a document is, or what a condition of the package lacks, is.
    """
    if one.reason and row is not None and one.rule.startswith(_ABOUT_CONTENT):
        return replace(one, help="")
    return one


def _in_order_of_form(report: Report, path: str | None, found: Iterable[Finding]) -> list[Finding]:
    """What is said of the form in the order of its fields, as its reader goes through it."""
    form = report.form
    if form is None or path != form.path:
        return list(found)
    order = {name: at for at, name in enumerate(form.values)}
    return sorted(found, key=lambda f: (f.severity.rank, order.get(f.location.field or "", -1)))


def _advice(groups: Iterable[Group]) -> tuple[Advice, ...]:
    rules: dict[str, dict[str, None]] = {}
    places: dict[str, dict[str, None]] = {}
    gravest: dict[str, int] = {}
    fixable: dict[str, bool] = {}
    for group in groups:
        for one in group.items:
            if not one.help:
                continue
            rank = one.finding.severity.rank
            gravest[one.help] = min(rank, gravest.get(one.help, rank))
            rules.setdefault(one.help, {})[one.rule] = None
            rule = say.rule_of(one.finding)
            fixable[one.help] = fixable.get(one.help, False) or (rule is not None and rule.fixable)
            where = group.heading if not one.place else f"{group.heading}, {one.place}"
            places.setdefault(one.help, {})[where] = None
    made = (Advice(h, tuple(rules[h]), tuple(places[h]), gravest[h], fixable[h]) for h in rules)
    return tuple(sorted(made, key=lambda a: a.gravest))


def _passed(report: Report, tr: Translator) -> tuple[tuple[str, str, str, int], ...]:
    """Checks that were made and found nothing: (id, name, title, places)."""
    broken = {f.rule for f in (*report.findings, *report.ignored)}
    made = []
    for rule_id, count in sorted(report.checks.items()):
        if count and rule_id not in broken:
            probe = Finding(rule_id, _ANY)
            made.append((rule_id, say.name_of(probe), say.title_of(probe, tr), count))
    return tuple(made)


_ANY: Any = None

"""What was put right and what is new between two reports.

Findings have no identity of their own from run to run: two are the same when the same rule speaks
about the same place with the same outcome. Where a rule says several things about one place (two
bad images on one page), they are matched by their arguments first and then in their order.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from medcab.model import Document, Finding, Outcome, Report, Verdict

__all__ = ["Difference", "compare", "fingerprints", "place_key"]


def place_key(finding: Finding) -> tuple[str, ...]:
    """Return what a finding is about, without what was measured."""
    where = finding.location
    return (
        finding.rule,
        finding.outcome.value,
        where.path or "",
        where.member or "",
        str(where.page or ""),
        where.field or "",
    )


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """Return a stable digest for each finding, unique within the list.

    It depends on rule, place, the words among the arguments and, among several such, on their
    order; not on measured values, language, severity or findings elsewhere.
    """
    seen: defaultdict[tuple[str, ...], int] = defaultdict(int)
    made = []
    for finding in findings:
        # Words among the arguments (which document is missing, what kind of action) tell findings
        # at one place apart; numbers are measurements and change with every new scan.
        words = sorted(
            f"{name}={value}"
            for name, value in finding.args.items()
            if isinstance(value, str) and not any(c.isdigit() for c in value)
        )
        key = (*place_key(finding), *words)
        text = "\0".join((*key, str(seen[key])))
        seen[key] += 1
        made.append(hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32])
    return made


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from an old report to a new one.

    Attributes:
        old: verdict of the old report.
        new: verdict of the new report.
        fixed: findings of the old report that are gone, their documents being there and judged.
        dropped: findings of the old report that are gone without having been put right: the
            document was removed or cannot be read any more, or the check was not made.
        appeared: findings of the new report that are new.
        remained: findings of the new report that were there before.
        removed: documents that are no longer there.
        added: documents that were not there.
        changed: documents whose content differs.
        unknown: documents whose content cannot be compared (no digest in one of the reports).
    """

    old: Verdict
    new: Verdict
    fixed: tuple[Finding, ...]
    dropped: tuple[Finding, ...]
    appeared: tuple[Finding, ...]
    remained: tuple[Finding, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Nothing changed: neither findings nor documents."""
        told = (self.fixed, self.dropped, self.appeared, self.removed, self.added, self.changed)
        return not any(told) and self.old is self.new


def compare(old: Report, new: Report) -> Difference:
    """Compare two reports of the same package."""
    gone, appeared, remained = _match(old.findings, new.findings)
    before = {d.path: d for d in old.documents}
    after = {d.path: d for d in new.documents}
    both = [path for path in after if path in before]
    states = {path: _content(before[path], after[path]) for path in both}
    judged = _Judged(old, new, appeared)
    return Difference(
        old=old.verdict,
        new=new.verdict,
        fixed=tuple(f for f in gone if judged(f)),
        dropped=tuple(f for f in gone if not judged(f)),
        appeared=appeared,
        remained=remained,
        removed=tuple(p for p in before if p not in after),
        added=tuple(p for p in after if p not in before),
        changed=tuple(p for p in both if states[p] is False),
        unknown=tuple(p for p in both if states[p] is None),
    )


_CONTENT: Final = ("DPI", "FIL", "IMG", "PDF", "SCN")
_NOT_OPENED: Final = ("INP001", "PDF001")
_NO_FORMAT: Final = (None, "", "empty", "unknown")


class _Judged:
    """Tells whether a finding that is gone is gone because the check was made and found nothing."""

    def __init__(self, old: Report, new: Report, appeared: Iterable[Finding]) -> None:
        before = {d.path: d for d in old.documents}
        after = {d.path: d for d in new.documents}
        self._lost = {path for path in before if path not in after}
        self._lost.update(
            path
            for path, document in after.items()
            if path in before and not _was_read(before[path], document)
        )
        if old.form is not None and (new.form is None or new.form.path != old.form.path):
            self._lost.add(old.form.path)
        self._open: set[tuple[str, str | None]] = set()
        self._said = {(f.rule, f.location.path) for f in new.findings}
        for finding in appeared:
            where, path = finding.location, finding.location.path
            if finding.outcome is Outcome.UNDETERMINED:
                self._open.add((finding.rule, path))
            whole = where.page is None and finding.rule.startswith(_CONTENT)
            if path is not None and (
                finding.rule in _NOT_OPENED or (whole and finding.outcome is Outcome.UNDETERMINED)
            ):
                self._lost.add(path)

    def __call__(self, finding: Finding) -> bool:
        place = (finding.rule, finding.location.path)
        if finding.outcome is Outcome.UNDETERMINED and place in self._said:
            return False  # the question was answered, and not well
        return finding.location.path not in self._lost and place not in self._open


def _was_read(old: Document, new: Document) -> bool:
    """Whether the probe could tell of the document what it told before."""
    if getattr(new.facts, "format", None) in _NO_FORMAT:
        return getattr(old.facts, "format", None) in _NO_FORMAT
    return getattr(old.facts, "pages", None) is None or getattr(new.facts, "pages", 1) is not None


def _content(old: Document, new: Document) -> bool | None:
    """Whether the bytes are the same; None when a digest is missing."""
    if old.size != new.size:
        return False
    first = getattr(old.facts, "sha256", None)
    second = getattr(new.facts, "sha256", None)
    return None if first is None or second is None else bool(first == second)


def _match(
    old: Sequence[Finding], new: Sequence[Finding]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Finding, ...]]:
    waiting: defaultdict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for finding in old:
        waiting[place_key(finding)].append(finding)
    again: list[int] = []
    rest: list[int] = []
    for number, finding in enumerate(new):
        candidates = waiting[place_key(finding)]
        twin = next((c for c in candidates if _arguments(c) == _arguments(finding)), None)
        if twin is None:
            rest.append(number)
        else:
            candidates.remove(twin)
            again.append(number)
    appeared: list[int] = []
    for number in rest:
        candidates = waiting[place_key(new[number])]
        if candidates:
            candidates.pop(0)
            again.append(number)
        else:
            appeared.append(number)
    left = {id(f) for group in waiting.values() for f in group}
    return (
        tuple(f for f in old if id(f) in left),
        tuple(new[n] for n in appeared),
        tuple(new[n] for n in sorted(again)),
    )


def _arguments(finding: Finding) -> str:
    return repr(sorted((k, str(v)) for k, v in finding.args.items()))

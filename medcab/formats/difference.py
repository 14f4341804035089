"""What changed between two runs, for the terminal and as JSON (``medcab.diff/1``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from medcab.diff import Difference
from medcab.formats import sentences as say
from medcab.formats.convert import clean, finding_json
from medcab.formats.encoding import printable
from medcab.formats.marks import mark_of
from medcab.formats.view import item
from medcab.model import Finding, Outcome, Severity, Verdict
from medcab.text import N_, Translator

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["SCHEMA", "difference_json", "print_difference", "verdict_of"]

SCHEMA: Final = "medcab.diff/1"


def difference_json(difference: Difference, tr: Translator) -> bytes:
    """One indented JSON object; findings as in ``medcab.report/1``."""

    def findings(found: Iterable[Finding]) -> list[Any]:
        return [finding_json(f, tr) for f in found]

    data = {
        "schema": SCHEMA,
        "old": difference.old.value,
        "new": difference.new.value,
        "fixed": findings(difference.fixed),
        "dropped": findings(difference.dropped),
        "appeared": findings(difference.appeared),
        "remained": findings(difference.remained),
        "documents": {
            name: [clean(path) for path in getattr(difference, name)]
            for name in ("added", "removed", "changed", "unknown")
        },
    }
    return msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n"


def print_difference(
    difference: Difference, tr: Translator, console: Console, *, verbose: bool = False
) -> None:
    """Print verdicts, what was put right, what is new, and how much remains."""
    from rich.text import Text

    def line(text: str, style: str = "") -> None:
        console.print(Text(text, style=style), markup=False, highlight=False)

    words = [say.verdict_word(verdict, tr) for verdict in (difference.old, difference.new)]
    line(tr(N_("Before: {old}. Now: {new}."), old=words[0], new=words[1]), "bold")
    parts: list[tuple[tuple[Finding, ...], str, tuple[str, str] | None]] = [
        (difference.fixed, N_("Put right ({n})"), ("✓", "green")),
        (difference.dropped, N_("Gone, but not put right ({n})"), ("?", "yellow")),
        (difference.appeared, N_("New ({n})"), None),
        (difference.remained, N_("Still there ({n})"), None),
    ]
    for found, title, marked in parts:
        if not found:
            continue
        line("")
        line(tr(title, n=len(found)), "bold")
        if found is difference.remained and not verbose:
            continue
        for finding in found:
            mark, style = marked or mark_of(finding)
            line(f"  {mark} {_where(finding, tr)}", style)
    documents = [
        (difference.added, N_("Added: {paths}")),
        (difference.removed, N_("Removed: {paths}")),
        (difference.changed, N_("Changed: {paths}")),
        (difference.unknown, N_("Not compared, a digest is missing: {paths}")),
    ]
    if any(paths for paths, _ in documents):
        line("")
    for paths, title in documents:
        if paths:
            line(tr(title, paths=", ".join(map(printable, paths))))
    if difference.same:
        line("")
        line(tr(N_("Nothing has changed.")))


def _where(finding: Finding, tr: Translator) -> str:
    one = item(finding, tr)
    path = printable(finding.location.path or "") or tr(N_("The package as a whole"))
    place = f", {one.place}" if one.place else ""
    return f"{path}{place}: {one.told} [{one.rule}]"


def verdict_of(difference: Difference) -> Verdict:
    """FAILED when a new error appeared, INDETERMINATE when a new check cannot be made."""
    grave = [f for f in difference.appeared if f.severity is Severity.ERROR]
    if any(f.outcome is Outcome.VIOLATED for f in grave):
        return Verdict.FAILED
    return Verdict.INDETERMINATE if grave else Verdict.PASSED

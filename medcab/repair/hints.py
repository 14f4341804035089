"""What ``medcab fix`` would make of each finding, without doing it (``check --fix-hint``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from medcab.model import Document, Finding, Outcome, Package, Report
from medcab.profile import Profile
from medcab.repair.answers import MIXED, NAMES, RESTRICTED, SIGNED, answers, option_for, signed
from medcab.repair.model import Action, FixOptions, Task
from medcab.repair.plan import make_plan
from medcab.rules import find_rule
from medcab.text import N_

__all__ = ["AFTERWARDS", "BY_ITSELF", "hints"]

BY_ITSELF: Final = N_("medcab fix can do this by itself.")
AFTERWARDS: Final = N_(
    "medcab fix can do this when what it cannot repair in the file has been put right."
)
_OPTIONS: Final = FixOptions()


def hints(package: Package, profile: Profile, report: Report) -> Callable[[Finding], str | None]:
    """Tell what a repair without options would make of the findings of ``report``.

    Args:
        package: as it was read.
        profile: of the check.
        report: of the check; its documents carry facts.

    Returns:
        a function that gives the sentence about a finding (a msgid), or None when only the user
        can do something about it.
    """
    documents = {d.path: d for d in report.documents}
    tasks = {
        document.path: task
        for task in make_plan(package, profile, report, _OPTIONS).tasks
        for document in task.documents
    }

    def hint(finding: Finding) -> str | None:
        path = finding.location.path
        if finding.outcome is Outcome.UNDETERMINED:
            return None
        if path is None or path not in tasks:
            return BY_ITSELF if find_rule(finding.rule).fixable else None
        return _hint(finding, documents[path], package, tasks[path])

    return hint


def _hint(finding: Finding, document: Document, package: Package, task: Task) -> str | None:
    facts = document.facts
    assert facts is not None
    if finding.rule in NAMES:
        renamed = task.step(Action.RENAME) or task.step(Action.CONVERT)
        return None if renamed is None else BY_ITSELF
    answered = bool(answers(finding, facts, _OPTIONS))
    option = None if answered else option_for(finding, facts)
    if (answered or option) and signed(document, package) is not None:
        return SIGNED
    if not answered:
        if option is None and finding.rule == "SCN004" and facts.pdf is not None:
            return MIXED
        return option
    if facts.pdf is not None and facts.pdf.encryption == "owner":
        return RESTRICTED
    return AFTERWARDS if task.refused else BY_ITSELF

"""From findings to steps: what is to be done with each document, and what cannot be done.

A plan may be too hopeful (a layer may turn out to be hidden): the worker refuses then, and what it
makes is judged by all rules before it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from medcab.errors import UsageError
from medcab.model import Document, Finding, Outcome, Package, Report
from medcab.profile import Profile
from medcab.repair import groups
from medcab.repair.amounts import arguments, size_limits
from medcab.repair.answers import NAMES, answers, blocking, foreign, left_of, signed
from medcab.repair.images import CONVERTIBLE
from medcab.repair.model import Action, FixOptions, Plan, Step, Task
from medcab.repair.names import free_name, inner_path, proper_name, right_extension
from medcab.text import N_
from medcab.validators.facts import FileFacts

__all__ = ["make_plan"]


def make_plan(package: Package, profile: Profile, report: Report, options: FixOptions) -> Plan:
    """Plan the repair of ``package``.

    Args:
        package: as it was read.
        profile: that the output has to meet.
        report: of the check of ``package``: its documents carry facts.
        options: what the user allows.

    Raises:
        UsageError: pages of a file that is not in the package are to be turned.
    """
    known = {d.path for d in report.documents} | {d.name for d in report.documents}
    for path in options.turns:
        if path not in known:
            raise UsageError(
                N_("--turn names {path}, which is not in the package."),
                hint=N_("Write the name as the table of documents shows it."),
                path=path,
            )
    sizes = size_limits(profile, report)
    planned = [_document(d, package, profile, report, options, sizes) for d in report.documents]
    tasks = groups.joined(planned, package, options)
    taken: set[str] = set()
    kept = [t for t in tasks if not t.steps and not t.refused]
    names = {id(t): free_name(t.target, taken) for t in kept}  # what is right keeps its name
    named = []
    for task in tasks:
        target = names.get(id(task)) or free_name(task.target, taken)
        steps = task.steps
        if not task.refused and _renamed(task, target, package.root):
            steps = (*steps, _rename(task, target, report))
        named.append(
            Task(documents=task.documents, target=target, steps=steps, refused=task.refused)
        )
    return Plan(tuple(named), report)


def _renamed(task: Task, target: str, root: str) -> bool:
    """Whether the name changes by more than what the conversion to PDF does to it."""
    old = inner_path(task.documents[0], root)
    if task.step(Action.CONVERT) is not None:
        return target.rpartition(".")[0] != old.rpartition(".")[0]
    return target != old


def _rename(task: Task, target: str, report: Report) -> Step:
    paths = {d.path for d in task.documents}
    rules = {f.rule for f in report.findings if f.location.path in paths and f.rule in NAMES}
    return Step(Action.RENAME, {"name": target}, tuple(sorted(rules)))


def _document(
    document: Document,
    package: Package,
    profile: Profile,
    report: Report,
    options: FixOptions,
    sizes: Mapping[str, int],
) -> Task:
    findings = [f for f in report.findings if f.location.path == document.path]
    facts = document.facts
    assert facts is not None
    ids = {f.rule for f in findings if f.outcome is Outcome.VIOLATED}
    steps, hopeless = _steps(document, facts, findings, profile, options, sizes)
    why = signed(document, package) if steps else None
    if why is not None:
        steps = []
    extension = right_extension(facts.format, groups.extension(document.name))
    if any(s.action is Action.CONVERT for s in steps):
        extension = "pdf"
    name = document.name
    if ids & NAMES or steps:
        name = proper_name(document, package.form, profile, extension, ids)
    folder = inner_path(document, package.root).rpartition("/")[0]
    target = f"{folder}/{name}" if folder else name
    if hopeless:
        # What could not be told for the same reason says nothing new.
        known = [f for f in hopeless if f.outcome is Outcome.VIOLATED]
        hopeless = known or [f for f in hopeless if f.rule[:3] == "LIM"] or hopeless
        return Task((document,), target, refused=tuple(left_of(f, facts) for f in hopeless))
    turned = document.path in options.turns or document.name in options.turns
    if why is not None and (turned or any(map(_serious, findings))):
        return Task((document,), target, refused=(why,))
    return Task((document,), target, tuple(steps))


def _serious(finding: Finding) -> bool:
    """Whether a document with ``finding`` cannot be written, whatever its name."""
    return blocking(finding) and (finding.rule not in NAMES or foreign(finding))


def _steps(
    document: Document,
    facts: FileFacts,
    findings: Sequence[Finding],
    profile: Profile,
    options: FixOptions,
    sizes: Mapping[str, int],
) -> tuple[list[Step], list[Finding]]:
    """What to do, and the findings that make all of it vain."""
    found: dict[Action, list[str]] = {}
    hopeless: list[Finding] = []
    picture = facts.format in CONVERTIBLE
    restricted = facts.pdf is not None and facts.pdf.encryption == "owner"
    for finding in findings:
        actions = answers(finding, facts, options)
        if finding.outcome is Outcome.UNDETERMINED:
            actions = []
        for action in actions:
            found.setdefault(action, []).append(finding.rule)
        if not actions and _serious(finding):
            hopeless.append(finding)
    if restricted and not options.remove_restrictions:
        found.pop(Action.UNLOCK, None)
    if facts.failure is not None:
        return [], hopeless
    if found:
        # What could not be told of a file that is repaired is told of the copy.
        hopeless = [f for f in hopeless if f.outcome is Outcome.VIOLATED or f.rule[:3] == "LIM"]
    if picture and found:
        found.setdefault(Action.CONVERT, [])
    limit = sizes.get(document.path)
    if limit is not None and facts.size > limit and (picture or facts.format == "pdf"):
        found.setdefault(Action.COMPRESS, [])
        if picture:
            found.setdefault(Action.CONVERT, [])
    turns = options.turns.get(document.path) or options.turns.get(document.name)
    if turns:
        found.setdefault(Action.TURN, [])
        if picture:
            found.setdefault(Action.CONVERT, [])
    steps = [
        Step(action, arguments(action, facts, findings, profile, limit, turns), tuple(rules))
        for action in Action
        if (rules := found.get(action)) is not None
    ]
    return steps, hopeless

"""The repair of a package: plan, work in a folder beside the output, judge, then move.

Nothing reaches the output folder that the rules do not pass, and the originals are only read.
"""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medcab import engine
from medcab.files import replacing
from medcab.inputs import read_package
from medcab.model import Finding, Package, Report, Severity
from medcab.profile import Profile
from medcab.repair import mend as _mend
from medcab.repair import settings
from medcab.repair.answers import REPAIRED, SIGNED, blocking, left_of, signed
from medcab.repair.keep import copy, store
from medcab.repair.model import (
    Action,
    FixOptions,
    FixResult,
    Left,
    Order,
    Plan,
    Task,
    Written,
)
from medcab.repair.names import free_name
from medcab.repair.place import claimed, demand_apart, move, writing
from medcab.repair.plan import make_plan
from medcab.sandbox import Sandbox
from medcab.validators.facts import FileFacts
from medcab.workshop import Workshop

__all__ = ["fix", "order_of", "plan_only"]

_RESULT = 512 << 20
_MOST_PARTS = 9

Observer = Callable[[str], None]


def plan_only(
    package: Package, profile: Profile, check: engine.CheckOptions, options: FixOptions
) -> FixResult:
    """Check ``package`` and plan its repair; write nothing."""
    check = replace(check, scan=True)
    report = engine.run(package, profile, check)
    plan = make_plan(package, profile, report, options)
    left = tuple(one for task in plan.tasks for one in task.refused)
    remaining = _remaining(report, plan, package)
    return FixResult(plan, "", (), None, (*left, *remaining), dry_run=True)


def fix(
    package: Package,
    profile: Profile,
    out: Path,
    check: engine.CheckOptions,
    options: FixOptions,
    *,
    profile_name: str,
    form: str | None = None,
    observer: Observer | None = None,
) -> FixResult:
    """Write copies of ``package`` that comply with ``profile`` to ``out``.

    Args:
        package: from :func:`medcab.inputs.read_package`.
        profile: that the copies have to meet.
        out: folder, made where it does not exist.
        check: how the rules are run, before and after.
        options: what the user allows.
        profile_name: as the user named it, for the manifest of the copy.
        form: path of the form when it lies apart from the package.
        observer: called with the name of each document that is done.

    Raises:
        UsageError: ``out`` is the input, or lies within it.
        OutputError: ``out`` is not empty (without ``force``), cannot be written, or another repair
            is writing to it.
    """
    demand_apart(package, out)
    check = replace(check, scan=True)  # what was not looked at cannot be said to comply
    with Workshop(check) as shop:
        with claimed(out, force=options.force) as stage:
            report = engine.run(package, profile, check, shop=shop)
            plan = make_plan(package, profile, report, options)
            with writing(out):
                written = _work(plan, profile, stage, options, shop.sandbox, observer)
                beside = _Settings(package, profile_name, form)
                written, after = _judged(written, profile, stage, check, beside, shop)
                if after is not None:
                    move(stage, out)
        if options.force and after is not None:
            after = engine.run(read_package([str(out)]), profile, check, shop=shop)
        elif after is not None:
            after = replace(after, root=str(out))
    left = [one for w in written for one in w.left]
    if after is not None:
        told = {one.path for one in left}
        bound = {p for w in written if signed(w.task.documents[0], package) for p in w.paths}
        left += [one for one in _kept(after, bound) if one.rule != "INP004" or one.path not in told]
    return FixResult(plan, str(out), tuple(written), after, tuple(left))


@dataclass(frozen=True, slots=True)
class _Settings:
    """What lies in the folder beside the documents: form, manifest, profile."""

    package: Package
    profile: str
    form: str | None

    def write(self, written: list[Written], stage: Path) -> None:
        made = settings.settings_files(self.package, written, self.profile, self.form)
        for name, data in made.items():
            with replacing(stage / name) as stream:
                stream.write(data)


def _work(
    plan: Plan,
    profile: Profile,
    stage: Path,
    options: FixOptions,
    sandbox: Sandbox,
    observer: Observer | None,
) -> list[Written]:
    """Do all tasks; what is refused leaves no file."""
    results: dict[int, Written] = {}
    working = [i for i, t in enumerate(plan.tasks) if t.changes_content and not t.refused]
    taken = {t.target.casefold() for t in plan.tasks}
    limits = replace(sandbox.limits, seconds=options.timeout, result=_RESULT)
    orders = ((order_of(plan.tasks[i], profile, options),) for i in working)
    for place, outcome in sandbox.imap(_mend.mend, orders, limits):
        task = plan.tasks[working[place]]
        made = store(task, outcome, stage, taken)
        results[working[place]] = _unchanged(made, plan.before, stage, taken)
        if observer is not None:
            observer(task.documents[0].name)
    for index, task in enumerate(plan.tasks):
        if task.refused:
            results[index] = Written(task, left=task.refused)
        elif index not in results:
            results[index] = copy(task, stage)
            if observer is not None:
                observer(task.documents[0].name)
    return [results[i] for i in range(len(plan.tasks))]


def _unchanged(made: Written, before: Report, stage: Path, taken: set[str]) -> Written:
    """``made``; where that is nothing, a plain copy of a document that complied as it was."""
    task = made.task
    document = task.documents[0]
    own = [f for f in before.findings if f.location.path == document.path]
    if made.paths or len(task.documents) > 1 or any(map(blocking, own)):
        return made
    target = task.target
    extension = document.name.rpartition(".")[2]
    if task.step(Action.CONVERT) is not None:
        target = free_name(f"{target.rpartition('.')[0]}.{extension}", taken)
    steps = tuple(s for s in task.steps if s.action is Action.RENAME)
    copied = copy(Task(task.documents, target, steps), stage)
    if not copied.paths:
        return copied
    return replace(copied, left=tuple(replace(one, kept=True) for one in made.left))


def order_of(task: Task, profile: Profile, options: FixOptions) -> Order:
    """What a worker is told about ``task``: limits of the profile, for this type of document."""
    kind = task.documents[0].type
    requirement = profile.requirement(kind)
    compress = task.step(Action.COMPRESS)
    limits = [x for x in (profile.files.max_file, profile.files.warn_over) if x is not None]
    limit = min(limits) if limits else None
    if compress is not None and "bytes" in compress.args:
        limit = int(compress.args["bytes"])
    colour = task.documents[0].meta.get("color")
    parts = 1
    if not profile.documents or (requirement is not None and requirement.max is None):
        parts = _MOST_PARTS
    return Order(
        sources=tuple(d.source for d in task.documents),
        formats=tuple(d.facts.format if d.facts is not None else None for d in task.documents),
        facts=tuple(replace(d.facts, scan=()) if d.facts else None for d in task.documents),
        steps=task.steps,
        max_size=limit,
        dpi=profile.files.dpi or 300,
        quality_floor=options.quality_floor,
        grey=(requirement is not None and requirement.color is False)
        or str(colour).lower() in {"false", "no", "нет", "0"},
        parts=parts,
        drop_restrictions=options.remove_restrictions,
    )


def _judged(
    written: list[Written],
    profile: Profile,
    stage: Path,
    check: engine.CheckOptions,
    beside: _Settings,
    shop: Workshop,
) -> tuple[list[Written], Report | None]:
    """Run all rules on what was made; what they refuse goes, and is told."""
    package = beside.package
    _signatures(package, written, stage)
    while True:
        if not any(w.paths for w in written):
            return written, None
        beside.write(written, stage)
        report = engine.run(read_package([str(stage)]), profile, check, shop=shop)
        facts = _facts(report)
        bad = {
            _nfc(f.location.path or ""): left_of(f, facts.get(f.location.path))
            for f in reversed(report.findings)
            if blocking(f)
        }
        if not bad:
            return written, report
        taken_away = False
        for at, one in enumerate(written):
            if not any(_nfc(p) in bad for p in one.paths):
                continue
            taken_away = True
            for path in one.paths:
                _take_away(stage / path, package)
            source = one.task.documents[0].path
            told = tuple(replace(bad[_nfc(p)], path=source) for p in one.paths if _nfc(p) in bad)
            written[at] = replace(one, paths=(), left=told)
        assert taken_away, sorted(bad)


def _take_away(place: Path, package: Package) -> None:
    place.unlink()
    for signature in package.signatures:
        suffix = signature.path.rpartition(".")[2]
        with contextlib.suppress(OSError):
            place.with_name(f"{place.name}.{suffix}").unlink()


def _nfc(path: str) -> str:
    return unicodedata.normalize("NFC", path)


def _signatures(package: Package, written: Sequence[Written], stage: Path) -> None:
    """Signatures go along with documents that did not change, under their new names."""
    for one in written:
        if len(one.paths) != 1 or one.task.changes_content:
            continue
        for signature in package.signatures:
            if signature.target == one.task.documents[0].path:
                suffix = signature.path.rpartition(".")[2]
                with replacing(stage / f"{one.paths[0]}.{suffix}") as stream:
                    stream.write(signature.source.read())


def _kept(after: Report, bound: Collection[str]) -> list[Left]:
    """Warnings that stay on what was written; ``bound`` are paths of signed documents."""
    facts = _facts(after)
    return [_by_hand(f, facts, bound) for f in after.findings if f.severity is not Severity.INFO]


def _by_hand(
    finding: Finding, facts: Mapping[str | None, FileFacts | None], bound: Collection[str]
) -> Left:
    path = finding.location.path
    left = replace(left_of(finding, facts.get(path)), kept=True)
    return replace(left, hint=SIGNED) if path in bound and finding.rule in REPAIRED else left


def _facts(report: Report) -> dict[str | None, FileFacts | None]:
    return {d.path: d.facts for d in report.documents}


def _remaining(report: Report, plan: Plan, package: Package) -> list[Left]:
    """Findings about the package as a whole, and warnings that no step answers."""
    answered = {
        (d.path, rule)
        for task in plan.tasks
        for step in task.steps
        for rule in step.rules
        for d in task.documents
    }
    refused = {d.path for t in plan.tasks if t.refused for d in t.documents}
    changed = {d.path for t in plan.tasks if t.changes_content for d in t.documents}
    bound = {d.path for d in report.documents if signed(d, package)}
    facts = _facts(report)
    return [
        _by_hand(f, facts, bound)
        for f in report.findings
        if f.severity is not Severity.INFO
        and f.location.path not in refused
        and (f.location.path, f.rule) not in answered
        and not (f.outcome.value == "undetermined" and f.location.path in changed)
    ]

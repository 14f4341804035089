"""The repair of a package: plan, work in a folder beside the output, judge, then move.

Nothing reaches the output folder that the rules do not pass, and the originals are only read.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from medcab import engine
from medcab.errors import MedcabError, OutputError, UsageError
from medcab.files import replacing
from medcab.inputs import read_package
from medcab.model import Package, Report
from medcab.profile import Profile
from medcab.repair import mend as _mend
from medcab.repair import settings
from medcab.repair.model import (
    Action,
    FixOptions,
    FixResult,
    Left,
    Mended,
    Order,
    Plan,
    Task,
    Written,
)
from medcab.repair.names import free_name
from medcab.repair.plan import blocking, left_of, make_plan
from medcab.sandbox import Died, Done, Limits, Outcome, OutOfMemory, Raised, Sandbox, TimedOut
from medcab.text import N_
from medcab.validators.doctype import split_extension

__all__ = ["fix", "plan_only"]

_CHUNK = 1 << 20
_RESULT = 512 << 20
_MOST_PARTS = 9
_RESCAN = N_("Scan the document again, or print it to a new PDF.")

Observer = Callable[[str], None]


def plan_only(
    package: Package, profile: Profile, check: engine.CheckOptions, options: FixOptions
) -> FixResult:
    """Check ``package`` and plan its repair; write nothing."""
    report = engine.run(package, profile, check)
    plan = make_plan(package, profile, report, options)
    left = tuple(one for task in plan.tasks for one in task.refused)
    return FixResult(plan, "", (), None, (*left, *_remaining(report, plan)), dry_run=True)


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
        OutputError: ``out`` is not empty (without ``force``) or cannot be written.
    """
    _demand_apart(package, out)
    _demand_free(out, force=options.force)
    report = engine.run(package, profile, check)
    plan = make_plan(package, profile, report, options)
    made_here = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        # Beside the output, not in /tmp: moving within a disk cannot leave half a file.
        stage = Path(tempfile.mkdtemp(prefix=".medcab-fix-", dir=out))
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        written = _work(plan, profile, stage, options, observer)
        written, after = _judged(package, written, profile, stage, check, profile_name, form)
        if after is not None:
            _move(stage, out)
    except OSError as error:
        raise _unwritable(out, error) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        if made_here:
            with contextlib.suppress(OSError):
                out.rmdir()  # only where nothing was written
    if options.force and after is not None:
        after = engine.run(read_package([str(out)]), profile, check)
    elif after is not None:
        after = replace(after, root=str(out))
    left = [one for w in written for one in w.left]
    if after is not None:
        left += _kept(after)
    return FixResult(plan, str(out), tuple(written), after, tuple(left))


def _work(
    plan: Plan, profile: Profile, stage: Path, options: FixOptions, observer: Observer | None
) -> list[Written]:
    """Do all tasks; what is refused leaves no file."""
    results: dict[int, Written] = {}
    working = [i for i, t in enumerate(plan.tasks) if t.changes_content and not t.refused]
    taken = {t.target.casefold() for t in plan.tasks}
    limits = Limits(seconds=options.timeout, memory=options.memory, result=_RESULT)
    jobs = min(options.jobs, max(len(working), 1)) if options.jobs else 0
    with Sandbox(jobs=jobs, limits=limits) as sandbox:
        orders = ((_order(plan.tasks[i], profile, options),) for i in working)
        for place, outcome in sandbox.imap(_mend.mend, orders):
            task = plan.tasks[working[place]]
            results[working[place]] = _store(task, outcome, stage, taken)
            if observer is not None:
                observer(task.documents[0].name)
    for index, task in enumerate(plan.tasks):
        if task.refused:
            results[index] = Written(task, left=task.refused)
        elif index not in results:
            results[index] = _copy(task, stage)
            if observer is not None:
                observer(task.documents[0].name)
    return [results[i] for i in range(len(plan.tasks))]


def _order(task: Task, profile: Profile, options: FixOptions) -> Order:
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


def _store(task: Task, outcome: Outcome, stage: Path, taken: set[str]) -> Written:
    if not isinstance(outcome, Done):
        return Written(task, left=(_refusal(task, outcome),))
    mended: Mended = outcome.value
    paths = [task.target]
    if len(mended.parts) > 1:
        stem, extension = split_extension(task.target)
        paths = [
            free_name(f"{stem} {n}.{extension or 'pdf'}", taken)
            for n in range(1, len(mended.parts) + 1)
        ]
    for path, data in zip(paths, mended.parts, strict=True):
        place = stage / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with replacing(place) as stream:
            stream.write(data)
    return Written(task, tuple(paths), notes=mended.notes, done=mended.done)


def _refusal(task: Task, outcome: Outcome) -> Left:
    path = task.documents[0].path
    match outcome:
        case Raised(MedcabError() as error):
            return Left(path, error.template, error.arguments, error.hint)
        case Raised(OSError() as error):
            reason = {"reason": error.strerror or str(error)}
            return Left(path, N_("The file cannot be read: {reason}."), reason)
        case TimedOut(seconds):
            return Left(
                path,
                N_("The repair took longer than {limit} s and was ended."),
                {"limit": round(seconds)},
                N_("Allow more time with --timeout, or scan the document again."),
            )
        case OutOfMemory(limit):
            return Left(
                path,
                N_("The repair needed more than {limit} MB of memory and was ended."),
                {"limit": limit >> 20},
                _RESCAN,
            )
        case Died() | Raised():
            return Left(path, N_("The program that repairs such files broke off."), {}, _RESCAN)
    raise AssertionError(outcome)


def _copy(task: Task, stage: Path) -> Written:
    """Copy byte by byte, and prove it."""
    document = task.documents[0]
    place = stage / task.target
    place.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        source: BinaryIO = document.source.open()
    except OSError as error:
        return Written(task, left=(_refusal(task, Raised(error)),))
    with source, replacing(place) as stream:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            stream.write(chunk)
    known = document.facts.sha256 if document.facts is not None else ""
    if known and digest.hexdigest() != known:
        place.unlink()
        changed = Left(
            document.path,
            N_("The file changed while it was examined."),
            hint=N_("Close it in other programs and try again."),
        )
        return Written(task, left=(changed,))
    return Written(task, (task.target,))


def _judged(
    package: Package,
    written: list[Written],
    profile: Profile,
    stage: Path,
    check: engine.CheckOptions,
    profile_name: str,
    form: str | None,
) -> tuple[list[Written], Report | None]:
    """Run all rules on what was made; what they refuse goes, and is told."""
    _signatures(package, written, stage)
    for _ in range(2):
        if not any(w.paths for w in written):
            return written, None
        _write_settings(package, written, stage, profile_name, form)
        report = engine.run(read_package([str(stage)]), profile, check)
        bad = {f.location.path: f for f in reversed(report.findings) if blocking(f)}
        if not bad:
            return written, report
        for at, one in enumerate(written):
            found = [bad[p] for p in one.paths if p in bad]
            if not found:
                continue
            for path in one.paths:
                (stage / path).unlink()
                for suffix in package.signatures:
                    with contextlib.suppress(OSError):
                        (stage / f"{path}.{suffix.path.rpartition('.')[2]}").unlink()
            source = one.task.documents[0].path
            told = tuple(replace(left_of(f), path=source) for f in report.findings if f in found)
            written[at] = replace(one, paths=(), left=told)
    raise AssertionError("a document that was taken away is judged again")


def _write_settings(
    package: Package, written: list[Written], stage: Path, profile: str, form: str | None
) -> None:
    for name, data in settings.settings_files(package, written, profile, form).items():
        with replacing(stage / name) as stream:
            stream.write(data)


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


def _move(stage: Path, out: Path) -> None:
    for path in sorted(p for p in stage.rglob("*") if p.is_file()):
        place = out / path.relative_to(stage)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)


def _kept(after: Report) -> list[Left]:
    """Warnings that stay on what was written."""
    from medcab.model import Severity

    return [
        replace(left_of(f), kept=True) for f in after.findings if f.severity is not Severity.INFO
    ]


def _remaining(report: Report, plan: Plan) -> list[Left]:
    """Findings about the package as a whole, and warnings that no step answers."""
    from medcab.model import Severity

    answered = {
        (d.path, rule)
        for task in plan.tasks
        for step in task.steps
        for rule in step.rules
        for d in task.documents
    }
    refused = {d.path for t in plan.tasks if t.refused for d in t.documents}
    changed = {d.path for t in plan.tasks if t.changes_content for d in t.documents}
    return [
        replace(left_of(f), kept=True)
        for f in report.findings
        if f.severity is not Severity.INFO
        and f.location.path not in refused
        and (f.location.path, f.rule) not in answered
        and not (f.outcome.value == "undetermined" and f.location.path in changed)
        and not f.rule.startswith("NAM00")
    ]


def _demand_apart(package: Package, out: Path) -> None:
    place = out.resolve()
    root = Path(package.root).resolve()
    inside = root.is_dir() and root in place.parents
    local = [d.source.local_path for d in package.documents]
    folders = {p.resolve().parent for p in local if p is not None}
    if place == root or place in folders or (inside and _walked(package, root)):
        raise UsageError(
            N_("{path} lies in the folder that is to be repaired; originals stay untouched."),
            hint=N_("Name another folder: --out FOLDER"),
            path=str(out),
        )


def _walked(package: Package, root: Path) -> bool:
    """Whether the package is a folder as a whole, and not files that were named one by one."""
    return all(
        (local := d.source.local_path) is None or (root / d.path) == local.resolve()
        for d in package.documents
    )


def _demand_free(out: Path, *, force: bool) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise OutputError(N_("{path} is not a folder."), path=str(out))
    if not force and any(out.iterdir()):
        raise OutputError(
            N_("The folder {path} is not empty."),
            hint=N_("Name another folder, or allow files of the same name to be replaced: --force"),
            path=str(out),
        )


def _unwritable(out: Path, error: OSError) -> OutputError:
    return OutputError(
        N_("{path} cannot be written: {reason}."),
        hint=N_("Check that you may write there and that the disk has room."),
        path=str(out),
        reason=error.strerror or str(error),
    )

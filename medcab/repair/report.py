"""The result of a repair for readers and for programs: rows before and after, JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from medcab.model import Document, Finding, Report, Verdict
from medcab.repair.model import TOLD, FixResult, Left, Note, Step, Written
from medcab.text import Translator

__all__ = ["SCHEMA", "Row", "Say", "as_json", "dpi_of", "rows", "told"]

Say = Callable[[Finding, Translator], str]

SCHEMA: Final = "medcab.fix/1"


@dataclass(frozen=True, slots=True)
class Row:
    """One document before and after.

    Attributes:
        before: path as the user knows it.
        after: path below the output folder, empty when nothing was written.
        size_before: bytes.
        size_after: bytes, None when nothing was written.
        dpi_before: least resolution that is seen, None when there is no picture.
        dpi_after: the same.
        verdict_before: of the document alone.
        verdict_after: the same; None when nothing was written.
        steps: what was done (or will be).
        notes: remarks of the worker.
    """

    before: str
    after: str
    size_before: int
    size_after: int | None
    dpi_before: float | None
    dpi_after: float | None
    verdict_before: Verdict
    verdict_after: Verdict | None
    steps: tuple[Step, ...]
    notes: tuple[Note, ...] = ()


def dpi_of(document: Document) -> float | None:
    """The least resolution that matters: of the pictures seen, or as the picture file states."""
    facts = document.facts
    if facts is None:
        return None
    if facts.pdf is not None:
        worst = [w.dpi for p in facts.pdf.pages if (w := p.worst(0.05)) is not None]
        return min(worst) if worst and math.isfinite(min(worst)) else None
    if facts.image is not None and facts.image.densities:
        stated = facts.image.densities[0]
        return min(stated.h, stated.v)
    return None


def rows(result: FixResult) -> list[Row]:
    """A row for every document of the package, more for one that was divided."""
    before, after = result.plan.before, result.after
    known = {d.path: d for d in after.documents} if after is not None else {}
    planned = [Written(t) for t in result.plan.tasks] if result.dry_run else result.written
    made = []
    for one in planned:
        for at, document in enumerate(one.task.documents):
            # Of files that were joined, the first one tells what came of them all.
            paths = one.paths if at == 0 or not one.paths else one.paths[:1]
            made += [
                _row(document, path, one, before, after, known, result.dry_run)
                for path in paths or ("",)
            ]
    return made


def _row(
    document: Document,
    path: str,
    one: Written,
    before: Report,
    after: Report | None,
    known: Mapping[str, Document],
    dry: bool,
) -> Row:
    new = known.get(path)
    target = one.task.target if dry and not one.task.refused else path
    return Row(
        before=document.path,
        after=target,
        size_before=document.size,
        size_after=new.size if new is not None else None,
        dpi_before=dpi_of(document),
        dpi_after=dpi_of(new) if new is not None else None,
        verdict_before=before.verdict_of(document.path),
        verdict_after=after.verdict_of(path) if after is not None and new is not None else None,
        steps=() if one.task.refused or (one.left and not one.paths) else one.task.steps,
        notes=one.notes,
    )


def told(thing: Step | Note | Left, tr: Translator, say: Say | None = None) -> str:
    """The sentence about a step, a note or what is left, in the reader's language.

    ``say`` makes the sentences about findings: that is the business of ``formats``.
    """
    if isinstance(thing, Left) and thing.finding is not None and say is not None:
        return say(thing.finding, tr)
    if isinstance(thing, Step):
        return tr(TOLD[thing.action], **_plain(thing.args, tr))
    if isinstance(thing, Note):
        return tr(thing.template, **_plain(thing.args, tr))
    return tr(thing.reason, **_plain(thing.args, tr))


def _plain(args: Mapping[str, Any], tr: Translator) -> dict[str, Any]:
    """``args`` as they stand in a sentence: lists joined, numbers as the language writes them."""
    made = dict(args)
    for key, value in args.items():
        if isinstance(value, list | tuple):
            made[key] = ", ".join(map(str, value))
        elif isinstance(value, float):
            shown = f"{value:.2f}".rstrip("0").rstrip(".")
            made[key] = shown.replace(".", ",") if tr.language == "ru" else shown
    return made


def as_json(result: FixResult, tr: Translator, say: Say | None = None) -> dict[str, Any]:
    """The result as JSON-able values; keys are English, sentences in the language of ``tr``."""
    verdict = result.after.verdict.value if result.after is not None else None
    return {
        "schema": SCHEMA,
        "profile": result.plan.before.profile,
        "root": result.plan.before.root,
        "out": result.out or None,
        "dry_run": result.dry_run,
        "verdict": {"before": result.plan.before.verdict.value, "after": verdict},
        "documents": [_json_row(row, tr) for row in rows(result)],
        "left": [_json_left(one, tr, say) for one in result.left],
    }


def _json_row(row: Row, tr: Translator) -> dict[str, Any]:
    return {
        "before": {
            "path": row.before,
            "size": row.size_before,
            "dpi": _rounded(row.dpi_before),
            "verdict": row.verdict_before.value,
        },
        "after": {
            "path": row.after,
            "size": row.size_after,
            "dpi": _rounded(row.dpi_after),
            "verdict": row.verdict_after.value if row.verdict_after is not None else None,
        }
        if row.after
        else None,
        "steps": [
            {"action": s.action.value, "rules": sorted(set(s.rules)), "text": told(s, tr)}
            for s in row.steps
        ],
        "notes": [told(n, tr) for n in row.notes],
    }


def _json_left(one: Left, tr: Translator, say: Say | None) -> dict[str, Any]:
    return {
        "path": one.path or None,
        "page": one.page,
        "rule": one.rule or None,
        "written": one.kept,
        "reason": told(one, tr, say),
        "hint": tr(one.hint, **_plain(one.args, tr)) if one.hint else None,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)

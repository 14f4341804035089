"""Pictures that are pages of one document: found by folder, type, person and number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from medcab.model import Document, Package
from medcab.repair.images import CONVERTIBLE
from medcab.repair.model import Action, FixOptions, Step, Task
from medcab.validators.doctype import split_extension
from medcab.validators.naming import person_of

__all__ = ["extension", "joined", "page_order"]

_NUMBER = re.compile(r"([0-9]+)")
_PAGE = re.compile(
    r"(?:[\s_.,-]+(?:стр|с|лист|л|page|p|часть|скан|scan)\.?)?[\s_.,-]*\(?\s*[0-9]+\s*\)?\Z",
    re.IGNORECASE,
)


def extension(name: str) -> str:
    """Extension as written, without the dot."""
    return split_extension(name)[1]


def page_order(document: Document) -> tuple[object, ...]:
    """Key that puts «scan 2» before «scan 10»."""
    parts = _NUMBER.split(unicodedata.normalize("NFC", document.path).casefold())
    return tuple((0, int(p), "") if i % 2 else (1, 0, p) for i, p in enumerate(parts))


def joined(tasks: Sequence[Task], package: Package, options: FixOptions) -> list[Task]:
    """``tasks`` with those about pages of one document made one.

    Pictures are joined when they share folder, type and person and at least one of them has to
    become a PDF anyway, or when the user asks for it.
    """
    members: dict[tuple[str, ...], list[Task]] = {}
    for task in tasks:
        key = _key(task, options)
        if key is not None:
            members.setdefault(key, []).append(task)
    replaced: dict[int, Task | None] = {}
    for group in members.values():
        wanted = options.join or any(t.changes_content for t in group)
        if len(group) < 2 or not wanted:
            continue
        group.sort(key=lambda t: page_order(t.documents[0]))
        listed = {p: i for i, p in enumerate(package.manifest.get("documents", {}))}
        if all(t.documents[0].path in listed for t in group):
            group.sort(key=lambda t: listed[t.documents[0].path])
        replaced |= {id(t): None for t in group}
        replaced[min((id(t) for t in group), key=[id(t) for t in tasks].index)] = _one(group)
    made = [replaced.get(id(t), t) for t in tasks]
    return [t for t in made if t is not None]


def _key(task: Task, options: FixOptions) -> tuple[str, ...] | None:
    document = task.documents[0]
    facts = document.facts
    if task.refused or facts is None or facts.format not in CONVERTIBLE:
        return None
    folder = document.path.rpartition("/")[0]
    stem = unicodedata.normalize("NFC", split_extension(document.name)[0])
    person = (person_of(document.name) or "").casefold().replace("ё", "е")
    if document.type is not None:
        return folder, "type", document.type, person
    plain = _PAGE.sub("", stem)
    if not options.join or plain == stem:
        return None
    return folder, "name", plain.casefold(), person


def _one(group: list[Task]) -> Task:
    first = group[0]
    documents = tuple(t.documents[0] for t in group)
    merged: dict[Action, Step] = {}
    for task in group:
        for step in task.steps:
            old = merged.get(step.action)
            if old is None:
                merged[step.action] = step
                continue
            by_file = {**old.args.get("by_file", {}), **step.args.get("by_file", {})}
            args = {**old.args, "by_file": by_file} if by_file else old.args
            merged[step.action] = replace(old, args=args, rules=(*old.rules, *step.rules))
    merged[Action.CONVERT] = merged.get(Action.CONVERT, Step(Action.CONVERT))
    merged[Action.JOIN] = Step(Action.JOIN, {"n": len(documents)})
    merged.pop(Action.COMPRESS, None)
    folder, slash, name = first.target.rpartition("/")
    stem = split_extension(name)[0]
    if documents[0].type is None or _PAGE.sub("", stem):
        stem = _PAGE.sub("", stem) or stem
    target = f"{folder}{slash}{stem}.pdf"
    steps = tuple(merged[a] for a in Action if a in merged)
    return Task(documents, target, steps)

"""The shape of a profile file, and what is wrong with one, line by line."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from typing import Any, Final

from medcab import conditions
from medcab.errors import ProfileError
from medcab.text import N_, fill
from medcab.vocabulary import DOCUMENT_TYPES, FIELD_KINDS

__all__ = ["ProfileProblem", "check", "parse_size", "syntax_problem"]

LEVELS: Final = ("error", "warning", "info", "off")
NAMING: Final = ("free", "fio_type", "frmr")
FORMATS: Final = ("pdf", "jpg", "jpeg", "png", "tiff", "xml", "p12", "pfx", "cer", "crt", "sig")
_UNITS: Final = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "KIB": 2**10, "MIB": 2**20}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(B|KB|MB|KiB|MiB)?\Z", re.IGNORECASE)

_TEXT, _BOOL, _INT, _SIZE_KIND, _TEXTS, _LEVEL, _ANY = (
    "text", "yes or no", "whole number", "size such as 5MiB", "list of texts", "level", "any"
)  # fmt: skip
_TITLE: Final = {"ru": _TEXT, "en": _TEXT}
_BODY: Final[dict[str, Any]] = {
    "files": {
        "formats": _TEXTS,
        "max_file": _SIZE_KIND,
        "max_total": _SIZE_KIND,
        "warn_over": _SIZE_KIND,
        "dpi": _INT,
        "naming": NAMING,
        "lowercase_extension": _BOOL,
    },
    "documents": [
        {
            "id": _TEXT, "any_of": _TEXTS, "level": _LEVEL, "min": _INT, "max": _INT,
            "when": _TEXT, "source": _TEXT, "formats": _TEXTS, "color": _BOOL, "text": _BOOL,
            "all_pages": _BOOL, "note": _TITLE,
        }
    ],
    "fields": [
        {
            "name": _TEXT, "kind": _TEXT, "required": _BOOL, "when": _TEXT, "level": _LEVEL,
            "source": _TEXT,
        }
    ],
    "rules": {"*": _ANY},
    "parameters": {"*": _ANY},
    "contradictions": [{"id": _TEXT, "ru": _TEXT, "en": _TEXT}],
    "drop": {"documents": _TEXTS, "fields": _TEXTS, "contradictions": _TEXTS},
    "signature": ("off", "optional", "required"),
    "form": ("none", "optional", "required"),
}  # fmt: skip
_SHAPE: Final[dict[str, Any]] = {
    **_BODY,
    "name": _TEXT,
    "version": _TEXT,
    "extends": _TEXT,
    "overlay": _BOOL,
    "sources": _TEXTS,
    "title": _TITLE,
    "for": {"*": _BODY},
}


@dataclass(frozen=True, slots=True)
class ProfileProblem:
    """Something wrong in a profile file.

    Attributes:
        line: 1-based line, None when it belongs to no line.
        template: English message with holes (a msgid).
        arguments: values for the holes of both.
        hint: what may have been meant (a msgid), or empty.
    """

    line: int | None
    template: str
    arguments: Mapping[str, Any] = _field(default_factory=dict)
    hint: str = ""

    def __str__(self) -> str:
        return fill(f"{self.template} {self.hint}".rstrip(), self.arguments)


def parse_size(value: int | str) -> int:
    """Bytes of ``5242880``, ``"5MiB"`` or ``"10 MB"`` (MB is 10^6, MiB is 2^20).

    Raises:
        ValueError: it is no size.
    """
    if isinstance(value, bool):
        raise ValueError(value)
    if isinstance(value, int):
        if value < 0:
            raise ValueError(value)
        return value
    match = _SIZE.match(value.strip())
    if match is None:
        raise ValueError(value)
    return int(float(match[1]) * _UNITS[(match[2] or "").upper()])


def syntax_problem(error: tomllib.TOMLDecodeError) -> ProfileProblem:
    """Say where TOML itself is broken."""
    match = re.search(r"line ([0-9]+)", str(error))
    return ProfileProblem(
        int(match[1]) if match else None, N_("This is not TOML: {error}."), {"error": str(error)}
    )


def check(text: str, data: Mapping[str, Any]) -> list[ProfileProblem]:
    """Everything that is wrong with a profile.

    Args:
        text: the file, for line numbers.
        data: the same, parsed.
    """
    lines = _lines(text)
    problems = list(_walk(data, _SHAPE, (), lines))
    if not data.get("name"):
        problems.append(ProfileProblem(1, N_("The profile has no name.")))
    if data.get("overlay") and data.get("extends"):
        problems.append(
            ProfileProblem(lines.get(("extends",)), N_("An overlay cannot extend a profile."))
        )
    bodies: list[tuple[tuple[Any, ...], Any]] = [((), data)]
    if isinstance(data.get("for"), Mapping):
        bodies += [(("for", k), v) for k, v in data["for"].items()]
    for where, body in bodies:
        if isinstance(body, Mapping):
            problems += _entries(body, where, lines)
    return sorted(problems, key=lambda p: p.line or 0)


def _entries(
    body: Mapping[str, Any], where: tuple[Any, ...], lines: Mapping[tuple[Any, ...], int]
) -> Iterator[ProfileProblem]:
    for key, kind in (("documents", "id"), ("fields", "name")):
        seen: set[str] = set()
        entries = body.get(key, ())
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if not isinstance(entry, Mapping):
                continue
            path = (*where, key, index)
            line = lines.get(path)
            identity = entry.get(kind)
            if not isinstance(identity, str) or not identity:
                yield ProfileProblem(line, N_("An entry of {table} has no {key}."),
                                     {"table": key, "key": kind})  # fmt: skip
            elif identity in seen:
                yield ProfileProblem(
                    line, N_("{name} stands twice in {table}."), {"name": identity, "table": key}
                )
            else:
                seen.add(identity)
            yield from _entry(entry, path, lines)


def _entry(
    entry: Mapping[str, Any], path: tuple[Any, ...], lines: Mapping[tuple[Any, ...], int]
) -> Iterator[ProfileProblem]:
    def line(key: str) -> int | None:
        return lines.get((*path, key), lines.get(path))

    types = entry.get("any_of")
    for name in types if isinstance(types, list) else ():
        if name not in DOCUMENT_TYPES:
            yield _unknown(line("any_of"), N_("There is no document type {name}."), str(name),
                           DOCUMENT_TYPES)  # fmt: skip
    if path[-2] == "documents" and types == []:
        yield ProfileProblem(line("any_of"), N_("The list of types is empty."))
    kind = entry.get("kind")
    if isinstance(kind, str) and kind not in KINDS:
        yield _unknown(line("kind"), N_("There is no kind of field {name}."), kind, KINDS)
    if isinstance(entry.get("when"), str):
        try:
            conditions.parse(entry["when"])
        except ProfileError as error:
            yield ProfileProblem(line("when"), error.template, error.arguments)


KINDS: Final = frozenset(FIELD_KINDS.values()) | {"text"}


def _unknown(
    line: int | None, template: str, name: str, known: Mapping[str, Any] | frozenset[str]
) -> ProfileProblem:
    nearest = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.5)
    return ProfileProblem(
        line,
        template,
        {"name": name, "nearest": ", ".join(nearest)},
        N_("Did you mean: {nearest}?") if nearest else "",
    )


def _walk(
    value: Any, shape: Any, path: tuple[Any, ...], lines: Mapping[tuple[Any, ...], int]
) -> Iterator[ProfileProblem]:
    line = next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), None)
    key = str(path[-1]) if path else ""
    if isinstance(shape, dict):
        if not isinstance(value, Mapping):
            yield ProfileProblem(line, N_("{key} must be a table."), {"key": key})
            return
        for name, inner in value.items():
            here = (*path, name)
            if name in shape or "*" in shape:
                yield from _walk(inner, shape.get(name, shape.get("*")), here, lines)
            else:
                yield _unknown(lines.get(here, line), N_("Unknown key {name}."), name, shape)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield ProfileProblem(line, N_("{key} must be a list of tables."), {"key": key})
            return
        for index, inner in enumerate(value):
            yield from _walk(inner, shape[0], (*path, index), lines)
    elif isinstance(shape, tuple):
        if value not in shape:
            yield ProfileProblem(line, N_("{key} must be one of: {allowed}."),
                                 {"key": key, "allowed": ", ".join(shape)})  # fmt: skip
    else:
        yield from _scalar(value, shape, key, path, line)


def _scalar(
    value: Any, kind: str, key: str, path: tuple[Any, ...], line: int | None
) -> Iterator[ProfileProblem]:
    if len(path) >= 2 and path[-2] == "rules":
        level = value.get("level", "error") if isinstance(value, Mapping) else value
        good = level in LEVELS
        kind = _LEVEL
    elif kind == _SIZE_KIND:
        try:
            parse_size(value)
            good = True
        except (ValueError, AttributeError):
            good = False
    elif kind == _TEXTS:
        good = isinstance(value, list) and all(isinstance(v, str) for v in value)
        if good and key == "formats":
            for name in value:
                if name not in FORMATS:
                    yield _unknown(line, N_("There is no file format {name}."), name,
                                   frozenset(FORMATS))  # fmt: skip
    else:
        good = {
            _TEXT: isinstance(value, str),
            _BOOL: isinstance(value, bool),
            _INT: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
            _LEVEL: value in LEVELS,
            _ANY: True,
        }[kind]
    if not good:
        allowed = ", ".join(LEVELS) if kind == _LEVEL else kind
        yield ProfileProblem(
            line, N_("{key} must be: {allowed}."), {"key": key, "allowed": allowed}
        )


_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?\Z")
_KEY = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_-]+))\s*(?:=|\.)")
_PART = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_-]+))\s*(?:\.|\Z)")


def _lines(text: str) -> dict[tuple[Any, ...], int]:
    """Line of each table and of each key of the simple TOML that profiles are written in."""
    found: dict[tuple[Any, ...], int] = {}
    counts: dict[tuple[Any, ...], int] = {}
    table: tuple[Any, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            table = tuple(next(g for g in m if g or g == "") for m in _parts(header[2]))
            if header[1] == "[[":
                index = counts[table] = counts.get(table, -1) + 1
                found.setdefault(table, number)
                table = (*table, index)
            found.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if key:
            name = next(g for g in key.groups() if g is not None)
            found.setdefault((*table, name), number)
    return found


def _parts(header: str) -> list[tuple[str, ...]]:
    return [tuple(g for g in m.groups() if g is not None) for m in _PART.finditer(header)]

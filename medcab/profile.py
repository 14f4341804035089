"""Profiles: what a portal asks of a package. A profile is a TOML file; this reads and joins them.

A profile may extend one other; overlays lie on top (``accreditation-periodic+real-2026``). Lists
are joined by the ``id`` of a document and the ``name`` of a field; ``[drop]`` takes entries away;
``[for."accreditation-*"]`` says what an overlay changes in some profiles only.
"""

from __future__ import annotations

import difflib
import fnmatch
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from medcab.conditions import parse
from medcab.errors import ProfileError
from medcab.model import Severity
from medcab.profile_schema import LEVELS, ProfileProblem, check, parse_size, syntax_problem
from medcab.profile_types import (
    Contradiction,
    FieldRequirement,
    FilePolicy,
    Profile,
    Requirement,
    RuleSetting,
)
from medcab.text import N_
from medcab.vocabulary import FIELD_KINDS

__all__ = [
    "Contradiction",
    "FieldRequirement",
    "FilePolicy",
    "Profile",
    "ProfileProblem",
    "Requirement",
    "RuleSetting",
    "lint",
    "load",
    "names",
    "overlay_titles",
    "overlays",
    "title",
]

MAX_BYTES: Final = 1_000_000
_MAX_CHAIN: Final = 8
_LISTS: Final = {"documents": "id", "fields": "name", "contradictions": "id"}


def names() -> tuple[str, ...]:
    """Names of the bundled profiles (overlays not among them), sorted."""
    return tuple(n for n in _bundled() if not _read(n)[1].get("overlay"))


def overlays() -> tuple[str, ...]:
    """Names of the bundled overlays, sorted."""
    return _overlays()


def overlay_titles() -> dict[str, dict[str, str]]:
    """Names of the bundled overlays with their titles by language."""
    return {n: dict(_read(n)[1].get("title", {})) for n in _overlays()}


def title(name: str, language: str) -> str | None:
    """Title of the bundled profile ``name`` (overlays after ``+`` do not change it), or None."""
    first = name.partition("+")[0]
    if first not in _bundled():
        return None
    titles = _read(first)[1].get("title", {})
    return str(titles[language]) if language in titles else None


def load(name_or_path: str, overlays: Sequence[str] = ()) -> Profile:
    """Read a profile with all that it extends.

    Args:
        name_or_path: a bundled name, a path ending in ``.toml``, either with ``+overlay``.
        overlays: names or paths of overlays, laid on top in this order.

    Raises:
        ProfileError: it is unknown (the nearest names are given) or broken (line and reason).
    """
    first, *more = name_or_path.split("+") if not Path(name_or_path).is_file() else [name_or_path]
    data = _chain(first, ())
    if data.get("overlay"):
        raise ProfileError(
            N_("{name} is an overlay, not a profile of its own."),
            hint=N_("Lay it over a profile: --profile accreditation-periodic+{name}"),
            name=first,
        )
    base_name = str(data["name"])
    joined = [base_name]
    for overlay in (*more, *overlays):
        text, extra = _read(overlay)
        _demand(overlay, text, extra)
        if not extra.get("overlay"):
            raise ProfileError(
                N_("{name} is a profile, not an overlay: it cannot lie on top of another."),
                hint=N_("Overlays: {known}"),
                name=overlay,
                known=", ".join(_overlays()),
            )
        data = _merge(data, extra, base_name)
        joined.append(str(extra["name"]))
    return _build({**data, "name": "+".join(joined)})


def lint(path: str) -> list[ProfileProblem]:
    """Everything that is wrong with the profile file at ``path``, with line numbers.

    Also checks that the rules it names exist and that what it extends can be read.

    Raises:
        ProfileError: the file cannot be read at all.
    """
    text = _text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [syntax_problem(error)]
    problems = check(text, data)
    problems += _unknown_rules(text, data)
    if not problems and not data.get("overlay"):
        try:
            _build(_chain(path, ()))
        except ProfileError as error:
            problems.append(ProfileProblem(None, error.template, error.arguments, error.hint))
    return sorted(problems, key=lambda p: p.line or 0)


def _overlays() -> tuple[str, ...]:
    return tuple(n for n in _bundled() if _read(n)[1].get("overlay"))


def _unknown_rules(text: str, data: Mapping[str, Any]) -> list[ProfileProblem]:
    from medcab.rules import all_rules

    known = {n for r in all_rules() for n in (r.id, r.name)}
    bodies = [data, *(b for b in (data.get("for") or {}).values() if isinstance(b, Mapping))]
    found = []
    for body in bodies:
        for name in body.get("rules") or ():
            if name not in known:
                line = next(
                    (i for i, s in enumerate(text.splitlines(), 1) if s.lstrip().startswith(name)),
                    None,
                )
                nearest = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.5)
                found.append(
                    ProfileProblem(
                        line,
                        N_("There is no rule {name}."),
                        {"name": name, "nearest": ", ".join(nearest)},
                        N_("Did you mean: {nearest}?") if nearest else "",
                    )
                )
    return found


def _bundled() -> tuple[str, ...]:
    folder = resources.files("medcab") / "profiles"
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


def _text(name: str) -> str:
    if name in _bundled():
        return (resources.files("medcab") / "profiles" / f"{name}.toml").read_text("utf-8")
    path = Path(name)
    if path.suffix.lower() != ".toml" and not path.is_file():
        known = _bundled()
        nearest = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        raise ProfileError(
            N_("There is no profile {name}."),
            hint=N_("Did you mean: {nearest}? All profiles: medcab profile list")
            if nearest
            else N_("All profiles: medcab profile list"),
            name=name,
            nearest=", ".join(nearest),
        )
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ProfileError(
            N_("The profile {path} cannot be read: {error}."),
            hint=N_("Check the path. All bundled profiles: medcab profile list"),
            path=name,
            error=error.strerror or str(error),
        ) from error
    if len(raw) > MAX_BYTES:
        raise ProfileError(
            N_("The profile {path} is larger than {limit} bytes."), path=name, limit=MAX_BYTES
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProfileError(
            N_("The profile {path} is not UTF-8 text."),
            hint=N_("Save the file in the UTF-8 encoding."),
            path=name,
        ) from error


def _read(name: str) -> tuple[str, dict[str, Any]]:
    text = _text(name)
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(
            N_("The profile {path} is not TOML: {error}."),
            hint=N_("See what is wrong, line by line: medcab profile lint {path}"),
            path=name,
            error=str(error),
        ) from error


def _demand(name: str, text: str, data: Mapping[str, Any]) -> None:
    problems = check(text, data)
    if name not in _bundled():
        problems += _unknown_rules(text, data)
    if problems:
        raise ProfileError(
            N_("The profile {path} is wrong at line {line}: {problem}"),
            hint=N_("See all that is wrong: medcab profile lint {path}"),
            **problems[0].arguments,
            path=name,
            line=problems[0].line or 1,
            problem_template=problems[0].template,
        )


def _chain(name: str, above: tuple[str, ...]) -> dict[str, Any]:
    text, data = _read(name)
    _demand(name, text, data)
    below = data.get("extends")
    if below is None:
        return data
    if below in (*above, name) or len(above) >= _MAX_CHAIN:
        raise ProfileError(
            N_("The profile {name} extends itself: {chain}."),
            hint=N_("Remove one of the lines “extends”."),
            name=name,
            chain=" > ".join((*above, name, str(below))),
        )
    local = Path(name).parent / below
    if below not in _bundled() and name not in _bundled() and local.is_file():
        below = str(local)
    return _merge(_chain(below, (*above, name)), data, str(data["name"]))


def _merge(base: Mapping[str, Any], top: Mapping[str, Any], profile: str) -> dict[str, Any]:
    """Lay ``top`` over ``base``; its ``for`` tables count where they match ``profile``."""
    result = {k: v for k, v in base.items() if k != "for"}
    kept = {"for", "drop", "overlay"}
    if top.get("overlay"):
        kept |= {"name", "version"}
    bodies: list[Mapping[str, Any]] = [top]
    bodies += [b for p, b in top.get("for", {}).items() if fnmatch.fnmatchcase(profile, p)]
    for body in bodies:
        for key, gone in body.get("drop", {}).items():
            result[key] = [e for e in result.get(key, []) if e.get(_LISTS[key]) not in gone]
        for key, value in body.items():
            if key in _LISTS:
                result[key] = _join(result.get(key, []), value, _LISTS[key])
            elif key in ("files", "rules", "parameters", "title"):
                result[key] = {**result.get(key, {}), **value}
            elif key == "sources":
                result[key] = [*result.get(key, []), *value]
            elif key not in kept:
                result[key] = value
    if top.get("overlay"):
        result["title"] = base.get("title", {})
    return result


def _join(base: Iterable[Any], top: Iterable[Any], key: str) -> list[Any]:
    entries = {entry[key]: dict(entry) for entry in base}
    for entry in top:
        entries[entry[key]] = {**entries.get(entry[key], {}), **entry}
    return list(entries.values())


def _build(data: Mapping[str, Any]) -> Profile:
    files = dict(data.get("files", {}))
    for key in ("max_file", "max_total", "warn_over"):
        if key in files:
            # 0 takes a limit away that a profile below has set.
            files[key] = parse_size(files[key]) or None
    if "formats" in files:
        files["formats"] = tuple(files["formats"])
    titles = data.get("title", {})
    return Profile(
        name=data["name"],
        titles=MappingProxyType({"ru": titles.get("ru", data["name"]),
                                 "en": titles.get("en", data["name"])}),
        extends=data.get("extends"),
        version=data.get("version", "1"),
        sources=tuple(data.get("sources", ())),
        files=FilePolicy(**files),
        documents=tuple(_requirement(d) for d in data.get("documents", ())
                        if d.get("level", "error") != "off"),
        fields=tuple(_field_requirement(f) for f in data.get("fields", ())
                     if f.get("level", "error") != "off"),
        rules=MappingProxyType({k: _setting(v) for k, v in data.get("rules", {}).items()}),
        parameters=MappingProxyType(dict(data.get("parameters", {}))),
        contradictions=tuple(
            Contradiction(c["id"], {k: c[k] for k in ("ru", "en") if k in c})
            for c in data.get("contradictions", ())
        ),
        signature=data.get("signature", "optional"),
        form=data.get("form", "required" if data.get("fields") else "none"),
    )  # fmt: skip


def _requirement(entry: Mapping[str, Any]) -> Requirement:
    if not entry.get("any_of"):
        raise ProfileError(
            N_("The document {id} of a profile names no types (any_of)."), id=entry["id"]
        )
    formats = entry.get("formats")
    return Requirement(
        id=entry["id"],
        types=tuple(entry["any_of"]),
        level=Severity(entry.get("level", "error")),
        min=entry.get("min", 1),
        max=entry.get("max"),
        when=parse(entry["when"]) if entry.get("when") else None,
        source=entry.get("source", ""),
        formats=None if formats is None else tuple(formats),
        color=entry.get("color"),
        text=entry.get("text", False),
        all_pages=entry.get("all_pages", False),
        note=entry.get("note", {}),
    )


def _field_requirement(entry: Mapping[str, Any]) -> FieldRequirement:
    return FieldRequirement(
        name=entry["name"],
        kind=entry.get("kind") or FIELD_KINDS.get(entry["name"], "text"),
        required=entry.get("required", True),
        when=parse(entry["when"]) if entry.get("when") else None,
        level=Severity(entry.get("level", "error")),
        source=entry.get("source", ""),
    )


def _setting(value: Any) -> RuleSetting:
    if isinstance(value, str):
        return RuleSetting(value)
    params = {k: v for k, v in value.items() if k != "level"}
    level = value.get("level", "default")
    return RuleSetting(level if level in LEVELS else "default", params)

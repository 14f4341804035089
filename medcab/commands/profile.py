"""``medcab profile``: list, show, lint and make profiles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medcab.commands._console import _h, state, stdout, tr, write_result
from medcab.commands._options import format_option, known_format
from medcab.errors import ExitCode, UsageError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.conditions import Condition
    from medcab.profile import Profile

__all__ = ["app"]

app = typer.Typer(
    name="profile",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=_h("List, show, check and make profiles."),
)
_FORMATS = "text, json"


def _json(data: Any) -> None:
    import json

    write_result(json.dumps(data, ensure_ascii=False, indent=2) + "\n", None)


@app.command("list", help=_h("List the bundled profiles and overlays."))
def list_profiles(
    output_format: Annotated[str, format_option("text", "json")] = "text",
) -> None:
    """Print one line a profile."""
    from medcab import profile as profiles

    known_format(output_format, "text", "json")
    loaded = [profiles.load(n) for n in profiles.names()]
    overlays = profiles.overlay_titles()
    if output_format == "json":
        listed = [
            {
                "name": p.name,
                "titles": dict(p.titles),
                "documents": len(p.documents),
                "fields": len(p.fields),
                "overlay": False,
            }
            for p in loaded
        ]
        listed += [{"name": n, "titles": dict(t), "overlay": True} for n, t in overlays.items()]
        _json({"schema": "medcab.profiles/1", "profiles": listed})
        return
    from rich.table import Table

    language = state().language
    table = Table(box=None, pad_edge=False)
    for title in (N_("Profile"), N_("What it is for"), N_("Documents"), N_("Fields")):
        table.add_column(tr()(title), no_wrap=title == "Profile")
    for p in loaded:
        table.add_row(p.name, p.titles[language], str(len(p.documents)), str(len(p.fields)))
    stdout().print(table)
    stdout().print()
    more = Table(box=None, pad_edge=False)
    more.add_column(tr()(N_("Overlay")), no_wrap=True)
    more.add_column(tr()(N_("What it changes")))
    for name, titles in overlays.items():
        more.add_row(name, titles[language])
    stdout().print(more)


@app.command("show", help=_h("Show what a profile asks for, and how contradictions are decided."))
def show(
    name: Annotated[
        str, typer.Argument(metavar="PROFILE", help=_h("Name of a profile, or a .toml file."))
    ],
    overlay: Annotated[
        list[str] | None,
        typer.Option("--overlay", help=_h("Overlay on top: real-2026, strict.")),
    ] = None,
    output_format: Annotated[str, format_option("text", "json")] = "text",
) -> None:
    """Print a whole profile."""
    from medcab.profile import load

    known_format(output_format, "text", "json")
    chosen = load(name, overlay or ())
    if output_format == "json":
        _json(_plain(chosen))
    else:
        _print(chosen)


def _plain(p: Profile) -> dict[str, Any]:
    return {
        "schema": "medcab.profile/1",
        "name": p.name,
        "titles": dict(p.titles),
        "version": p.version,
        "extends": p.extends,
        "sources": list(p.sources),
        "files": {k: getattr(p.files, k) for k in p.files.__slots__},
        "documents": [
            {
                "id": r.id,
                "types": list(r.types),
                "level": r.level.value,
                "min": r.min,
                "max": r.max,
                "when": r.when.text if r.when else None,
                "formats": list(p.formats_of(r.types[0])),
                "text": r.text,
                "source": r.source,
            }
            for r in p.documents
        ],
        "fields": [
            {
                "name": f.name,
                "kind": f.kind,
                "required": f.required,
                "when": f.when.text if f.when else None,
                "level": f.level.value,
                "source": f.source,
            }
            for f in p.fields
        ],
        "rules": {k: {"level": s.level, **s.params} for k, s in p.rules.items()},
        "parameters": dict(p.parameters),
        "signature": p.signature,
        "form": p.form,
        "contradictions": [{"id": c.id, **c.decision} for c in p.contradictions],
    }


def _size(value: int | None) -> str:
    from medcab.formats.sentences import show_size

    return tr()(N_("no limit")) if value is None else show_size(value, tr())


def _print(p: Profile) -> None:
    from rich.text import Text

    from medcab.vocabulary import DOCUMENT_TYPES, FIELDS

    console, say, language = stdout(), tr(), state().language
    console.print(Text(p.name, style="bold").append(f": {p.titles[language]}", style="not bold"))
    console.print(
        say(N_("Sources: {sources}"), sources="; ".join(_row(s) for s in p.sources)), markup=False
    )
    files = p.files
    console.print()
    console.print(
        say(
            N_(
                "Files: {formats}; one file {max_file}, all files {max_total}; scans from {dpi} dpi"
            ),
            formats=", ".join(files.formats),
            max_file=_size(files.max_file),
            max_total=_size(files.max_total),
            dpi=files.dpi,
        ),
        markup=False,
    )
    if files.naming != "free":
        scheme = "ФИО_ТипДокумента.pdf" if files.naming == "fio_type" else "… на N л.pdf"
        console.print(say(N_("File names: {scheme}"), scheme=scheme), markup=False)
    levels = {"error": N_("required"), "warning": N_("advised"), "info": N_("if you have it")}
    if p.documents:
        rows = []
        for r in p.documents:
            when = _when(r.when)
            either = f" {say(N_('or'))} "
            names = either.join(f"{say(DOCUMENT_TYPES[t])} [{t}]" for t in r.types)
            rows.append((names, say(levels[r.level.value]) + when, _row(r.source)))
        _table((N_("Document"), N_("Need"), N_("Source")), rows)
    if p.fields:
        rows = []
        for f in p.fields:
            need = say(levels[f.level.value]) if f.required else say(N_("may be left blank"))
            when = _when(f.when)
            rows.append(
                (f"{say(FIELDS.get(f.name, f.name))} [{f.name}]", need + when, _row(f.source))
            )
        _table((N_("Field"), N_("Need"), N_("Source")), rows)
    if p.parameters:
        _table(
            (N_("Parameter"), N_("Value")),
            [(k, ", ".join(map(str, v)) if isinstance(v, list) else str(v))
             for k, v in p.parameters.items()],
        )  # fmt: skip
    if p.rules:
        settings = [
            (k, say(s.level) + "".join(f"; {a} = {b}" for a, b in s.params.items()))
            for k, s in p.rules.items()
        ]
        _table((N_("Rule"), N_("Setting")), settings)
    if p.contradictions:
        decided = [(c.id, c.decision.get(language, "")) for c in p.contradictions]
        _table((N_("Contradiction"), N_("How it is decided")), decided)


def _row(source: str) -> str:
    """The rows of the table of requirements (docs/requirements.md) without its name."""
    return source.removeprefix("docs/requirements.md").lstrip(", ")


def _when(condition: Condition | None) -> str:
    from medcab.conditions_text import describe

    if condition is None:
        return ""
    return " (" + tr()(N_("if {condition}"), condition=describe(condition, tr())) + ")"


def _table(heads: tuple[str, ...], rows: list[Any]) -> None:
    from rich.table import Table
    from rich.text import Text

    console = stdout()
    table = Table(box=None, pad_edge=False)
    for head in heads:
        table.add_column(tr()(head))
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print()
    console.print(table)


@app.command("lint", help=_h("Say what is wrong in profile files, line by line."))
def lint(
    paths: Annotated[
        list[str], typer.Argument(metavar="FILE...", help=_h("Profile files (.toml)."))
    ],
) -> None:
    """Print problems as ``file:line: message``; exit 2 when there are any."""
    from medcab.profile import lint as lint_file

    wrong = 0
    for path in paths:
        for problem in lint_file(path):
            wrong += 1
            text = tr()(problem.template, **problem.arguments)
            if problem.hint:
                text += " " + tr()(problem.hint, **problem.arguments)
            write_result(f"{path}:{problem.line or 1}: {text}\n", None)
    if wrong:
        raise typer.Exit(ExitCode.USAGE)
    write_result(tr().plural(N_("{n} file, no problems."), N_("{n} files, no problems."),
                             len(paths)) + "\n", None)  # fmt: skip


@app.command("new", help=_h("Write a profile of your own that starts from a bundled one."))
def new(
    path: Annotated[Path, typer.Argument(metavar="FILE", help=_h("File to write (.toml)."))],
    extends: Annotated[
        str, typer.Option("--extends", help=_h("Profile to start from."))
    ] = "accreditation-general",
) -> None:
    """Write a small profile file; refuse to write over another."""
    from medcab.profile import load

    base = load(extends)
    if path.suffix.lower() != ".toml":
        raise UsageError(N_("The name of a profile file ends in .toml: {path}."), path=str(path))
    if path.exists():
        raise UsageError(
            N_("{path} exists already."),
            hint=N_("Choose another name: nothing is ever written over."),
            path=str(path),
        )
    say = tr()
    first = base.documents[0].id if base.documents else "passport"
    text = f"""# {say(N_("Check after every change: medcab profile lint {path}"), path=path.name)}
name = "{path.stem}"
version = "1"
extends = "{extends}"

[title]
ru = "{path.stem}"
en = "{path.stem}"

[files]
# formats = ["pdf"]
# max_file = "5MiB"
# dpi = 300

[rules]
# NAM003 = "error"   # error, warning, info, off

# {say(N_("Take away what is not needed:"))}
[drop]
# documents = ["{first}"]
# fields = ["email"]

# {say(N_("Add what is needed:"))}
# [[documents]]
# id = "criminal_record"
# any_of = ["criminal_record"]
# when = "region_requires_criminal_record"
# source = ""
"""
    write_result(text, str(path))
    write_result(f"{path}\n", None)

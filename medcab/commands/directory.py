"""``medcab directory``: bring, list, show, compare and remove directories."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from medcab.commands._console import _h, stdout, tr
from medcab.errors import ExitCode, UsageError
from medcab.text import N_

__all__ = ["app", "default_store"]

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help=_h("Codes of specialties, registers and other directories."),
)

_Store = Annotated[
    str | None,
    typer.Option("--store", metavar="PATH", help=_h("Store of directories (a SQLite file).")),
]
_Key = Annotated[str, typer.Argument(metavar="KEY", help=_h("Key of the directory."))]


def default_store() -> Path:
    """Return where directories are kept: ``MEDCAB_DIRECTORIES``, or the user's data folder."""
    named = os.environ.get("MEDCAB_DIRECTORIES")
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("medcab", appauthor=False) / "directories.sqlite"


def _store(named: str | None) -> Path:
    return Path(named) if named else default_store()


@app.command("import", help=_h("Bring a directory into the store, or replace it."))
def import_(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help=_h("File of a directory: CSV, XLSX, JSON or XML.")),
    ],
    key: Annotated[
        str | None,
        typer.Option(
            "--as", help=_h("Key of the directory; found out from the OID when left out.")
        ),
    ] = None,
    version: Annotated[
        str | None,
        typer.Option("--version-of", help=_h("Version, where the file does not say it.")),
    ] = None,
    released: Annotated[
        str | None,
        typer.Option("--date", help=_h("Date of the version, where the file does not say it.")),
    ] = None,
    code: Annotated[
        str | None, typer.Option("--code", help=_h("Column that holds the codes."))
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help=_h("Column that holds the names."))
    ] = None,
    store: _Store = None,
) -> None:
    """Entry point of the subcommand."""
    from medcab.directories import import_file

    about = import_file(
        _store(store),
        file,
        key=key,
        version=version,
        released=released,
        code_column=code,
        name_column=name,
    )
    stdout().print(
        tr()(
            N_("Imported {rows} entries into «{key}», version {version}."),
            rows=about.rows,
            key=about.key,
            version=about.version,
        )
    )


@app.command("list", help=_h("List the directories that are there."))
def list_(store: _Store = None) -> None:
    """Entry point of the subcommand."""
    from rich.table import Table
    from rich.text import Text

    from medcab.validators.directory import KNOWN, installed

    translate = tr()
    there = {about.key: about for about in installed(_store(store))}
    grid = Table(box=None, pad_edge=False)
    for title in (N_("Key"), N_("Title"), N_("Version"), N_("Rows"), N_("Origin")):
        grid.add_column(translate(title), overflow="fold")
    for key in dict.fromkeys((*KNOWN, *there)):
        about = there.get(key)
        title = translate(KNOWN[key].title) if key in KNOWN else ""
        if about is None:
            grid.add_row(key, Text(title), "", "", translate(N_("not installed")))
            continue
        origin = translate(N_("bundled")) if about.bundled else about.source
        version = f"{about.version} ({about.released})" if about.released else about.version
        grid.add_row(key, Text(title), Text(version), str(about.rows), Text(origin))
    stdout().print(grid)


@app.command("show", help=_h("Show an entry, or find one by words."))
def show(
    key: _Key,
    what: Annotated[
        str, typer.Argument(metavar="CODE|WORDS", help=_h("Code, or words of the name."))
    ],
    store: _Store = None,
) -> None:
    """Entry point of the subcommand."""
    from rich.text import Text

    from medcab.validators.directory import find, lookup

    console, place = stdout(), _store(store)
    entry = lookup(place, key, what)
    if entry is not None:
        console.print(Text(f"{entry.code}  {entry.name}", style="bold"))
        for name, value in entry.data.items():
            console.print(Text(f"  {name}: {value}"))
        return
    hits = find(place, key, what)
    for hit in hits:
        console.print(Text(f"{hit.code}  {hit.name}"))
    if not hits:
        console.print(Text(tr()(N_("Nothing was found in «{key}»."), key=key)))
        raise typer.Exit(ExitCode.FAILED)


@app.command("compare", help=_h("Compare values with a register: FIELD=VALUE."))
def compare_(
    key: _Key,
    pairs: Annotated[
        list[str],
        typer.Argument(
            metavar="FIELD=VALUE...",
            help=_h("What to compare, for example: inn=7707083893 (names as in the form)."),
        ),
    ],
    store: _Store = None,
) -> None:
    """Entry point of the subcommand."""
    from rich.text import Text

    from medcab.validators.directory import KNOWN, compare

    fields: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(N_("{pair} is not FIELD=VALUE."), pair=pair)
        fields[name] = value
    by = KNOWN[key].code if key in KNOWN else "code"
    if by not in fields:
        raise UsageError(N_("There is nothing to find the record by: {needed}."), needed=by)
    outcome = compare(_store(store), key, fields[by], fields)
    translate, console = tr(), stdout()
    if not outcome.found:
        console.print(Text(f"✗ {translate(N_('The register has no such record.'))}"))
        raise typer.Exit(ExitCode.FAILED)
    for difference in outcome.differences:
        sentence = translate(
            N_("The field {field} differs: here «{given}», in the register «{registered}»."),
            **difference._asdict(),
        )
        console.print(Text(f"✗ {sentence}"))
    if outcome.differences:
        raise typer.Exit(ExitCode.FAILED)
    console.print(Text(f"✓ {translate(N_('Found in the register; all fields agree.'))}"))


@app.command("remove", help=_h("Remove a directory from the store."))
def remove_(key: _Key, store: _Store = None) -> None:
    """Entry point of the subcommand."""
    from rich.text import Text

    from medcab.directories import remove
    from medcab.validators.directory import DirectoryAbsent

    if not remove(_store(store), key):
        raise DirectoryAbsent(key)
    stdout().print(Text(tr()(N_("Directory «{key}» was removed."), key=key)))

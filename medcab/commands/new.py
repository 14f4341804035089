"""``medcab new PROFILE DIR``: an empty package with a manifest and a form to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from medcab.commands._console import _h, state, tr, write_result
from medcab.text import N_

__all__ = ["command"]


def command(
    profile: Annotated[
        str, typer.Argument(metavar="PROFILE", help=_h("Name of a profile, or a .toml file."))
    ],
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help=_h("Folder to make; it must not hold anything."))
    ],
    overlay: Annotated[
        list[str] | None,
        typer.Option("--overlay", help=_h("Overlay on top: real-2026, strict.")),
    ] = None,
    form_format: Annotated[str, typer.Option("--form-format", help="yaml, csv, xlsx")] = "yaml",
) -> None:
    """Entry point of the command."""
    from medcab.profile import load
    from medcab.scaffold import lay_out

    chosen = load(profile, overlay or ())
    made = lay_out(chosen, folder, form_format=form_format, language=state().language)
    lines = [str(path) for path in made]
    lines.append(tr()(N_("Next: put the scans there and run medcab check {path}"), path=folder))
    write_result("\n".join(lines) + "\n", None)

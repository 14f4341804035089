"""``medcab config show``: the settings in force and where each comes from."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from medcab.commands import _config
from medcab.commands._console import _h, state, stdout, tr, write_result
from medcab.commands._options import format_option, known_format

__all__ = ["app"]

app = typer.Typer(
    help=_h("Show the settings in force and where they come from."), no_args_is_help=True
)

_DEFAULTS: dict[str, Any] = {
    "profile": None,
    "overlay": [],
    "format": "text",
    "fail_on": "error",
    "jobs": None,
}


@app.callback()
def _root() -> None:
    pass


@app.command("show", help=_h("Show the settings in force and where they come from."))
def show(
    output_format: Annotated[str, format_option("text", "json")] = "text",
) -> None:
    """Print setting, value and origin."""
    known_format(output_format, "text", "json")
    settings = _config.load()
    rows: list[tuple[str, Any, str]] = [("lang", state().language, _language_origin())]
    for name in sorted(_config.SHARED):
        variable = f"MEDCAB_{name.upper()}"
        if variable in os.environ:
            rows.append((name, os.environ[variable], variable))
        elif name in settings.values:
            rows.append((name, settings.values[name], settings.path or ""))
        else:
            rows.append((name, _DEFAULTS.get(name), tr()("default")))
    for table, values in settings.values.items():
        if isinstance(values, dict):
            rows += [(f"{table}.{k}", v, settings.path or "") for k, v in values.items()]
    if output_format == "json":
        import json

        data = {
            "schema": "medcab.config/1",
            "file": settings.path,
            "settings": [{"name": n, "value": v, "from": o} for n, v, o in rows],
        }
        write_result(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n", None)
        return
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False)
    for title in (tr()("Setting"), tr()("Value"), tr()("From")):
        grid.add_column(title)
    for name, value, origin in rows:
        grid.add_row(name, Text("—" if value is None else str(value)), Text(origin))
    stdout().print(grid)


def _language_origin() -> str:
    if os.environ.get("MEDCAB_LANG"):
        return "MEDCAB_LANG"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return name
    return tr()("default")

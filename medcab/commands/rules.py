"""``medcab rules``: the table of all rules."""

from __future__ import annotations

from typing import Annotated

import typer

from medcab.commands._console import _h, stdout, tr, write_result
from medcab.commands._options import format_option, known_format

__all__ = ["command"]


def command(
    profile: Annotated[
        str | None,
        typer.Option("--profile", "-p", help=_h("Show the levels that this profile sets.")),
    ] = None,
    output_format: Annotated[str, format_option("text", "json")] = "text",
) -> None:
    """Entry point of the command."""
    known_format(output_format, "text", "json")
    from medcab.profile import load
    from medcab.rules import all_rules

    chosen = load(profile) if profile else None
    rows = []
    for rule in all_rules():
        level = chosen.level(rule) if chosen else rule.severity
        rows.append((rule, "off" if level is None else level.value))
    if output_format == "json":
        import json

        data = [
            {
                "id": rule.id,
                "name": rule.name,
                "scope": rule.scope.value,
                "level": level,
                "default": rule.severity.value,
                "since": rule.since,
                "fixable": rule.fixable,
                "title": tr()(rule.title),
            }
            for rule, level in rows
        ]
        document = {"schema": "medcab.rules/1", "rules": data}
        write_result(json.dumps(document, ensure_ascii=False, indent=2) + "\n", None)
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(tr()("Rule"), no_wrap=True)
    table.add_column(tr()("Name"), no_wrap=True)
    table.add_column(tr()("Severity"), no_wrap=True)
    table.add_column(tr()("What is wrong"))
    for rule, shown in rows:
        table.add_row(rule.id, rule.name, tr()(shown), tr()(rule.title))
    stdout().print(table)

"""``medcab explain RULE``: the page of a rule."""

from __future__ import annotations

from typing import Annotated

import typer

from medcab.commands._console import _h, stdout, tr

__all__ = ["command"]


def command(
    name: Annotated[str, typer.Argument(metavar="RULE", help=_h("Id or name, such as PDF003."))],
) -> None:
    """Entry point of the command."""
    from rich.padding import Padding
    from rich.text import Text

    from medcab.rules import HEADINGS, find_rule

    rule = find_rule(name)
    translate, console = tr(), stdout()
    console.print(Text(f"{rule.id} {rule.name}", style="bold"))
    console.print(Text(translate(rule.title)))
    console.print(Text(f"{translate('Severity')}: {translate(rule.severity.value)}"))
    sections = rule.sections()
    for heading in HEADINGS:
        console.print()
        console.print(Text(translate(heading), style="bold"))
        text = sections[heading]
        console.print(Padding(Text(text if heading == "Source" else translate(text)), (0, 0, 0, 2)))

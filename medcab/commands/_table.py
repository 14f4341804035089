"""The lazy table of commands: ``medcab --help`` imports none of them.

Importing every command costs about half a second; the table costs nothing. Each row names the
module, the attribute in it (``app`` for a group, ``command`` for a plain command) and the line
shown by ``medcab --help``.
"""

from __future__ import annotations

import importlib
from typing import Any, Final, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from medcab.commands._console import _h, tr
from medcab.commands._typer_words import in_our_words

__all__ = ["COMMANDS", "LazyGroup", "Row"]


class Row(NamedTuple):
    """Where a command lives and what it is called in the list."""

    module: str
    help: str
    panel: str


_COMPLETION: Final = ("install_completion", "show_completion")

_CHECK: Final = _h("Check and repair")
_SIGN: Final = _h("Signatures")
_RESULT: Final = _h("Results, journal, dates")
_KNOW: Final = _h("Rules, profiles, settings")

COMMANDS: Final[dict[str, Row]] = {
    "check": Row("check", _h("Judge a package of documents before it is uploaded."), _CHECK),
    "fix": Row("fix", _h("Make the documents comply; the originals stay untouched."), _CHECK),
    "watch": Row("watch", _h("Judge a package again whenever its files change."), _CHECK),
    "new": Row("new", _h("Lay out an empty package with a form to fill in."), _CHECK),
    "id": Row("id", _h("Check СНИЛС, ИНН, ОГРН and other identifiers."), _CHECK),
    "table": Row("table", _h("Check a table of employees (CSV, XLSX, Parquet)."), _CHECK),
    "sign": Row("sign", _h("Sign files (CAdES, PAdES)."), _SIGN),
    "timestamp": Row("timestamp", _h("Put time-stamps on files."), _SIGN),
    "extend": Row("extend", _h("Make signatures last: B-T, B-LT, B-LTA."), _SIGN),
    "verify": Row("verify", _h("Verify signatures, one file or a whole tree."), _SIGN),
    "cert": Row("cert", _h("Show, check and convert certificates and keys."), _SIGN),
    "trust": Row("trust", _h("Keep the list of trusted authorities."), _SIGN),
    "report": Row("report", _h("Show a stored result again in another format."), _RESULT),
    "diff": Row("diff", _h("Tell what was put right between two results."), _RESULT),
    "journal": Row("journal", _h("Show, verify, export, prune and seal the journal."), _RESULT),
    "due": Row("due", _h("Tell what expires and when to act."), _RESULT),
    "rules": Row("rules", _h("List all rules."), _KNOW),
    "explain": Row("explain", _h("Explain a rule: what it checks, why, how to fix."), _KNOW),
    "profile": Row("profile", _h("List, show, check and make profiles."), _KNOW),
    "directory": Row("directory", _h("Import and list directories and registers."), _KNOW),
    "config": Row("config", _h("Show the settings in force and where they come from."), _KNOW),
    "doctor": Row("doctor", _h("Show what is installed and what is missing."), _KNOW),
}


def _load(name: str) -> Any:
    module = importlib.import_module(f"medcab.commands.{COMMANDS[name].module}")
    if hasattr(module, "app"):
        made: Any = typer.main.get_command(module.app)
    else:
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        single.command(name, help=COMMANDS[name].help)(module.command)
        made = typer.main.get_command(single)
    made.name = name
    # How to complete words in a shell is asked of medcab itself, not of each group.
    made.params = [p for p in made.params if p.name not in _COMPLETION]
    return in_our_words(made)


class LazyGroup(TyperGroup):
    """A group whose commands are loaded when they are run, and only named when they are listed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return all names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a stand-in that has a name and a line of help, for lists and completion."""
        row = COMMANDS.get(cmd_name)
        if row is None:
            return None
        stand_in = TyperCommand(cmd_name, help=row.help, short_help=row.help)
        stand_in.rich_help_panel = row.panel
        return stand_in

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the real command: it is about to run."""
        name = args[0]
        if name in COMMANDS:
            return name, _load(name), args[1:]
        if name.startswith("-"):
            return super().resolve_command(ctx, args)
        import difflib

        near = difflib.get_close_matches(name, COMMANDS, n=1)
        message = tr()("There is no command {name}.", name=name)
        if near:
            message += " " + tr()("Did you mean {near}?", near=near[0])
        ctx.fail(message)
        return None

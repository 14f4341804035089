"""The Typer application: the lazy table, the options that hold everywhere, usage errors."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from medcab.commands import _config
from medcab.commands._console import _h, stderr, tr
from medcab.commands._table import LazyGroup
from medcab.commands._typer_words import in_our_words, wrong_usage
from medcab.errors import ExitCode

__all__ = ["run"]

_CONTEXT = {"help_option_names": ["-h", "--help"]}


def _version(asked: bool) -> None:
    if asked:
        from medcab._version import __version__

        sys.stdout.write(f"medcab {__version__}\n")
        raise typer.Exit


app = typer.Typer(
    cls=LazyGroup,
    name="medcab",
    pretty_exceptions_enable=False,
    add_completion=True,
    no_args_is_help=True,
    context_settings=_CONTEXT,
    help=_h(
        "Checks packages of documents before they are uploaded to the health portals, "
        "makes them comply, signs them and verifies their signatures."
    ),
    epilog=_h(
        "Everywhere: --lang ru|en, --config FILE, --isolated. Exit codes: 0 passed, "
        "1 failed, 2 usage, 3 needs clarification."
    ),
)


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_version, is_eager=True, help=_h("Show the version.")
        ),
    ] = False,
) -> None:
    pass


def run(arguments: list[str]) -> int:
    """Run the command line; return the exit code. Raises MedcabError and KeyboardInterrupt."""
    settings = _config.load()
    command = in_our_words(typer.main.get_command(app))
    # Typer vendors Click, so its base classes are reached through a name that Typer exports.
    usage_error: Any = typer.BadParameter.__mro__[1]
    try:
        code = command.main(
            args=arguments,
            prog_name="medcab",
            standalone_mode=False,
            default_map=settings.default_map(),
        )
    except usage_error as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            sys.stdout.write(error.format_message().rstrip() + "\n")
            return int(ExitCode.USAGE)
        console = stderr()
        console.print(tr()("Error: {text}", text=wrong_usage(error)))
        if error.ctx is not None:
            console.print(f"  {tr()('Help:')} {error.ctx.command_path} --help")
        return int(ExitCode.USAGE)
    except typer.Abort:
        return int(ExitCode.INTERRUPTED)
    if code == ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    return int(code) if isinstance(code, int) else 0

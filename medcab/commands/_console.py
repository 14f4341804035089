"""Shared manners of all commands: language, consoles, progress, secrets, output files.

This is the only place that reads the environment and decides about colour. ``init`` runs before
Typer is imported, since the texts of ``--help`` are made at import time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcab.errors import OutputError, PasswordError, UsageError
from medcab.text import LANGUAGES, N_, Translator, translator

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from medcab.formats.base import Options

__all__ = [
    "State",
    "init",
    "progress",
    "read_password",
    "state",
    "stderr",
    "stdout",
    "text_options",
    "tr",
    "write_result",
]


@dataclass(slots=True)
class State:
    """What the options that hold for every command have set."""

    language: str = "ru"
    isolated: bool = False
    config: str | None = None
    arguments: list[str] = field(default_factory=list)


_state = State()


def state() -> State:
    """Return the settings that hold for every command."""
    return _state


def tr() -> Translator:
    """Return the translator of the reader's language."""
    return translator(_state.language)


def _h(text: str) -> str:
    """Translate a help text at import time (marks it for the catalogue too)."""
    return translator(_state.language)(text)


def init(arguments: Sequence[str]) -> list[str]:
    """Take the options that hold everywhere out of ``arguments`` and set the language.

    Returns:
        the remaining arguments.

    Raises:
        UsageError: ``--lang`` or ``--config`` without a (known) value.
    """
    rest: list[str] = []
    language: str | None = None
    iterator = iter(arguments)
    _state.isolated, _state.config = False, None
    for argument in iterator:
        name, equals, value = argument.partition("=")
        if argument == "--":
            rest += [argument, *iterator]
        elif name in ("--lang", "--config"):
            if not equals:
                value = next(iterator, "")
            if not value:
                _state.language = _choose_language(None)
                raise UsageError(N_("The option {name} needs a value."), name=name)
            if name == "--lang":
                language = value
            else:
                _state.config = value
        elif argument == "--isolated":
            _state.isolated = True
        else:
            rest.append(argument)
    _state.arguments = rest
    _state.language = _choose_language(None)
    if language is not None and language not in LANGUAGES:
        raise UsageError(
            N_("There is no language {name}."), hint=N_("Languages: ru, en"), name=language
        )
    _state.language = _choose_language(language)
    _tell_gettext()
    _soften_streams()
    return rest


def _choose_language(option: str | None) -> str:
    """``--lang``, ``MEDCAB_LANG``, the locale, else Russian."""
    for asked in (option, os.environ.get("MEDCAB_LANG")):
        if asked in LANGUAGES:
            return str(asked)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "en" if value.lower().startswith("en") else "ru"
    return "ru"


def _tell_gettext() -> None:
    """Let Typer's own texts («Options», «Error») come from our catalogue too."""
    import gettext
    from importlib import resources

    os.environ["LANGUAGE"] = _state.language
    gettext.bindtextdomain("medcab", str(resources.files("medcab") / "locale"))
    gettext.textdomain("medcab")


def _soften_streams() -> None:
    """Never crash on a console that lacks «, — or ✓ (cp866, cp1251): replace them sensibly."""
    from medcab.formats.encoding import register_console_fallback

    handler = register_console_fallback()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=handler)


def _console(stream: Any, *, fold: bool = True) -> Console:
    from rich.console import Console

    terminal: bool | None = None
    if os.environ.get("FORCE_COLOR"):
        terminal = True
    width = None
    if not stream.isatty():
        # Tables in files and pipes should not depend on the window they were made in.
        columns = os.environ.get("COLUMNS", "")
        width = int(columns) if columns.isascii() and columns.isdecimal() else 100
    return Console(
        file=stream,
        force_terminal=terminal,
        width=width,
        no_color=True if os.environ.get("NO_COLOR") else None,
        highlight=False,
        emoji=False,
        markup=False,
        soft_wrap=not fold,
        safe_box=True,
    )


def stdout() -> Console:
    """Return the console for results."""
    return _console(sys.stdout)


def text_options(*, quiet: bool, verbose: bool) -> Options:
    """Return what the text writer must know about the console that stdout is."""
    from medcab.formats.base import Options

    console = stdout()
    return Options(
        quiet=quiet,
        verbose=verbose,
        color=console.color_system is not None and not console.no_color,
        width=console.width,
        unicode=_can_write("─│✓"),
    )


def _can_write(characters: str) -> bool:
    try:
        characters.encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def stderr() -> Console:
    """Return the console for progress, notes and errors."""
    # Notes name paths, and a path broken in two cannot be copied.
    return _console(sys.stderr, fold=False)


@contextmanager
def progress(total: int | None, title: str, *, quiet: bool = False) -> Iterator[Any]:
    """Yield ``advance(n=1, note="")``; draws on stderr only when that is a terminal.

    Rich would otherwise redirect stdout to its own console and swallow the result.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda n=1, note="": None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    bar: Progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=stderr(),
        redirect_stdout=False,
        redirect_stderr=False,
        transient=True,
    )
    with bar:
        task = bar.add_task(title, total=total, note="")
        yield lambda n=1, note="": bar.update(task, advance=n, note=note)


def read_password(spec: str, prompt: str = "", *, confirm: bool = False) -> str:
    """Return a secret as ``--password-from`` names it; it never stands on the command line.

    Args:
        spec: ``prompt``, ``env:NAME``, ``fd:N``, ``file:PATH`` or ``keyring:NAME``.
        prompt: what to ask at the terminal.
        confirm: ask twice (for new secrets).

    Raises:
        PasswordError: the secret cannot be had from there.
    """
    kind, _, name = spec.partition(":")
    if kind == "prompt":
        return _prompt(prompt, confirm=confirm)
    if kind == "env" and name:
        value = os.environ.get(name)
        if value is None:
            # What stands there may be the password itself: it is not shown.
            raise PasswordError(
                N_("The environment variable that --password-from names is not set."),
                hint=N_("After env: comes the name of a variable, not the password."),
            )
        return value
    if kind == "fd" and name.isascii() and name.isdecimal():
        try:
            with os.fdopen(int(name), "rb", closefd=False) as stream:
                return _first_line(stream.read(65536))
        except OSError as error:
            raise PasswordError(
                N_("The password cannot be read from descriptor {name}."), name=name
            ) from error
    if kind == "file" and name:
        try:
            with Path(name).open("rb") as stream:
                return _first_line(stream.read(65536))
        except OSError as error:
            raise PasswordError(
                N_("The password file {path} cannot be read: {reason}."),
                path=name,
                reason=error.strerror or str(error),
            ) from error
    if kind == "keyring" and name:
        return _keyring(name)
    raise PasswordError(
        N_("--password-from does not understand {spec}."),
        hint=N_("Use prompt, env:NAME, fd:N, file:PATH or keyring:NAME."),
        # A user may have typed the password itself here: show only the kind.
        spec=kind + ":…" if kind in {"env", "fd", "file", "keyring"} else "…",
    )


def _first_line(data: bytes) -> str:
    line = data.split(b"\n", 1)[0].removesuffix(b"\r")
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise PasswordError(N_("The password is not text."))


def _prompt(prompt: str, *, confirm: bool) -> str:
    import getpass

    text = prompt or tr()("Password")
    if not sys.stdin.isatty():
        raise PasswordError(
            N_("The password cannot be asked for: this is not a terminal."),
            hint=N_("Use --password-from env:NAME, file:PATH or fd:N."),
        )
    first = getpass.getpass(f"{text}: ", stream=sys.stderr)
    if confirm and getpass.getpass(f"{text} ({tr()('once more')}): ", stream=sys.stderr) != first:
        raise PasswordError(N_("The two passwords differ."))
    return first


def _keyring(name: str) -> str:
    try:
        import keyring
    except ImportError as error:
        raise PasswordError(
            N_("The system keyring needs an extra package."),
            hint=N_("Install it with: pipx inject medcab keyring"),
        ) from error
    value = keyring.get_password("medcab", name)
    if value is None:
        raise PasswordError(
            N_("The system keyring has no password of that name for medcab."),
            hint=N_("Store it with: keyring set medcab NAME, and give NAME after keyring:"),
        )
    return str(value)


def write_result(data: str | bytes, path: str | None) -> None:
    """Write a result to ``path`` whole or not at all, or to stdout when it is None or ``-``.

    Raises:
        OutputError: it cannot be written; an earlier file stays as it was.
    """
    if path is None or path == "-":
        if isinstance(data, bytes):
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        else:
            sys.stdout.write(data)
            sys.stdout.flush()
        return
    from medcab.files import help_for, reason_of, write_whole

    try:
        write_whole(Path(path), data.encode("utf-8") if isinstance(data, str) else data)
    except OSError as error:
        raise OutputError(
            N_("{path} cannot be written: {reason}."),
            hint=help_for(error),
            path=path,
            reason=reason_of(error),
        ) from error

"""``python -m medcab`` and the ``medcab`` command: the error boundary.

A known error is a sentence and its exit code; an unexpected one writes a log and says where it is;
Ctrl-C is 130. Nothing else in medcab exits.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

_INTERRUPTED: Final = 130  # ExitCode.INTERRUPTED, which start-up does without


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line with ``arguments`` (default: those of the process) and exit."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given in (["--version"], ["-V"]):
        from medcab._version import __version__

        sys.stdout.write(f"medcab {__version__}\n")
        raise SystemExit(0)
    raise SystemExit(_run(given))


def _run(arguments: list[str]) -> int:
    from medcab.commands import _console
    from medcab.errors import ExitCode, MedcabError

    try:
        rest = _console.init(arguments)
        from medcab.commands._app import run

        return run(rest)
    except MedcabError as error:
        _tell(error)
        return int(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("\n" + _console.tr()("Interrupted.") + "\n")
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone (``| head``): that is no fault of ours or theirs.
        _silence_stdout()
        return int(ExitCode.OK)
    except Exception as error:  # noqa: BLE001 - the one place where everything ends
        return _unexpected(error)


def _tell(error: Exception) -> None:
    from medcab.commands import _console
    from medcab.errors import MedcabError

    assert isinstance(error, MedcabError)
    translate = _console.tr()
    lines = [translate("Error: {text}", text=translate(error.template, **error.arguments))]
    if error.hint:
        lines.append("  " + translate(error.hint, **error.arguments))
    sys.stderr.write("\n".join(lines) + "\n")


def _silence_stdout() -> None:
    import os

    # Python flushes stdout at exit and would complain once more.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unexpected(error: Exception) -> int:
    import platform
    import tempfile
    import traceback
    from pathlib import Path

    from medcab._version import __version__
    from medcab.commands import _console
    from medcab.errors import ExitCode

    translate = _console.tr()
    text = (
        f"medcab {__version__}\nPython {platform.python_version()} on {platform.platform()}\n\n"
        + "".join(traceback.format_exception(error))
    )
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="medcab-", suffix=".log", delete=False, encoding="utf-8", errors="replace"
        ) as stream:
            stream.write(text)
        place = str(Path(stream.name))
    except OSError:
        place = "-"
        sys.stderr.write(text)
    sys.stderr.write(
        translate("Internal error of medcab: {kind}.", kind=type(error).__name__)
        + "\n  "
        + translate(
            "Nothing was judged as passed. Please report it with this log: {path}", path=place
        )
        + "\n"
    )
    return int(ExitCode.INTERNAL)


def _as_module() -> None:
    """``python -m medcab``: as :func:`main`, and with the same code after Ctrl-C.

    CPython remembers an interrupt that met the ``exec`` of a string (as dataclasses do while they
    are imported) and then ends ``-m`` by the signal, though the interrupt was answered.
    """
    import contextlib
    import os

    try:
        main()
    except SystemExit as ended:
        if ended.code != _INTERRUPTED:
            raise
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(_INTERRUPTED)


if __name__ == "__main__":
    _as_module()

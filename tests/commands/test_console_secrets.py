"""A secret typed where the name of its place belongs is shown nowhere."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from medcab.commands import _console
from medcab.errors import PasswordError

SECRET = "Hunter2Secret"


@pytest.mark.parametrize("spec", [f"env:{SECRET}", f"keyring:{SECRET}", SECRET, f"what:{SECRET}"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_not_echoed(spec, language, monkeypatch):
    from medcab.text import translator

    monkeypatch.delenv(SECRET, raising=False)
    empty = SimpleNamespace(get_password=lambda service, name: None)
    monkeypatch.setitem(sys.modules, "keyring", empty)
    with pytest.raises(PasswordError) as told:
        _console.read_password(spec)
    error = told.value
    said = translator(language)
    shown = [
        str(error), repr(error), said(error.template, **error.arguments),
        said(error.hint or "", **error.arguments),
    ]  # fmt: skip
    assert SECRET not in " ".join(shown)
    assert error.hint


def test_on_the_command_line(tmp_path, monkeypatch):
    import typer
    from typer.testing import CliRunner

    from medcab.commands.sign import command

    monkeypatch.delenv(SECRET, raising=False)
    (tmp_path / "key.p12").write_bytes(b"0")
    (tmp_path / "d.txt").write_bytes(b"x")
    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(
        app, [str(tmp_path / "d.txt"), "--p12", str(tmp_path / "key.p12"),
              "--password-from", f"env:{SECRET}"],
    )  # fmt: skip
    assert result.exit_code != 0
    assert isinstance(result.exception, PasswordError)
    assert SECRET not in result.output + str(result.exception)

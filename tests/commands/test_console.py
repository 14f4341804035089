"""Language, passwords and output files of the command line."""

import io
import os
import sys

import pytest

from medcab.commands import _console
from medcab.errors import OutputError, PasswordError, UsageError


@pytest.fixture(autouse=True)
def _clean(monkeypatch):
    for name in ("MEDCAB_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    yield
    _console.state().language = "ru"
    _console.state().isolated = False
    _console.state().config = None


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "ru"),
        ([], {"LANG": "C"}, "ru"),
        ([], {"LANG": "ru_RU.UTF-8"}, "ru"),
        ([], {"LANG": "en_US.UTF-8"}, "en"),
        ([], {"LC_ALL": "en_GB", "LANG": "ru_RU"}, "en"),
        ([], {"LANG": "en_US", "MEDCAB_LANG": "ru"}, "ru"),
        (["--lang", "en"], {"MEDCAB_LANG": "ru"}, "en"),
        (["check", "x", "--lang=en"], {}, "en"),
        ([], {"MEDCAB_LANG": "klingon"}, "ru"),
    ],
)
def test_language(monkeypatch, arguments, environment, language):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    rest = _console.init(arguments)
    assert _console.state().language == language
    assert not any("lang" in argument for argument in rest)


def test_options_that_hold_everywhere_are_taken_out():
    rest = _console.init(["check", "--isolated", "x", "--config=a.toml", "--", "--lang", "en"])
    assert rest == ["check", "x", "--", "--lang", "en"]
    assert _console.state().isolated
    assert _console.state().config == "a.toml"


@pytest.mark.parametrize("arguments", [["--lang"], ["--lang", "de"], ["--config"], ["--lang="]])
def test_wrong_values_of_them(arguments):
    with pytest.raises(UsageError):
        _console.init(arguments)


def test_password_from_the_environment(monkeypatch):
    monkeypatch.setenv("P", "тайна")
    assert _console.read_password("env:P") == "тайна"


@pytest.mark.parametrize(
    ("data", "secret"),
    [
        (b"one\ntwo\n", "one"),
        (b"one\r\n", "one"),
        ("пароль".encode("cp1251"), "пароль"),
        ("\ufeffпароль".encode(), "пароль"),
        (b" blanks count \n", " blanks count "),
        (b"", ""),
    ],
)
def test_password_from_a_file(tmp_path, data, secret):
    (tmp_path / "p").write_bytes(data)
    assert _console.read_password(f"file:{tmp_path / 'p'}") == secret


def test_password_from_a_descriptor(tmp_path):
    (tmp_path / "p").write_bytes(b"secret\n")
    with (tmp_path / "p").open("rb") as stream:
        assert _console.read_password(f"fd:{stream.fileno()}") == "secret"


@pytest.mark.parametrize(
    "spec", ["", "env:", "env:NO_SUCH_NAME", "fd:x", "fd:987", "file:", "file:/no/such", "hunter2"]
)
def test_passwords_that_cannot_be_had(spec, monkeypatch):
    with pytest.raises(PasswordError) as caught:
        _console.read_password(spec)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value.arguments)


def test_no_prompt_without_a_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("secret\n"))
    with pytest.raises(PasswordError, match="not a terminal"):
        _console.read_password("prompt")


def test_results_are_written_whole(tmp_path):
    target = tmp_path / "r.json"
    _console.write_result("ответ", str(target))
    assert target.read_text("utf-8") == "ответ"
    with pytest.raises(OutputError) as caught:
        _console.write_result("x", str(tmp_path / "no" / "r.json"))
    assert "r.json" in str(caught.value)
    assert os.listdir(tmp_path) == ["r.json"]

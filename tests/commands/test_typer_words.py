"""Help and usage errors speak Russian, except where English is asked for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith(("MEDCAB", "LC_", "LANG"))}


def medcab(*arguments, language="ru"):
    done = subprocess.run(
        [sys.executable, "-m", "medcab", *arguments],
        capture_output=True,
        check=False,
        env={
            **CLEAN,
            "PYTHONIOENCODING": "utf-8",
            "PYTHONPATH": str(ROOT),
            "MEDCAB_LANG": language,
            "COLUMNS": "200",
        },
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("new",), "Не указано: ПРОФИЛЬ."),
        (("check", "--нет"), "Параметра --нет нет."),
        (("check", "--formm", "x"), "Параметра --formm нет. Возможно, вы имели в виду"),
        (("check", "--form"), "Параметру --form нужно значение."),
        (("check", "-j", "0", "x"), "Неверное значение --jobs / -j: должно быть не меньше 1."),
        (("check", "-j", "два", "x"), "Неверное значение --jobs / -j: нужно целое число."),
        (
            ("watch", "--interval", "0", "."),
            "Неверное значение --interval: должно быть не меньше 0,1.",
        ),
        (("check", "--timeout", "x", "."), "Неверное значение --timeout: нужно число."),
        (("new", "a", "b", "c"), "Лишнее: c."),
        (("profile", "чек"), "Нет команды чек."),
        (("чек",), "Нет команды чек."),
        (("report", "x", "--quiet=5"), "У параметра --quiet не бывает значения."),
    ],
)
def test_usage_errors(arguments, sentence):
    code, out, err = medcab(*arguments)
    assert code == 2
    assert out == ""
    assert f"Ошибка: {sentence}" in err


def test_usage_errors_in_english():
    _, _, err = medcab("new", language="en")
    assert "Missing argument" in err
    assert not re.search("[А-я]", err)


@pytest.mark.parametrize("arguments", [(), ("check",), ("profile",), ("profile", "new"), ("id",)])
def test_help_has_no_english_sentences(arguments):
    code, out, _ = medcab(*arguments, "--help")
    assert code == 0
    for words in ("Usage", "Show this", "Install", "OPTIONS", "COMMAND", "ARGS"):
        assert words not in out
    assert "Показать эту справку и выйти." in out
    english = medcab(*arguments, "--help", language="en")[1]
    assert "Usage: medcab" in english
    assert "Show this message and exit." in english


_PLACES = ("check", "fix", "sign", "timestamp", "extend", "verify", "due", "watch", "id", "new")


@pytest.mark.parametrize(
    "arguments", [*((name,) for name in _PLACES), ("directory", "compare"), ("cert", "convert")]
)
def test_help_names_arguments_and_values_for_people(arguments):
    _, out, _ = medcab(*arguments, "--help")
    usage = out.split("Использование:")[1].splitlines()[0].removeprefix(" medcab ")
    usage = usage.removeprefix(" ".join(arguments))
    assert not re.search("[a-zA-Z]", usage), usage
    for words in (
        "paths",
        "<str",
        "<bool",
        "<int",
        "<float",
        "list[",
        "DEGREES",
        "LIBRARY",
        " DIR",
    ):
        assert words not in out
    assert "......" not in out.replace(" ", "")


@pytest.mark.parametrize("group", ["cert", "trust", "journal", "profile", "config", "directory"])
def test_completion_is_told_of_once(group):
    assert "--install-completion" not in medcab(group, "--help")[1]
    assert "--install-completion" in medcab("--help")[1]


def test_every_argument_has_a_description():
    _, out, _ = medcab("directory", "compare", "--help")
    assert "Что сравнить" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("id", "snil", "1"), ("Похожие: snils; все: medcab id list",)),
        (("id", "ы", "1"), ("Все виды: medcab id list",)),
        (("check", "samples", "-p", "scan", "--type", "x=diplma"), ("Ближайшие типы: diploma",)),
        (("check", "samples", "-p", "scan", "--type", "x=y"), ("Все типы: passport", "charter")),
        (("check", "samples", "-p", "scan", "--at", "31.02.2026"), ("31.02.2026 — не дата",)),
    ],
)
def test_a_wrong_word_is_told_with_those_that_there_are(arguments, words):
    code, _, err = medcab(*arguments)
    assert code == 2
    assert all(w in err for w in words), err

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

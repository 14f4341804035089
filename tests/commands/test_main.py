"""Whole-program tests of the border: exit codes, errors without tracebacks, consoles."""

import json
import os
import signal
import subprocess
import sys

import pytest


def medcab(*arguments, env=None, stdin=None, cwd=None, encoding="utf-8"):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MEDCAB", "LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", "medcab", *arguments],
        check=False,
        capture_output=True,
        input=stdin,
        cwd=cwd,
        env={**clean, "PYTHONIOENCODING": encoding, **(env or {})},
    )


def test_version_answers_without_typer():
    done = medcab("--version")
    assert (done.returncode, done.stdout.split()[0]) == (0, b"medcab")


def test_help_is_russian_by_default_and_english_on_request():
    assert "Проверить пакет".encode() in medcab("--help").stdout
    assert b"Judge a package" in medcab("--help", "--lang", "en").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["check", "--no-such-option"],
        ["check", "--lang"],
        ["explain", "XYZ999"],
        ["check", ".", "--profile", "no-such-profile"],
        ["check", ".", "--profile", "scan", "--format", "no-such-format"],
        ["check", ".", "--profile", "scan", "--output", "json"],
        ["check", ".", "--profile", "scan", "--output", "json:/no/such/folder/x.json"],
        ["check", ".", "--profile", "scan", "--type", "x"],
        ["check", ".", "--profile", "scan", "--at", "tomorrow"],
        ["check", ".", "--profile", "scan", "--fail-on", "never"],
        ["check", "-", "--profile", "scan"],
        ["check", "--config", "no-such.toml", "."],
        ["check"],
    ],
)
def test_usage_errors_are_2_and_a_sentence(arguments, tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    done = medcab(*arguments, cwd=tmp_path, stdin=b"")
    assert done.returncode == 2, done.stderr.decode()
    assert done.stdout == b""
    text = done.stderr.decode()
    assert text.strip()
    assert "Traceback" not in text
    assert sorted(os.listdir(tmp_path)) == ["a.pdf"]


def test_a_missing_path_is_3(tmp_path):
    done = medcab("check", "нет-такого", "--profile", "scan", cwd=tmp_path)
    assert done.returncode == 3
    assert "нет-такого" in done.stderr.decode()


def test_an_empty_folder_is_3(tmp_path):
    done = medcab("check", str(tmp_path), "--profile", "scan")
    assert done.returncode == 3


def test_an_internal_error_is_70_with_a_log(tmp_path):
    code = (
        "import medcab.engine, medcab.__main__ as m\n"
        "def broken(*a, **k): raise RuntimeError('boom')\n"
        "medcab.engine.run = broken\n"
        f"m.main(['check', {str(tmp_path)!r}, '--profile', 'scan', '--lang', 'en'])\n"
    )
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 70
    assert "Traceback" not in done.stderr
    log = done.stderr.rsplit(": ", 1)[1].strip()
    with open(log, encoding="utf-8") as stream:
        assert "boom" in stream.read()
    os.unlink(log)


@pytest.mark.skipif(os.name == "nt", reason="sends SIGINT")
def test_ctrl_c_is_130(tmp_path):
    fifo = tmp_path / "list"
    os.mkfifo(fifo)
    process = subprocess.Popen(
        [sys.executable, "-m", "medcab", "check", "--files-from", str(fifo), "--profile", "scan"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with fifo.open("wb"):  # opens when the program has come to reading it
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in err


def test_settings_come_from_the_command_line_then_variables_then_the_file(tmp_path):
    (tmp_path / "medcab.toml").write_text('profile = "scan"\njobs = 1\n', "utf-8")

    def shown(**env):
        done = medcab("config", "show", "--format", "json", cwd=tmp_path, env=env)
        assert done.returncode == 0, done.stderr.decode()
        return {r["name"]: r for r in json.loads(done.stdout)["settings"]}

    assert shown()["profile"]["value"] == "scan"
    assert shown()["profile"]["from"].endswith("medcab.toml")
    assert shown(MEDCAB_PROFILE="egisz-organization")["profile"]["from"] == "MEDCAB_PROFILE"
    done = medcab("config", "show", "--isolated", "--format", "json", cwd=tmp_path)
    assert json.loads(done.stdout)["file"] is None


def test_settings_that_mean_something_in_one_command_only(tmp_path):
    (tmp_path / "medcab.toml").write_text('profile = "scan"\nformat = "json"\n', "utf-8")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    assert json.loads(medcab("check", "a.pdf", cwd=tmp_path).stdout)["schema"] == "medcab.report/1"
    assert not medcab("rules", cwd=tmp_path).stdout.startswith(b"{")


@pytest.mark.parametrize("text", ["profile = ", "no_such_key = 1", "check = 3"])
def test_a_broken_settings_file_is_2(tmp_path, text):
    (tmp_path / "medcab.toml").write_text(text, "utf-8")
    done = medcab("config", "show", cwd=tmp_path)
    assert done.returncode == 2
    assert "medcab.toml" in done.stderr.decode()


@pytest.mark.parametrize("encoding", ["cp866", "cp1251", "ascii", "utf-8"])
def test_windows_consoles_do_not_crash(encoding):
    for arguments in (["--help"], ["rules"], ["explain", "PDF003"], ["profile", "list"]):
        done = medcab(*arguments, encoding=encoding)
        assert done.returncode == 0, done.stderr.decode(encoding)
        assert done.stdout.decode(encoding)


def test_a_closed_pipe_is_no_error():
    process = subprocess.Popen(
        [sys.executable, "-m", "medcab", "rules"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.read(1)
    process.stdout.close()
    err = process.stderr.read()
    process.wait(timeout=30)
    process.stderr.close()
    assert b"Traceback" not in err


def test_every_command_has_help():
    """One process for all: brackets in a help text would be taken for markup and crash."""
    code = (
        "import sys, medcab.__main__ as m\n"
        "from medcab.commands import _console\n"
        "_console.init([])\n"
        "from medcab.commands._table import COMMANDS, _load\n"
        "calls = []\n"
        "for name in COMMANDS:\n"
        "    calls.append([name])\n"
        "    calls += [[name, sub] for sub in getattr(_load(name), 'commands', {})]\n"
        "for call in calls:\n"
        "    try: m.main([*call, '--help'])\n"
        "    except SystemExit as end: assert end.code == 0, call\n"
        "print(len(calls), 'calls')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.rsplit(" calls", 1)[0].splitlines()[-1]) >= 30


def test_the_code_after_ctrl_c_is_the_one_in_the_table():
    from medcab import __main__ as start
    from medcab.errors import ExitCode

    assert start._INTERRUPTED == ExitCode.INTERRUPTED

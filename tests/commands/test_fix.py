"""``medcab fix`` at the command line: what it prints, what it writes, how it exits."""

from __future__ import annotations

import json
import sys

import pytest

from samples.make import damage
from tests.repair.conftest import jpeg, pdf, slip


@pytest.fixture
def run(capsys, monkeypatch):
    def call(*args: object):
        from medcab.__main__ import main

        monkeypatch.setenv("MEDCAB_LANG", "en")
        monkeypatch.delenv("MEDCAB_PROFILE", raising=False)
        with pytest.raises(SystemExit) as caught:
            main([str(a) for a in args])
        code = caught.value.code
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def package(tmp_path):
    root = tmp_path / "in"
    root.mkdir()
    (root / "good.pdf").write_bytes(pdf(slip()))
    (root / "launch.PDF").write_bytes(damage.pdf_launch(pdf(slip(), slip())))
    (root / "a.jpg").write_bytes(jpeg(slip()))
    return root


def test_repair_then_check_of_the_output_needs_no_options(run, package, tmp_path):
    out = tmp_path / "out"
    code, said, err = run("fix", package, "-p", "scan+strict", "--out", out)
    assert code == 0
    assert "launch.pdf" in said
    assert "remove programs and actions" in said
    assert "After the repair: Passed" in said
    assert str(out) in err
    assert sorted(p.name for p in out.iterdir()) == [
        "a.pdf",
        "good.pdf",
        "launch.pdf",
        "medcab.yaml",
    ]
    assert run("check", out, "--quiet")[0] == 0


def test_dry_run_shows_the_plan_and_writes_nothing(run, package, tmp_path):
    code, said, _ = run("fix", package, "-p", "scan", "--dry-run")
    assert code == 0
    assert "rename: launch.pdf" in said
    assert "Plan: 1 file" in said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in"]


def test_dry_run_exits_with_1_when_something_cannot_be_repaired(run, package):
    (package / "empty.pdf").write_bytes(b"")
    code, said, _ = run("fix", package, "-p", "scan", "--dry-run")
    assert code == 1
    assert "empty.pdf" in said


def test_what_cannot_be_repaired_is_told_with_what_to_do(run, package, tmp_path):
    (package / "small.jpg").write_bytes(jpeg(slip().resize((400, 280)), dpi=(100, 100)))
    code, said, _ = run("fix", package, "-p", "scan", "--out", tmp_path / "out")
    assert code == 1
    assert "Not repaired, nothing was written" in said
    assert "Scan again with 300 dpi" in said
    assert not (tmp_path / "out" / "small.jpg").exists()


def test_json(run, package, tmp_path):
    code, said, _ = run("fix", package, "-p", "scan", "--out", tmp_path / "out", "-f", "json")
    made = json.loads(said)
    assert code == 0
    assert made["schema"] == "medcab.fix/1"
    assert made["verdict"]["after"] == "passed"
    assert len(made["documents"]) == 3


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("-p", "scan"), "--out"),
        (("--dry-run",), "--profile"),
        (("-p", "scan", "--dry-run", "-f", "html"), "html"),
        (("-p", "scan", "--dry-run", "--turn", "a.jpg=45"), "90"),
        (("-p", "scan", "--dry-run", "--turn", "a.jpg"), "--turn"),
        (("-p", "no-such", "--dry-run"), "no-such"),
        (("-p", "scan", "--dry-run", "--turn", "other.pdf=90"), "other.pdf"),
    ],
)
def test_wrong_use_exits_with_2(run, package, args, words):
    code, said, err = run("fix", package, *args)
    assert code == 2
    assert words in err
    assert not said
    assert "Traceback" not in err


def test_the_folder_itself_cannot_be_the_output(run, package):
    before = sorted(p.name for p in package.iterdir())
    code, _, err = run("fix", package, "-p", "scan", "--out", package)
    assert code == 2
    assert "originals" in err
    assert sorted(p.name for p in package.iterdir()) == before


def test_an_empty_folder(run, tmp_path):
    (tmp_path / "in").mkdir()
    code, _, err = run("fix", tmp_path / "in", "-p", "scan", "--out", tmp_path / "out")
    assert code == 3
    assert err


def test_a_folder_that_does_not_exist(run, tmp_path):
    assert run("fix", tmp_path / "in", "-p", "scan", "--dry-run")[0] == 3


def test_russian_is_spoken(run, package, tmp_path, monkeypatch):
    code, said, _ = run("--lang", "ru", "fix", package, "-p", "scan", "--dry-run")
    assert code == 0
    assert "Файл" in said


def test_check_tells_what_can_be_repaired(run, package):
    _, said, _ = run("check", package, "-p", "scan", "--fix-hint")
    assert "medcab fix can do this by itself" in said


def test_every_rule_that_says_so_is_known_to_the_plan():
    from medcab.repair.answers import REPAIRED as known
    from medcab.rules import all_rules

    assert {r.id for r in all_rules() if r.fixable} == known


@pytest.mark.skipif(sys.platform == "win32", reason="nobody asks a program to end there")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGKILL"])
def test_a_run_that_is_ended_leaves_nothing_or_what_the_next_one_clears(package, tmp_path, name):
    import signal
    import subprocess
    import time

    out = tmp_path / "out"
    command = [sys.executable, "-m", "medcab", "fix", str(package), "-p", "scan", "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        until = time.monotonic() + 30
        while not (out / ".medcab-fix" / "copies").exists() and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(getattr(signal, name))
        process.communicate(timeout=30)
    expected = {"SIGTERM": 143, "SIGINT": 130, "SIGKILL": -9}[name]
    assert process.returncode == expected
    assert out.exists() is (name == "SIGKILL")
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert (out / "medcab.yaml").exists()
    assert not (out / ".medcab-fix").exists()

"""``medcab watch`` as a program: fresh reports, errors on the way, Ctrl+C."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = ROOT / "samples" / "good-egisz-employee"
ENVIRONMENT = {
    **{k: v for k, v in os.environ.items() if not k.startswith(("MEDCAB", "LC_", "LANG"))},
    "PYTHONIOENCODING": "utf-8",
    "PYTHONPATH": str(ROOT),
    "PYTHONUNBUFFERED": "1",
}


def command(*arguments):
    return [sys.executable, "-m", "medcab", "watch", *map(str, arguments)]


def run(*arguments, cwd=None):
    return subprocess.run(
        command(*arguments), capture_output=True, check=False, env=ENVIRONMENT, cwd=cwd, timeout=60
    )


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "Пакет документов"
    shutil.copytree(GOOD, folder)
    return folder


def wait_for(condition, what, seconds=40.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(what())


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal to send to one process")
def test_the_report_follows_the_folder_until_it_is_interrupted(package, tmp_path):
    report, said, told = tmp_path / "r.html", tmp_path / "out", tmp_path / "err"
    options = ("-p", "egisz-employee", "--interval", "0.1", "--settle", "0.2")
    with said.open("wb") as out, told.open("wb") as err:
        process = subprocess.Popen(
            command(package, *options, "-o", f"html:{report}"),
            stdout=out, stderr=err, env=ENVIRONMENT,
        )  # fmt: skip
        try:

            def everything():
                return said.read_text("utf-8") + told.read_text("utf-8")

            wait_for(lambda: report.is_file(), everything)
            assert "Успешно" in report.read_text("utf-8")
            (package / "Соловьёва Анна Игоревна_Паспорт.pdf").unlink()
            wait_for(lambda: "Нет обязательного документа" in report.read_text("utf-8"), everything)
            (package / "form.yaml").write_text("a: [", encoding="utf-8")
            wait_for(lambda: "две анкеты" in told.read_text("utf-8"), everything)
            (package / "form.yaml").unlink()
            shutil.copy(GOOD / "Соловьёва Анна Игоревна_Паспорт.pdf", package)
            wait_for(
                lambda: "Нет обязательного документа" not in report.read_text("utf-8"), everything
            )
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 130
        finally:
            process.kill()
    text = said.read_text("utf-8")
    assert "Стало: Ошибка" in text
    assert "Стало: Успешно" in text
    assert "Traceback" not in told.read_text("utf-8")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["err", "out", "r.html", package.name]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("нет такой",), 3, "следить не за чем"),
        (("p", "-p", "нет-такого"), 2, "нет-такого"),
        (("p", "-p", "scan", "-o", "html:p/r.html"), 2, "в самой папке"),
        (("p", "-p", "scan", "-o", "html:нет/r.html"), 2, "нет папки"),
        (("p", "-p", "scan", "-o", "docx:r.docx"), 2, "docx"),
        (("p", "-p", "scan", "--form", "нет.yaml"), 3, "нет.yaml"),
        (("p", "-p", "scan", "--interval", "0"), 2, "--interval"),
    ],
)
def test_what_cannot_work_is_told_before_the_watch_begins(tmp_path, arguments, code, words):
    (tmp_path / "p").mkdir()
    done = run(*arguments, cwd=tmp_path)
    said = done.stderr.decode()
    assert words in said
    assert "Traceback" not in said
    assert done.stdout == b""
    assert done.returncode == code

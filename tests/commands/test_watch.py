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
    other = tmp_path / "r.json"
    options = ("-p", "egisz-employee", "--interval", "0.1", "--settle", "0.2")
    with said.open("wb") as out, told.open("wb") as err:
        process = subprocess.Popen(
            command(package, *options, "-o", f"html:{report}", "-o", f"json:{other}"),
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
            # An old page that looks current would be a verdict that nobody gave.
            wait_for(lambda: "проверить пакет нельзя" in report.read_text("utf-8"), everything)
            assert "Нет обязательного документа" not in report.read_text("utf-8")
            wait_for(lambda: not other.exists(), everything)
            (package / "form.yaml").unlink()
            shutil.copy(GOOD / "Соловьёва Анна Игоревна_Паспорт.pdf", package)
            wait_for(lambda: "Успешно:" in report.read_text("utf-8") and other.exists(), everything)
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 130
        finally:
            process.kill()
    text = said.read_text("utf-8")
    assert "Стало: Ошибка" in text
    assert "Стало: Успешно" in text
    assert "Traceback" not in told.read_text("utf-8")
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "err",
        "out",
        "r.html",
        "r.json",
        package.name,
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("нет такой",), 3, "следить не за чем"),
        (("p", "-p", "нет-такого"), 2, "нет-такого"),
        (("p", "-p", "scan", "-o", "html:p/r.html"), 2, "в самой папке"),
        (("p", "-p", "scan", "-o", "html:нет/r.html"), 2, "нет папки"),
        (("p", "-p", "scan", "--journal", "p/j.db"), 2, "в самой папке"),
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


@pytest.fixture
def watched(tmp_path):
    """Starts ``medcab watch`` with options, and ends it; gives what it said."""
    running = []

    def start(*arguments):
        said, told = tmp_path / "out", tmp_path / "err"
        with said.open("wb") as out, told.open("wb") as err:
            process = subprocess.Popen(
                command(*arguments, "--interval", "0.1", "--settle", "0.2", "--poll"),
                stdout=out, stderr=err, env=ENVIRONMENT,
            )  # fmt: skip
        running.append(process)
        return lambda: said.read_text("utf-8") + told.read_text("utf-8")

    yield start
    for process in running:
        process.kill()
        process.wait()


def text(path):
    return path.read_text("utf-8") if path.is_file() else ""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no such names there")
def test_many_packages_have_a_verdict_each_and_a_page_over_all(tmp_path, watched):
    root, reports = tmp_path / "Входящие", tmp_path / "Отчёты"
    reports.mkdir()
    good, poor = root / "Соловьёва", root / "javascript:alert(1) & <b>"
    shutil.copytree(GOOD, good)
    poor.mkdir()
    (poor / "Паспорт.txt").write_text("не скан")
    (root / "забытый.pdf").write_bytes(b"%PDF-1.4")
    (root / "Thumbs.db").write_bytes(b"x")
    book = tmp_path / "journal.db"
    everything = watched(
        root, "-p", "egisz-employee", "--each", "-o", f"html:{reports}", "--journal", book
    )
    index = reports / "index.html"

    def shows(*words):
        wait_for(lambda: all(w in text(index) for w in words), lambda: everything() + text(index))

    shows("успешно 1 пакет из 2", "✗ Ошибка", "✓ Успешно", "1 файл лежит рядом")
    page = text(index)
    assert "Thumbs" not in page
    assert '<a href="./javascript%3Aalert%281%29%20%26%20%3Cb%3E.html">' in page
    assert "<b>" not in page
    assert "Успешно:" in text(reports / "Соловьёва.html")
    assert "Ошибка:" in text(reports / f"{poor.name}.html")

    poor.rename(root / "Новая")  # one is gone, another is there
    shows(">Новая</a>")
    assert "javascript" not in text(index)
    assert "Папки с пакетом больше нет" in text(reports / "javascript:alert(1) & <b>.html")

    (good / "form.yaml").write_text("a: [", encoding="utf-8")  # unreadable: two forms
    shows("успешно 0 пакетов из 2", "две анкеты")
    assert "проверить пакет нельзя" in text(reports / "Соловьёва.html")
    (good / "form.yaml").unlink()
    shows("успешно 1 пакет из 2")
    assert "Успешно:" in text(reports / "Соловьёва.html")
    shutil.rmtree(good)
    shows("успешно 0 пакетов из 1")
    assert "Папки с пакетом больше нет" in text(reports / "Соловьёва.html")
    from medcab.journal import Journal

    with Journal(book, create=False) as journal:
        assert journal.verify().whole
        records = list(journal.records())
    assert {r.content["command"] for r in records} == {"watch"}
    assert {"passed", "failed"} <= {r.content["verdict"] for r in records}
    assert "Соловь" not in str([r.content for r in records])
    assert "Traceback" not in everything()


@pytest.mark.slow
def test_a_package_whose_folder_goes_has_no_verdict_any_more(package, tmp_path, watched):
    page, book = tmp_path / "r.html", tmp_path / "r.xlsx"
    everything = watched(
        package, "-p", "egisz-employee", "-o", f"html:{page}", "-o", f"xlsx:{book}"
    )
    wait_for(lambda: "Успешно:" in text(page) and book.exists(), everything)
    shutil.rmtree(package)
    wait_for(lambda: "Папки с пакетом больше нет" in text(page), everything)
    wait_for(lambda: not book.exists(), everything)
    assert "Успешно" not in text(page)
    shutil.copytree(GOOD, package)
    wait_for(lambda: "Успешно:" in text(page) and book.exists(), everything)


@pytest.mark.slow
def test_a_folder_of_reports_that_was_removed_is_made_again(tmp_path, watched):
    root, reports = tmp_path / "Входящие", tmp_path / "Отчёты"
    one = root / "один"
    one.mkdir(parents=True)
    (one / "Паспорт.txt").write_text("не скан")
    reports.mkdir()
    everything = watched(root, "-p", "scan", "--each", "-o", f"html:{reports}")
    page = reports / "один.html"
    wait_for(lambda: "Ошибка:" in text(page), everything)
    shutil.rmtree(reports)
    (one / "СНИЛС.txt").write_text("не скан")
    wait_for(lambda: "СНИЛС.txt" in text(page), everything)
    wait_for(lambda: "один" in text(reports / "index.html"), everything)
    assert "Traceback" not in everything()


def test_each_wants_folders_for_the_reports_and_no_common_form(tmp_path):
    (tmp_path / "p").mkdir()
    (tmp_path / "f.yaml").write_text("fio: x\n", encoding="utf-8")
    done = run("p", "-p", "scan", "--each", "-o", "html:r.html", cwd=tmp_path)
    assert done.returncode == 2
    assert "нужна папка" in done.stderr.decode()
    done = run("p", "-p", "scan", "--each", "--form", "f.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "--each" in done.stderr.decode()


def test_a_package_named_index_does_not_hide_the_page_over_all(tmp_path):
    from medcab import formats
    from medcab.commands._watched import Settings
    from medcab.commands._watched_folder import Folder

    settings = Settings(None, (), None, 1, 20.0, quiet=True)
    folder = Folder(str(tmp_path), settings, [(formats.get("html"), str(tmp_path))])
    names = [Path(path).name for name in ("Index", "a.b") for _, path in folder._files(name)]
    assert names == ["Index_.html", "a.b.html"]

"""``medcab profile``: list, show, lint, new."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from medcab import profile as profiles


def medcab(*arguments, cwd=None, lang="ru", encoding="utf-8"):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MEDCAB", "LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", "medcab", "profile", *arguments, "--lang", lang],
        check=False, capture_output=True, cwd=cwd,
        env={**clean, "PYTHONIOENCODING": encoding, "COLUMNS": "200"},
    )  # fmt: skip


def test_list():
    done = medcab("list")
    text = done.stdout.decode()
    assert done.returncode == 0
    for name in (*profiles.names(), *profiles.overlays()):
        assert name in text
    assert "Первичная аккредитация" in text
    data = json.loads(medcab("list", "--format", "json").stdout)["profiles"]
    assert [p["name"] for p in data if p["overlay"]] == ["real-2026", "strict"]
    assert {p["name"] for p in data if not p["overlay"]} == set(profiles.names())


def test_show():
    done = medcab("show", "egisz-organization")
    text = done.stdout.decode()
    assert done.returncode == 0
    for words in ("устав [charter]", "ЕГИСЗ: регистрация", "K16", "если число учредителей",
                  "5,0 МБ", "ФИО_ТипДокумента.pdf", "D23"):  # fmt: skip
        assert words in text.replace("тип заявителя (ЮЛ или ИП) ≠ ИП и ", ""), words
    assert "docs/requirements.md" not in text
    english = medcab("show", "egisz-organization", lang="en").stdout.decode()
    assert "charter [charter]" in english
    assert "sole trader" in english


def test_show_with_overlays_is_what_the_library_says():
    shown = json.loads(
        medcab(
            "show", "accreditation-periodic", "--overlay", "real-2026", "--format", "json"
        ).stdout
    )
    loaded = profiles.load("accreditation-periodic", ["real-2026"])
    assert shown["name"] == loaded.name == "accreditation-periodic+real-2026"
    assert shown["parameters"]["period_years"] == 5
    assert [d["id"] for d in shown["documents"]] == [d.id for d in loaded.documents]
    assert [f["name"] for f in shown["fields"]] == [f.name for f in loaded.fields]
    assert shown["files"]["max_total"] == 10_000_000


@pytest.mark.parametrize("encoding", ["cp866", "cp1251", "ascii"])
def test_old_consoles(encoding):
    done = medcab("show", "accreditation-general", encoding=encoding)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "egisz-organisation"), "egisz-organization"),
        (("show", "strict"), "надстройка"),
        (("show", "scan", "--overlay", "none"), "Профиля «none» нет"),
        (("show", "scan", "--format", "xml"), "xml"),
        (("list", "--format", "xml"), "xml"),
        (("lint", "missing.toml"), "не читается"),
        (("new", "x.yaml"), ".toml"),
        (("new", "x.toml", "--extends", "nothing"), "Профиля «nothing» нет"),
    ],
)
def test_wrong_usage(arguments, words, tmp_path):
    done = medcab(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert [*tmp_path.iterdir()] == []


def test_lint_prints_lines(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text('name = "x"\n[files]\nnamming = "free"\ndpi = "many"\n')
    done = medcab("lint", "bad.toml", cwd=tmp_path)
    assert done.returncode == 2
    lines = done.stdout.decode().splitlines()
    assert lines[0] == "bad.toml:3: Неизвестный ключ namming. Может быть, naming?"
    assert lines[1].startswith("bad.toml:4: ")


def test_new_makes_a_clean_profile_and_never_writes_over(tmp_path):
    done = medcab("new", "clinic.toml", "--extends", "frmr-diploma", cwd=tmp_path)
    assert done.returncode == 0
    assert medcab("lint", "clinic.toml", cwd=tmp_path).returncode == 0
    loaded = profiles.load(str(tmp_path / "clinic.toml"))
    assert [d.id for d in loaded.documents] == [
        d.id for d in profiles.load("frmr-diploma").documents
    ]
    before = (tmp_path / "clinic.toml").read_bytes()
    again = medcab("new", "clinic.toml", cwd=tmp_path)
    assert again.returncode == 2
    assert (tmp_path / "clinic.toml").read_bytes() == before

"""``medcab new``: what it lays out can be filled in and read back."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from medcab import profile as profiles
from medcab.errors import OutputError, UsageError
from medcab.forms import read_form
from medcab.manifest import read_manifest
from medcab.scaffold import FORM_FORMATS, lay_out
from medcab.validators.doctype import recognise


def medcab(*arguments, cwd=None):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MEDCAB", "LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", "medcab", *arguments],
        check=False, capture_output=True, cwd=cwd, env={**clean, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


@pytest.mark.parametrize("form_format", FORM_FORMATS)
@pytest.mark.parametrize("name", [*profiles.names()])
def test_every_profile(tmp_path, name, form_format):
    loaded = profiles.load(name)
    made = lay_out(loaded, tmp_path / "p", form_format=form_format)
    manifest = read_manifest(made[0].read_bytes(), "medcab.yaml")
    assert manifest.profile == name
    assert manifest.documents == {}
    if not loaded.fields:
        assert len(made) == 1
        return
    assert manifest.form == made[1].name
    form = read_form(made[1].read_bytes(), made[1].name)
    # Every field of the profile is there, blank, and nothing else.
    assert {*form.values} == {f.name for f in loaded.fields}
    assert form.unknown == ()
    assert all(form.get(n) is None for n in form.values)


@pytest.mark.parametrize("name", [*profiles.names()])
def test_names_in_the_manifest_are_recognised_when_uncommented(tmp_path, name):
    made = lay_out(profiles.load(name), tmp_path / "p")
    lines = made[0].read_text("utf-8").splitlines()
    start = lines.index("documents:")
    entries = [ln[1:] for ln in lines[start + 1 :] if ln.startswith('#   "')]
    text = "\n".join([*lines[: start + 1], *dict.fromkeys(entries)]) + "\n"
    manifest = read_manifest(text.encode(), "medcab.yaml")
    assert len(entries) == sum(len(d.types) for d in profiles.load(name).documents)
    for path, meta in manifest.documents.items():
        assert recognise(path).type == meta["type"]


def test_an_overlay_is_kept(tmp_path):
    lay_out(profiles.load("accreditation-primary", ["real-2026"]), tmp_path / "p", language="en")
    manifest = read_manifest((tmp_path / "p" / "medcab.yaml").read_bytes(), "medcab.yaml")
    assert manifest.profile == "accreditation-primary+real-2026"
    assert profiles.load(manifest.profile).parameters["period_years"] == 5


@pytest.mark.parametrize("occupied", ["file", "folder"])
def test_nothing_is_written_over(tmp_path, occupied):
    target = tmp_path / "p"
    if occupied == "file":
        target.write_text("x")
    else:
        target.mkdir()
        (target / "a.txt").write_text("x")
    with pytest.raises(UsageError, match="not an empty folder"):
        lay_out(profiles.load("scan"), target)
    assert not (target / "medcab.yaml").exists()


def test_an_empty_folder_is_used(tmp_path):
    assert lay_out(profiles.load("scan"), tmp_path)[0] == tmp_path / "medcab.yaml"


def test_what_cannot_be_made(tmp_path):
    with pytest.raises(UsageError, match="format docx"):
        lay_out(profiles.load("scan"), tmp_path / "p", form_format="docx")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        lay_out(profiles.load("scan"), tmp_path / "file" / "p")
    assert not (tmp_path / "p").exists()


def test_the_command(tmp_path):
    done = medcab("new", "accreditation-primary", "пакет", cwd=tmp_path)
    assert done.returncode == 0
    assert "пакет" in done.stdout.decode()
    text = (tmp_path / "пакет" / "medcab.yaml").read_text("utf-8")
    assert "# Первичная аккредитация" in text
    assert '"Иванов Иван Иванович_Диплом.pdf": diploma' in text
    again = medcab("new", "accreditation-primary", "пакет", cwd=tmp_path)
    assert again.returncode == 2
    unknown = medcab("new", "acreditation-primary", "x", cwd=tmp_path)
    assert unknown.returncode == 2
    assert "accreditation-primary" in unknown.stderr.decode()
    assert not (tmp_path / "x").exists()


def test_a_new_package_is_not_passed(tmp_path):
    medcab("new", "accreditation-primary", "p", "--form-format", "xlsx", cwd=tmp_path)
    done = medcab("check", "p", cwd=tmp_path)
    assert done.returncode in (1, 3)
    assert "Не заполнено поле" in done.stdout.decode()

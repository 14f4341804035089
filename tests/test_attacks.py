"""Packages made to mislead: what cannot be judged is never passed, and never silently skipped."""

from __future__ import annotations

import os
import unicodedata
import zipfile
from datetime import UTC, datetime

import pytest

from medcab import profile as profiles
from medcab.archives import zip_entries
from medcab.engine import CheckOptions, judge, run
from medcab.errors import MedcabError
from medcab.inputs import InputLimits, PackageOptions, read_package
from medcab.model import Document, Package, Verdict
from medcab.profile import load
from medcab.sources import BytesSource, ZipSource
from medcab.validators.facts import unreadable

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def single(facts):
    document = Document(
        "Иванов_Диплом.pdf", BytesSource(b"x"), "Иванов_Диплом.pdf", 1, type="diploma", facts=facts
    )
    return Package("root", (document,)), document


@pytest.mark.parametrize("reason", ["unreadable", "time", "memory", "crash", "error"])
@pytest.mark.parametrize("name", profiles.names())
def test_a_document_without_facts_is_never_passed(name, reason):
    profile = load(name)
    package, document = single(unreadable(1, reason, detail="?", limit=1))
    found = list(judge(package, profile, NOW, document=document))
    assert any(f.verdict is not Verdict.PASSED for f in found), name


@pytest.mark.parametrize("name", ["a.pdf", "a.jpg", "a.xml", "a.pfx"])
def test_a_document_that_was_only_glanced_at_is_never_passed(name):
    from medcab.validators.probe import surface

    glance = surface(
        BytesSource(b"%PDF-1.4\n" if name.endswith("pdf") else b"\xff\xd8\xff\xe0"), name
    )
    for profile in map(load, profiles.names()):
        package, document = single(unreadable(9, "time", limit=1, surface=glance))
        found = list(judge(package, profile, NOW, document=document))
        assert any(f.verdict is not Verdict.PASSED for f in found), profile.name


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return str(path)


def test_a_member_that_was_exchanged_is_not_read_in_part(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.pdf": b"x" * 10})
    source = ZipSource(path, "a.pdf", 10)
    assert source.read() == b"x" * 10
    zipped(tmp_path / "a.zip", {"a.pdf": b"x" * 10 + b"evil"})
    with pytest.raises(OSError):
        source.read()
    zipped(tmp_path / "a.zip", {"b.pdf": b""})
    with pytest.raises(OSError):
        source.read()


def test_a_member_exchanged_for_one_of_the_same_size_is_not_read(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.pdf": b"x" * 10})
    ((_, source, _),) = zip_entries(path, InputLimits())
    assert source.read() == b"x" * 10
    # Another archive of the same bytes, and one written in place with the old time.
    before = os.stat(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.pdf", b"y" * 10)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert os.stat(path).st_size == before.st_size
    with pytest.raises(OSError, match="changed"):
        source.read()
    with pytest.raises(OSError, match="changed"):
        ZipSource(path, "a.pdf", 10, crc=source.crc).read()


@pytest.mark.parametrize("place", [0.3, 0.5, 0.9])
def test_a_damaged_member_is_unreadable_and_not_a_crash(tmp_path, place):
    form = "fio: Иванов Иван\n" + "".join(f"# {n * n}\n" for n in range(500))
    path = tmp_path / "a.zip"
    zipped(path, {"form.yaml": form})
    data = bytearray(path.read_bytes())
    start = int(40 + (len(data) - 150) * place)
    data[start : start + 8] = bytes(b ^ 0x5A for b in data[start : start + 8])
    path.write_bytes(data)
    with pytest.raises(OSError):
        ZipSource(str(path), "form.yaml", len(form.encode())).read()
    package = read_package([str(path)])
    assert [(p.kind, p.path) for p in package.problems] == [("form", "form.yaml")]
    assert package.form is None


@pytest.mark.skipif(os.name == "nt", reason="the names are one name there")
def test_a_signature_belongs_to_the_file_of_exactly_its_name(tmp_path):
    composed = unicodedata.normalize("NFC", "Йогансон.pdf")
    other = unicodedata.normalize("NFD", "Йогансон.pdf")
    for name in (composed, other):
        (tmp_path / name).write_bytes(b"x")
        (tmp_path / f"{name}.sig").write_bytes(b"x")
    if len(list(tmp_path.iterdir())) < 4:
        pytest.skip("this file system keeps one form of a name")
    found = {s.path: s.target for s in read_package([str(tmp_path)]).signatures}
    assert found == {f"{composed}.sig": composed, f"{other}.sig": other}


def test_standard_input_does_not_vanish_behind_a_file_of_its_name(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"one")
    with pytest.raises(MedcabError):
        read_package([str(path), "-"], PackageOptions(stdin=b"two", stdin_name=str(path)))


def test_a_package_does_not_bring_its_own_rules(tmp_path, monkeypatch):
    (tmp_path / "a.pdf").write_bytes(b"x")
    (tmp_path / "lax.toml").write_text('name = "lax"\nextends = "scan"\n[rules]\nFIL001 = "off"\n')
    for named in ("lax.toml", "./lax.toml", str(tmp_path / "lax.toml"), "scan+lax.toml"):
        (tmp_path / "medcab.yaml").write_text(f"profile: {named}\n")
        monkeypatch.chdir(tmp_path)
        assert read_package([str(tmp_path)]).manifest["profile"] is None
    (tmp_path / "medcab.yaml").write_text("profile: scan\n")
    assert read_package([str(tmp_path)]).manifest["profile"] == "scan"


def test_settings_in_the_package_are_no_settings_of_the_run(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"x")
    (tmp_path / "medcab.toml").write_text('[ignore]\nFIL001 = ["*"]\n')
    package = read_package([str(tmp_path)])
    # A manifest with a key that is none: not obeyed, and no verdict is given without it.
    assert [(p.kind, p.path) for p in package.problems] == [("manifest", "medcab.toml")]
    report = run(package, load("scan"), CheckOptions(now=NOW, jobs=0))
    assert report.ignored == ()
    assert "INP001" in {f.rule for f in report.findings}


def test_what_is_set_aside_is_kept_in_sight(tmp_path):
    (tmp_path / "Иванов_Диплом.pdf").write_bytes(b"")
    package = read_package([str(tmp_path)])
    plain = run(package, load("scan"), CheckOptions(now=NOW, jobs=0))
    ignore = {f.rule: ["*"] for f in plain.findings}
    report = run(package, load("scan"), CheckOptions(now=NOW, jobs=0, ignore=ignore))
    assert plain.verdict is Verdict.FAILED
    assert report.findings == ()
    assert {f.rule for f in report.ignored} == set(ignore)

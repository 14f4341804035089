from __future__ import annotations

import json
import unicodedata

import pytest

from medcab.errors import FormError
from medcab.manifest import Manifest, is_manifest_name, read_manifest

YAML = """
profile: accreditation-primary
form: form.yaml
documents:
  scan1.pdf: diploma
  ./папка/й.pdf: {type: паспорт, expires: 31.12.2026}
"""


def test_yaml():
    found = read_manifest(YAML.encode(), "medcab.yaml")
    assert found.profile == "accreditation-primary"
    assert found.form == "form.yaml"
    assert found.of("scan1.pdf") == {"type": "diploma"}
    assert found.of(unicodedata.normalize("NFD", "папка/й.pdf"))["type"] == "passport"
    assert found.of("папка\\й.pdf")["expires"] == "31.12.2026"
    assert found.of("other.pdf") == {}
    assert json.loads(json.dumps(found.plain()))["documents"]["scan1.pdf"] == {"type": "diploma"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("medcab.toml", 'profile = "p"\n[documents]\n"a.pdf" = "snils"\n'),
        ("medcab.json", '{"profile":"p","documents":{"a.pdf":"СНИЛС"}}'),
        ("medcab.json", '{"profile":"p","documents":[{"path":"a.pdf","type":"snils"}]}'),
        ("medcab.yml", "profile: p\ndocuments:\n- {path: a.pdf, type: snils}\n"),
    ],
)
def test_formats(name, text):
    found = read_manifest(text.encode(), name)
    assert (found.profile, found.of("a.pdf")["type"]) == ("p", "snils")


@pytest.mark.parametrize("text", ["", "documents:\n", "# nothing\n"])
def test_nothing_said(text):
    assert read_manifest(text.encode(), "medcab.yaml") == Manifest()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("profle: x\n", "unknown key “profle”"),
        ("documents: {a.pdf: дипломат}\n", "unknown type “дипломат”"),
        ("documents: {a.pdf: справка}\n", "unknown type"),
        ("documents: {a.pdf: {typ: diploma}}\n", "unknown key “typ”"),
        ("documents: {a.pdf: [1]}\n", "not described"),
        ("documents: {a.pdf: inn, ./a.pdf: inn}\n", "stands twice"),
        ("documents: {a.pdf: inn, a.pdf: inn}\n", "stands twice"),
        ("documents: [{type: inn}]\n", "has no path"),
        ("documents: 3\n", "must be a table of files"),
        ("profile: [a]\n", "a text is expected"),
        ("- a\n", "not a table of keys"),
        ("a: &x 1\nb: *x\n", "cannot be understood"),
        ("a: [\n", "cannot be understood"),
    ],
)
def test_wrong(text, words):
    with pytest.raises(FormError) as error:
        read_manifest(text.encode(), "medcab.yaml")
    assert words in str(error.value)
    assert error.value.hint


def test_the_nearest_types_are_named():
    with pytest.raises(FormError) as error:
        read_manifest(b"documents: {a.pdf: diplimo}\n", "medcab.yaml")
    assert "diploma" in error.value.arguments["near"]


def test_names():
    assert is_manifest_name("MedCab.yaml")
    assert not is_manifest_name("medcab.txt")

from __future__ import annotations

import re
import tomllib
from importlib import resources
from types import SimpleNamespace

import pytest

from medcab import profile
from medcab.errors import ProfileError
from medcab.model import Severity
from medcab.profile_schema import parse_size
from medcab.rules import all_rules, find_rule
from medcab.vocabulary import DOCUMENT_TYPES, FIELDS

ISSUE = {
    "accreditation-general", "accreditation-primary", "accreditation-periodic",
    "accreditation-specialized", "accreditation-references", "foreign-diploma", "frmr-diploma",
    "frmr-credential", "frmr-accreditation-renewal", "frmr-education-update",
    "egisz-organization", "egisz-employee", "signature-issue", "signature-issue-frmr",
    "signature-reissue", "scan",
}  # fmt: skip


def write(tmp_path, text, name="mine.toml"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return str(path)


def types_of(name, *overlays):
    return [d.types for d in profile.load(name, overlays).documents]


def test_all_profiles_are_there():
    assert set(profile.names()) >= ISSUE
    assert profile.overlays() == ("real-2026", "strict")


@pytest.mark.parametrize("name", [*profile.names()])
def test_bundled_profiles_are_clean(name):
    loaded = profile.load(name)
    path = resources.files("medcab") / "profiles" / f"{name}.toml"
    assert profile.lint(str(path)) == []
    assert loaded.titles["ru"] != name
    assert re.search("[А-Яа-я]", loaded.titles["ru"])
    assert loaded.sources
    for requirement in loaded.documents:
        assert requirement.source.startswith("docs/requirements.md ")
        assert set(requirement.types) <= set(DOCUMENT_TYPES)
        for field in requirement.when.names if requirement.when else ():
            assert field in {f.name for f in loaded.fields}, (requirement.id, field)
    for field in loaded.fields:
        assert field.name in FIELDS
        assert field.source.startswith("docs/requirements.md ")
    for contradiction in loaded.contradictions:
        assert set(contradiction.decision) == {"ru", "en"}


@pytest.mark.parametrize("overlay", [*profile.overlays()])
def test_bundled_overlays_are_clean_and_fit_every_profile(overlay):
    path = resources.files("medcab") / "profiles" / f"{overlay}.toml"
    assert profile.lint(str(path)) == []
    for name in profile.names():
        loaded = profile.load(name, [overlay])
        assert loaded.name == f"{name}+{overlay}"
        assert loaded.files.formats == ("pdf",)
        assert loaded.titles == profile.load(name).titles


def test_rows_of_the_requirements():
    assert types_of("accreditation-primary") == [
        ("passport",), ("diploma",), ("org_registration",), ("medical_license",),
    ]  # fmt: skip
    assert ("employment_record", "employment_certificate") in types_of("accreditation-general")
    founders = next(
        d for d in profile.load("egisz-organization").documents if d.id == "founders_agreement"
    )
    assert founders.when is not None
    assert founders.when.decide({"org_kind": "ЮЛ", "founders_count": "1"}.get).value is False
    assert profile.load("accreditation-references").files.formats == ("pdf", "jpg", "jpeg")


def test_real_2026():
    real = profile.load("accreditation-periodic", ["real-2026"])
    assert real.parameters["period_years"] == 5
    assert real.parameters["window_days"] == [0, 365]
    assert real.parameters["fee"] == "none"
    assert real.files.lowercase_extension
    assert real.files.max_total == 10_000_000
    assert real.files.warn_over is None
    assert "online_test_passed" not in {f.name for f in real.fields}
    assert types_of("accreditation-primary", "real-2026") == [("passport",), ("diploma",)]
    # The fee of a recognition stays: tax code.
    assert ("fee_receipt",) in types_of("foreign-diploma", "real-2026")
    assert {c.id: c for c in real.contradictions}["K6"].decision["ru"].startswith("Аккредитация")


def test_overlay_in_the_name_and_as_argument_are_the_same():
    assert profile.load("scan+strict") == profile.load("scan", ["strict"])
    both = profile.load("egisz-organization+strict", ["real-2026"])
    assert both.name == "egisz-organization+strict+real-2026"
    charter = next(d for d in both.documents if d.id == "charter")
    assert charter.level is Severity.ERROR
    assert charter.when is not None


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("egisz-organisation", "egisz-organization"),
        ("acreditation-primary", "accreditation-primary"),
    ],
)
def test_unknown_profile_names_the_nearest(name, nearest):
    with pytest.raises(ProfileError) as error:
        profile.load(name)
    assert nearest in error.value.arguments["nearest"]


@pytest.mark.parametrize(
    ("name", "overlays", "words"),
    [
        ("strict", (), "is an overlay"),
        ("scan", ("accreditation-primary",), "is a profile, not an overlay"),
        ("nowhere/missing.toml", (), "cannot be read"),
        ("qqq", (), "There is no profile"),
    ],
)
def test_wrong_names(name, overlays, words):
    with pytest.raises(ProfileError, match=words):
        profile.load(name, overlays)


def test_a_profile_of_ones_own(tmp_path):
    path = write(
        tmp_path,
        """
name = "clinic"
extends = "accreditation-primary"

[files]
max_file = "2 MB"

[rules]
NAM003 = "error"
field-malformed = { strict_phone = true }
form-missing = "off"

[drop]
documents = ["medical_license"]

[[documents]]
id = "passport"
level = "warning"

[[documents]]
id = "extra"
any_of = ["snils", "inn"]
when = "has(snils)"
""",
    )
    loaded = profile.load(path)
    assert loaded.extends == "accreditation-primary"
    assert loaded.files.max_file == 2_000_000
    assert loaded.files.dpi == 300
    assert [d.id for d in loaded.documents] == ["passport", "diploma", "org_registration", "extra"]
    assert loaded.documents[0].level is Severity.WARNING
    assert loaded.documents[0].types == ("passport",)
    assert loaded.level(find_rule("NAM003")) is Severity.ERROR
    assert loaded.level(find_rule("FRM001")) is None
    assert loaded.level(find_rule("FLD001")) is Severity.ERROR
    assert loaded.params(find_rule("FLD001"))["strict_phone"] is True
    assert loaded.params(find_rule("FRM001")) == {"absent": "undetermined"}
    assert profile.lint(path) == []
    assert profile.load(path + "+strict").name == "clinic+strict"


def test_extends_a_neighbour_file(tmp_path):
    write(tmp_path, 'name = "base"\n[[documents]]\nid = "p"\nany_of = ["passport"]\n', "base.toml")
    path = write(tmp_path, 'name = "top"\nextends = "base.toml"\n', "top.toml")
    assert [d.id for d in profile.load(path).documents] == ["p"]


def test_a_circle_is_refused(tmp_path):
    write(tmp_path, 'name = "a"\nextends = "b.toml"\n', "a.toml")
    path = write(tmp_path, 'name = "b"\nextends = "a.toml"\n', "b.toml")
    with pytest.raises(ProfileError, match="extends itself"):
        profile.load(path)


PROBLEMS = [
    ('name = "x"\nextnds = "scan"\n', 2, "Unknown key extnds", "extends"),
    ('version = "1"\n', 1, "no name", ""),
    ('name = "x"\n[files]\nmax_file = "5 parrots"\n', 3, "max_file must be", ""),
    ('name = "x"\n[files]\nformats = ["pfd"]\n', 3, "no file format pfd", "pdf"),
    ('name = "x"\n[files]\nnaming = "wild"\n', 3, "naming must be one of", ""),
    ('name = "x"\n[files]\ndpi = -3\n', 3, "dpi must be", ""),
    ('name = "x"\n[rules]\nPKG001 = "fatal"\n', 3, "PKG001 must be", ""),
    ('name = "x"\n[rules]\nPKG999 = "off"\n', 3, "no rule PKG999", ""),
    ('name = "x"\n[rules]\ndocument-mising = "off"\n', 3, "no rule", "document-missing"),
    ('name = "x"\n\n[[documents]]\nid = "a"\nany_of = ["pasport"]\n', 5, "pasport", "passport"),
    ('name = "x"\n[[documents]]\nid = "a"\nany_of = []\n', 4, "empty", ""),
    ('name = "x"\n[[documents]]\nany_of = ["inn"]\n', 2, "has no id", ""),
    ('name = "x"\n[[documents]]\nid="a"\nany_of=["inn"]\n[[documents]]\nid="a"\n', 5, "twice", ""),
    ('name = "x"\n[[documents]]\nid="a"\nany_of=["inn"]\nwhen="b >"\n', 5, "condition", ""),
    ('name = "x"\n[[fields]]\nname="a"\nkind="snlis"\n', 4, "no kind of field snlis", "snils"),
    ('name = "x"\nsignature = "maybe"\n', 2, "signature must be one of", ""),
    ('name = "x"\ndocuments = 3\n', 2, "documents must be a list", ""),
    ('name = "x"\nfiles = 3\n', 2, "files must be a table", ""),
    ('name = "x"\noverlay = true\nextends = "scan"\n', 3, "An overlay cannot", ""),
    ('name = "x"\n[for."a-*".files]\ndpi = "x"\n', 3, "dpi must be", ""),
    ('name = "x"\n[files\n', 2, "not TOML", ""),
]


@pytest.mark.parametrize(("text", "line", "words", "near"), PROBLEMS)
def test_lint_names_line_and_reason(tmp_path, text, line, words, near):
    path = write(tmp_path, text)
    problems = profile.lint(path)
    assert [p.line for p in problems if words in str(p)] == [line], [*map(str, problems)]
    assert near in " ".join(map(str, problems))
    with pytest.raises(ProfileError):
        profile.load(path)


def test_lint_follows_extends(tmp_path):
    path = write(tmp_path, 'name = "x"\nextends = "nosuch"\n')
    assert ["There is no profile" in str(p) for p in profile.lint(path)] == [True]


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"\xff\xfe\x00", "not UTF-8"), (b"#" * 1_000_001, "larger than")],
)
def test_files_that_are_no_profiles(tmp_path, data, words):
    path = tmp_path / "bad.toml"
    path.write_bytes(data)
    with pytest.raises(ProfileError, match=words):
        profile.load(str(path))


@pytest.mark.parametrize(
    ("text", "size"),
    [("5MiB", 5_242_880), ("10MB", 10_000_000), ("1.5 KiB", 1536), (7, 7), ("7", 7), ("2kb", 2000)],
)
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "MB", "-1", "5 GB", "٥MB", True, -1, "5MiBB"])
def test_no_sizes(text):
    with pytest.raises(ValueError):
        parse_size(text)


def test_levels_and_default_off():
    loaded = profile.load("scan")
    off = next(r for r in all_rules() if r.id == "PKG009")
    assert loaded.level(off) is None
    assert profile.load("egisz-organization").level(off) is Severity.WARNING
    assert loaded.level(find_rule("PKG001")) is Severity.ERROR


def test_formats_of_a_type():
    loaded = profile.load("signature-reissue")
    assert "cer" in loaded.formats_of("signing_certificate")
    assert loaded.formats_of("passport") == ("pdf",)
    assert loaded.formats_of(None) == ("pdf",)
    assert loaded.requirement("passport").id == "passport"


def test_every_key_of_the_bundled_profiles_survives_reading():
    """Nothing a profile says is lost: each document and field of the TOML is in the Profile."""
    for name in profile.names():
        text = (resources.files("medcab") / "profiles" / f"{name}.toml").read_text("utf-8")
        raw = tomllib.loads(text)
        loaded = profile.load(name)
        assert [d["id"] for d in raw.get("documents", [])] == [d.id for d in loaded.documents]
        assert [f["name"] for f in raw.get("fields", [])] == [f.name for f in loaded.fields]
        assert SimpleNamespace(**raw["title"]).ru == loaded.titles["ru"]


def test_the_examples_of_the_documentation(tmp_path):
    from pathlib import Path

    from medcab.forms import read_form
    from medcab.manifest import read_manifest

    docs = Path(__file__).resolve().parent.parent / "docs"
    block = re.search(r"```toml\n(.+?)```", (docs / "profiles.md").read_text("utf-8"), re.DOTALL)
    path = write(tmp_path, block[1])
    assert [*map(str, profile.lint(path))] == []
    assert profile.load(path).files.max_total == 10_000_000
    form, manifest = re.findall(
        r"```yaml\n(.+?)```", (docs / "form.md").read_text("utf-8"), re.DOTALL
    )
    assert read_form(form.encode(), "form.yaml").unknown == ()
    assert len(read_manifest(manifest.encode(), "medcab.yaml").documents) == 3


def test_scan_judges_files_and_no_form():
    """Everything about forms is off there: a form beside the files says nothing about them."""
    loaded = profile.load("scan")
    about_forms = [r for r in all_rules() if r.id[:3] in ("FRM", "FLD") or r.id == "NAM005"]
    assert about_forms
    assert [r.id for r in about_forms if loaded.level(r) is not None] == []
    assert loaded.form == "none"
    assert "без анкеты" in loaded.titles["ru"]


def test_titles_of_bundled_profiles():
    assert profile.title("egisz-employee", "ru") == "ЕГИСЗ: сотрудник или пациент"
    assert profile.title("egisz-employee+real-2026", "ru") == "ЕГИСЗ: сотрудник или пациент"
    assert profile.title("our-clinic", "ru") is None
    assert profile.title("../profiles/scan", "ru") is None
    for name in profile.names():
        assert profile.title(name, "ru")
        assert profile.title(name, "en")

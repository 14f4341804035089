"""What machines read: validated with the schemas and readers that others wrote."""

import csv
import io
import json
import os
from dataclasses import replace
from pathlib import Path

import jsonschema
import junitparser
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcab.errors import InputError, UsageError
from medcab.formats import Options, get, names, render
from medcab.formats.convert import load
from medcab.formats.json_types import ReportJson
from medcab.formats.sarif import relative_uri
from medcab.model import Finding, Location, Outcome, Report, Severity, Verdict
from medcab.sources import BytesSource, FileSource, ZipSource
from medcab.text import Translator

from .conftest import HOSTILE, ROOT, document, rich_report

EN = Translator("en")
VECTORS = Path(os.environ.get("MEDCAB_VECTORS") or ROOT.parent / "shared" / "vectors")
MACHINE = ("json", "jsonl", "csv", "sarif", "junit", "github", "gitlab")


def empty(**more) -> Report:
    base = rich_report()
    kept = {
        "profile": "scan",
        "checked_at": base.checked_at,
        "root": ".",
        "documents": (),
        "findings": (),
    }
    return Report(**{**kept, **more})


def test_names_and_get():
    assert names()[0] == "text"
    for name in names():
        writer = get(name)
        assert writer.name == name
        assert writer.extension.startswith(".")
        assert "/" in writer.media_type
    assert get("JSON") is get("json")


def test_unknown_format_names_those_that_exist():
    with pytest.raises(UsageError) as caught:
        get("docx")
    assert caught.value.arguments["name"] == "docx"
    assert "sarif" in caught.value.arguments["known"]


def test_asking_for_one_format_does_not_load_the_others():
    import subprocess
    import sys

    code = (
        "import sys, medcab.formats as f; f.get('sarif'); "
        "print([m for m in ('rich', 'xlsxwriter', 'jinja2', 'reportlab', 'medcab.formats.text',"
        " 'medcab.formats.junit') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


# JSON


def test_json_follows_its_published_schema(report, ru):
    schema = json.loads((ROOT / "docs/schema/medcab.report-1.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for some in (report, empty()):
        data = json.loads(render(some, "json", ru))
        jsonschema.validate(data, schema, jsonschema.Draft202012Validator)
    broken = json.loads(render(report, "json", ru))
    broken["verdict"] = "perhaps"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema, jsonschema.Draft202012Validator)


def test_json_has_the_keys_that_were_promised(report, ru):
    data = json.loads(render(report, "json", ru))
    assert data["schema"] == "medcab.report/1"
    assert {"tool", "profile", "checked_at", "verdict", "counts", "documents", "findings"} <= set(
        data
    )
    assert {"path", "type", "format", "size", "pages", "sha256", "verdict"} <= set(
        data["documents"][0]
    )
    assert {"rule", "name", "severity", "location", "args", "message", "help"} <= set(
        data["findings"][0]
    )
    assert {"path", "member", "page", "field"} <= set(data["findings"][0]["location"])
    assert data["checked_at"] == "2026-11-21T22:37:05Z"


def test_stored_report_reads_back_the_same(report, ru, en):
    once = render(report, "json", ru)
    again = load(once)
    assert again.verdict is report.verdict
    assert render(again, "json", ru) == once
    # Arguments were stored, not only sentences: another language is possible (but for rules
    # that are unknown here: their stored words are all there is).
    report = replace(report, findings=report.findings[:-1])
    again = load(render(report, "json", ru))
    assert render(again, "json", en) == render(report, "json", en)


def test_stored_words_serve_when_the_rule_is_gone(report, ru, monkeypatch):
    once = json.loads(render(report, "json", ru))
    for finding in once["findings"]:
        finding["rule"] = "OLD001"
    again = load(json.dumps(once).encode())
    told = [f["message"] for f in json.loads(render(again, "json", ru))["findings"]]
    assert told == [f["message"] for f in once["findings"]]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b'{"schema":"medcab.report/2"}',
        b"[" * 100_000,
        b'{"schema":"medcab.report/1","verdict":"passed"}',
    ],
)
def test_what_is_no_report_is_refused(data):
    with pytest.raises(InputError):
        load(data, "x.json")


def test_a_stored_template_cannot_ask_for_gigabytes(report, ru):
    once = json.loads(render(report, "json", ru))
    once["findings"][1]["reason"] = "{type:>9999999999}{type.__class__}"
    again = load(json.dumps(once).encode())
    data = json.loads(render(again, "json", ru))
    assert len(data["findings"][1]["message"]) < 300


def test_broken_date_in_a_stored_report(report, ru):
    once = json.loads(render(report, "json", ru)) | {"checked_at": "yesterday"}
    with pytest.raises(InputError):
        load(json.dumps(once).encode())


def test_jsonl_is_one_object_a_line(report, ru):
    lines = [json.loads(line) for line in render(report, "jsonl", ru).splitlines()]
    kinds = [line["kind"] for line in lines]
    assert kinds == ["header", *["document"] * 4, *["finding"] * 10, "ignored", "summary"]
    assert lines[-1]["verdict"] == "failed"
    whole = json.loads(render(report, "json", ru))
    assert [{k: v for k, v in line.items() if k != "kind"} for line in lines[5:15]] == whole[
        "findings"
    ]


# SARIF


def sarif_schema():
    path = VECTORS / "schemas" / "sarif-schema-2.1.0.json"
    if not path.exists():
        pytest.skip(f"no SARIF schema at {path}")
    return json.loads(path.read_text("utf-8"))


def test_sarif_follows_the_official_schema(report, good, ru, en):
    schema = sarif_schema()
    validator = jsonschema.validators.validator_for(schema)
    for some in (report, good, empty()):
        for tr in (ru, en):
            validator(schema).validate(json.loads(render(some, "sarif", tr)))


def test_sarif_says_what_was_found_and_what_was_not_checked(report, ru):
    run = json.loads(render(report, "sarif", ru))["runs"][0]
    assert run["invocations"][0]["executionSuccessful"] is True
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    opened = [r for r in run["results"] if r["kind"] == "open"]
    assert len(opened) == 2
    assert {r["level"] for r in opened} == {"none"}
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == 2
    assert next(r for r in run["results"] if "suppressions" in r)["ruleId"] == "NAM901"
    field = next(r for r in run["results"] if r["ruleId"] == "FLD901")
    assert field["locations"][0]["physicalLocation"]["region"] == {"startLine": 4}


def test_sarif_keeps_default_and_effective_level_apart(report, ru):
    softened = replace(report, findings=(replace(report.findings[3], severity=Severity.INFO),))
    run = json.loads(render(softened, "sarif", ru))["runs"][0]
    rule = next(r for r in run["tool"]["driver"]["rules"] if r["id"] == "DPI901")
    assert rule["defaultConfiguration"]["level"] == "error"
    assert run["results"][0]["level"] == "note"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ж.pdf", "a%20b/%D0%B6.pdf"),
        ("100%.pdf", "100%25.pdf"),
        ("a#b?c.pdf", "a%23b%3Fc.pdf"),
        ("a:b.pdf", "a%3Ab.pdf"),
        ("dir\\f.pdf", "dir/f.pdf"),
        ("/tmp/f.pdf", "file:///tmp/f.pdf"),
        ("C:\\Документ.pdf", "file:///C:/%D0%94%D0%BE%D0%BA%D1%83%D0%BC%D0%B5%D0%BD%D1%82.pdf"),
        ("\udcff.pdf", "%5Cudcff.pdf"),
        ("", "."),
    ],
)
def test_relative_uri(path, uri):
    assert relative_uri(path) == uri


def located(report, tr):
    run = json.loads(render(report, "sarif", tr))["runs"][0]
    jsonschema.validate({"version": "2.1.0", "runs": [run]}, sarif_schema())
    uris = [
        r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]
    ]
    github = render(report, "github", tr).decode().splitlines()
    gitlab = [i["location"]["path"] for i in json.loads(render(report, "gitlab", tr))]
    return run, uris, github, gitlab


def one_finding(root, path, source, member=None):
    found = Finding("LIM901", Severity.ERROR, {}, Location(path, member))
    made = replace(document(path, member=member), source=source)
    return empty(root=root, documents=(made,), findings=(found,))


@pytest.mark.parametrize(
    ("root", "path", "source", "file"),
    [
        ("data/pkg", "a.pdf", FileSource("data/pkg/a.pdf"), "data/pkg/a.pdf"),
        ("./data/pkg/", "sub/a.pdf", FileSource("data/pkg/sub/a.pdf"), "data/pkg/sub/a.pdf"),
        (".", "a.pdf", FileSource("a.pdf"), "a.pdf"),
        ("data/a.pdf", "data/a.pdf", FileSource("data/a.pdf"), "data/a.pdf"),
        ("/repo", "data/a.pdf", FileSource("data/a.pdf"), "data/a.pdf"),
        ("-", "a.pdf", BytesSource(b""), "a.pdf"),
        ("data/pkg", "a.pdf", BytesSource(b""), "data/pkg/a.pdf"),
        ("/repo", "data/a.pdf", BytesSource(b""), "data/a.pdf"),
    ],
)
def test_ci_servers_are_told_files_of_the_repository(ru, root, path, source, file):
    run, uris, github, gitlab = located(one_finding(root, path, source), ru)
    assert uris == [file]
    assert run["artifacts"][0]["location"]["uri"] == file
    assert github[0].startswith(f"::error file={file},")
    assert gitlab == [file]


def test_documents_of_an_archive_lie_in_the_archive(ru):
    report = one_finding("data/p.zip", "в/a.pdf", ZipSource("data/p.zip", "в/a.pdf", 1), "в/a.pdf")
    run, uris, github, gitlab = located(report, ru)
    assert uris == gitlab == ["data/p.zip"]
    assert [a["location"]["uri"] for a in run["artifacts"]] == ["data/p.zip", "%D0%B2/a.pdf"]
    assert run["artifacts"][1]["parentIndex"] == 0
    assert run["results"][0]["locations"][0]["logicalLocations"][0]["name"] == "в/a.pdf"
    assert "в/a.pdf" in github[0]


# JUnit


def opened(data: bytes):
    return list(junitparser.JUnitXml.fromstring(data))


def test_junit_opens_in_junitparser(report, ru):
    (suite,) = opened(render(report, "junit", ru))
    assert (suite.tests, suite.failures, suite.errors) == (6, 3, 1)
    results = {case.name: case.result for case in suite}
    kinds = [type(r).__name__ for r in results["Пакет в целом"]]
    assert kinds == ["Error", "Failure"]
    assert len(results["Иванов_Диплом.pdf"]) == 3
    assert results["снилс.png"] == []
    counted = suite.tests, suite.failures, suite.errors
    suite.update_statistics()
    assert suite.tests == counted[0]


def test_junit_of_nothing_and_of_a_good_package(good, ru):
    (suite,) = opened(render(good, "junit", ru))
    assert (suite.tests, suite.failures, suite.errors) == (2, 0, 0)
    (suite,) = opened(render(empty(), "junit", ru))
    assert suite.tests == 1


# CSV, GitHub, GitLab


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r=", "＝", " ="])
def test_csv_never_computes(sign, ru):
    name = f"{sign}HYPERLINK(1).pdf"
    some = empty(
        documents=(document(name),),
        findings=(
            Finding(
                "FLD901",
                Severity.ERROR,
                {"value": name, "reason": "x"},
                Location(name, field=name),
                {"measured": name, "limit": name, "unit": name},
            ),
        ),
    )
    rows = list(csv.reader(io.StringIO(render(some, "csv", ru).decode("utf-8-sig"))))
    for row in rows:
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")), cell
    assert rows[1][4].startswith(("'", "\\"))


def test_csv_has_a_mark_numbers_and_a_choice_of_delimiter(report, ru):
    data = render(report, "csv", ru, Options(delimiter=";"))
    assert data.startswith(b"\xef\xbb\xbfseverity;outcome;")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert rows[3]["measured"] == "212.5"
    assert rows[3]["page"] == "2"
    assert rows[-1]["ignored"] == "yes"


def test_github_annotations_stay_on_their_lines(report, ru):
    lines = render(report, "github", ru).decode().splitlines()
    assert len(lines) == len(report.findings)
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    assert not any("::error::" in line for line in lines)


def test_github_leaves_ten_of_a_kind_so_errors_come_first(report, ru):
    kinds = [line.split(" ")[0] for line in render(report, "github", ru).decode().splitlines()]
    assert kinds[0] == "::error"
    assert kinds[-1] == "::notice"


def test_gitlab_fingerprints_are_unique_and_survive_other_measurements(report, ru, en):
    def marks(some, tr=ru):
        return [i["fingerprint"] for i in json.loads(render(some, "gitlab", tr))]

    before = marks(report)
    assert len(set(before)) == len(before)
    assert marks(report, en) == before
    changed = [
        replace(f, args={**f.args, "measured": 199}, evidence={}) if f.rule == "DPI901" else f
        for f in report.findings
    ]
    assert marks(replace(report, findings=tuple(changed))) == before
    # A missing document that was added does not rename the other missing ones.
    more = (replace(report.findings[0], args={"type": "snils"}), *report.findings)
    assert marks(replace(report, findings=more))[1:] == before


# Hostile values

hostile_text = st.text(
    st.characters() | st.sampled_from("\x00\x1b\n\r\u202e\udcff\ufeff\u2028=<>&\"'%:,;|`{}[]"),
    max_size=30,
)


@st.composite
def reports(draw):
    where = st.builds(
        Location,
        path=st.none() | hostile_text,
        member=st.none() | hostile_text,
        page=st.none() | st.integers(1, 99999),
        field=st.none() | hostile_text,
    )
    value = hostile_text | st.integers() | st.floats() | st.booleans() | st.none()
    values = value | st.lists(value, max_size=3)
    finding = st.builds(
        Finding,
        rule=st.sampled_from(["DPI901", "FLD901", "SCN901", "LIM901"]) | hostile_text,
        severity=st.sampled_from(Severity),
        args=st.dictionaries(
            st.sampled_from(["measured", "limit", "value", "reason", "type", "n"]) | hostile_text,
            values,
            max_size=4,
        ),
        location=where,
        evidence=st.dictionaries(
            st.sampled_from(["measured", "limit", "unit", "other"]), values, max_size=3
        ),
        outcome=st.sampled_from(Outcome),
        reason=st.none() | st.sampled_from(["It was {value}.", "Timed out."]),
    )
    return empty(
        profile=draw(hostile_text),
        root=draw(hostile_text),
        documents=tuple(document(draw(hostile_text)) for _ in range(draw(st.integers(0, 2)))),
        findings=tuple(draw(st.lists(finding, max_size=4))),
        ignored=tuple(draw(st.lists(finding, max_size=1))),
    )


@given(reports())
def test_no_value_breaks_a_format(some):
    data = {name: render(some, name, EN) for name in MACHINE}
    decoded = msgspec.json.decode(data["json"], type=ReportJson)
    assert len(decoded.findings) == len(some.findings)
    assert load(data["json"]).verdict is some.verdict
    # splitlines() of str breaks at U+2028 and others; JSON Lines breaks at \n only.
    lines = data["jsonl"].removesuffix(b"\n").split(b"\n")
    assert len(lines) == 2 + len(some.documents) + len(some.findings) + len(some.ignored)
    assert all(json.loads(line) for line in lines)
    rows = list(csv.reader(io.StringIO(data["csv"].decode("utf-8-sig"), newline="")))
    assert {len(row) for row in rows} == {14}
    assert len(rows) == 1 + len(some.findings) + len(some.ignored)
    (suite,) = opened(data["junit"])
    assert suite.tests >= 1 + len({d.path for d in some.documents})
    assert len(data["github"].decode().splitlines()) == len(some.findings)
    assert len(json.loads(data["gitlab"])) == len(some.findings)
    json.loads(data["sarif"])
    text = render(some, "text", EN, Options(verbose=True))
    assert "\x1b" not in text
    assert "\x00" not in text
    text.encode("utf-8")


def test_hostile_names_are_shown_not_obeyed(report, ru):
    text = render(report, "text", ru, Options(verbose=True))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b[31m" in text.replace("\n", "")
    raw = json.loads(render(report, "json", ru))["documents"][3]["path"]
    assert raw == HOSTILE.encode("utf-8", "backslashreplace").decode()


def test_verdict_of_an_empty_report_is_that_of_the_model():
    assert json.loads(render(empty(), "json", EN))["verdict"] == Verdict.PASSED.value

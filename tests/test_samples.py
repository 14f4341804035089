"""Every sample package gives exactly the findings that its list names, no more and no fewer."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

import medcab
from medcab.model import Finding, Verdict

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
# The samples were filled in for these days: an application in the window before 10.12.2026.
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PACKAGES = sorted(p.stem for p in (SAMPLES / "expected").glob("*.json"))

Key = tuple[str, str | None, int | None, str | None, str]


def expected_of(name: str) -> dict:
    return json.loads((SAMPLES / "expected" / f"{name}.json").read_text(encoding="utf-8"))


def wanted(listed: dict) -> Counter[Key]:
    return Counter(
        (f["rule"], f.get("path"), f.get("page"), f.get("field"), f["outcome"])
        for f in listed["findings"]
    )


def found(findings: tuple[Finding, ...]) -> Counter[Key]:
    return Counter(
        (f.rule, f.location.path, f.location.page, f.location.field, f.outcome.value)
        for f in findings
    )


def differences(want: Counter[Key], got: Counter[Key]) -> str:
    return "\n".join(
        [f"missing: {k}" for k in (want - got).elements()]
        + [f"unexpected: {k}" for k in (got - want).elements()]
    )


def test_there_is_a_good_and_a_broken_package_for_each_main_profile() -> None:
    for profile in ("accreditation-primary", "accreditation-periodic", "egisz-organization"):
        assert {f"good-{profile}", f"broken-{profile}"} <= set(PACKAGES)


@pytest.mark.slow
@pytest.mark.parametrize("name", PACKAGES)
def test_the_findings_are_exactly_those_named(name: str) -> None:
    listed = expected_of(name)
    report = medcab.check(SAMPLES / listed["package"], profile=listed["profile"], now=NOW)
    assert differences(wanted(listed), found(report.findings)) == ""
    assert report.verdict == Verdict(listed["verdict"])
    if name.startswith("good-"):
        assert report.verdict is Verdict.PASSED
        assert report.findings == ()


@pytest.mark.parametrize("name", [n for n in PACKAGES if not n.startswith("good-")])
def test_each_defect_is_named_after_what_it_spoils_and_says_so(name: str) -> None:
    for finding in expected_of(name)["findings"]:
        assert finding["made_by"]
        assert finding["note"]


def test_the_list_of_expected_findings_is_what_the_maker_says() -> None:
    from samples.make.defects import BROKEN, broken
    from samples.make.packages import GOOD
    from samples.make.registry import expected

    assert set(PACKAGES) == {*GOOD, *BROKEN}
    for name in PACKAGES:
        draft = GOOD[name]() if name in GOOD else broken(name)
        listed = expected_of(name)
        assert listed["findings"] == expected(name)
        assert listed["profile"] == draft.profile
        assert listed["verdict"] == draft.verdict


def test_the_folder_stays_small() -> None:
    files = (p for p in SAMPLES.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    assert sum(p.stat().st_size for p in files) <= 8_000_000


def fonts_or_skip() -> None:
    from samples.make.drawing import font_path

    try:
        font_path("serif")
    except SystemExit as missing:
        pytest.skip(f"the samples cannot be drawn on this machine: {missing}")


def test_a_package_made_twice_has_the_same_bytes() -> None:
    from samples.make import packages

    fonts_or_skip()
    first = packages.GOOD["good-egisz-employee"]().contents()
    packages.scans.cache_clear()
    assert packages.GOOD["good-egisz-employee"]().contents() == first


@pytest.mark.slow
@pytest.mark.parametrize("name", ["good-scan", "broken-accreditation-primary", "broken-archive"])
def test_a_package_made_anew_gives_the_same_findings(name: str, tmp_path: Path) -> None:
    from samples.make.__main__ import write

    fonts_or_skip()
    write(name, tmp_path)
    listed = json.loads((tmp_path / "expected" / f"{name}.json").read_text(encoding="utf-8"))
    assert listed == expected_of(name)
    report = medcab.check(tmp_path / listed["package"], profile=listed["profile"], now=NOW)
    assert differences(wanted(listed), found(report.findings)) == ""


@pytest.mark.slow
def test_the_command_line_names_the_same_findings(tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    name = "broken-egisz-organization"
    listed = expected_of(name)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "medcab", "check", str(SAMPLES / name)),
            *("--profile", listed["profile"], "--at", NOW.isoformat(), "--format", "json"),
        ],
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SAMPLES.parent)},
        check=False,
    )
    assert done.returncode == 1, done.stderr.decode()
    report = json.loads(done.stdout)
    assert report["schema"] == "medcab.report/1"
    assert report["verdict"] == "failed"
    got = Counter(
        (
            f["rule"],
            f["location"].get("path"),
            f["location"].get("page"),
            f["location"].get("field"),
            f.get("outcome", "violated"),
        )
        for f in report["findings"]
    )
    assert differences(wanted(listed), got) == ""

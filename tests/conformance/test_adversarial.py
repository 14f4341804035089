"""Hostile, lying and damaged files: no crash, no hang, never «passed» for what is broken."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from medcab.model import Severity
from medcab.rules import Hit, Scope, Unknown, all_rules
from medcab.sandbox import Limits, Sandbox
from medcab.sources import FileSource
from medcab.validators.facts import FileFacts, ProbeOptions, from_outcome
from medcab.validators.probe import probe
from tests.validators.makers import ask

VECTORS = Path(
    os.environ.get("MEDCAB_VECTORS") or Path(__file__).resolve().parents[3] / "shared/vectors"
)
FOLDER = VECTORS / "adversarial"
FILES = sorted(FOLDER.glob("*")) if FOLDER.is_dir() else []
GOOD = "pdf_ok_blank300.pdf"

pytestmark = pytest.mark.skipif(not FILES, reason=f"no vectors in {FOLDER}")

# The rule that must speak, by file; others may speak as well.
EXPECTED = {
    "empty.pdf": "FIL001",
    "gif_named.png": "FIL003",
    "html_named.jpg": "FIL004",
    "pdf_1500k_ops.pdf": "LIM004",
    "pdf_200_filters.pdf": "LIM004",
    "pdf_ccitt_60000x60000.pdf": "LIM004",
    "pdf_deep_dict_contents.pdf": "PDF017",
    "pdf_embedded_exe.pdf": "PDF007",
    "pdf_enc_userpw.pdf": "PDF003",
    "pdf_huge_mediabox.pdf": "PDF014",
    "pdf_js_hexname.pdf": "PDF005",
    "pdf_js_page_aa.pdf": "PDF005",
    "pdf_launch_annot.pdf": "PDF006",
    "pdf_nested_flate3_1GB.pdf": "LIM004",
    "pdf_widget_without_acroform.pdf": "PDF008",
    "png_dims_2e31.png": "LIM004",
    "trunc_10.png": "IMG001",
    "zeros.jpg": "FIL001",
}
AREAS = {"FIL", "PDF", "IMG", "DPI", "LIM"}


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(1, Limits(seconds=20)) as made:
        made.run(time.sleep, (0,))
        yield made


def measured(sandbox: Sandbox, path: Path) -> tuple[FileFacts, float]:
    source = FileSource(str(path))
    started = time.monotonic()
    outcome = sandbox.run(probe, (source, path.name, ProbeOptions()))
    seconds = time.monotonic() - started
    return from_outcome(outcome, path.name, path.stat().st_size, source), seconds


def answers(facts: FileFacts, name: str) -> dict[str, list[Hit | Unknown]]:
    """By rule of this area with severity error: what it answers, weakened hits left out."""
    found = {}
    for rule in all_rules():
        if rule.id[:3] not in AREAS or rule.scope is not Scope.DOCUMENT:
            continue
        said = [
            a
            for a in ask(rule.id, facts, name)
            if rule.severity is Severity.ERROR
            and (isinstance(a, Unknown) or a.severity in (None, Severity.ERROR))
        ]
        if said:
            found[rule.id] = said
    return found


def test_every_file_has_an_expectation():
    assert {path.name for path in FILES} == {*EXPECTED, GOOD}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_judged_in_time_and_never_passed(sandbox, path):
    facts, seconds = measured(sandbox, path)
    assert seconds < 5
    said = answers(facts, path.name)
    if path.name == GOOD:
        assert said == {}
        return
    assert EXPECTED[path.name] in said
    if EXPECTED[path.name] == "LIM004":
        assert all(isinstance(a, Unknown) for a in said["LIM004"])
    else:
        assert any(isinstance(a, Hit) for a in said[EXPECTED[path.name]])

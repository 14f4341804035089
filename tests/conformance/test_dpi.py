"""PDFs whose effective resolution is known by construction."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from medcab.rules import Hit
from medcab.sources import FileSource
from medcab.validators.facts import ProbeOptions
from medcab.validators.probe import probe
from tests.validators.makers import ask

VECTORS = Path(
    os.environ.get("MEDCAB_VECTORS") or Path(__file__).resolve().parents[3] / "shared/vectors"
)
FOLDER = VECTORS / "dpi"
TRUTH = FOLDER / "truth.json"
CASES: dict[str, list[list[float]]] = (
    json.loads(TRUTH.read_text(encoding="utf-8")) if TRUTH.is_file() else {}
)

pytestmark = pytest.mark.skipif(not CASES, reason=f"no vectors in {FOLDER}")

# What a page of each file shows, by its name: is anything below 300 dpi seen?
TOO_COARSE = {
    "03_full150",
    "07_stretched_300x150",
    "11_smask300_base150",
    "13_offpage600_real100",
    "17_pattern_100",
    "19_hi_covered_by_lo",
}


def facts(name: str):
    path = FOLDER / f"{name}.pdf"
    return probe(FileSource(str(path)), path.name, ProbeOptions())


def test_all_files_have_a_truth():
    assert {path.stem for path in FOLDER.glob("*.pdf")} == set(CASES)


@pytest.mark.parametrize("name", sorted(CASES))
def test_dpi_within_one_percent(name):
    found = facts(name)
    assert found.pdf is not None
    measured = sorted((i.dpi_h, i.dpi_v) for p in found.pdf.pages for i in p.images)
    expected = sorted(tuple(pair) for pair in CASES[name])
    assert len(measured) == len(expected)
    for (h, v), (true_h, true_v) in zip(measured, expected, strict=True):
        assert h == pytest.approx(true_h, rel=0.01)
        assert v == pytest.approx(true_v, rel=0.01)


@pytest.mark.parametrize("name", sorted(CASES))
def test_verdict(name):
    answers = ask("DPI001", facts(name))
    assert all(isinstance(answer, Hit) for answer in answers)
    assert bool(answers) is (name in TOO_COARSE)

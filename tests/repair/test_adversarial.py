"""Hostile files through the repair: no crash, no hang, nothing written that is not in order."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medcab.repair.names import free_name
from samples.make import damage
from tests.repair.conftest import documents, pdf, slip

ROOT = Path(__file__).parents[2]
VECTORS = Path(os.environ.get("MEDCAB_VECTORS", ROOT.parent / "shared" / "vectors")) / "adversarial"
# What cannot be repaired in each broken package, and why: nothing may be written for it.
HOPELESS = {
    "broken-files": {
        "coarse.jpg",
        "density-of-a-stamp.jpg",
        "empty.pdf",
        "form-bomb.pdf",
        "half-a-picture.pdf",
        "no-density.jpg",
        "no-pages.pdf",
        "noise.pdf",
        "polyglot.jpg",
    },
    "broken-scans": {"blank.pdf", "blurred.pdf", "enlarged.pdf", "faint.pdf"},
}


@pytest.mark.slow
@pytest.mark.skipif(not VECTORS.is_dir(), reason=f"no adversarial vectors at {VECTORS}")
def test_adversarial_vectors(repair):
    began = time.monotonic()
    result, out = repair(VECTORS, jobs=2)
    assert time.monotonic() - began < 120
    assert not out.exists()
    assert {one.path for one in result.left if not one.kept} == {
        d.path for d in result.plan.before.documents
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", HOPELESS)
def test_broken_packages_pass_but_for_what_cannot_be_repaired(repair, tmp_path, name):
    result, out = repair(ROOT / "samples" / name, jobs=2)
    assert {one.path for one in result.left if not one.kept} == HOPELESS[name]
    # But for these the copies pass; a check misses each of them by its name.
    failed = {
        (f.location.path, f.rule) for f in result.after.findings if f.verdict.value != "passed"
    }
    assert failed == {(path, "INP004") for path in HOPELESS[name]}
    _, second = repair(out, jobs=2, out=tmp_path / "second")
    assert {p: (out / p).read_bytes() for p in documents(out)} == {
        p: (second / p).read_bytes() for p in documents(second)
    }


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_torn_and_altered_files_never_crash_nor_pass_unseen(data, tmp_path_factory):
    from medcab import engine
    from medcab.inputs import read_package
    from medcab.profile import load
    from medcab.repair import FixOptions
    from medcab.repair.run import fix

    raw = bytearray(damage.pdf_launch(pdf(slip())))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        if data.draw(st.booleans()):
            raw[at] = data.draw(st.integers(0, 255))
        else:
            del raw[at : at + data.draw(st.integers(1, 4000))]
    root = tmp_path_factory.mktemp("torn")
    (root / "in").mkdir()
    (root / "in" / "a.pdf").write_bytes(bytes(raw))
    result = fix(
        read_package([str(root / "in")]),
        load("scan"),
        root / "out",
        engine.CheckOptions(jobs=0),
        FixOptions(),
        profile_name="scan",
    )
    if result.after is None:
        assert [one.path for one in result.left if not one.kept]
        assert not (root / "out").exists()
    else:
        assert result.after.verdict.value == "passed"
        assert result.after.documents[0].facts.pages == 1


@given(st.lists(st.sampled_from(["a.pdf", "A.pdf", "a 2.pdf", "б/a.pdf", "й.pdf", "и\u0306.pdf"])))
def test_names_never_collide(names):
    import unicodedata

    taken: set[str] = set()
    made = [free_name(n, taken) for n in names]
    keys = {unicodedata.normalize("NFC", m).casefold() for m in made}
    assert len(keys) == len(names)

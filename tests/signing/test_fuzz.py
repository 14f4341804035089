"""A short run of the fuzzer in every test run; the long one is ``tools/fuzz_cms.py``."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from medcab.model import Verdict
from medcab.signing.content import MemoryContent

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import fuzz_cms


@pytest.mark.parametrize("seed", [1, 2])
def test_mutated_files_get_an_answer_and_never_a_false_one(seed):
    verifier, good = fuzz_cms.corpus()
    known = set().union(*(fuzz_cms.covered(each) for each in good))
    content = MemoryContent(fuzz_cms.DOCUMENT)
    assert all(verifier.verify_bytes(each, content).verdict is Verdict.PASSED for each in good)
    rng = random.Random(seed)
    verdicts = set()
    for _ in range(6000):
        data = fuzz_cms.mutate(rng.choice(good), good, rng)
        report = verifier.verify_bytes(data, content)
        verdicts.add(report.verdict)
        if report.verdict is Verdict.PASSED:
            assert fuzz_cms.covered(data) <= known
    assert Verdict.FAILED in verdicts

"""The pages of the identifiers are current, and their examples are true."""

from __future__ import annotations

import doctest
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from medcab.validators.ids import registry

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("kind", registry.kinds())
def test_examples(kind):
    module = importlib.import_module(f"medcab.validators.ids.{kind}")
    outcome = doctest.testmod(module)
    assert outcome.attempted >= 2, "a good and a bad example"
    assert outcome.failed == 0


def test_the_facade():
    from medcab import ids

    assert doctest.testmod(ids).failed == 0


def test_pages_are_current():
    done = subprocess.run(
        [sys.executable, "tools/gen_identifiers.py", "--check"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", registry.kinds())
def test_every_module_offers_the_same_functions(kind):
    module = importlib.import_module(f"medcab.validators.ids.{kind}")
    identifier = registry.get(kind)
    assert identifier.kind == kind
    assert identifier.confidence in ("high", "medium", "low")
    for name in ("compact", "validate", "is_valid", "format", "components"):
        assert getattr(module, name) is getattr(identifier, name)
        assert getattr(module, name).__doc__

"""Every vector of identifiers.json through the library and through ``medcab id``."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from medcab.validators.ids import registry
from medcab.validators.ids._base import InvalidIdentifier

ROOT = Path(__file__).parents[2]
FILE = (
    Path(os.environ.get("MEDCAB_VECTORS", ROOT.parent / "shared" / "vectors")) / "identifiers.json"
)

if not FILE.is_file():
    pytest.skip(f"foreign vectors are not here: {FILE}", allow_module_level=True)

VECTORS = json.loads(FILE.read_text(encoding="utf-8"))
KINDS = [kind for kind in registry.kinds() if kind in VECTORS]
VALID = [(k, v["value"]) for k in KINDS for v in VECTORS[k]["valid"]]
INVALID = [(k, v["value"], v["reason"]) for k in KINDS for v in VECTORS[k]["invalid"]]


def test_all_kinds_of_the_vectors_are_known():
    theirs = set(VECTORS) - {"cert_oids", "tsl_schema", "cross_field"}
    assert theirs == set(registry.kinds())
    assert len(theirs) == 27


@pytest.mark.parametrize(("kind", "value"), VALID)
def test_valid(kind, value):
    identifier = registry.get(kind)
    canonical = identifier.validate(value)
    assert identifier.is_valid(value)
    assert identifier.validate(canonical) == canonical
    assert identifier.format(identifier.compact(value)) == identifier.format(value)
    assert identifier.components(canonical)


@pytest.mark.parametrize(("kind", "value", "reason"), INVALID)
def test_invalid(kind, value, reason):
    identifier = registry.get(kind)
    assert not identifier.is_valid(value)
    with pytest.raises(InvalidIdentifier) as caught:
        identifier.validate(value)
    assert caught.value.code == reason
    assert caught.value.kind == kind
    assert "{" not in str(caught.value)
    for suggestion in caught.value.suggestions:
        assert identifier.is_valid(suggestion.value)

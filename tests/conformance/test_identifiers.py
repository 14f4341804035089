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


def run(capsys, *arguments):
    from medcab.__main__ import main

    try:
        code = main(list(arguments))
    except SystemExit as stop:
        code = stop.code
    return code, capsys.readouterr().out


@pytest.mark.parametrize(("kind", "value"), VALID)
def test_valid_on_the_command_line(capsys, kind, value):
    code, out = run(capsys, "id", kind, "--format", "json", "--", value)
    row = json.loads(out)
    assert (code or 0, row["valid"], row["error"]) == (0, True, None)
    assert row["canonical"] == registry.get(kind).validate(value)


@pytest.mark.parametrize(("kind", "value", "reason"), INVALID)
def test_invalid_on_the_command_line(capsys, kind, value, reason):
    code, out = run(capsys, "id", kind, "--format", "json", "--", value)
    row = json.loads(out)
    assert (code, row["valid"], row["error"]["code"]) == (1, False, reason)


CASES = VECTORS["cross_field"]["cases"]
PROFILES = {"seed-periodic": "accreditation-periodic", "egisz": "egisz-organization"}


def wanted(expect):
    """``warn_x`` -> ("warning", "x"); ``ok…`` -> None."""
    severity, _, code = expect.partition("_")
    if severity == "ok":
        return None
    return {"warn": "warning", "error": "error"}[severity], code


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["expect"])
def test_fields_that_must_agree(case):
    from datetime import date

    from medcab.profile import load
    from medcab.validators.ids.compare import compare

    fields = dict(case["fields"])
    limits = {}
    profile = fields.pop("profile", None)
    if profile:
        parameters = load(PROFILES[profile]).parameters
        limits = {k: parameters[k] for k in ("window_days", "cert_months") if k in parameters}
        assert limits
    issues = compare(fields, today=date(2026, 11, 21), **limits)
    found = [(issue.severity.value, issue.code) for issue in issues]
    assert found == ([wanted(case["expect"])] if wanted(case["expect"]) else [])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["expect"])
def test_fields_that_must_agree_on_the_command_line(capsys, case):
    fields = dict(case["fields"])
    profile = fields.pop("profile", None)
    options = ["--profile", PROFILES[profile]] if profile else []
    pairs = [f"{name}={value}" for name, value in fields.items()]
    arguments = ["id", "cross", *options, "--at", "21.11.2026", "--format", "json", *pairs]
    code, out = run(capsys, *arguments)
    found = [(row["severity"], row["code"]) for row in map(json.loads, out.splitlines())]
    want = wanted(case["expect"])
    assert found == ([want] if want else [])
    assert (code or 0) == (1 if want and want[0] == "error" else 0)

"""The time-stamps in docs/verification.md are what the program says about a B-LTA."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
from world import DATA, LATER

from medcab.schemas import Proof, TimeStamp
from medcab.signing.content import MemoryContent
from medcab.signing.report import report_dict
from medcab.text import translator

PAGE = Path(__file__).parents[3] / "docs" / "verification.md"
# These differ from run to run.
VARIED = {"serial", "fingerprint"}


def documented():
    section = PAGE.read_text(encoding="utf-8").split("### Time-stamps", 1)[1]
    return json.loads(section.split("```json\n", 1)[1].split("\n```", 1)[0])


def same(shown, real, where=""):
    """Keys and values agree; of checks the page shows some."""
    if isinstance(shown, dict):
        assert list(shown) == list(real), where
        for key, value in shown.items():
            if key == "checks":
                assert value
                assert all(check in real[key] for check in value), where
            elif key not in VARIED:
                same(value, real[key], f"{where}.{key}")
            else:
                assert type(value) is type(real[key])
    elif isinstance(shown, list):
        assert len(shown) == len(real), where
        for number, (one, other) in enumerate(zip(shown, real, strict=True)):
            same(one, other, f"{where}[{number}]")
    else:
        assert shown == real, where


def test_the_page_shows_what_the_program_says(world):
    made = world.extend(world.extend(world.sign(), "B-T", "short"), "B-LTA", "long")
    report = world.verifier(LATER).verify_bytes(made, MemoryContent(DATA))
    real = report_dict(report, translator("en"))["signatures"][0]
    shown = documented()
    same(shown, {key: json.loads(json.dumps(real[key])) for key in shown})
    assert [stamp["kind"] for stamp in shown["timestamps"]] == [
        "archive-time-stamp-v3", "signature-time-stamp",
    ]  # fmt: skip


def test_it_keeps_to_the_schema():
    shown = documented()
    assert msgspec.convert(shown["timestamps"], list[TimeStamp])
    assert msgspec.convert(shown["proofs"], list[Proof])

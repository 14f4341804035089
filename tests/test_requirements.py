"""Every requirement has its row, and every rule or profile named there exists."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from medcab import profile
from medcab.rules import all_rules

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "requirements.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| ([A-Z]+[0-9]+) \| (.+) \|$", TEXT, re.MULTILINE))
COUNTS = {"D": 28, "F": 18, "P": 41, "C": 15, "T": 9, "ST": 6, "L": 7, "EN": 2, "K": 17}


def numbered():
    for letter, count in COUNTS.items():
        width = 1 if letter in ("L", "ST", "EN", "K") else 2
        for number in range(1, count + 1):
            yield f"{letter}{number:0{2 if letter == 'L' else width}}"


def test_all_rows_are_listed():
    assert set(numbered()) == set(ROWS)
    for row, text in ROWS.items():
        asked, where = text.split(" | ")
        assert asked.strip(), row
        assert where.strip(), row


def test_rules_and_profiles_exist():
    known = {r.id for r in all_rules()}
    groups = {i[:3] for i in known}
    for row, text in ROWS.items():
        for rule in re.findall(r"\b[A-Z]{3}[0-9]{3}\b", text):
            if rule[:3] in groups:
                assert rule in known, (row, rule)
        for word in re.findall(r"профил[ьия] ([a-z0-9-]+)\b", text):
            if "-" in word and not word.endswith("-"):
                assert word in profile.names(), (row, word)


def test_the_table_of_requirements_itself():
    folder = Path(os.environ.get("MEDCAB_VECTORS", ROOT.parent / "shared" / "vectors"))
    path = folder.parent / "RULES.md"
    if not path.is_file():
        pytest.skip("the table of requirements is not here")
    found = set(re.findall(r"^\| ([A-Z]+[0-9]+) \|", path.read_text("utf-8"), re.MULTILINE))
    assert found <= set(ROWS), found - set(ROWS)


def test_sources_of_profiles_name_known_rows():
    for name in profile.names():
        loaded = profile.load(name)
        for source in [d.source for d in loaded.documents] + [f.source for f in loaded.fields]:
            for row in re.findall(r"\b(?:D|F|P|C|T|K)[0-9]+\b", source):
                assert row in ROWS, (name, source)

"""Time-stamps in the JSON form follow the published schema, whether they are right or broken."""

from __future__ import annotations

import json

import pytest
from world import DATA

from medcab.signing.content import MemoryContent
from medcab.signing.report import report_json
from medcab.text import Translator
from tests.published import follows


@pytest.mark.parametrize("damaged", [False, True])
def test_archived_signature(world, damaged):
    made = world.sign()
    for level in ("B-T", "B-LT", "B-LTA"):
        made = world.extend(made, level)
    content = MemoryContent(DATA + b"!" if damaged else DATA)
    report = world.verifier().verify_bytes(made, content)
    shape = follows(json.loads(report_json(report, Translator("en"))))
    (signature,) = shape.signatures
    # An archive time-stamp is over the content, too.
    assert signature.level == ("CAdES-B-LT" if damaged else "CAdES-B-LTA")
    assert signature.structure == ("CAdES-B-LTA" if damaged else None)
    assert (shape.verdict == "passed") is not damaged
    assert [stamp.digest for stamp in signature.timestamps] == ["SHA-256", "SHA-256"]
    assert all(stamp.authority.subject for stamp in signature.timestamps)

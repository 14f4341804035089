"""The XML report is valid by the schema of ETSI TS 119 102-2 and says what the JSON says."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "signing" / "longterm"))
from world import DATA, World, pki_server  # noqa: E402

SCHEMAS = Path(os.environ.get("MEDCAB_VECTORS", HERE.parents[2] / "shared" / "vectors")) / "schemas"
VR = "{http://uri.etsi.org/19102/v1.4.1#}"
FILES = {
    "xmldsig-core-schema.xsd": "xmldsig-core-schema.xsd",
    "XAdES.xsd": "XAdES01903v132-202407.xsd",
    "ts_119612v020201_201601xsd.xsd": "ts_119612v020401_xsd.xsd",
}
pytestmark = pytest.mark.skipif(
    not SCHEMAS.is_dir(), reason="no foreign vectors: ../shared/vectors"
)


@pytest.fixture(scope="module")
def schema():
    etree = pytest.importorskip("lxml.etree")

    class Local(etree.Resolver):
        def resolve(self, url, public_id, context):
            name = url.rsplit("/", 1)[-1]
            place = SCHEMAS / FILES.get(name, name)
            return self.resolve_filename(str(place), context) if place.exists() else None

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Local())
    return etree.XMLSchema(etree.parse(str(SCHEMAS / "TS119102-2-v141.xsd"), parser))


@pytest.fixture(scope="module")
def reports():
    """JSON forms of: B-LTA now and in 2031, B-LT in 2031, a wrong document, rubbish."""
    from medcab.signing.content import MemoryContent
    from medcab.signing.report import report_dict
    from medcab.text import translator

    def told(world, data, at=None, content=DATA):
        report = world.verifier(at).verify_bytes(data, MemoryContent(content), name="д\x01.sig")
        return json.loads(json.dumps(report_dict(report, translator("ru"))))

    with pki_server.Server() as server:
        world = World(server)
        long = world.extend(world.sign(), "B-LT")
        archived = world.extend(long, "B-LTA", "long")
        later = datetime(2031, 6, 1, tzinfo=UTC)
        return [
            told(world, archived),
            told(world, archived, later),
            told(world, long, later),
            told(world, archived, content=b"x"),
            told(world, b"rubbish"),
        ]


def test_report_is_valid(schema, reports):
    from lxml import etree

    from medcab.signing.longterm.etsi_report import etsi_report

    for chosen in (*([each] for each in reports), reports):
        document = etree.fromstring(etsi_report(chosen))
        schema.assertValid(document)


def test_report_about_pdf_is_valid(schema):
    """Document time-stamps, with a signature and alone."""
    from lxml import etree
    from pdf_world import blank, build_ladder

    from medcab.signing.longterm.etsi_report import etsi_report
    from medcab.signing.pades.making import stamp_pdf
    from medcab.signing.report import report_dict
    from medcab.text import translator

    with pki_server.Server() as server:
        world = World(server)
        ladder = build_ladder(world)
        files = [ladder["extended B-LTA"], ladder["B-LT"], stamp_pdf(blank(), world.tsa("long"))]
        verifier = world.verifier()
        told = [report_dict(verifier.verify_bytes(f), translator("ru")) for f in files]
    told = json.loads(json.dumps(told))
    document = etree.fromstring(etsi_report(told))
    schema.assertValid(document)
    assert len(document.findall(f".//{VR}DocTimeStamp")) == 2
    assert len(document.findall(f".//{VR}SignatureTimeStamp")) == 1


def test_report_says_what_the_json_says(reports):
    from xml.etree import ElementTree as ET

    from medcab.signing.longterm.etsi_report import etsi_report

    document = ET.fromstring(etsi_report(reports))
    entries = document.findall(f"{VR}SignatureValidationReport")
    said = []
    for entry in entries:
        status = entry.find(f"{VR}SignatureValidationStatus")
        sub = status.find(f"{VR}SubIndication")
        main = status.find(f"{VR}MainIndication").text.rsplit(":", 1)[1]
        said.append((main, None if sub is None else sub.text.rsplit(":", 1)[1]))
    assert said == [
        ("total-passed", None),
        ("total-passed", None),
        ("indeterminate", "OUT_OF_BOUNDS_NO_POE"),
        ("total-failed", "HASH_FAILURE"),
        ("total-failed", None),
    ]
    best = entries[1].find(f"{VR}ValidationTimeInfo/{VR}BestSignatureTime/{VR}POETime").text
    assert best == "2026-11-21T12:00:00Z"
    stamps = entries[0].findall(f"{VR}SignatureAttributes/*/{VR}TimeStampValue")
    assert len(stamps) == 2
    names = {each.get("id") for each in document.iter(f"{VR}ValidationObject")}
    used = {e.get("VOReference") for e in document.iter() if e.get("VOReference")}
    assert used <= names

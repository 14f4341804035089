"""What others say about our PDF signatures: pyHanko, openssl, poppler."""

from __future__ import annotations

import io
import shutil
import subprocess
from datetime import timedelta

import pytest
from asn1crypto import x509
from pdf_world import build_ladder, extend, places
from world import NOW, YEAR

from medcab.signing.cms import parse_signed_data
from medcab.signing.pades.reading import read_pdf

LONG = ["B-LT", "B-LTA", "extended B-LT", "extended B-LTA"]


@pytest.fixture(scope="module")
def ladder(shared_world):
    return build_ladder(shared_world)


@pytest.mark.parametrize("name", LONG)
def test_pyhanko_needs_nothing_but_the_store(world, ladder, name):
    """Its validation with revocation demanded, offline, data from the store alone."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import (
        DocumentSecurityStore,
        validate_pdf_signature,
        validate_pdf_timestamp,
    )

    reader = PdfFileReader(io.BytesIO(ladder[name]))
    store = DocumentSecurityStore.read_dss(reader)

    def context():
        return store.as_validation_context(
            {
                "trust_roots": [x509.Certificate.load(world.root.der)],
                "moment": NOW + timedelta(minutes=1),
                "allow_fetching": False,
                "revocation_mode": "hard-fail",
            }
        )

    (signature,) = reader.embedded_regular_signatures
    status = validate_pdf_signature(signature, context(), context())
    assert status.bottom_line
    assert status.modification_level is ModificationLevel.LTA_UPDATES
    stamps = reader.embedded_timestamp_signatures
    # Data about the authority of the last time-stamp come with the next one.
    proven = stamps if name.endswith("B-LT") else stamps[:-1]
    for stamp in proven:
        status = validate_pdf_timestamp(stamp, context())
        assert (status.intact, status.valid, status.trusted) == (True, True, True)
    for stamp in stamps[len(proven) :]:
        assert stamp.compute_digest() == stamp.signed_data["encap_content_info"][
            "content"
        ].parsed["message_imprint"]["hashed_message"].native  # fmt: skip


def test_pyhanko_extends_what_we_extended(world, ladder):
    """And what it adds we read again."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import DocumentSecurityStore

    data = io.BytesIO(ladder["B-LTA"])
    before = DocumentSecurityStore.read_dss(PdfFileReader(data))
    count = len(before.certs)
    DocumentSecurityStore.add_dss(
        data, None, certs=[x509.Certificate.load(world.root.der)], embed_roots=True
    )
    made = data.getvalue()
    assert len(DocumentSecurityStore.read_dss(PdfFileReader(io.BytesIO(made))).certs) == count + 1
    result = world.verify(made, NOW + 3 * YEAR, content=None)
    assert (result.indication, result.level) == ("TOTAL-PASSED", "PAdES-B-LTA")
    again = extend(world, made, "B-LTA", "long")
    assert world.verify(again, NOW + 3 * YEAR, content=None).indication == "TOTAL-PASSED"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("name", ["extended B-T", "B-LTA", "extended B-LTA"])
def test_openssl_verifies_each_document_time_stamp(world, ladder, name, tmp_path):
    (tmp_path / "root.pem").write_bytes(world.root.pem)
    file = read_pdf(ladder[name])
    seen = 0
    for place in places(ladder[name]).values():
        if not place.is_stamp:
            continue
        seen += 1
        used = len(place.contents) - parse_signed_data(place.contents).trailing
        covered = bytes(file.content(place).view)
        (tmp_path / "token").write_bytes(place.contents[:used])
        for data, fine in ((covered, True), (covered + b" ", False)):
            (tmp_path / "data").write_bytes(data)
            done = subprocess.run(
                ["openssl", "ts", "-verify", "-token_in", "-in", "token", "-data", "data",
                 "-CAfile", "root.pem", "-attime", str(int(NOW.timestamp()) + 60)],
                cwd=tmp_path, capture_output=True, check=False,
            )  # fmt: skip
            assert (done.returncode == 0) is fine, done.stderr
    assert seen == name.count("extended") + name.count("B-LTA")


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler's pdfsig is not installed")
@pytest.mark.parametrize("name", ["B-B", "B-T", *LONG])
def test_poppler_sees_the_signature_as_valid(ladder, name, tmp_path):
    (tmp_path / "x.pdf").write_bytes(ladder[name])
    done = subprocess.run(
        ["pdfsig", "-nocert", "x.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    first, *others = done.stdout.split("Signature #")[1:]
    assert "Signature is Valid" in first
    assert ("Total document signed" in first) is (name in ("B-B", "B-T"))
    stamps = [p for p in places(ladder[name]).values() if p.is_stamp]
    assert len(others) == len(stamps)
    if name.endswith("LTA"):
        assert "Total document signed" in others[-1]


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
@pytest.mark.parametrize("name", LONG)
def test_qpdf_finds_no_fault_in_the_structure(ladder, name, tmp_path):
    (tmp_path / "x.pdf").write_bytes(ladder[name])
    done = subprocess.run(
        ["qpdf", "--check", "x.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr

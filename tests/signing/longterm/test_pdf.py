"""Time-stamps in PDF signatures prove as those in files do."""

from __future__ import annotations

import io

import pytest
from world import NOW, YEAR

from medcab.signing.pades import sign_pdf


@pytest.fixture(scope="module")
def blank() -> bytes:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def signer(world):
    from asn1crypto import x509

    from medcab.signing.keys import SoftwareKey
    from medcab.signing.sign import Signer, SignOptions

    chain = [x509.Certificate.load(world.issuing.der)]
    key = SoftwareKey(world.signer.key, x509.Certificate.load(world.signer.der), chain)
    return Signer(key, SignOptions(signing_time=NOW, force=True))


def test_b_t_outlives_the_certificate(world, blank):
    made = sign_pdf(signer(world), blank, tsa=world.tsa("long"))
    result = world.verify(made, content=None)
    assert (result.indication, result.level) == ("TOTAL-PASSED", "PAdES-B-T")
    assert [s["kind"] for s in result.timestamps] == ["signature-time-stamp"]
    assert world.verify(made, NOW + YEAR, content=None).indication == "TOTAL-PASSED"
    plain = sign_pdf(signer(world), blank)
    assert world.verify(plain, content=None).level == "PAdES-B-B"
    late = world.verify(plain, NOW + YEAR, content=None)
    assert late.sub_indication == "OUT_OF_BOUNDS_NO_POE"


def test_failing_authority_leaves_no_signature(world, blank):
    from medcab.signing.longterm.timestamps import TimeStampError

    world.server.tsas["long"].fault = "refuse"
    with pytest.raises(TimeStampError):
        sign_pdf(signer(world), blank, tsa=world.tsa("long"))

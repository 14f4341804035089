"""What others say about our PDF signatures: pyHanko, openssl, poppler."""

from __future__ import annotations

import asyncio
import io
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms, crl, ocsp, x509
from pyhanko.sign.ades.report import AdESPassed

from medcab.signing.cms import parse_signed_data
from medcab.signing.pades.reading import read_pdf

sys.path.insert(0, str(Path(__file__).parents[1] / "signing" / "longterm"))
from pdf_world import build_ladder, by_pyhanko, extend, places, sign
from world import NOW, YEAR, World, pki_server

DAY = timedelta(days=1)
LONG = ["B-LT", "B-LTA", "extended B-LT", "extended B-LTA"]


@pytest.fixture(scope="module")
def shared_world():
    with pki_server.Server() as server:
        yield World(server)


@pytest.fixture
def world(shared_world):
    shared_world.server.clock = NOW
    return shared_world


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


def test_pyhanko_validates_long_after(world):
    """Its validation of long-term signatures (EN 319 102-1, 5.6.3) when signer and inner authority
    have expired. It looks at the clock of the machine, so everything here lies in its past."""
    now = datetime.now(UTC).replace(microsecond=0)
    where, issuing = world.server.address, world.issuing

    def holder(name, until, **more):
        made = pki_server.certify(
            name, issuing, address=where, start=now - 200 * DAY, end=now + until * DAY, **more
        )
        return world.server.know(made)

    signer = holder("Подписавший", -30)
    for name, until in (("inner", -10), ("outer", 1000)):
        stamper = holder(f"TSA {name}", until, purpose="time-stamping")
        world.server.tsas[name] = pki_server.Tsa(stamper, [issuing])
    world.server.clock = now - 100 * DAY
    made = sign(world, tsa="inner", holder=signer)
    world.server.clock = now - 99 * DAY
    made = extend(world, made, "B-LTA", "outer")
    # What must be fresh is known beside the file: the answer about the outermost authority.
    last = world.server.tsas["outer"].holder.certificate
    ocsps = [pki_server.make_ocsp(issuing, last, now - DAY / 12)]
    crls = [pki_server.make_crl(world.root, now - DAY)]
    passed = AdESPassed.OK
    assert lta_of_pyhanko(world, made, now, crls, ocsps).ades_subindic is passed
    ours = world.verifier(now, crls=crls, ocsps=ocsps, revocation="require").verify_bytes(made)
    assert ours.verdict == "passed"
    changed = bytearray(made)
    changed[made.index(b"/MediaBox") + 12] ^= 1
    assert lta_of_pyhanko(world, bytes(changed), now, crls, ocsps).ades_subindic is not passed
    assert (
        world.verifier(now, crls=crls, ocsps=ocsps).verify_bytes(bytes(changed)).verdict == "failed"
    )


def lta_of_pyhanko(world, data, moment, crls, ocsps):
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import policy_decl
    from pyhanko.sign.validation.ades import ades_lta_validation
    from pyhanko_certvalidator import policy_decl as rules
    from pyhanko_certvalidator.context import CertValidationPolicySpec
    from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
    from pyhanko_certvalidator.registry import SimpleTrustManager
    from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

    root = x509.Certificate.load(world.root.der)
    needed = rules.RevocationCheckingRule.CRL_OR_OCSP_REQUIRED
    spec = policy_decl.SignatureValidationSpec(
        cert_validation_policy=CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build([root]),
            revinfo_policy=rules.CertRevTrustPolicy(rules.RevocationCheckingPolicy(needed, needed)),
        ),
        revinfo_gathering_policy=policy_decl.RevocationInfoGatheringSpec(
            online_fetching_rule=policy_decl.RevinfoOnlineFetchingRule.LOCAL_ONLY
        ),
        local_knowledge=policy_decl.LocalKnowledge(
            known_certs=[root],
            known_crls=[CRLContainer(crl.CertificateList.load(each)) for each in crls],
            known_ocsps=[OCSPContainer(ocsp.OCSPResponse.load(each)) for each in ocsps],
        ),
    )
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures
    return asyncio.run(
        ades_lta_validation(
            signature,
            policy_decl.PdfSignatureValidationSpec(spec),
            ValidationTimingInfo(moment, moment, point_in_time_validation=True),
        )
    )


def test_what_pyhanko_makes_long_lasting_is_verified_and_extended(world):
    """B-LTA by its own code, with a store as it writes it."""
    from pyhanko.sign.timestamps import TimeStamper
    from pyhanko_certvalidator import ValidationContext

    class Ours(TimeStamper):
        async def async_timestamp(self, message_digest, md_algorithm):
            token = world.tsa("long", digest=md_algorithm).stamp(message_digest)
            return cms.ContentInfo.load(token.raw)

    context = ValidationContext(
        trust_roots=[x509.Certificate.load(world.root.der)],
        other_certs=[x509.Certificate.load(world.issuing.der)],
        crls=[pki_server.make_crl(each, NOW) for each in (world.root, world.issuing)],
        moment=NOW, allow_fetching=False, revocation_mode="hard-fail",
    )  # fmt: skip
    made = by_pyhanko(
        world, timestamper=Ours(), validation_context=context, embed_validation_info=True,
        use_pades_lta=True,
    )  # fmt: skip
    for at in (NOW, NOW + 4 * YEAR):
        result = world.verify(made, at, content=None)
        assert (result.indication, result.level) == ("TOTAL-PASSED", "PAdES-B-LTA")
    changed = made.replace(b"/MediaBox [ 0.0 0.0 200", b"/MediaBox [ 0.0 0.0 300")
    assert changed != made
    assert world.verify(changed, content=None).indication == "TOTAL-FAILED"
    world.server.clock = NOW + YEAR
    again = extend(world, made, "B-LTA", "long")
    assert world.verify(again, NOW + 4 * YEAR, content=None).indication == "TOTAL-PASSED"


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


@pytest.mark.peer
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


@pytest.mark.peer
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


@pytest.mark.peer
@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
@pytest.mark.parametrize("name", LONG)
def test_qpdf_finds_no_fault_in_the_structure(ladder, name, tmp_path):
    (tmp_path / "x.pdf").write_bytes(ladder[name])
    done = subprocess.run(
        ["qpdf", "--check", "x.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr

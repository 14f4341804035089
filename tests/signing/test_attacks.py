"""Attempts to get «passed» for what was never signed, or not by this."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from dataclasses import replace as changed
from types import SimpleNamespace

import pki
import pytest

from medcab.model import Document, Package, SignatureFile, Verdict
from medcab.rules import DocumentContext, PackageContext
from medcab.signing import rules
from medcab.signing.content import MemoryContent
from medcab.signing.discovery import content_for
from medcab.signing.inspecting import Question, inspect
from medcab.signing.pades import sign_pdf
from medcab.signing.results import (
    Check,
    CheckOutcome,
    Indication,
    SignatureLevel,
    SignatureResult,
    SubIndication,
    VerificationReport,
)
from medcab.signing.sign import Signer, SignOptions
from medcab.sources import BytesSource

RULES = (
    rules.signature_missing,
    rules.signature_wrong_document,
    rules.signature_invalid,
    rules.signature_not_confirmed,
)


def signer(authority, **options):
    return Signer(
        authority.leaf("p256").signing_key(),
        SignOptions(force=True, signing_time=pki.NOW, **options),
    )


@pytest.fixture(scope="module")
def pdf():
    import pikepdf

    out = io.BytesIO()
    document = pikepdf.new()
    document.add_blank_page()
    document.save(out)
    return out.getvalue()


@dataclass
class Profile:
    signature: str = "required"


def found(document, made, *, fields=0, form="pdf"):
    """What the SIG rules say about one document of a package that must be signed."""
    facts = SimpleNamespace(pdf=SimpleNamespace(signature_fields=fields), format=form)
    ctx = DocumentContext(
        made, Profile(), {"types": ["application"]}, pki.NOW,
        changed(document, type="application"), facts,
    )  # fmt: skip
    return [answer for rule in RULES for answer in rule(ctx)]


def signed_package(data, signature):
    document = Document("a.pdf", BytesSource(data), "a.pdf", len(data))
    beside = SignatureFile("a.pdf.sig", BytesSource(signature), len(signature), "a.pdf")
    return Package("root", (document,), signatures=(beside,))


def test_a_signed_pdf_is_no_signature_of_another_file(authority, pdf, inspected):
    stranger = sign_pdf(signer(authority), pdf)
    assert authority.verifier().verify_bytes(stranger).verdict is Verdict.PASSED
    report = authority.verifier().verify_bytes(
        stranger, MemoryContent(b"something else"), name="a.pdf.sig", content_name="a.pdf"
    )
    assert report.verdict is Verdict.FAILED
    made = inspected(signed_package(b"something else", stranger), authority.verifier())
    assert found(made.documents[0], made)


def test_a_signed_pdf_given_as_its_own_content_is_itself(authority, pdf):
    made = sign_pdf(signer(authority), pdf)
    report = authority.verifier().verify_bytes(made, MemoryContent(made), content_name="a.pdf")
    assert report.verdict is Verdict.PASSED


def report_of(*checks, indication=Indication.TOTAL_PASSED, problems=(), kind="signature"):
    result = SignatureResult(
        "0", indication, None, SignatureLevel.CADES_B, None, None, checks=checks, kind=kind
    )
    return VerificationReport("a.pdf.sig", "a.pdf", pki.NOW, (result,), problems=problems)


def judged_rules(report, **options):
    made = signed_package(b"a", b"b")
    document = changed(made.documents[0], meta={"signatures": (report,)})
    return found(document, changed(made, documents=(document,)), **options)


def test_a_good_report_is_silent():
    assert judged_rules(report_of()) == []


@pytest.mark.parametrize(
    "sub", [SubIndication.GENERIC, SubIndication.FORMAT_FAILURE, SubIndication.HASH_FAILURE, None]
)
def test_a_problem_of_the_file_is_told_though_its_signer_passed(sub):
    outcome = CheckOutcome.UNDETERMINED if sub is SubIndication.GENERIC else CheckOutcome.FAILED
    problem = Check("structure", outcome, "", "damaged", {}, sub)
    assert judged_rules(report_of(problems=(problem,)))


@pytest.mark.parametrize("indication", [Indication.TOTAL_FAILED, Indication.INDETERMINATE])
@pytest.mark.parametrize("with_check", [True, False])
def test_a_signer_without_a_reason_is_not_passed(indication, with_check):
    checks = (Check("x", CheckOutcome.FAILED),) if with_check else ()
    assert judged_rules(report_of(*checks, indication=indication))


def test_a_time_stamp_is_not_the_signature_that_is_required():
    assert judged_rules(report_of(kind="time-stamp"))


def test_an_empty_signature_field_is_no_signature():
    document = Document("a.pdf", BytesSource(b"a"), "a.pdf", 1)
    assert found(document, Package("root", (document,)), fields=1)


def test_a_pdf_whose_signature_cannot_be_read_is_told(authority, tmp_path, pdf):
    made = sign_pdf(signer(authority), pdf)
    cut = made.replace(b"trailer", b"trai!er").replace(b"startxref", b"startxxxx")
    broken = cut[: len(cut) // 2] + b"/ByteRange"
    question = Question(
        "a.pdf", BytesSource(broken), (), inside=True, certificate=False, moment=pki.NOW,
        options=__import__("medcab.signing.trust_options", fromlist=["x"]).TrustOptions(),
    )  # fmt: skip
    answer = inspect(question)
    assert answer.signatures
    assert all(r.verdict is not Verdict.PASSED for r in answer.signatures)


def test_an_attached_signature_without_its_document_is_told():
    made = Package("root", (), signatures=(SignatureFile("y.pdf.p7m", BytesSource(b""), 0),))
    assert list(rules.signature_alone(PackageContext(made, Profile(), {}, pki.NOW)))


@pytest.mark.skipif(os.path.normcase("A") == "a", reason="names differ by case here")
def test_names_that_differ_by_case_are_not_mixed_up(tmp_path):
    for name in ("A.pdf", "a.pdf"):
        (tmp_path / name).write_bytes(b"x")
    for name in ("A.pdf", "a.pdf"):
        (tmp_path / f"{name}.sig").write_bytes(b"x")
        assert content_for(str(tmp_path / f"{name}.sig")) == str(tmp_path / name)
    (tmp_path / "aB.pdf").write_bytes(b"")
    (tmp_path / "Ab.pdf").write_bytes(b"")
    (tmp_path / "AB.pdf.sig").write_bytes(b"x")
    from medcab.signing.discovery import _names

    _names.cache_clear()
    assert content_for(str(tmp_path / "AB.pdf.sig")) is None  # either could be meant


class Lists:
    """Stands in for the network: one genuine list."""

    def __init__(self, crl):
        self.crl = crl

    def ocsp_for(self, certificate, issuer):
        return None

    def crls_for(self, certificate):
        return [self.crl]

    def issuers(self, chain):
        return []


def test_a_heap_of_embedded_lists_does_not_crowd_out_the_fetched_one(authority):
    from datetime import timedelta

    from medcab.signing.paths import validate_path
    from medcab.signing.revocation import RevocationState

    leaf = pki.make("Отозванная", authority.intermediate)
    stranger = pki.make("Чужой", ca=True)
    junk = [stranger.crl(at=pki.NOW + timedelta(seconds=n)) for n in range(210)]
    authority.intermediate.revoked[leaf.cert.serial_number] = pki.NOW - timedelta(days=1)
    try:
        genuine = authority.intermediate.crl()
    finally:
        authority.intermediate.revoked.clear()
    result = validate_path(
        leaf.asn1, others=[authority.intermediate.asn1], trust=authority.trust, moment=pki.NOW,
        crls=junk, fetch=Lists(genuine),
    )  # fmt: skip
    assert result.statuses[0].state is RevocationState.REVOKED
    assert not result.passed


def test_a_certificate_trusted_by_name_is_not_thereby_unrevoked(authority):
    from medcab.signing.paths import validate_path
    from medcab.signing.revocation import RevocationMode, RevocationPolicy
    from medcab.signing.trust import TrustStore

    leaf = authority.leaf("p256").asn1
    required = RevocationPolicy(RevocationMode.REQUIRE)
    result = validate_path(
        leaf, trust=TrustStore.from_certificates([leaf]), moment=pki.NOW, revocation=required
    )
    assert not result.passed


@pytest.fixture(scope="module")
def form():
    """A PDF with a page, some text on it, and a text field with the value 100."""
    import pikepdf
    from pikepdf import Array, Dictionary, Name, String

    document = pikepdf.new()
    page = document.add_blank_page()
    field = document.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("sum"), V=String("100"),
            Rect=[10, 10, 100, 30], P=page.obj,
        )
    )  # fmt: skip
    page.obj.Annots = Array([field])
    page.obj.Contents = document.make_stream(b"BT (text) Tj ET")
    document.Root.AcroForm = Dictionary(Fields=Array([field]))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def appended(data, change):
    """``data`` with an incremental update that ``change`` makes."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def other_text(writer):
    from pyhanko.pdf_utils.generic import StreamObject

    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Contents"] = writer.add_object(StreamObject(stream_data=b"BT (other) Tj ET"))
    writer.update_container(page)


def fill(writer):
    from pyhanko.pdf_utils.generic import pdf_string

    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field.get("/FT") == "/Tx":
            field["/V"] = pdf_string("999999")
            writer.update_container(field)


@pytest.mark.parametrize(
    "tail",
    [
        lambda made: b"\n%%junk\n",
        lambda made: b"\n99 0 obj\n(x)\nendobj\n",
        lambda made: made,
        lambda made: appended(made, other_text)[len(made) :] + made[-400:],
    ],
    ids=["comment", "object", "itself", "a hidden revision"],
)
def test_bytes_that_no_revision_accounts_for(authority, form, tail):
    made = sign_pdf(signer(authority), form)
    verifier = authority.verifier()
    assert verifier.verify_bytes(made + b"\r\n").verdict is Verdict.PASSED
    report = verifier.verify_bytes(made + tail(made))
    assert report.verdict is Verdict.FAILED
    assert "no-trailing-bytes" in {c.id for r in report.signatures for c in r.open_checks}


def test_another_text_after_signing(authority, form, capfd):
    made = appended(sign_pdf(signer(authority), form), other_text)
    assert authority.verifier().verify_bytes(made).verdict is Verdict.FAILED
    assert capfd.readouterr().err == ""  # pyHanko logs tracebacks about hostile files


def test_a_field_filled_in_after_signing_is_not_what_was_signed(authority, form):
    made = appended(sign_pdf(signer(authority), form), fill)
    report = authority.verifier().verify_bytes(made)
    assert report.verdict is Verdict.INDETERMINATE
    (check,) = report.signatures[0].open_checks
    assert check.args["names"] == "sum"


def test_a_second_signature_is_no_change_of_the_first(authority, form):
    made = sign_pdf(signer(authority), sign_pdf(signer(authority), form))
    report = authority.verifier().verify_bytes(made)
    assert report.verdict is Verdict.PASSED
    assert len(report.signatures) == 2


@pytest.mark.parametrize("found", ["what the rules saw", None])
def test_a_document_exchanged_between_the_rules_and_the_signature_stays_open(authority, found):
    import hashlib

    from medcab.signing.trust_options import TrustOptions

    data = b"document"
    question = Question(
        "a.pdf", BytesSource(data), (("a.pdf.sig", BytesSource(signer(authority).sign_bytes(data))),),
        inside=False, certificate=False, moment=pki.NOW, options=TrustOptions(),
        sha256=hashlib.sha256(found.encode() if found else data).hexdigest(),
    )  # fmt: skip
    (report,) = inspect(question).signatures
    assert (report.signatures == ()) is (found is not None)
    assert report.verdict is Verdict.INDETERMINATE  # nobody is trusted here

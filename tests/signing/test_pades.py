"""Signatures inside PDF files."""

from __future__ import annotations

import io

import pki
import pytest

from medcab.errors import InputError, OutputError
from medcab.model import Verdict
from medcab.signing.pades import sign_pdf, sign_pdf_file
from medcab.signing.sign import Signer, SignOptions


@pytest.fixture(scope="module")
def pdf():
    import pikepdf

    out = io.BytesIO()
    document = pikepdf.new()
    document.add_blank_page()
    document.save(out)
    return out.getvalue()


def signer(authority, kind="rsa", **options):
    return Signer(authority.leaf(kind).signing_key(), SignOptions(force=True, **options))


@pytest.mark.parametrize(
    ("kind", "options"),
    [("rsa", {}), ("rsa", {"pss": True}), ("p256", {}), ("p384", {}), ("ed25519", {})],
)
def test_signed_pdf_verifies(authority, pdf, kind, options):
    made = sign_pdf(signer(authority, kind, **options), pdf)
    report = authority.verifier().verify_bytes(made)
    (result,) = report.signatures
    assert report.verdict is Verdict.PASSED, [c for c in result.checks if c.open]
    assert (result.level, result.field, report.container) == ("PAdES-B-B", "Signature1", "pdf")


def test_two_signatures_and_each_covers_its_revision(authority, pdf):
    made = sign_pdf(signer(authority, "p256"), sign_pdf(signer(authority), pdf))
    report = authority.verifier().verify_bytes(made)
    assert report.verdict is Verdict.PASSED
    assert [r.field for r in report.signatures] == ["Signature1", "Signature2"]


def test_every_changed_byte_outside_contents_is_noticed(authority, pdf):
    made = sign_pdf(signer(authority, "p256"), pdf)
    start, stop = made.index(b"/Contents <") + 10, made.index(b">", made.index(b"/Contents <"))
    verifier = authority.verifier()
    for place in [*range(10, start, 97), *range(stop + 1, len(made), 97)]:
        broken = bytearray(made)
        broken[place] ^= 1
        assert verifier.verify_bytes(bytes(broken)).verdict is not Verdict.PASSED, place


def test_page_added_after_signing_is_noticed(authority, pdf):
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    made = sign_pdf(signer(authority), pdf)
    writer = IncrementalPdfFileWriter(io.BytesIO(made))
    page = writer.prev.root["/Pages"]["/Kids"][0].get_object()
    page["/Rotate"] = generic.NumberObject(90)
    writer.mark_update(writer.prev.root["/Pages"]["/Kids"].raw_get(0).reference)
    out = io.BytesIO()
    writer.write(out)
    report = authority.verifier().verify_bytes(out.getvalue())
    assert report.verdict is Verdict.FAILED
    assert "unchanged-since" in {c.id for c in report.signatures[0].open_checks}


def test_pdf_without_signature_is_open(authority, pdf):
    assert authority.verifier().verify_bytes(pdf).verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize("data", [b"%PDF-", b"%PDF-1.7\nnothing", b"%PDF-1.7\n" + b"\xff" * 500])
def test_damaged_pdf_is_open(authority, data):
    assert authority.verifier().verify_bytes(data).verdict is Verdict.INDETERMINATE


def test_lying_byte_range(authority, pdf):
    made = sign_pdf(signer(authority), pdf)
    at = made.index(b"/ByteRange [0 ") + len(b"/ByteRange [0 ")
    length = made[at:].split(b" ")[0]
    wrong = str(int(length) - 5).encode().rjust(len(length), b"0")
    report = authority.verifier().verify_bytes(made[:at] + wrong + made[at + len(length) :])
    assert report.verdict is Verdict.FAILED
    assert "byte-range" in {c.id for c in report.signatures[0].open_checks}


def test_files_are_written_whole_or_not_at_all(authority, pdf, tmp_path):
    source, target = tmp_path / "a.pdf", tmp_path / "b.pdf"
    source.write_bytes(pdf)
    assert sign_pdf_file(signer(authority), source, target) == target
    assert source.read_bytes() == pdf
    with pytest.raises(OutputError):
        sign_pdf_file(signer(authority), source, target)
    source.write_bytes(b"no pdf")
    with pytest.raises(InputError):
        sign_pdf_file(signer(authority), source, tmp_path / "c.pdf")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.pdf", "b.pdf"]


def test_expired_signer(authority, pdf):
    old = pki.make(
        "Старый", authority.intermediate, start=pki.NOW - 2 * pki.YEAR, end=pki.NOW - pki.YEAR
    )
    made = sign_pdf(Signer(old.signing_key(), SignOptions(force=True)), pdf)
    (result,) = authority.verifier().verify_bytes(made).signatures
    assert result.sub_indication == "OUT_OF_BOUNDS_NO_POE"

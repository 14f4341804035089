"""FIL and LIM: what a file is, how large, and what was not examined."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.formats.sentences import message_of
from medcab.model import Finding, Severity
from medcab.profile_types import Requirement, RuleSetting
from medcab.rules import Unknown, find_rule
from medcab.sandbox import Died, Done, OutOfMemory, Raised, TimedOut
from medcab.sources import BytesSource, FileSource
from medcab.text import translator
from medcab.validators.facts import FileFacts, LimitHit, from_outcome, unreadable
from medcab.validators.probe import surface
from medcab.validators.signatures_table import EXTENSIONS, MEDIA_TYPES, TAIL, identify
from tests.validators.makers import ask, ask_package, facts_for, hits, jpeg, png, profile, scan_pdf


def zipped(*names: str, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "text")
        archive.comment = comment
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
SIGNED = bytes.fromhex("3082010a06092a864886f70d010702a081fc") + b"\0" * 40
CERTIFICATE = bytes.fromhex("308201fe308201a5a003020102021400") + b"\0" * 40

IDENTITIES = [
    (b"%PDF-1.7\n", "pdf"),
    (b"\0\r\n%PDF-1.4\n", "pdf"),
    (b"\xff\xd8\xff\xe0\0\x10JFIF", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF89a....", "gif"),
    (b"II*\0\x08\0\0\0", "tiff"),
    (b"MM\0*\0\0\0\x08", "tiff"),
    (b"BM\x3a\0\0\0\0\0\0\0" + b"\0" * 40, "bmp"),
    (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
    (b"\0\0\0\x18ftypheic\0\0\0\0", "heic"),
    (b"\0\0\0\x18ftypavif\0\0\0\0", "avif"),
    (b"\0\0\0\x18ftypisom\0\0\0\0", "video"),
    (zipped("[Content_Types].xml", "word/document.xml"), "docx"),
    (zipped("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
    (zipped("scan.pdf"), "zip"),
    (OLE + "WordDocument".encode("utf-16-le"), "doc"),
    (OLE + "Workbook".encode("utf-16-le"), "xls"),
    (b"Rar!\x1a\x07\x01\0", "rar"),
    (b"7z\xbc\xaf\x27\x1c\0\x04", "7z"),
    (b"\x1f\x8b\x08\0", "gzip"),
    (b"MZ" + b"\0" * 80, "exe"),
    (b"\x7fELF\x02\x01", "elf"),
    (b"#!/bin/sh\n", "script"),
    (b"{\\rtf1\\ansi", "rtf"),
    (b"<!DOCTYPE html><html>", "html"),
    (b"\xef\xbb\xbf  <HTML><body>", "html"),
    ("<html>".encode("utf-16"), "html"),
    (b'<?xml version="1.0"?><form/>', "xml"),
    (b'{"inn": "1"}', "json"),
    ("Иванов".encode(), "text"),
    (SIGNED, "p7s"),
    (CERTIFICATE, "cer"),
    (bytes.fromhex("30820a4b0201033082") + b"\0" * 20, "pfx"),
    (b"-----BEGIN CERTIFICATE-----\nMII", "cer"),
    (b"-----BEGIN PKCS7-----\nMII", "p7s"),
    (b"-----BEGIN PRIVATE KEY-----\nMII", "pem"),
    (b"\0" * 100, "unknown"),
    (b"", "empty"),
]


@pytest.mark.parametrize(("data", "form"), IDENTITIES)
def test_identify(data, form):
    assert identify(data).format == form


def test_base64_signature_is_a_signature():
    import base64

    assert identify(base64.encodebytes(SIGNED)).format == "p7s"
    assert identify(b"MIIthis is text").format == "text"


def test_every_format_has_extensions_and_media_type():
    named = {form for _, form in IDENTITIES} - {"unknown", "empty"}
    assert named <= set(EXTENSIONS)
    assert named <= set(MEDIA_TYPES)


@given(st.binary(max_size=2000), st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_identify_never_fails(head, tail):
    found = identify(head, tail, len(head) + len(tail))
    assert found.format in {*MEDIA_TYPES, "unknown"}


POLYGLOTS = [
    (jpeg() + b"", ()),
    (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 20 + scan_pdf(10), ("pdf",)),
    (scan_pdf(10) + zipped("a.txt"), ("zip",)),
    (png() + zipped("a.exe", comment=b"hello"), ("zip",)),
    (b"<html><script>1</script></html>\n" + scan_pdf(10), ("pdf",)),
    (scan_pdf(10) + b"PK\x05\x06 only the letters", ()),
    (zipped("a.txt"), ()),
]


@pytest.mark.parametrize(("data", "also"), POLYGLOTS)
def test_polyglot(data, also):
    found = hits(ask("FIL007", data))
    assert [hit.args["also"] for hit in found] == ([", ".join(also)] if also else [])


def test_surface_of_a_large_file_is_bounded_and_exact(tmp_path):
    import hashlib

    path = tmp_path / "large.bin"
    with path.open("wb") as out:
        out.write(b"%PDF-1.7\n")
        for _ in range(5):
            out.write(b"x" * (1 << 20))
        out.write(zipped("a.txt"))
    found = surface(FileSource(str(path)), "large.bin")
    data = path.read_bytes()
    assert (found.size, found.format, found.also) == (len(data), "pdf", ("zip",))
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert len(data) > TAIL


@pytest.mark.parametrize("data", [b"", b"\0" * 5000, b"\xff" * 3_000_000])
def test_empty_file(data):
    assert len(hits(ask("FIL001", data))) == 1
    assert hits(ask("FIL002", data)) == []


def test_file_with_content_is_not_empty():
    assert hits(ask("FIL001", b"\0" * 5000 + b"\1")) == []


@pytest.mark.parametrize(
    ("data", "allowed", "violated"),
    [
        (scan_pdf(10), ("pdf",), False),
        (jpeg(), ("pdf",), True),
        (jpeg(), ("pdf", "jpg"), False),
        (jpeg(), ("jpeg",), False),
        (png(), ("pdf", "jpg"), True),
        (zipped("[Content_Types].xml", "word/document.xml"), ("pdf",), True),
        (CERTIFICATE, ("pfx", "cer"), False),
        (CERTIFICATE, ("pdf",), True),
    ],
)
def test_format_not_allowed(data, allowed, violated):
    policy = profile(formats=allowed)
    name = f"a.{EXTENSIONS[facts_for(data).format][0]}"
    assert bool(hits(ask("FIL002", data, name, policy=policy))) is violated
    assert not hits(ask("FIL003", data, name, policy=policy))


@pytest.mark.parametrize(
    ("data", "speaks"),
    [
        (jpeg(), "FIL003"),
        (zipped("[Content_Types].xml", "word/document.xml"), "FIL003"),
        (b"<html><body>", "FIL004"),
        (b"\0\1\2\3" * 100, "FIL013"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_complained_about_once(data, speaks):
    policy = profile(formats=("pdf",))

    def found(rules):
        chosen = replace(policy, rules=rules)
        asked = ("FIL002", "FIL003", "FIL004", "FIL013")
        return [
            rule
            for rule in asked
            if chosen.level(find_rule(rule)) and hits(ask(rule, data, "a.pdf", policy=chosen))
        ]

    assert found({}) == [speaks]
    # Where that rule is off, or only a warning, a format that is not taken is an error still.
    assert found({speaks: RuleSetting("off")}) == ["FIL002"]
    assert found({speaks: RuleSetting("warning")}) == ["FIL002", speaks]


@pytest.mark.parametrize(("allowed", "taken"), [(("pdf",), False), (("pdf", "jpg"), True)])
def test_a_mismatch_says_whether_the_real_format_is_taken(allowed, taken):
    (hit,) = hits(ask("FIL003", jpeg(), "a.pdf", policy=profile(formats=allowed)))
    for language, words in (("en", "does not take"), ("ru", "не принимает")):
        sentence = message_of(Finding("FIL003", Severity.ERROR, hit.args), translator(language))
        assert (words not in sentence) is taken
        assert "{" not in sentence


def test_formats_of_a_type_come_before_those_of_the_profile():
    policy = profile(
        (Requirement("c", ("signing_certificate",), Severity.ERROR, formats=("cer",)),)
    )
    assert (
        hits(
            ask("FIL002", CERTIFICATE, "a.cer", policy=policy, document_type="signing_certificate")
        )
        == []
    )
    assert hits(ask("FIL002", CERTIFICATE, "a.cer", policy=policy, document_type="diploma"))


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        ("a.pdf", scan_pdf(10), None),
        ("a.PDF", scan_pdf(10), None),
        ("фото.jpeg", jpeg(), None),
        ("фото.png", jpeg(), "FIL003"),
        ("диплом.pdf", zipped("[Content_Types].xml", "word/document.xml"), "FIL003"),
        ("диплом.pdf", b"<!doctype html><html>", "FIL004"),
        ("диплом.pdf", zipped("a.pdf"), "FIL004"),
        ("диплом.jpg", b"MZ" + b"\0" * 100, "FIL004"),
        ("диплом.pdf", b"\0\1\2\3" * 50, "FIL013"),
        ("form.json", b"[1,2]", None),
        ("form.csv", b"a;b\n", None),
        ("a.xyz", scan_pdf(10), "FIL003"),
    ],
)
def test_name_and_content(name, data, rule):
    facts = facts_for(data, name)
    found = [r for r in ("FIL003", "FIL004", "FIL013") if hits(ask(r, facts, name))]
    assert found == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("name", "strict", "severity"),
    [("a.pdf", True, None), ("a.PDF", True, "own"), ("a.Jpg", False, Severity.WARNING)],
)
def test_extension_case(name, strict, severity):
    found = hits(ask("FIL005", b"x", name, policy=profile(lowercase_extension=strict)))
    expected = [] if severity is None else [None if severity == "own" else severity]
    assert [hit.severity for hit in found] == expected


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("паспорт.pdf", 0),
        ("паспорт.pdf.exe", 1),
        ("диплом.docx.pdf", 1),
        ("диплом.PDF.pdf", 1),
        ("диплом.pdf.sig", 0),
        ("Смирнов А.В. трудовая.pdf", 0),
        ("справка 12.05.2024.pdf", 0),
    ],
)
def test_double_extension(name, count):
    assert len(hits(ask("FIL006", b"x", name))) == count


@pytest.mark.parametrize(
    ("name", "count"), [("паспорт", 1), ("паспорт.", 1), (".pdf", 1), ("а.б.в", 1), ("a.pdf", 0)]
)
def test_extension_missing(name, count):
    assert len(hits(ask("FIL012", b"%PDF-1.7", name))) == count


@pytest.mark.parametrize(
    ("size", "rules"),
    [
        (5_000_000, []),
        (5_000_001, ["FIL009"]),
        (5_242_880, ["FIL009"]),
        (5_242_881, ["FIL008"]),
    ],
)
def test_size(size, rules):
    facts = replace(facts_for(b"x"), size=size)
    assert [r for r in ("FIL008", "FIL009") if hits(ask(r, facts))] == rules


def test_size_is_never_said_to_equal_the_limit_it_exceeds():
    facts = replace(facts_for(b"x"), size=5 * 2**20 + 1)
    (hit,) = hits(ask("FIL008", facts))
    assert hit.args == {"size": "5.01", "limit": "5"}


def test_no_limit_no_finding():
    facts = replace(facts_for(b"x"), size=10**12)
    free = profile(max_file=None, warn_over=None)
    assert hits(ask("FIL008", facts, policy=free)) == hits(ask("FIL009", facts, policy=free)) == []


def test_package_size():
    files = {f"{n}.pdf": replace(facts_for(b"x"), size=4 * 2**20) for n in range(3)}
    assert len(hits(ask_package("FIL010", files, profile(max_total=10 * 2**20)))) == 1
    assert hits(ask_package("FIL010", files, profile(max_total=12 * 2**20))) == []
    assert hits(ask_package("FIL010", files)) == []


def test_duplicates():
    one, two, empty = facts_for(b"one"), facts_for(b"two"), facts_for(b"")
    files = {"a.pdf": one, "b.pdf": two, "c.pdf": one, "d.pdf": empty, "e.pdf": empty}
    found = hits(ask_package("FIL011", files))
    assert [(hit.path, hit.args["other"]) for hit in found] == [("c.pdf", "a.pdf")]


def test_duplicates_are_not_denied_for_what_was_not_read():
    (answer,) = ask_package("FIL011", {"a.pdf": unreadable(10, "unreadable")})
    assert isinstance(answer, Unknown)


OUTCOMES = [
    (TimedOut(20.0), "LIM001"),
    (OutOfMemory(2 << 30), "LIM002"),
    (Died(-6), "LIM003"),
    (Raised(ValueError("boom")), "LIM003"),
    (Raised(PermissionError("no")), "LIM005"),
]


@pytest.mark.parametrize(("outcome", "rule"), OUTCOMES)
@pytest.mark.parametrize("source", [BytesSource(scan_pdf(10)), None])
def test_every_failure_of_a_worker_is_undetermined(outcome, rule, source):
    facts = from_outcome(outcome, "a.pdf", 123, source)
    for lim in ("LIM001", "LIM002", "LIM003", "LIM004", "LIM005"):
        answers = ask(lim, facts)
        assert bool(answers) is (lim == rule)
        assert all(isinstance(answer, Unknown) for answer in answers)
    if facts.format is None:
        needs = ("FIL001", "FIL002", "FIL003", "FIL004", "FIL007", "FIL013")
    else:
        assert facts.sha256
        assert facts.format == "pdf"
        needs = ("PDF001", "PDF003", "PDF005", "PDF006", "PDF007", "PDF008", "PDF009", "DPI001")
    for rule_id in needs:
        assert any(isinstance(answer, Unknown) for answer in ask(rule_id, facts)), rule_id


def test_facts_come_through():
    facts = facts_for(b"x")
    assert from_outcome(Done(facts), "a", 1) is facts


@pytest.mark.parametrize(
    "name",
    [
        "file_size",
        "pixels",
        "jpeg_scans",
        "filters",
        "stream",
        "operators",
        "image_draws",
        "forms",
        "depth",
        "pages",
        "objects",
        "something_new",
    ],
)
def test_structure_limits_name_themselves(name):
    facts = FileFacts(size=1, format="pdf", limits=(LimitHit(name, 5, 6, page=2),))
    (answer,) = ask("LIM004", facts)
    assert isinstance(answer, Unknown)
    assert answer.page == 2
    assert answer.args["limit"] == 5
    assert answer.evidence["limit_name"] == name


def test_file_over_the_size_limit_is_identified_but_not_opened():
    facts = facts_for(scan_pdf(50), file_size=500)
    assert facts.format == "pdf"
    assert facts.sha256
    assert facts.pdf is None
    assert [hit.name for hit in facts.limits] == ["file_size"]
    assert any(isinstance(a, Unknown) for a in ask("PDF005", facts))

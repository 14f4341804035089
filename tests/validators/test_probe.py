"""The probe as a whole: hostile files end in facts, within their limits."""

from __future__ import annotations

import pickle
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.rules import Unknown
from medcab.sandbox import Done, Limits, OutOfMemory, Raised, Sandbox, TimedOut
from medcab.sources import BytesSource, FileSource
from medcab.validators.facts import ProbeLimits, ProbeOptions, from_outcome
from medcab.validators.pagework import NO_TIME
from medcab.validators.probe import probe, worker_limits
from medcab.validators.scan import PageScan
from tests.validators.makers import (
    A4,
    ask,
    facts_for,
    grey_image,
    jpeg,
    page_pdf,
    pages_pdf,
    raw_pdf,
    scan_pdf,
    stream,
)


def form_bomb(levels: int = 10, width: int = 10) -> bytes:
    """Forms that draw the next level ``width`` times: width ** levels drawings."""
    first = 5
    extra: list[bytes | str] = []
    for level in range(levels):
        following = first + level + 1
        extra.append(
            stream(
                "/Type /XObject /Subtype /Form /BBox [0 0 600 900] /Resources << /XObject "
                f"<< /N {following} 0 R >> >>",
                b"/N Do " * width,
            )
        )
    extra.append(grey_image(10, 10))
    return page_pdf(b"/N Do", f"/XObject << /N {first} 0 R >>", *extra)


def limit_names(data: bytes, **limits: float) -> list[str]:
    return [hit.name for hit in facts_for(data, **limits).limits]


def test_nested_form_bomb_ends_in_under_a_second():
    data = form_bomb()
    started = time.process_time()
    facts = facts_for(data)
    assert time.process_time() - started < 1
    assert [hit.name for hit in facts.limits] == ["image_draws"]
    assert [type(a) for a in ask("DPI001", facts)] == [Unknown]
    assert [type(a) for a in ask("LIM004", facts)] == [Unknown]


def test_nested_form_bomb_without_pictures():
    data = form_bomb(levels=14, width=30).replace(b"/Subtype /Image", b"/Subtype /Nothg")
    started = time.process_time()
    assert limit_names(data) == ["forms"]
    assert time.process_time() - started < 1


def test_deep_forms():
    assert limit_names(form_bomb(levels=30, width=1)) == ["depth"]


def test_many_draws():
    data = page_pdf(b"/I Do " * 6000, "/XObject << /I 5 0 R >>", grey_image(1, 1))
    assert limit_names(data) == ["image_draws"]


def test_many_operators():
    assert limit_names(page_pdf(b"q Q " * 200_001)) == ["operators"]
    assert limit_names(page_pdf(b"q Q " * 100_000)) == []


def test_flate_bomb():
    data = page_pdf(b" " * 60_000_000)
    assert len(data) < 100_000
    assert limit_names(data) == ["stream"]


def test_flate_bomb_in_pieces():
    piece = stream("", b" " * 20_000_000)
    data = raw_pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R /Contents [{'4 0 R ' * 100}] /MediaBox [{A4}] >>",
            piece,
        ]
    )
    started = time.process_time()
    assert limit_names(data) == ["stream"]
    assert time.process_time() - started < 2


def test_many_filters():
    inner = zlib.compress(b"q Q")
    for _ in range(5):
        inner = zlib.compress(inner)
    names = "/FlateDecode " * 6
    data = page_pdf().replace(stream("", b""), stream(f"/Filter [{names}]", inner, flate=False))
    assert limit_names(data) == ["filters"]


@pytest.mark.parametrize("width", [60_000, 8_000])
def test_picture_of_too_many_pixels_on_a_page(width):
    data = page_pdf(
        b"/I Do",
        "/XObject << /I 5 0 R >>",
        stream(
            f"/Subtype /Image /Width {width} /Height {width} /ColorSpace /DeviceGray "
            "/BitsPerComponent 1 /Filter /CCITTFaxDecode",
            b"\0\x10\x01",
            flate=False,
        ),
    )
    assert limit_names(data) == ["pixels"]


def test_jpeg_of_many_scans_on_a_page():
    whole = jpeg((64, 64), progressive=True)
    start = whole.rfind(b"\xff\xda")
    data = page_pdf(
        b"/I Do",
        "/XObject << /I 5 0 R >>",
        stream(
            "/Subtype /Image /Width 64 /Height 64 /ColorSpace /DeviceGray /BitsPerComponent 8 "
            "/Filter /DCTDecode",
            whole[:start] + whole[start:-2] * 500 + b"\xff\xd9",
            flate=False,
        ),
    )
    assert limit_names(data) == ["jpeg_scans"]


def test_deep_direct_objects():
    deep = "<< /A " * 60 + "1" + " >>" * 60
    facts = facts_for(scan_pdf(10, catalog=f"/X {deep}"))
    assert [hit.name for hit in facts.limits] == ["depth"]
    assert [type(a) for a in ask("PDF005", facts)] == [Unknown]


def test_many_objects():
    facts = facts_for(pages_pdf([A4] * 50), objects=30)
    assert [hit.name for hit in facts.limits] == ["objects"]
    assert [type(a) for a in ask("PDF007", facts)] == [Unknown]


def test_page_tree_in_a_circle():
    data = raw_pdf(
        ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"]
    )
    facts = facts_for(data)
    assert facts.pdf is not None
    assert facts.pdf.damage is not None or facts.pdf.page_count == 0


def test_parents_in_a_circle():
    data = raw_pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 2 0 R >>",
            "<< /Type /Page /Parent 2 0 R >>",
        ]
    )
    facts = facts_for(data)
    assert facts.pdf is not None
    assert len(facts.pdf.pages) == 1


def test_fields_in_a_circle():
    data = scan_pdf(10, catalog="/AcroForm << /Fields [4 0 R 6 0 R] >>")
    assert facts_for(data).pdf is not None
    circle = page_pdf(
        b"",
        "",
        "<< /T (a) /Kids [6 0 R] >>",
        "<< /T (b) /Kids [5 0 R] >>",
        catalog="/AcroForm << /Fields [5 0 R] >>",
    )
    assert facts_for(circle).pdf is not None


def test_facts_travel():
    facts = facts_for(scan_pdf(300))
    assert pickle.loads(pickle.dumps(facts)) == facts


def test_same_facts_from_disk_and_memory(tmp_path):
    data = scan_pdf(200)
    path = tmp_path / "Иванов_Диплом.pdf"
    path.write_bytes(data)
    options = ProbeOptions()
    assert probe(FileSource(str(path)), path.name, options) == facts_for(data)


def test_missing_file_is_unreadable(tmp_path):
    source = FileSource(str(tmp_path / "нет.pdf"))
    with Sandbox(1) as sandbox:
        outcome = sandbox.run(probe, (source, "нет.pdf", ProbeOptions()))
    assert isinstance(outcome, Raised)
    facts = from_outcome(outcome, "нет.pdf", 5, source)
    assert (facts.format, facts.size) == (None, 5)
    assert [hit.name for hit in facts.limits] == ["unreadable"]


def test_limits_reach_the_worker():
    options = ProbeOptions(limits=ProbeLimits(seconds=3, memory=1 << 30))
    assert worker_limits(options) == Limits(seconds=3, memory=1 << 30)


def test_a_worker_out_of_memory_gives_unknowns():
    # An object stream that unpacks to more than the worker may have: read by the parser itself.
    hostile = stream("/Type /ObjStm /N 1 /First 4", b"9 0 " + b" " * 900_000_000)
    data = raw_pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [] /Count 0 >>",
            hostile,
        ]
    )
    source = BytesSource(data)
    with Sandbox(1, Limits(seconds=10, memory=400 << 20)) as sandbox:
        outcome = sandbox.run(probe, (source, "a.pdf", ProbeOptions()))
    facts = from_outcome(outcome, "a.pdf", len(data), source)
    if isinstance(outcome, Done):
        return  # the parser did not open a stream that nothing refers to
    assert isinstance(outcome, OutOfMemory | TimedOut | Raised)
    assert facts.failure is not None
    assert any(isinstance(a, Unknown) for a in ask("PDF005", facts))


def test_legibility_stops_in_time_and_keeps_what_is_known(monkeypatch):
    from medcab.validators.scan import measure

    def slow(picture, number):
        time.sleep(0.1)
        return PageScan(number)

    monkeypatch.setattr(measure, "measure_picture", slow)
    options = ProbeOptions(limits=ProbeLimits(seconds=0.3), scan=True)
    data = pages_pdf([A4] * 9)
    facts = probe(BytesSource(data), "a.pdf", options)
    measured = [page for page in facts.scan if not page.problem]
    assert 1 <= len(measured) <= 3
    assert {page.problem for page in facts.scan[len(measured) :]} == {NO_TIME}
    assert len(facts.scan) == 9
    assert [(hit.name, hit.seen) for hit in facts.limits] == [("scan_time", len(measured))]
    assert facts.pdf is not None
    assert [type(a) for a in ask("LIM004", facts)] == [Unknown]
    whole = probe(BytesSource(data), "a.pdf", ProbeOptions(scan=True))
    assert whole.scan == tuple(PageScan(n) for n in range(1, 10))


def test_names_that_are_no_text():
    odd = "/\x80x"
    data = page_pdf(
        b"/\x80x Do",
        "/XObject << /\x80x 5 0 R >>",
        grey_image(100, 100),
        f"<< /Subtype {odd} /S {odd} /Rect [0 0 9 9] /AS {odd} /AP << /N << {odd} 7 0 R >> >> >>",
        stream("/Subtype /Form /BBox [0 0 9 9]", b"q Q"),
        page="/Annots [6 0 R]",
        catalog=f"/X << {odd} << /S /JavaScript /JS (1) >> /S {odd} >>",
    )
    facts = facts_for(data)
    assert facts.pdf is not None
    assert len(facts.pdf.pages[0].images) == 1
    assert [action.kind for action in facts.pdf.actions] == ["JavaScript"]
    facts.pdf.pages[0].annotations[0].encode()


SEED = scan_pdf(20, catalog="/OpenAction << /S /JavaScript /JS (1) >>")


@given(
    st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.integers(0, 255)), min_size=1, max_size=8)
)
@settings(max_examples=150, deadline=None)
def test_mutated_pdf_gives_facts(changes):
    data = bytearray(SEED)
    for at, value in changes:
        data[at] = value
    facts = facts_for(bytes(data))
    assert facts.size == len(SEED)
    assert facts.pdf is not None or facts.format != "pdf" or facts.limits


@given(st.integers(0, len(SEED)))
@settings(max_examples=60, deadline=None)
def test_cut_pdf_never_looks_whole(at):
    facts = facts_for(SEED[:at])
    if facts.format == "pdf" and at < len(SEED) - 8:
        assert facts.pdf is not None
        assert facts.pdf.damage is not None


@given(st.binary(max_size=400))
@settings(max_examples=80, deadline=None)
def test_any_content_stream_is_walked(content):
    facts = facts_for(page_pdf(content, "/XObject << /I 5 0 R >>", grey_image(4, 4)))
    assert facts.pdf is not None
    assert facts.pdf.opened

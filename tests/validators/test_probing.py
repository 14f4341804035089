"""Pages examined by several workers: the same facts as by one, and a page at fault fails alone."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from medcab.model import Document
from medcab.rules import Unknown
from medcab.sandbox import Limits, Sandbox
from medcab.sources import BytesSource, FileSource, ZipSource
from medcab.validators import probing
from medcab.validators.facts import ProbeLimits, ProbeOptions
from medcab.validators.pagework import BROKE_OFF, NO_BYTES, NO_MEMORY, NO_TIME, portions
from medcab.validators.probe import probe
from medcab.validators.probing import probe_all
from samples.make import writers
from tests.validators import page_functions
from tests.validators.makers import A4, ask, hits, page_pdf, pages_pdf, stream

ROOT = Path(__file__).resolve().parents[2]
VECTORS = Path(os.environ.get("MEDCAB_VECTORS", ROOT.parent / "shared" / "vectors"))


def documents(*files: Path) -> list[Document]:
    return [Document(f.name, FileSource(str(f)), f.name, f.stat().st_size) for f in files]


def in_memory(*data: bytes) -> list[Document]:
    return [Document(f"{n}.pdf", BytesSource(d), f"{n}.pdf", len(d)) for n, d in enumerate(data)]


def probed(given, jobs=2, known=None, seconds=20.0):
    limits = ProbeLimits(seconds=seconds, memory=1 << 30)
    with Sandbox(jobs, Limits(seconds, 1 << 30)) as sandbox:
        found = dict(probe_all(given, ProbeOptions(limits, scan=True), sandbox, known))
    assert sorted(found) == list(range(len(given)))
    return [found[n] for n in range(len(given))]


def alone(given):
    return [probe(d.source, d.name, ProbeOptions(scan=True)) for d in given]


def scan(seed: int) -> Image.Image:
    page = Image.effect_noise((900, 700), 12).point(lambda v: min(255, v + 110))
    for line in range(10):
        for word in range(8):
            at = (60 + word * 100, 60 + line * 55 + seed)
            page.paste(20, (*at, at[0] + 70, at[1] + 22))
    return page


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """Scans of many pages, set pages, frames of a TIFF, an archive, broken and foreign files."""
    folder = tmp_path_factory.mktemp("mixed")
    pages = [scan(n) for n in range(5)]
    (folder / "scan.pdf").write_bytes(writers.pdf(pages, dpi=150, quality=60))
    (folder / "set.pdf").write_bytes(pages_pdf([A4] * 3))
    pages = [page.copy() for page in pages]  # Pillow leaves the settings of a JPEG in them
    pages[0].save(folder / "many.tiff", save_all=True, append_images=pages[1:], dpi=(150, 150))
    pages[0].save(folder / "one.png", dpi=(150, 150))
    (folder / "cut.pdf").write_bytes((folder / "scan.pdf").read_bytes()[:-3000])
    (folder / "text.docx").write_bytes(b"PK\3\4 no archive")
    (folder / "empty.pdf").write_bytes(b"")
    with zipfile.ZipFile(folder / "in.zip", "w") as archive:
        archive.write(folder / "scan.pdf", "scan.pdf")
    found = documents(*(p for p in sorted(folder.iterdir()) if p.suffix != ".zip"))
    size = (folder / "scan.pdf").stat().st_size
    packed = ZipSource(str(folder / "in.zip"), "scan.pdf", size)
    return [*found, Document("z.pdf", packed, "z.pdf", size)]


@pytest.mark.parametrize("jobs", [0, 1, 2, 3])
def test_the_facts_do_not_depend_on_the_workers(mixed, jobs):
    assert probed(mixed, jobs) == alone(mixed)


def test_everything_was_measured(mixed):
    facts = dict(zip((d.name for d in mixed), probed(mixed), strict=True))
    for name, pages in (("scan.pdf", 5), ("many.tiff", 5), ("z.pdf", 5), ("set.pdf", 3)):
        assert [page.number for page in facts[name].scan] == list(range(1, pages + 1))
        assert not any(page.problem for page in facts[name].scan)
    assert facts["scan.pdf"].scan[2].fingerprint != facts["scan.pdf"].scan[3].fingerprint
    assert facts["many.tiff"].scan[1] != facts["many.tiff"].scan[2]
    assert facts["scan.pdf"].scan == facts["z.pdf"].scan


@pytest.mark.slow
@pytest.mark.parametrize("folder", [ROOT / "samples", VECTORS / "dpi"], ids=["samples", "dpi"])
def test_samples_and_vectors_give_the_same(folder):
    files = sorted(p for p in folder.rglob("*") if p.suffix in {".pdf", ".jpg", ".png", ".tiff"})
    if not files:
        pytest.skip(f"no vectors at {folder}")
    given = documents(*files)
    assert probed(given, 2) == alone(given)


def test_the_report_does_not_depend_on_the_workers(mixed):
    from datetime import UTC, datetime

    from medcab.engine import CheckOptions, run
    from medcab.model import Package
    from medcab.profile import load

    package = Package("in", tuple(mixed))
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    reports = [
        run(package, load("scan"), CheckOptions(now=moment, jobs=jobs)) for jobs in (0, 1, 2)
    ]
    assert reports[0] == reports[1] == reports[2]
    # The rule that compares pages of one file with those of another sees them all.
    repeated = {f.location.path for f in reports[0].findings if f.rule == "SCN015"}
    assert repeated


FAULTS = {
    "third_hangs": NO_TIME,
    "third_swells": NO_MEMORY,
    "third_kills": BROKE_OFF,
    "third_is_a_bug": BROKE_OFF,
    "after_the_file_was_removed": NO_BYTES,
}


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_page_at_fault_is_lost_alone(monkeypatch, tmp_path, fault, jobs):
    monkeypatch.setattr(probing, "examine", getattr(page_functions, fault))
    (tmp_path / "a.pdf").write_bytes(writers.pdf([scan(n) for n in range(6)], dpi=150, quality=40))
    (tmp_path / "b.pdf").write_bytes(writers.pdf([scan(9)], dpi=150, quality=40))
    facts, other = probed(documents(tmp_path / "a.pdf", tmp_path / "b.pdf"), jobs, seconds=3)
    assert [page.problem for page in facts.scan] == ["", "", FAULTS[fault], "", "", ""]
    assert [page.number for page in facts.scan] == [1, 2, 3, 4, 5, 6]
    assert not other.limits
    # Structure and resolution are known all the same, and nothing has passed for being whole.
    assert ask("DPI001", facts)
    assert not any(isinstance(a, Unknown) for a in ask("DPI001", facts))
    assert [a.page for a in ask("PDF018", facts) if isinstance(a, Unknown)] == [3]
    assert [type(a) for a in ask("LIM004", facts)] == [Unknown]
    assert [a.page for a in ask("SCN001", facts) if isinstance(a, Unknown)] == [3]
    assert facts.failure is None


@pytest.mark.parametrize("fault", ["third_kills", "third_swells"])
def test_a_portion_that_broke_off_is_done_page_by_page(monkeypatch, fault):
    monkeypatch.setattr(probing, "examine", getattr(page_functions, fault))
    data = pages_pdf([A4] * 20)  # in memory: three pages a call
    (facts,) = probed(in_memory(data))
    assert [p.number for p in facts.scan if p.problem] == [3]
    assert len(facts.scan) == 20


def test_pages_left_over_are_asked_for_again(monkeypatch):
    monkeypatch.setattr(probing, "examine", page_functions.one_at_a_time)
    given = in_memory(pages_pdf([A4] * 20))
    assert probed(given) == alone(given)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_document_of_hanging_pages_ends_in_time(monkeypatch, tmp_path, jobs):
    monkeypatch.setattr(probing, "examine", page_functions.all_hang)
    (tmp_path / "a.pdf").write_bytes(pages_pdf([A4] * 30))
    began = time.monotonic()
    (facts,) = probed(documents(tmp_path / "a.pdf"), jobs, seconds=1)
    assert time.monotonic() - began < 10
    assert [page.problem for page in facts.scan] == [NO_TIME] * 30
    assert [(hit.name, hit.seen) for hit in facts.limits] == [("scan_time", 0)]
    assert facts.pdf is not None
    assert facts.pdf.page_count == 30


def test_a_structure_that_hangs_is_the_failure_of_the_document(monkeypatch):
    monkeypatch.setattr(probing, "probe", page_functions.probe_hangs)
    facts = probed(in_memory(pages_pdf([A4]), b"text"), seconds=0.5)
    assert [f.failure.name for f in facts] == ["time", "time"]
    assert [f.scan for f in facts] == [(), ()]


def test_a_file_that_changes_meanwhile_is_known_by_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(probing, "examine", page_functions.changes_the_file)
    (tmp_path / "a.pdf").write_bytes(writers.pdf([scan(1)], dpi=150, quality=40))
    (facts,) = probed(documents(tmp_path / "a.pdf"))
    assert facts.failure.name == "changed"
    for rule in ("LIM004", "FIL001", "SCN001"):
        assert all(isinstance(answer, Unknown) for answer in ask(rule, facts)), rule
    assert ask("LIM004", facts)


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_is_exchanged_meanwhile_is_known_by_nothing(monkeypatch, tmp_path, packed):
    monkeypatch.setattr(probing, "examine", page_functions.exchanges_the_file)
    data = writers.pdf([scan(1)], dpi=150, quality=40)
    (tmp_path / "a.pdf").write_bytes(data)
    given = documents(tmp_path / "a.pdf")
    if packed:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("a.pdf", data)
        source = ZipSource(str(tmp_path / "a.zip"), "a.pdf", len(data))
        given = [Document("a.pdf", source, "a.pdf", len(data))]
    (facts,) = probed(given)
    assert facts.failure.name == "changed"
    assert all(isinstance(answer, Unknown) for answer in ask("FIL001", facts))


def test_bytes_that_are_known_are_not_measured_again(monkeypatch):
    given = in_memory(pages_pdf([A4] * 2), page_pdf())
    first = probed(given)
    known = {facts.sha256: facts for facts in first}
    monkeypatch.setattr(probing, "probe", page_functions.probe_hangs)
    assert probed(given, known=known) == first
    # Another file of the same size is measured.
    other = in_memory(pages_pdf([A4] * 2).replace(b"595", b"596", 1))
    assert other[0].size == given[0].size
    assert probed(other, known=known, seconds=0.5)[0].failure.name == "time"


def test_a_known_document_that_cannot_be_read_any_more_is_not_passed():
    (facts,) = probed(in_memory(page_pdf()))
    gone = [Document("a.pdf", FileSource("no/such.pdf"), "a.pdf", facts.size)]
    (again,) = probed(gone, known={facts.sha256: facts})
    assert again.failure.name == "unreadable"


class TestPortions:
    def test_a_page_a_call(self):
        facts = probe(BytesSource(pages_pdf([A4] * 9)), "a.pdf", ProbeOptions())
        source = FileSource("a.pdf")
        assert portions(source, facts) == [(n,) for n in range(1, 10)]
        assert [len(p) for p in portions(BytesSource(b""), facts)] == [2, 2, 2, 2, 1]

    def test_never_more_than_64(self):
        facts = probe(BytesSource(pages_pdf([A4] * 200)), "a.pdf", ProbeOptions())
        made = portions(FileSource("a.pdf"), facts)
        assert len(made) <= 64
        assert [n for p in made for n in p] == list(range(1, 201))

    def test_nothing_for_what_has_no_pages(self):
        for data in (b"", b"text", page_pdf(trailer="/Encrypt 9 0 R")):
            facts = probe(BytesSource(data), "a.pdf", ProbeOptions())
            assert portions(BytesSource(data), facts) == []

    def test_frames_of_a_gif_are_not_divided(self):
        out = io.BytesIO()
        scan(1).save(out, "GIF", save_all=True, append_images=[scan(2), scan(3)])
        facts = probe(BytesSource(out.getvalue()), "a.gif", ProbeOptions())
        assert portions(BytesSource(b""), facts) == [(1, 2, 3)]


def grained(page: Image.Image, **how) -> bytes:
    out = io.BytesIO()
    page.save(out, "JPEG", quality=85, dpi=(150, 150), **how)
    return out.getvalue()


def jpeg_pdf(data: bytes, size: tuple[int, int], space: str = "/DeviceGray") -> bytes:
    entries = (
        f"/Type /XObject /Subtype /Image /Width {size[0]} /Height {size[1]} /ColorSpace {space} "
        "/BitsPerComponent 8 /Filter /DCTDecode"
    )
    width, height = (side * 72 / 150 for side in size)
    return page_pdf(
        f"q {width} 0 0 {height} 0 0 cm /I Do Q".encode(),
        "/XObject << /I 5 0 R >>",
        stream(entries, data, flate=False),
        box=f"0 0 {width} {height}",
    )


class TestWholePictures:
    """The pictures of a page are decoded to see whether their data holds what it should."""

    @pytest.mark.parametrize("progressive", [False, True])
    @pytest.mark.parametrize("mode", ["L", "RGB"])
    def test_one_whose_end_is_missing_is_found(self, mode, progressive):
        page = scan(1).convert(mode)
        whole = grained(page, progressive=progressive)
        cut = whole[: len(whole) * 2 // 3] + b"\xff\xd9"
        space = "/DeviceGray" if mode == "L" else "/DeviceRGB"
        for data, damaged in ((whole, False), (cut, True)):
            pdf = jpeg_pdf(data, page.size, space)
            facts = probe(BytesSource(pdf), "a.pdf", ProbeOptions(scan=True))
            assert bool(facts.pdf.pages[0].images[0].damage) is damaged
            assert bool(ask("PDF018", facts)) is damaged

    def test_one_that_was_seen_whole_is_not_decoded_again(self, monkeypatch):
        import medcab.validators.pdfprobe.document as document

        asked = []
        real = document.walk_again
        monkeypatch.setattr(document, "walk_again", lambda *a: asked.append(a[2]) or real(*a))
        page = scan(1)
        for mode, space in (("L", "/DeviceGray"), ("RGB", "/DeviceRGB")):
            pdf = jpeg_pdf(grained(page.convert(mode)), page.size, space)
            probe(BytesSource(pdf), "a.pdf", ProbeOptions(scan=True))
        assert asked == []
        # One that ends in that very grey is, and so is one with something in its data.
        page.paste(128, (0, page.height - 60, page.width, page.height))
        data = grained(page)
        middle = len(data) // 2
        broken = data[:middle] + bytes(999) + data[middle + 999 :]
        for one, damaged in ((data, False), (broken, True)):
            pdf = jpeg_pdf(one, page.size)
            facts = probe(BytesSource(pdf), "a.pdf", ProbeOptions(scan=True))
            assert bool(facts.pdf.pages[0].images[0].damage) is damaged
        assert asked == [[1], [1]]

    def test_the_trial_does_not_change_what_is_measured(self, monkeypatch):
        import medcab.validators.scan.picture as picture

        data = grained(scan(1).convert("RGB"))
        for dpi in (150.0, 700.0):
            with monkeypatch.context() as patch:
                tried = picture.from_jpeg(data, (dpi, dpi), ProbeOptions().limits)
                patch.setattr(picture, "taller", lambda _: None)
                plain = picture.from_jpeg(data, (dpi, dpi), ProbeOptions().limits)
            assert (tried.whole, plain.whole) == (True, False)
            assert tried.grey.tobytes() == plain.grey.tobytes()
            assert tried.dpi == plain.dpi

    def test_only_the_first_picture_of_a_phone_is_a_page(self):
        out = io.BytesIO()
        scan(1).save(out, "MPO", save_all=True, append_images=[scan(2)], dpi=(150, 150))
        facts = probe(BytesSource(out.getvalue()), "a.jpg", ProbeOptions())
        assert facts.image.frames == 2
        assert portions(BytesSource(b""), facts) == [(1,)]
        full = probe(BytesSource(out.getvalue()), "a.jpg", ProbeOptions(scan=True))
        assert [(one.number, one.problem) for one in full.scan] == [(1, "")]
        assert hits(ask("IMG008", full, "a.jpg"))

    def test_a_jpeg_stored_as_rgb_is_measured_like_any_other(self):
        page = scan(1).convert("RGB")
        out = io.BytesIO()  # without a resolution: a JFIF marker would contradict Adobe's
        page.save(out, "JPEG", keep_rgb=True, quality=85, subsampling=0)
        stored = out.getvalue()
        assert Image.open(io.BytesIO(stored)).info.get("adobe_transform") == 0
        found = [
            probe(BytesSource(jpeg_pdf(d, page.size, "/DeviceRGB")), "a", ProbeOptions(scan=True))
            for d in (stored, grained(page))
        ]
        one, other = (facts.scan[0] for facts in found)
        assert not one.problem
        assert one.marks == other.marks
        assert one.coloured is other.coloured is False
        assert abs(one.contrast - other.contrast) < 3

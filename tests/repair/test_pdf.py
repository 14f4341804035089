"""What is taken out of PDFs, what is rebuilt, what is refused."""

from __future__ import annotations

import io

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from medcab.repair.compare import differing_pages, render
from samples.make import damage, writers
from tests.repair.conftest import documents, noisy, pdf, sheet, slip


def rules(result) -> set[str]:
    return {f.rule for f in result.after.findings} if result.after else set()


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (damage.pdf_javascript, "PDF005"),
        (damage.pdf_launch, "PDF006"),
        (damage.pdf_attachment, "PDF007"),
        (damage.pdf_text_field, "PDF008"),
        (damage.pdf_xfa, "PDF009"),
        (damage.pdf_layer, "PDF010"),
        (damage.pdf_watermark_annotation, "PDF011"),
        (damage.pdf_syntax_error, "PDF002"),
        (damage.pdf_truncated, "PDF001"),
        (damage.pdf_empty_page, "PDF017"),
    ],
)
def test_repaired_and_the_page_looks_the_same(folder, repair, make, rule):
    clean = pdf(slip())
    data = make(clean)
    result, out = repair(folder({"a.pdf": data}))
    assert rule in {f.rule for f in result.plan.before.findings}
    assert rule not in rules(result)
    assert result.after.verdict.value == "passed"
    if rule != "PDF011":
        assert not differing_pages(clean, (out / "a.pdf").read_bytes(), pairs=[(0, 0)])


@pytest.mark.parametrize("make", [damage.pdf_damaged_picture, lambda d: d[: len(d) // 2]])
def test_a_file_that_lost_something_is_not_written(folder, repair, make):
    result, out = repair(folder({"a.pdf": make(pdf(slip())), "b.pdf": pdf(slip())}))
    assert documents(out) == ["b.pdf"]
    assert {one.path for one in result.left if not one.kept} == {"a.pdf"}


def test_a_file_that_lost_pages_is_not_written(folder, repair):
    data = pdf(slip(), sheet().resize((600, 848)), slip())
    cut = data[
        : data.rindex(b"/Type /Page\n") if b"/Type /Page\n" in data else int(len(data) * 0.6)
    ]
    result, out = repair(folder({"a.pdf": cut}))
    assert not out.exists()
    assert result.left[0].path == "a.pdf"
    assert "lost" in result.left[0].reason


def test_a_password_for_opening_is_refused(folder, repair):
    result, out = repair(folder({"a.pdf": damage.pdf_password(pdf(slip()), "1", "2")}))
    assert not out.exists()
    assert result.left[0].rule == "PDF003"


def test_restrictions_are_lifted_only_when_asked(folder, repair, tmp_path):
    data = damage.pdf_password(damage.pdf_launch(pdf(slip())), "", "2")
    root = folder({"a.pdf": data})
    result, out = repair(root)
    assert not out.exists()
    assert "--remove-restrictions" in result.left[0].hint
    result, out = repair(root, remove_restrictions=True, out=tmp_path / "other")
    assert rules(result) == set()
    with pikepdf.open(out / "a.pdf") as made:
        assert not made.is_encrypted


def test_a_restricted_file_without_other_faults_is_copied(folder, repair):
    data = damage.pdf_password(pdf(slip()), "", "2")
    result, out = repair(folder({"a.pdf": data}))
    assert (out / "a.pdf").read_bytes() == data
    assert "--remove-restrictions" in next(o.hint for o in result.left if o.rule == "PDF004")


def signed(data: bytes) -> bytes:
    """With a signature dictionary; that it verifies is not what counts here."""
    with pikepdf.open(io.BytesIO(data)) as opened:
        value = opened.make_indirect(
            Dictionary(
                Type=Name.Sig,
                Filter=Name("/Adobe.PPKLite"),
                ByteRange=Array([0, 1, 2, 3]),
                Contents=String("0" * 20),
            )
        )
        field = opened.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Sig,
                T=String("s"),
                V=value,
                Rect=Array([0, 0, 0, 0]),
                F=132,
            )
        )
        opened.pages[0].obj.Annots = Array([field])
        opened.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)
        return writers.save(opened)


def test_a_signed_pdf_is_copied_when_good_and_refused_when_not(folder, repair, tmp_path):
    good, bad = signed(pdf(slip())), signed(damage.pdf_launch(pdf(slip())))
    result, out = repair(folder({"good.pdf": good, "bad.pdf": bad}))
    assert documents(out) == ["good.pdf"]
    assert (out / "good.pdf").read_bytes() == good
    assert "signed" in next(o.reason for o in result.left if o.path == "bad.pdf")


def test_a_document_with_a_signature_beside_it_is_not_changed(folder, repair):
    files = {
        "a.pdf": damage.pdf_launch(pdf(slip())),
        "a.pdf.sig": b"0\x80",
        "b.pdf": pdf(slip()),
        "b.pdf.sig": b"0\x81",
    }
    result, out = repair(folder(files))
    assert documents(out) == ["b.pdf", "b.pdf.sig"]
    assert (out / "b.pdf.sig").read_bytes() == b"0\x81"
    assert "signature" in result.left[0].reason


def test_a_hidden_layer_is_not_made_visible(folder, repair):
    with pikepdf.open(io.BytesIO(damage.pdf_layer(damage.pdf_launch(pdf(slip()))))) as opened:
        groups = opened.Root.OCProperties.OCGs
        opened.Root.OCProperties.D.OFF = Array(list(groups))
        data = writers.save(opened)
    result, out = repair(folder({"a.pdf": data}))
    assert not out.exists()
    assert result.left


def test_marked_watermark_content_is_cut_out_of_the_page(folder, repair):
    clean = pdf(slip())
    with pikepdf.open(io.BytesIO(clean)) as opened:
        mark = b"\n/Artifact <</Subtype /Watermark /Type /Pagination>> BDC q 0.5 g 50 50 200 60 re f Q EMC\n"
        opened.pages[0].contents_add(mark)
        data = writers.save(opened)
    assert differing_pages(clean, data) == [1]
    result, out = repair(folder({"a.pdf": data}))
    assert not differing_pages(clean, (out / "a.pdf").read_bytes())
    assert "PDF011" not in rules(result)


def test_a_watermark_woven_into_the_page_is_refused(folder, repair):
    with pikepdf.open(io.BytesIO(pdf(slip()))) as opened:
        mark = b"\nq /Artifact <</Subtype /Watermark>> BDC Q 0.5 g 50 50 200 60 re f EMC\n"
        opened.pages[0].contents_add(mark)
        data = writers.save(opened)
    result, out = repair(folder({"a.pdf": data}))
    assert not out.exists()
    assert "watermark" in result.left[0].reason.lower()


def test_metadata_goes_with_every_rewriting(folder, repair):
    with pikepdf.open(io.BytesIO(damage.pdf_launch(pdf(slip())))) as opened:
        opened.docinfo["/Author"] = "Petrov"
        opened.Root.Metadata = opened.make_stream(b"<x>Petrov</x>")
        data = writers.save(opened)
    _, out = repair(folder({"a.pdf": data}))
    made = (out / "a.pdf").read_bytes()
    with pikepdf.open(io.BytesIO(made)) as opened:
        assert "/Info" not in opened.trailer
        assert "/Metadata" not in opened.Root
        assert not any(
            b"Petrov" in bytes(o.read_bytes())
            for o in opened.objects
            if isinstance(o, pikepdf.Stream) and o.get("/Subtype") != "/Image"
        )


def test_repairing_twice_gives_the_same_bytes(folder, repair, tmp_path):
    root = folder({"a.pdf": damage.pdf_launch(pdf(slip()))})
    _, one = repair(root)
    _, two = repair(root, out=tmp_path / "two")
    assert (one / "a.pdf").read_bytes() == (two / "a.pdf").read_bytes()


def test_crooked_page_is_straightened(folder, repair):
    result, _out = repair(folder({"a.pdf": pdf(damage.skewed(slip(), 3))}))
    assert "SCN004" in {f.rule for f in result.plan.before.findings}
    assert "SCN004" not in rules(result)
    skew = result.after.documents[0].facts.scan[0].skew
    assert abs(skew) < 0.3
    assert result.after.documents[0].facts.pdf.pages[0].images[0].dpi == pytest.approx(300, abs=1)


def test_lying_page_is_turned(folder, repair):
    result, _out = repair(folder({"a.pdf": pdf(damage.turned(sheet()))}))
    if "SCN005" not in {f.rule for f in result.plan.before.findings}:
        pytest.skip("the page was not found to lie on its side")
    assert "SCN005" not in rules(result)


def test_the_user_may_turn_pages(folder, repair):
    _, out = repair(folder({"a.pdf": pdf(slip())}), turns={"a.pdf": 180})
    with pikepdf.open(out / "a.pdf") as made:
        assert made.pages[0].obj.Rotate == 180


def test_blank_and_repeated_pages_go_only_when_asked(folder, repair, tmp_path):
    blank = damage.blank(slip())
    root = folder({"a.pdf": pdf(slip(), blank)})
    result, out = repair(root)
    assert not out.exists()
    assert "--drop-pages" in result.left[0].hint
    result, out = repair(root, drop_blank=True, out=tmp_path / "two")
    with pikepdf.open(out / "a.pdf") as made:
        assert len(made.pages) == 1


def test_a_large_scan_is_made_small_at_300_dpi(folder, repair):
    page = noisy(sheet(), 14)
    data = pdf(page, noisy(sheet(), 14, 2), quality=95)
    assert len(data) > 5 * 2**20
    result, out = repair(folder({"a.pdf": data}))
    assert (out / "a.pdf").stat().st_size <= 5_000_000
    facts = result.after.documents[0].facts
    assert facts.pages == 2
    assert min(p.images[0].dpi for p in facts.pdf.pages) >= 299
    assert [n.args["quality"] >= 40 for w in result.written for n in w.notes] == [True]


def with_coding(page, form: str, coding: str, **entries) -> bytes:
    """A page that is one picture in another coding than JPEG."""
    out = io.BytesIO()
    page.save(
        out,
        form,
        **({"quality_mode": "rates", "quality_layers": [2]} if form == "JPEG2000" else {}),
    )
    with pikepdf.open(io.BytesIO(pdf(page))) as document:
        picture = next(iter(document.pages[0].Resources.XObject.values()))
        picture.write(out.getvalue(), filter=pikepdf.Name(coding))
        for key, value in entries.items():
            if value is None:
                del picture["/" + key]
            else:
                picture["/" + key] = value
        saved = io.BytesIO()
        document.save(saved)
    return saved.getvalue()


@pytest.mark.parametrize("entries", [{}, {"ColorSpace": None, "BitsPerComponent": None}])
def test_a_large_jpeg_2000_is_made_small(folder, repair, entries):
    page = noisy(sheet(), 25)
    data = with_coding(page, "JPEG2000", "/JPXDecode", **entries)
    assert len(data) > 5 * 2**20
    result, out = repair(folder({"a.pdf": data}))
    made = (out / "a.pdf").read_bytes()
    assert len(made) <= 5_000_000
    assert b"/DCTDecode" in made
    assert result.after.documents[0].facts.pdf.pages[0].images[0].dpi >= 299
    assert result.after.verdict.value == "passed"
    before, after = render(data, 0, 75).astype(int), render(made, 0, 75)
    assert abs(before - after).mean() < 4


@pytest.fixture
def small(tmp_path):
    """A profile with one diploma of at most 60 000 bytes."""
    profile = tmp_path / "small.toml"
    profile.write_text(
        'name = "small"\nversion = "1"\nextends = "scan"\n[title]\nru = "м"\nen = "s"\n'
        "[files]\nmax_file = 60000\nwarn_over = 60000\n"
        '[[documents]]\nid = "diploma"\nany_of = ["diploma"]\nmax = 1\n',
        "utf-8",
    )
    return str(profile)


def test_what_holds_no_picture_to_be_made_smaller_is_told(folder, repair, small):
    data = with_coding(slip(), "JPEG2000", "/JPXDecode", SMaskInData=1)
    assert len(data) > 60_000
    result, out = repair(folder({"Иванов Иван_Диплом.pdf": data}), small)
    assert not out.exists()
    assert "no pictures" in result.left[0].reason


def test_what_is_finer_than_300_dpi_comes_down_to_300_and_no_further(folder, repair):
    data = pdf(noisy(sheet(), 14), noisy(sheet(), 14, 2), quality=97, dpi=450)
    result, _out = repair(folder({"a.pdf": data}))
    images = [p.images[0] for p in result.after.documents[0].facts.pdf.pages]
    assert all(299.5 <= i.dpi <= 320 for i in images)


def test_what_cannot_be_small_enough_is_refused_where_no_parts_are_allowed(folder, repair, small):
    data = pdf(noisy(sheet(), 14), quality=80)
    result, out = repair(folder({"Иванов Иван_Диплом.pdf": data}), small)
    assert not out.exists()
    assert "larger" in result.left[0].reason


def test_the_last_resort_is_parts_where_they_are_allowed(folder, repair, tmp_path):
    profile = tmp_path / "small.toml"
    profile.write_text(
        'name = "small"\nversion = "1"\nextends = "scan"\n[title]\nru = "м"\nen = "s"\n'
        "[files]\nmax_file = 900000\nwarn_over = 900000\n",
        "utf-8",
    )
    pages = [noisy(sheet(), 14, n) for n in range(3)]
    result, out = repair(folder({"a.pdf": pdf(*pages, quality=85)}), str(profile))
    names = documents(out)
    assert len(names) >= 2
    assert all((out / n).stat().st_size <= 900_000 for n in names)
    assert sum(d.facts.pages for d in result.after.documents) == 3

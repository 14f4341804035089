"""What check --fix-hint promises is what fix does, finding by finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from medcab import engine
from medcab.inputs import read_package
from medcab.profile import load
from medcab.repair.answers import MIXED, RESTRICTED, SIGNED
from medcab.repair.hints import AFTERWARDS, BY_ITSELF, hints
from samples.make import damage
from tests.repair.conftest import jpeg, pdf, sheet, slip

ROOT = Path(__file__).parents[2]


def told(root, profile="scan"):
    """(path, rule) -> hint, for what was found."""
    package, chosen = read_package([str(root)]), load(profile)
    report = engine.run(package, chosen, engine.CheckOptions(jobs=0))
    hint = hints(package, chosen, report)
    return {(f.location.path, f.rule): hint(f) for f in report.findings}


def crooked(page):
    return page.rotate(2.5, expand=False, fillcolor=page.getpixel((2, 2)))


def on_two_pictures(page) -> bytes:
    """The page in two halves, as some scanners store it."""
    import io

    import pikepdf

    with pikepdf.open(io.BytesIO(pdf(page))) as document:
        own = document.pages[0]
        picture = next(iter(own.Resources.XObject.values()))
        own.Resources.XObject = pikepdf.Dictionary(A=picture, B=picture)
        width, height = float(own.mediabox[2]), float(own.mediabox[3])
        halves = [
            f"q 0 {y} {width} {height / 2} re W n {width} 0 0 {height} 0 0 cm /{name} Do Q"
            for name, y in (("A", 0), ("B", height / 2))
        ]
        own.Contents = document.make_stream("\n".join(halves).encode())
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def test_what_is_repaired_without_asking(folder):
    root = folder(
        {
            "launch.pdf": damage.pdf_launch(pdf(slip())),
            "name.PDF": pdf(slip(), slip()),
            "crooked.pdf": pdf(crooked(sheet())),
        }
    )
    found = told(root)
    assert found["launch.pdf", "PDF006"] == BY_ITSELF
    names = {rule for path, rule in found if path == "name.PDF" and rule[:3] in ("NAM", "FIL")}
    assert names
    assert all(found["name.PDF", rule] == BY_ITSELF for rule in names)
    assert found["crooked.pdf", "SCN004"] == BY_ITSELF


def test_a_page_that_is_more_than_a_picture_is_not_promised(folder, repair):
    data = on_two_pictures(crooked(sheet()))
    root = folder({"halves.pdf": data, "launch.pdf": damage.pdf_launch(data)})
    assert told(root)["halves.pdf", "SCN004"] == MIXED
    # It is a warning: the file is written, with all else repaired, and the warning stays.
    result, out = repair(root)
    assert (out / "halves.pdf").read_bytes() == data
    assert {one.hint for one in result.left if one.rule == "SCN004"} == {MIXED}
    assert all(one.kept for one in result.left)
    launch = next(w for w in result.written if w.paths == ("launch.pdf",))
    assert [s.action.value for s in launch.task.steps] == ["unscript"]


def test_pages_go_and_restrictions_are_lifted_only_when_asked(folder):
    import io

    import pikepdf
    from PIL import Image

    blank = Image.effect_noise((1240, 874), 3).point(lambda v: min(255, v + 120)).convert("RGB")
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(damage.pdf_launch(pdf(slip())))) as document:
        document.save(
            locked,
            encryption=pikepdf.Encryption(owner="x", allow=pikepdf.Permissions(extract=False)),
        )
    root = folder(
        {
            "some.pdf": pdf(slip(), blank),
            "all.pdf": pdf(blank),
            "locked.pdf": locked.getvalue(),
        }
    )
    found = told(root)
    assert "--drop-pages" in found["some.pdf", "SCN003"]
    assert found["all.pdf", "SCN003"] is None  # nothing would be left
    assert found["locked.pdf", "PDF004"] == RESTRICTED
    assert found["locked.pdf", "PDF006"] == RESTRICTED


def test_what_else_is_wrong_holds_the_repair_back(folder):
    coarse = sheet().resize((1000, 1414))
    root = folder({"a.pdf": damage.pdf_launch(pdf(coarse, dpi=120))})
    found = told(root)
    assert found["a.pdf", "PDF006"] == AFTERWARDS
    assert found["a.pdf", "DPI001"] is None


def test_a_name_is_promised_only_where_it_can_be_made(folder):
    root = folder({"scan.pdf": pdf(slip()), "Петрова Анна Ивановна_Диплом.jpg": jpeg(slip())})
    found = told(root, "accreditation-primary")
    assert all(
        hint is None
        for (path, rule), hint in found.items()
        if path == "scan.pdf" and rule[:3] == "NAM"
    )
    assert found["Петрова Анна Ивановна_Диплом.jpg", "FIL002"] == BY_ITSELF


@pytest.mark.slow
@pytest.mark.parametrize("name", ["broken-files", "broken-scans"])
def test_promises_are_kept(repair, name):
    """What is promised without condition is not found in the copies any more."""
    promised = {k for k, hint in told(ROOT / "samples" / name).items() if hint == BY_ITSELF}
    assert promised
    result, _ = repair(ROOT / "samples" / name, jobs=2)
    new_names = {w.task.documents[0].path: w.paths for w in result.written}
    left = {(f.location.path, f.rule) for f in result.after.findings}
    for path, rule in promised:
        if path is not None:
            assert new_names[path], (path, rule)
            assert not any((new, rule) in left for new in new_names[path]), (path, rule)


def test_a_signed_document_is_not_promised_and_stays_as_it_is(folder, repair):
    turned = slip().rotate(180)
    launch = damage.pdf_launch(pdf(turned))
    root = folder({"upside.pdf": pdf(turned), "upside.pdf.sig": b"x", "launch.pdf": launch})
    (root / "launch.pdf.sig").write_bytes(b"x")
    found = told(root)
    assert found["upside.pdf", "SCN005"] == SIGNED
    assert found["launch.pdf", "PDF006"] == SIGNED
    result, out = repair(root)
    # Only a warning: it is taken over with its signature. A fault of the content keeps it out.
    assert (out / "upside.pdf").read_bytes() == pdf(turned)
    assert (out / "upside.pdf.sig").exists()
    assert not (out / "launch.pdf").exists()
    assert {one.path for one in result.left if not one.kept} == {"launch.pdf"}
    assert {(one.rule, one.hint) for one in result.left if one.kept} >= {("SCN005", SIGNED)}


def test_a_signature_inside_holds_the_repair_back_too(folder):
    from dataclasses import replace

    root = folder({"upside.pdf": pdf(slip().rotate(180))})
    package, chosen = read_package([str(root)]), load("scan")
    report = engine.run(package, chosen, engine.CheckOptions(jobs=0))
    (document,) = report.documents
    inside = replace(document, meta={"signatures": ({"path": "upside.pdf"},)})
    hint = hints(package, chosen, replace(report, documents=(inside,)))
    assert [hint(f) for f in report.findings if f.rule == "SCN005"] == [SIGNED]


def test_a_format_that_is_not_taken_is_no_matter_of_the_name(folder, repair):
    import io
    import zipfile

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    root = folder(
        {
            "Петрова Анна Ивановна_Диплом.pdf": made.getvalue(),
            "Петрова Анна Ивановна_СНИЛС.pdf": jpeg(slip()),
        }
    )
    found = told(root, "accreditation-primary")
    assert found["Петрова Анна Ивановна_Диплом.pdf", "FIL003"] is None
    assert found["Петрова Анна Ивановна_СНИЛС.pdf", "FIL003"] == BY_ITSELF
    result, out = repair(root, "accreditation-primary")
    assert {one.rule for one in result.left if not one.kept} == {"FIL003"}
    assert (out / "Петрова Анна Ивановна_СНИЛС.pdf").read_bytes().startswith(b"%PDF")

"""What an update may do to a signed PDF without a word, what is told, and what is never passed."""

from __future__ import annotations

import re

import pytest
from pdf_world import blank, build_ladder, by_pyhanko, extend, sign, update
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NumberObject, pdf_name

from medcab.signing.pades.making import stamp_pdf


@pytest.fixture(scope="module")
def ladder(shared_world):
    return build_ladder(shared_world)


def judge(world, data, **policy):
    return world.verifier(**policy).verify_bytes(data)


def said(report, check_id="unchanged-since"):
    """Outcomes and sentences of one check of the first signature."""
    return [(c.outcome.value, c.detail) for c in report.signatures[0].checks if c.id == check_id]


def dictionary(**entries) -> DictionaryObject:
    return DictionaryObject({pdf_name(f"/{name}"): value for name, value in entries.items()})


def numbers(*values) -> ArrayObject:
    return ArrayObject(map(NumberObject, values))


def painting(content=b"1 g 0 0 200 200 re f") -> generic.StreamObject:
    made = generic.StreamObject(stream_data=content)
    made.update(
        dictionary(
            Type=pdf_name("/XObject"), Subtype=pdf_name("/Form"), BBox=numbers(0, 0, 200, 200)
        )
    )
    return made


def add_field(writer, name, kind="/Sig", rect=(0, 0, 200, 200), appearance=None, **entries):
    """A field that is its own widget, on the first page."""
    page = writer.root["/Pages"]["/Kids"].raw_get(0)
    made = dictionary(
        FT=pdf_name(kind), T=generic.pdf_string(name), Type=pdf_name("/Annot"),
        Subtype=pdf_name("/Widget"), Rect=numbers(*rect), F=NumberObject(4), P=page,
    )  # fmt: skip
    if appearance is not None:
        made[pdf_name("/AP")] = dictionary(N=writer.add_object(appearance))
    made.update(dictionary(**entries))
    field = writer.add_object(made)
    if "/AcroForm" not in writer.root:
        form = dictionary(Fields=ArrayObject())
        writer.root[pdf_name("/AcroForm")] = writer.add_object(form)
        writer.update_root()
    fields = writer.root["/AcroForm"]["/Fields"]
    fields.append(field)
    writer.update_container(fields)
    holder = page.get_object()
    if "/Annots" in holder:
        holder["/Annots"].append(field)
        writer.update_container(holder["/Annots"])
    else:
        holder[pdf_name("/Annots")] = ArrayObject([field])
        writer.mark_update(page.reference)


def with_form() -> bytes:
    def change(writer):
        add_field(
            writer, "Grade", "/Tx", (10, 10, 110, 30), painting(b"BT ET"),
            V=generic.pdf_string("3"), DA=generic.pdf_string("/F1 12 Tf 0 g"),
        )  # fmt: skip

    return update(blank(), change)


@pytest.mark.parametrize("name", ["B-T", "B-LTA"])
def test_empty_signature_field_that_paints_over_the_page(world, ladder, name):
    made = update(ladder[name], lambda writer: add_field(writer, "S", appearance=painting()))
    report = judge(world, made)
    assert report.verdict == "indeterminate"
    assert "show something" in said(report)[0][1]
    # A time-stamp over it makes it no better.
    assert judge(world, stamp_pdf(made, world.tsa("long"))).verdict == "indeterminate"


def test_widget_below_an_empty_field_that_paints(world, ladder):
    def change(writer):
        add_field(writer, "S", appearance=painting())
        field = writer.root["/AcroForm"]["/Fields"][-1]
        kid = writer.root["/AcroForm"]["/Fields"].raw_get(-1)
        parent = dictionary(
            FT=field.pop("/FT"), T=field.pop("/T"), Kids=ArrayObject([kid])
        )  # fmt: skip
        fields = writer.root["/AcroForm"]["/Fields"]
        fields[-1] = field["/Parent"] = writer.add_object(parent)
        field[pdf_name("/Parent")] = field.pop("/Parent")

    assert judge(world, update(ladder["B-T"], change)).verdict != "passed"


HARMLESS = {
    "no place": {"rect": (0, 0, 0, 0), "appearance": b"1 g 0 0 9 9 re f"},
    "hidden": {"F": NumberObject(2), "appearance": b"1 g 0 0 9 9 re f"},
    "nothing drawn": {"appearance": b" \n"},
    "no appearance": {},
}


@pytest.mark.parametrize("kind", HARMLESS)
def test_empty_signature_field_that_shows_nothing_passes(world, ladder, kind):
    options = dict(HARMLESS[kind])
    drawn = options.pop("appearance", None)

    def change(writer):
        appearance = None if drawn is None else painting(drawn)
        add_field(writer, "S", appearance=appearance, **options)

    report = judge(world, update(ladder["B-T"], change))
    assert (report.verdict, said(report)) == ("passed", [("passed", "")])


SCRIPT = dictionary(S=pdf_name("/JavaScript"), JS=generic.pdf_string("app.alert(1)"))


@pytest.mark.parametrize(
    "entries",
    [{"AA": dictionary(PO=SCRIPT)}, {"A": SCRIPT}, {"Subtype": pdf_name("/Link")}],
    ids=["AA", "A", "no widget"],
)
def test_empty_signature_field_that_does_something(world, ladder, entries):
    def change(writer):
        add_field(writer, "S", rect=(0, 0, 0, 0), **entries)

    report = judge(world, update(ladder["B-T"], change))
    assert report.verdict == "failed"
    assert "do something" in said(report)[0][1]


def test_later_signature_that_is_seen_is_told_with_its_place(world, ladder):
    from pdf_world import signer

    from medcab.signing.pades import sign_pdf

    def change(writer):
        add_field(writer, "Seen", rect=(20, 30, 120, 60), appearance=painting())

    made = sign_pdf(signer(world), update(ladder["B-B"], change), field="Seen")
    report = judge(world, made)
    assert [r.indication for r in report.signatures] == ["TOTAL-PASSED"] * 2
    (told,) = [c for c in report.signatures[0].checks if c.id == "unchanged-since"]
    assert told.outcome == "warning"
    assert told.args["names"] == "Seen (1: 20 30 120 60)"


def test_document_time_stamp_is_never_seen(world, ladder, monkeypatch):
    from medcab.signing.pades import making

    def change(writer):
        add_field(writer, "Timestamp", appearance=painting())

    made = update(ladder["B-B"], change)
    lay_out = making._lay_out

    def into_the_field(data, field, new, holder):
        return lay_out(data, "Timestamp", False, holder)

    monkeypatch.setattr(making, "_lay_out", into_the_field)
    made = stamp_pdf(made, world.tsa("long"))
    report = judge(world, made)
    assert report.signatures[0].timestamps
    assert report.verdict == "indeterminate"
    assert "show something" in said(report)[0][1]


def test_changed_description_is_told(world, ladder):
    def title(writer):
        writer.set_info(dictionary(Title=generic.pdf_string("Other title")))

    def routine(writer):
        info = writer.prev.trailer_view["/Info"]
        later = dictionary(ModDate=generic.pdf_string("D:20300101000000Z"))
        writer.set_info(DictionaryObject({**info, **later}))

    report = judge(world, update(ladder["B-T"], title))
    assert (report.verdict, said(report)[0][0]) == ("passed", "warning")
    assert said(judge(world, update(ladder["B-T"], routine))) == [("passed", "")]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("DR", dictionary(Font=DictionaryObject())),
        ("DA", generic.pdf_string("/Evil 0 Tf 1 g")),
        ("Q", NumberObject(2)),
        ("NeedAppearances", generic.BooleanObject(True)),
    ],
)
def test_other_defaults_of_a_form_with_fields(world, ladder, key, value):
    def change(writer):
        writer.root["/AcroForm"][pdf_name(f"/{key}")] = value
        writer.update_container(writer.root["/AcroForm"])

    made = sign(world, with_form(), tsa="short")
    assert judge(world, made).verdict == "passed"
    report = judge(world, update(made, change))
    assert report.verdict == "indeterminate"
    assert said(report)[0][1].startswith("After signing, it was changed how the fields")
    # Without fields there is nothing whose look could change.
    assert judge(world, update(ladder["B-T"], change)).verdict == "passed"


def test_form_filled_before_signing_and_signed_again(world):
    def fill(writer, grade="4"):
        field = writer.root["/AcroForm"]["/Fields"][0]
        field[pdf_name("/V")] = generic.pdf_string(grade)
        writer.update_container(field)

    once = sign(world, update(with_form(), fill), tsa="short")
    twice = by_pyhanko(world, once)
    assert judge(world, twice).verdict == "passed"
    report = judge(world, update(twice, lambda writer: fill(writer, "5")))
    assert report.verdict == "indeterminate"
    assert said(report)[0][1].startswith("After signing, fields of the form were filled in")


CHANGES = {
    "appearance": {"AP": None},
    "hidden": {"F": NumberObject(2)},
    "invisible ink": {"DA": generic.pdf_string("/F1 0 Tf 1 g")},
    "password": {"Ff": NumberObject(8192)},
}


@pytest.mark.parametrize("kind", CHANGES)
def test_look_of_a_field_changed_after_signing(world, kind):
    def change(writer):
        field = writer.root["/AcroForm"]["/Fields"][0]
        for name, value in CHANGES[kind].items():
            appearance = dictionary(N=writer.add_object(painting(b"5"))) if name == "AP" else value
            field[pdf_name(f"/{name}")] = appearance
        writer.update_container(field)

    made = sign(world, with_form(), tsa="short")
    assert judge(world, update(made, change)).verdict == "indeterminate"


# What is appended by hand: the page again, half its size, in bytes that no table lists.


def forged(data, *, body=None, entries=b"0 1\n0000000000 65535 f \n", more=b"", **changes):
    page = re.search(rb"/Kids \[\s*([0-9]+) 0 R", data)[1]
    pages = re.search(rb"/Pages ([0-9]+) 0 R", data)[1]
    trailer = {
        b"/Root": re.search(rb"/Root ([0-9]+ 0 R)", data)[1],
        b"/Size": re.findall(rb"/Size ([0-9]+)", data)[-1],
        b"/Prev": re.findall(rb"startxref\s+([0-9]+)", data)[-1],
    }
    trailer |= {f"/{name}".encode(): value for name, value in changes.items()}
    if body is None:
        body = b"\n%s 0 obj\n<</Type/Page/Parent %s 0 R/MediaBox[0 0 50 50]>>\nendobj\n"
        body %= (page, pages)
    told = b" ".join(b"%s %s" % pair for pair in trailer.items() if pair[1])
    at = len(data) + len(body)
    return (
        data
        + body
        + b"xref\n"
        + entries
        + (b"trailer\n<< %s%s >>\nstartxref\n%d\n%%%%EOF\n" % (told, more, at))
    )


def test_plain_update_by_hand_passes(world, ladder):
    report = judge(world, forged(ladder["B-T"], body=b"\n"))
    assert (report.verdict, said(report)) == ("passed", [("passed", "")])


FORGED = {
    "only not listed": {},
    "19 bytes": {"entries": b"0 1\n0000000000 65535 f\n"},
    "bogus entry": {"entries": b"7 1\n0000000007 00000 n \n"},
    "nothing listed": {"entries": b"0 0\n"},
    "no section": {"entries": b""},
    "other root": {"Root": b"9999 0 R"},
    "no size": {"Size": b""},
    "small size": {"Size": b"2"},
    "huge size": {"Size": b"99999999999"},
    "two keys": {"more": b" /Prev 0"},
    "two keys, one written otherwise": {"more": b" /Pre#76 0"},
    "no such info": {"Info": b"7777 0 R"},
    "table in a stream": {"more": b" /XRefStm 20"},
    "encrypted": {"Encrypt": b"null"},
}


HARMLESS_ALONE = ("only not listed", "nothing listed", "no section")
KINDS = [(kind, with_object) for kind in FORGED for with_object in (True, False)]


@pytest.mark.parametrize(
    ("kind", "with_object"), [each for each in KINDS if each[1] or each[0] not in HARMLESS_ALONE]
)
def test_sections_that_readers_may_rebuild(world, ladder, kind, with_object):
    body = None if with_object else b"\n"
    report = judge(world, forged(ladder["B-T"], body=body, **FORGED[kind]))
    assert report.verdict != "passed"


@pytest.mark.parametrize(
    "header",
    [b"4 0 obj<<>>", b"4 0obj\n<<>>", b"4\0000\tobj<<>>", b"4%x\n0 obj<<>>", b"4 0 %x\nobj <<>>",
     b"(4 0 obj <<>>)", b"%4 0 obj <<>>", b"trailer\n<</Root 4 0 R>>", b"startxref 20"],
)  # fmt: skip
def test_everything_that_could_be_an_object_is_seen(world, ladder, header):
    report = judge(world, forged(ladder["B-T"], body=b"\n" + header + b"\nendobj\n"))
    assert report.verdict != "passed"
    assert "built so that programs may differ" in said(report)[0][1]


def test_objects_hidden_in_a_stream_are_seen(world, ladder):
    """Programs that go through the whole file do not stop at streams."""

    def change(writer):
        hidden = painting(b"\n4 0 obj\n<</Type/Page>>\nendobj\n")
        add_field(writer, "S", rect=(0, 0, 0, 0), appearance=hidden)

    assert judge(world, update(ladder["B-T"], change)).verdict == "indeterminate"


@pytest.mark.parametrize("more", [b"evil bytes", b"%PDF-1.7", b"\n1 0 obj\n<<>>\nendobj\n"])
@pytest.mark.parametrize("lenient", [False, True])
def test_bytes_after_the_end_are_never_tolerated(world, ladder, more, lenient):
    assert judge(world, ladder["B-T"] + more, lenient=lenient).verdict != "passed"
    assert judge(world, ladder["B-T"] + blank(), lenient=lenient).verdict != "passed"


@pytest.mark.parametrize("more", [b"\n", b"\r\n\0\0 ", b"\0" * 400])
def test_white_space_after_the_end_is_harmless(world, ladder, more):
    assert judge(world, ladder["B-T"] + more).verdict == "passed"


@pytest.mark.parametrize("form", ["tables", "streams"])
def test_all_that_pyhanko_appends_passes(world, form):
    """Cross-reference and object streams, a signature that is seen, two more signatures."""
    import io

    import pikepdf

    held = io.BytesIO()
    modes = {
        "tables": pikepdf.ObjectStreamMode.disable, "streams": pikepdf.ObjectStreamMode.generate
    }  # fmt: skip
    with pikepdf.open(io.BytesIO(blank())) as pdf:
        pdf.save(held, object_stream_mode=modes[form])
    made = by_pyhanko(world, held.getvalue())
    assert (b"/ObjStm" in made) == (form == "streams")
    made = sign(world, sign(world, made), tsa="short")
    made = extend(world, made, "B-LTA", "long")
    report = judge(world, made)
    assert report.verdict == "passed"
    assert {outcome for outcome, _ in said(report)} == {"passed"}

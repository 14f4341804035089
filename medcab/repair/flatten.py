"""Fields become part of the page: by pdfium, else by qpdf, and only if it looks the same."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any, Final

from medcab.repair.appearance import HIDDEN, Value, draw_values, number, values_without_appearance
from medcab.repair.build import save
from medcab.repair.compare import Box, differing_pages, render
from medcab.repair.model import RepairError
from medcab.text import N_

__all__ = ["flatten"]

_INK: Final = 40
_BY_HAND: Final = N_("Open the form, see that all fields are filled in, and print it to a new PDF.")
_XFA_VALUE = re.compile(rb">([^<>]*[^<>\s][^<>]*)</")


def flatten(data: bytes) -> bytes:
    """The PDF with its fields drawn into the pages.

    Raises:
        RepairError: a value would be lost, or the page would look different.
    """
    import pikepdf

    with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
        _demand_no_dynamic_form(pdf)
        form = pdf.Root.get("/AcroForm")
        every = isinstance(form, pikepdf.Dictionary) and bool(form.get("/NeedAppearances", False))
        found = values_without_appearance(pdf, every=every)
        values = [value for _, value in found]
        if isinstance(form, pikepdf.Dictionary):
            for key in ("/XFA", "/NeedAppearances"):
                if key in form:
                    del form[key]
        _drop_widgets(pdf, [widget for widget, _ in found])
        _add_orphans(pdf, form)
        plain = save(pdf)
        apart = _boxes(pdf, values)
        if values:
            draw_values(pdf, values)
        drawn = save(pdf)
    for method in (_by_pdfium, _by_qpdf):
        try:
            made = _without_form(method(drawn))
        except Exception:  # noqa: BLE001, S112 - either library may give up; the other is asked
            continue
        if not differing_pages(plain, made, apart) and _all_drawn(made, apart, plain):
            return made
    raise RepairError(
        N_("The page would look different with its fields made part of it."), hint=_BY_HAND
    )


def _by_pdfium(data: bytes) -> bytes:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        document.init_forms()
        for index in range(len(document)):
            page = document[index]
            page.flatten()
            page.close()
        out = io.BytesIO()
        document.save(out)
    finally:
        document.close()
    return out.getvalue()


def _by_qpdf(data: bytes) -> bytes:
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.flatten_annotations("all")
        return save(pdf)


def _without_form(data: bytes) -> bytes:
    """Without the remains of the form: widgets, fields, the form itself."""
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        if "/AcroForm" in pdf.Root:
            del pdf.Root.AcroForm
        for page in pdf.pages:
            listed = page.obj.get("/Annots")
            if not isinstance(listed, pikepdf.Array):
                continue
            kept = [a for a in listed if a.get("/Subtype") != "/Widget"]
            if kept:
                page.obj.Annots = pikepdf.Array(kept)
            else:
                del page.obj.Annots
        return save(pdf)


def _drop_widgets(pdf: Any, drawn: Sequence[Any]) -> None:
    """Take away widgets whose value is drawn by us, and those that show nothing.

    pdfium makes up appearances for them, hidden ones included, which are no part of the document.
    """
    import pikepdf

    ours = {widget.objgen for widget in drawn if widget.is_indirect}
    for page in pdf.pages:
        listed = page.obj.get("/Annots")
        if not isinstance(listed, pikepdf.Array):
            continue
        kept = []
        for item in listed:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Subtype") == "/Widget":
                hidden = number(item.get("/F")) & HIDDEN
                mine = item.objgen in ours if item.is_indirect else any(item == w for w in drawn)
                if hidden or mine or "/AP" not in item:
                    continue
            kept.append(item)
        page.obj.Annots = pikepdf.Array(kept)


def _add_orphans(pdf: Any, form: Any) -> None:
    """Give widgets that no form lists a form, else the libraries pass them over."""
    import pikepdf

    widgets = [
        a
        for page in pdf.pages
        for a in (page.obj.get("/Annots") or [])
        if isinstance(a, pikepdf.Dictionary) and a.get("/Subtype") == "/Widget"
    ]
    if not isinstance(form, pikepdf.Dictionary):
        own = [w for w in widgets if "/Parent" not in w]
        pdf.Root.AcroForm = pdf.make_indirect(
            pikepdf.Dictionary(Fields=pikepdf.Array([pdf.make_indirect(w) for w in own]))
        )


def _demand_no_dynamic_form(pdf: Any) -> None:
    """An XFA form is only its visible part when its data is in the fields as well."""
    import pikepdf

    form = pdf.Root.get("/AcroForm")
    xfa = form.get("/XFA") if isinstance(form, pikepdf.Dictionary) else None
    if xfa is None:
        return
    dynamic = bool(pdf.Root.get("/NeedsRendering", False))
    if dynamic or not _known_values(pdf) >= _xfa_values(xfa):
        raise RepairError(
            N_("The form is written in XFA: what was filled in is seen in Adobe Reader only."),
            hint=N_("Open the form in Adobe Reader and print it to a new PDF."),
        )


def _xfa_values(xfa: Any) -> set[str]:
    import html

    import pikepdf

    parts = list(xfa) if isinstance(xfa, pikepdf.Array) else [xfa]
    streams = [p for p in parts if isinstance(p, pikepdf.Stream)]
    found: set[str] = set()
    for stream in streams:
        data = bytes(stream.read_bytes())
        at = data.find(b"datasets")
        if at < 0:
            continue
        for value in _XFA_VALUE.findall(data[at:]):
            found.add(" ".join(html.unescape(value.decode("utf-8", "replace")).split()))
    return found


def _known_values(pdf: Any) -> set[str]:
    import pikepdf

    found = set()
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary):
            value = thing.get("/V")
            if isinstance(value, pikepdf.String | pikepdf.Name):
                found.add(" ".join(str(value).removeprefix("/").split()))
    return found


def _boxes(pdf: Any, values: Sequence[Value]) -> dict[int, list[Box]]:
    """The places of values as shares of their pages as displayed."""
    found: dict[int, list[Box]] = {}
    for value in values:
        page = pdf.pages[value.page]
        crop = [float(v) for v in page.cropbox]
        width, height = crop[2] - crop[0], crop[3] - crop[1]
        left, right = ((x - crop[0]) / width for x in (value.rect[0], value.rect[2]))
        top, bottom = (1 - (y - crop[1]) / height for y in (value.rect[3], value.rect[1]))
        corners = [(left, top), (right, bottom)]
        for _ in range(int(page.obj.get("/Rotate", page.rotation) or 0) % 360 // 90):
            corners = [(1 - y, x) for x, y in corners]
        (a, b), (c, d) = corners
        found.setdefault(value.page, []).append((min(a, c), min(b, d), max(a, c), max(b, d)))
    return found


def _all_drawn(data: bytes, apart: dict[int, list[Box]], plain: bytes) -> bool:
    """Whether there is ink in every box that was to get some."""
    import numpy as np

    for index, boxes in apart.items():
        after, before = render(data, index, 144), render(plain, index, 144)
        if after.shape != before.shape:
            return False
        height, width = after.shape
        for left, top, right, bottom in boxes:
            rows = slice(max(int(top * height), 0), int(bottom * height) + 1)
            columns = slice(max(int(left * width), 0), int(right * width) + 1)
            one, two = after[rows, columns].astype(np.int16), before[rows, columns]
            if not (np.abs(one - two.astype(np.int16)) > _INK).any():
                return False
    return True

"""Drawing the values of fields that have no appearance, with an embedded font.

Libraries write «??????» for Cyrillic values without appearance, or nothing at all. Here the value
is laid over the page in DejaVu Sans, of which only the letters used are embedded (ISO 32000-1,
12.7.3.3: variable text).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from medcab.repair.model import RepairError
from medcab.text import N_

__all__ = ["HIDDEN", "Value", "draw_values", "number", "values_without_appearance"]

_FONT: Final = "MedcabDejaVu"
HIDDEN: Final = 2 | 32
_MULTILINE: Final = 1 << 12
_PASSWORD: Final = 1 << 13
_COMB: Final = 1 << 24
_RADIO: Final = 1 << 15
_PUSH: Final = 1 << 16
_DEPTH: Final = 16
_SIZE = re.compile(r"(-?[0-9.]+)\s+Tf")
_LEAST_SIZE: Final = 4.0
_USUAL_SIZE: Final = 12.0


@dataclass(frozen=True, slots=True)
class Value:
    """What a field shows, and where.

    Attributes:
        page: index.
        rect: left, bottom, right, top in the page's own units.
        text: the value; a cross for a box that is ticked.
        size: of the font, 0 for what fits.
        align: 0 left, 1 centre, 2 right.
        multiline: several lines.
        comb: number of cells, 0 for none.
    """

    page: int
    rect: tuple[float, float, float, float]
    text: str
    size: float = 0.0
    align: int = 0
    multiline: bool = False
    comb: int = 0


def values_without_appearance(pdf: Any, *, every: bool = False) -> list[tuple[Any, Value]]:
    """Widgets that hold a value and no drawing of it, with what is to be drawn.

    Args:
        pdf: an open ``pikepdf.Pdf``.
        every: the file asks that all appearances be made anew (/NeedAppearances).

    Raises:
        RepairError: a value is there that cannot be drawn here (a turned field, no place).
    """
    return [
        (widget, value)
        for index, page in enumerate(pdf.pages)
        for widget in _widgets(page)
        if (every and _kind(widget) in {"/Tx", "/Ch"}) or not _has_appearance(widget)
        for value in _value(widget, index, pdf)
    ]


def draw_values(pdf: Any, values: list[Value]) -> None:
    """Lay the texts over their pages."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    if _FONT not in pdfmetrics.getRegisteredFontNames():
        with resources.as_file(resources.files("medcab") / "fonts" / "DejaVuSans.ttf") as path:
            pdfmetrics.registerFont(TTFont(_FONT, str(path)))
    face = pdfmetrics.getFont(_FONT).face
    for value in values:
        missing = [c for c in value.text if ord(c) >= 32 and ord(c) not in face.charToGlyph]
        if missing:
            raise RepairError(
                N_("The value of a field has a character that cannot be drawn: {character}."),
                hint=N_("Print the filled-in form to a new PDF."),
                character=missing[0],
            )
    for index in sorted({v.page for v in values}):
        _stamp(pdf, index, [v for v in values if v.page == index])


def _stamp(pdf: Any, index: int, values: list[Value]) -> None:
    import pikepdf
    from reportlab.pdfgen.canvas import Canvas

    page = pdf.pages[index]
    box = [float(v) for v in page.mediabox]
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(max(box[2], 1), max(box[3], 1)), invariant=True)
    for value in values:
        _write(canvas, value)
    canvas.showPage()
    canvas.save()
    with pikepdf.open(io.BytesIO(out.getvalue())) as overlay:
        form = pdf.copy_foreign(overlay.pages[0].as_form_xobject())
    form.BBox = pikepdf.Array([round(v, 4) for v in box])
    name = page.add_resource(form, pikepdf.Name.XObject, prefix="MedcabValues")
    page.contents_add(pdf.make_stream(b"q\n"), prepend=True)
    page.contents_add(pdf.make_stream(f"\nQ\nq {name} Do Q\n".encode("latin-1")))


def _write(canvas: Any, value: Value) -> None:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    left, bottom, right, top = value.rect
    width, height = max(right - left - 4, 1.0), max(top - bottom, 1.0)
    lines = value.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not value.multiline:
        lines = [" ".join(lines)]
    size = value.size
    if size <= 0:
        size = _USUAL_SIZE if value.multiline else min(_USUAL_SIZE, height * 0.7)
    # The words of a form may be many: shrink until they fit, never cut.
    while size > _LEAST_SIZE:
        laid = _lay(lines, width, size) if value.multiline else lines
        fits = max(stringWidth(line, _FONT, size) for line in laid) <= width
        if fits and len(laid) * size * 1.2 <= max(height, size * 1.2):
            break
        size -= 0.5
    laid = _lay(lines, width, size) if value.multiline else lines
    canvas.setFont(_FONT, size)
    canvas.setFillGray(0)
    if value.comb and len(laid[0]) <= value.comb:
        cell = (right - left) / value.comb
        for place, character in enumerate(laid[0]):
            x = left + cell * (place + 0.5)
            canvas.drawCentredString(x, bottom + (height - size * 0.73) / 2, character)
        return
    y = top - 2 - size * 0.93 if value.multiline else bottom + (height - size * 0.73) / 2
    for line in laid:
        if value.align == 1:
            canvas.drawCentredString((left + right) / 2, y, line)
        elif value.align == 2:
            canvas.drawRightString(right - 2, y, line)
        else:
            canvas.drawString(left + 2, y, line)
        y -= size * 1.2


def _lay(lines: list[str], width: float, size: float) -> list[str]:
    from reportlab.lib.utils import simpleSplit

    return [part for line in lines for part in simpleSplit(line, _FONT, size, width) or [""]]


def _widgets(page: Any) -> Iterator[Any]:
    import pikepdf

    listed = page.obj.get("/Annots")
    if not isinstance(listed, pikepdf.Array):
        return
    for item in listed:
        if isinstance(item, pikepdf.Dictionary) and item.get("/Subtype") == "/Widget":
            yield item


def _inherited(widget: Any, key: str) -> Any:
    import pikepdf

    node = widget
    for _ in range(_DEPTH):
        if not isinstance(node, pikepdf.Dictionary):
            return None
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def _kind(widget: Any) -> str:
    return str(_inherited(widget, "/FT"))


def _has_appearance(widget: Any) -> bool:
    """Whether the drawing that would be shown exists and draws something."""
    import pikepdf

    looks = widget.get("/AP")
    normal = looks.get("/N") if isinstance(looks, pikepdf.Dictionary) else None
    if isinstance(normal, pikepdf.Dictionary):
        state = widget.get("/AS")
        normal = normal.get(str(state)) if state is not None else None
        return isinstance(normal, pikepdf.Stream) or state == "/Off"
    if not isinstance(normal, pikepdf.Stream):
        return False
    if _kind(widget) not in {"/Tx", "/Ch"}:
        return True
    # An appearance without a letter of a value that has some is a drawing of the empty field.
    content = bytes(normal.read_bytes())
    return re.search(rb"\bT[jJ]\b|\bDo\b|['\"]\s", content) is not None


def _value(widget: Any, index: int, pdf: Any) -> Iterator[Value]:
    import pikepdf

    flags = number(widget.get("/F"))
    if flags & HIDDEN:
        return
    kind, options = _kind(widget), number(_inherited(widget, "/Ff"))
    given = _inherited(widget, "/V")
    if kind == "/Btn":
        text = "" if options & _PUSH else _ticked(widget, given, options)
    elif kind in {"/Tx", "/Ch"}:
        text = _text_of(given)
    else:
        text = _text_of(given)
        if text.strip() and kind != "/Sig":
            raise _nowhere()  # a value that nobody can tell how to draw
        return
    if not text.strip():
        return
    if options & _PASSWORD and kind == "/Tx":
        text = "*" * len(text)
    rect = _rect(widget)
    looks = widget.get("/MK")
    turned = number(looks.get("/R")) if isinstance(looks, pikepdf.Dictionary) else 0
    if rect is None or turned % 360:
        raise _nowhere()
    default = _inherited(widget, "/DA")
    if default is None and "/AcroForm" in pdf.Root:
        default = pdf.Root.AcroForm.get("/DA")
    found = _SIZE.search(str(default)) if default is not None else None
    length = number(_inherited(widget, "/MaxLen")) if options & _COMB and kind == "/Tx" else 0
    yield Value(
        page=index,
        rect=rect,
        text=text,
        size=abs(float(found.group(1))) if found else 0.0,
        align=1 if kind == "/Btn" else number(_inherited(widget, "/Q")),
        multiline=kind == "/Tx" and bool(options & _MULTILINE),
        comb=length,
    )


def _nowhere() -> RepairError:
    return RepairError(
        N_("The value of a field has no drawing and no place on the page."),
        hint=N_("Print the filled-in form to a new PDF."),
    )


def number(value: Any) -> int:
    """``value`` as a whole number; 0 for what is none."""
    try:
        return int(value)
    except (TypeError, ValueError, ArithmeticError):
        return 0


def _ticked(widget: Any, given: Any, options: int) -> str:
    state = widget.get("/AS")
    shown = state if state is not None else given
    if shown is None or str(shown) in {"/Off", "Off", ""}:
        return ""
    return "●" if options & _RADIO else "✓"


def _text_of(given: Any) -> str:
    import pikepdf

    if isinstance(given, pikepdf.String):
        return str(given)
    if isinstance(given, pikepdf.Stream):
        data = bytes(given.read_bytes())
        return str(pikepdf.String(data))
    if isinstance(given, pikepdf.Array):
        return ", ".join(str(one) for one in given)
    if isinstance(given, pikepdf.Name):
        return str(given)[1:]
    return "" if given is None else str(given)


def _rect(widget: Any) -> tuple[float, float, float, float] | None:
    try:
        a, b, c, d = (float(v) for v in widget.Rect)
    except (AttributeError, TypeError, ValueError):
        return None
    left, bottom, right, top = min(a, c), min(b, d), max(a, c), max(b, d)
    return (left, bottom, right, top) if right - left > 1 and top - bottom > 1 else None

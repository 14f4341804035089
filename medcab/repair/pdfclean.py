"""Taking out of a PDF what a document does not need: programs, attachments, layers, metadata.

What nothing refers to any more is left behind when the file is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

__all__ = [
    "clean_metadata",
    "dangling",
    "draws_what_is_lost",
    "has_signature",
    "hidden_layers",
    "remove_actions",
    "remove_attachments",
    "remove_layers",
    "remove_watermarks",
]

# Actions that only move the reader about (ISO 32000-1, table 198).
_HARMLESS: Final = frozenset({"/GoTo", "/URI", "/Named", "/Thread"})
_MEDIA: Final = frozenset({"/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"})
_PRIVATE: Final = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb")
_NAMED: Final = {"Do": "/XObject", "Tf": "/Font", "sh": "/Shading"}
_REFERENCE: Final = re.compile(rb"(?<![0-9])([0-9]{1,8}) 0 R(?![A-Za-z])")
_OPENERS: Final = frozenset({"BDC", "BMC"})


def has_signature(pdf: Any) -> bool:
    """Whether anything in the file is signed: a signature dictionary with bytes covered."""
    import pikepdf

    for thing in _dictionaries(pdf):
        kind = thing.get("/Type")
        if "/ByteRange" in thing and "/Contents" in thing:
            return True
        if kind == "/Sig" and "/Contents" in thing:
            return True
        if thing.get("/FT") == "/Sig" and isinstance(thing.get("/V"), pikepdf.Dictionary):
            return True
    return "/Perms" in pdf.Root


def remove_actions(pdf: Any) -> None:
    """Take out every program and every action that starts or sends something."""
    import pikepdf

    root = pdf.Root
    opening = root.get("/OpenAction")
    if isinstance(opening, pikepdf.Dictionary) and not _harmless(opening):
        del root.OpenAction
    names = root.get("/Names")
    if isinstance(names, pikepdf.Dictionary) and "/JavaScript" in names:
        del names.JavaScript
    _annotations_but(pdf, _MEDIA)
    for thing in list(_dictionaries(pdf)):
        if "/AA" in thing:
            del thing["/AA"]
        action = thing.get("/A")
        if isinstance(action, pikepdf.Dictionary) and "/S" in action and not _harmless(action):
            del thing["/A"]
        following = thing.get("/Next")
        if "/S" in thing and following is not None and not _harmless_chain(following):
            del thing["/Next"]
        if "/JS" in thing:
            del thing["/JS"]


def remove_attachments(pdf: Any) -> None:
    """Take out every embedded file, and the annotations that show one."""
    import pikepdf

    root = pdf.Root
    names = root.get("/Names")
    if isinstance(names, pikepdf.Dictionary) and "/EmbeddedFiles" in names:
        del names.EmbeddedFiles
    for key in ("/AF", "/Collection"):
        if key in root:
            del root[key]
    _annotations_but(pdf, frozenset({"/FileAttachment"}))
    for thing in list(_dictionaries(pdf)):
        for key in ("/EF", "/AF"):
            if key in thing:
                del thing[key]


def hidden_layers(pdf: Any) -> bool:
    """Whether a layer is switched off when the file is opened."""
    import pikepdf

    properties = pdf.Root.get("/OCProperties")
    if not isinstance(properties, pikepdf.Dictionary):
        return False
    default = properties.get("/D")
    if not isinstance(default, pikepdf.Dictionary):
        return False
    off = default.get("/OFF")
    return default.get("/BaseState") == "/OFF" or (isinstance(off, pikepdf.Array) and len(off) > 0)


def remove_layers(pdf: Any) -> None:
    """Make what lies on layers part of the page; only right when none is hidden."""
    if "/OCProperties" in pdf.Root:
        del pdf.Root.OCProperties
    for thing in list(_dictionaries(pdf)):
        if "/OC" in thing:
            del thing["/OC"]


def remove_watermarks(pdf: Any) -> bool:
    """Take out watermark annotations, and page content marked as one.

    Returns:
        False when marked content could not be taken out without touching the rest.
    """
    import pikepdf

    _annotations_but(pdf, frozenset({"/Watermark"}))
    clean = True
    for page in pdf.pages:
        try:
            operations = list(pikepdf.parse_content_stream(page))
        except (pikepdf.PdfError, TypeError, ValueError):
            clean = False
            continue
        kept, whole = _without_marked(operations, page)
        clean &= whole
        if len(kept) != len(operations):
            page.obj.Contents = pdf.make_stream(pikepdf.unparse_content_stream(kept))
    return clean


def clean_metadata(pdf: Any) -> None:
    """Take out authors, programs, dates and private data; the content stays."""
    import pikepdf

    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    for thing in list(_dictionaries(pdf)):
        for key in _PRIVATE:
            if key in thing:
                del thing[key]
    names = pdf.Root.get("/Names")
    if isinstance(names, pikepdf.Dictionary) and not len(names.keys()):
        del pdf.Root.Names


def draws_what_is_lost(page: Any) -> bool:
    """Whether the page asks for a picture, form or font that is not in the file (any more)."""
    import pikepdf

    try:
        resources = page.resources
        operations = list(pikepdf.parse_content_stream(page, "Do Tf sh"))
    except (pikepdf.PdfError, AttributeError, TypeError, ValueError):
        return True
    for operation in operations:
        category = _NAMED.get(str(operation.operator))
        if category is None or not operation.operands:
            continue
        listed = resources.get(category) if resources is not None else None
        name = str(operation.operands[0])
        if not isinstance(listed, pikepdf.Dictionary) or listed.get(name) is None:
            return True
    return False


def dangling(pdf: Any, data: bytes) -> bool:
    """Whether the bytes of a file speak of objects that are not in it (any more)."""
    known = {o.objgen[0] for o in pdf.objects if hasattr(o, "objgen")}
    named = {int(number) for number in _REFERENCE.findall(data)}
    return any(0 < number < 10_000_000 and number not in known for number in named)


def _harmless(action: Any) -> bool:
    return str(action.get("/S")) in _HARMLESS and "/JS" not in action


def _harmless_chain(following: Any) -> bool:
    import pikepdf

    if isinstance(following, pikepdf.Array):
        return all(isinstance(a, pikepdf.Dictionary) and _harmless(a) for a in following)
    return isinstance(following, pikepdf.Dictionary) and _harmless(following)


def _annotations_but(pdf: Any, unwanted: frozenset[str]) -> None:
    import pikepdf

    for page in pdf.pages:
        listed = page.obj.get("/Annots")
        if not isinstance(listed, pikepdf.Array):
            continue
        kept = [
            a
            for a in listed
            if not isinstance(a, pikepdf.Dictionary) or str(a.get("/Subtype")) not in unwanted
        ]
        if len(kept) != len(listed):
            if kept:
                page.obj.Annots = pikepdf.Array(kept)
            else:
                del page.obj.Annots


def _without_marked(operations: list[Any], page: Any) -> tuple[list[Any], bool]:
    """The operations without watermark sections, and whether all of them could be taken out."""
    kept: list[Any] = []
    whole = True
    at = 0
    while at < len(operations):
        if not _opens_watermark(operations[at], page):
            kept.append(operations[at])
            at += 1
            continue
        end = _end_of_section(operations, at)
        section = [str(o.operator) for o in operations[at + 1 : end]]
        if end is None or section.count("q") != section.count("Q"):
            whole = False
            kept.append(operations[at])
            at += 1
        else:
            at = end + 1
    return kept, whole


def _opens_watermark(operation: Any, page: Any) -> bool:
    import pikepdf

    if str(operation.operator) != "BDC" or len(operation.operands) < 2:
        return False
    tag, properties = operation.operands[:2]
    if isinstance(properties, pikepdf.Name):
        listed = page.obj.get("/Resources", {}).get("/Properties", {})
        properties = listed.get(str(properties)) if listed else None
    if str(tag) != "/Artifact" or not isinstance(properties, pikepdf.Dictionary):
        return False
    return str(properties.get("/Subtype")) == "/Watermark"


def _end_of_section(operations: list[Any], start: int) -> int | None:
    depth = 0
    for at in range(start, len(operations)):
        name = str(operations[at].operator)
        if name in _OPENERS:
            depth += 1
        elif name == "EMC":
            depth -= 1
            if depth == 0:
                return at
    return None


def _dictionaries(pdf: Any) -> Iterator[Any]:
    """Every dictionary and stream dictionary of the file, nested ones too."""
    import pikepdf

    seen = 0
    todo = [thing for thing in pdf.objects if _is_container(thing)]
    todo.append(pdf.trailer)
    while todo and seen < 1_000_000:
        thing = todo.pop()
        seen += 1
        if isinstance(thing, pikepdf.Array):
            inner = list(thing)
        else:
            yield thing
            inner = list(thing.values())
        todo += [v for v in inner if _is_container(v) and not v.is_indirect]


def _is_container(thing: Any) -> bool:
    import pikepdf

    return isinstance(thing, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array)

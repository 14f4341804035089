"""Every object of a PDF looked at once: what runs, what is attached, what can be filled in.

Going through all objects instead of the places where the standard puts things finds an action
also where nobody looks for it; a hex-coded name or an object stream does not hide it.
"""

from __future__ import annotations

from typing import Any, Final

from medcab.validators.facts import Action, Attachment, LimitHit, ProbeLimits
from medcab.validators.pdfprobe.geometry import name_text

__all__ = ["Census"]

# An action and the keys of which it has one; a structure element of that name has none of them.
_KINDS: Final = {
    "Launch": ("/F", "/Win", "/Mac", "/Unix"),
    "SubmitForm": ("/F",),
    "ImportData": ("/F",),
    "GoToE": ("/F", "/T", "/D"),
}
_MAX_LISTED = 100
_MAX_TEXT = 200
_FT: Final = "/FT"


class Census:
    """Findings about the objects of one document; call :meth:`take` first.

    Args:
        pdf: an open ``pikepdf.Pdf``.
        pages: its pages, as far as they are looked at.
        limits: of objects and depth.
    """

    def __init__(self, pdf: Any, pages: list[Any], limits: ProbeLimits) -> None:
        self.actions: list[Action] = []
        self.attachments: list[Attachment] = []
        self.layers: list[str] = []
        self.fields = self.widgets = self.signature_fields = 0
        self.xfa = False
        self.complete = False
        self._pdf, self._pages, self._limits = pdf, pages, limits
        self._owner: dict[tuple[int, int], int] = {}
        self._seen = 0
        self._too_deep = False

    def take(self) -> list[LimitHit]:
        """Look at everything; returns the limits reached."""
        import pikepdf

        widgets = self._page_objects()
        self._form(widgets)
        self._optional_content()
        for thing in self._pdf.objects:
            if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array):
                self._visit(thing, self._owner.get(thing.objgen))
            if self._seen > self._limits.objects:
                return [LimitHit("objects", self._limits.objects, self._seen)]
        self._visit(self._pdf.trailer, None)
        if self._too_deep:
            return [LimitHit("depth", self._limits.depth, self._limits.depth + 1)]
        self.complete = True
        return []

    def _page_objects(self) -> list[Any]:
        """Remember which page an annotation or its action belongs to; returns the widgets."""
        import pikepdf

        widgets: list[Any] = []
        for number, page in enumerate(self._pages, start=1):
            node = page.obj
            self._owner[node.objgen] = number
            self._own(node.get("/AA"), number)
            annotations = node.get("/Annots")
            if not isinstance(annotations, pikepdf.Array):
                continue
            self._own(annotations, number)
            for item in list(annotations)[: self._limits.objects]:
                if not isinstance(item, pikepdf.Dictionary):
                    continue
                self._own(item, number)
                for key in ("/A", "/AA", "/FS"):
                    self._own(item.get(key), number)
                if item.get("/Subtype") == "/Widget":
                    widgets.append(item)
        return widgets

    def _own(self, thing: Any, number: int) -> None:
        import pikepdf

        if isinstance(thing, pikepdf.Object) and thing.is_indirect:
            self._owner.setdefault(thing.objgen, number)

    def _form(self, widgets: list[Any]) -> None:
        """Count terminal fields of the form and widgets that belong to none."""
        import pikepdf

        form = self._pdf.Root.get("/AcroForm")
        reached: set[tuple[int, int]] = set()
        if isinstance(form, pikepdf.Dictionary):
            self.xfa = form.get("/XFA") is not None
            roots = form.get("/Fields")
            todo = [(f, None, 0) for f in roots] if isinstance(roots, pikepdf.Array) else []
            while todo and len(reached) <= self._limits.objects:
                node, kind, depth = todo.pop()
                if not isinstance(node, pikepdf.Dictionary):
                    continue
                if node.is_indirect:
                    if node.objgen in reached:
                        continue
                    reached.add(node.objgen)
                kind = node.get(_FT, kind)
                kids = node.get("/Kids")
                below = list(kids) if isinstance(kids, pikepdf.Array) else []
                if any(isinstance(k, pikepdf.Dictionary) and "/T" in k for k in below):
                    if depth < self._limits.depth:
                        todo += [(k, kind, depth + 1) for k in below]
                    continue
                for kid in below:
                    if isinstance(kid, pikepdf.Object) and kid.is_indirect:
                        reached.add(kid.objgen)
                if kind == "/Sig":
                    self.signature_fields += 1
                else:
                    self.fields += 1
        for widget in widgets:
            if not widget.is_indirect or widget.objgen not in reached:
                if widget.get(_FT) == "/Sig":
                    self.signature_fields += 1
                else:
                    self.widgets += 1

    def _optional_content(self) -> None:
        import pikepdf

        properties = self._pdf.Root.get("/OCProperties")
        groups = properties.get("/OCGs") if isinstance(properties, pikepdf.Dictionary) else None
        if not isinstance(groups, pikepdf.Array):
            return
        for group in list(groups)[:_MAX_LISTED]:
            if isinstance(group, pikepdf.Dictionary):
                self.layers.append(_text(group.get("/Name")))

    def _visit(self, top: Any, page: int | None) -> None:
        """Look at an indirect object and all direct objects inside it."""
        import pikepdf

        todo = [(top, 0)]
        while todo and self._seen <= self._limits.objects:
            thing, depth = todo.pop()
            self._seen += 1
            if isinstance(thing, pikepdf.Array):
                inner = list(thing)
            else:
                self._judge(thing, page)
                inner = list(thing.values())
            for value in inner:
                if not isinstance(value, pikepdf.Object) or value.is_indirect:
                    continue  # plain numbers arrive as such; others come on their own
                if isinstance(value, pikepdf.Dictionary | pikepdf.Array):
                    if depth >= self._limits.depth:
                        self._too_deep = True
                    else:
                        todo.append((value, depth + 1))

    def _judge(self, thing: Any, page: int | None) -> None:
        import pikepdf

        name = name_text(thing.get("/S"))
        if "/JS" in thing:
            self._act("JavaScript", page)
        elif any(key in thing for key in _KINDS.get(name, ())):
            self._act(name, page)
        elif thing.get("/Subtype") == "/RichMedia":
            self._act("RichMedia", page)
        files = thing.get("/EF")
        if isinstance(files, pikepdf.Dictionary) and len(self.attachments) < _MAX_LISTED:
            shown = thing.get("/UF", thing.get("/F"))
            self.attachments.append(Attachment(_text(shown), page))

    def _act(self, kind: str, page: int | None) -> None:
        action = Action(kind, page)
        if len(self.actions) < _MAX_LISTED and action not in self.actions:
            self.actions.append(action)


def _text(value: Any) -> str:
    import pikepdf

    if not isinstance(value, pikepdf.String):
        return ""
    try:
        return str(value)[:_MAX_TEXT]
    except (UnicodeDecodeError, ValueError):
        return bytes(value).decode("latin-1")[:_MAX_TEXT]
